//! What rustdoc's JSON says is public: the items, and the types of other crates that they name.
//!
//! It starts at the crate's root and follows what users can reach. Blanket and automatic implementations are left
//! out: they are other people's API.

use std::{collections::BTreeSet, fmt};

use serde_json::Value;

/// The public API of one crate.
#[derive(Debug, Default)]
pub(super) struct Surface {
    /// `struct afflux_core::error::Error`, sorted.
    pub(super) items: BTreeSet<String>,
    /// Every type of another crate that is named.
    pub(super) foreign: Vec<Foreign>,
}

/// A type of another crate in our API.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Foreign {
    /// Where the type is defined.
    pub(super) path: String,
    /// The item of ours that names it.
    pub(super) item: String,
    pub(super) file: String,
    pub(super) line: u64,
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: [foreign-types] `{}` names {}", self.file, self.line, self.item, self.path)
    }
}

impl Surface {
    /// Reads the document.
    pub(super) fn read(json: &Value) -> Result<Self, String> {
        let root = &json["root"];
        let mut reader = Reader { json, surface: Self::default(), seen: BTreeSet::new() };
        if reader.item(root).is_none() {
            return Err(format!("rustdoc's JSON has no root (format {})", json["format_version"]));
        }
        reader.visit(root, "");
        Ok(reader.surface)
    }
}

struct Reader<'a> {
    json: &'a Value,
    surface: Surface,
    seen: BTreeSet<(String, String)>,
}

impl<'a> Reader<'a> {
    fn item(&self, id: &Value) -> Option<&'a Value> {
        self.json["index"].get(key(id))
    }

    /// Visits the item `id`, which users reach as a member of `parent`.
    fn visit(&mut self, id: &Value, parent: &str) {
        let Some(item) = self.item(id) else { return };
        if !self.seen.insert((key(id), parent.to_owned())) {
            return;
        }
        let Some((kind, inner)) = item["inner"].as_object().and_then(|inner| inner.iter().next()) else {
            return;
        };
        let name = item["name"].as_str().or(inner["name"].as_str()).unwrap_or_default();
        let path = if parent.is_empty() { name.to_owned() } else { format!("{parent}::{name}") };
        match kind.as_str() {
            "use" => self.visit_use(item, inner, parent, &path),
            "impl" => self.visit_impl(item, inner, parent),
            _ => {
                if !parent.is_empty() {
                    self.surface.items.insert(format!("{kind} {path}"));
                }
                self.references(inner, item, &path);
                self.visit_members(inner, &path);
            }
        }
    }

    fn visit_use(&mut self, item: &Value, inner: &Value, parent: &str, path: &str) {
        let id = &inner["id"];
        match self.item(id) {
            Some(module) if inner["is_glob"] == true => {
                for member in ids(at(module, "/inner/module/items")) {
                    self.visit(member, parent);
                }
            }
            Some(_) => self.visit(id, parent),
            None => {
                self.surface.items.insert(format!("use {path}"));
                self.reference(id, item, path);
            }
        }
    }

    fn visit_impl(&mut self, item: &Value, inner: &Value, parent: &str) {
        if !inner["blanket_impl"].is_null() || inner["is_synthetic"] == true {
            return;
        }
        self.references(&inner["generics"], item, parent);
        self.references(&inner["trait"], item, parent);
        // The members of a trait's implementation are the trait's.
        if inner["trait"].is_null() {
            for member in ids(&inner["items"]) {
                self.visit(member, parent);
            }
        } else {
            for member in ids(&inner["items"]) {
                let Some(item) = self.item(member) else { continue };
                self.references(&item["inner"], item, parent);
            }
        }
    }

    /// Fields, variants, members and implementations, wherever the item keeps them.
    fn visit_members(&mut self, inner: &Value, path: &str) {
        let kind = &inner["kind"];
        let lists = [
            &inner["items"],
            &inner["variants"],
            &inner["impls"],
            &inner["fields"],
            &kind["tuple"],
            at(kind, "/plain/fields"),
            at(kind, "/struct/fields"),
        ];
        for member in lists.into_iter().flat_map(ids) {
            self.visit(member, path);
        }
    }

    /// Every type named inside `value`, by rustdoc's `{"path": .., "id": ..}`.
    fn references(&mut self, value: &Value, item: &Value, path: &str) {
        match value {
            Value::Object(object) => {
                if let (Some(id), Some(Value::String(_))) = (object.get("id"), object.get("path")) {
                    self.reference(id, item, path);
                }
                // Members have their own turn.
                for (name, value) in object {
                    if !["items", "impls", "variants", "implementations"].contains(&name.as_str()) {
                        self.references(value, item, path);
                    }
                }
            }
            Value::Array(values) => values.iter().for_each(|value| self.references(value, item, path)),
            _ => {}
        }
    }

    fn reference(&mut self, id: &Value, item: &Value, path: &str) {
        let summary = at(self.json, &format!("/paths/{}", key(id)));
        let Some(crate_id) = summary["crate_id"].as_u64().filter(|id| *id != 0) else { return };
        let name = at(self.json, &format!("/external_crates/{crate_id}/name")).as_str().unwrap_or("?");
        let within = summary["path"].as_array().into_iter().flatten().filter_map(Value::as_str).skip(1);
        let foreign = Foreign {
            path: std::iter::once(name).chain(within).collect::<Vec<_>>().join("::"),
            item: path.to_owned(),
            file: at(item, "/span/filename").as_str().unwrap_or("?").to_owned(),
            line: at(item, "/span/begin/0").as_u64().unwrap_or(1),
        };
        if !self.surface.foreign.contains(&foreign) {
            self.surface.foreign.push(foreign);
        }
    }
}

