//! Links that a vendor sends: the next page, a job, its result. Followed on the same origin only.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::base_url::{BaseUrl, Origin};

/// Path and query of a link, relative to the base URL's prefix or absolute on its origin, without our credentials.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Link {
    path: String,
    query: String,
}

/// Why a link is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// It leads to another host, scheme or port.
    #[error("leads away from the vendor's own address")]
    ForeignOrigin,
    /// It is no link.
    #[error("is not a path or an address")]
    Malformed,
}

impl Link {
    /// Reads a link out of an answer from `base`. Query parameters named in `credentials` are dropped: they are
    /// ours, echoed, and are added again when the request is sent.
    pub fn read(text: &str, base: &BaseUrl, credentials: &[&str]) -> Result<Self, LinkError> {
        let text = text.trim();
        let fine = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
        if text.is_empty() || !text.bytes().all(fine) {
            return Err(LinkError::Malformed);
        }
        let text = text.split('#').next().unwrap_or_default();
        let rest = strip_origin(text, base.origin())?;
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let path = path.strip_prefix(base.prefix()).filter(|rest| rest.starts_with('/')).unwrap_or(path);
        let climbs = |segment: &str| {
            let plain = segment.replace("%2e", ".").replace("%2E", ".");
            matches!(plain.as_str(), "." | "..")
        };
        if !path.starts_with('/') || path.split('/').any(climbs) {
            return Err(LinkError::Malformed);
        }
        let query: Vec<&str> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .filter(|pair| !credentials.contains(&pair.split('=').next().unwrap_or_default()))
            .collect();
        Ok(Self { path: path.to_owned(), query: query.join("&") })
    }

    /// The encoded path, relative to the base URL.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The encoded query.
    pub fn query(&self) -> &str {
        &self.query
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The query may hold a secret of the vendor's: a signature, a session.
        write!(f, "Link({})", self.path)
    }
}

/// What stands behind our own origin in `text`; `text` itself if it is a path.
fn strip_origin<'a>(text: &'a str, origin: &Origin) -> Result<&'a str, LinkError> {
    if text.starts_with("//") {
        return Err(LinkError::ForeignOrigin);
    }
    if text.starts_with('/') {
        return Ok(text);
    }
    let lower = text.to_ascii_lowercase();
    let (scheme, default_port) = match () {
        () if lower.starts_with("https://") => ("https://", ":443"),
        () if lower.starts_with("http://") => ("http://", ":80"),
        () if lower.contains("://") => return Err(LinkError::ForeignOrigin),
        () => return Err(LinkError::Malformed),
    };
    let end = text
        .get(scheme.len()..)
        .and_then(|rest| rest.find(['/', '?']))
        .map_or(text.len(), |at| at + scheme.len());
    let (theirs, rest) = (lower.get(..end).unwrap_or_default(), text.get(end..).unwrap_or_default());
    let theirs = theirs.strip_suffix(default_port).unwrap_or(theirs);
    if theirs == origin.as_str() { Ok(rest) } else { Err(LinkError::ForeignOrigin) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed_on_the_same_origin_only() {
        use LinkError::{ForeignOrigin, Malformed};
        let base = BaseUrl::parse("https://api.example/v2").unwrap();
        let table = [
            ("/v2/rows?page=2&token=abc", Ok(("/rows", "page=2"))),
            ("/rows?page=2", Ok(("/rows", "page=2"))),
            ("https://api.example/v2/rows?cursor=a%2Bb#x", Ok(("/rows", "cursor=a%2Bb"))),
            ("HTTPS://API.EXAMPLE:443/v2/rows", Ok(("/rows", ""))),
            ("https://api.example.evil.example/v2/rows", Err(ForeignOrigin)),
            ("https://api.example@evil.example/", Err(ForeignOrigin)),
            ("http://api.example/v2/rows", Err(ForeignOrigin)),
            ("https://api.example:8443/v2/rows", Err(ForeignOrigin)),
            ("//evil.example/rows", Err(ForeignOrigin)),
            ("file:///etc/passwd", Err(ForeignOrigin)),
            ("/v2/../admin", Err(Malformed)),
            ("/v2/%2e%2E/admin", Err(Malformed)),
            ("/v2/rows\r\nHost: evil", Err(Malformed)),
            ("\\\\evil.example", Err(Malformed)),
            ("rows?page=2", Err(Malformed)),
            ("", Err(Malformed)),
        ];
        for (text, expected) in table {
            let link = Link::read(text, &base, &["token"]);
            let link = link.as_ref().map(|link| (link.path(), link.query())).map_err(|error| *error);
            assert_eq!(link, expected, "{text}");
        }
    }
}
