//! What a call would send: method, address, headers and body, with every secret masked.

use std::fmt::Write;

use afflux_core::{
    base_url::BaseUrl,
    operation::Operation,
    request::{Body, Request},
};
use serde_json::{Map, Value, json};

use crate::{
    console::Console,
    failure::Failure,
    secrets::{self, MASK},
    vendors::Vendor,
};

/// Prints it.
pub(crate) fn print(
    vendor: Vendor,
    base: &BaseUrl,
    request: &Request,
    console: Console,
) -> Result<(), Failure> {
    let operation = request.operation();
    let mut url = format!("{}{}{}", base.origin(), base.prefix(), request.path());
    let mut query = query(operation, request.query());
    for name in vendor.credential_parameters(operation) {
        let _ = write!(query, "{}{name}={MASK}", if query.is_empty() { "" } else { "&" });
    }
    if !query.is_empty() {
        url.push('?');
        url.push_str(&query);
    }
    let headers = headers(vendor, request);
    let body = body(operation, request.body());
    if console.json {
        let headers: Map<String, Value> =
            headers.into_iter().map(|(name, value)| (name, Value::from(value))).collect();
        return console.line(json!({
            "method": operation.method.as_str(),
            "url": url,
            "headers": headers,
            "body": body,
        }));
    }
    let mut text = format!("{} {url}\n", operation.method);
    for (name, value) in headers {
        let _ = writeln!(text, "{name}: {value}");
    }
    if let Some(body) = body {
        let _ = writeln!(text, "\n{body}");
    }
    console.data(text.as_bytes())
}

fn headers(vendor: Vendor, request: &Request) -> Vec<(String, String)> {
    let own = request.headers().iter().map(|(name, value)| {
        let hidden = value.is_sensitive() || secret_parameter(request.operation(), name.as_str());
        let value =
            if hidden { MASK.to_owned() } else { String::from_utf8_lossy(value.as_bytes()).into_owned() };
        (name.as_str().to_owned(), value)
    });
    let credentials = vendor
        .credential_headers(request.operation())
        .iter()
        .map(|name| ((*name).to_owned(), MASK.to_owned()));
    credentials.chain(own).collect()
}

fn secret_parameter(operation: &Operation, name: &str) -> bool {
    operation.parameter(name).is_some_and(|parameter| parameter.schema.secret) || secrets::is_secret(name)
}

/// The query, already encoded, with the values of secret parameters masked.
fn query(operation: &Operation, query: &str) -> String {
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| match pair.split_once('=') {
        Some((name, _)) if secret_parameter(operation, name) => format!("{name}={MASK}"),
        _ => pair.to_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

fn body(operation: &Operation, body: &Body) -> Option<String> {
    let Body::Bytes(bytes) = body else { return None };
    let text = String::from_utf8_lossy(bytes);
    let is_secret = |name: &str| {
        secrets::is_secret(name)
            || operation.body_fields().iter().any(|field| field.name == name && field.schema.secret)
    };
    Some(secrets::masked_by(&text, &is_secret))
}
