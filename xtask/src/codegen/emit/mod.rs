//! Writing: an API as Rust source, tests, tables and JSON. Everything is text; `rustfmt` gives it its form.

pub(crate) mod buckets;
pub(crate) mod calls;
pub(crate) mod check;
pub(crate) mod coverage;
pub(crate) mod endpoint;
pub(crate) mod inputs;
pub(crate) mod metadata;
pub(crate) mod models;
pub(crate) mod operations;
pub(crate) mod rust;
pub(crate) mod sample;
pub(crate) mod sandbox;
pub(crate) mod tests;
pub(crate) mod text;
pub(crate) mod value;
pub(crate) mod words;
