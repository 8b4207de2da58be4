//! What became of each line of a file: every line is counted exactly once.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::{exit::Exit, journal::Settled};

/// How many lines of an unsettled kind are listed one by one.
const LISTED: usize = 1000;

/// The lines of a file by what became of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    /// The vendor has them.
    pub(crate) delivered: u64,
    /// Of these, delivered by earlier runs.
    pub(crate) delivered_before: u64,
    /// The vendor judged them and said no, now or before.
    pub(crate) rejected: u64,
    /// They could not be sent as they stand.
    pub(crate) invalid: u64,
    /// They may have arrived.
    pub(crate) unknown: u64,
    /// Nothing of them left.
    pub(crate) not_sent: u64,
    /// The vendor refused the call, not the row.
    pub(crate) deferred: u64,
    /// Lines that were sent and whose outcome could not be written down: the next run takes them for unknown.
    pub(crate) unrecorded_lines: Vec<u64>,
    /// Lines whose outcome is unknown.
    pub(crate) unknown_lines: Vec<u64>,
    /// Rows of an earlier version of the file whose outcome is unknown.
    pub(crate) unknown_elsewhere: u64,
}

impl Summary {
    /// Counts a line that was sent now.
    pub(crate) fn count(&mut self, line: u64, settled: Settled) {
        match settled {
            Settled::Delivered => self.delivered += 1,
            Settled::Rejected => self.rejected += 1,
            Settled::NotSent => self.not_sent += 1,
            Settled::Deferred => self.deferred += 1,
            Settled::Unknown => {
                self.unknown += 1;
                if self.unknown_lines.len() < LISTED {
                    self.unknown_lines.push(line);
                }
            }
        }
    }

    /// All lines.
    pub(crate) fn rows(&self) -> u64 {
        self.delivered + self.rejected + self.invalid + self.unknown + self.not_sent + self.deferred
    }

    /// The worst row: 4, then 3, 1, 0.
    pub(crate) fn exit(&self) -> Exit {
        let table = [
            (self.unknown, Exit::Unknown),
            (self.not_sent, Exit::NotDelivered),
            (self.rejected + self.invalid + self.deferred, Exit::Refused),
        ];
        table.iter().find(|(count, _)| *count > 0).map_or(Exit::Done, |(_, exit)| *exit)
    }

    /// One line for people. `again` and `reconcile` are the commands that go on from here.
    pub(crate) fn line(&self, rejected: &Path, again: &str, reconcile: Option<&str>) -> String {
        let mut parts = vec![match self.delivered_before {
            0 => format!("delivered {}", self.delivered),
            before => format!("delivered {} ({before} before)", self.delivered),
        }];
        let file = format!(" -> {}", rejected.display());
        match (self.rejected, self.invalid) {
            (0, 0) => parts.push("rejected 0".to_owned()),
            (count, 0) => parts.push(format!("rejected {count}{file}")),
            (count, invalid) => parts.push(format!("rejected {count}   invalid {invalid}{file}")),
        }
        match (self.unknown, reconcile) {
            (0, _) => parts.push("unknown 0".to_owned()),
            (count, Some(command)) => parts.push(format!("unknown {count} -> `{command}`")),
            (count, None) => parts.push(format!("unknown {count}")),
        }
        let waiting = self.not_sent + self.deferred;
        if waiting > 0 {
            parts.push(format!("not delivered {waiting} -> `{again}`"));
        }
        if !self.unrecorded_lines.is_empty() {
            parts.push(format!("sent, but not in the journal {}", self.unrecorded_lines.len()));
        }
        parts.join("   ")
    }

    /// The same for programs.
    pub(crate) fn members(&self, file: &Path, rejected: &Path, journal: &Path) -> Map<String, Value> {
        let in_file = self.rejected + self.invalid > 0;
        let members = json!({
            "file": file.display().to_string(),
            "rows": self.rows(),
            "delivered": self.delivered,
            "delivered_before": self.delivered_before,
            "rejected": self.rejected,
            "invalid": self.invalid,
            "unknown": self.unknown,
            "not_sent": self.not_sent,
            "deferred": self.deferred,
            "unknown_lines": self.unknown_lines,
            "unrecorded_lines": self.unrecorded_lines,
            "unknown_in_earlier_versions": self.unknown_elsewhere,
            "rejected_file": in_file.then(|| rejected.display().to_string()),
            "journal": journal.display().to_string(),
        });
        match members {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_row_decides_the_exit() {
        let of = |change: fn(&mut Summary)| {
            let mut summary = Summary { delivered: 5, ..Summary::default() };
            change(&mut summary);
            summary.exit().code()
        };
        assert_eq!(of(|_| ()), 0);
        assert_eq!(of(|summary| summary.invalid = 1), 1);
        assert_eq!(of(|summary| summary.deferred = 1), 1);
        assert_eq!(of(|summary| (summary.rejected, summary.not_sent) = (1, 1)), 3);
        assert_eq!(of(|summary| (summary.unknown, summary.not_sent) = (1, 1)), 4);
    }

    #[test]
    fn the_line_says_where_to_go_on() {
        let summary = Summary { delivered: 1183, rejected: 14, unknown: 3, ..Summary::default() };
        assert_eq!(
            summary.line(
                Path::new("leads.csv.rejected.jsonl"),
                "afflux irev push leads.csv",
                Some("afflux irev reconcile leads.csv")
            ),
            "delivered 1183   rejected 14 -> leads.csv.rejected.jsonl   \
             unknown 3 -> `afflux irev reconcile leads.csv`"
        );
        let summary = Summary { delivered: 2, rejected: 1, invalid: 4, ..Summary::default() };
        assert_eq!(
            summary.line(Path::new("r.jsonl"), "again", None),
            "delivered 2   rejected 1   invalid 4 -> r.jsonl   unknown 0"
        );
    }
}
