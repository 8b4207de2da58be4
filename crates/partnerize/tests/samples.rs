//! The documented samples, repaired where the manual is damaged: answers are decoded and are still the same text, bodies
//! pass the checks and are sent as they are, errors have one reading.
//!
//! `samples/index.txt` names the manual's line of each file, and says why a block has none. `samples/blocks.txt` lists the
//! blocks that must be accounted for.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

#[path = "samples/answers.rs"]
mod answers;

use std::{collections::BTreeSet, path::PathBuf};

use afflux_partnerize::{
    ClickTotals, Constraint, ConversionTotals, Generation, OPERATIONS, Refusal,
    core::{
        dynamic::{self, Parameters},
        endpoint::Endpoint,
        operation::{Operation, Place},
        request::Body,
        response::Raw,
    },
    generated::{ListCommissions, ReportClicks, ReportConversions, ReportFormat},
};
use http::StatusCode;

struct Sample {
    line: u32,
    file: &'static str,
    kind: &'static str,
    /// The operation's id, or the generation of an error.
    of: &'static str,
    text: String,
}

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples")
}

fn index() -> impl Iterator<Item = &'static str> {
    include_str!("samples/index.txt").lines().filter(|line| !line.starts_with('#'))
}

/// What stands in the place of a file where a block has none.
const NO_FILE: &str = "-";

fn samples() -> Vec<Sample> {
    let lines = index().filter(|line| line.split_whitespace().nth(1) != Some(NO_FILE));
    let samples = lines.map(|line| {
        let mut words = line.split_whitespace();
        let mut word = || words.next().unwrap();
        let (line, file, kind, of) = (word().parse().unwrap(), word(), word(), word());
        let text = std::fs::read_to_string(directory().join(file)).unwrap();
        Sample { line, file, kind, of, text }
    });
    samples.collect()
}

fn of_kind(kind: &str) -> Vec<Sample> {
    let samples: Vec<Sample> = samples().into_iter().filter(|sample| sample.kind == kind).collect();
    assert!(!samples.is_empty());
    samples
}

fn operation(id: &str) -> &'static Operation {
    OPERATIONS.iter().find(|operation| operation.id == id).unwrap_or_else(|| panic!("no operation `{id}`"))
}

#[test]
fn every_file_is_in_the_index_once_and_in_the_order_of_the_manual() {
    let samples = samples();
    assert!(samples.is_sorted_by_key(|sample| sample.line));
    let listed: BTreeSet<String> = samples.iter().map(|sample| sample.file.to_owned()).collect();
    assert_eq!(listed.len(), samples.len());
    let entries = std::fs::read_dir(directory()).unwrap().map(|entry| entry.unwrap().file_name());
    let names = entries.map(|name| name.into_string().unwrap());
    let files: BTreeSet<String> =
        names.filter(|name| !["index.txt", "blocks.txt", "answers.rs"].contains(&name.as_str())).collect();
    assert_eq!(files, listed);
}

#[test]
fn every_block_of_the_manual_has_a_copy_or_a_reason_why_it_has_none() {
    let mut blocks = Vec::new();
    let mut of_the_reference = 0;
    for line in include_str!("samples/blocks.txt").lines() {
        match line.strip_prefix('#') {
            Some(_) if of_the_reference == 0 => of_the_reference = blocks.len(),
            Some(_) => {}
            None => blocks.extend(line.split_whitespace().map(|line| line.parse::<u32>().unwrap())),
        }
    }
    assert_eq!((of_the_reference, blocks.len()), (109, 154));
    let mut accounted = Vec::new();
    for line in index() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [at, file, kind, _, said @ ..] = words.as_slice() else { panic!("{line}") };
        assert_eq!(*file == NO_FILE, *kind == "none", "{line}");
        assert!(*kind != "none" || said.len() > 3, "{line}: no reason");
        accounted.push(at.parse::<u32>().unwrap());
    }
    blocks.sort_unstable();
    assert_eq!(accounted, blocks);
}

#[test]
fn every_documented_answer_decodes_and_is_written_back_byte_for_byte() {
    for sample in of_kind("answer") {
        answers::round_trip(sample.of, sample.file, sample.text.trim_end());
    }
}

#[test]
fn an_empty_list_is_no_rows() {
    for sample in of_kind("empty") {
        assert_eq!(sample.of, ListCommissions::OPERATION.id);
        let raw = Raw::for_test(ListCommissions::OPERATION, StatusCode::OK, sample.text);
        let page = ListCommissions::new("a", "a").decode(&raw).unwrap();
        assert!(page.rows().is_empty());
        assert_eq!(page.get("count").unwrap().as_u64(), Some(0));
    }
}

