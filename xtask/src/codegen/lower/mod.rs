//! From what a document says to what it means: references resolved, names and types chosen, contradictions refused.
//!
//! All faults of a document are collected, so that one run tells everything.

mod answers;
mod bodies;
mod document;
mod meta;
mod objects;
mod operation;
mod text;
mod types;
mod words;

pub(crate) use self::text::sentence;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    api::{Api, Choice, Id, Input, Meta, Model, Ty, Words},
    fault::{Fault, Faults},
    spec::{Document, Node, Span},
};

/// Lowers a document.
pub(crate) fn lower(document: &Document) -> Result<Api, Faults> {
    let mut lowering = Lowering::new(document);
    let api = lowering.document();
    lowering.faults.into_result()?;
    Ok(api)
}

/// Whether a schema is read from answers or sent in requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Answer,
    Request,
}

/// The work in progress.
pub(super) struct Lowering<'a> {
    document: &'a Document,
    faults: Faults,
    ids: BTreeMap<String, Id>,
    words: BTreeMap<String, (Span, Words)>,
    models: Vec<Model>,
    inputs: Vec<Input>,
    choices: Vec<Choice>,
    schemas: Vec<(String, Meta)>,
    /// Names that are taken, by what took them: the place of the schema.
    taken: BTreeMap<String, Span>,
    /// Names of models and inputs that are being read just now, to find those that hold themselves.
    open: Vec<String>,
    /// Reference names used by answers.
    answered: BTreeSet<String>,
}

impl<'a> Lowering<'a> {
    fn new(document: &'a Document) -> Self {
        Self {
            document,
            faults: Faults::default(),
            ids: BTreeMap::new(),
            words: BTreeMap::new(),
            models: Vec::new(),
            inputs: Vec::new(),
            choices: Vec::new(),
            schemas: Vec::new(),
            taken: BTreeMap::new(),
            open: Vec::new(),
            answered: BTreeSet::new(),
        }
    }

    fn fault(&mut self, span: Span, said: impl Into<String>) {
        self.faults.add(Fault::on(span, said));
    }

    /// The schema behind a reference, with its name; a schema in place has none.
    fn resolve(&mut self, node: &'a Node) -> (Option<&'a str>, &'a Node) {
        let Some(reference) = &node.value.reference else { return (None, node) };
        let span = Span::of(reference);
        if node.value.says_more_than_a_reference() {
            let said = "beside `$ref` only description, readOnly, deprecated and x-afflux {aliases, vacant, variant} count";
            self.fault(span, said);
        }
        let Some(name) = reference.value.strip_prefix("#/components/schemas/") else {
            self.fault(
                span,
                format!("`{}` is not supported: only `#/components/schemas/..` is", reference.value),
            );
            return (None, node);
        };
        let found = self.document.components.schemas.iter().find(|(key, _)| key.value == name);
        let Some((key, target)) = found else {
            self.fault(span, format!("there is no schema `{name}` among the components"));
            return (None, node);
        };
        if target.value.reference.is_some() {
            self.fault(Span::of(target), "a component that is only a reference is not supported");
            return (None, node);
        }
        (Some(&key.value), target)
    }

    /// Takes a type's name; the same schema may take it again.
    fn take(&mut self, name: &str, span: Span) -> bool {
        let owner = *self.taken.entry(name.to_owned()).or_insert(span);
        if self.ids.contains_key(name) {
            self.fault(span, format!("the name `{name}` is already that of an id"));
            return false;
        }
        if owner != span {
            self.fault(span, format!("the name `{name}` is already that of the type of line {}", owner.line));
            return false;
        }
        true
    }
}

/// The place of a node; of what holds it, where its own is lost.
fn place(node: &Node, holder: Span) -> Span {
    let own = Span::of(node);
    if own.line == 0 { holder } else { own }
}

/// Whether a type is read by itself from anything, so that it cannot drift.
pub(crate) fn reads_anything(ty: &Ty) -> bool {
    matches!(ty, Ty::Text | Ty::Secret | Ty::Any | Ty::Id(_) | Ty::Word(_))
}
