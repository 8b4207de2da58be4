//! Partnerize's commands against the sandbox, whose conversions are known.

use std::time::Duration;

use afflux_sandbox::{
    Fault,
    partnerize::{ExportAnswer, Partnerize},
};
use serde_json::Value;

use crate::world::{World, mode, until};

const YEAR: [&str; 2] = ["--range", "this year"];

fn world(conversions: u64) -> World {
    let world = World::start();
    world.sandbox.partnerize().resize(5, 300, conversions);
    world
}

/// The whole time of the sandbox's data, as arguments.
pub(crate) fn all_time(partnerize: &Partnerize) -> [String; 4] {
    let first = partnerize.conversions().first().unwrap().at.strftime("%Y-%m-01").to_string();
    let last = partnerize.now() + Duration::from_hours(24);
    ["--from".to_owned(), first, "--to".to_owned(), last.strftime("%Y-%m-%d").to_string()]
}

fn with<'a>(command: &[&'a str], range: &'a [String], rest: &[&'a str]) -> Vec<&'a str> {
    command.iter().copied().chain(range.iter().map(String::as_str)).chain(rest.iter().copied()).collect()
}

fn ids(world: &World) -> Vec<String> {
    world.sandbox.partnerize().conversions().into_iter().map(|conversion| conversion.id).collect()
}