#[test]
fn every_documented_csv_is_handed_out_as_it_came() {
    for sample in of_kind("csv") {
        answers::csv(sample.of, &sample.text);
    }
}

/// Samples that break the rules of their own document: what the check says about them.
const AGAINST_THE_DOCUMENT: &[(&str, &str)] =
    &[("update-partner-body.json", "body.publisher_id"), ("filter-conversions-body.json", "body.interval")];

#[test]
fn every_documented_body_passes_the_checks_and_is_sent_as_it_is() {
    for sample in of_kind("body") {
        let operation = operation(sample.of);
        let path = operation.parameters.iter().filter(|parameter| parameter.place == Place::Path);
        let mut members: Vec<String> =
            path.map(|parameter| format!("\"{}\":\"a\"", parameter.name)).collect();
        let text = sample.text.trim_end();
        members.push(format!("\"body\":{text}"));
        let parameters = Parameters::parse(&format!("{{{}}}", members.join(","))).unwrap();
        let expected = AGAINST_THE_DOCUMENT.iter().find(|(file, _)| *file == sample.file);
        let as_given = match (dynamic::request(operation, &parameters, false), expected) {
            (Ok(request), None) => request,
            (Err(found), Some((_, said))) => {
                let found: Vec<String> = found.iter().map(|violation| format!("{violation:?}")).collect();
                assert!(found.iter().any(|violation| violation.contains(said)), "{}: {found:?}", sample.file);
                dynamic::request(operation, &parameters, true).unwrap()
            }
            (Ok(_), Some(_)) => panic!("{} is fine", sample.file),
            (Err(found), None) => panic!("{}: {found:?}", sample.file),
        };
        let Body::Bytes(sent) = as_given.body() else { panic!("{}: no body", sample.file) };
        assert_eq!(std::str::from_utf8(sent).unwrap(), text, "{}", sample.file);
    }
}

#[test]
fn every_documented_error_has_one_reading() {
    for sample in of_kind("error") {
        let generation = match sample.of {
            "v1" => Generation::First,
            "v2" => Generation::Second,
            _ => Generation::Third,
        };
        let refusal = Refusal::read(generation, sample.text.as_bytes()).unwrap();
        assert!(refusal.code.is_some() && refusal.message.is_some(), "{}", sample.file);
        for fault in &refusal.faults {
            let constraint = fault.constraint.as_ref().unwrap();
            assert!(constraint.meaning().is_some(), "{}: {constraint:?}", sample.file);
        }
    }
    let read = |file: &str| {
        let text = std::fs::read_to_string(directory().join(file)).unwrap();
        Refusal::read(Generation::Third, text.as_bytes()).unwrap()
    };
    let fault = &read("error-v3-type.json").faults[0];
    assert_eq!(
        (fault.constraint.clone(), fault.property.to_string()),
        (Some(Constraint::WrongType), "name".into())
    );
    let fault = &read("error-v3-forbidden.json").faults[0];
    assert_eq!(
        (fault.property.to_string(), fault.property.pointer()),
        ("campaigns[0]".into(), "/campaigns/0".into())
    );
    assert_eq!(read("error-v2-required.json").faults[0].constraint, Some(Constraint::RequiredProperty));
}

#[test]
fn what_stands_beside_the_rows_of_a_report_is_read_too() {
    let read = |file: &str| std::fs::read_to_string(directory().join(file)).unwrap();
    let report = ReportConversions::new("a", ReportFormat::Json, "a");
    let raw = Raw::for_test(ReportConversions::OPERATION, StatusCode::OK, read("report-conversions.json"));
    let totals = ConversionTotals::of(&report.decode(&raw).unwrap());
    let sums = [&totals.conversions, &totals.commission, &totals.value].map(|sums| sums["EUR"].to_string());
    assert_eq!((totals.count, sums), (Some(1), ["1", "95.5", "955"].map(str::to_owned)));
    assert_eq!(totals.span.start_utc, Some("2019-08-10T00:00:00".parse().unwrap()));
    let report = ReportClicks::new("a", ReportFormat::Json, "a");
    let raw = Raw::for_test(ReportClicks::OPERATION, StatusCode::OK, read("report-clicks.json"));
    let totals = ClickTotals::of(&report.decode(&raw).unwrap());
    assert_eq!((totals.count, totals.unique), (Some(2), Some(2)));
    assert_eq!(totals.span.end, Some("2020-03-09T14:27:15".parse().unwrap()));
}
