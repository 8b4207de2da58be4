//! Catalogs of the second version and their products.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::bodies;
use super::call::Call;
use super::files;
use super::state::State;
use crate::clock::later;
use crate::wire::Answer;

const MOST_PRODUCT_BYTES: usize = 100 * 1024;
const MOST_BULK_BYTES: usize = 500 * 1024;

/// A catalog.
#[derive(Debug, Clone)]
pub(super) struct Catalog {
    id: u64,
    members: Map<String, Value>,
    products: BTreeMap<String, Map<String, Value>>,
}

impl Catalog {
    fn shown(&self) -> Value {
        let mut shown = self.members.clone();
        shown.insert("id".to_owned(), json!(self.id));
        shown.insert("productCount".to_owned(), json!(self.products.len()));
        Value::Object(shown)
    }

    fn name(&self) -> &str {
        self.members.get("catalogName").and_then(Value::as_str).unwrap_or_default()
    }

    fn status(&self) -> &str {
        self.members.get("status").and_then(Value::as_str).unwrap_or_default()
    }
}

fn ok(value: &Value) -> Answer {
    Answer::json(200, value)
}

fn done() -> Answer {
    bodies::message(200, "Operation completed successfully").committed()
}

/// The catalog in the path.
fn catalog<'a>(state: &'a mut State, call: &Call<'_>, place: usize) -> Result<&'a mut Catalog, Answer> {
    find(state, call.segment(place).parse().ok())
}

fn find(state: &mut State, id: Option<u64>) -> Result<&mut Catalog, Answer> {
    let found = state.catalogs.iter_mut().find(|catalog| Some(catalog.id) == id);
    found.ok_or_else(|| bodies::message(404, "Catalog not found"))
}

fn is_taken(state: &State, name: &str, but: Option<u64>) -> bool {
    state.catalogs.iter().any(|catalog| catalog.name() == name && Some(catalog.id) != but)
}

/// Creates a catalog.
pub(super) fn create(state: &mut State, call: &Call<'_>) -> Answer {
    if is_taken(state, call.text("catalogName").unwrap_or_default(), None) {
        return bodies::message(409, "Catalog name already exists");
    }
    let mut members = call.body.as_object().cloned().unwrap_or_default();
    members.insert("status".to_owned(), json!("ACTIVE"));
    members.insert("createdAt".to_owned(), json!(call.now().to_string()));
    let catalog = Catalog { id: state.next_id(), members, products: BTreeMap::new() };
    let shown = catalog.shown();
    state.catalogs.push(catalog);
    ok(&shown).committed()
}

/// A page of catalogs.
pub(super) fn list(state: &State, call: &Call<'_>) -> Answer {
    let query = |name: &str| call.request.query(name);
    let mut chosen: Vec<&Catalog> = state
        .catalogs
        .iter()
        .filter(|catalog| query("status").is_none_or(|status| catalog.status() == status))
        .filter(|catalog| query("search").is_none_or(|part| catalog.name().contains(part)))
        .collect();
    if query("sortBy") == Some("catalogName") {
        chosen.sort_by(|one, other| one.name().cmp(other.name()));
    }
    if query("sortOrder") != Some("ASC") {
        chosen.reverse();
    }
    let rows = chosen.iter().map(|catalog| catalog.shown()).collect();
    ok(&paged(call, rows))
}

/// A page of rows; where its page information stands is not documented.
fn paged(call: &Call<'_>, rows: Vec<Value>) -> Value {
    let (page, size) = (call.count("page", 0), call.count("size", 20).max(1));
    let total = rows.len();
    let content: Vec<Value> = rows.into_iter().skip(page.saturating_mul(size)).take(size).collect();
    json!({"content": content, "page": page, "size": size, "totalElements": total,
        "totalPages": total.div_ceil(size)})
}

/// One catalog.
pub(super) fn get(state: &mut State, call: &Call<'_>) -> Answer {
    catalog(state, call, 2).map_or_else(|refusal| refusal, |catalog| ok(&catalog.shown()))
}

