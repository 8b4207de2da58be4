//! One operation: its name, its safety, its parameters, and what the engine has to know of it.

use super::{
    super::{
        api::{Body, Cost, Lookup, Operation, Output, Parameter, Presence, Safety, Ty},
        names,
        spec::{self, CostRule, HazardRule, Place, SafetyRule, Span, Spanned},
    },
    Lowering, Way,
    document::Stated,
    sentence,
};

impl<'a> Lowering<'a> {
    pub(super) fn operation(&mut self, stated: &Stated<'a>, output: Output) -> Operation {
        let operation = &stated.operation.value;
        let extension = &operation.extension.value;
        let id = &operation.id.value;
        let span = Span::of(&operation.id);
        if !id.starts_with(|first: char| first.is_ascii_lowercase())
            || !id.chars().all(|letter| letter.is_ascii_alphanumeric())
        {
            self.fault(span, format!("`{id}` is not an operation id: it must be like `listLeads`"));
        }
        let name = names::pascal(id);
        self.take(&name, span);
        let parameters = self.parameters(stated, &name);
        let body = self.body(stated, &name);
        if stated.method == "GET"
            && let Some(body) = &operation.body
        {
            self.fault(Span::of(body), "a GET with a body is not supported");
        }
        let safety = match &extension.safety.value {
            SafetyRule::ReadOnly => Safety::ReadOnly,
            SafetyRule::Idempotent => Safety::Idempotent,
            SafetyRule::Unsafe => Safety::Unsafe,
            SafetyRule::Keyed(rule) => Safety::Keyed(
                rule.keyed.value.clone(),
                rule.with.iter().map(|name| name.value.clone()).collect(),
            ),
        };
        let hazards: Vec<(String, Vec<String>)> = extension
            .unsafe_with
            .iter()
            .map(|rule| match &rule.value {
                HazardRule::Always(name) => (name.clone(), Vec::new()),
                HazardRule::Unless(rule) => (rule.with.clone(), rule.unless.words()),
            })
            .collect();
        let asked = self.asked(extension, &parameters, body.as_ref());
        if stated.method == "GET" && safety != Safety::ReadOnly && extension.unsafe_with.is_empty() {
            // Vendors that change things by GET exist; it must be on purpose.
            let said = "a GET that is not read-only needs a `description` that says what it changes";
            if operation.description.is_none() {
                self.fault(Span::of(&extension.safety), said);
            }
        }
        let bucket = &extension.bucket;
        if self.document.extension.buckets.get(&bucket.value).is_none() {
            self.fault(Span::of(bucket), format!("there is no bucket `{}`", bucket.value));
        }
        let auth = extension.auth.as_ref();
        if let Some(auth) = auth
            && self.document.extension.auth.get(&auth.value).is_none()
        {
            self.fault(Span::of(auth), format!("there is no auth variant `{}`", auth.value));
        }
        let paging = self.paging(operation, &output, &parameters);
        let call = extension.call.as_ref().map_or(id.as_str(), |call| call.value.as_str());
        let mut doc = sentence(&operation.summary);
        if let Some(description) = &operation.description {
            doc.push_str("\n\n");
            doc.push_str(&sentence(description));
        }
        if let Some(source) = &extension.source {
            doc.push_str("\n\nSource: ");
            doc.push_str(&sentence(source));
        }
        Operation {
            id: id.clone(),
            constant: names::constant(id),
            name,
            method: stated.method,
            path: stated.path.value.clone(),
            summary: sentence(&operation.summary),
            doc,
            group: names::plain_snake(&extension.group.value),
            call: names::field(call),
            hand_written_face: extension.hand_written_face,
            safety,
            hazards,
            asked,
            bucket: bucket.value.clone(),
            cost: self.cost(extension),
            auth: auth.map_or_else(|| "default".to_owned(), |auth| auth.value.clone()),
            deprecated: operation.deprecated,
            weakly_known: extension.weakly_known,
            parameters,
            open_query: extension.open_query,
            body,
            answers: self.answers(operation, &output),
            items: Self::items(operation),
            output,
            paging,
            job: Self::job(extension),
            timeout: extension.timeout.map(|time| time.0),
            after_unknown: extension.after_unknown.clone(),
        }
    }

