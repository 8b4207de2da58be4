//! Models: the views of what is read.

use std::{collections::BTreeSet, fmt::Write as _};

use super::{
    super::{
        api::{Api, Model, ModelField, Ty},
        lower::reads_anything,
        names,
    },
    text::{HEADER, doc, literal, module_doc},
    value::read_type,
};

/// `models.rs`.
pub(crate) fn models(api: &Api) -> String {
    let about = "Models: views of what is read. Fields that the vendor adds, and what drifted, stay in the text beside \
                 each view.";
    let mut code = format!("{HEADER}{}\n", module_doc(about));
    let keys = wrapper_keys(api);
    let mut body = String::new();
    for model in &api.models {
        body.push_str(&one(model));
    }
    for key in &keys {
        let name = wrapper(key);
        let _ = write!(
            body,
            "/// The key `{key}` in which each item of a list is wrapped.\nstruct {name};\n\n\
             impl Wrapper for {name} {{ const KEY: &'static str = {}; }}\n\n",
            literal(key)
        );
    }
    let mut from_core = Vec::new();
    for name in ["Amount", "Drift", "EpochMillis", "EpochSeconds", "JsonText", "Sensitive", "UtcTime"] {
        if body.contains(&format!("<{name}")) || body.contains(&format!("{name}<")) {
            from_core.push(name.to_owned());
        }
    }
    if !keys.is_empty() {
        from_core.push("Wrapper".to_owned());
    }
    if body.contains("BTreeMap") {
        code.push_str("use std::collections::BTreeMap;\n\n");
    }
    let decode = format!("decode::{{{}}}, ", from_core.join(", "));
    let decode = if from_core.is_empty() { "" } else { &decode };
    let _ = writeln!(code, "use afflux_core::{{{decode}model}};");
    if body.contains("Uuid>") && body.contains("<Uuid>") {
        code.push_str("use uuid::Uuid;\n");
    }
    code.push('\n');
    code.push_str(&super::rust::siblings(api, &body, &["ids", "words"]));
    code.push_str(&body);
    code
}

fn one(model: &Model) -> String {
    let mut code = doc(&model.doc, 0);
    let _ =
        write!(code, "#[derive(Debug, Clone, Default)]\n#[non_exhaustive]\npub struct {} {{\n", model.name);
    for field in &model.fields {
        code.push_str(&doc(&about(field), 4));
        let _ = writeln!(code, "    pub {}: {},", field.ident, field_type(field));
    }
    let _ = writeln!(code, "}}\n\nmodel!({} {{", model.name);
    for field in &model.fields {
        let way = match (&field.ty, field.vacant) {
            (Ty::Wrapped(_, key), _) => format!("wrapped<{}>", wrapper(key)),
            (_, true) => "absent".to_owned(),
            (_, false) => "lenient".to_owned(),
        };
        let names = std::iter::once(&field.name).chain(&field.aliases);
        let names: Vec<String> = names.map(|name| literal(name)).collect();
        let _ = writeln!(code, "    {}: {way} = {},", field.ident, names.join(" | "));
    }
    code.push_str("});\n\n");
    code
}

fn about(field: &ModelField) -> String {
    let secret = field.ty == Ty::Secret;
    match (field.doc.is_empty(), secret) {
        (true, _) => format!("`{}`.", field.name),
        (false, true) => format!("{} A secret: masked when it is printed.", field.doc),
        (false, false) => field.doc.clone(),
    }
}

fn field_type(field: &ModelField) -> String {
    let ty = read_type(&field.ty);
    let ty = if field.boxed { format!("Box<{ty}>") } else { ty };
    match &field.ty {
        Ty::Wrapped(..) => ty,
        kind if reads_anything(kind) => format!("Option<{ty}>"),
        _ => format!("Drift<{ty}>"),
    }
}

fn wrapper(key: &str) -> String {
    format!("{}Key", names::pascal(key))
}

fn wrapper_keys(api: &Api) -> BTreeSet<String> {
    let fields = api.models.iter().flat_map(|model| &model.fields);
    fields
        .filter_map(|field| if let Ty::Wrapped(_, key) = &field.ty { Some(key.clone()) } else { None })
        .collect()
}
