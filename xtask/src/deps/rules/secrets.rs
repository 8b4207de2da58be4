//! Credentials are read in one module.

use super::{Rule, Violation};
use crate::deps::house::{House, Place};

pub(crate) const RULE: Rule = Rule {
    name: "secrets",
    why: "one module puts credentials on the wire and feeds the masker; a second reader is a side door",
};

const HOME: &str = "src/secret.rs";

pub(crate) fn check(house: &House) -> Vec<Violation> {
    let published = house.packages.iter().filter(|package| package.place.is_published());
    let sources =
        published.flat_map(|package| package.sources.iter().map(move |source| (package.place, source)));
    let elsewhere = sources.filter(|(place, source)| *place != Place::Core || !source.path.ends_with(HOME));
    RULE.each(elsewhere.map(|(_, source)| source), |source, tokens| {
        let readers =
            tokens.iter().filter(|token| ["expose_secret", "ExposeSecret"].iter().any(|word| token.is(word)));
        let violation = |line| RULE.violation(&source.path, line, "exposes a secret".to_owned());
        readers.map(|token| violation(token.line)).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deps::house::fixture;

    fn verdict(place: Place, path: &str, text: &str) -> Vec<String> {
        let package = fixture::package("here", place, "", &[(path, text)]);
        check(&fixture::house("", vec![package])).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_second_reader_is_found_in_core_and_in_every_other_crate() {
        for (place, path) in
            [(Place::Core, "engine.rs"), (Place::Vendor, "secret.rs"), (Place::Program, "main.rs")]
        {
            let found = verdict(place, path, "\nfn f(s: &SecretString) { s.expose_secret(); }");
            assert!(
                found.len() == 1 && found[0].starts_with(&format!("here/src/{path}:2: [secrets]")),
                "{found:?}"
            );
        }
        assert_eq!(verdict(Place::Vendor, "lib.rs", "use secrecy::ExposeSecret as _;").len(), 1);
    }

    #[test]
    fn the_one_module_may_and_tests_may() {
        assert_eq!(verdict(Place::Core, "secret.rs", "fn f(s: S) { s.expose_secret(); }"), [""; 0]);
        assert_eq!(
            verdict(Place::Vendor, "a.rs", "#[cfg(test)] mod t { fn f(s: S) { s.expose_secret(); } }"),
            [""; 0]
        );
    }
}
