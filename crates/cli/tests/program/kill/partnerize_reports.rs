//! `afflux partnerize conversions` and `clicks`: the file is the one of an undisturbed run, byte for byte, and what an
//! earlier run has read is not read again.

use std::{fs, time::Duration};

use afflux_sandbox::Fault;
use serde_json::Value;

use super::{Job, Stand, survives};
use crate::{
    partnerize::all_time,
    world::{Run, World},
};

const ROWS: u64 = 1000;

/// The pages of an undisturbed run.
const PAGES: u32 = 4;

/// A report, by what it lists.
struct Report<const CLICKS: bool> {
    arguments: Vec<String>,
    file: &'static str,
}

impl<const CLICKS: bool> Report<CLICKS> {
    fn resume(&self) -> String {
        format!("{}.resume", self.file)
    }
}

impl<const CLICKS: bool> Job for Report<CLICKS> {
    const REQUESTS: u32 = PAGES;
    const GROWTH: u64 = ROWS;

    fn new(world: &World, random: &mut fastrand::Rng) -> Self {
        let partnerize = world.sandbox.partnerize();
        partnerize.resize(5, ROWS, ROWS);
        let what = if CLICKS { "clicks" } else { "conversions" };
        let file = if random.bool() { "rows.jsonl" } else { "rows.csv" };
        let arguments = |file: &str| {
            let words = ["partnerize", what, "-o", file].map(str::to_owned).into_iter();
            words.chain(all_time(partnerize)).collect::<Vec<_>>()
        };
        let undisturbed = arguments(&format!("undisturbed-{file}"));
        world.run(&undisturbed.iter().map(String::as_str).collect::<Vec<_>>()).ended(0);
        assert_eq!(partnerize.requests().len(), PAGES as usize);
        partnerize.clear_requests();
        Self { arguments: arguments(file), file }
    }

    fn vendor(world: &World) -> &dyn Stand {
        world.sandbox.partnerize()
    }

    fn arguments(&self) -> Vec<String> {
        self.arguments.clone()
    }

    /// The rows that are marked as whole.
    fn grown(&self, world: &World) -> u64 {
        let mark = serde_json::from_str::<Value>(&world.read(&self.resume())).unwrap_or_default();
        mark["rows"].as_u64().unwrap_or_default()
    }

    fn slow(&self) -> Fault {
        Fault::delay(Duration::from_millis(10))
    }

    fn judge(&self, world: &World, run: &Run, kills: u32) {
        assert_eq!((run.code, run.object()["rows"].as_u64()), (0, Some(ROWS)), "{run:?}");
        let [whole, undisturbed] =
            [self.file.to_owned(), format!("undisturbed-{}", self.file)].map(|name| world.read(&name));
        assert!(whole == undisturbed, "the file is another one");
        assert_eq!(fs::read_dir(world.folder.path()).unwrap().count(), 2, "something was left behind");
        // A kill costs a page that was answered and not marked, and the one that was under way.
        let requests = world.sandbox.partnerize().requests().len();
        assert!(requests <= (PAGES + 2 * kills) as usize, "{requests} requests, {kills} kills");
    }
}

#[test]
fn conversions_that_are_killed_anywhere_and_run_again_are_the_file_of_an_undisturbed_run() {
    survives::<Report<false>>("partnerize conversions");
}

#[test]
fn clicks_that_are_killed_anywhere_and_run_again_are_the_file_of_an_undisturbed_run() {
    survives::<Report<true>>("partnerize clicks");
}
