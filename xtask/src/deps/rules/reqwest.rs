//! reqwest stays behind one adapter.

use super::{Rule, Violation};
use crate::deps::{
    house::{House, Place},
    tokens::{self, Kind, Token},
};

pub(crate) const RULE: Rule = Rule {
    name: "reqwest",
    why: "the HTTP library stays replaceable, and its errors and Debug, which print URLs, stay in one place",
};

/// The adapter, and the TLS set-up of its builder.
const HOMES: &[&str] = &["src/transport/reqwest.rs", "src/transport/tls.rs"];

pub(crate) fn check(house: &House) -> Vec<Violation> {
    let mut found = in_manifests(house);
    for package in house.packages.iter().filter(|package| package.place.is_published()) {
        let at_home =
            |path: &str| package.place == Place::Core && HOMES.iter().any(|home| path.ends_with(home));
        let sources = package.sources.iter().filter(|source| !at_home(&source.path));
        found.extend(RULE.each(sources, |source, tokens| {
            let violation = |line| RULE.violation(&source.path, line, "names reqwest".to_owned());
            lines_naming_the_crate(tokens).into_iter().map(violation).collect()
        }));
    }
    found
}

/// Only core depends on it; tests may use it as an independent client.
fn in_manifests(house: &House) -> Vec<Violation> {
    let mut found = Vec::new();
    for package in house.packages.iter().filter(|package| package.place != Place::Core) {
        for dependency in package.manifest.dependencies() {
            if dependency.name == "reqwest" && !dependency.dev {
                let what = format!("{} depends on reqwest", package.name);
                found.push(RULE.violation(&package.manifest.path, dependency.line, what));
            }
        }
    }
    found
}

/// Our own module `transport::reqwest` may be named; the crate is what starts a path.
fn lines_naming_the_crate(tokens: &[Token]) -> Vec<usize> {
    let (uses, others) = tokens::uses(tokens);
    let mut lines: Vec<usize> = uses
        .iter()
        .filter(|one| one.path.first().is_some_and(|first| first == "reqwest"))
        .map(|one| one.line)
        .collect();
    for (at, token) in others.iter().enumerate().filter(|(_, token)| token.is("reqwest")) {
        let follows = |text| others.get(at + 1).is_some_and(|next| next.is(text));
        let before = |steps| at.checked_sub(steps).and_then(|before| others.get(before));
        let is_crate = before(1).is_some_and(|token| token.is("crate"));
        let is_segment = before(1).is_some_and(|token| token.is(":"))
            && before(2).is_some_and(|token| token.is(":"))
            && before(3).is_some_and(|token| token.kind == Kind::Word);
        if is_crate || (follows(":") && !is_segment) {
            lines.push(token.line);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deps::house::fixture;

    fn verdict(path: &str, text: &str) -> Vec<String> {
        let package = fixture::package("core", Place::Core, "", &[(path, text)]);
        check(&fixture::house("", vec![package])).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_crate_is_found_however_it_is_named() {
        for text in [
            "\nuse reqwest::Client;",
            "use std::fmt;\nuse ::reqwest as http_client;",
            "\npub use {reqwest::Error};",
            "\nfn f(client: &reqwest::Client) {}",
            "\nfn f() { let x = ::reqwest::Client::new(); }",
            "\nstruct S { pub client: reqwest::Client }",
            "\nfn f() -> ::reqwest::Client { g() }",
            "\nextern crate reqwest;",
        ] {
            let found = verdict("engine.rs", text);
            assert!(
                found.len() == 1 && found[0].starts_with("core/src/engine.rs:2: [reqwest]"),
                "{text}: {found:?}"
            );
        }
    }

    #[test]
    fn the_adapter_may_name_it_and_others_may_name_the_adapter() {
        assert_eq!(verdict("transport/reqwest.rs", "use reqwest::Client;"), [""; 0]);
        let text = "mod reqwest;\npub use self::{reqwest::ReqwestTransport, tls::Root};\n\
                    fn f() { crate::transport::reqwest::g() }";
        assert_eq!(verdict("transport/mod.rs", text), [""; 0]);
    }

    #[test]
    fn no_other_package_depends_on_it_except_in_its_tests() {
        let vendor = |manifest| fixture::package("vendor", Place::Vendor, manifest, &[]);
        let found = check(&fixture::house("", vec![vendor("[dependencies]\nreqwest.workspace = true\n")]));
        assert_eq!(found.len(), 1);
        let found =
            check(&fixture::house("", vec![vendor("[dev-dependencies]\nreqwest.workspace = true\n")]));
        assert!(found.is_empty());
    }
}
