//! A caller of Partnerize.

use std::fmt::Write as _;

use afflux_sandbox::Partnerize;
use serde_json::Value;

use crate::support::{Reply, send};

/// The two keys as a request has them; made-up, and the same in every sandbox.
pub(crate) const BASIC: &str =
    "Basic c2FuZGJveC1wYXJ0bmVyaXplLWFwcGxpY2F0aW9uLWtleTpzYW5kYm94LXBhcnRuZXJpemUtdXNlci1hcGkta2V5";
pub(crate) const PARTNER: &str = "1l1007802";

pub(crate) fn call(partnerize: &Partnerize, method: &str, path: &str, body: &str) -> Reply {
    let headers = [("Authorization", BASIC), ("Content-Type", "application/json")];
    send(partnerize, method, path, &headers, body)
}

pub(crate) fn get(partnerize: &Partnerize, path: &str) -> Reply {
    call(partnerize, "GET", path, "")
}

pub(crate) fn post(partnerize: &Partnerize, path: &str, body: &Value) -> Reply {
    call(partnerize, "POST", path, &body.to_string())
}

/// A path below the partner's own of the first generation.
pub(crate) fn own(rest: &str) -> String {
    format!("/user/publisher/{PARTNER}{rest}")
}

/// A path below the partner's own of the second generation.
pub(crate) fn own_v2(rest: &str) -> String {
    format!("/v2/publishers/{PARTNER}{rest}")
}

/// The four headers about limits, as one line; `-` where there is none.
pub(crate) fn rates(reply: &Reply) -> String {
    let mut line = String::new();
    for name in ["Limit", "Remaining", "Reset", "Retry-After"] {
        let value = reply.header(&format!("X-RateLimit-{name}")).unwrap_or("-");
        let _ = write!(line, "{value} ");
    }
    line.trim_end().to_owned()
}

/// The campaign to which the partner stands in this way.
pub(crate) fn campaign(partnerize: &Partnerize, letter: char) -> String {
    let wanted = match letter {
        'a' => Some("approved"),
        'p' => Some("pending"),
        'r' => Some("rejected"),
        't' => Some("invited"),
        _ => None,
    };
    let campaigns = partnerize.campaigns().into_iter();
    let mut standing = campaigns.map(|(id, standing)| (id, serde_json::to_value(standing).unwrap()));
    standing.find(|(_, standing)| standing.as_str() == wanted).unwrap().0
}