#[test]
fn every_conversion_goes_into_a_file_once_as_it_came() {
    let world = world(700);
    let range = all_time(world.sandbox.partnerize());
    let run = world.run(&with(&["partnerize", "conversions"], &range, &["-o", "c.jsonl"])).ended(0);
    assert!(run.stdout.contains("700 rows"), "{}", run.stdout);
    let read: Vec<String> = world
        .read("c.jsonl")
        .lines()
        .map(|line| {
            let row: Value = serde_json::from_str(line).unwrap();
            row["conversion_id"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(read, ids(&world));
    let run = world.run(&with(&["partnerize", "conversions"], &range, &["-o", "c.csv", "--json"])).ended(0);
    assert_eq!(run.object()["rows"], 700);
    let text = world.read("c.csv");
    let mut table = csv::Reader::from_reader(text.as_bytes());
    assert!(table.headers().unwrap().iter().any(|name| name == "conversion_id"));
    assert_eq!(table.records().map(Result::unwrap).count(), 700);
    assert_eq!([mode(&world.path("c.jsonl")), mode(&world.path("c.csv"))], [0o600; 2]);
}

#[test]
fn a_run_that_broke_off_is_gone_on_with_and_no_row_is_missing_or_there_twice() {
    let world = world(700);
    let range = all_time(world.sandbox.partnerize());
    let arguments = with(&["partnerize", "conversions"], &range, &["-o", "c.jsonl", "--timeout", "1"]);
    let partnerize = world.sandbox.partnerize();
    partnerize.fault(Fault::server_error(500).on_operation("reportConversions").after(1).always());
    let run = world.run(&arguments);
    assert_ne!(run.code, 0, "{run:?}");
    assert!(world.path("c.jsonl.resume").exists() && !world.path("c.jsonl").exists());
    partnerize.clear_faults();
    let run = world.run(&arguments).ended(0);
    assert!(run.stderr.contains("going on behind"), "{}", run.stderr);
    let whole = world.read("c.jsonl");
    let undisturbed = with(&["partnerize", "conversions"], &range, &["-o", "u.jsonl"]);
    world.run(&undisturbed).ended(0);
    assert_eq!(whole, world.read("u.jsonl"));
    assert!(!world.path("c.jsonl.resume").exists());
}

#[test]
fn filters_and_words_are_sent_as_the_vendor_takes_them() {
    let world = world(50);
    let filters = ["--status", "approved", "--currency", "EUR", "--timezone", "Europe/London"];
    world.run(&[&["partnerize", "conversions"][..], &YEAR, &filters].concat()).ended(0);
    let request = format!("{:?}", world.sandbox.partnerize().requests()[0].query);
    for part in ["this year", "approved", "EUR", "Europe/London"] {
        assert!(request.contains(part), "{part} in {request}");
    }
    world.run(&["partnerize", "clicks", "--range", "next year"]).ended(2);
    world.run(&["partnerize", "clicks"]).ended(2);
}

#[test]
fn an_export_is_the_same_file_whether_it_comes_at_once_or_by_a_job() {
    let world = world(400);
    let range = all_time(world.sandbox.partnerize());
    let export = |file| with(&["partnerize", "export", "conversions"], &range, &["-o", file, "--json"]);
    world.sandbox.partnerize().configure(|switches| switches.exports = ExportAnswer::Csv);
    assert_eq!(world.run(&export("once.csv")).ended(0).object()["rows"], 400);
    world.sandbox.partnerize().configure(|switches| {
        switches.exports = ExportAnswer::Job;
        switches.job = Duration::from_millis(10);
    });
    let run = world.run(&export("job.csv")).ended(0);
    assert_eq!(run.object()["rows"], 400);
    assert!(run.stderr.contains("by a job"), "{}", run.stderr);
    assert_eq!(world.read("once.csv"), world.read("job.csv"));
    assert_eq!(mode(&world.path("job.csv")), 0o600);
    assert!(!world.path("job.csv.job").exists());
    assert_eq!(world.sandbox.partnerize().jobs().len(), 1);
}

#[test]
fn an_export_that_is_killed_goes_on_with_its_job() {
    let world = world(400);
    let partnerize = world.sandbox.partnerize();
    let range = all_time(partnerize);
    let arguments = with(&["partnerize", "export", "clicks"], &range, &["-o", "clicks.csv"]);
    partnerize.configure(|switches| {
        switches.exports = ExportAnswer::Job;
        switches.job = Duration::from_secs(3600);
    });
    let mut child = world.command(&arguments).spawn().unwrap();
    until("the job is kept", || world.path("clicks.csv.job").exists());
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(mode(&world.path("clicks.csv.job")), 0o600);
    // Another export does not take the job for its own.
    let other = with(&["partnerize", "export", "items"], &range, &["-o", "clicks.csv"]);
    world.run(&other).ended(2);
    partnerize.advance_clock(Duration::from_secs(3601));
    let run = world.run(&arguments).ended(0);
    assert!(run.stderr.contains("an earlier run"), "{}", run.stderr);
    assert_eq!(world.read("clicks.csv").lines().count(), 301);
    assert_eq!(partnerize.jobs().len(), 1, "the export was made once");
}

#[test]
fn analytics_draws_the_same_total_that_the_report_has() {
    let world = world(300);
    let partnerize = world.sandbox.partnerize();
    let range = all_time(partnerize);
    let metric = ["--metric", "total_conversions"];
    let total = with(&["partnerize", "analytics", "conversions"], &range, &metric);
    let run = world.run(&total).ended(0);
    assert_eq!(run.stdout.split_whitespace().last(), Some("300"), "{}", run.stdout);
    let by_month = [&metric[..], &["--by", "month", "--svg", "chart.svg"]].concat();
    let run = world.run(&with(&["partnerize", "analytics", "conversions"], &range, &by_month)).ended(0);
    assert!(run.stdout.contains("TOTAL_CONVERSIONS") && run.stdout.contains('┤'), "{}", run.stdout);
    assert!(world.read("chart.svg").starts_with("<svg"));
    let each = [&metric[..], &["--by", "month", "--each", "country", "--svg", "lines.svg"]].concat();
    let run = world.run(&with(&["partnerize", "analytics", "conversions"], &range, &each)).ended(0);
    assert!(run.stdout.contains("COUNTRY"), "{}", run.stdout);
    let json = [&metric[..], &["--by", "day", "--json"]].concat();
    let run = world.run(&with(&["partnerize", "analytics", "clicks"], &range, &json)).ended(2);
    assert!(run.object()["message"].as_str().unwrap().contains("total_clicks"), "{}", run.stdout);
    let json = ["--metric", "total_clicks", "--by", "day", "--json"];
    let run = world.run(&with(&["partnerize", "analytics", "clicks"], &range, &json)).ended(0);
    assert!(run.object()["data"].is_array(), "{}", run.stdout);
}

#[test]
fn links_campaigns_payments_and_claims_are_read_and_made() {
    let world = world(20);
    let partnerize = world.sandbox.partnerize();
    // Fills what a partner may have made before.
    partnerize.samples();
    let run = world.run(&["partnerize", "campaigns"]).ended(0);
    let campaign = run.stdout.lines().nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let before = partnerize.links().len();
    let link = ["partnerize", "links", "create", "--destination", "https://shop.example/sale", "--campaign"];
    let run = world.run(&[&link[..], &[&campaign]].concat()).ended(0);
    assert!(run.stdout.contains("https://shop.example/sale"), "{}", run.stdout);
    assert_eq!(partnerize.links().len(), before + 1);
    let run = world.run(&["partnerize", "links", "list", "--json"]).ended(0);
    assert_eq!(run.stdout.lines().count(), before + 1);
    for money in ["bills", "summary", "available"] {
        world.run(&["partnerize", "payments", money]).ended(0);
    }
    let camref = partnerize.camref(&campaign).unwrap();
    let queries = partnerize.transaction_queries().len();
    let claim = ["partnerize", "tq", "untracked", "--reference", "AF222PO", "--at", "2026-01-20T18:30:00"];
    let sums = ["--value", "67.12", "--expected", "6.71", "--currency", "GBP", "--camref", &camref];
    world.run(&[&claim[..], &sums].concat()).ended(0);
    assert!(partnerize.transaction_queries().len() > queries || !partnerize.jobs().is_empty());
    world.run(&["partnerize", "tq", "list"]).ended(0);
    world.run(&["partnerize", "tq", "commission", "--camref", "c", "--reference", "r"]).ended(2);
}

#[test]
fn a_partner_is_needed_and_its_place_is_named() {
    let world = world(1);
    let mut command = world.command(&["partnerize", "campaigns"]);
    command.env_remove("PARTNERIZE_PARTNER_ID");
    let run = crate::world::finish(command.spawn().unwrap()).ended(2);
    assert!(
        run.stderr.contains("PARTNERIZE_PARTNER_ID") && run.stderr.contains("--partner"),
        "{}",
        run.stderr
    );
    assert!(world.sandbox.partnerize().requests().is_empty());
}

#[test]
fn every_operation_of_partnerize_can_be_called() {
    let world = world(20);
    let count = world.sandbox.partnerize().samples().len();
    assert_eq!(count, 92);
    for number in 0..count {
        // Anew for each: what a call before took away is made again.
        let sample = world.sandbox.partnerize().samples().swap_remove(number);
        let mut params = serde_json::Map::new();
        params.extend(sample.parameters.clone());
        if let Some(body) = &sample.body {
            params.insert("body".to_owned(), body.clone());
        }
        let params = Value::Object(params).to_string();
        let run = world.run(&["call", "partnerize", &sample.operation, "--params", &params]);
        assert_eq!(run.code, 0, "{} {params}: {run:?}", sample.operation);
    }
}
