//! `afflux clevertap upload`: an event whose answer was lost is not sent again; profiles are, and end with what the
//! file says last.

use std::{collections::BTreeMap, time::Duration};

use afflux_sandbox::{Fault, RequestRecord, clevertap::RecordRule};
use serde_json::{Value, json};

use super::{
    Job, Stand,
    judge::{self, Rows},
    survives,
};
use crate::world::{Run, World};

const RECORDS: u64 = 240;

/// What a line of the file is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Line {
    Event,
    /// A step in the life of a profile, three of each.
    Step(u64),
    Refused,
    Invalid,
}

/// Each line's number is in its record.
struct Upload;

fn line(number: u64) -> Line {
    match number {
        37 => Line::Refused,
        99 => Line::Invalid,
        number if number % 4 == 0 => Line::Step(number / 12),
        _ => Line::Event,
    }
}

fn record(number: u64) -> Value {
    match line(number) {
        Line::Event => json!({
            "identity": format!("u{number}"), "type": "event", "evtName": "Seen", "evtData": {"line": number},
        }),
        Line::Refused => json!({
            "identity": "refused", "type": "event", "evtName": "Seen", "evtData": {"line": number},
        }),
        Line::Step(profile) => json!({
            "identity": format!("p{profile}"), "type": "profile", "profileData": {"Step": number},
        }),
        Line::Invalid => json!({"type": "event"}),
    }
}

impl Job for Upload {
    const REQUESTS: u32 = 26;
    const GROWTH: u64 = 440;

    fn new(world: &World, _random: &mut fastrand::Rng) -> Self {
        let lines: Vec<String> = (1..=RECORDS).map(|number| record(number).to_string()).collect();
        world.write(Self::FILE, lines.join("\n"));
        world.sandbox.clevertap().reject(RecordRule::code(515).identity_with("refused"));
        Self
    }

    fn vendor(world: &World) -> &dyn Stand {
        world.sandbox.clevertap()
    }

    fn arguments(&self) -> Vec<String> {
        ["clevertap", "upload", Self::FILE, "--batch-size", "10"].map(str::to_owned).to_vec()
    }

    fn grown(&self, world: &World) -> u64 {
        judge::records::<Self>(world)
    }

    fn slow(&self) -> Fault {
        Fault::delay(Duration::from_millis(5))
    }

    fn tear(&mut self, world: &World, random: &mut fastrand::Rng) -> Option<&'static str> {
        judge::tear::<Self>(world, random)
    }

    fn judge(&self, world: &World, run: &Run, _kills: u32) {
        judge::judge(self, world, run);
        assert_eq!(world.sandbox.clevertap().repeated_events(), 0);
    }
}

impl Rows for Upload {
    const FILE: &'static str = "r.jsonl";
    const FIRST: u64 = 1;

    fn count(&self) -> u64 {
        RECORDS
    }

    fn held(&self, world: &World) -> BTreeMap<u64, u64> {
        let clevertap = world.sandbox.clevertap();
        let mut held = BTreeMap::new();
        for event in clevertap.events() {
            if let Some(number) = event.properties.get("line").and_then(Value::as_u64) {
                *held.entry(number).or_default() += 1;
            }
        }
        // Steps are repeated, and the last of each profile in the file must be the last that was stored.
        let mut last = BTreeMap::new();
        for number in 1..=RECORDS {
            if let Line::Step(profile) = line(number) {
                last.insert(profile, number);
            }
        }
        for number in 1..=RECORDS {
            let Line::Step(profile) = line(number) else { continue };
            let stored =
                clevertap.profile(&format!("p{profile}")).map(|stored| stored.properties["Step"].clone());
            held.insert(number, u64::from(stored == Some(json!(last[&profile]))));
        }
        held
    }

    fn once(&self, request: &RequestRecord) -> Vec<u64> {
        let records = request.body.as_ref().and_then(|body| body["d"].as_array());
        let numbers = records.into_iter().flatten().filter_map(|record| record["evtData"]["line"].as_u64());
        numbers.collect()
    }

    fn is_unsafe(&self, number: u64) -> bool {
        matches!(line(number), Line::Event | Line::Refused)
    }
}

#[test]
fn an_upload_that_is_killed_anywhere_and_run_again_sends_no_event_twice() {
    survives::<Upload>("clevertap upload");
}
