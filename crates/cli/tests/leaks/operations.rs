//! `afflux call`, for every operation of every vendor.

use afflux::core::operation::Operation;
use afflux_probe::{request, server::Server};

use crate::{run, trouble};

fn play(vendor: &str, operations: &[&'static Operation]) {
    let folder = tempfile::tempdir().unwrap();
    let refusing = Server::start(trouble("no permission").answer);
    let failing = Server::start(trouble("a server fault").answer);
    for operation in operations {
        let given = request::parameters(operation, false).to_string();
        let call = ["call", vendor, operation.id, "--params", &given];
        for more in [&["--dry-run"][..], &["--dry-run", "--json"]] {
            let (code, said) = run(folder.path(), &refusing.url(), &[&call[..], more].concat());
            assert_eq!(code, 0, "{}: {said}", operation.id);
        }
        let (code, said) = run(folder.path(), &refusing.url(), &[&call[..], &["--json"]].concat());
        assert!(code == 1 && said.contains("[masked]"), "{}: {code} {said}", operation.id);
        // Reads are tried until the time is over, which may be in the middle of anything.
        let (code, said) = run(folder.path(), &failing.url(), &[&call[..], &["--timeout", "0.2"]].concat());
        assert!(matches!(code, 1 | 3 | 4), "{}: {code} {said}", operation.id);
    }
    assert!(refusing.requests().len() >= operations.len());
}

#[test]
fn no_call_to_altercpa_shows_a_secret() {
    play("altercpa", afflux::altercpa::OPERATIONS);
}

#[test]
fn no_call_to_clevertap_shows_a_secret() {
    play("clevertap", afflux::clevertap::OPERATIONS);
}

#[test]
fn no_call_to_irev_shows_a_secret() {
    play("irev", afflux::irev::OPERATIONS);
}

#[test]
fn no_call_to_partnerize_shows_a_secret() {
    play("partnerize", afflux::partnerize::OPERATIONS);
}
