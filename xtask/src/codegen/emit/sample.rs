//! Values for generated tests: as Rust, as text in a query, as JSON. They are made apart from the code under test, so
//! that a test compares two things.

use std::fmt::Write as _;

use super::{
    super::api::{Api, Check, Meta, MetaSchema, Presence, Ty},
    text::literal,
};

/// One value in its three forms.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    /// An argument of a constructor or setter.
    pub(crate) argument: String,
    /// A value of the type itself.
    pub(crate) owned: String,
    /// What is printed into a query, not yet encoded.
    pub(crate) text: String,
    pub(crate) json: String,
}

impl Sample {
    fn plain(value: &str) -> Self {
        Self {
            argument: value.to_owned(),
            owned: value.to_owned(),
            text: value.to_owned(),
            json: value.to_owned(),
        }
    }

    fn quoted(argument: &str, owned: &str, text: &str) -> Self {
        let json = serde_json::Value::from(text).to_string();
        Self { argument: argument.to_owned(), owned: owned.to_owned(), text: text.to_owned(), json }
    }

    /// What is parsed from its text.
    fn parsed(source: &str, text: &str) -> Self {
        let expression = format!("{}.parse().unwrap()", literal(source));
        Self::quoted(&expression, &expression, text)
    }
}

/// The schema behind a metadata reference.
pub(crate) fn schema(api: &Api, meta: &Meta) -> MetaSchema {
    match meta {
        Meta::Of(schema) => (**schema).clone(),
        Meta::Named(name) => {
            let found = api.schemas.iter().find(|(known, _)| known == name);
            found.map(|(_, meta)| schema(api, meta)).unwrap_or_default()
        }
    }
}

/// A value that fits.
pub(crate) fn fitting(api: &Api, ty: &Ty, meta: &Meta) -> Sample {
    let known = schema(api, meta);
    match ty {
        Ty::Text => text(&known, |text| (literal(text), format!("{}.to_owned()", literal(text)))),
        Ty::Secret => text(&known, |text| (literal(text), format!("Sensitive::new({})", literal(text)))),
        Ty::Id(name) => text(&known, |text| (literal(text), format!("{name}::from({})", literal(text)))),
        Ty::Word(name) => word(api, name, &known),
        Ty::Uuid => Sample::parsed(UUID, UUID),
        Ty::Bool => Sample::plain("true"),
        Ty::U32 | Ty::U64 | Ty::I64 => {
            Sample::plain(&format!("{}", known.minimum.unwrap_or(1.0).min(known.maximum.unwrap_or(f64::MAX))))
        }
        Ty::Float => Sample::plain(&format!(
            "{:?}",
            known.minimum.unwrap_or(1.5).min(known.maximum.unwrap_or(f64::MAX))
        )),
        Ty::Amount => {
            let parsed = "\"12.50\".parse::<Amount>().unwrap()";
            Sample {
                argument: parsed.to_owned(),
                owned: parsed.to_owned(),
                text: "12.50".to_owned(),
                json: "12.50".to_owned(),
            }
        }
        Ty::Date => Sample::parsed("2026-01-31", "2026-01-31"),
        Ty::Civil => Sample::parsed("2026-01-31T10:20:30", "2026-01-31T10:20:30"),
        Ty::Instant | Ty::Utc => Sample::parsed(INSTANT, INSTANT),
        Ty::EpochSeconds | Ty::EpochMillis => {
            let number = if *ty == Ty::EpochSeconds { "1769854830" } else { "1769854830000" };
            let parsed = Sample::parsed(INSTANT, number);
            Sample { json: number.to_owned(), ..parsed }
        }
        Ty::Written(inner, pattern) => {
            let parsed = fitting(api, inner, meta);
            Sample::quoted(&parsed.argument, &parsed.owned, &written(pattern))
        }
        Ty::Any => {
            let made = "JsonText::new(r#\"{\"a\":1.10}\"#).unwrap()";
            Sample {
                argument: made.to_owned(),
                owned: made.to_owned(),
                text: String::new(),
                json: "{\"a\":1.10}".to_owned(),
            }
        }
        Ty::Bytes => Sample::plain("Body::Bytes(\"bytes\".into())"),
        Ty::List(item) | Ty::Wrapped(item, _) => list(api, item, &known),
        Ty::Map(item) => {
            let item = fitting(api, item, &known.items.unwrap_or_else(|| Meta::Of(Box::default())));
            Sample {
                argument: format!("[(\"key\", {})]", item.argument),
                owned: format!("BTreeMap::from([(\"key\".to_owned(), {})])", item.owned),
                text: item.text,
                json: format!("{{\"key\":{}}}", item.json),
            }
        }
        Ty::Input(name) => input(api, name),
        Ty::Choice(name) => choice(api, name, &known),
        Ty::Model(_) => Sample::plain("()"),
    }
}

const UUID: &str = "0190a2b4-7c1e-7d3f-8a5b-1c2d3e4f5a6b";
const INSTANT: &str = "2026-01-31T10:20:30Z";

/// The instant of the samples by a pattern of `strftime`; lowering lets only these letters pass.
pub(crate) fn written(pattern: &str) -> String {
    let table = [
        ("%F", "2026-01-31"),
        ("%T", "10:20:30"),
        ("%Y", "2026"),
        ("%m", "01"),
        ("%d", "31"),
        ("%H", "10"),
        ("%M", "20"),
        ("%S", "30"),
    ];
    table.iter().fold(pattern.to_owned(), |text, (letter, value)| text.replace(letter, value))
}

