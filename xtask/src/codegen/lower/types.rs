//! The Rust type of a schema, and the types that have to be generated for it.

use super::{
    super::{
        api::{Choice, Id, Input, InputField, Model, ModelField, Presence, Ty, Word, Words},
        names,
        spec::{Additional, Node, Schema, Span, Type, Zone},
    },
    Lowering, Way, place,
};

impl<'a> Lowering<'a> {
    /// The type of a schema; `hint` names what is generated for a schema in place that has no name of its own.
    pub(super) fn ty(&mut self, node: &'a Node, way: Way, hint: &str, holder: Span) -> Ty {
        let (component, target) = self.resolve(node);
        let span = place(target, holder);
        let schema = &target.value;
        let name = match (&schema.extension.name, component) {
            (Some(name), _) => name.value.clone(),
            (None, Some(component)) => component.to_owned(),
            (None, None) => hint.to_owned(),
        };
        if !names::is_type_name(&name) {
            self.fault(span, format!("`{name}` is not the name of a type: it must be like `LeadRow`"));
        }
        if !schema.one_of.is_empty() || !schema.any_of.is_empty() {
            return self.alternatives(schema, way, &name, span);
        }
        match self.kind(schema, span) {
            None | Some(Type::Null) => Ty::Any,
            Some(Type::String) => self.text(schema, way, &name, span),
            Some(Type::Boolean) => Ty::Bool,
            Some(Type::Integer) => Self::integer(schema),
            Some(Type::Number) if schema.extension.decimal => Ty::Amount,
            Some(Type::Number) => Self::epoch(schema).unwrap_or(Ty::Float),
            Some(Type::Array) => self.array(schema, way, hint, span),
            Some(Type::Object) => self.object(schema, way, &name, span),
        }
    }

    /// The one JSON type of a schema beside `null`; scalars of several types are texts.
    pub(super) fn kind(&mut self, schema: &'a Schema, span: Span) -> Option<Type> {
        let mut kinds = Vec::new();
        let listed = schema.kind.as_ref();
        for word in listed.iter().flat_map(|kind| kind.value.0.iter()) {
            match Type::of(&word.value) {
                Some(Type::Null) => {}
                Some(kind) => kinds.push(kind),
                None => self.fault(span, format!("`{}` is not a JSON type", word.value)),
            }
        }
        let kind = match kinds.as_slice() {
            [] if listed.is_some() => return None,
            [] if !schema.properties.is_empty() || schema.additional_properties.is_some() => Type::Object,
            [] if schema.items.is_some() => Type::Array,
            [] if schema.words.is_some() => Type::String,
            [] => return None,
            [kind] => *kind,
            [Type::Integer, Type::Number] | [Type::Number, Type::Integer] => Type::Number,
            several if several.iter().all(|kind| !matches!(kind, Type::Array | Type::Object)) => Type::String,
            _ => {
                self.fault(
                    span,
                    "lists and objects beside other types are not supported: write them as `oneOf`",
                );
                return None;
            }
        };
        self.keywords(schema, kind, span);
        Some(kind)
    }

