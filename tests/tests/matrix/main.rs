//! Every operation of every vendor, every fault, every patience: nothing lost, nothing twice, and said as it was.
//!
//! The matrix comes from the operations' metadata: a new operation is in it without being named here.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::print_stdout)]

mod faults;
mod judge;
mod table;

use std::sync::atomic::{AtomicUsize, Ordering};

use afflux::core::{
    engine::EngineBuilder,
    operation::{Operation, Safety},
};
use afflux_probe::request;
use afflux_sandbox::Sandbox;
use afflux_tests::vendors::{VENDORS, Vendor};
use faults::{AMPLE, Often, PATIENCES, Patience, SHORT, TROUBLES, Trouble, settings};
use futures_util::{StreamExt, stream};
use judge::Ended;
use table::Table;

/// Numbers the calls.
static CALLS: AtomicUsize = AtomicUsize::new(0);

/// Sandboxes at work at a time. Faults that wait need no processor.
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

async fn play(
    sandbox: &Sandbox,
    case: Case,
    trouble: &Trouble,
    often: Often,
    patience: &Patience,
    table: &Table,
) -> Vec<String> {
    let agent = format!("matrix/{}", CALLS.fetch_add(1, Ordering::Relaxed));
    let (own, how) = (agent.clone(), *patience);
    let set = move |engine: EngineBuilder| settings(engine.user_agent(own), how);
    let engine = case.vendor.engine(&case.vendor.access(sandbox), set);
    let stand_in = case.vendor.stand_in(sandbox);
    stand_in.forget();
    let request = request::valid(case.operation, case.keyed);
    let request = request.attempt_timeout(if trouble.silent { SHORT } else { AMPLE });
    let safety = request.effective_safety();
    let fault = (trouble.fault)();
    stand_in.fault(match often {
        Often::Once => fault.once(),
        Often::Always => fault.always(),
    });
    let place = format!(
        "{} {} ({}), {} {often:?}, {}",
        case.operation.vendor,
        case.operation.id,
        safety.word(),
        trouble.name,
        patience.name
    );
    let Ok(result) = tokio::time::timeout(AMPLE, engine.execute(request)).await else {
        return vec![format!("{place}: hangs")];
    };
    let mut seen = stand_in.settled().await;
    // A request of an earlier call may come in late.
    seen.retain(|seen| seen.headers.iter().any(|(name, value)| name == "user-agent" && *value == agent));
    let ended = Ended { operation: case.operation, safety, patience, result: &result, seen: &seen };
    table.note(trouble, often, patience, safety, case.operation, &ended.outcome());
    ended.broken_promises().into_iter().map(|promise| format!("{place}: {promise}; {result:?}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "some 20,000 calls, minutes of them; by hand for now"]
async fn every_operation_keeps_its_promises_whatever_goes_wrong() {
    let table = Table::default();
    let cases: Vec<Case> = cases().collect();
    let shared = &table;
    let parts = cases.chunks(cases.len().div_ceil(AT_ONCE));
    let broken: Vec<Vec<String>> = stream::iter(parts)
        .map(|part| async move {
            let sandbox = Sandbox::builder().time_scale(0.001).start().await.unwrap();
            let mut broken = Vec::new();
            for case in part {
                for trouble in &TROUBLES {
                    for often in [Often::Once, Often::Always] {
                        for patience in &PATIENCES {
                            broken.extend(play(&sandbox, *case, trouble, often, patience, shared).await);
                        }
                    }
                }
            }
            sandbox.shutdown().await;
            broken
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let broken = broken.concat();
    println!("{}", table.print());
    assert!(broken.is_empty(), "{} broken promises:\n{}", broken.len(), broken.join("\n"));
    table.check_document();
}
