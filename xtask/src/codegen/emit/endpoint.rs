//! `Endpoint` for each request value: how it is encoded and how its answer is decoded.

use std::fmt::Write as _;

use super::{
    super::{
        api::{Api, Lookup, Operation, Output, Parameter, Shape, Ty},
        spec::Place,
    },
    operations::{has_checks, output_type, shape_type},
    text::{doc, literal},
    value::{is_copy, printed},
};

/// The implementation, and the type of the answer where it has several shapes.
pub(crate) fn endpoint(api: &Api, operation: &Operation) -> String {
    let Operation { name, constant, .. } = operation;
    let mut code = answer_type(operation);
    let raw = if matches!(&operation.output, Output::Single(Shape::Empty)) { "_" } else { "raw" };
    let _ = write!(
        code,
        "impl Endpoint for {name} {{\n    const OPERATION: &'static Operation = &{constant};\n    type Output = {};\n\n    \
         #[inline]\n    fn encode(&self) -> Result<Request, Error> {{ {} }}\n\n    \
         #[inline]\n    fn decode(&self, {raw}: &Raw) -> Result<Self::Output, DecodeError> {{ {} }}\n}}\n\n",
        output_type(operation),
        encode(api, operation),
        decode(operation)
    );
    if let (Output::Single(Shape::Page { row }), Some(_)) = (&operation.output, &operation.items) {
        let row = super::value::read_type(row);
        let _ = write!(code, "impl Paged for {name} {{ type Row = {row}; }}\n\n");
    }
    code
}

fn answer_type(operation: &Operation) -> String {
    let Output::Several { name, variants } = &operation.output else { return String::new() };
    let mut code = doc(&format!("What `{}` answers.", operation.id), 0);
    let _ = write!(code, "#[derive(Debug, Clone)]\n#[non_exhaustive]\npub enum {name} {{\n");
    for variant in variants {
        let about = format!("{} Status {}.", variant.doc, variant.status);
        code.push_str(&doc(&about, 4));
        if variant.shape == Shape::Empty {
            let _ = writeln!(code, "    {},", variant.name);
        } else {
            let _ = writeln!(code, "    {}({}),", variant.name, shape_type(&variant.shape, false));
        }
    }
    code.push_str("}\n\n");
    code
}

fn encode(api: &Api, operation: &Operation) -> String {
    let mut code = String::new();
    if has_checks(api, operation) {
        code.push_str("self.check().map_err(|violation| violation.refuse(Self::OPERATION))?;\n");
    }
    let mut steps = String::from("Request::new(Self::OPERATION)");
    let mut after = String::new();
    for parameter in &operation.parameters {
        if parameter.style == "Plain" {
            match parameter.place {
                Place::Header => header(parameter, &mut steps, &mut after),
                Place::Path | Place::Query => steps.push_str(&plain(parameter)),
            }
        } else {
            after.push_str(&many(parameter));
        }
    }
    if operation.open_query {
        after.push_str("for (name, value) in &self.extra { request.push_query(name, value); }\n");
    }
    body(operation, &mut steps, &mut after);
    if !operation.asked.is_empty() {
        let _ = writeln!(
            after,
            "request = request.safety(Self::OPERATION.safety_given(|name| match name {{ {} _ => false }}));",
            asked(&operation.asked)
        );
    }
    if after.is_empty() {
        // A body is the last step and may fail: its result is the result.
        match steps.strip_suffix('?') {
            Some(whole) => code.push_str(whole),
            None => {
                let _ = write!(code, "Ok({steps})");
            }
        }
        return code;
    }
    let _ = write!(code, "let mut request = {steps};\n{after}Ok(request)");
    code
}

/// The arms of a match that says what is given.
fn asked(asked: &[(String, Lookup)]) -> String {
    let arms = asked.iter().map(|(name, lookup)| match lookup {
        Lookup::Always => format!("{} => true,", literal(name)),
        Lookup::IsSome(condition) => format!("{} => {condition},", literal(name)),
    });
    arms.collect()
}

fn plain(parameter: &Parameter) -> String {
    let Parameter { ident, ty, required, .. } = parameter;
    let name = literal(&parameter.name);
    let own = format!("self.{ident}");
    let value = printed(ty, &own);
    let value = if value == own && !is_copy(ty) { format!("&{own}") } else { value };
    match (parameter.place, required) {
        (Place::Path, _) => format!(".path_parameter({name}, {value})?"),
        (_, true) => format!(".query_pair({name}, {value})"),
        (_, false) => {
            let mapped = printed(ty, "value");
            if mapped == "value" {
                format!(".query_option({name}, self.{ident}.as_ref())")
            } else {
                format!(".query_option({name}, self.{ident}.as_ref().map(|value| {mapped}))")
            }
        }
    }
}

fn header(parameter: &Parameter, steps: &mut String, after: &mut String) {
    let name = format!("HeaderName::from_static({})", literal(&parameter.name.to_ascii_lowercase()));
    let text = |value: &str| {
        let value = printed(&parameter.ty, value);
        if matches!(parameter.ty, Ty::Text) { value } else { format!("&{value}.to_string()") }
    };
    let ident = &parameter.ident;
    if parameter.required {
        let own = format!("self.{ident}");
        let value = text(&own);
        let value = if value == own { format!("&{own}") } else { value };
        let _ = write!(steps, ".header({name}, {value})?");
    } else {
        let _ = writeln!(
            after,
            "if let Some(value) = &self.{ident} {{ request = request.header({name}, {})?; }}",
            text("value")
        );
    }
}