    /// Refuses keywords that do not belong to a type.
    fn keywords(&mut self, schema: &'a Schema, kind: Type, span: Span) {
        let number = matches!(kind, Type::Integer | Type::Number);
        let text = kind == Type::String;
        let table = [
            ("pattern", schema.pattern.is_some(), text),
            ("minLength", schema.min_length.is_some(), text),
            ("maxLength", schema.max_length.is_some(), text),
            ("enum", schema.words.is_some(), text),
            ("minimum", schema.minimum.is_some(), number),
            ("maximum", schema.maximum.is_some(), number),
            ("items", schema.items.is_some(), kind == Type::Array),
            ("minItems", schema.min_items.is_some(), kind == Type::Array),
            ("maxItems", schema.max_items.is_some(), kind == Type::Array),
            ("properties", !schema.properties.is_empty(), kind == Type::Object),
            ("required", !schema.required.is_empty(), kind == Type::Object),
            ("additionalProperties", schema.additional_properties.is_some(), kind == Type::Object),
            ("x-afflux.secret", schema.extension.secret, text),
            ("x-afflux.id", schema.extension.id.is_some(), text),
            ("x-afflux.decimal", schema.extension.decimal, text || number),
            ("x-afflux.zone", schema.extension.zone.is_some(), text || number),
            ("x-afflux.written", schema.extension.written.is_some(), dated(schema)),
            ("x-afflux.accepts", !schema.extension.accepts.0.is_empty(), schema.extension.id.is_some()),
            ("x-afflux.open", schema.extension.open.is_some(), schema.words.is_some()),
            ("x-afflux.words", !schema.extension.words.is_empty(), schema.words.is_some()),
            ("x-afflux.variants", !schema.extension.variants.is_empty(), schema.words.is_some()),
            ("x-afflux.wrapped", schema.extension.wrapped.is_some(), kind == Type::Array),
        ];
        for (keyword, present, belongs) in table {
            if present && !belongs {
                self.fault(span, format!("`{keyword}` does not belong to the type of this schema"));
            }
        }
        if let Some(format) = &schema.format {
            let fits = match kind {
                Type::String => true,
                Type::Integer => matches!(format.value.as_str(), "int32" | "int64"),
                Type::Number => matches!(format.value.as_str(), "float" | "double"),
                _ => false,
            };
            if !fits {
                self.fault(
                    Span::of(format),
                    format!("the format `{}` does not belong to this type", format.value),
                );
            }
        }
        for drift in &schema.extension.drift.0 {
            if Type::of(&drift.value).is_none() {
                self.fault(Span::of(drift), format!("`{}` is not a JSON type", drift.value));
            }
        }
        if let (Some(fallback), Some(words)) = (&schema.fallback, &schema.words)
            && !words.value.iter().any(|word| word.value == fallback.to_string())
        {
            self.fault(span, format!("the default `{fallback}` is not among the words of the enum"));
        }
        let low_high = [
            (schema.minimum, schema.maximum),
            (schema.min_length.map(f64::from), schema.max_length.map(f64::from)),
            (schema.min_items.map(f64::from), schema.max_items.map(f64::from)),
        ];
        if low_high.iter().any(|(low, high)| low.zip(*high).is_some_and(|(low, high)| low > high)) {
            self.fault(span, "the lower bound is above the upper one");
        }
        if let Some(pattern) = &schema.pattern
            && let Err(error) = regex_lite::Regex::new(&pattern.value)
        {
            self.fault(Span::of(pattern), format!("the pattern is not a regular expression: {error}"));
        }
    }

    fn text(&mut self, schema: &'a Schema, way: Way, name: &str, span: Span) -> Ty {
        let extension = &schema.extension;
        let claims = [
            extension.secret,
            extension.id.is_some(),
            extension.decimal,
            schema.words.is_some(),
            extension.zone.is_some(),
        ];
        if claims.iter().filter(|claim| **claim).count() > 1 {
            self.fault(span, "a string is one of: secret, id, decimal, enum, date and time");
        }
        if extension.secret {
            return Ty::Secret;
        }
        if let Some(id) = &extension.id {
            self.id(&id.value, schema, Span::of(id));
            return Ty::Id(id.value.clone());
        }
        if extension.decimal {
            return Ty::Amount;
        }
        if schema.words.is_some() {
            self.open_enum(schema, name, span);
            return Ty::Word(name.to_owned());
        }
        let Some(format) = &schema.format else { return Self::epoch(schema).unwrap_or(Ty::Text) };
        let time = match format.value.as_str() {
            "uuid" => return Ty::Uuid,
            "binary" => return Ty::Bytes,
            "ip" | "ipv4" | "ipv6" | "uri" | "email" | "country" | "language" | "currency" => {
                return Ty::Text;
            }
            "date" => Ty::Date,
            "date-time" => match extension.zone.unwrap_or(Zone::Offset) {
                Zone::Offset => Ty::Instant,
                Zone::Utc => Ty::Utc,
                Zone::None => Ty::Civil,
                Zone::EpochSeconds => Ty::EpochSeconds,
                Zone::EpochMillis => Ty::EpochMillis,
            },
            other => {
                self.fault(Span::of(format), format!("the format `{other}` is not supported"));
                return Ty::Text;
            }
        };
        if let Some(written) = &extension.written {
            let left = super::super::emit::sample::written(&written.value);
            if left.contains('%') {
                self.fault(Span::of(written), "only %F %T %Y %m %d %H %M %S are supported");
            }
        }
        match &extension.written {
            Some(written) if way == Way::Request => Ty::Written(Box::new(time), written.value.clone()),
            _ => time,
        }
    }

    fn epoch(schema: &Schema) -> Option<Ty> {
        match schema.extension.zone? {
            Zone::EpochSeconds => Some(Ty::EpochSeconds),
            Zone::EpochMillis => Some(Ty::EpochMillis),
            _ => None,
        }
    }

