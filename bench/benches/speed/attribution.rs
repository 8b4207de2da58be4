//! Attribution calls, 15 in flight, each way as its user would write it.

use afflux_bench::{Failure, Goal, Options, Side, Sink, compare, runtime};

use crate::calls::{Bare, Policed, in_flight};

const CALLS: u32 = 6000;

/// Prints the comparison.
pub(crate) fn run(options: &Options, sink: &Sink) -> Result<(), Failure> {
    let runtime = runtime()?;
    let (afflux, bare) = (Policed::new(sink)?, Bare::new(sink)?);
    compare(
        "attribution, 12 parameters, 15 in flight",
        (CALLS, "call"),
        options.rounds(21),
        &mut Side { name: "afflux", run: &mut || runtime.block_on(in_flight(CALLS, || afflux.call())) },
        &mut Side { name: "reqwest", run: &mut || runtime.block_on(in_flight(CALLS, || bare.call())) },
        &[Goal::Speed(0.97), Goal::Cpu(1.03)],
    )
}
