//! `afflux altercpa postbacks`: keyed leads are sent again where that is harmless, in their order; creations that
//! nothing protects are not.

use std::{collections::BTreeMap, fmt::Write as _, time::Duration};

use afflux_sandbox::{
    Fault, RequestRecord,
    altercpa::{AcceptAlwaysChanges, Event},
};

use super::{
    Job, Stand,
    judge::{self, Rows},
    survives,
};
use crate::world::{Run, World};

const LEADS: usize = 7;

/// The statuses of each keyed lead after its creation, in their order.
const STATUSES: [i64; 5] = [2, 3, 4, 6, 10];

/// What a line of the file is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Line {
    Create(usize),
    Status(usize, i64),
    /// A creation without a key.
    Bare(usize),
    /// A creation that accepts, which books a payout.
    Accepting,
}

struct Postbacks(Vec<Line>);

impl Line {
    fn text(self) -> String {
        match self {
            Self::Create(lead) => format!("create,9001,K-{lead},,,,"),
            Self::Status(lead, status) => format!("status,9001,K-{lead},,{status},,"),
            Self::Bare(number) => format!("create,,,501,,bare-{number},"),
            Self::Accepting => "create,9002,P,,,accepting,1".to_owned(),
        }
    }

    /// By what an unsafe one is recognised.
    fn comment(self) -> Option<String> {
        match self {
            Self::Bare(number) => Some(format!("bare-{number}")),
            Self::Accepting => Some("accepting".to_owned()),
            Self::Create(_) | Self::Status(..) => None,
        }
    }
}

impl Postbacks {
    fn lines(&self) -> impl Iterator<Item = (u64, Line)> {
        (Self::FIRST..).zip(self.0.iter().copied())
    }
}

impl Job for Postbacks {
    const REQUESTS: u32 = 45;
    const GROWTH: u64 = 90;

    fn new(world: &World, _random: &mut fastrand::Rng) -> Self {
        let altercpa = world.sandbox.altercpa();
        altercpa.configure(|switches| switches.accept_always_changes = AcceptAlwaysChanges::On);
        let mut lines = Vec::new();
        for lead in 0..LEADS {
            lines.push(Line::Create(lead));
            lines.extend(STATUSES.map(|status| Line::Status(lead, status)));
            lines.push(Line::Bare(lead));
        }
        lines.insert(4, Line::Accepting);
        let mut text = String::from("action,click,exto,flow,stid,comment,accept\n");
        for line in &lines {
            writeln!(text, "{}", line.text()).unwrap();
        }
        world.write(Self::FILE, text);
        Self(lines)
    }

    fn vendor(world: &World) -> &dyn Stand {
        world.sandbox.altercpa()
    }

    fn arguments(&self) -> Vec<String> {
        ["altercpa", "postbacks", Self::FILE].map(str::to_owned).to_vec()
    }

    fn grown(&self, world: &World) -> u64 {
        judge::records::<Self>(world)
    }

    fn slow(&self) -> Fault {
        Fault::delay(Duration::from_millis(3))
    }

    fn tear(&mut self, world: &World, random: &mut fastrand::Rng) -> Option<&'static str> {
        judge::tear::<Self>(world, random)
    }

    fn judge(&self, world: &World, run: &Run, _kills: u32) {
        judge::judge(self, world, run);
        let altercpa = world.sandbox.altercpa();
        assert!(altercpa.payout_bookings() <= LEADS as u64 + 1, "booked twice");
        for lead in 0..LEADS {
            let leads = altercpa.leads_by_exto(&format!("K-{lead}"));
            let history: Vec<i64> = leads[0].history.iter().map(|entry| entry.status).collect();
            assert_eq!(history[1..], STATUSES, "K-{lead} in its order");
            assert!(leads[0].history[1..].iter().all(|entry| entry.event != Event::Created));
        }
    }
}

impl Rows for Postbacks {
    const FILE: &'static str = "p.csv";
    const FIRST: u64 = 2;

    fn count(&self) -> u64 {
        self.0.len() as u64
    }

    fn held(&self, world: &World) -> BTreeMap<u64, u64> {
        let stored = world.sandbox.altercpa().leads();
        let times = |line: Line| match line {
            Line::Create(lead) => {
                let exto = format!("K-{lead}");
                stored.iter().filter(|stored| stored.exto.as_deref() == Some(exto.as_str())).count()
            }
            Line::Status(lead, status) => {
                let exto = format!("K-{lead}");
                let leads = stored.iter().filter(|stored| stored.exto.as_deref() == Some(exto.as_str()));
                leads.flat_map(|lead| &lead.history[1..]).filter(|entry| entry.status == status).count()
            }
            Line::Bare(_) | Line::Accepting => {
                let comment = line.comment();
                stored.iter().filter(|stored| stored.field("comment") == comment.as_deref()).count()
            }
        };
        self.lines().map(|(number, line)| (number, times(line) as u64)).collect()
    }

    fn once(&self, request: &RequestRecord) -> Vec<u64> {
        let body = request.body.as_ref().and_then(|body| body["comment"].as_str());
        let query = request.query.iter().find(|(name, _)| name == "comment").map(|(_, value)| value.as_str());
        let Some(comment) = body.or(query) else { return Vec::new() };
        let is_it = |line: &Line| line.comment().as_deref() == Some(comment);
        self.lines().filter(|(_, line)| is_it(line)).map(|(number, _)| number).collect()
    }

    fn is_unsafe(&self, line: u64) -> bool {
        self.lines().any(|(number, known)| number == line && known.comment().is_some())
    }
}

#[test]
fn postbacks_that_are_killed_anywhere_repeat_nothing_unsafe_and_keep_each_leads_order() {
    survives::<Postbacks>("altercpa postbacks");
}