    fn integer(schema: &Schema) -> Ty {
        // `int32` says that it is small where there is no upper bound.
        let int32 = schema.format.as_ref().is_some_and(|format| format.value == "int32");
        let natural = schema.minimum.is_some_and(|minimum| minimum >= 0.0);
        let small = schema.maximum.is_some_and(|maximum| maximum <= f64::from(u32::MAX)) || int32;
        Self::epoch(schema).unwrap_or(match (natural, small) {
            (true, true) => Ty::U32,
            (true, false) => Ty::U64,
            _ => Ty::I64,
        })
    }

    fn array(&mut self, schema: &'a Schema, way: Way, hint: &str, span: Span) -> Ty {
        let Some(items) = &schema.items else {
            self.fault(span, "a list needs `items`");
            return Ty::Any;
        };
        let singular = hint.strip_suffix('s').filter(|name| name.len() > 2).unwrap_or(hint);
        let item = self.ty(items, way, &format!("{singular}Item"), span);
        match &schema.extension.wrapped {
            Some(key) if way == Way::Answer => Ty::Wrapped(Box::new(item), key.value.clone()),
            _ => Ty::List(Box::new(item)),
        }
    }

    fn object(&mut self, schema: &'a Schema, way: Way, name: &str, span: Span) -> Ty {
        if schema.properties.is_empty() {
            return match &schema.additional_properties {
                Some(Additional::Schema(values)) => {
                    Ty::Map(Box::new(self.ty(values, way, &format!("{name}Value"), span)))
                }
                _ => Ty::Any,
            };
        }
        for required in &schema.required {
            if schema.properties.get(&required.value).is_none() {
                self.fault(
                    Span::of(required),
                    format!("`{}` is required but is not among the properties", required.value),
                );
            }
        }
        match way {
            Way::Answer => self.model(schema, name, span),
            Way::Request => self.input(schema, name, span),
        }
    }

    fn model(&mut self, schema: &'a Schema, name: &str, span: Span) -> Ty {
        let ty = Ty::Model(name.to_owned());
        let known =
            self.open.iter().any(|open| open == name) || self.models.iter().any(|model| model.name == name);
        if !self.take(name, span) || known {
            return ty;
        }
        self.answered.insert(name.to_owned());
        self.open.push(name.to_owned());
        let mut fields: Vec<ModelField> = Vec::new();
        for (key, node) in schema.properties.iter() {
            let field =
                self.ty(node, Way::Answer, &format!("{name}{}", names::pascal(&key.value)), Span::of(key));
            let boxed = matches!(&field, Ty::Model(model) if self.open.contains(model));
            let ident = names::field(&key.value);
            if fields.iter().any(|field| field.ident == ident) {
                self.fault(Span::of(key), format!("two properties would be called `{ident}`"));
            }
            let (_, target) = self.resolve(node);
            fields.push(ModelField {
                name: key.value.clone(),
                ident,
                aliases: node.value.extension.aliases.iter().map(|alias| alias.value.clone()).collect(),
                doc: Self::doc(node, target, Way::Answer),
                ty: field,
                vacant: node.value.extension.vacant || target.value.extension.vacant,
                boxed,
            });
        }
        self.open.pop();
        let doc = described(schema, name);
        self.models.push(Model { name: name.to_owned(), doc, fields });
        ty
    }

