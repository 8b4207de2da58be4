//! Core knows no vendor.

use super::{Rule, Violation};
use crate::deps::{
    house::{House, Place},
    tokens::Kind,
};

pub(crate) const RULE: Rule = Rule {
    name: "vendor-names",
    why: "core decides by operation metadata; a vendor's name in its code is an exception that belongs into api.yaml",
};

/// The vendors there are or will be; a crate that is added later is found by its name.
const NAMES: &[&str] = &["altercpa", "clevertap", "irev", "partnerize"];

/// Comments, documentation and tests may name vendors; identifiers and literals may not.
pub(crate) fn check(house: &House) -> Vec<Violation> {
    let crates = house.packages.iter().filter(|package| package.place == Place::Vendor);
    let names: Vec<&str> = crates
        .map(|package| package.name.trim_start_matches("afflux-"))
        .chain(NAMES.iter().copied())
        .collect();
    let cores = house.packages.iter().filter(|package| package.place == Place::Core);
    RULE.each(cores.flat_map(|package| &package.sources), |source, tokens| {
        let mut found = Vec::new();
        for token in tokens.iter().filter(|token| token.kind != Kind::Mark) {
            let text = token.text.to_lowercase();
            if names.iter().any(|name| text.contains(name)) {
                found.push(RULE.violation(
                    &source.path,
                    token.line,
                    format!("`{}` names a vendor", token.text),
                ));
            }
        }
        found
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deps::house::fixture;

    fn verdict(text: &str) -> Vec<String> {
        let packages = vec![
            fixture::package("afflux-core", Place::Core, "", &[("lib.rs", text)]),
            fixture::package("afflux-newcomer", Place::Vendor, "", &[("lib.rs", "pub struct IrevClient;")]),
        ];
        check(&fixture::house("", packages)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_name_in_code_is_found_as_identifier_and_inside_a_literal() {
        for text in ["\nfn is_irev() {}", "\nconst X: &str = \"CleverTap\";", "\nstruct PartnerizeRule;"] {
            let found = verdict(text);
            assert!(
                found.len() == 1 && found[0].starts_with("afflux-core/src/lib.rs:2:"),
                "{text}: {found:?}"
            );
        }
    }

    #[test]
    fn a_vendor_crate_added_later_is_known_by_its_name() {
        assert_eq!(verdict("fn f() { if vendor == \"newcomer\" {} }").len(), 1);
    }

    #[test]
    fn comments_documentation_and_tests_may_name_vendors() {
        assert_eq!(
            verdict("//! iREV\n/// AlterCPA\nfn f() {} // irev\n#[cfg(test)] mod t { fn irev() {} }"),
            [""; 0]
        );
    }
}
