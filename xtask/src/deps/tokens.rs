//! Rust text as a flat list of tokens, so that rules look at code and not at comments or tests.
//!
//! Comments and documentation are gone, items under `#[cfg(test)]` too. It knows nothing of any rule.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An identifier or keyword.
    Word,
    /// A string, character or number.
    Literal,
    /// Anything else: `:`, `{`, `)`.
    Mark,
}

/// One token and the line it starts in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) text: String,
    pub(crate) line: usize,
}

impl Token {
    /// Whether this is the identifier, keyword or mark `text`.
    pub(crate) fn is(&self, text: &str) -> bool {
        self.kind != Kind::Literal && self.text == text
    }
}

/// One imported name: the whole path, braces unfolded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Use {
    pub(crate) path: Vec<String>,
    pub(crate) line: usize,
}

/// The code of a file: no comments, no documentation, no items under `#[cfg(test)]`.
pub(crate) fn code(text: &str) -> Result<Vec<Token>, String> {
    let stream: TokenStream = text.parse().map_err(|error| format!("is not Rust: {error}"))?;
    let mut tokens = Vec::new();
    flatten(stream, &mut tokens);
    Ok(without_documentation_and_tests(&tokens))
}

fn flatten(stream: TokenStream, into: &mut Vec<Token>) {
    for tree in stream {
        let line = tree.span().start().line;
        let (kind, text) = match tree {
            TokenTree::Ident(word) => (Kind::Word, word.to_string()),
            TokenTree::Literal(literal) => (Kind::Literal, literal.to_string()),
            TokenTree::Punct(mark) => (Kind::Mark, mark.as_char().to_string()),
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                into.push(Token {
                    kind: Kind::Mark,
                    text: open.to_owned(),
                    line: group.span_open().start().line,
                });
                flatten(group.stream(), into);
                (Kind::Mark, close.to_owned())
            }
        };
        into.push(Token { kind, text, line });
    }
}

fn without_documentation_and_tests(tokens: &[Token]) -> Vec<Token> {
    let mut kept = Vec::with_capacity(tokens.len());
    let mut rest = tokens;
    while let Some((first, after)) = rest.split_first() {
        match attribute(rest) {
            Some((inside, after)) if inside.first().is_some_and(|word| word.is("doc")) => rest = after,
            Some((inside, after)) if is_test_only(inside) => rest = after_item(after),
            _ => {
                kept.push(first.clone());
                rest = after;
            }
        }
    }
    kept
}

/// The tokens inside an attribute at the start of `tokens`, and what follows it.
pub(crate) fn attribute(tokens: &[Token]) -> Option<(&[Token], &[Token])> {
    let (hash, mut rest) = tokens.split_first()?;
    if !hash.is("#") {
        return None;
    }
    if let Some((bang, after)) = rest.split_first()
        && bang.is("!")
    {
        rest = after;
    }
    if rest.first().is_some_and(|open| open.is("[")) { group(rest) } else { None }
}

/// The tokens inside the bracket that `tokens` starts with, and what follows it.
pub(crate) fn group(tokens: &[Token]) -> Option<(&[Token], &[Token])> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        if token.kind == Kind::Mark && matches!(token.text.as_str(), "(" | "[" | "{") {
            depth += 1;
        } else if token.kind == Kind::Mark && matches!(token.text.as_str(), ")" | "]" | "}") {
            depth = depth.checked_sub(1)?;
        }
        if depth == 0 {
            return Some((tokens.get(1..at)?, tokens.get(at + 1..)?));
        }
    }
    None
}

/// `cfg(test)` and `cfg(all(test, ...))`, but not `cfg(not(test))`, and not `cfg(any(test, ...))`, which also
/// compiles without tests.
fn is_test_only(attribute: &[Token]) -> bool {
    attribute.first().is_some_and(|word| word.is("cfg"))
        && attribute.iter().any(|word| word.is("test"))
        && !attribute.iter().any(|word| word.is("not") || word.is("any"))
}

