//! The Rust type of a schema, and the types that have to be generated for it.

use super::{
    super::{
        api::Ty,
        names,
        spec::{Additional, Node, Schema, Span, Type, Zone},
    },
    Lowering, Way, place,
};

impl<'a> Lowering<'a> {
    /// The type of a schema; `hint` names what is generated for a schema in place that has no name of its own.
    pub(super) fn ty(&mut self, node: &'a Node, way: Way, hint: &str, holder: Span) -> Ty {
        let (component, target) = self.resolve(node);
        let span = place(target, holder);
        let schema = &target.value;
        let name = match (&schema.extension.name, component) {
            (Some(name), _) => name.value.clone(),
            (None, Some(component)) => component.to_owned(),
            (None, None) => hint.to_owned(),
        };
        if !names::is_type_name(&name) {
            self.fault(span, format!("`{name}` is not the name of a type: it must be like `LeadRow`"));
        }
        if !schema.one_of.is_empty() || !schema.any_of.is_empty() {
            return self.alternatives(schema, way, &name, span);
        }
        match self.kind(schema, span) {
            None | Some(Type::Null) => Ty::Any,
            Some(Type::String) => self.text(schema, way, &name, span),
            Some(Type::Boolean) => Ty::Bool,
            Some(Type::Integer) => Self::integer(schema),
            Some(Type::Number) if schema.extension.decimal => Ty::Amount,
            Some(Type::Number) => Self::epoch(schema).unwrap_or(Ty::Float),
            Some(Type::Array) => self.array(schema, way, hint, span),
            Some(Type::Object) => self.object(schema, way, &name, span),
        }
    }

    /// The one JSON type of a schema beside `null`; scalars of several types are texts.
    pub(super) fn kind(&mut self, schema: &'a Schema, span: Span) -> Option<Type> {
        let mut kinds = Vec::new();
        let listed = schema.kind.as_ref();
        for word in listed.iter().flat_map(|kind| kind.value.0.iter()) {
            match Type::of(&word.value) {
                Some(Type::Null) => {}
                Some(kind) => kinds.push(kind),
                None => self.fault(span, format!("`{}` is not a JSON type", word.value)),
            }
        }
        let kind = match kinds.as_slice() {
            [] if listed.is_some() => return None,
            [] if !schema.properties.is_empty() || schema.additional_properties.is_some() => Type::Object,
            [] if schema.items.is_some() => Type::Array,
            [] if schema.words.is_some() => Type::String,
            [] => return None,
            [kind] => *kind,
            [Type::Integer, Type::Number] | [Type::Number, Type::Integer] => Type::Number,
            several if several.iter().all(|kind| !matches!(kind, Type::Array | Type::Object)) => Type::String,
            _ => {
                self.fault(
                    span,
                    "lists and objects beside other types are not supported: write them as `oneOf`",
                );
                return None;
            }
        };
        self.keywords(schema, kind, span);
        Some(kind)
    }

    /// Refuses keywords that do not belong to a type.
    fn keywords(&mut self, schema: &'a Schema, kind: Type, span: Span) {
        let number = matches!(kind, Type::Integer | Type::Number);
        let text = kind == Type::String;
        let table = [
            ("pattern", schema.pattern.is_some(), text),
            ("minLength", schema.min_length.is_some(), text),
            ("maxLength", schema.max_length.is_some(), text),
            ("enum", schema.words.is_some(), text),
            ("minimum", schema.minimum.is_some(), number),
            ("maximum", schema.maximum.is_some(), number),
            ("items", schema.items.is_some(), kind == Type::Array),
            ("minItems", schema.min_items.is_some(), kind == Type::Array),
            ("maxItems", schema.max_items.is_some(), kind == Type::Array),
            ("properties", !schema.properties.is_empty(), kind == Type::Object),
            ("required", !schema.required.is_empty(), kind == Type::Object),
            ("additionalProperties", schema.additional_properties.is_some(), kind == Type::Object),
            ("x-afflux.secret", schema.extension.secret, text),
            ("x-afflux.id", schema.extension.id.is_some(), text),
            ("x-afflux.decimal", schema.extension.decimal, text || number),
            ("x-afflux.zone", schema.extension.zone.is_some(), text || number),
            ("x-afflux.written", schema.extension.written.is_some(), dated(schema)),
            ("x-afflux.accepts", !schema.extension.accepts.0.is_empty(), schema.extension.id.is_some()),
            ("x-afflux.open", schema.extension.open.is_some(), schema.words.is_some()),
            ("x-afflux.words", !schema.extension.words.is_empty(), schema.words.is_some()),
            ("x-afflux.variants", !schema.extension.variants.is_empty(), schema.words.is_some()),
            ("x-afflux.wrapped", schema.extension.wrapped.is_some(), kind == Type::Array),
        ];
        for (keyword, present, belongs) in table {
            if present && !belongs {
                self.fault(span, format!("`{keyword}` does not belong to the type of this schema"));
            }
        }
        if let Some(format) = &schema.format {
            let fits = match kind {
                Type::String => true,
                Type::Integer => matches!(format.value.as_str(), "int32" | "int64"),
                Type::Number => matches!(format.value.as_str(), "float" | "double"),
                _ => false,
            };
            if !fits {
                self.fault(
                    Span::of(format),
                    format!("the format `{}` does not belong to this type", format.value),
                );
            }
        }
        for drift in &schema.extension.drift.0 {
            if Type::of(&drift.value).is_none() {
                self.fault(Span::of(drift), format!("`{}` is not a JSON type", drift.value));
            }
        }
        if let (Some(fallback), Some(words)) = (&schema.fallback, &schema.words)
            && !words.value.iter().any(|word| word.value == fallback.to_string())
        {
            self.fault(span, format!("the default `{fallback}` is not among the words of the enum"));
        }
        let low_high = [
            (schema.minimum, schema.maximum),
            (schema.min_length.map(f64::from), schema.max_length.map(f64::from)),
            (schema.min_items.map(f64::from), schema.max_items.map(f64::from)),
        ];
        if low_high.iter().any(|(low, high)| low.zip(*high).is_some_and(|(low, high)| low > high)) {
            self.fault(span, "the lower bound is above the upper one");
        }
        if let Some(pattern) = &schema.pattern
            && let Err(error) = regex_lite::Regex::new(&pattern.value)
        {
            self.fault(Span::of(pattern), format!("the pattern is not a regular expression: {error}"));
        }
    }

