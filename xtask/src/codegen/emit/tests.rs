//! placeholder
use super::super::api::Api;
pub(crate) fn tests(_: &Api, _: &str) -> String { super::text::HEADER.to_owned() }
