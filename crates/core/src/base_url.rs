//! The address of a vendor: scheme, host and path prefix, checked once.
//!
//! HTTPS only; plain HTTP only to this machine or by explicit opt-in. User info is refused, because it would be a
//! secret inside an address.

use std::{fmt, net::IpAddr};

use http::{Uri, uri::Scheme};

/// Scheme, host and port: what a link must share to be followed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    text: String,
    host: String,
    loopback: bool,
}

impl Origin {
    /// `https://host` or `https://host:port`, without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host alone.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether the host is this machine.
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Why an address was refused. It never prints the address: it may hold a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BaseUrlError {
    /// It is not an absolute `https://` address.
    #[error("is not an address such as https://host/prefix")]
    Malformed,
    /// It holds a user name or a password.
    #[error("holds user info; credentials are given separately")]
    UserInfo,
    /// It has a query or a fragment.
    #[error("has a query or a fragment")]
    Query,
    /// Plain HTTP to a foreign host.
    #[error("is plain http to a foreign host: credentials would be readable on the way; use https")]
    PlainHttp,
}

/// Origin and path prefix.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BaseUrl {
    origin: Origin,
    prefix: String,
}

impl BaseUrl {
    /// Reads an address such as `https://acme.example/api/v2`.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        Self::read(text, false)
    }

    /// As [`BaseUrl::parse`], and plain HTTP to a foreign host is allowed: for a proxy of one's own that adds TLS.
    pub fn parse_allowing_plain_http(text: &str) -> Result<Self, BaseUrlError> {
        Self::read(text, true)
    }

    fn read(text: &str, plain_http: bool) -> Result<Self, BaseUrlError> {
        let text = text.trim();
        if text.contains('#') {
            return Err(BaseUrlError::Query);
        }
        let uri: Uri = text.parse().map_err(|_| BaseUrlError::Malformed)?;
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err(BaseUrlError::Malformed);
        };
        if authority.as_str().contains('@') {
            return Err(BaseUrlError::UserInfo);
        }
        if uri.query().is_some() {
            return Err(BaseUrlError::Query);
        }
        let host = authority.host().to_ascii_lowercase();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        // `Uri` reads a port that is no number as none; here it is a mistake.
        let behind_host = authority.as_str().get(authority.host().len()..).unwrap_or_default();
        let port = match behind_host.strip_prefix(':') {
            Some(digits) => Some(digits.parse::<u16>().map_err(|_| BaseUrlError::Malformed)?),
            None => None,
        };
        if bare.is_empty() {
            return Err(BaseUrlError::Malformed);
        }
        let loopback = bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        if *scheme == Scheme::HTTP {
            if !loopback && !plain_http {
                return Err(BaseUrlError::PlainHttp);
            }
        } else if *scheme != Scheme::HTTPS {
            return Err(BaseUrlError::Malformed);
        }
        let default_port = if *scheme == Scheme::HTTPS { 443 } else { 80 };
        let port = port.filter(|port| *port != default_port);
        let text = match port {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        };
        let prefix = uri.path().trim_end_matches('/');
        if prefix.split('/').any(|segment| matches!(segment, "." | "..")) {
            return Err(BaseUrlError::Malformed);
        }
        Ok(Self { origin: Origin { text, host, loopback }, prefix: prefix.to_owned() })
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The path prefix, empty or starting with a slash, never ending with one.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.prefix)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_or_refused() {
        use BaseUrlError::{Malformed, PlainHttp, Query, UserInfo};
        let table = [
            ("https://acme.example/api/v2/", Ok("https://acme.example/api/v2")),
            (" https://ACME.example:443 ", Ok("https://acme.example")),
            ("https://acme.example:8443/x", Ok("https://acme.example:8443/x")),
            ("http://127.0.0.1:4010/api", Ok("http://127.0.0.1:4010/api")),
            ("http://[::1]:4010", Ok("http://[::1]:4010")),
            ("http://localhost", Ok("http://localhost")),
            ("http://acme.example", Err(PlainHttp)),
            ("http://localhost.evil.example", Err(PlainHttp)),
            ("http://127.0.0.1.evil.example", Err(PlainHttp)),
            ("https://user:pass@acme.example", Err(UserInfo)),
            ("http://127.0.0.1@evil.example", Err(UserInfo)),
            ("https://acme.example/?token=x", Err(Query)),
            ("https://acme.example/#x", Err(Query)),
            ("ftp://acme.example", Err(Malformed)),
            ("acme.example", Err(Malformed)),
            ("", Err(Malformed)),
            ("https://", Err(Malformed)),
            ("https://acme.example:99999", Err(Malformed)),
            ("https://acme.example:", Err(Malformed)),
            ("https://acme.example/a/../b", Err(Malformed)),
            ("https://acme .example", Err(Malformed)),
        ];
        for (text, expected) in table {
            let read = BaseUrl::parse(text).map(|base| base.to_string());
            assert_eq!(read.as_deref().map_err(|error| *error), expected, "{text}");
        }
    }

    #[test]
    fn plain_http_is_an_explicit_choice() {
        assert!(BaseUrl::parse_allowing_plain_http("http://proxy.internal:3128/irev").is_ok());
    }
}