fn text(known: &MetaSchema, made: impl Fn(&str) -> (String, String)) -> Sample {
    let own = match (known.example.as_deref(), known.format.as_deref()) {
        (Some(example), _) => example.to_owned(),
        (None, Some("uuid")) => UUID.to_owned(),
        (None, Some("ip" | "ipv4")) => "203.0.113.7".to_owned(),
        (None, Some("ipv6")) => "2001:db8::7".to_owned(),
        (None, Some("uri")) => "https://example.com/a?b=c".to_owned(),
        (None, Some("email")) => "a@example.com".to_owned(),
        (None, Some("country" | "currency" | "language")) => "DE".to_owned(),
        (None, _) if known.words.is_empty() => sized("a b/c&d", known),
        (None, _) => known.words.first().cloned().unwrap_or_default(),
    };
    let (argument, owned) = made(&own);
    Sample::quoted(&argument, &owned, &own)
}

fn sized(text: &str, known: &MetaSchema) -> String {
    let least = known.min_length.unwrap_or(0) as usize;
    let most = known.max_length.map_or(usize::MAX, |most| most as usize);
    let long: String = text.chars().chain(std::iter::repeat('x')).take(text.len().max(least)).collect();
    long.chars().take(most).collect()
}

fn word(api: &Api, name: &str, known: &MetaSchema) -> Sample {
    let words = api.words.iter().find(|words| words.name == name);
    let first = words.and_then(|words| words.words.first());
    let (variant, word) = first.map_or(("Unknown", known.words.first().map_or("", String::as_str)), |word| {
        (word.variant.as_str(), word.word.as_str())
    });
    let expression = format!("{name}::{variant}");
    Sample::quoted(&expression, &expression, word)
}

fn list(api: &Api, item: &Ty, known: &MetaSchema) -> Sample {
    let meta = known.items.clone().unwrap_or_else(|| Meta::Of(Box::default()));
    let item = fitting(api, item, &meta);
    let count = known.min_length.unwrap_or(1).max(1) as usize;
    let repeat = |text: &str| vec![text.to_owned(); count].join(", ");
    Sample {
        argument: format!("[{}]", repeat(&item.argument)),
        owned: format!("vec![{}]", repeat(&item.owned)),
        text: item.text,
        json: format!("[{}]", vec![item.json; count].join(",")),
    }
}

fn input(api: &Api, name: &str) -> Sample {
    let Some(input) = api.inputs.iter().find(|input| input.name == *name) else { return Sample::plain("()") };
    let mut arguments = Vec::new();
    let mut members = Vec::new();
    for field in &input.fields {
        let (argument, json) = match field.presence {
            Presence::Required => {
                let sample = fitting(api, &field.ty, &field.meta);
                (sample.argument, sample.json)
            }
            Presence::Nullable => ("None".to_owned(), "null".to_owned()),
            Presence::Optional | Presence::TriState => continue,
        };
        arguments.push(argument);
        members.push(format!("{}:{json}", serde_json::Value::from(field.name.as_str())));
    }
    let expression = format!("{name}::new({})", arguments.join(", "));
    Sample {
        argument: expression.clone(),
        owned: expression,
        text: String::new(),
        json: format!("{{{}}}", members.join(",")),
    }
}

fn choice(api: &Api, name: &str, known: &MetaSchema) -> Sample {
    let choice = api.choices.iter().find(|choice| choice.name == *name);
    let Some((variant, ty)) = choice.and_then(|choice| choice.variants.first()) else {
        return Sample::plain("()");
    };
    let meta = known.one_of.first().cloned().unwrap_or_else(|| Meta::Of(Box::default()));
    let sample = fitting(api, ty, &meta);
    let expression = format!("{name}::{variant}({})", sample.owned);
    Sample { argument: expression.clone(), owned: expression, ..sample }
}

/// A value that the check refuses, where there is one that the type lets pass.
pub(crate) fn refused(api: &Api, ty: &Ty, meta: &Meta, check: &Check) -> Option<String> {
    let known = schema(api, meta);
    check.value.as_ref()?;
    let number = |number: f64| format!("{number}");
    match ty {
        Ty::U32 | Ty::U64 | Ty::I64 => {
            let above = known.maximum.map(|maximum| number(maximum + 1.0));
            let below = known.minimum.filter(|minimum| *minimum >= 1.0 || *ty == Ty::I64);
            above.or_else(|| below.map(|minimum| number(minimum - 1.0)))
        }
        Ty::Float => known.maximum.map(|maximum| format!("{:?}", maximum + 1.0)),
        Ty::Text | Ty::Secret | Ty::Id(_) | Ty::Word(_) => {
            let long = known.max_length.map(|most| format!("\"x\".repeat({})", most + 1));
            let short = known.min_length.filter(|least| *least > 0).map(|_| "\"\"".to_owned());
            let strange = known.pattern.is_some() || known.closed || known.format.is_some();
            long.or(short).or_else(|| strange.then(|| "\"\\u{0}?\"".to_owned()))
        }
        _ => None,
    }
}

/// A text as it stands in a query.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}