    fn input(&mut self, schema: &'a Schema, name: &str, span: Span) -> Ty {
        // What is read and what is sent are two types, for they have different rules.
        let name = if self.answered.contains(name) { format!("{name}Input") } else { name.to_owned() };
        let ty = Ty::Input(name.clone());
        if self.open.contains(&name) {
            self.fault(span, "a request body that holds itself is not supported");
            return ty;
        }
        let known = self.inputs.iter().any(|input| input.name == name);
        let other = if name.ends_with("Input") { Span { column: span.column + 1000, ..span } } else { span };
        if !self.take(&name, other) || known {
            return ty;
        }
        self.open.push(name.clone());
        let mut fields: Vec<InputField> = Vec::new();
        for (key, node) in schema.properties.iter() {
            let (_, target) = self.resolve(node);
            if node.value.read_only || target.value.read_only {
                continue;
            }
            let hint = format!("{name}{}", names::pascal(&key.value));
            let ident = names::field(&key.value);
            if fields.iter().any(|field| field.ident == ident) {
                self.fault(Span::of(key), format!("two properties would be called `{ident}`"));
            }
            let required = schema.required.iter().any(|required| required.value == key.value);
            let field = self.ty(node, Way::Request, &hint, Span::of(key));
            let (meta, check) = self.checked(node, &field, &names::constant(&hint), Span::of(key));
            fields.push(InputField {
                name: key.value.clone(),
                ident,
                doc: Self::doc(node, target, Way::Request),
                ty: field,
                presence: match (required, nullable(&target.value)) {
                    (true, false) => Presence::Required,
                    (true, true) => Presence::Nullable,
                    (false, true) => Presence::TriState,
                    (false, false) => Presence::Optional,
                },
                check,
                meta,
            });
        }
        let extra = match &schema.additional_properties {
            Some(Additional::Schema(values)) => {
                Some(self.ty(values, Way::Request, &format!("{name}Extra"), span))
            }
            Some(Additional::Allowed(true)) => Some(Ty::Any),
            Some(Additional::Allowed(false)) | None => None,
        };
        self.open.pop();
        let doc = described(schema, &name);
        self.inputs.push(Input { name, doc, fields, extra });
        ty
    }

