//! What is said about a type or a value: its meaning, unit, range, default and source.

use super::{
    super::spec::{Node, Schema},
    Lowering, Way,
};

impl Lowering<'_> {
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

/// The description of a type, or at least its name.
pub(super) fn described(schema: &Schema, name: &str) -> String {
    schema.description.as_deref().or(schema.title.as_deref()).map_or_else(|| format!("`{name}`."), sentence)
}

/// A text that ends as a sentence does.
pub(crate) fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?', ':']) { text.to_owned() } else { format!("{text}.") }
}
