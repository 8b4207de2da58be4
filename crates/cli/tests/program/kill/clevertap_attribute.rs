//! `afflux clevertap attribute`: an event whose answer was lost is not sent again.

use std::{collections::BTreeMap, fmt::Write as _, time::Duration};

use afflux_sandbox::{Fault, RequestRecord};

use super::{
    Job, Stand,
    judge::{self, Rows},
    survives,
};
use crate::world::{Run, World};

const ROWS: u32 = 60;

struct Attribute;

impl Attribute {
    fn device(line: u64) -> String {
        format!("__dev{line}")
    }

    fn lines(&self) -> impl Iterator<Item = u64> {
        Self::FIRST..Self::FIRST + self.count()
    }
}

impl Job for Attribute {
    const REQUESTS: u32 = ROWS;
    const GROWTH: u64 = 110;

    fn new(world: &World, random: &mut fastrand::Rng) -> Self {
        let mut text = String::from("event_type,device_identifier,platform,partner_name,utm_source,price\n");
        let (stranger, broken) = (random.u64(2..30), random.u64(30..60));
        for line in Self.lines() {
            let device = Self::device(line);
            let event = if line % 3 == 0 { "Checkout" } else { "inorganic_install" };
            let partner = if line == stranger { "stranger" } else { "acme" };
            let platform = if line == broken { "" } else { "android" };
            writeln!(text, "{event},{device},{platform},{partner},spring,{line}.50").unwrap();
        }
        world.write(Self::FILE, text);
        Self
    }

    fn vendor(world: &World) -> &dyn Stand {
        world.sandbox.clevertap()
    }

    fn arguments(&self) -> Vec<String> {
        ["clevertap", "attribute", Self::FILE].map(str::to_owned).to_vec()
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
        assert_eq!(world.sandbox.clevertap().repeated_attributions(), 0);
    }
}

impl Rows for Attribute {
    const FILE: &'static str = "i.csv";
    const FIRST: u64 = 2;

    fn count(&self) -> u64 {
        u64::from(ROWS)
    }

    fn held(&self, world: &World) -> BTreeMap<u64, u64> {
        let times = |line| u64::from(world.sandbox.clevertap().attributions_of(&Self::device(line)));
        self.lines().map(|line| (line, times(line))).collect()
    }

    fn once(&self, request: &RequestRecord) -> Vec<u64> {
        let device = request.query.iter().find_map(|(_, value)| value.strip_prefix("__dev"));
        device.map(|line| line.parse().unwrap()).into_iter().collect()
    }

    fn is_unsafe(&self, _line: u64) -> bool {
        true
    }
}

#[test]
fn attribution_that_is_killed_anywhere_and_run_again_sends_no_event_twice() {
    survives::<Attribute>("clevertap attribute");
}
