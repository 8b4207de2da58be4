//! `afflux irev push`: a lead is never pushed twice, whatever happens.

use std::{collections::BTreeMap, time::Duration};

use afflux_sandbox::{Fault, RequestRecord};
use serde_json::Value;

use super::{
    Job, Stand,
    judge::{self, Rows},
    survives,
};
use crate::world::{PASSWORD, Run, World, leads};

const ROWS: u32 = 40;

struct Push;

/// Line of a lead by the id in its `aff_sub`.
fn line(aff_sub: &str) -> u64 {
    aff_sub.strip_prefix("c-").unwrap().parse::<u64>().unwrap() + Push::FIRST
}

impl Job for Push {
    const REQUESTS: u32 = ROWS;
    const GROWTH: u64 = 80;

    fn new(world: &World, _random: &mut fastrand::Rng) -> Self {
        // Nobody takes the one, and the other cannot be sent.
        let file = leads(ROWS as usize)
            .replace("203.0.113.7,DE", "203.0.113.7,FR")
            .replace("203.0.113.9,DE", "203.0.113.9,DEU");
        world.write(Self::FILE, file);
        world.sandbox.irev().traffic_filter(|filter| filter.blocked_countries = vec!["FR".to_owned()]);
        Self
    }

    fn vendor(world: &World) -> &dyn Stand {
        world.sandbox.irev()
    }

    fn arguments(&self) -> Vec<String> {
        ["irev", "push", Self::FILE].map(str::to_owned).to_vec()
    }

    fn grown(&self, world: &World) -> u64 {
        judge::records::<Self>(world)
    }

    fn slow(&self) -> Fault {
        Fault::delay(Duration::from_millis(3)).on("POST", "/leads")
    }

    fn tear(&mut self, world: &World, random: &mut fastrand::Rng) -> Option<&'static str> {
        judge::tear::<Self>(world, random)
    }

    fn judge(&self, world: &World, run: &Run, _kills: u32) {
        judge::judge(self, world, run);
        assert!(!world.read("leads.csv.journal").contains(PASSWORD));
        // What arrived is found, and the file comes to an end.
        let irev = world.sandbox.irev();
        let created = irev.leads().len();
        let found = world.run(&["irev", "reconcile", Self::FILE]);
        assert!(found.code == 0 || found.code == 4, "{found:?}");
        let summary = world.run(&["irev", "push", Self::FILE, "--json"]).object();
        assert_eq!(summary["delivered"], irev.conversions().len(), "{summary}");
        assert_eq!(irev.leads().len(), created, "nothing is sent any more");
    }
}

impl Rows for Push {
    const FILE: &'static str = "leads.csv";
    const FIRST: u64 = 2;
    const KEEPS_REJECTED: bool = true;

    fn count(&self) -> u64 {
        u64::from(ROWS)
    }

    fn held(&self, world: &World) -> BTreeMap<u64, u64> {
        let mut held = BTreeMap::new();
        for lead in world.sandbox.irev().leads() {
            *held.entry(line(lead.text("aff_sub").unwrap())).or_default() += 1;
        }
        held
    }

    fn once(&self, request: &RequestRecord) -> Vec<u64> {
        let id = request.body.as_ref().and_then(|body| body.get("aff_sub"));
        id.and_then(Value::as_str).map(line).into_iter().collect()
    }

    fn is_unsafe(&self, _line: u64) -> bool {
        true
    }
}

#[test]
fn a_push_that_is_killed_anywhere_and_run_again_pushes_each_lead_at_most_once() {
    survives::<Push>("irev push");
}
