//! What the vendor says is wrong, read out of the error bodies of all three generations.
//!
//! The engine has decided by then what became of the call; this is only about the vendor's words.

use std::fmt;

use afflux_core::{
    decode::{Field, JsonText, Kind},
    error::Error,
};

use crate::constraint::Constraint;

/// The generation of the API that an operation belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Generation {
    /// No version in the path.
    First,
    /// Below `/v2`.
    Second,
    /// Below `/v3`.
    Third,
}

impl Generation {
    /// The generation of an operation's path.
    #[inline]
    pub fn of_path(path: &str) -> Self {
        match path.split('/').nth(1) {
            Some("v2") => Self::Second,
            Some("v3") => Self::Third,
            _ => Self::First,
        }
    }
}

/// What the vendor says is wrong.
///
/// ```
/// # fn explain(error: &afflux_partnerize::Error) {
/// if let Some(refusal) = afflux_partnerize::Refusal::of(error) {
///     for fault in &refusal.faults {
///         println!("{}: {}", fault.property, fault.meaning().unwrap_or("?"));
///     }
/// }
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The generation of the operation, and so of the body.
    pub generation: Generation,
    /// The code of the whole, which is the HTTP status as a text; the first API calls it `type`.
    pub code: Option<String>,
    /// The sentence of the whole.
    pub message: Option<String>,
    /// Everything that is wrong, in the vendor's order; empty where it says no more.
    pub faults: Vec<Fault>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// Where it is; empty where it is about the call as a whole.
    pub property: Property,
    /// What is violated.
    pub constraint: Option<Constraint>,
    /// The vendor's class of errors, such as `validation_error`.
    pub kind: Option<String>,
    /// The vendor's own sentence.
    pub message: Option<String>,
}

impl Refusal {
    /// Reads the answer that an error was made of; nothing where there is none, or none that is the vendor's.
    #[inline]
    pub fn of(error: &Error) -> Option<Self> {
        let generation = Generation::of_path(error.operation()?.path);
        Self::read(generation, error.raw_body()?)
    }

    /// Reads the body of an error; nothing where it is not the vendor's.
    #[inline]
    pub fn read(generation: Generation, body: &[u8]) -> Option<Self> {
        let body = JsonText::new(body.to_vec()).ok()?;
        let whole = body.get("error")?;
        if whole.kind() != Kind::Object {
            return None;
        }
        let errors = whole.get("errors").filter(|errors| errors.kind() == Kind::Array);
        let fields = whole.get("fields").filter(|fields| fields.kind() == Kind::Object);
        let faults = match (errors, fields) {
            (Some(errors), _) => errors.elements().map(Fault::read).collect(),
            (None, Some(fields)) => fields.entries().map(|(name, why)| Fault::of_field(&name, why)).collect(),
            (None, None) => Vec::new(),
        };
        Some(Self {
            generation,
            code: word(whole, "code").or_else(|| word(whole, "type")),
            message: word(whole, "message"),
            faults,
        })
    }
}

impl fmt::Display for Refusal {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message.as_deref().unwrap_or("refused"))?;
        for (index, fault) in self.faults.iter().enumerate() {
            f.write_str(if index == 0 { ": " } else { "; " })?;
            fault.fmt(f)?;
        }
        Ok(())
    }
}

impl Fault {
    #[inline]
    fn read(fault: Field<'_>) -> Self {
        Self {
            property: word(fault, "property").as_deref().map(Property::parse).unwrap_or_default(),
            constraint: word(fault, "code").map(Constraint::from),
            kind: word(fault, "type"),
            message: word(fault, "message"),
        }
    }

    /// A member of `fields`, as the first API has it.
    #[inline]
    fn of_field(name: &str, why: Field<'_>) -> Self {
        let message = Some(why.text().into_owned()).filter(|text| !text.is_empty());
        Self { property: Property::parse(name), constraint: None, kind: None, message }
    }

    /// What it means: by the registry, else in the vendor's own sentence.
    #[inline]
    pub fn meaning(&self) -> Option<&str> {
        self.constraint.as_ref().and_then(Constraint::meaning).or(self.message.as_deref())
    }
}

impl fmt::Display for Fault {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.property.steps().is_empty() {
            write!(f, "`{}`: ", self.property)?;
        }
        match (&self.message, &self.constraint) {
            (Some(message), _) => f.write_str(message),
            (None, Some(constraint)) => f.write_str(constraint.meaning().unwrap_or(constraint.as_str())),
            (None, None) => f.write_str("refused"),
        }
    }
}

/// A text that says something.
fn word(field: Field<'_>, name: &str) -> Option<String> {
    let value = field.get(name).filter(|value| !matches!(value.kind(), Kind::Object | Kind::Array))?;
    Some(value.text().into_owned()).filter(|text| !value.is_null() && !text.is_empty())
}

/// The place of what is wrong: `[campaigns][0]` is the first of `campaigns`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Property {
    text: String,
    steps: Vec<Step>,
}

/// A step on the way to a place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// A member of an object.
    Key(String),
    /// An item of a list, from 0.
    Index(usize),
}

impl Property {
    /// Reads the vendor's way of writing: keys in brackets, or the bare name of older operations.
    #[inline]
    pub fn parse(text: &str) -> Self {
        let steps = text.split(['[', ']', '.']).filter(|step| !step.is_empty());
        let steps = steps.map(|step| step.parse().map_or_else(|_| Step::Key(step.to_owned()), Step::Index));
        Self { text: text.to_owned(), steps: steps.collect() }
    }

    /// As the vendor wrote it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The way; empty where it is about the call as a whole.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The place as a JSON pointer into the body that was sent.
    #[inline]
    pub fn pointer(&self) -> String {
        self.steps.iter().fold(String::new(), |mut pointer, step| {
            pointer.push('/');
            match step {
                Step::Key(key) => pointer.push_str(&key.replace('~', "~0").replace('/', "~1")),
                Step::Index(index) => pointer.push_str(&index.to_string()),
            }
            pointer
        })
    }
}

/// As code writes it: `campaigns[0].id`.
impl fmt::Display for Property {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.steps.iter().enumerate() {
            match step {
                Step::Key(key) if index == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Index(item) => write!(f, "[{item}]")?,
            }
        }
        Ok(())
    }
}
