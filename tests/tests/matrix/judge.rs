//! What must hold of a call, whatever went wrong, against what the sandbox really saw.

use afflux::{
    Delivery, Error,
    core::{
        operation::{Operation, Safety},
        response::{Attempt, Raw},
    },
};
use afflux_sandbox::{RequestRecord, Written};

use crate::faults::Patience;

/// A call that is over.
pub(crate) struct Ended<'a> {
    pub(crate) operation: &'static Operation,
    pub(crate) safety: Safety,
    pub(crate) patience: &'a Patience,
    pub(crate) result: &'a Result<Raw, Error>,
    pub(crate) seen: &'a [RequestRecord],
}

impl Ended<'_> {
    fn attempts(&self) -> &[Attempt] {
        match self.result {
            Ok(raw) => raw.attempts(),
            Err(error) => error.attempts(),
        }
    }

    fn delivery(&self) -> Delivery {
        match self.result {
            Ok(_) => Delivery::Answered,
            Err(error) => error.delivery(),
        }
    }

    /// Everything that is not as promised.
    pub(crate) fn broken_promises(&self) -> Vec<String> {
        let mut broken = Vec::new();
        let mut promise = |kept: bool, what: &str| {
            if !kept {
                broken.push(what.to_owned());
            }
        };
        let arrived: Vec<&RequestRecord> = self.seen.iter().filter(|seen| seen.bytes_read > 0).collect();
        let whole = |seen: &&RequestRecord| matches!(seen.written, Written::Completely(_));
        // The head of a refusal says all that matters of it, whatever becomes of its body.
        let told = |seen: &&RequestRecord| {
            let refused = seen.status.is_some_and(|status| !(200..300).contains(&status));
            whole(seen) || (refused && matches!(seen.written, Written::Partly(_)))
        };
        let attempts = self.attempts();
        let tried = attempts.iter().filter(|attempt| attempt.delivery != Delivery::NotSent).count();
        let answered = attempts.iter().filter(|attempt| attempt.delivery == Delivery::Answered).count();

        // What is said about the call.
        promise(self.delivery() != Delivery::NotSent || arrived.is_empty(), "said not sent; bytes arrived");
        promise(
            self.delivery() != Delivery::Answered || self.seen.last().is_some_and(|last| told(&last)),
            "said answered; neither a whole answer nor the head of a refusal was written",
        );
        promise(
            self.delivery() != Delivery::Unknown
                || attempts.iter().any(|attempt| attempt.delivery == Delivery::Unknown),
            "said unknown; no attempt was",
        );
        // What is said about each attempt.
        promise(arrived.len() <= tried, "a request arrived that no attempt owns up to");
        promise(
            answered <= self.seen.iter().filter(told).count(),
            "an attempt said answered; neither a whole answer nor the head of a refusal was written",
        );
        promise(attempts.len() <= self.patience.attempts as usize, "more attempts than allowed");
        // What was done.
        if self.safety == Safety::Unsafe {
            let works = |seen: &&&RequestRecord| {
                let refused = whole(seen) && seen.status == Some(429);
                // A fault of the vendor's that came as an answer, by its status or inside of its body.
                let asked_for = self.operation.answers.retry_server_errors && whole(seen);
                !refused && !asked_for
            };
            promise(arrived.iter().filter(works).count() <= 1, "an unsafe call was sent again");
            let handled = arrived.iter().filter(works).filter(|seen| seen.committed).count();
            promise(handled <= 1, "an unsafe call was done twice");
        }
        // What is told.
        if let Err(error) = self.result {
            let text = error.to_string();
            promise(text.contains(self.operation.vendor), "the error does not name the vendor");
            promise(!error.next_step().is_empty(), "the error does not say what to do next");
            promise(
                self.delivery() != Delivery::Unknown
                    || self.safety != Safety::Unsafe
                    || !error.is_retryable(),
                "an unsafe call of unknown outcome is called retryable",
            );
        }
        broken
    }

    /// The outcome in a few words, for the table.
    pub(crate) fn outcome(&self) -> String {
        let sent = match self.seen.iter().filter(|seen| seen.bytes_read > 0).count() {
            0 => "no request".to_owned(),
            1 => "1 request".to_owned(),
            count => format!("{count} requests"),
        };
        let what = match self.result {
            Ok(_) => "answered",
            Err(error) => match error.delivery() {
                Delivery::NotSent => "not sent",
                Delivery::Unknown => "unknown",
                Delivery::Answered => "answered",
            },
        };
        format!("{what}, {sent}")
    }
}