    fn alternatives(&mut self, schema: &'a Schema, way: Way, name: &str, span: Span) -> Ty {
        if !schema.one_of.is_empty() && !schema.any_of.is_empty() {
            self.fault(span, "`oneOf` beside `anyOf` is not supported");
        }
        if schema.kind.is_some() || !schema.properties.is_empty() {
            self.fault(span, "`oneOf` and `anyOf` beside a type or properties are not supported");
        }
        let nodes = schema.one_of.iter().chain(&schema.any_of).filter(|node| !is_null(&node.value));
        let nodes: Vec<&'a Node> = nodes.collect();
        if let [only] = nodes.as_slice() {
            return self.ty(only, way, name, span);
        }
        let mut variants: Vec<(String, Ty)> = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            let (component, target) = self.resolve(node);
            let named = node.value.extension.variant.as_ref().or(target.value.extension.variant.as_ref());
            let variant = match (named, component) {
                (Some(variant), _) => variant.value.clone(),
                (None, Some(component)) => component.to_owned(),
                (None, None) => match self.kind(&target.value, place(target, span)) {
                    Some(kind) => format!("{kind:?}"),
                    None => format!("Variant{}", index + 1),
                },
            };
            if variants.iter().any(|(other, _)| *other == variant) {
                self.fault(
                    place(node, span),
                    format!(
                        "two alternatives are called `{variant}`: name them by `x-afflux: {{variant: ..}}`"
                    ),
                );
            }
            let ty = self.ty(node, way, &format!("{name}{variant}"), span);
            variants.push((variant, ty));
        }
        if way == Way::Answer {
            // Which alternative came is for who reads it; the text is always there.
            return Ty::Any;
        }
        let ty = Ty::Choice(name.to_owned());
        let known = self.choices.iter().any(|choice| choice.name == name);
        if self.take(name, span) && !known {
            self.choices.push(Choice { name: name.to_owned(), doc: described(schema, name), variants });
        }
        ty
    }

    fn id(&mut self, name: &str, schema: &'a Schema, span: Span) {
        if !names::is_type_name(name) {
            self.fault(span, format!("`{name}` is not the name of a type: it must be like `LeadUuid`"));
        }
        if self.taken.contains_key(name) {
            self.fault(span, format!("the name `{name}` is already that of another type"));
        }
        for kind in &schema.extension.accepts.0 {
            if !matches!(Type::of(&kind.value), Some(Type::Number | Type::String | Type::Integer)) {
                self.fault(span, format!("an id cannot accept `{}`", kind.value));
            }
        }
        let doc = schema.description.clone().unwrap_or_default();
        let id = self.ids.entry(name.to_owned()).or_insert(Id { name: name.to_owned(), doc: String::new() });
        if id.doc.is_empty() {
            id.doc = doc;
        }
    }

    fn open_enum(&mut self, schema: &'a Schema, name: &str, span: Span) {
        let Some(words) = &schema.words else { return };
        let meanings = &schema.extension.words;
        let mut entries: Vec<Word> = Vec::new();
        for word in &words.value {
            let named = schema.extension.variants.get(&word.value);
            let variant = match named.map_or_else(|| names::pascal(&word.value), |name| name.value.clone()) {
                variant if variant.is_empty() => "Empty".to_owned(),
                variant if variant == "Unknown" => "UnknownWord".to_owned(),
                variant => variant,
            };
            if entries.iter().any(|entry| entry.variant == variant) {
                self.fault(Span::of(word), format!("two words would be called `{variant}`"));
            }
            let doc = match meanings.get(&word.value) {
                Some(meaning) => meaning.clone(),
                None if meanings.is_empty() => format!("`{}`.", word.value),
                None => {
                    self.fault(
                        Span::of(word),
                        format!("`x-afflux.words` does not say what `{}` means", word.value),
                    );
                    String::new()
                }
            };
            entries.push(Word { variant, word: word.value.clone(), doc });
        }
        for (word, _) in meanings.iter() {
            if !words.value.iter().any(|listed| listed.value == word.value) {
                self.fault(Span::of(word), format!("`{}` is not among the words of the enum", word.value));
            }
        }
        for (word, _) in schema.extension.variants.iter() {
            if !words.value.iter().any(|listed| listed.value == word.value) {
                self.fault(Span::of(word), format!("`{}` is not among the words of the enum", word.value));
            }
        }
        if entries.is_empty() {
            self.fault(span, "an enum needs words");
        }
        if self.take(name, span) && !self.words.contains_key(name) {
            let words = Words { name: name.to_owned(), doc: described(schema, name), words: entries };
            self.words.insert(name.to_owned(), (span, words));
        }
    }

    /// What a value is, with its unit, its range and its source.
    pub(super) fn doc(node: &Node, target: &Node, way: Way) -> String {
        let schema = &target.value;
        let own = node.value.description.as_ref().or(schema.description.as_ref());
        let mut doc = own.map(|text| sentence(text)).unwrap_or_default();
        let mut add = |more: String| {
            if !doc.is_empty() {
                doc.push(' ');
            }
            doc.push_str(&more);
        };
        if let Some(unit) = &schema.extension.unit {
            add(format!("Unit: {unit}."));
        }
        match (schema.minimum, schema.maximum) {
            (Some(low), Some(high)) => add(format!("From {low} to {high}.")),
            (Some(low), None) => add(format!("At least {low}.")),
            (None, Some(high)) => add(format!("At most {high}.")),
            (None, None) => {}
        }
        match (schema.min_length.or(schema.min_items), schema.max_length.or(schema.max_items)) {
            (Some(low), Some(high)) => add(format!("Length: {low} to {high}.")),
            (Some(low), None) => add(format!("Length: at least {low}.")),
            (None, Some(high)) => add(format!("Length: at most {high}.")),
            (None, None) => {}
        }
        if let Some(fallback) = &schema.fallback {
            add(format!("Default: `{fallback}`."));
        }
        let drift = schema.extension.drift.words().into_iter().chain(schema.extension.accepts.words());
        let drift: Vec<String> = drift.map(|kind| format!("`{kind}`")).collect();
        if !drift.is_empty() && way == Way::Answer {
            add(format!("Seen as {} too.", drift.join(" and ")));
        }
        if node.value.deprecated || schema.deprecated {
            add("The vendor says that it should not be used any more.".to_owned());
        }
        if let Some(source) = &schema.extension.source {
            add(format!("Source: {source}."));
        }
        doc
    }
}

/// Whether a schema is that of a date or time.
fn dated(schema: &Schema) -> bool {
    schema.format.as_ref().is_some_and(|format| matches!(format.value.as_str(), "date" | "date-time"))
}

/// The description of a type, or at least its name.
fn described(schema: &Schema, name: &str) -> String {
    schema.description.as_deref().or(schema.title.as_deref()).map_or_else(|| format!("`{name}`."), sentence)
}

/// A text that ends as a sentence does.
pub(crate) fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?', ':']) { text.to_owned() } else { format!("{text}.") }
}

/// Whether `null` may be sent.
pub(super) fn nullable(schema: &Schema) -> bool {
    let listed =
        schema.kind.as_ref().is_some_and(|kind| kind.value.0.iter().any(|kind| kind.value == "null"));
    listed || schema.one_of.iter().chain(&schema.any_of).any(|node| is_null(&node.value))
}

pub(super) fn is_null(schema: &Schema) -> bool {
    schema
        .kind
        .as_ref()
        .is_some_and(|kind| !kind.value.0.is_empty() && kind.value.0.iter().all(|kind| kind.value == "null"))
}
