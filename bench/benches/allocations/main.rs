//! Allocations of one attribution call on a warm connection, afflux beside reqwest alone. See CONTRIBUTING.md.

#[path = "../shared/calls.rs"]
mod calls;

use std::alloc::System;

use afflux_bench::{Failure, Options, Sink, runtime, serve_if_asked};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

use self::calls::{Bare, Policed, in_flight};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const CALLS: u32 = 2000;

fn main() -> Result<(), Failure> {
    if serve_if_asked()? {
        return Ok(());
    }
    if !Options::from_arguments().wants("attribution") {
        return Ok(());
    }
    let sink = Sink::start()?;
    let runtime = runtime()?;
    let (afflux, bare) = (Policed::new(&sink)?, Bare::new(&sink)?);
    println!("attribution, 12 parameters, 15 in flight: allocations per call, goal: at most 2 more");
    let counted = |work: &mut dyn FnMut(u32) -> Result<(), Failure>| {
        work(CALLS)?;
        let region = Region::new(ALLOCATOR);
        work(CALLS)?;
        let change = region.change();
        let each = |count: usize| u32::try_from(count).map_or(f64::NAN, f64::from) / f64::from(CALLS);
        Ok::<_, Failure>((each(change.allocations), each(change.reallocations), each(change.bytes_allocated)))
    };
    let rows = [
        ("afflux", counted(&mut |calls| runtime.block_on(in_flight(calls, || afflux.call())))?),
        ("reqwest", counted(&mut |calls| runtime.block_on(in_flight(calls, || bare.call())))?),
    ];
    for (name, (allocations, reallocations, bytes)) in rows {
        println!("  {name:<8} {allocations:>7.2} and {reallocations:>5.2} grown, {bytes:>8.0} bytes");
    }
    Ok(())
}
