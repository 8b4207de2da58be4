//! The checks of values before they are sent, with the constants of their schemas.

use std::fmt::Write as _;

use super::{
    super::api::{Api, Check, Ty},
    text::literal,
};

/// Whether a value of this type has something to check of its own: an input, or what holds one.
pub(crate) fn is_needed(api: &Api, ty: &Ty) -> bool {
    match ty {
        Ty::Input(name) => api.inputs.iter().find(|input| input.name == *name).is_some_and(|input| {
            input.extra.is_some()
                || input
                    .fields
                    .iter()
                    .any(|field| field.check != Check::default() || is_needed(api, &field.ty))
        }),
        Ty::Choice(name) => {
            let choice = api.choices.iter().find(|choice| choice.name == *name);
            choice.is_some_and(|choice| choice.variants.iter().any(|(_, ty)| is_needed(api, ty)))
        }
        Ty::List(item) | Ty::Map(item) => is_needed(api, item),
        _ => false,
    }
}

/// The statements that check a value, of a reference called `value`.
pub(crate) fn statements(api: &Api, name: &str, ty: &Ty, check: &Check, value: &str) -> String {
    let mut code = String::new();
    if let Some(schema) = &check.value {
        code.push_str(&leaf(schema, &literal(name), ty, value));
    }
    if let (Some(schema), Ty::List(item)) = (&check.item, ty) {
        let at = format!("&format!(\"{name}[{{index}}]\")");
        let _ = write!(
            code,
            "for (index, item) in {value}.iter().enumerate() {{ {} }}",
            leaf(schema, &at, item, "item")
        );
    }
    if is_needed(api, ty) {
        match ty {
            Ty::List(_) => {
                let below =
                    if name.is_empty() { String::new() } else { format!(".below({})", literal(name)) };
                let _ = write!(
                    code,
                    "for (index, item) in {value}.iter().enumerate() {{ \
                     item.check().map_err(|violation| violation.below(&format!(\"[{{index}}]\")){below})?; }}"
                );
            }
            Ty::Map(_) => {
                let below =
                    if name.is_empty() { String::new() } else { format!(".below({})", literal(name)) };
                let entries = if value.starts_with("self.") { format!("&{value}") } else { value.to_owned() };
                let _ = write!(
                    code,
                    "for (key, item) in {entries} {{ \
                     item.check().map_err(|violation| violation.below(key){below})?; }}"
                );
            }
            _ if name.is_empty() => {
                let _ = write!(code, "{value}.check()?;");
            }
            _ => {
                let name = literal(name);
                let _ = write!(code, "{value}.check().map_err(|violation| violation.below({name}))?;");
            }
        }
    }
    code
}

fn leaf(schema: &str, at: &str, ty: &Ty, value: &str) -> String {
    match ty {
        Ty::Text => format!("schemas::{schema}.text({at}, {value})?;"),
        Ty::Id(_) | Ty::Word(_) => format!("schemas::{schema}.text({at}, {value}.as_str())?;"),
        Ty::Secret => format!("schemas::{schema}.text({at}, {value}.reveal())?;"),
        Ty::U32 | Ty::U64 | Ty::I64 => format!("schemas::{schema}.whole({at}, *{value})?;"),
        Ty::Float => format!("schemas::{schema}.number({at}, *{value})?;"),
        Ty::Amount => format!("schemas::{schema}.number({at}, {value}.text().parse().unwrap_or(f64::NAN))?;"),
        Ty::List(_) => format!("schemas::{schema}.count({at}, {value}.len())?;"),
        _ => String::new(),
    }
}
