//! Every shape in which a secret can come back. Written without looking at the masker: a second reading of the same rule.

use std::collections::HashSet;

use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// A shape by its name.
pub type Shape = (&'static str, String);

/// The shapes in which a vendor may echo a secret: those that the masker takes out of an answer.
pub fn echoed(secret: &str) -> Vec<Shape> {
    let json = json(secret);
    let ascii = ascii(&json);
    let mut shapes = vec![
        ("raw", secret.to_owned()),
        ("percent", percent(secret, "-_.~", true)),
        ("percent in lower case", percent(secret, "-_.~", false)),
        ("percent of JavaScript", percent(secret, "-_.~!*'()", true)),
        ("form", percent(secret, "-_.* ", true).replace(' ', "+")),
        ("form in lower case", percent(secret, "-_.* ", false).replace(' ', "+")),
        ("JSON", json.clone()),
        ("JSON of PHP", ascii.replace('/', "\\/")),
        ("JSON in ASCII", ascii),
        ("JSON of Java", careful(&json)),
        (
            "HTML",
            secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"),
        ),
    ];
    for before in ["", "x", "xy"] {
        let standard = base64_part(&STANDARD, before, secret);
        shapes.push(("base64 of PHP's JSON", standard.replace('/', "\\/")));
        shapes.push(("base64 in an address", standard.replace('/', "%2F").replace('+', "%2B")));
        shapes.push(("base64", standard));
        shapes.push(("base64 for addresses", base64_part(&URL_SAFE, before, secret)));
    }
    shapes
}

/// The shapes in which an output of ours could hold a secret: what a vendor may echo, and what a careless line of code
/// writes.
pub fn all(secret: &str) -> Vec<Shape> {
    let mut shapes = echoed(secret);
    let quoted: Vec<Shape> = shapes.iter().map(|(_, shape)| ("JSON inside of JSON", json(shape))).collect();
    shapes.extend(quoted);
    let bytes = secret.as_bytes();
    let debug = format!("{secret:?}");
    let listed = format!("{bytes:?}");
    shapes.extend([
        ("every byte percent-encoded", percent(secret, "", true)),
        ("Debug", debug[1..debug.len() - 1].to_owned()),
        ("Debug of Debug", json(&debug[1..debug.len() - 1])),
        ("Debug of bytes", listed[1..listed.len() - 1].to_owned()),
        ("escaped bytes", bytes.escape_ascii().to_string()),
        ("hex", percent(secret, "", false).replace('%', "")),
        ("hex in capitals", percent(secret, "", true).replace('%', "")),
        ("reversed", secret.chars().rev().collect()),
    ]);
    let mut known = HashSet::new();
    shapes.retain(|(_, shape)| known.insert(shape.clone()));
    shapes
}

/// With every byte percent-encoded that is neither a letter, nor a digit, nor in `plain`.
pub fn percent(text: &str, plain: &str, upper: bool) -> String {
    let encode = |byte| match char::from(byte) {
        kept if (kept.is_ascii_alphanumeric() && !plain.is_empty()) || plain.contains(kept) => {
            kept.to_string()
        }
        _ if upper => format!("%{byte:02X}"),
        _ => format!("%{byte:02x}"),
    };
    text.bytes().map(encode).collect()
}

fn json(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    json[1..json.len() - 1].to_owned()
}

fn ascii(json: &str) -> String {
    let escape = |unit| match u8::try_from(unit) {
        Ok(byte) if byte.is_ascii() => char::from(byte).to_string(),
        _ => format!("\\u{unit:04x}"),
    };
    json.encode_utf16().map(escape).collect()
}

fn careful(json: &str) -> String {
    let escape =
        |c: char| if "<>&='".contains(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() };
    json.chars().map(escape).collect()
}

/// The characters of base64 that are the same whatever stands around the secret.
fn base64_part(engine: &impl base64::Engine, before: &str, secret: &str) -> String {
    let padded = format!("{before}{secret}");
    let skip = (before.len() * 8).div_ceil(6);
    engine.encode(&padded)[skip..padded.len() * 8 / 6].to_owned()
}
