//! Ids and open enums.

use std::fmt::Write as _;

use super::{
    super::api::Api,
    text::{HEADER, doc, literal, module_doc},
};

/// `ids.rs`.
pub(crate) fn ids(api: &Api) -> String {
    let mut code = format!(
        "{HEADER}{}\n",
        module_doc(
            "Ids: texts of types of their own, so that they cannot be mixed up. They are never parsed."
        )
    );
    for id in &api.ids {
        let about = if id.doc.is_empty() { format!("`{}`.", id.name) } else { id.doc.clone() };
        let _ = write!(
            code,
            "afflux_core::id_type! {{\n{}    pub struct {};\n}}\n\n",
            doc(&super::super::lower::sentence(&about), 4),
            id.name
        );
    }
    code
}

/// `words.rs`.
pub(crate) fn words(api: &Api) -> String {
    let mut code = format!(
        "{HEADER}{}\n",
        module_doc("Words: enums that keep a word they do not know. Answers may hold any word.")
    );
    for words in &api.words {
        let _ = write!(
            code,
            "afflux_core::open_enum! {{\n{}    pub enum {} {{\n",
            doc(&words.doc, 4),
            words.name
        );
        for word in &words.words {
            let about = super::super::lower::sentence(&word.doc);
            let _ = writeln!(code, "{}        {} = {},", doc(&about, 8), word.variant, literal(&word.word));
        }
        code.push_str("    }\n}\n\n");
    }
    code
}
