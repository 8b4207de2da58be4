//! Two sides of the same work, in turn.

use std::time::{Duration, Instant};

use cpu_time::ProcessTime;

use crate::Failure;

/// What a piece of work took.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// By the clock on the wall.
    pub wall: Duration,
    /// Of this process, in user and in kernel code.
    pub cpu: Duration,
}

/// Measures one piece of work.
pub fn sample(work: impl FnOnce() -> Result<(), Failure>) -> Result<Sample, Failure> {
    let (cpu, wall) = (ProcessTime::try_now()?, Instant::now());
    work()?;
    Ok(Sample { wall: wall.elapsed(), cpu: ProcessTime::try_now()?.duration_since(cpu) })
}

/// Which ratio is printed, and what it should be.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    /// Work per second, ours to theirs: at least so much.
    Speed(f64),
    /// Time on the wall, ours to theirs: at most so much.
    Time(f64),
    /// CPU time, ours to theirs: at most so much.
    Cpu(f64),
}

impl Goal {
    fn ratio(self, ours: Sample, theirs: Sample) -> f64 {
        let of = |one: Duration, other: Duration| one.as_secs_f64() / other.as_secs_f64().max(1e-9);
        match self {
            Self::Speed(_) => of(theirs.wall, ours.wall),
            Self::Time(_) => of(ours.wall, theirs.wall),
            Self::Cpu(_) => of(ours.cpu, theirs.cpu),
        }
    }

    fn words(self) -> (&'static str, String) {
        match self {
            Self::Speed(least) => ("speed", format!(">= {least:.2}")),
            Self::Time(most) => ("time", format!("<= {most:.2}")),
            Self::Cpu(most) => ("CPU", format!("<= {most:.2}")),
        }
    }
}

/// A side of a comparison: its name, and its work once.
pub struct Side<'a> {
    /// As printed.
    pub name: &'a str,
    /// Does it once.
    pub run: &'a mut dyn FnMut() -> Result<(), Failure>,
}

/// Runs both sides in turn, each time the other one first, and prints the medians of the ratios of neighbours. `units`
/// is how much work a run is, for the absolute figures.
pub fn compare(
    title: &str,
    units: (u32, &str),
    rounds: usize,
    ours: &mut Side<'_>,
    theirs: &mut Side<'_>,
    goals: &[Goal],
) -> Result<(), Failure> {
    // Connections, caches and the allocator.
    (theirs.run)()?;
    (ours.run)()?;
    let mut pairs = Vec::with_capacity(rounds);
    for round in 0..rounds {
        pairs.push(if round.is_multiple_of(2) {
            let first = sample(|| (ours.run)())?;
            (first, sample(|| (theirs.run)())?)
        } else {
            let first = sample(|| (theirs.run)())?;
            (sample(|| (ours.run)())?, first)
        });
    }
    println!("{title}: {} / {}, {rounds} pairs", ours.name, theirs.name);
    for goal in goals {
        let ratios = pairs.iter().map(|(ours, theirs)| goal.ratio(*ours, *theirs));
        let (least, median, most) = spread(ratios.collect());
        let (what, wanted) = goal.words();
        println!("  {what:<6} {median:>6.3}   ({least:.3} to {most:.3})   goal {wanted}");
    }
    for (name, pick) in [(ours.name, 0), (theirs.name, 1)] {
        let of = |pair: &(Sample, Sample)| if pick == 0 { pair.0 } else { pair.1 };
        let each = |seconds: f64| seconds / f64::from(units.0) * 1e6;
        let wall = spread(pairs.iter().map(|pair| of(pair).wall.as_secs_f64()).collect()).1;
        let cpu = spread(pairs.iter().map(|pair| of(pair).cpu.as_secs_f64()).collect()).1;
        println!("  {name:<12} {:>10.2} us, {:>8.2} us of CPU per {}", each(wall), each(cpu), units.1);
    }
    Ok(())
}

/// The least, the median and the most.
fn spread(mut values: Vec<f64>) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
    let middle = values.len() / 2;
    let median = if values.len().is_multiple_of(2) {
        f64::midpoint(at(middle.wrapping_sub(1)), at(middle))
    } else {
        at(middle)
    };
    (at(0), median, at(values.len().wrapping_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_is_between_the_two_in_the_middle() {
        assert_eq!(spread(vec![4.0, 1.0, 3.0]), (1.0, 3.0, 4.0));
        assert_eq!(spread(vec![4.0, 1.0, 2.0, 3.0]), (1.0, 2.5, 4.0));
        assert!(spread(Vec::new()).1.is_nan());
    }

    #[test]
    fn more_than_one_is_faster_for_a_speed_and_slower_for_a_time() {
        let took =
            |millis| Sample { wall: Duration::from_millis(millis), cpu: Duration::from_millis(millis) };
        let (ours, theirs) = (took(50), took(100));
        let near = |value: f64, wanted: f64| (value - wanted).abs() < 1e-9;
        assert!(near(Goal::Speed(1.0).ratio(ours, theirs), 2.0));
        assert!(near(Goal::Time(1.0).ratio(ours, theirs), 0.5));
        assert!(near(Goal::Cpu(1.0).ratio(ours, theirs), 0.5));
    }
}