/// What follows the item at the start of `tokens`.
fn after_item(tokens: &[Token]) -> &[Token] {
    let mut rest = tokens;
    while let Some((_, after)) = attribute(rest) {
        rest = after;
    }
    let to_semicolon =
        rest.iter().find(|token| token.kind == Kind::Word && !token.is("pub") && !token.is("crate"));
    let to_semicolon =
        to_semicolon.is_some_and(|word| ["use", "const", "static", "type"].contains(&&*word.text));
    while let Some((first, after)) = rest.split_first() {
        if first.is(";") {
            return after;
        }
        rest = match group(rest) {
            Some((_, after_group)) if matches!(first.text.as_str(), "(" | "[" | "{") => {
                if first.is("{") && !to_semicolon {
                    return after_group;
                }
                after_group
            }
            _ => after,
        };
    }
    rest
}

/// Every `use` of the file, and the tokens that are not part of one.
pub(crate) fn uses(tokens: &[Token]) -> (Vec<Use>, Vec<Token>) {
    let mut found = Vec::new();
    let mut others = Vec::new();
    let mut rest = tokens;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        // `impl Trait + use<'a>` is the other place where the word stands.
        if first.is("use") && !after.first().is_some_and(|next| next.is("<")) {
            let end = after.iter().position(|token| token.is(";")).unwrap_or(after.len());
            let (tree, after) = after.split_at(end);
            unfold(&[], tree, &mut found);
            rest = after;
        } else {
            others.push(first.clone());
        }
    }
    (found, others)
}

fn unfold(prefix: &[String], tree: &[Token], into: &mut Vec<Use>) {
    let mut path = prefix.to_vec();
    let mut line = tree.first().map_or(0, |token| token.line);
    let mut rest = tree;
    while let Some((first, after)) = rest.split_first() {
        if first.is("{") {
            let inside = group(rest).map_or(after, |(inside, _)| inside);
            for branch in split_at_commas(inside) {
                unfold(&path, branch, into);
            }
            return;
        }
        rest = after;
        if first.is("as") {
            break;
        }
        if first.kind == Kind::Word || first.is("*") {
            path.push(first.text.clone());
            line = first.line;
        }
    }
    if path.len() > prefix.len() {
        into.push(Use { path, line });
    }
}

fn split_at_commas(tokens: &[Token]) -> Vec<&[Token]> {
    let mut branches = Vec::new();
    let mut depth = 0_usize;
    let mut start = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" => depth = depth.saturating_sub(1),
            "," if depth == 0 => {
                branches.extend(tokens.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    branches.extend(tokens.get(start..));
    branches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        code(text)
            .unwrap()
            .into_iter()
            .filter(|token| token.kind == Kind::Word)
            .map(|token| token.text)
            .collect()
    }

    #[test]
    fn comments_and_documentation_are_no_code() {
        assert_eq!(words("//! module\n/// text `a`\nfn f() { /* b */ } // c"), ["fn", "f"]);
    }

    #[test]
    fn items_of_tests_are_no_code_and_what_follows_them_is() {
        let text =
            "#[cfg(test)]\n#[allow(dead_code)]\nmod tests { fn a() {} }\n#[cfg(test)] use b::{c};\nfn d() {}";
        assert_eq!(words(text), ["fn", "d"]);
        assert_eq!(words("#[cfg(all(test, unix))] fn a() -> u8 { 1 } fn b() {}"), ["fn", "b"]);
        assert_eq!(words("#[cfg(test)] mod tests; fn b() {}"), ["fn", "b"]);
    }

    #[test]
    fn code_that_also_compiles_without_tests_stays() {
        for text in ["#[cfg(not(test))] fn kept() {}", "#[cfg(any(test, feature = \"x\"))] fn kept() {}"] {
            assert!(words(text).contains(&"kept".to_owned()), "{text}");
        }
    }

    #[test]
    fn imports_are_unfolded_to_whole_paths_with_their_lines() {
        let tokens = code("use a::{b::{self, c as d},\n e::*};\npub use ::f::g;\nfn h() {}").unwrap();
        let (found, others) = uses(&tokens);
        let paths: Vec<_> = found.iter().map(|one| (one.path.join("::"), one.line)).collect();
        let expected = [("a::b::self", 1), ("a::b::c", 1), ("a::e::*", 2), ("f::g", 3)];
        assert_eq!(paths, expected.map(|(path, line)| (path.to_owned(), line)));
        assert!(others.iter().any(|token| token.is("h")));
    }

    #[test]
    fn what_is_not_rust_is_an_error() {
        assert!(code("fn f( {").unwrap_err().contains("is not Rust"));
    }
}
