//! What core is told about a schema, so that it can be checked without its Rust type: by the program, from text.

use super::{
    super::{
        api::{Check, Meta, MetaField, MetaSchema, Ty},
        names,
        spec::{Additional, Node, Schema, Span, Type, Zone},
    },
    Lowering, place, sentence,
    types::{is_null, nullable},
};

impl<'a> Lowering<'a> {
    /// The metadata of a value and the constants it is checked with; `constant` names those.
    pub(super) fn checked(&mut self, node: &'a Node, ty: &Ty, constant: &str, holder: Span) -> (Meta, Check) {
        let meta = self.meta(node, holder);
        let mut check = Check::default();
        let Meta::Of(mut schema) = meta else { return (meta, check) };
        if let Some(Meta::Of(item)) = &schema.items
            && let Ty::List(of) = ty
            && can_be_wrong(of)
            && item.constrains()
        {
            let name = self.constant(&format!("{constant}_ITEM"), Meta::Of(item.clone()));
            check.item = Some(name.clone());
            schema.items = Some(Meta::Named(name));
        }
        if schema.constrains() && can_be_wrong(ty) {
            let name = self.constant(constant, Meta::Of(schema));
            check.value = Some(name.clone());
            return (Meta::Named(name), check);
        }
        (Meta::Of(schema), check)
    }

    /// Adds a constant; the same schema under the same name is the same constant.
    fn constant(&mut self, name: &str, meta: Meta) -> String {
        let mut free = name.to_owned();
        let mut number = 1;
        while let Some((_, other)) = self.schemas.iter().find(|(taken, _)| *taken == free) {
            if *other == meta {
                return free;
            }
            number += 1;
            free = format!("{name}_{number}");
        }
        self.schemas.push((free.clone(), meta));
        free
    }

    /// The metadata of a schema.
    pub(super) fn meta(&mut self, node: &'a Node, holder: Span) -> Meta {
        let (component, target) = self.resolve(node);
        let span = place(target, holder);
        let schema = &target.value;
        let shared = component.filter(|_| !schema.properties.is_empty());
        let Some(component) = shared else { return Meta::Of(Box::new(self.meta_schema(schema, span))) };
        let mark = format!("meta of {component}");
        let constant = names::constant(component);
        if self.open.contains(&mark) {
            self.fault(span, "a request body that holds itself is not supported");
            return Meta::Named(constant);
        }
        self.open.push(mark);
        let meta = Meta::Of(Box::new(self.meta_schema(schema, span)));
        self.open.pop();
        Meta::Named(self.constant(&constant, meta))
    }

    /// What a generated test sends where a value made up would not do.
    fn example(&mut self, schema: &'a Schema, span: Span) -> Option<String> {
        let example = schema.example.as_ref().map(|example| (example.value.to_string(), Span::of(example)));
        let Some(pattern) = &schema.pattern else { return example.map(|(text, _)| text) };
        let Some((text, at)) = example else {
            self.fault(span, "a pattern needs an `example`, for the generated test");
            return None;
        };
        if regex_lite::Regex::new(&pattern.value).is_ok_and(|pattern| !pattern.is_match(&text)) {
            self.fault(at, "the example does not match the pattern");
        }
        Some(text)
    }

    fn meta_schema(&mut self, schema: &'a Schema, span: Span) -> MetaSchema {
        let alternatives: Vec<&'a Node> =
            schema.one_of.iter().chain(&schema.any_of).filter(|node| !is_null(&node.value)).collect();
        if let [only] = alternatives.as_slice() {
            let (_, target) = self.resolve(only);
            let only = self.meta_schema(&target.value, place(target, span));
            return MetaSchema { nullable: true, ..only };
        }
        let kind = if alternatives.is_empty() { self.kind(schema, span) } else { None };
        let is_map = schema.properties.is_empty();
        let mut meta = MetaSchema {
            kind: match kind {
                None | Some(Type::Null) => "Any",
                Some(Type::String) => "String",
                Some(Type::Integer) => "Integer",
                Some(Type::Number) => "Number",
                Some(Type::Boolean) => "Boolean",
                Some(Type::Array) => "Array",
                Some(Type::Object) if is_map => "Map",
                Some(Type::Object) => "Object",
            },
            // The width of a number is Rust's business, and a time without zone has no format of OpenAPI's.
            format: schema
                .format
                .as_ref()
                .map(|format| format.value.clone())
                .filter(|_| kind == Some(Type::String) && schema.extension.zone != Some(Zone::None)),
            pattern: schema.pattern.as_ref().map(|pattern| pattern.value.clone()),
            minimum: schema.minimum,
            maximum: schema.maximum,
            min_length: schema.min_length.or(schema.min_items),
            max_length: schema.max_length.or(schema.max_items),
            words: schema
                .words
                .iter()
                .flat_map(|words| &words.value)
                .map(|word| word.value.clone())
                .collect(),
            closed: schema.words.is_some() && schema.extension.open == Some(false),
            nullable: nullable(schema),
            secret: schema.extension.secret,
            items: schema.items.as_ref().map(|items| self.meta(items, span)),
            fields: Vec::new(),
            open: true,
            one_of: alternatives.iter().map(|node| self.meta(node, span)).collect(),
            example: self.example(schema, span),
        };
        if kind == Some(Type::Object) {
            match &schema.additional_properties {
                Some(Additional::Schema(values)) => meta.items = Some(self.meta(values, span)),
                Some(Additional::Allowed(open)) => meta.open = *open,
                None => meta.open = is_map,
            }
        }
        for (key, node) in schema.properties.iter() {
            let (_, target) = self.resolve(node);
            let description = node.value.description.as_ref().or(target.value.description.as_ref());
            let read_only = node.value.read_only || target.value.read_only;
            meta.fields.push(MetaField {
                name: key.value.clone(),
                required: schema.required.iter().any(|required| required.value == key.value),
                read_only,
                // What is never sent needs no check; it may even hold itself.
                meta: if read_only { Meta::Of(Box::default()) } else { self.meta(node, Span::of(key)) },
                summary: description.map(|text| sentence(text)).unwrap_or_default(),
            });
        }
        meta
    }
}

/// Whether a value of a Rust type can still break the rules of its schema: a `Uuid` cannot.
fn can_be_wrong(ty: &Ty) -> bool {
    matches!(
        ty,
        Ty::Text
            | Ty::Id(_)
            | Ty::Word(_)
            | Ty::Secret
            | Ty::U32
            | Ty::U64
            | Ty::I64
            | Ty::Float
            | Ty::Amount
            | Ty::List(_)
    )
}