    fn cost(&mut self, extension: &'a spec::OperationExtension) -> Cost {
        match extension.cost.as_ref().map(|cost| (&cost.value, Span::of(cost))) {
            None => Cost::Fixed(1),
            Some((CostRule::Fixed(cost), _)) => Cost::Fixed(*cost),
            Some((CostRule::ByDateRange(range), _)) => {
                let table = self.document.extension.costs.get(&range.table.value);
                match table.filter(|table| !table.is_empty()) {
                    Some(table) => Cost::ByYears { table: table.clone(), ranges: range.ranges.value.clone() },
                    None => {
                        let span = Span::of(&range.table);
                        self.fault(
                            span,
                            format!("there is no table `{}` among the costs", range.table.value),
                        );
                        Cost::Fixed(1)
                    }
                }
            }
        }
    }

    /// How code asks for everything that the safety depends on.
    fn asked(
        &mut self,
        extension: &'a spec::OperationExtension,
        parameters: &[Parameter],
        body: Option<&Body>,
    ) -> Vec<(String, Lookup)> {
        let mut names: Vec<(&String, Span)> = Vec::new();
        if let SafetyRule::Keyed(rule) = &extension.safety.value {
            names.extend(
                std::iter::once(&rule.keyed).chain(&rule.with).map(|name| (&name.value, Span::of(name))),
            );
        }
        for rule in &extension.unsafe_with {
            let span = Span::of(rule);
            match &rule.value {
                HazardRule::Always(name) => names.push((name, span)),
                HazardRule::Unless(rule) => {
                    names.push((&rule.with, span));
                    names.extend(rule.unless.0.iter().map(|name| (&name.value, span)));
                }
            }
        }
        names.sort_by_key(|(name, _)| *name);
        names.dedup_by_key(|(name, _)| *name);
        let found = names
            .into_iter()
            .map(|(name, span)| Some((name.clone(), self.lookup(name, span, parameters, body)?)));
        found.collect::<Vec<_>>().into_iter().flatten().collect()
    }

    /// How code asks whether a parameter, or a field of the body, is there.
    fn lookup(
        &mut self,
        name: &str,
        span: Span,
        parameters: &[Parameter],
        body: Option<&Body>,
    ) -> Option<Lookup> {
        if let Some(parameter) = parameters.iter().find(|parameter| parameter.name == name) {
            let ident = &parameter.ident;
            return Some(match (&parameter.ty, parameter.required) {
                (_, true) => Lookup::Always,
                (Ty::List(_) | Ty::Map(_), false) => Lookup::IsSome(format!("!self.{ident}.is_empty()")),
                (_, false) => Lookup::IsSome(format!("self.{ident}.is_some()")),
            });
        }
        if let Some(Body { ty: Ty::Input(input), required: true, .. }) = body {
            let fields = self.inputs.iter().find(|known| known.name == *input).map(|input| &input.fields);
            let field = fields.into_iter().flatten().find(|field| field.name == name);
            if let Some(field) = field {
                let ident = &field.ident;
                return Some(match field.presence {
                    Presence::Required | Presence::Nullable => Lookup::Always,
                    Presence::Optional => Lookup::IsSome(format!("self.body.{ident}.is_some()")),
                    Presence::TriState => Lookup::IsSome(format!("self.body.{ident}.get().is_some()")),
                });
            }
        }
        self.fault(span, format!("`{name}` is neither a parameter nor a field of the body"));
        None
    }

    fn parameters(&mut self, stated: &Stated<'a>, owner: &str) -> Vec<Parameter> {
        let mut parameters: Vec<Parameter> = Vec::new();
        for stated_parameter in stated.shared.iter().chain(&stated.operation.value.parameters) {
            let Some(parameter) = self.parameter(stated_parameter, owner) else { continue };
            let span = Span::of(stated_parameter);
            if parameters.iter().any(|other| other.ident == parameter.ident) {
                self.fault(span, format!("two parameters would be called `{}`", parameter.ident));
            }
            let in_path = stated.path.value.contains(&format!("{{{}}}", parameter.name));
            if in_path != (parameter.place == Place::Path) {
                self.fault(
                    span,
                    format!(
                        "`{}` and the path `{}` contradict each other",
                        parameter.name, stated.path.value
                    ),
                );
            }
            parameters.push(parameter);
        }
        for part in stated.path.value.split('{').skip(1) {
            let name = part.split('}').next().unwrap_or_default();
            if !parameters.iter().any(|parameter| parameter.name == name) {
                self.fault(Span::of(stated.path), format!("the path has no parameter `{name}`"));
            }
        }
        if !stated.path.value.starts_with('/') {
            self.fault(Span::of(stated.path), "a path starts with `/`");
        }
        parameters
    }

