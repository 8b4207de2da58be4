//! What is sent and what comes back: the types of bodies.

use super::{
    super::{
        api::{Body, Check, Meta, Output, Shape, Ty, Variant},
        names,
        spec::{self, Span},
    },
    Lowering, Way,
    document::Stated,
    sentence,
};

impl<'a> Lowering<'a> {
    /// The body of a request.
    pub(super) fn body(&mut self, stated: &Stated<'a>, owner: &str) -> Option<Body> {
        let body = stated.operation.value.body.as_ref()?;
        let span = Span::of(body);
        let [(content_type, content)] = body.value.content.0.as_slice() else {
            self.fault(span, "a body needs exactly one content type");
            return None;
        };
        let encoding = match content_type.value.as_str() {
            "application/json" => "Json",
            "application/x-www-form-urlencoded" => "Form",
            "application/octet-stream" | "text/csv" => "Binary",
            other => {
                self.fault(Span::of(content_type), format!("a body as `{other}` is not supported"));
                return None;
            }
        };
        let hint = format!("{owner}Body");
        let (ty, meta, check) = match (&content.schema, encoding) {
            (_, "Binary") => (Ty::Bytes, Meta::Of(Box::default()), Check::default()),
            (Some(node), _) => {
                let ty = self.ty(node, Way::Request, &hint, span);
                let (meta, check) = self.checked(node, &ty, &names::constant(&hint), span);
                (ty, meta, check)
            }
            (None, _) => {
                self.fault(Span::of(content_type), "a body needs a `schema`");
                return None;
            }
        };
        if encoding == "Form" && !matches!(ty, Ty::Input(_)) {
            self.fault(span, "a form needs an object with properties");
        }
        Some(Body {
            encoding,
            required: body.value.required,
            doc: body.value.description.as_deref().map(sentence).unwrap_or_default(),
            ty,
            meta,
            check,
        })
    }

    /// What the answers decode to.
    pub(super) fn output(&mut self, stated: &Stated<'a>) -> Output {
        let operation = &stated.operation.value;
        let owner = names::pascal(&operation.id.value);
        let mut variants: Vec<Variant> = Vec::new();
        for (status, answer) in operation.responses.iter() {
            let span = Span::of(status);
            let Ok(number @ 200..600) = status.value.parse::<u16>() else {
                self.fault(
                    span,
                    format!("`{}` is not a status: ranges and `default` are not supported", status.value),
                );
                continue;
            };
            let also = operation.extension.value.also.get(&status.value).is_some();
            if !(200..300).contains(&number) && !also {
                let said = "only 2xx and the statuses under `x-afflux.also` are outcomes; errors are read by `errors`";
                self.fault(span, said);
                continue;
            }
            let named = answer.value.extension.variant.as_ref().map(|name| name.value.clone());
            if answer.value.content.is_empty() {
                let name = named.clone().unwrap_or_else(|| format!("Empty{number}"));
                let doc = sentence(&answer.value.description);
                variants.push(Variant { name, status: number, doc, shape: Shape::Empty });
            }
            for (content_type, content) in answer.value.content.iter() {
                let shape = self.shape(stated, &content_type.value, content, &owner, Span::of(content_type));
                let name = match (&named, &shape, answer.value.content.0.len()) {
                    (Some(name), _, 1) | (None, Shape::One { ty: Ty::Model(name), .. }, _) => name.clone(),
                    (_, Shape::Text, _) => "Text".to_owned(),
                    _ => format!("Status{number}"),
                };
                let doc = sentence(&answer.value.description);
                variants.push(Variant { name, status: number, doc, shape });
            }
        }
        for (status, _) in operation.extension.value.also.iter() {
            if operation.responses.get(&status.value).is_none() {
                self.fault(Span::of(status), format!("there is no answer for the status {}", status.value));
            }
        }
        let Some(first) = variants.first() else {
            self.fault(Span::of(&operation.id), "an operation needs an answer with a 2xx status");
            return Output::Single(Shape::Empty);
        };
        if !(200..300).contains(&first.status) {
            self.fault(Span::of(&operation.id), "the first answer must have a 2xx status");
        }
        if variants.iter().all(|variant| variant.shape == first.shape) {
            return Output::Single(first.shape.clone());
        }
        // Another format of a page, which a parameter asks for, is for who reads the answer as it came.
        let pages = variants.iter().filter(|variant| matches!(variant.shape, Shape::Page { .. }));
        let mut read = variants.iter().filter(|variant| variant.shape != Shape::Text);
        if pages.count() == 1
            && let (Some(page), None) = (read.next(), read.next())
        {
            return Output::Single(page.shape.clone());
        }
        let name = format!("{owner}Answer");
        self.take(&name, Span::of(&operation.id));
        for (index, variant) in variants.iter().enumerate() {
            let twice = variants.iter().skip(index + 1).any(|other| other.name == variant.name);
            let two_texts = variants.iter().filter(|other| other.status == variant.status).count() > 2;
            if twice || two_texts {
                let said = format!(
                    "two answers are called `{}`: name them by `x-afflux: {{variant: ..}}`",
                    variant.name
                );
                self.fault(Span::of(&operation.id), said);
                break;
            }
        }
        Output::Several { name, variants }
    }

    fn shape(
        &mut self,
        stated: &Stated<'a>,
        content_type: &str,
        content: &'a spec::Content,
        owner: &str,
        span: Span,
    ) -> Shape {
        let extension = &stated.operation.value.extension.value;
        match content_type {
            "application/json" => {}
            text if is_text(text) => return Shape::Text,
            other => {
                self.fault(span, format!("an answer as `{other}` is not supported"));
                return Shape::Empty;
            }
        }
        let Some(node) = &content.schema else {
            return Shape::One { ty: Ty::Any, at: String::new() };
        };
        let ty = self.ty(node, Way::Answer, &format!("{owner}Output"), span);
        match (&extension.items, ty) {
            (Some(_), Ty::List(row) | Ty::Map(row)) => Shape::Page { row: *row },
            (Some(items), _) => {
                self.fault(Span::of(items), "the answer's schema must be the list, or map, of bare items");
                Shape::Empty
            }
            (None, ty) => {
                let at = extension.envelope.as_ref().map(|at| at.value.clone()).unwrap_or_default();
                Shape::One { ty, at }
            }
        }
    }
}

/// Whether an answer of this type is a text to hand out.
pub(super) fn is_text(content_type: &str) -> bool {
    matches!(content_type, "text/csv" | "application/xml" | "text/plain")
}
