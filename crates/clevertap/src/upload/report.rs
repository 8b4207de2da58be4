//! What became of every record.

use std::{fmt, sync::Arc};

use afflux_core::error::Error;

/// What became of a record.
#[derive(Debug, Clone)]
#[non_exhaustive]
#[must_use]
pub enum RecordOutcome {
    /// The vendor took it. Rules of the project's schema may still drop it; that shows in the dashboard's error stream
    /// only.
    Accepted,
    /// The vendor refused it: for good, unless it is corrected.
    Rejected(Rejection),
    /// Nothing of it left, or the vendor refused the call and not the record (too many calls, credentials, address): it
    /// can be uploaded again once that is mended. The error says why; `field()` names the record and what is wrong with
    /// it where it was refused here.
    NotSent(Arc<Error>),
    /// Nobody can say whether the vendor took it. An event is not sent again by itself.
    Unknown(Doubt),
}

/// Why a record was refused.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Rejection {
    /// The vendor's code: 509 to 555 for single records.
    pub code: Option<i64>,
    /// The vendor's sentence.
    pub message: String,
    /// The error, where the whole batch was refused.
    pub error: Option<Arc<Error>>,
}

/// Why nobody can say.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Doubt {
    /// The error; none where an answer came that does not say which records it means.
    pub error: Option<Arc<Error>>,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.error {
            Some(error) => error.fmt(f),
            None => f.write_str("the answer does not say which records were accepted"),
        }
    }
}

/// What became of every record of an upload, by the caller's keys.
#[derive(Debug, Clone)]
#[must_use = "records may have been rejected"]
pub struct Report<K> {
    outcomes: Vec<(K, RecordOutcome)>,
}

impl<K> Report<K> {
    pub(crate) fn new(outcomes: Vec<(K, RecordOutcome)>) -> Self {
        Self { outcomes }
    }

    /// Every record once, in the order in which the answers came.
    pub fn outcomes(&self) -> &[(K, RecordOutcome)] {
        &self.outcomes
    }

    /// As [`outcomes`](Self::outcomes), taken out.
    pub fn into_outcomes(self) -> Vec<(K, RecordOutcome)> {
        self.outcomes
    }

    /// The records that the vendor took.
    pub fn accepted(&self) -> impl Iterator<Item = &K> {
        self.pick(|outcome| matches!(outcome, RecordOutcome::Accepted).then_some(())).map(|(key, ())| key)
    }

    /// The records that the vendor refused, and why.
    pub fn rejected(&self) -> impl Iterator<Item = (&K, &Rejection)> {
        self.pick(|outcome| if let RecordOutcome::Rejected(why) = outcome { Some(why) } else { None })
    }

    /// The records that did not leave, and why.
    pub fn not_sent(&self) -> impl Iterator<Item = (&K, &Error)> {
        self.pick(|outcome| if let RecordOutcome::NotSent(error) = outcome { Some(&**error) } else { None })
    }

    /// The records of which nobody can say whether the vendor took them.
    pub fn unknown(&self) -> impl Iterator<Item = (&K, &Doubt)> {
        self.pick(|outcome| if let RecordOutcome::Unknown(why) = outcome { Some(why) } else { None })
    }

    /// Whether the vendor took all of them.
    pub fn is_complete(&self) -> bool {
        self.outcomes.iter().all(|(_, outcome)| matches!(outcome, RecordOutcome::Accepted))
    }

    fn pick<'a, T: 'a>(
        &'a self,
        wanted: impl Fn(&'a RecordOutcome) -> Option<T> + 'a,
    ) -> impl Iterator<Item = (&'a K, T)> {
        self.outcomes.iter().filter_map(move |(key, outcome)| Some((key, wanted(outcome)?)))
    }
}