/// What stands at a JSON pointer, or null.
fn at<'a>(value: &'a Value, pointer: &str) -> &'a Value {
    value.pointer(pointer).unwrap_or(&Value::Null)
}

fn ids(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten().filter(|id| !id.is_null())
}

fn key(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A crate with `pub struct Client`, `pub fn Client::inner(&self) -> hyper::Inner` and a blanket implementation.
    fn document() -> Value {
        let span = json!({ "filename": "src/lib.rs", "begin": [7, 1] });
        let foreign = json!({ "resolved_path": { "path": "Inner", "id": 90, "args": null } });
        json!({
            "format_version": 45,
            "root": 0,
            "index": {
                "0": { "name": "ours", "inner": { "module": { "items": [1] } } },
                "1": { "name": "Client", "span": span,
                       "inner": { "struct": { "kind": "unit", "generics": {}, "impls": [2, 3] } } },
                "2": { "name": null, "span": span, "inner": { "impl": {
                       "trait": null, "items": [4], "blanket_impl": null, "is_synthetic": false } } },
                "3": { "name": null, "span": span, "inner": { "impl": {
                       "trait": { "path": "Instrument", "id": 91 }, "items": [],
                       "blanket_impl": { "generic": "T" }, "is_synthetic": false } } },
                "4": { "name": "inner", "span": span,
                       "inner": { "function": { "sig": { "inputs": [], "output": foreign } } } },
            },
            "paths": {
                "90": { "crate_id": 5, "path": ["hyper", "client", "Inner"], "kind": "struct" },
                "91": { "crate_id": 6, "path": ["tracing", "Instrument"], "kind": "trait" },
            },
            "external_crates": { "5": { "name": "hyper" }, "6": { "name": "tracing" } },
        })
    }

    #[test]
    fn items_are_listed_by_the_path_that_users_type() {
        let surface = Surface::read(&document()).unwrap();
        let items: Vec<_> = surface.items.iter().map(String::as_str).collect();
        assert_eq!(items, ["function ours::Client::inner", "struct ours::Client"]);
    }

    #[test]
    fn a_foreign_type_in_a_signature_is_found_with_its_place() {
        let surface = Surface::read(&document()).unwrap();
        let found: Vec<_> = surface.foreign.iter().map(ToString::to_string).collect();
        let expected = "src/lib.rs:7: [foreign-types] `ours::Client::inner` names hyper::client::Inner";
        assert_eq!(found, [expected]);
    }

    #[test]
    fn a_foreign_trait_that_we_implement_is_found_and_a_blanket_one_is_not() {
        let mut document = document();
        document["index"]["3"]["inner"]["impl"]["blanket_impl"] = Value::Null;
        let surface = Surface::read(&document).unwrap();
        assert!(surface.foreign.iter().any(|foreign| foreign.path == "tracing::Instrument"));
    }

    #[test]
    fn another_format_is_an_error_and_not_an_empty_api() {
        assert!(Surface::read(&json!({ "format_version": 99 })).unwrap_err().contains("99"));
    }
}
