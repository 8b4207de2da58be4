//! Code generation from a made-up vendor: its golden output, which is compiled here and whose own tests run here, and
//! the faults of documents, each with its place.
//!
//! `cargo xtask codegen` writes the golden files too; look at their difference before it is committed.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    missing_docs,
    unreachable_pub
)]

#[path = "../src/codegen/mod.rs"]
mod codegen;

#[path = "../fixtures/golden/src/generated/mod.rs"]
#[allow(unused_imports)]
mod generated;

#[path = "../fixtures/golden/tests/generated.rs"]
mod generated_tests;

#[path = "codegen/behaviour.rs"]
mod behaviour;

use std::path::Path;

#[test]
fn generation_is_deterministic() {
    let root = codegen::root();
    let text = std::fs::read_to_string(root.join("xtask/fixtures/fixture.yaml")).unwrap();
    let once = codegen::golden(&root, "fixture.yaml", text.clone(), "out").unwrap();
    let twice = codegen::golden(&root, "fixture.yaml", text, "out").unwrap();
    assert_eq!(once, twice);
}

#[test]
fn what_is_checked_in_is_fresh_the_golden_output_included() {
    let root = codegen::root();
    let differences = codegen::everything(&root).unwrap().differences(&root);
    assert!(differences.is_empty(), "run `cargo xtask codegen`\n{}", differences.join("\n\n"));
}

#[test]
fn a_stale_file_is_named_with_its_difference_and_rewritten() {
    let directory = std::env::temp_dir().join(format!("codegen-{}", std::process::id()));
    let generated = Path::new("src/generated");
    std::fs::create_dir_all(directory.join(generated)).unwrap();
    std::fs::write(directory.join(generated.join("mod.rs")), "old\n").unwrap();
    std::fs::write(directory.join(generated.join("left.rs")), "left over\n").unwrap();
    let mut output = codegen::Output::default();
    output.add(generated.join("mod.rs"), "new\n".to_owned());
    output.add("docs/coverage.md", "table\n".to_owned());
    output.own(generated);
    let said = output.differences(&directory).join("\n");
    for part in
        ["mod.rs: stale", "-old", "+new", "coverage.md: missing", "left.rs: is not generated any more"]
    {
        assert!(said.contains(part), "{part} in {said}");
    }
    output.write(&directory).unwrap();
    assert_eq!(output.differences(&directory), Vec::<String>::new());
    std::fs::remove_dir_all(&directory).unwrap();
}

/// A document with one operation; `{}` is replaced.
const DOCUMENT: &str = include_str!("../fixtures/faults/document.yaml");

/// What stands in the place of a line, and what is said about it: line and column, then the words.
#[test]
fn every_fault_is_told_with_its_file_line_and_column() {
    let table = include_str!("../fixtures/faults/table.txt");
    let mut cases = 0;
    for case in table.split("\n---\n").filter(|case| !case.trim().is_empty()) {
        let (change, expected) = case.split_once("\n=> ").unwrap_or_else(|| panic!("no expectation: {case}"));
        let (from, to) = change.split_once("\n-> ").unwrap_or_else(|| panic!("no replacement: {case}"));
        let from = from.trim_start_matches('\n');
        assert_eq!(DOCUMENT.matches(from).count(), 1, "`{from}` must be in the document once");
        let text = DOCUMENT.replace(from, to);
        let said = codegen::golden(&codegen::root(), "api.yaml", text, "out")
            .err()
            .unwrap_or_else(|| panic!("no fault: {case}"));
        assert!(
            said.lines().any(|line| line.starts_with(expected.trim())),
            "\n{change}\nexpected {expected}\nsaid     {said}"
        );
        cases += 1;
    }
    assert!(cases > 70, "{cases}");
}

#[test]
fn all_faults_of_a_document_are_told_at_once() {
    let text = DOCUMENT
        .replace("bucket: api", "bucket: nowhere")
        .replace("safety: read-only", "safety: { keyed: x, else: unsafe }");
    let said = codegen::golden(&codegen::root(), "api.yaml", text, "out").unwrap_err();
    assert!(said.lines().count() >= 2, "{said}");
}

#[test]
fn the_document_itself_has_no_fault() {
    codegen::golden(&codegen::root(), "api.yaml", DOCUMENT.to_owned(), "out").unwrap();
}
