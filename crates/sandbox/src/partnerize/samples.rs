//! A valid request for each operation, put together from the document: what an operation requires, with ids of things
//! that are there.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::records::{Participation, Record};
use super::stand_in::StandIn;
use super::state::{PARTNER, State};
use crate::clock::Clock;
use crate::spec::{Kind, Operation, Place, Schema};
use crate::sync::lock;

/// What need not be encoded in a path or a query.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A request that an operation accepts.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Sample {
    /// The operation's id.
    pub operation: String,
    /// `GET`, `POST`, ...
    pub method: String,
    /// The path with everything in its place.
    pub path: String,
    /// What stands in the path and in the query, by name.
    pub parameters: BTreeMap<String, Value>,
    /// Those of the names that stand in the query.
    pub in_query: Vec<String>,
    /// The body, where the operation has one.
    pub body: Option<Value>,
}

impl Sample {
    /// Path and query, as a request line has them.
    pub fn target(&self) -> String {
        let query = self.in_query.iter().filter_map(|name| Some((name, self.parameters.get(name)?)));
        let pairs = query.flat_map(|(name, value)| {
            let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            values.iter().map(move |value| format!("{}={}", encoded(name), encoded(&plain(value))))
        });
        let pairs: Vec<String> = pairs.collect();
        if pairs.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, pairs.join("&")) }
    }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// A value as paths and queries have it.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// One for each operation, in the order of the document. What they need and is not there is made first.
pub(super) fn all(stand_in: &StandIn) -> Vec<Sample> {
    let known = known(&mut lock(&stand_in.state), &stand_in.clock);
    stand_in.spec.operations().iter().map(|operation| sample(operation, &known)).collect()
}

/// Ids of things that are there, by the names of the parameters that take them.
fn known(state: &mut State, clock: &Clock) -> BTreeMap<&'static str, String> {
    state.fill(clock);
    let first = |records: &[Record]| records.first().map(|record| record.id.clone()).unwrap_or_default();
    let campaign = |standing| {
        let found = state.campaigns_that_are(standing).next();
        found.map(|campaign| campaign.id.clone()).unwrap_or_default()
    };
    let approved = campaign(Participation::Approved);
    let camref = state.campaign(&approved).map(|campaign| campaign.camref.clone()).unwrap_or_default();
    let brand = state.campaign(&approved).map(|campaign| campaign.brand_id.clone()).unwrap_or_default();
    let tag = state.tags.first().map(|tag| tag.record.id.clone()).unwrap_or_default();
    let job = state.jobs.first().map(|job| job.id.clone()).unwrap_or_default();
    let number = approved.rsplit('l').next().unwrap_or_default().to_owned();
    BTreeMap::from([
        ("publisher_id", PARTNER.to_owned()),
        ("publisherId", PARTNER.to_owned()),
        ("partnerId", PARTNER.to_owned()),
        ("partner_id", PARTNER.to_owned()),
        ("partner", PARTNER.to_owned()),
        ("campaign_id", approved.clone()),
        ("campaignId", approved.clone()),
        ("campaigns", approved),
        ("invited", campaign(Participation::Invited)),
        ("advertiserId", brand.clone()),
        ("advertiser_id", brand),
        ("camref", camref),
        ("website_id", first(&state.websites)),
        ("database_id", first(&state.databases)),
        ("link_id", first(&state.links)),
        ("transaction_query_id", first(&state.queries)),
        ("publisher_self_bill_id", first(&state.self_bills)),
        ("partnerizeTagId", tag.clone()),
        ("tagId", tag),
        ("featureName", "tracking-link-generation".to_owned()),
        ("acknowledgment", first(&state.acknowledgments)),
        ("jobID", job),
        ("custom_terms_id", format!("111111l4{number}")),
        ("campaign_terms_and_conditions_id", format!("111111l5{number}0")),
    ])
}

type Known = BTreeMap<&'static str, String>;

fn sample(operation: &Operation, known: &Known) -> Sample {
    let needed = operation.parameters.iter().filter(|parameter| parameter.required);
    let needed = needed.map(|parameter| {
        let value = value(operation, &parameter.name, &parameter.schema, known);
        (parameter.name.clone(), value, parameter.place == Place::Query)
    });
    let (mut path, mut parameters, mut in_query) = (operation.path.clone(), BTreeMap::new(), Vec::new());
    for (name, value, is_in_query) in needed {
        if is_in_query {
            in_query.push(name.clone());
        }
        path = path.replace(&format!("{{{name}}}"), &encoded(&plain(&value)));
        parameters.insert(name, value);
    }
    let body = operation.body_schema().map(|schema| value(operation, "", schema, known));
    Sample {
        operation: operation.id.clone(),
        method: operation.method.clone(),
        path,
        parameters,
        in_query,
        body,
    }
}

/// A value for a parameter or a member of a body: by its name where the name says what is meant, else by its type.
fn value(operation: &Operation, name: &str, schema: &Schema, known: &Known) -> Value {
    let id = operation.id.as_str();
    match (id, name) {
        ("getCampaignTerms", "id") => return known_value("campaign_terms_and_conditions_id", known),
        ("getAcknowledgment", "id") => return known_value("acknowledgment", known),
        ("acceptInvitations" | "declineInvitations", "campaign_ids") => {
            return json!([known_value("invited", known)]);
        }
        // A map whose keys are not in the document.
        (_, "payment_details") => return json!({ "new": { "country": "GB", "paid_currency": "GBP" } }),
        ("enableTagFeature", "name") => return json!("voucher-attribution"),
        // What the schema calls optional and the vendor needs.
        ("createTag", "scope") => return json!({ "partner": PARTNER }),
        // The type that needs the least.
        (_, "transaction_query_type") => return json!("declined"),
        (_, "status") => return json!("a"),
        (_, "format") => return json!("json"),
        (_, "start_date" | "start") => return json!("2026-01-01T00:00:00Z"),
        (_, "end_date" | "end") => return json!("2026-01-08T00:00:00Z"),
        (_, "metrics") => return json!([metric(id)]),
        (_, "group_by") => return json!(["country"]),
        (_, "website_url") => return json!("https://www.example.com"),
        _ => {}
    }
    if known.contains_key(name) && schema.items.is_none() && schema.properties.is_empty() {
        return known_value(name, known);
    }
    if let Some(alternative) = schema.any_of.first() {
        return value(operation, name, alternative, known);
    }
    if let Some(choice) = schema.choices.as_ref().and_then(|choices| choices.first()) {
        return choice.clone();
    }
    match schema.kinds.as_slice().first() {
        Some(Kind::Integer | Kind::Number) => json!(1),
        Some(Kind::Boolean) => json!(true),
        Some(Kind::Array) => {
            let item = schema.items.as_deref();
            json!([item.map_or(Value::Null, |schema| value(operation, name, schema, known))])
        }
        Some(Kind::Object) => {
            let needed = schema.required.iter();
            let members = needed.filter_map(|name| Some((name, schema.properties.get(name)?)));
            let members = members.map(|(name, schema)| (name.clone(), value(operation, name, schema, known)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        Some(Kind::String | Kind::Null) | None => json!("sample"),
    }
}

fn known_value(name: &str, known: &Known) -> Value {
    json!(known.get(name).cloned().unwrap_or_default())
}

/// A metric of the source that a query of analytics is about.
fn metric(operation: &str) -> &'static str {
    match operation {
        operation if operation.ends_with("Clicks") => "total_clicks",
        operation if operation.ends_with("Impressions") => "total_impressions",
        _ => "total_conversions",
    }
}