    fn text(&mut self, schema: &'a Schema, way: Way, name: &str, span: Span) -> Ty {
        let extension = &schema.extension;
        let claims = [
            extension.secret,
            extension.id.is_some(),
            extension.decimal,
            schema.words.is_some(),
            extension.zone.is_some(),
        ];
        if claims.iter().filter(|claim| **claim).count() > 1 {
            self.fault(span, "a string is one of: secret, id, decimal, enum, date and time");
        }
        if extension.secret {
            return Ty::Secret;
        }
        if let Some(id) = &extension.id {
            self.id(&id.value, schema, Span::of(id));
            return Ty::Id(id.value.clone());
        }
        if extension.decimal {
            return Ty::Amount;
        }
        if schema.words.is_some() {
            self.open_enum(schema, name, span);
            return Ty::Word(name.to_owned());
        }
        let Some(format) = &schema.format else { return Self::epoch(schema).unwrap_or(Ty::Text) };
        let time = match format.value.as_str() {
            "uuid" => return Ty::Uuid,
            "binary" => return Ty::Bytes,
            "ip" | "ipv4" | "ipv6" | "uri" | "email" | "country" | "language" | "currency" => {
                return Ty::Text;
            }
            "date" => Ty::Date,
            "date-time" => match extension.zone.unwrap_or(Zone::Offset) {
                Zone::Offset => Ty::Instant,
                Zone::Utc => Ty::Utc,
                Zone::None => Ty::Civil,
                Zone::EpochSeconds => Ty::EpochSeconds,
                Zone::EpochMillis => Ty::EpochMillis,
            },
            other => {
                self.fault(Span::of(format), format!("the format `{other}` is not supported"));
                return Ty::Text;
            }
        };
        if let Some(written) = &extension.written {
            let left = super::super::emit::sample::written(&written.value);
            if left.contains('%') {
                self.fault(Span::of(written), "only %F %T %Y %m %d %H %M %S are supported");
            }
        }
        match &extension.written {
            Some(written) if way == Way::Request => Ty::Written(Box::new(time), written.value.clone()),
            _ => time,
        }
    }

    fn epoch(schema: &Schema) -> Option<Ty> {
        match schema.extension.zone? {
            Zone::EpochSeconds => Some(Ty::EpochSeconds),
            Zone::EpochMillis => Some(Ty::EpochMillis),
            _ => None,
        }
    }

    fn integer(schema: &Schema) -> Ty {
        // `int32` says that it is small where there is no upper bound.
        let int32 = schema.format.as_ref().is_some_and(|format| format.value == "int32");
        let natural = schema.minimum.is_some_and(|minimum| minimum >= 0.0);
        let small = schema.maximum.is_some_and(|maximum| maximum <= f64::from(u32::MAX)) || int32;
        Self::epoch(schema).unwrap_or(match (natural, small) {
            (true, true) => Ty::U32,
            (true, false) => Ty::U64,
            _ => Ty::I64,
        })
    }

    fn array(&mut self, schema: &'a Schema, way: Way, hint: &str, span: Span) -> Ty {
        let Some(items) = &schema.items else {
            self.fault(span, "a list needs `items`");
            return Ty::Any;
        };
        let singular = hint.strip_suffix('s').filter(|name| name.len() > 2).unwrap_or(hint);
        let item = self.ty(items, way, &format!("{singular}Item"), span);
        match &schema.extension.wrapped {
            Some(key) if way == Way::Answer => Ty::Wrapped(Box::new(item), key.value.clone()),
            _ => Ty::List(Box::new(item)),
        }
    }

    fn object(&mut self, schema: &'a Schema, way: Way, name: &str, span: Span) -> Ty {
        if schema.properties.is_empty() {
            return match &schema.additional_properties {
                Some(Additional::Schema(values)) => {
                    Ty::Map(Box::new(self.ty(values, way, &format!("{name}Value"), span)))
                }
                _ => Ty::Any,
            };
        }
        for required in &schema.required {
            if schema.properties.get(&required.value).is_none() {
                self.fault(
                    Span::of(required),
                    format!("`{}` is required but is not among the properties", required.value),
                );
            }
        }
        match way {
            Way::Answer => self.model(schema, name, span),
            Way::Request => self.input(schema, name, span),
        }
    }
}

/// Whether a schema is that of a date or time.
fn dated(schema: &Schema) -> bool {
    schema.format.as_ref().is_some_and(|format| matches!(format.value.as_str(), "date" | "date-time"))
}

/// Whether `null` may be sent.
pub(super) fn nullable(schema: &Schema) -> bool {
    let listed =
        schema.kind.as_ref().is_some_and(|kind| kind.value.0.iter().any(|kind| kind.value == "null"));
    listed || schema.one_of.iter().chain(&schema.any_of).any(|node| is_null(&node.value))
}

pub(super) fn is_null(schema: &Schema) -> bool {
    schema
        .kind
        .as_ref()
        .is_some_and(|kind| !kind.value.0.is_empty() && kind.value.0.iter().all(|kind| kind.value == "null"))
}
