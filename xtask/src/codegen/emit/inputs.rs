//! Inputs: what is sent in bodies. Required parts are arguments of the constructor, optional ones setters.

use std::fmt::Write as _;

use super::{
    super::api::{Api, Choice, Input, InputField, Presence, Ty},
    check,
    text::{HEADER, doc, inline, literal, module_doc},
    value::{argument, converted, printed, sent_type, serialized},
};

/// `inputs.rs`.
pub(crate) fn inputs(api: &Api) -> String {
    let about = "Inputs: what is sent in bodies. What is required is an argument of `new`, everything else has a setter.";
    let mut body = String::new();
    for input in &api.inputs {
        body.push_str(&one(api, input));
    }
    for choice in &api.choices {
        body.push_str(&alternatives(api, choice));
    }
    let mut from_core = Vec::new();
    for name in ["Amount", "JsonText", "Patch", "Sensitive"] {
        if body.contains(name) {
            from_core.push(name);
        }
    }
    let mut uses = Vec::new();
    if !from_core.is_empty() {
        uses.push(format!("decode::{{{}}}", from_core.join(", ")));
    }
    if body.contains(": Request)") || body.contains(" Request)") {
        uses.push("request::Request".to_owned());
    }
    if body.contains("Violation") {
        uses.push("schema::Violation".to_owned());
    }
    let mut code = format!("{HEADER}{}\n", module_doc(about));
    if body.contains("BTreeMap") {
        code.push_str("use std::collections::BTreeMap;\n\n");
    }
    if !uses.is_empty() {
        let _ = writeln!(code, "use afflux_core::{{{}}};", uses.join(", "));
    }
    if api.inputs.is_empty() {
        code.push_str("use serde::ser::{Serialize, Serializer};\n");
    } else {
        code.push_str("use serde::ser::{Serialize, SerializeMap, Serializer};\n");
    }
    if body.contains(": Uuid") || body.contains("<Uuid>") {
        code.push_str("use uuid::Uuid;\n");
    }
    code.push('\n');
    code.push_str(&super::rust::siblings(api, &body, &["ids", "words"]));
    code.push_str(&body);
    code
}

/// The type of a field of a struct that is sent.
pub(crate) fn held(ty: &Ty, presence: Presence) -> String {
    let ty = sent_type(ty);
    match presence {
        Presence::Required => ty,
        Presence::Optional | Presence::Nullable => format!("Option<{ty}>"),
        Presence::TriState => format!("Patch<{ty}>"),
    }
}

fn one(api: &Api, input: &Input) -> String {
    let Input { name, fields, extra, .. } = input;
    let mut code = doc(&input.doc, 0);
    let required: Vec<&InputField> = fields
        .iter()
        .filter(|field| matches!(field.presence, Presence::Required | Presence::Nullable))
        .collect();
    let derived = if required.is_empty() { "Debug, Clone, Default" } else { "Debug, Clone" };
    let _ = write!(code, "#[derive({derived})]\n#[must_use]\npub struct {name} {{\n");
    for field in fields {
        let _ = writeln!(code, "    pub(super) {}: {},", field.ident, held(&field.ty, field.presence));
    }
    if let Some(extra) = extra {
        let _ = writeln!(code, "    extra: BTreeMap<String, {}>,", sent_type(extra));
    }
    let _ = write!(code, "}}\n\nimpl {name} {{\n{}", constructor(fields, extra.is_some()));
    for field in fields {
        code.push_str(&setter(field));
    }
    if let Some(extra) = extra {
        let _ = write!(
            code,
            "    /// Adds a field that has no setter here.\n    pub fn extra(mut self, name: impl Into<String>, value: {}) -> Self {{\n\
             self.extra.insert(name.into(), {});\n self }}\n",
            argument(extra),
            converted(extra, "value")
        );
    }
    if check::is_needed(api, &Ty::Input(name.clone())) {
        code.push_str(&checks(api, input));
    }
    if is_form(api, name) {
        code.push_str(&form(input));
    }
    code.push_str("}\n\n");
    code.push_str(&serialization(input));
    code
}