    fn parameter(&mut self, stated: &'a Spanned<spec::Parameter>, owner: &str) -> Option<Parameter> {
        let span = Span::of(stated);
        let mut parameter = &stated.value;
        if let Some(reference) = &parameter.reference {
            if parameter.name.is_some() || parameter.schema.is_some() || parameter.required {
                self.fault(span, "a reference to a parameter stands alone");
            }
            let name = reference.value.strip_prefix("#/components/parameters/").unwrap_or_default();
            let found = self.document.components.parameters.get(name);
            let Some(found) = found.filter(|found| found.value.reference.is_none()) else {
                self.fault(span, format!("there is no parameter `{}` among the components", reference.value));
                return None;
            };
            parameter = &found.value;
        }
        let (Some(name), Some(place), Some(node)) = (&parameter.name, parameter.place, &parameter.schema)
        else {
            self.fault(span, "a parameter needs `name`, `in` and `schema`");
            return None;
        };
        let token = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        if place == Place::Header && (name.value.is_empty() || !name.value.chars().all(token)) {
            self.fault(Span::of(name), format!("`{}` is not the name of a header", name.value));
        }
        let hint = format!("{owner}{}", names::pascal(&name.value));
        let ty = self.ty(node, Way::Request, &hint, span);
        let (_, target) = self.resolve(node);
        let style = self.style(parameter, place, &ty, span);
        if place == Place::Path && !parameter.required {
            self.fault(span, "a parameter in the path is always required");
        }
        let (meta, check) = self.checked(node, &ty, &names::constant(&hint), span);
        let described = parameter.description.as_deref().map(sentence);
        let schema_doc = Self::doc(node, target, Way::Request);
        let summary = described
            .clone()
            .unwrap_or_else(|| target.value.description.as_deref().map(sentence).unwrap_or_default());
        let doc = match described {
            // The range and the default stand in the schema's part, without its own first words.
            Some(own) => {
                let first = target.value.description.as_deref().map(sentence).unwrap_or_default();
                format!("{own} {}", schema_doc.strip_prefix(&first).unwrap_or(&schema_doc).trim())
                    .trim()
                    .to_owned()
            }
            None => schema_doc,
        };
        Some(Parameter {
            name: name.value.clone(),
            ident: names::parameter(&name.value),
            place,
            required: parameter.required,
            style,
            doc,
            summary,
            ty,
            meta,
            check,
        })
    }

    fn style(&mut self, parameter: &'a spec::Parameter, place: Place, ty: &Ty, span: Span) -> &'static str {
        let style = parameter.style.as_ref().map(|style| style.value.as_str());
        let scalar = |ty: &Ty| {
            !matches!(
                ty,
                Ty::List(_) | Ty::Map(_) | Ty::Input(_) | Ty::Choice(_) | Ty::Any | Ty::Secret | Ty::Bytes
            )
        };
        match (ty, style, parameter.explode) {
            (ty, None | Some("form" | "simple"), None) if scalar(ty) => "Plain",
            (Ty::List(item), None | Some("form"), None | Some(true))
                if place == Place::Query && scalar(item) =>
            {
                "Repeated"
            }
            (Ty::List(item), None | Some("form" | "simple"), Some(false)) if scalar(item) => "Comma",
            (Ty::Map(item), Some("deepObject"), None | Some(true))
                if place == Place::Query
                    && (scalar(item) || matches!(&**item, Ty::List(item) if scalar(item))) =>
            {
                "Deep"
            }
            (Ty::Secret, ..) => {
                self.fault(span, "a secret parameter is not supported: credentials belong to `auth`");
                "Plain"
            }
            _ => {
                self.fault(span, "this type, place, style and explode together are not supported");
                "Plain"
            }
        }
    }
}
