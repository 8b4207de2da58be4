//! Made-up secrets, every shape in which one can come back, and the search for them. Written without looking at the
//! masker: a second reading of the same rule.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE},
};

/// Never valid anywhere; with every character that some encoding changes.
pub const HEADER: &str = "hdr+Canary/one=\"two\"<&>'%7e";
pub const USER: &str = "usr/Canary+app?key=1";
pub const PASSWORD: &str = "pwd:Canary/\"\u{e4}\u{20ac}\" 9%";
pub const QUERY: &str = "qry+Canary/ tok\u{e9}n&=#\"";
pub const BODY: &str = "bdy\\Canary/\"\u{1f511}\"+~*'()";

pub fn all() -> Vec<String> {
    let pair = format!("{USER}:{PASSWORD}");
    [HEADER, USER, PASSWORD, QUERY, BODY, &pair].map(str::to_owned).to_vec()
}

/// Every shape of a secret, by name.
pub fn shapes(secret: &str) -> Vec<(&'static str, String)> {
    let percent = |plain: &str, upper: bool| -> String {
        secret
            .bytes()
            .map(|byte| match char::from(byte) {
                kept if kept.is_ascii_alphanumeric() || plain.contains(kept) => kept.to_string(),
                _ if upper => format!("%{byte:02X}"),
                _ => format!("%{byte:02x}"),
            })
            .collect()
    };
    let json = serde_json::to_string(secret).unwrap();
    let json = json[1..json.len() - 1].to_owned();
    let ascii: String = json
        .encode_utf16()
        .map(|unit| match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => char::from(byte).to_string(),
            _ => format!("\\u{unit:04x}"),
        })
        .collect();
    let careful = |text: &str| -> String {
        text.chars()
            .map(|c| if "<>&='".contains(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() })
            .collect()
    };
    let mut shapes = vec![
        ("raw", secret.to_owned()),
        ("percent", percent("-_.~", true)),
        ("percent in lower case", percent("-_.~", false)),
        ("percent of JavaScript", percent("-_.~!*'()", true)),
        ("form", percent("-_.* ", true).replace(' ', "+")),
        ("form in lower case", percent("-_.* ", false).replace(' ', "+")),
        ("JSON", json.clone()),
        ("JSON of PHP", ascii.replace('/', "\\/")),
        ("JSON in ASCII", ascii.clone()),
        ("JSON of Java", careful(&json)),
        (
            "HTML",
            secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"),
        ),
    ];
    for before in ["", "x", "xy"] {
        let padded = format!("{before}{secret}");
        let whole = padded.len() * 8 / 6;
        let skip = (before.len() * 8).div_ceil(6);
        let standard = STANDARD.encode(&padded)[skip..whole].to_owned();
        shapes.push(("base64 of PHP's JSON", standard.replace('/', "\\/")));
        shapes.push(("base64 in an address", standard.replace('/', "%2F").replace('+', "%2B")));
        shapes.push(("base64", standard));
        shapes.push(("base64 for addresses", URL_SAFE.encode(&padded)[skip..whole].to_owned()));
    }
    shapes
}

/// Where and as what one of the secrets stands in the output.
pub fn leaks(output: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (index, secret) in all().iter().enumerate() {
        for (shape, text) in shapes(secret) {
            if output.contains(&text) {
                found.push(format!("secret {index} as {shape}"));
            }
        }
    }
    found
}

/// A body in which a vendor echoes everything in every shape.
pub fn echo() -> String {
    let mut echo = String::from("{\"message\":\"you sent ");
    for secret in all() {
        for (name, shape) in shapes(&secret) {
            echo.extend(["<", name, ": ", &shape, "> "]);
        }
        echo.push_str(&STANDARD.encode(&secret));
        echo.push(' ');
    }
    echo.push_str("\"}");
    echo
}

/// The same as JSON that can be read, so that the vendor's words are found in it.
pub fn readable_echo() -> String {
    let echo = echo().replace("{\"message\":\"", "").replace("\"}", "");
    serde_json::json!({ "message": echo }).to_string()
}

/// Headers in which a vendor echoes what a header can carry.
pub fn echo_headers() -> String {
    let mut headers = String::new();
    for secret in all() {
        let shapes = shapes(&secret).into_iter().map(|(_, shape)| shape);
        let fine = |shape: &String| shape.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        headers.extend(["x-echo: ", &shapes.filter(fine).collect::<Vec<_>>().join(" "), "\r\n"]);
    }
    headers
}
