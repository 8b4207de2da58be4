//! The umbrella holds no code.

use super::{Rule, Violation};
use crate::deps::{
    house::{House, Place},
    tokens::{self, Token},
};

pub(crate) const RULE: Rule = Rule {
    name: "umbrella",
    why: "whoever uses one vendor crate alone must get everything: the umbrella only re-exports",
};

pub(crate) fn check(house: &House) -> Vec<Violation> {
    let umbrellas = house.packages.iter().filter(|package| package.place == Place::Umbrella);
    RULE.each(
        umbrellas.flat_map(|package| &package.sources),
        |source, tokens| match first_that_is_no_reexport(tokens) {
            None => Vec::new(),
            Some(token) => {
                vec![RULE.violation(&source.path, token.line, format!("`{}` is not a re-export", token.text))]
            }
        },
    )
}

/// Attributes, `pub use ...;`, and `pub mod name { .. }` of the same are re-exports.
fn first_that_is_no_reexport(tokens: &[Token]) -> Option<&Token> {
    let mut rest = tokens;
    while let Some(first) = rest.first() {
        if let Some((_, after)) = tokens::attribute(rest) {
            rest = after;
            continue;
        }
        rest = match rest {
            [visible, import, ..] if visible.is("pub") && import.is("use") => {
                let end = rest.iter().position(|token| token.is(";"))?;
                rest.get(end + 1..)?
            }
            [visible, module, _, body @ ..] if visible.is("pub") && module.is("mod") => {
                let Some((inside, after)) =
                    tokens::group(body).filter(|_| body.first().is_some_and(|t| t.is("{")))
                else {
                    return Some(module);
                };
                if let Some(token) = first_that_is_no_reexport(inside) {
                    return Some(token);
                }
                after
            }
            _ => return Some(first),
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deps::house::fixture;

    fn verdict(text: &str) -> Vec<String> {
        let package = fixture::package("afflux", Place::Umbrella, "", &[("lib.rs", text)]);
        check(&fixture::house("", vec![package])).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn reexports_with_documentation_and_features_pass() {
        let text = "//! Docs.\n#![doc = include_str!(\"x\")]\npub use afflux_core as core;\n\
                    #[cfg(feature = \"irev\")]\n/// iREV.\npub use afflux_irev as irev;\n\
                    pub mod prelude { pub use afflux_core::{Error, Delivery}; }";
        assert_eq!(verdict(text), [""; 0]);
    }

    #[test]
    fn code_is_found_with_its_line_inside_modules_too() {
        for text in [
            "pub use a::b;\npub fn shortcut() {}",
            "\nuse a::b;",
            "pub mod a {\npub type B = u8; }",
            "\npub mod elsewhere;",
            "\nmod private { pub use a::b; }",
        ] {
            let found = verdict(text);
            assert!(
                found.len() == 1 && found[0].starts_with("afflux/src/lib.rs:2: [umbrella]"),
                "{text}: {found:?}"
            );
        }
    }
}
