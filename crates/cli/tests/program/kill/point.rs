//! Where a run is killed: at a request, or at a record of its files.

use std::{
    process::Child,
    thread::sleep,
    time::{Duration, Instant},
};

use afflux_sandbox::{Fault, RequestRecord, Written};

use super::{Job, command};
use crate::world::{Run, World, finish};

/// When to kill. Requests are counted from the beginning of the run.
#[derive(Debug, Clone, Copy)]
pub(super) enum Point {
    /// This request has arrived and the vendor has not acted on it. So it is for all after it, if they stall too.
    Before { request: u32, and_all_after: bool },
    /// The vendor has acted on this request and not answered.
    After { request: u32, and_all_after: bool },
    /// This request has been answered; whether the program has seen the answer is left to chance.
    Answered { request: u32 },
    /// The files have grown by so much.
    Grown { by: u64 },
}

impl Point {
    /// A point in a job that makes about so many requests and grows about so far.
    pub(super) fn seeded(random: &mut fastrand::Rng, requests: u32, growth: u64) -> Self {
        // Kills add up: most of them should not be in the first requests only, nor behind the last.
        let request = random.u32(0..requests);
        let and_all_after = random.bool();
        match random.u32(0..4) {
            0 => Self::Before { request, and_all_after },
            1 => Self::After { request, and_all_after },
            2 => Self::Answered { request },
            _ => Self::Grown { by: random.u64(1..=growth) },
        }
    }

    /// The fault that holds a run at this point.
    fn fault(self) -> Option<Fault> {
        let (fault, request, and_all_after) = match self {
            Self::Before { request, and_all_after } => (Fault::stall(), request, and_all_after),
            Self::After { request, and_all_after } => (Fault::stall().after_commit(), request, and_all_after),
            Self::Answered { .. } | Self::Grown { .. } => return None,
        };
        let fault = fault.after(request);
        Some(if and_all_after { fault.always() } else { fault.once() })
    }

    /// Runs the program and kills it here; what comes back is how it ended by itself before.
    pub(super) fn run_and_kill<J: Job>(self, world: &World, job: &J) -> Option<Run> {
        let vendor = J::vendor(world);
        vendor.clear_faults();
        if let Some(fault) = self.fault() {
            vendor.fault(fault);
        }
        vendor.fault(job.slow().always());
        let before = vendor.requests().len();
        let grown = job.grown(world);
        let mut child = command(world, job).spawn().unwrap();
        let reached = wait(&mut child, || match self {
            Self::Before { .. } | Self::After { .. } => {
                let held = matches!(self, Self::After { .. });
                new(&vendor.requests(), before).any(|request| stalls(request) && request.handled == held)
            }
            Self::Answered { request } => {
                let complete = |request: &&RequestRecord| matches!(request.written, Written::Completely(_));
                new(&vendor.requests(), before).filter(complete).count() > request as usize
            }
            Self::Grown { by } => job.grown(world) >= grown + by,
        });
        if !reached {
            return Some(finish(child));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        None
    }
}

fn new(requests: &[RequestRecord], before: usize) -> impl Iterator<Item = &RequestRecord> {
    requests.iter().skip(before)
}

fn stalls(request: &RequestRecord) -> bool {
    request.fault == Some("stall")
}

/// Waits for the point; `false` when the program ended first.
fn wait(child: &mut Child, mut reached: impl FnMut() -> bool) -> bool {
    let began = Instant::now();
    loop {
        if reached() {
            return child.try_wait().unwrap().is_none();
        }
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        assert!(began.elapsed().as_secs() < 60, "the program neither gets there nor ends");
        sleep(Duration::from_micros(300));
    }
}