fn many(parameter: &Parameter) -> String {
    let ident = &parameter.ident;
    let name = literal(&parameter.name);
    match (&parameter.ty, parameter.style) {
        (Ty::List(item), "Repeated") => {
            let value = printed(item, "value");
            format!("for value in &self.{ident} {{ request.push_query({name}, {value}); }}\n")
        }
        (Ty::List(item), _) => {
            let value = printed(item, "value");
            let joined = match (&**item, value == "value") {
                (Ty::Text, _) => format!("self.{ident}.join(\",\")"),
                (_, true) => {
                    format!("self.{ident}.iter().map(ToString::to_string).collect::<Vec<_>>().join(\",\")")
                }
                (_, false) => {
                    format!(
                        "self.{ident}.iter().map(|value| {value}.to_string()).collect::<Vec<_>>().join(\",\")"
                    )
                }
            };
            match parameter.place {
                Place::Path => format!("request = request.path_parameter({name}, {joined})?;\n"),
                Place::Query => {
                    format!("if !self.{ident}.is_empty() {{ request.push_query({name}, {joined}); }}\n")
                }
                Place::Header => format!(
                    "if !self.{ident}.is_empty() {{ request = request.header(HeaderName::from_static({}), &{joined})?; }}\n",
                    literal(&parameter.name.to_ascii_lowercase())
                ),
            }
        }
        (Ty::Map(item), _) => match &**item {
            Ty::List(item) => format!(
                "for (key, values) in &self.{ident} {{ for value in values {{ \
                 request.push_query(&format!(\"{}[{{key}}][]\"), {}); }} }}\n",
                parameter.name,
                printed(item, "value")
            ),
            item => format!(
                "for (key, value) in &self.{ident} {{ request.push_query(&format!(\"{}[{{key}}]\"), {}); }}\n",
                parameter.name,
                printed(item, "value")
            ),
        },
        _ => String::new(),
    }
}

fn body(operation: &Operation, steps: &mut String, after: &mut String) {
    let Some(body) = &operation.body else { return };
    match (body.encoding, body.required) {
        ("Json", true) => {
            let value = super::value::serialized(&body.ty, "self.body");
            let value = if value == "self.body" { "&self.body".to_owned() } else { value };
            let _ = write!(steps, ".json({value})?");
        }
        ("Json", false) => {
            let value = super::value::serialized(&body.ty, "body");
            let _ = writeln!(after, "if let Some(body) = &self.body {{ request = request.json({value})?; }}");
        }
        ("Form", true) => after.push_str("request = self.body.form(request);\n"),
        ("Form", false) => {
            after.push_str("if let Some(body) = &self.body { request = body.form(request); }\n");
        }
        (_, true) => steps.push_str(".with_body(self.body.clone())"),
        (_, false) => {
            after.push_str("if let Some(body) = &self.body { request = request.with_body(body.clone()); }\n");
        }
    }
}

fn decode(operation: &Operation) -> String {
    match &operation.output {
        Output::Single(shape) => {
            let value = one(operation, shape);
            match (shape, operation.answers.may_be_empty) {
                (Shape::One { .. }, true) => {
                    format!("if raw.body().is_empty() {{ return Ok(None); }} {value}.map(Some)")
                }
                _ => value,
            }
        }
        Output::Several { name, variants } => {
            let mut arms = String::new();
            let default = variants.first();
            // Two shapes of one status are told apart by what the body starts with.
            let twin = |status: u16, shape: &Shape| {
                variants.iter().any(|other| other.status == status && other.shape != *shape)
            };
            let mut ordered: Vec<_> = variants.iter().collect();
            // What every other status means comes last: the first answer, or the text beside a JSON twin.
            ordered.sort_by_key(|variant| {
                let is_default = Some(*variant) == default && !twin(variant.status, &variant.shape);
                (is_default, variant.shape == Shape::Text)
            });
            let last = ordered.len().saturating_sub(1);
            for (index, variant) in ordered.iter().enumerate() {
                let status = if index == last { "_".to_owned() } else { variant.status.to_string() };
                let guard =
                    if index < last && variant.shape != Shape::Text && twin(variant.status, &variant.shape) {
                        " if matches!(raw.body().trim_ascii_start().first(), Some(b'{' | b'['))"
                    } else {
                        ""
                    };
                let value = if variant.shape == Shape::Empty {
                    format!("Ok({name}::{})", variant.name)
                } else if variant.shape == Shape::Text {
                    format!("Ok({name}::{}(raw.body().clone()))", variant.name)
                } else {
                    format!("{}.map({name}::{})", one(operation, &variant.shape), variant.name)
                };
                let _ = writeln!(arms, "{status}{guard} => {value},");
            }
            format!("match raw.status().as_u16() {{ {arms} }}")
        }
    }
}

fn one(operation: &Operation, shape: &Shape) -> String {
    match shape {
        Shape::Empty => "Ok(())".to_owned(),
        Shape::Text => "Ok(raw.body().clone())".to_owned(),
        Shape::One { at, .. } => format!("decode::one(raw.body(), {})", literal(at)),
        Shape::Page { .. } => format!("decode::page(raw.body(), &{}_ITEMS)", operation.constant),
    }
}