fn constructor(fields: &[InputField], extra: bool) -> String {
    let mut arguments = Vec::new();
    let mut values = Vec::new();
    let mut about = Vec::new();
    for field in fields {
        let ident = &field.ident;
        let value = converted(&field.ty, ident);
        let shown = ident.trim_start_matches("r#");
        match field.presence {
            Presence::Required => {
                arguments.push(format!("{ident}: {}", argument(&field.ty)));
                values.push(if value == *ident { ident.clone() } else { format!("{ident}: {value}") });
            }
            Presence::Nullable => {
                arguments.push(format!("{ident}: Option<{}>", sent_type(&field.ty)));
                values.push(ident.clone());
            }
            Presence::Optional => values.push(format!("{ident}: None")),
            Presence::TriState => values.push(format!("{ident}: Patch::Absent")),
        }
        if matches!(field.presence, Presence::Required | Presence::Nullable) && !field.doc.is_empty() {
            about.push(format!("`{shown}`: {}", field.doc));
        }
    }
    if extra {
        values.push("extra: BTreeMap::new()".to_owned());
    }
    let mut text = "With what is required.".to_owned();
    if arguments.is_empty() {
        "Empty.".clone_into(&mut text);
    }
    for line in about {
        let _ = write!(text, "\n\n{line}");
    }
    let arguments = arguments.join(", ");
    format!(
        "{}{}    pub fn new({arguments}) -> Self {{ Self {{ {} }} }}\n\n",
        doc(&text, 4),
        inline(&arguments),
        values.join(", ")
    )
}

fn setter(field: &InputField) -> String {
    let ident = &field.ident;
    let wrap = match field.presence {
        Presence::Required | Presence::Nullable => return String::new(),
        Presence::Optional => "Some",
        Presence::TriState => "Patch::Value",
    };
    let about = if field.doc.is_empty() { format!("`{}`.", field.name) } else { field.doc.clone() };
    let typed = argument(&field.ty);
    let mut code = format!(
        "{}{}    pub fn {ident}(mut self, {ident}: {typed}) -> Self {{ self.{ident} = {wrap}({}); self }}\n\n",
        doc(&about, 4),
        inline(&typed),
        converted(&field.ty, ident)
    );
    if field.presence == Presence::TriState {
        let bare = ident.trim_start_matches("r#");
        let _ = write!(
            code,
            "    /// Clears `{}`: it is sent as `null`.\n    #[inline]\n    pub fn clear_{bare}(mut self) -> Self {{ self.{ident} = Patch::Null; self }}\n\n",
            field.name
        );
    }
    code
}

fn checks(api: &Api, input: &Input) -> String {
    let mut code = String::from(
        "    /// The first thing that is wrong.\n    #[inline]\n    pub(super) fn check(&self) -> Result<(), Violation> {\n",
    );
    if input.extra.is_some() {
        let names: Vec<String> = input.fields.iter().map(|field| literal(&field.name)).collect();
        let _ = write!(
            code,
            "if let Some(name) = self.extra.keys().find(|name| matches!(name.as_str(), \"\" | {})) {{ \
             return Err(Violation::new(name.as_str(), \"cannot be an extra field: it is empty or has a setter of its own\")); }}",
            names.join(" | ")
        );
    }
    for field in &input.fields {
        let value = &field.ident;
        let optional = check::statements(api, &field.name, &field.ty, &field.check, "value");
        if optional.is_empty() {
            continue;
        }
        match field.presence {
            Presence::Required => {
                let owned = format!("self.{value}");
                let target = format!("&{owned}");
                // A number is compared by value, everything else by reference.
                let direct = check::statements(api, &field.name, &field.ty, &field.check, &owned);
                let by_number = matches!(field.ty, Ty::U32 | Ty::U64 | Ty::I64 | Ty::Float);
                if by_number || field.ty == Ty::Text {
                    let _ = write!(code, "let value = {target}; {optional}");
                } else {
                    code.push_str(&direct);
                }
            }
            Presence::Optional | Presence::Nullable => {
                let _ = write!(code, "if let Some(value) = &self.{value} {{ {optional} }}");
            }
            Presence::TriState => {
                let _ = write!(code, "if let Some(value) = self.{value}.get() {{ {optional} }}");
            }
        }
    }
    code.push_str("Ok(()) }\n");
    code
}

fn is_form(api: &Api, name: &str) -> bool {
    let bodies = api.operations.iter().filter_map(|operation| operation.body.as_ref());
    bodies.into_iter().any(|body| body.encoding == "Form" && body.ty == Ty::Input(name.to_owned()))
}

fn form(input: &Input) -> String {
    let mut code = String::from(
        "    /// Writes every field into a form.\n    pub(super) fn form(&self, mut request: Request) -> Request {\n",
    );
    for field in &input.fields {
        let (ident, name) = (&field.ident, literal(&field.name));
        let pair = |value: &str| match &field.ty {
            Ty::List(item) => {
                let item = printed(item, "item");
                format!("for item in {value} {{ request = request.form_pair({name}, {item}); }}")
            }
            ty => format!("request = request.form_pair({name}, {});", printed(ty, value)),
        };
        let _ = match field.presence {
            Presence::Required => writeln!(code, "let value = &self.{ident}; {}", pair("value")),
            Presence::Optional | Presence::Nullable => {
                writeln!(code, "if let Some(value) = &self.{ident} {{ {} }}", pair("value"))
            }
            Presence::TriState => {
                writeln!(code, "if let Some(value) = self.{ident}.get() {{ {} }}", pair("value"))
            }
        };
    }
    if let Some(extra) = &input.extra {
        let value = printed(extra, "value");
        let _ = writeln!(
            code,
            "for (name, value) in &self.extra {{ request = request.form_pair(name, {value}); }}"
        );
    }
    code.push_str("request }\n");
    code
}

