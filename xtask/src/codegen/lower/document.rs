//! The whole document: its operations in their order, its limits, its unused components.

use std::collections::BTreeSet;

use super::{
    super::{
        api::{Api, Bucket, Operation},
        names,
        spec::{self, Span, Spanned},
    },
    Lowering, sentence,
};

/// An operation with what stands around it in the document.
pub(super) struct Stated<'a> {
    pub(super) method: &'static str,
    pub(super) path: &'a Spanned<String>,
    pub(super) shared: &'a [Spanned<spec::Parameter>],
    pub(super) operation: &'a Spanned<spec::Operation>,
}

impl<'a> Lowering<'a> {
    pub(super) fn document(&mut self) -> Api {
        let document = self.document;
        let stated: Vec<Stated<'a>> = document
            .paths
            .iter()
            .flat_map(|(path, item)| {
                item.operations().map(move |(method, operation)| Stated {
                    method,
                    path,
                    shared: &item.parameters,
                    operation,
                })
            })
            .collect();
        // Answers first: what is both read and sent has its plain name where it is read.
        let outputs: Vec<_> = stated.iter().map(|stated| self.output(stated)).collect();
        let mut operations: Vec<Operation> = Vec::new();
        for (stated, output) in stated.iter().zip(outputs) {
            let operation = self.operation(stated, output);
            let span = Span::of(&stated.operation.value.id);
            if operations.iter().any(|other| other.id == operation.id) {
                self.fault(span, format!("the operation id `{}` is given twice", operation.id));
            }
            let same_call =
                |other: &&Operation| other.group == operation.group && other.call == operation.call;
            if let Some(other) = operations.iter().find(same_call) {
                let said = format!(
                    "`{}` and `{}` would both be called `{}`",
                    other.id, operation.id, operation.call
                );
                self.fault(span, said);
            }
            operations.push(operation);
        }
        let buckets = self.buckets(&operations);
        self.unused();
        let vendor = &document.extension.vendor;
        if vendor.value.is_empty() || !vendor.value.bytes().all(|byte| byte.is_ascii_lowercase()) {
            self.fault(Span::of(vendor), "a vendor is a word in lower case");
        }
        Api {
            vendor: vendor.value.clone(),
            title: document.info.title.clone(),
            description: document.info.description.as_deref().map(sentence).unwrap_or_default(),
            operations,
            ids: std::mem::take(&mut self.ids).into_values().collect(),
            words: std::mem::take(&mut self.words).into_values().map(|(_, words)| words).collect(),
            models: std::mem::take(&mut self.models),
            inputs: std::mem::take(&mut self.inputs),
            choices: std::mem::take(&mut self.choices),
            schemas: std::mem::take(&mut self.schemas),
            buckets,
        }
    }

    fn buckets(&mut self, operations: &[Operation]) -> Vec<Bucket> {
        let mut buckets = Vec::new();
        for (name, bucket) in self.document.extension.buckets.iter() {
            if !operations.iter().any(|operation| operation.bucket == name.value) {
                self.fault(Span::of(name), format!("no operation belongs to the bucket `{}`", name.value));
            }
            let windows = |windows: &[spec::Window]| -> Vec<_> {
                windows.iter().map(|window| (window.count, window.per.0)).collect()
            };
            let mut own: Vec<_> = bucket.window.iter().map(|window| (window.count, window.per.0)).collect();
            own.extend(windows(&bucket.windows));
            let profiles: Vec<_> = bucket
                .profiles
                .iter()
                .map(|(profile, own)| (names::plain_snake(&profile.value), windows(own)))
                .collect();
            let all = own.iter().chain(profiles.iter().flat_map(|(_, own)| own));
            if all.clone().any(|(count, per)| *count == 0 || per.is_zero()) || bucket.concurrency == Some(0) {
                self.fault(Span::of(name), "a limit of nothing is not supported");
            }
            buckets.push(Bucket {
                name: name.value.clone(),
                doc: bucket.description.as_deref().map(sentence).unwrap_or_default(),
                windows: own,
                concurrency: bucket.concurrency,
                headers: bucket.headers,
                profiles,
            });
        }
        buckets
    }

    /// Components that nothing refers to are mistakes: nothing would be generated for them.
    fn unused(&mut self) {
        let mut used = BTreeSet::new();
        let document = self.document;
        for (_, item) in document.paths.iter() {
            for parameter in &item.parameters {
                walk_parameter(&parameter.value, &mut used);
            }
            for (_, operation) in item.operations() {
                let operation = &operation.value;
                operation.parameters.iter().for_each(|parameter| walk_parameter(&parameter.value, &mut used));
                let bodies = operation.body.iter().flat_map(|body| body.value.content.iter());
                let answers = operation.responses.iter().flat_map(|(_, answer)| answer.value.content.iter());
                for (_, content) in bodies.chain(answers) {
                    content.schema.iter().for_each(|node| walk(&node.value, &mut used));
                }
            }
        }
        for (_, parameter) in document.components.parameters.iter() {
            walk_parameter(&parameter.value, &mut used);
        }
        for (_, node) in document.components.schemas.iter() {
            walk(&node.value, &mut used);
        }
        for (name, node) in document.components.schemas.iter() {
            if !node.value.extension.aliases.is_empty() || node.value.extension.vacant || node.value.read_only
            {
                self.fault(
                    Span::of(name),
                    "aliases, vacant and readOnly belong to a property, not to a component",
                );
            }
        }
        let schemas = document.components.schemas.iter().map(|(name, _)| (name, "schemas"));
        let parameters = document.components.parameters.iter().map(|(name, _)| (name, "parameters"));
        for (name, section) in schemas.chain(parameters) {
            if !used.contains(&format!("#/components/{section}/{}", name.value)) {
                self.fault(Span::of(name), format!("nothing refers to `{}`", name.value));
            }
        }
    }
}

fn walk_parameter(parameter: &spec::Parameter, used: &mut BTreeSet<String>) {
    used.extend(parameter.reference.iter().map(|reference| reference.value.clone()));
    parameter.schema.iter().for_each(|node| walk(&node.value, used));
}

fn walk(schema: &spec::Schema, used: &mut BTreeSet<String>) {
    used.extend(schema.reference.iter().map(|reference| reference.value.clone()));
    let below = schema.items.iter().chain(&schema.one_of).chain(&schema.any_of);
    let below = below.chain(schema.properties.iter().map(|(_, node)| node));
    below.for_each(|node| walk(&node.value, used));
    if let Some(spec::Additional::Schema(node)) = &schema.additional_properties {
        walk(&node.value, used);
    }
}
