//! What to run, from the command line.

use std::env;

/// Which parts to run and how long.
#[derive(Debug, Clone, Default)]
pub struct Options {
    parts: Vec<String>,
    quick: bool,
}

impl Options {
    /// Reads the arguments behind `cargo bench --`: names of parts, and `--quick`. What cargo adds itself is passed
    /// over.
    pub fn from_arguments() -> Self {
        let mut options = Self::default();
        for argument in env::args().skip(1) {
            if argument == "--quick" {
                options.quick = true;
            } else if !argument.starts_with('-') {
                options.parts.push(argument);
            }
        }
        options
    }

    /// Whether a part is to be run: all are, unless some are named.
    pub fn wants(&self, part: &str) -> bool {
        self.parts.is_empty() || self.parts.iter().any(|wanted| part.contains(wanted.as_str()))
    }

    /// How often each side runs: `rounds` times, or a third of that for a quick look.
    pub fn rounds(&self, rounds: usize) -> usize {
        if self.quick { rounds.div_ceil(3) } else { rounds }
    }
}