fn serialization(input: &Input) -> String {
    let mut code = format!(
        "impl Serialize for {} {{ fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {{ \
         let mut map = serializer.serialize_map(None)?;\n",
        input.name
    );
    for field in &input.fields {
        let (ident, name) = (&field.ident, literal(&field.name));
        let entry =
            |value: &str| format!("map.serialize_entry({name}, {})?;\n", serialized(&field.ty, value));
        match field.presence {
            Presence::Required => {
                let own = format!("self.{ident}");
                let written = serialized(&field.ty, &own);
                let written = if written == own { format!("&{own}") } else { written };
                let _ = writeln!(code, "map.serialize_entry({name}, {written})?;");
            }
            Presence::Nullable => {
                let value = serialized(&field.ty, "value");
                let value = value.strip_prefix('&').unwrap_or(&value);
                let mapped = if value == "value" {
                    format!("&self.{ident}")
                } else {
                    format!("&self.{ident}.as_ref().map(|value| {value})")
                };
                let _ = writeln!(code, "map.serialize_entry({name}, {mapped})?;");
            }
            Presence::Optional => {
                let _ = writeln!(code, "if let Some(value) = &self.{ident} {{ {} }}", entry("value"));
            }
            Presence::TriState => {
                let _ = writeln!(
                    code,
                    "match &self.{ident} {{ Patch::Absent => {{}} Patch::Null => map.serialize_entry({name}, &())?, \
                     Patch::Value(value) => map.serialize_entry({name}, {})?, }}",
                    serialized(&field.ty, "value")
                );
            }
        }
    }
    if let Some(extra) = &input.extra {
        let _ = writeln!(
            code,
            "for (name, value) in &self.extra {{ map.serialize_entry(name, {})?; }}",
            serialized(extra, "value")
        );
    }
    code.push_str("map.end() } }\n\n");
    code
}

fn alternatives(api: &Api, choice: &Choice) -> String {
    let Choice { name, variants, secret, .. } = choice;
    let mut code = doc(&choice.doc, 0);
    let derived = if *secret { "Clone" } else { "Debug, Clone" };
    let _ = write!(code, "#[derive({derived})]\n#[non_exhaustive]\npub enum {name} {{\n");
    for (variant, ty) in variants {
        let about = if let Ty::Input(input) = ty {
            format!("As [`{input}`].")
        } else {
            format!("As `{}`.", sent_type(ty))
        };
        let _ = writeln!(code, "{}    {variant}({}),", doc(&about, 4), sent_type(ty));
    }
    code.push_str("}\n\n");
    if *secret {
        let _ = write!(
            code,
            "impl std::fmt::Debug for {name} {{ fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {{ \
             f.write_str(\"***\") }} }}\n\n"
        );
    }
    for (index, (variant, ty)) in variants.iter().enumerate() {
        let source = sent_type(ty);
        if variants.iter().take(index).any(|(_, other)| sent_type(other) == source) {
            continue;
        }
        let _ = write!(
            code,
            "impl From<{source}> for {name} {{ #[inline] fn from(value: {source}) -> Self {{ Self::{variant}(value) }} }}\n\n"
        );
        if *ty == Ty::Text {
            let _ = write!(
                code,
                "impl From<&str> for {name} {{ #[inline] fn from(value: &str) -> Self {{ Self::{variant}(value.to_owned()) }} }}\n\n"
            );
        }
    }
    if check::is_needed(api, &Ty::Choice(name.clone())) {
        let _ = write!(
            code,
            "impl {name} {{ /// The first thing that is wrong.\n #[inline] pub(super) fn check(&self) -> Result<(), Violation> {{ match self {{"
        );
        for (variant, ty) in variants {
            let statements = check::statements(api, "", ty, &super::super::api::Check::default(), "value");
            if statements.is_empty() {
                let _ = write!(code, "Self::{variant}(_) => {{}}");
            } else {
                let _ = write!(code, "Self::{variant}(value) => {{ {statements} }}");
            }
        }
        code.push_str("} Ok(()) } }\n\n");
    }
    let _ = write!(
        code,
        "impl Serialize for {name} {{ fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {{ match self {{"
    );
    for (variant, ty) in variants {
        let value = serialized(ty, "value");
        let _ = write!(code, "Self::{variant}(value) => {}.serialize(serializer),", in_call(&value));
    }
    code.push_str("} } }\n\n");
    code
}

/// An expression as the receiver of a call.
fn in_call(expression: &str) -> String {
    expression.strip_prefix('&').unwrap_or(expression).to_owned()
}
