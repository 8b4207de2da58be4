use std::{
    io::{BufRead, BufReader},
    process::Command,
};

use serde_json::Value;

use crate::world::{World, finish};

#[test]
fn the_demo_shows_the_main_job_and_writes_what_it_read_back() {
    let world = World::start();
    let run = world.run(&["demo", "--out", "shown"]).ended(0);
    for word in ["24 leads", "rejected", "not sent", "unknown", "found", "0 refused", "leads.jsonl"] {
        assert!(run.stdout.contains(word), "{word} in {}", run.stdout);
    }
    for word in [
        "after 2 attempts",
        "already existed",
        "not sent again",
        "with auto",
        "with stw",
        "unchanged",
        "flow.json",
        "39 taken, 1 unknown",
        "40 stored, 0 twice",
        "15 accepted",
        "8 unknown: not sent again",
        "charged.jsonl",
    ] {
        assert!(run.stdout.contains(word), "{word} in {}", run.stdout);
    }
    let rows = world.read("shown/leads.jsonl");
    assert!(rows.lines().count() >= 20);
    assert!(rows.lines().all(|row| serde_json::from_str::<Value>(row).is_ok()));
    assert!(world.read("shown/leads.csv").lines().count() > rows.lines().count());
}

#[cfg(unix)]
#[test]
fn the_sandbox_says_where_it_is_and_runs_until_interrupted() {
    let world = World::start();
    let mut child = world.command(&["sandbox", "--seed", "7"]).spawn().unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    let access: Value = serde_json::from_str(&line).unwrap();
    let (url, token) =
        (access["irev"]["base_url"].as_str().unwrap(), access["irev"]["token"].as_str().unwrap());
    let run = finish(
        world
            .command(&["call", "irev", "listGoalTypes"])
            .env("IREV_BASE_URL", url)
            .env("IREV_API_TOKEN", token)
            .spawn()
            .unwrap(),
    )
    .ended(0);
    assert!(run.stdout.contains("FTD"), "{}", run.stdout);
    let (url, token) =
        (access["altercpa"]["base_url"].as_str().unwrap(), access["altercpa"]["token"].as_str().unwrap());
    let mut lead = world.command(&["altercpa", "lead", "--click", "9001"]);
    finish(lead.env("ALTERCPA_BASE_URL", url).env("ALTERCPA_TOKEN", token).spawn().unwrap()).ended(0);
    let clevertap = |name: &str| access["clevertap"][name].as_str().unwrap().to_owned();
    world.write(
        "i.csv",
        "event_type,device_identifier,platform,partner_name,utm_source\ninorganic_install,__a,iOS,acme,x\n",
    );
    let mut attribute = world.command(&["clevertap", "attribute", "i.csv"]);
    attribute
        .env("CLEVERTAP_BASE_URL", clevertap("base_url"))
        .env("CLEVERTAP_ACCOUNT_ID", clevertap("account_id"))
        .env("CLEVERTAP_PASSCODE", clevertap("passcode"))
        .env("CLEVERTAP_ACCOUNT_TOKEN", clevertap("token"));
    finish(attribute.spawn().unwrap()).ended(0);
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    finish(child).ended(0);
}
