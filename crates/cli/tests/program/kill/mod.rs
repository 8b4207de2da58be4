//! The file jobs of the program, killed at seeded points and run again to their end.
//!
//! A round is a fresh sandbox and a fresh file, one to four kills, and a last run whose outcome is judged against what
//! the sandbox saw and holds. `AFFLUX_KILLS` says how many kills each job must survive, `AFFLUX_SEED` where to begin:
//! a failure prints the seed of its round.

mod altercpa_postbacks;
mod clevertap_attribute;
mod clevertap_upload;
mod irev_push;
mod judge;
mod partnerize_export;
mod partnerize_reports;
mod point;
mod stand;

use std::{env, process::Command, time::Instant};

use afflux_sandbox::Fault;

use self::{point::Point, stand::Stand};
use crate::world::{Run, World, finish};

/// A job of the program that may be killed anywhere.
trait Job: Sized {
    /// About how many requests it makes when nothing disturbs it.
    const REQUESTS: u32;
    /// About how far [`grown`](Job::grown) goes.
    const GROWTH: u64;

    /// Prepares the vendor and writes the files of a round.
    fn new(world: &World, random: &mut fastrand::Rng) -> Self;

    /// The vendor that it works with.
    fn vendor(world: &World) -> &dyn Stand;

    /// The program's arguments.
    fn arguments(&self) -> Vec<String>;

    /// How far it has come, by what stands in its files.
    fn grown(&self, world: &World) -> u64;

    /// What holds every answer back a little, so that there is a time to be killed in.
    fn slow(&self) -> Fault;

    /// Damages the files as a write that was cut off does. What comes back is what the next run must say.
    fn tear(&mut self, _world: &World, _random: &mut fastrand::Rng) -> Option<&'static str> {
        None
    }

    /// Looks at the files right after a kill.
    fn killed(&mut self, _world: &World) {}

    /// Judges the run that came to its end, after so many kills.
    fn judge(&self, world: &World, run: &Run, kills: u32);
}

fn number(name: &str, otherwise: u64) -> u64 {
    env::var(name).map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name}: {text}")))
}

/// Says on a failure how the round is played again.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("AFFLUX_SEED={} AFFLUX_KILLS=1 plays this round again", self.0);
        }
    }
}

/// Plays rounds until the job has been killed often enough.
fn survives<J: Job>(name: &str) {
    let (wanted, first) = (number("AFFLUX_KILLS", 20), number("AFFLUX_SEED", 1));
    let (mut kills, began) = (0, Instant::now());
    let mut rounds = 0;
    for seed in first.. {
        if kills >= wanted {
            break;
        }
        let _seed = Seed(seed);
        kills += u64::from(round::<J>(seed));
        rounds += 1;
        assert!(rounds < 20 + wanted * 4, "the kill points are never reached");
    }
    println!("{name}: killed {kills} times in {rounds} rounds, {:.1} s", began.elapsed().as_secs_f64());
}

/// The program, which tells programs what became of the job.
fn command<J: Job>(world: &World, job: &J) -> Command {
    let mut arguments = job.arguments();
    arguments.push("--json".to_owned());
    world.command(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

fn round<J: Job>(seed: u64) -> u32 {
    let mut random = fastrand::Rng::with_seed(seed);
    let world = World::start();
    let mut job = J::new(&world, &mut random);
    let vendor = J::vendor(&world);
    let mut kills = 0;
    let mut torn = None;
    let mut ended = None;
    for _ in 0..random.u32(1..5) {
        let point = Point::seeded(&mut random, J::REQUESTS, J::GROWTH);
        ended = point.run_and_kill(&world, &job);
        vendor.settle();
        if ended.is_some() {
            break;
        }
        kills += 1;
        job.killed(&world);
        torn = if random.u32(0..3) == 0 { job.tear(&world, &mut random) } else { None };
    }
    vendor.clear_faults();
    let run = ended.unwrap_or_else(|| finish(command(&world, &job).spawn().unwrap()));
    if let Some(said) = torn {
        assert!(run.stderr.contains(said), "{said}: {run:?}");
    }
    job.judge(&world, &run, kills);
    world.no_token_in_files();
    kills
}
