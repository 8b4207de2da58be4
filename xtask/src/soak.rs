//! `cargo xtask soak`: what takes longer than a check may, in the full counts that the README's promises are about.
//!
//! Each part is tests that run in every `cargo test` as well, only many more times. A part that fails does not keep the
//! others from running; the run fails at its end.

use std::{process::Command, time::Instant};

use crate::process::{cargo, run as pass, shown};

/// A part: tests, and how much of everything.
struct Part {
    name: &'static str,
    /// What it shows.
    what: &'static str,
    /// Behind `cargo test`.
    arguments: &'static [&'static str],
    /// The counts, as the tests read them.
    counts: &'static [(&'static str, &'static str)],
}

const KILLS: (&str, &str) = ("AFFLUX_KILLS", "200");

const PARTS: &[Part] = &[
    Part {
        name: "kills",
        what: "every file job of the program is killed 200 times",
        arguments: &["-p", "afflux-cli", "--test", "program", "--", "kill::", "--nocapture"],
        counts: &[KILLS],
    },
    Part {
        name: "load",
        what: "1,000,000 attribution events and 100,000 leads with mixed faults, in flat memory",
        arguments: &["--release", "-p", "afflux-tests", "--test", "load", "--", "--nocapture"],
        counts: &[("AFFLUX_LOAD_EVENTS", "1000000"), ("AFFLUX_LOAD_LEADS", "100000")],
    },
    Part {
        name: "uploads",
        what: "100,000 records uploaded with mixed faults",
        arguments: &["--release", "-p", "afflux-tests", "--test", "clevertap_scenarios", "--", "--nocapture"],
        counts: &[("AFFLUX_UPLOAD_RECORDS", "100000")],
    },
    Part {
        name: "matrix",
        what: "every operation and every fault",
        arguments: &["-p", "afflux-tests", "--test", "matrix", "--", "--nocapture"],
        counts: &[],
    },
];

impl Part {
    fn command(&self) -> Command {
        let mut command = cargo();
        command.arg("test").args(self.arguments).envs(self.counts.iter().copied());
        command
    }

    /// The command as a person would type it.
    fn shown(&self) -> String {
        let counts = self.counts.iter().map(|(name, value)| format!("{name}={value} "));
        counts.chain([shown(&self.command())]).collect()
    }
}

/// Runs every part, or the one that is named.
pub(crate) fn run(only: &str) -> Result<(), String> {
    let parts: Vec<&Part> = PARTS.iter().filter(|part| only.is_empty() || part.name == only).collect();
    if parts.is_empty() {
        let names: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
        return Err(format!("no part is called `{only}`; there are {}", names.join(", ")));
    }
    let mut ended = Vec::new();
    for part in parts {
        println!("\n== {}: {}\n   {}", part.name, part.what, part.shown());
        let began = Instant::now();
        let outcome = pass(&mut part.command());
        ended.push((part.name, began.elapsed().as_secs_f64(), outcome));
    }
    println!();
    for (name, seconds, outcome) in &ended {
        println!("{seconds:8.1} s  {name}{}", if outcome.is_ok() { "" } else { "  FAILED" });
    }
    let failed: Vec<String> = ended.into_iter().filter_map(|(_, _, outcome)| outcome.err()).collect();
    if failed.is_empty() { Ok(()) } else { Err(failed.join("\n")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_does_not_exist_is_refused_and_the_others_are_named() {
        let error = run("everything").unwrap_err();
        assert!(PARTS.iter().all(|part| error.contains(part.name)), "{error}");
    }

    #[test]
    fn a_part_is_shown_as_a_person_would_type_it() {
        let kills = PARTS[0].shown();
        assert!(kills.starts_with("AFFLUX_KILLS=200 cargo test -p afflux-cli"), "{kills}");
    }
}
