//! Made-up secrets for all four places, and answers that echo them.

use std::sync::LazyLock;

use afflux_probe::{search::Search, shapes};
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// Never valid anywhere; with every character that some encoding changes.
pub const HEADER: &str = "hdr+Canary/one=\"two\"<&>'%7e";
pub const USER: &str = "usr/Canary+app?key=1";
pub const PASSWORD: &str = "pwd:Canary/\"\u{e4}\u{20ac}\" 9%";
pub const QUERY: &str = "qry+Canary/ tok\u{e9}n&=#\"";
pub const BODY: &str = "bdy\\Canary/\"\u{1f511}\"+~*'()";

/// The search for all of them.
pub static SEARCH: LazyLock<Search> = LazyLock::new(|| Search::new(&all()));

fn all() -> Vec<String> {
    let pair = format!("{USER}:{PASSWORD}");
    [HEADER, USER, PASSWORD, QUERY, BODY, &pair].map(str::to_owned).to_vec()
}

/// As a query writes it.
pub fn encoded(secret: &str) -> String {
    shapes::percent(secret, "-_.~", true)
}

/// A body in which a vendor echoes everything in every shape.
pub fn echo() -> String {
    let mut echo = String::from("{\"message\":\"you sent ");
    for secret in all() {
        for (name, shape) in shapes::echoed(&secret) {
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
        let shapes = shapes::echoed(&secret).into_iter().map(|(_, shape)| shape);
        let fine = |shape: &String| shape.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        headers.extend(["x-echo: ", &shapes.filter(fine).collect::<Vec<_>>().join(" "), "\r\n"]);
    }
    headers
}
