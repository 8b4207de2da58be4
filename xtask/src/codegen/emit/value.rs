//! The Rust types of values and the expressions that write them.

use super::super::api::Ty;

/// The type of a value that is read.
pub(crate) fn read_type(ty: &Ty) -> String {
    match ty {
        Ty::Text | Ty::Bytes => "String".to_owned(),
        Ty::Uuid => "Uuid".to_owned(),
        Ty::Bool => "bool".to_owned(),
        Ty::U32 => "u32".to_owned(),
        Ty::U64 => "u64".to_owned(),
        Ty::I64 => "i64".to_owned(),
        Ty::Float => "f64".to_owned(),
        Ty::Amount => "Amount".to_owned(),
        Ty::Date => "jiff::civil::Date".to_owned(),
        Ty::Civil => "jiff::civil::DateTime".to_owned(),
        Ty::Instant => "jiff::Timestamp".to_owned(),
        Ty::Utc => "UtcTime".to_owned(),
        Ty::EpochSeconds => "EpochSeconds".to_owned(),
        Ty::EpochMillis => "EpochMillis".to_owned(),
        Ty::Secret => "Sensitive".to_owned(),
        Ty::Any => "JsonText".to_owned(),
        Ty::Id(name) | Ty::Word(name) | Ty::Model(name) | Ty::Input(name) | Ty::Choice(name) => name.clone(),
        Ty::List(item) | Ty::Wrapped(item, _) => format!("Vec<{}>", read_type(item)),
        Ty::Map(item) => format!("BTreeMap<String, {}>", read_type(item)),
        Ty::Written(ty, _) => read_type(ty),
    }
}

/// The type of a value that is sent.
pub(crate) fn sent_type(ty: &Ty) -> String {
    match ty {
        Ty::Bytes => "Body".to_owned(),
        Ty::Instant | Ty::Utc | Ty::EpochSeconds | Ty::EpochMillis => "jiff::Timestamp".to_owned(),
        Ty::List(item) | Ty::Wrapped(item, _) => format!("Vec<{}>", sent_type(item)),
        Ty::Map(item) => format!("BTreeMap<String, {}>", sent_type(item)),
        Ty::Written(ty, _) => sent_type(ty),
        other => read_type(other),
    }
}

/// The type of a setter's argument.
pub(crate) fn argument(ty: &Ty) -> String {
    match ty {
        Ty::Text | Ty::Secret => "impl Into<String>".to_owned(),
        Ty::Id(name) | Ty::Word(name) | Ty::Choice(name) => format!("impl Into<{name}>"),
        Ty::Amount => "impl Into<Amount>".to_owned(),
        Ty::Bytes => "Body".to_owned(),
        Ty::List(item) => format!("impl IntoIterator<Item = {}>", argument(item)),
        Ty::Map(item) => format!("impl IntoIterator<Item = (impl Into<String>, {})>", argument(item)),
        other => sent_type(other),
    }
}

/// From a setter's argument to the value.
pub(crate) fn converted(ty: &Ty, name: &str) -> String {
    match ty {
        Ty::Text | Ty::Id(_) | Ty::Word(_) | Ty::Choice(_) | Ty::Amount => format!("{name}.into()"),
        Ty::Secret => format!("Sensitive::new({name})"),
        Ty::List(item) => match converted(item, "item") {
            same if same == "item" => format!("{name}.into_iter().collect()"),
            item if item == "item.into()" => format!("{name}.into_iter().map(Into::into).collect()"),
            item => format!("{name}.into_iter().map(|item| {item}).collect()"),
        },
        Ty::Map(item) => {
            let item = converted(item, "item");
            format!("{name}.into_iter().map(|(key, item)| (key.into(), {item})).collect()")
        }
        _ => name.to_owned(),
    }
}

/// What is printed into a path, a query or a form, of a reference called `name`.
pub(crate) fn printed(ty: &Ty, name: &str) -> String {
    match ty {
        Ty::EpochSeconds => format!("{name}.as_second()"),
        Ty::EpochMillis => format!("{name}.as_millisecond()"),
        Ty::Written(_, pattern) => format!("{name}.strftime({})", super::text::literal(pattern)),
        Ty::Secret => format!("{name}.reveal()"),
        _ => name.to_owned(),
    }
}

/// What is serialized into a JSON body, of a reference called `name`; itself a reference.
pub(crate) fn serialized(ty: &Ty, name: &str) -> String {
    match ty {
        Ty::Secret => format!("{name}.reveal()"),
        ty if is_direct(ty) => name.to_owned(),
        Ty::List(item) => format!("&{name}.iter().map(|item| {}).collect::<Vec<_>>()", owned(item, "item")),
        Ty::Map(item) => format!(
            "&{name}.iter().map(|(key, item)| (key, {})).collect::<BTreeMap<_, _>>()",
            owned(item, "item")
        ),
        ty => format!("&{}", owned(ty, name)),
    }
}

/// The same as a value of its own.
fn owned(ty: &Ty, name: &str) -> String {
    match ty {
        Ty::EpochSeconds | Ty::EpochMillis => printed(ty, name),
        Ty::Secret => format!("{name}.reveal()"),
        Ty::List(item) if !is_direct(ty) => {
            format!("{name}.iter().map(|item| {}).collect::<Vec<_>>()", owned(item, "item"))
        }
        ty if is_direct(ty) => name.to_owned(),
        ty => format!("{}.to_string()", printed(ty, name)),
    }
}

/// Whether a type serializes by itself.
fn is_direct(ty: &Ty) -> bool {
    match ty {
        Ty::Text
        | Ty::Bool
        | Ty::U32
        | Ty::U64
        | Ty::I64
        | Ty::Float
        | Ty::Amount
        | Ty::Any
        | Ty::Id(_)
        | Ty::Word(_)
        | Ty::Input(_)
        | Ty::Choice(_) => true,
        Ty::List(item) | Ty::Map(item) => is_direct(item),
        _ => false,
    }
}

/// Whether the type is `Copy`.
pub(crate) fn is_copy(ty: &Ty) -> bool {
    let number = matches!(ty, Ty::Bool | Ty::U32 | Ty::U64 | Ty::I64 | Ty::Float);
    let time =
        matches!(ty, Ty::Date | Ty::Civil | Ty::Instant | Ty::Utc | Ty::EpochSeconds | Ty::EpochMillis);
    number || time || matches!(ty, Ty::Uuid | Ty::Written(..))
}
