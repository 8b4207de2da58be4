//! Rows that a vendor wraps once more (`{"campaign": {...}}`), without the wrapper: it names what a person asked for.

use std::borrow::Cow;

use afflux_core::operation::Operation;

use crate::secrets::members;

/// The row below its wrapper, byte for byte; the row itself where it has none, or something stands beside it.
pub(crate) fn unwrapped<'a>(operation: &Operation, row: &'a str) -> Cow<'a, str> {
    let Some(wrapper) = operation.items.and_then(|layout| layout.wrapped) else { return row.into() };
    match members(row).as_deref() {
        Some([(name, value)]) if name.trim_end_matches(':') == wrapper => value.get().to_owned().into(),
        _ => row.into(),
    }
}

#[cfg(test)]
mod tests {
    use afflux_core::decode::Layout;

    use super::*;

    #[test]
    fn only_a_wrapper_that_holds_everything_is_taken_off() {
        let wrapped = Layout { wrapped: Some("website"), ..Layout::default() };
        let operation = Operation { items: Some(wrapped), ..Operation::GET };
        let table = [
            (r#"{"website": {"id": 1.10}}"#, r#"{"id": 1.10}"#),
            (r#"{"website:":{"id":1}}"#, r#"{"id":1}"#),
            (r#"{"website":{"id":1},"more":2}"#, r#"{"website":{"id":1},"more":2}"#),
            (r#"{"id":1}"#, r#"{"id":1}"#),
            ("3", "3"),
        ];
        for (row, expected) in table {
            assert_eq!(unwrapped(&operation, row), expected);
        }
        assert_eq!(unwrapped(&Operation::GET, r#"{"website":{}}"#), r#"{"website":{}}"#);
    }
}