/// Replaces a catalog's description as a whole.
pub(super) fn update(state: &mut State, call: &Call<'_>) -> Answer {
    let id = call.segment(2).parse().ok();
    if is_taken(state, call.text("catalogName").unwrap_or_default(), id) {
        return bodies::message(409, "Catalog name already exists");
    }
    let catalog = match find(state, id) {
        Ok(catalog) => catalog,
        Err(refusal) => return refusal,
    };
    let mut members = call.body.as_object().cloned().unwrap_or_default();
    for (name, value) in &catalog.members {
        if ["status", "catalogSchema", "createdAt", "createdBy"].contains(&name.as_str()) {
            members.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    catalog.members = members;
    ok(&catalog.shown()).committed()
}

/// Deletes a catalog for good.
pub(super) fn delete(state: &mut State, call: &Call<'_>) -> Answer {
    let id = match catalog(state, call, 3) {
        Ok(catalog) => catalog.id,
        Err(refusal) => return refusal,
    };
    state.catalogs.retain(|catalog| catalog.id != id);
    bodies::message(200, &format!("Catalog - {id} deleted successfully")).committed()
}

/// Makes an attribute filterable, or stops that.
pub(super) fn set_filterable(state: &mut State, call: &Call<'_>) -> Answer {
    let name = call.segment(5);
    let wanted = Value::from(call.request.query("filterable") == Some("true"));
    let catalog = match catalog(state, call, 2) {
        Ok(catalog) => catalog,
        Err(refusal) => return refusal,
    };
    let schema = catalog.members.get_mut("catalogSchema").and_then(Value::as_array_mut);
    let is_meant = |attribute: &&mut Value| attribute.get("name").and_then(Value::as_str) == Some(&name);
    let attribute = schema.into_iter().flatten().find(is_meant).and_then(Value::as_object_mut);
    match attribute {
        Some(attribute) => {
            attribute.insert("filterable".to_owned(), wanted);
            ok(&catalog.shown()).committed()
        }
        None => bodies::message(404, "Attribute not found"),
    }
}

/// Addresses to which a catalog's file is put.
pub(super) fn signed_url(state: &mut State, call: &Call<'_>) -> Answer {
    let id = call.request.query("catalogId").and_then(|text| text.parse().ok());
    if let Err(refusal) = find(state, id) {
        return refusal;
    }
    let upload = format!("upload-{}", state.next_id());
    if call.request.query("multiPart") != Some("true") {
        return ok(&json!({"signedUrl": files::open(state, call), "uploadId": upload}));
    }
    if call.request.query("totalParts").is_none() {
        return bodies::message(400, "totalParts is mandatory");
    }
    let addresses: Vec<String> = (0..call.count("totalParts", 1)).map(|_| files::open(state, call)).collect();
    ok(&json!({"signedUrls": addresses, "uploadId": upload}))
}

/// Starts the processing of a file.
pub(super) fn complete(state: &mut State, call: &Call<'_>) -> Answer {
    let id = call.body.get("catalogId").and_then(Value::as_u64);
    if let Err(refusal) = find(state, id) {
        return refusal;
    }
    let until = later(call.now(), Duration::from_secs(900)).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let job = format!("job_{}", state.next_id());
    ok(&json!({"status": "PROCESSING", "jobId": job, "estimatedCompletionTime": until})).committed()
}

fn too_large(call: &Call<'_>, most: usize) -> Option<Answer> {
    (call.request.body.len() > most).then(|| bodies::message(413, "Payload too large"))
}

fn identity(product: &Value) -> String {
    product.get("identity").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Creates a product.
pub(super) fn create_product(state: &mut State, call: &Call<'_>) -> Answer {
    if let Some(refusal) = too_large(call, MOST_PRODUCT_BYTES) {
        return refusal;
    }
    let catalog = match catalog(state, call, 2) {
        Ok(catalog) => catalog,
        Err(refusal) => return refusal,
    };
    let identity = identity(&call.body);
    if catalog.products.contains_key(&identity) {
        return bodies::message(409, "Product already exists");
    }
    catalog.products.insert(identity, call.body.as_object().cloned().unwrap_or_default());
    done()
}

/// Creates, updates or deletes many products; one that fails does not fail the call.
pub(super) fn bulk(state: &mut State, call: &Call<'_>) -> Answer {
    if let Some(refusal) = too_large(call, MOST_BULK_BYTES) {
        return refusal;
    }
    let catalog = match catalog(state, call, 2) {
        Ok(catalog) => catalog,
        Err(refusal) => return refusal,
    };
    let list = |name: &str| call.body.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut failed = Vec::new();
    let mut fail = |identity: &str, why: &str| failed.push(json!({"identity": identity, "error": why}));
    match call.operation.id.as_str() {
        "deleteProducts" => {
            for gone in list("identities") {
                let gone = gone.as_str().unwrap_or_default();
                if catalog.products.remove(gone).is_none() {
                    fail(gone, "Product not found");
                }
            }
        }
        operation => {
            for product in list("products") {
                let identity = identity(&product);
                let members = product.as_object().cloned().unwrap_or_default();
                match (operation, catalog.products.get_mut(&identity)) {
                    ("createProducts", Some(_)) => fail(&identity, "Product already exists"),
                    ("createProducts", None) => drop(catalog.products.insert(identity, members)),
                    (_, Some(product)) => product.extend(members),
                    (_, None) => fail(&identity, "Product not found"),
                }
            }
        }
    }
    ok(&json!({"message": "Operation completed successfully", "failed": failed})).committed()
}

/// A page of products.
pub(super) fn list_products(state: &mut State, call: &Call<'_>) -> Answer {
    let catalog = match catalog(state, call, 2) {
        Ok(catalog) => catalog,
        Err(refusal) => return refusal,
    };
    let found = |product: &&Map<String, Value>| {
        let texts =
            ["name", "identity", "imageUrl"].into_iter().filter_map(|name| product.get(name)?.as_str());
        call.request.query("search").is_none_or(|part| texts.into_iter().any(|text| text.contains(part)))
    };
    let rows =
        catalog.products.values().filter(found).map(|product| Value::Object(product.clone())).collect();
    ok(&paged(call, rows))
}

/// Reads, changes or hides one product.
pub(super) fn product(state: &mut State, call: &Call<'_>) -> Answer {
    let identity = call.segment(4);
    let catalog = match catalog(state, call, 2) {
        Ok(catalog) => catalog,
        Err(refusal) => return refusal,
    };
    let Some(product) = catalog.products.get_mut(&identity) else {
        return bodies::message(404, "Product not found");
    };
    match call.operation.id.as_str() {
        "getProduct" => ok(&Value::Object(product.clone())),
        "deleteProduct" => {
            product.insert("status".to_owned(), json!("INACTIVE"));
            done()
        }
        _ => {
            product.extend(call.body.as_object().cloned().unwrap_or_default());
            done()
        }
    }
}
