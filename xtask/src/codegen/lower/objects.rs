//! Objects and alternatives: the types that are generated for what is read and for what is sent.

use super::{
    super::{
        api::{Choice, Input, InputField, Model, ModelField, Presence, Ty},
        names,
        spec::{Additional, Node, Schema, Span},
    },
    Lowering, Way, place,
    text::described,
    types::{is_null, nullable},
};

impl<'a> Lowering<'a> {
    pub(super) fn model(&mut self, schema: &'a Schema, name: &str, span: Span) -> Ty {
        let ty = Ty::Model(name.to_owned());
        let known =
            self.open.iter().any(|open| open == name) || self.models.iter().any(|model| model.name == name);
        if !self.take(name, span) || known {
            return ty;
        }
        self.answered.insert(name.to_owned());
        self.open.push(name.to_owned());
        let mut fields: Vec<ModelField> = Vec::new();
        for (key, node) in schema.properties.iter() {
            let field =
                self.ty(node, Way::Answer, &format!("{name}{}", names::pascal(&key.value)), Span::of(key));
            let boxed = matches!(&field, Ty::Model(model) if self.open.contains(model));
            let ident = names::field(&key.value);
            if fields.iter().any(|field| field.ident == ident) {
                self.fault(Span::of(key), format!("two properties would be called `{ident}`"));
            }
            let (_, target) = self.resolve(node);
            fields.push(ModelField {
                name: key.value.clone(),
                ident,
                aliases: node.value.extension.aliases.iter().map(|alias| alias.value.clone()).collect(),
                doc: Self::doc(node, target, Way::Answer),
                ty: field,
                vacant: node.value.extension.vacant || target.value.extension.vacant,
                boxed,
            });
        }
        self.open.pop();
        let doc = described(schema, name);
        self.models.push(Model { name: name.to_owned(), doc, fields });
        ty
    }

    pub(super) fn input(&mut self, schema: &'a Schema, name: &str, span: Span) -> Ty {
        // What is read and what is sent are two types, for they have different rules.
        let name = if self.answered.contains(name) { format!("{name}Input") } else { name.to_owned() };
        let ty = Ty::Input(name.clone());
        if self.open.contains(&name) {
            self.fault(span, "a request body that holds itself is not supported");
            return ty;
        }
        let known = self.inputs.iter().any(|input| input.name == name);
        let other = if name.ends_with("Input") { Span { column: span.column + 1000, ..span } } else { span };
        if !self.take(&name, other) || known {
            return ty;
        }
        self.open.push(name.clone());
        let mut fields: Vec<InputField> = Vec::new();
        for (key, node) in schema.properties.iter() {
            let (_, target) = self.resolve(node);
            if node.value.read_only || target.value.read_only {
                continue;
            }
            let hint = format!("{name}{}", names::pascal(&key.value));
            let ident = names::field(&key.value);
            if fields.iter().any(|field| field.ident == ident) {
                self.fault(Span::of(key), format!("two properties would be called `{ident}`"));
            }
            let required = schema.required.iter().any(|required| required.value == key.value);
            let field = self.ty(node, Way::Request, &hint, Span::of(key));
            let (meta, check) = self.checked(node, &field, &names::constant(&hint), Span::of(key));
            fields.push(InputField {
                name: key.value.clone(),
                ident,
                doc: Self::doc(node, target, Way::Request),
                ty: field,
                presence: match (required, nullable(&target.value)) {
                    (true, false) => Presence::Required,
                    (true, true) => Presence::Nullable,
                    (false, true) => Presence::TriState,
                    (false, false) => Presence::Optional,
                },
                check,
                meta,
            });
        }
        let extra = match &schema.additional_properties {
            Some(Additional::Schema(values)) => {
                Some(self.ty(values, Way::Request, &format!("{name}Extra"), span))
            }
            Some(Additional::Allowed(true)) => Some(Ty::Any),
            Some(Additional::Allowed(false)) | None => None,
        };
        self.open.pop();
        let doc = described(schema, &name);
        self.inputs.push(Input { name, doc, fields, extra });
        ty
    }

    pub(super) fn alternatives(&mut self, schema: &'a Schema, way: Way, name: &str, span: Span) -> Ty {
        if !schema.one_of.is_empty() && !schema.any_of.is_empty() {
            self.fault(span, "`oneOf` beside `anyOf` is not supported");
        }
        if schema.kind.is_some() || !schema.properties.is_empty() {
            self.fault(span, "`oneOf` and `anyOf` beside a type or properties are not supported");
        }
        let nodes = schema.one_of.iter().chain(&schema.any_of).filter(|node| !is_null(&node.value));
        let nodes: Vec<&'a Node> = nodes.collect();
        if let [only] = nodes.as_slice() {
            return self.ty(only, way, name, span);
        }
        let mut variants: Vec<(String, Ty)> = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            let (component, target) = self.resolve(node);
            let named = node.value.extension.variant.as_ref().or(target.value.extension.variant.as_ref());
            let variant = match (named, component) {
                (Some(variant), _) => variant.value.clone(),
                (None, Some(component)) => component.to_owned(),
                (None, None) => match self.kind(&target.value, place(target, span)) {
                    Some(kind) => format!("{kind:?}"),
                    None => format!("Variant{}", index + 1),
                },
            };
            if variants.iter().any(|(other, _)| *other == variant) {
                self.fault(
                    place(node, span),
                    format!(
                        "two alternatives are called `{variant}`: name them by `x-afflux: {{variant: ..}}`"
                    ),
                );
            }
            let ty = self.ty(node, way, &format!("{name}{variant}"), span);
            variants.push((variant, ty));
        }
        if way == Way::Answer {
            // Which alternative came is for who reads it; the text is always there.
            return Ty::Any;
        }
        let ty = Ty::Choice(name.to_owned());
        let known = self.choices.iter().any(|choice| choice.name == name);
        if self.take(name, span) && !known {
            let secret = schema.extension.secret;
            self.choices.push(Choice {
                name: name.to_owned(),
                doc: described(schema, name),
                secret,
                variants,
            });
        }
        ty
    }
}
