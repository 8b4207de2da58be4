//! Every reader with arbitrary bytes, with the samples of the vendors' documents, and with those changed here and there.

use std::{collections::BTreeSet, fs, path::Path};

use afflux_tests::hostile::{MODELS, TARGETS, answers};
use proptest::prelude::*;

/// The samples of every crate, as they stand in the documents.
fn samples() -> Vec<Vec<u8>> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    let mut found = Vec::new();
    for vendor in ["clevertap", "irev", "partnerize"] {
        for entry in fs::read_dir(crates.join(vendor).join("tests/samples")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|kind| kind == "json" || kind == "csv") {
                found.push(fs::read(path).unwrap());
            }
        }
    }
    // AlterCPA's documents show no file; what it answers and posts back, by its facts.
    found.push(br#"{"status":"ok","id":70001,"uid":1,"lead":{"id":70001,"cash":"10.50"}}"#.to_vec());
    found.push(b"stage=approve&cash=12.50&currency=EUR&id=70001&uuid=x&sub1=c-1&key=made-up".to_vec());
    found.push(b"https://api.example/v2/rows?page=2&token=x".to_vec());
    // The program's own journal, without its checksums.
    let row = "000102030405060708090a0b0c0d0e0f:0";
    let journal = format!(
        r#"{{"event":"run","job":"irev push","target":"https://a.example","at":"2026-01-31T10:00:00Z"}}
{{"event":"intent","row":"{row}","line":2,"at":"2026-01-31T10:00:00Z"}}
{{"event":"outcome","row":"{row}","outcome":"unknown","status":200,"at":"2026-01-31T10:00:01Z"}}"#
    );
    found.push(journal.into_bytes());
    assert!(found.len() > 100, "{} samples", found.len());
    found
}

/// What a sample becomes on a bad day.
#[derive(Debug, Clone)]
enum Harm {
    Cut(prop::sample::Index),
    Flip(prop::sample::Index, u8),
    Insert(prop::sample::Index, Vec<u8>),
    Repeat(prop::sample::Index, prop::sample::Index),
    Swap(prop::sample::Index, &'static [u8]),
}

/// What stands for values that a reader may not have thought of.
const ODD: [&[u8]; 14] = [
    b"null",
    b"\"\"",
    b"[]",
    b"{}",
    b"false",
    b"-1",
    b"1e999",
    b"99999999999999999999999999999999",
    b"\"\\ud800\"",
    b"\"0000-00-00 00:00:00\"",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b",,,,",
    b"%00%ff%",
];

fn harm() -> impl Strategy<Value = Harm> {
    use prop::sample::Index;
    prop_oneof![
        any::<Index>().prop_map(Harm::Cut),
        (any::<Index>(), 1_u8..).prop_map(|(at, by)| Harm::Flip(at, by)),
        (any::<Index>(), prop::collection::vec(any::<u8>(), 1..8))
            .prop_map(|(at, what)| Harm::Insert(at, what)),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Harm::Repeat(from, to)),
        (any::<Index>(), prop::sample::select(&ODD)).prop_map(|(at, odd)| Harm::Swap(at, odd)),
    ]
}

fn harmed(mut bytes: Vec<u8>, harms: Vec<Harm>) -> Vec<u8> {
    for harm in harms {
        if bytes.is_empty() {
            break;
        }
        let length = bytes.len();
        match harm {
            Harm::Cut(at) => bytes.truncate(at.index(length)),
            Harm::Flip(at, by) => bytes[at.index(length)] ^= by,
            Harm::Insert(at, what) => drop(bytes.splice(at.index(length)..at.index(length), what)),
            Harm::Repeat(one, other) => {
                let (one, other) = (one.index(length), other.index(length));
                let part = bytes[one.min(other)..one.max(other)].to_vec();
                bytes.extend(part);
            }
            Harm::Swap(at, odd) => {
                // The value behind the next colon, or whatever stands there.
                let from = at.index(length);
                let from =
                    bytes[from..].iter().position(|byte| *byte == b':').map_or(from, |next| from + next + 1);
                let end = bytes[from..].iter().position(|byte| b",}]\n&".contains(byte));
                bytes.splice(from..end.map_or(length, |end| from + end), odd.iter().copied());
            }
        }
    }
    bytes
}

/// Headers that clients read, with values that vendors and proxies send.
fn headers() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "retry-after",
        "date",
        "content-type",
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
        "x-ratelimit-retry-after",
        "location",
    ]);
    let value = prop_oneof![
        any::<i128>().prop_map(|number| number.to_string()),
        any::<f64>().prop_map(|number| number.to_string()),
        "[ -~]{0,24}",
        prop::sample::select(vec![
            "-1",
            "0",
            "1e308",
            "inf",
            "NaN",
            "18446744073709551616",
            "text/html",
            "application/json",
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sun, 31 Feb 9999 25:61:61 GMT",
            "Thu, 01 Jan 1970 00:00:00 GMT",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec((name, value).prop_map(|(name, value)| format!("{name}: {value}")), 0..5)
        .prop_map(|lines| lines.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_reader_panics_on_arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for (_, target) in TARGETS {
            target(&bytes);
        }
    }

    #[test]
    fn no_reader_panics_on_a_sample_that_was_harmed(
        sample in prop::sample::select(samples()), harms in prop::collection::vec(harm(), 0..6),
    ) {
        let bytes = harmed(sample, harms);
        for (_, target) in TARGETS {
            target(&bytes);
        }
    }

    #[test]
    fn no_status_header_or_body_makes_a_call_panic(
        choice in any::<[u8; 4]>(), headers in headers(),
        sample in prop::sample::select(samples()), harms in prop::collection::vec(harm(), 0..4),
    ) {
        let body = harmed(sample, harms);
        answers(&[&choice, headers.as_bytes(), b"\n\n", &body].concat());
    }
}

#[test]
fn every_sample_is_read_by_every_reader() {
    for sample in samples() {
        for (_, target) in TARGETS {
            target(&sample);
        }
    }
}

#[test]
fn every_reader_is_a_target_of_the_fuzzer() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
    let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    for (name, _) in TARGETS {
        assert!(
            manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")),
            "{name} is not in the manifest"
        );
        let target = fs::read_to_string(fuzz.join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(target.contains(&format!("afflux_tests::hostile::{name}(bytes)")), "{target}");
    }
    assert_eq!(fs::read_dir(fuzz.join("fuzz_targets")).unwrap().count(), TARGETS.len());
}

#[test]
fn every_model_of_every_vendor_is_among_the_readers() {
    let listed: BTreeSet<String> = MODELS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let mut generated = BTreeSet::new();
    for vendor in ["altercpa", "clevertap", "irev", "partnerize"] {
        let path = format!("{}/../crates/{vendor}/src/generated/models.rs", env!("CARGO_MANIFEST_DIR"));
        let text = fs::read_to_string(path).unwrap();
        let names = text.lines().filter_map(|line| line.strip_prefix("pub struct "));
        let word = |rest: &str| rest.split(|c: char| !c.is_alphanumeric()).next().unwrap().to_owned();
        generated.extend(names.map(|rest| format!("{vendor} {}", word(rest))));
    }
    assert_eq!(listed, generated, "tests/src/hostile/decoders.rs lists them");
}
