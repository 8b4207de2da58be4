//! Links that a vendor sends: to the next page, to a job, to a file.

use afflux::core::{base_url::BaseUrl, link::Link, operation::Operation, request::Request};

/// An upload to wherever the vendor says.
static PUT: Operation = Operation { id: "put", vendor: "none", ..Operation::GET };

/// A link is followed on the vendor's own origin, as a path that climbs nowhere, or not at all; an address to upload to is
/// one, or refused.
///
/// # Panics
/// If a reader does what it must not.
pub fn links(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for base in ["https://api.example/v2", "http://127.0.0.1:8080", "https://api.example:8443/a/b"] {
        let base = BaseUrl::parse(base).unwrap();
        let Ok(link) = Link::read(&text, &base, &["token"]) else { continue };
        let (path, query) = (link.path(), link.query());
        assert!(path.starts_with('/'), "{path}");
        assert!(!path.contains(['?', '#', '\\', '\n', '\r', ' ', '\0']), "{path}");
        assert!(!query.contains(['#', '\n', '\r', ' ', '\0']), "{query}");
        assert!(!query.split('&').any(|pair| pair.starts_with("token=")), "{query}");
        for segment in path.split('/') {
            let plain = segment.to_ascii_lowercase().replace("%2e", ".");
            assert!(plain != "." && plain != "..", "{path}");
        }
        let whole = format!("{}{}{path}", base.origin(), base.prefix());
        let again = Link::read(&whole, &base, &["token"]);
        assert_eq!(again.as_ref().map(Link::path), Ok(path), "a link that was read is one");
    }
    if let Ok(request) = Request::new(&PUT).presigned(&text) {
        assert!(request.path().starts_with('/'), "{}", request.path());
        assert!(!format!("{request:?}").contains(request.query()) || request.query().len() < 4);
    }
}
