//! What users may do with the crates that we bring.

use super::{Rule, Violation};

pub(crate) const RULE: Rule = Rule {
    name: "licences",
    why: "whoever uses us under MIT or Apache-2.0 must not meet a stricter licence below",
};

const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    // Boost: asks for nothing where only a binary is given on.
    "BSL-1.0",
    // Certificates as data.
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Checks packages of others, given as name and licence expression.
pub(crate) fn check(packages: &[(String, Option<String>)]) -> Vec<Violation> {
    let mut found = Vec::new();
    for (name, licence) in packages {
        let licence = licence.as_deref().unwrap_or("no licence");
        if !satisfied(licence) {
            found.push(RULE.violation("Cargo.lock", 1, format!("{name} has {licence}")));
        }
    }
    found
}

/// Whether an SPDX expression, or the older `MIT/Apache-2.0`, can be fulfilled with what is allowed.
fn satisfied(expression: &str) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    any(&mut rest) && rest.is_empty()
}

fn any(rest: &mut &[&str]) -> bool {
    let mut holds = all(rest);
    while take(rest, "OR") {
        holds |= all(rest);
    }
    holds
}

fn all(rest: &mut &[&str]) -> bool {
    let mut holds = one(rest);
    while take(rest, "AND") {
        holds &= one(rest);
    }
    holds
}

fn one(rest: &mut &[&str]) -> bool {
    if take(rest, "(") {
        let holds = any(rest);
        return take(rest, ")") && holds;
    }
    let Some((licence, after)) = rest.split_first() else { return false };
    *rest = after;
    // An exception gives more than the licence itself.
    if take(rest, "WITH") {
        *rest = rest.get(1..).unwrap_or_default();
    }
    ALLOWED.contains(licence)
}

fn take(rest: &mut &[&str], word: &str) -> bool {
    match rest.split_first() {
        Some((first, after)) if *first == word => {
            *rest = after;
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_that_can_be_fulfilled() {
        for fine in [
            "MIT",
            "MIT/Apache-2.0",
            "Apache-2.0 / MIT",
            "MIT OR LGPL-2.1-or-later",
            "(MIT OR GPL-3.0-only) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0-only",
        ] {
            assert!(satisfied(fine), "{fine}");
        }
    }

    #[test]
    fn expressions_that_cannot() {
        for bad in
            ["GPL-3.0-only", "MIT AND GPL-3.0-only", "(MIT OR ISC) AND AGPL-3.0-only", "", "(MIT", "MIT ISC"]
        {
            assert!(!satisfied(bad), "{bad}");
        }
    }

    #[test]
    fn a_package_without_licence_is_found_by_name() {
        let found = check(&[("good".to_owned(), Some("MIT".to_owned())), ("bad".to_owned(), None)]);
        assert!(found.len() == 1 && found[0].to_string().contains("bad has no licence"), "{found:?}");
    }
}
