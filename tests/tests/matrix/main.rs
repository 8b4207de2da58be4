//! Every operation of every vendor, every fault, every patience: nothing lost, nothing twice, and said as it was.
//!
//! The matrix comes from the operations' metadata: a new operation is in it without being named here.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::print_stdout)]

mod faults;
mod following;
mod judge;
mod judged;
mod table;
mod time;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use afflux::core::{
    engine::Engine,
    operation::{Operation, Safety},
};
use afflux_probe::request;
use afflux_sandbox::Sandbox;
use afflux_tests::vendors::{StandIn, VENDORS, Vendor};
use faults::{Often, PATIENCES, Patience, REFUSED, TROUBLES, Trouble, Wall, settings};
use judge::{Ended, Order, Saw, Told};
use table::Table;
use time::{Time, watch};
use tokio::task::JoinSet;

/// Sandboxes at work at a time: one call each, so that all that a sandbox sees is of that call.
const AT_ONCE: usize = 8;

/// A call of the matrix, without its trouble.
#[derive(Clone, Copy)]
struct Case {
    vendor: Vendor,
    operation: &'static Operation,
    keyed: bool,
}

fn cases() -> impl Iterator<Item = Case> {
    VENDORS.into_iter().flat_map(|vendor| {
        vendor.operations().iter().flat_map(move |operation| {
            let keys: &[bool] =
                if matches!(operation.safety, Safety::Keyed(_)) { &[true, false] } else { &[false] };
            keys.iter().map(move |keyed| Case { vendor, operation, keyed: *keyed })
        })
    })
}

/// A case's own client, as patient as `patience`. Making one costs more than a call.
struct Caller<'a> {
    case: Case,
    patience: &'a Patience,
    /// Its budget for retries lasts for all troubles of the case.
    engine: Engine,
    time: Time,
    stand_in: StandIn,
}

async fn play(caller: &Caller<'_>, trouble: &Trouble, often: Often, table: &Table) -> Vec<String> {
    let Caller { case: Case { operation, keyed, .. }, patience, engine, time, stand_in } = caller;
    time.begin();
    stand_in.forget();
    match trouble.wall {
        Wall::Right => {}
        Wall::Off(by) => time.set_wall_off(by),
        Wall::Jumps(by) => time.jump_between(by),
    }
    let fault = (trouble.fault)();
    stand_in.fault(match often {
        // Refusals cannot be counted: the port opens again before the second attempt.
        Often::Once if trouble.name == REFUSED => {
            let stand_in = stand_in.clone();
            time.between(move || stand_in.clear_faults());
            fault.always()
        }
        Often::Once => fault.once(),
        Often::Always => fault.always(),
    });
    let request = request::valid(operation, *keyed);
    let safety = request.effective_safety();
    let place = format!(
        "{} {} ({}), {} {often:?}, {}",
        operation.vendor,
        operation.id,
        safety.word(),
        trouble.name,
        patience.name
    );
    let silent = trouble.silent.map(|silent| {
        move || {
            let requests = stand_in.requests();
            let last = requests.last().filter(|last| last.fault.is_some() && !last.finished)?;
            (last.handled == silent.handled).then_some(last.number)
        }
    });
    let Some(result) = watch(time, engine.execute(request), silent).await else {
        return vec![format!("{place}: hangs")];
    };
    let usual = Duration::from_secs(if operation.safety.mutates() { 60 } else { 30 });
    let ended = Ended {
        order: Order {
            vendor: operation.vendor,
            safety,
            repeat_asked_for: operation.answers.retry_server_errors,
            attempts: patience.attempts,
            deadline: patience.deadline,
            timeout: operation.timeout.unwrap_or(usual),
            wait: trouble.wait,
        },
        told: Told::of(&result),
        seen: stand_in.settled().await.iter().map(Saw::of).collect(),
        flights: time.flights(),
        took: time.passed(),
    };
    table.note(trouble, often, patience, safety, operation, &ended.outcome());
    ended.broken_promises().into_iter().map(|promise| format!("{place}: {promise}; {ended:?}")).collect()
}

/// All troubles of one case.
async fn suffer(sandbox: &Sandbox, case: Case, table: &Table) -> Vec<String> {
    let access = case.vendor.access(sandbox);
    let mut broken = Vec::new();
    for patience in &PATIENCES {
        let time = Time::new();
        let engine = case.vendor.engine(&access, settings(*patience, &time));
        let caller = Caller { case, patience, engine, time, stand_in: case.vendor.stand_in(sandbox) };
        for trouble in &TROUBLES {
            for often in [Often::Once, Often::Always] {
                broken.extend(play(&caller, trouble, often, table).await);
            }
        }
    }
    broken
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_keeps_its_promises_whatever_goes_wrong() {
    let table = Arc::new(Table::default());
    let cases: Arc<[Case]> = cases().collect();
    let next = Arc::new(AtomicUsize::new(0));
    let mut workers = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (table, cases, next) = (Arc::clone(&table), Arc::clone(&cases), Arc::clone(&next));
        workers.spawn(async move {
            // What a vendor counts in seconds is over before the next call.
            let sandbox = Sandbox::builder().time_scale(0.000_001).start().await.unwrap();
            let mut broken = Vec::new();
            while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                broken.extend(suffer(&sandbox, *case, &table).await);
            }
            sandbox.shutdown().await;
            broken
        });
    }
    let sandbox = Sandbox::start().await.unwrap();
    following::repeated_pages(&sandbox, &table).await;
    following::empty_pages(&sandbox, &table).await;
    let broken = workers.join_all().await.concat();
    println!("{} calls\n{}", table.calls(), table.print());
    assert!(broken.is_empty(), "{} broken promises:\n{}", broken.len(), broken.join("\n"));
    table.check_document();
}

#[tokio::test]
async fn a_job_that_never_ends_ends_with_the_callers_patience_and_goes_on_from_its_handle() {
    let sandbox = Sandbox::start().await.unwrap();
    assert!(following::stuck_jobs(&sandbox).await > 0, "some operations ask about jobs");
}
