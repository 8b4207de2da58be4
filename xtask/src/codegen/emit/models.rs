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
    let mut from_core = vec!["lenient".to_owned()];
    for name in ["Amount", "Drift", "EpochMillis", "EpochSeconds", "JsonText", "Sensitive", "UtcTime"] {
        if body.contains(&format!("<{name}")) || body.contains(&format!("{name}<")) {
            from_core.push(name.to_owned());
        }
    }
    if !body.contains("\"lenient\"") {
        from_core.retain(|name| name != "lenient");
    }
    if body.contains("\"absent\"") {
        from_core.push("absent".to_owned());
    }
    if !keys.is_empty() {
        from_core.extend(["Wrapper".to_owned(), "wrapped".to_owned()]);
    }
    if body.contains("BTreeMap") {
        code.push_str("use std::collections::BTreeMap;\n\n");
    }
    let _ = writeln!(code, "use afflux_core::{{decode::{{{}}}, model}};", from_core.join(", "));
    code.push_str("use serde::Deserialize;\n");
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
    let _ = write!(
        code,
        "#[derive(Debug, Clone, Default, Deserialize)]\n#[serde(default)]\n#[non_exhaustive]\npub struct {} {{\n",
        model.name
    );
    for field in &model.fields {
        code.push_str(&doc(&about(field), 4));
        let mut attributes = Vec::new();
        if names::field(&field.name).trim_start_matches("r#") != field.name {
            attributes.push(format!("rename = {}", literal(&field.name)));
        }
        attributes.extend(field.aliases.iter().map(|alias| format!("alias = {}", literal(alias))));
        attributes.push(match (&field.ty, field.vacant) {
            (Ty::Wrapped(_, key), _) => format!("deserialize_with = \"wrapped::<{}, _, _>\"", wrapper(key)),
            (_, true) => "deserialize_with = \"absent\"".to_owned(),
            (_, false) => "deserialize_with = \"lenient\"".to_owned(),
        });
        let _ = writeln!(code, "    #[serde({})]", attributes.join(", "));
        let _ = writeln!(code, "    pub {}: {},", field.ident, field_type(field));
    }
    let names = model.fields.iter().flat_map(|field| std::iter::once(&field.name).chain(&field.aliases));
    let known: Vec<String> = names.map(|name| literal(name)).collect();
    let _ = write!(code, "}}\n\nmodel!({} {{{}}});\n\n", model.name, lines(&known));
    code
}

/// Words in lines; rustfmt leaves what is in a macro as it is.
fn lines(words: &[String]) -> String {
    let one = format!(" {} ", words.join(", "));
    if one.len() < 80 {
        return one;
    }
    let mut code = String::from("\n   ");
    let mut width = 4;
    for word in words {
        if width + word.len() + 2 > 100 {
            code.push_str("\n   ");
            width = 4;
        }
        let _ = write!(code, " {word},");
        width += word.len() + 2;
    }
    code.push('\n');
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
