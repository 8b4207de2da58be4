//! The text of an error: what happened, to which call, whether the vendor may have acted on it, and what to do next.

use std::fmt;

use super::{Delivery, Error, ErrorKind};
use crate::operation::Safety;

impl Error {
    /// Advice for this very error: what to do next, as the rest of a sentence.
    pub fn next_step(&self) -> String {
        let inner = &*self.0;
        if inner.delivery == Delivery::Unknown {
            if let Some(step) = &inner.next_step {
                return step.clone().into_string();
            }
            if let Some(step) = inner.operation.and_then(|operation| operation.after_unknown)
                && !inner.safety.repeatable()
            {
                return step.to_owned();
            }
            return match inner.safety {
                Safety::ReadOnly => "call again; it changes nothing".to_owned(),
                Safety::Idempotent => "call again; a repeat leads to the same state".to_owned(),
                Safety::Keyed(key) => format!("call again with the same `{key}`; a repeat is harmless"),
                Safety::Unsafe => "do not repeat it; look first whether the vendor acted".to_owned(),
            };
        }
        match (inner.kind, self.retry_time()) {
            (
                ErrorKind::RateLimited | ErrorKind::Limit | ErrorKind::Guard | ErrorKind::Server,
                Some(time),
            ) => {
                // Where a 429 need not come before the work, it can be the answer to a repeat.
                let repeat = inner.kind == ErrorKind::RateLimited
                    && !inner.safety.repeatable()
                    && inner.operation.is_some_and(|operation| !operation.answers.limit_precedes_work);
                if repeat {
                    format!(
                        "call again {time}; if the same call was made before, look first whether the vendor acted"
                    )
                } else {
                    format!("call again {time}")
                }
            }
            (ErrorKind::Configuration | ErrorKind::Validation, _) => "correct it and call again".to_owned(),
            (ErrorKind::Connect, _) => "check the address and the network, then call again".to_owned(),
            (ErrorKind::Limit, None) => "raise the deadline, or call again later".to_owned(),
            (ErrorKind::RateLimited | ErrorKind::Guard, None) => "wait, then call again".to_owned(),
            (ErrorKind::Unauthorized, _) => {
                "check the credentials, and whether the vendor must allow your address".to_owned()
            }
            (ErrorKind::Refused, _) => inner.next_step.clone().map_or_else(
                || "correct the call; the same call will be refused again".to_owned(),
                str::into_string,
            ),
            (ErrorKind::Server | ErrorKind::Lost, _) => "call again later".to_owned(),
            (ErrorKind::Unreadable | ErrorKind::Decode, _) => {
                "read raw_body(): the vendor's answer is kept there".to_owned()
            }
            (ErrorKind::TooLarge, _) => "ask for less, or raise the body cap".to_owned(),
            (ErrorKind::Redirect, _) => "set the base URL to the address that answers itself".to_owned(),
            (ErrorKind::Io, _) => "check the file, then call again".to_owned(),
        }
    }

    fn retry_time(&self) -> Option<String> {
        let wait = self.0.retry_after?;
        Some(match self.0.retry_at {
            Some(at) => format!("after {}", at.strftime("%H:%M:%S UTC")),
            None => format!("in {:.1} s", wait.as_secs_f64()),
        })
    }

    /// `irev: POST /leads`.
    fn call(&self) -> String {
        self.0.operation.map_or_else(String::new, |operation| {
            format!("{}: {} {} ", operation.vendor, operation.method, operation.path)
        })
    }

    /// The vendor's own words, if there are any.
    fn said(&self) -> Option<String> {
        let quoted = |text: &str| {
            let short: String = text.chars().take(300).collect();
            one_line(&short)
        };
        match (&self.0.code, &self.0.message) {
            (Some(code), Some(message)) if code != message => {
                Some(format!("the vendor says {}: {}", quoted(code), quoted(message)))
            }
            (Some(text), _) | (None, Some(text)) => Some(format!("the vendor says {}", quoted(text))),
            (None, None) => None,
        }
    }

    fn consequence(&self) -> &'static str {
        match (self.0.delivery, self.0.safety) {
            (Delivery::Unknown, Safety::ReadOnly) => "; nothing was changed",
            (Delivery::Unknown, _) => "; the vendor may have acted on it",
            _ => "",
        }
    }

    fn history(&self) -> String {
        let attempts: Vec<String> = self
            .0
            .attempts
            .iter()
            .enumerate()
            .map(|(index, attempt)| format!("{}: {attempt}", index + 1))
            .collect();
        if attempts.is_empty() {
            "attempts: 0".to_owned()
        } else {
            format!("attempts: {} ({})", attempts.len(), attempts.join(", "))
        }
    }
}

/// What a vendor or a field's name brings along must not break the line, nor colour a terminal.
fn one_line(text: &str) -> String {
    text.replace(
        |character: char| character.is_control() || matches!(character, '\u{2028}' | '\u{2029}'),
        " ",
    )
}

impl fmt::Display for Error {
    /// One line; `{:#}` spreads the same over several.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = if f.alternate() { "\n  " } else { ". " };
        write!(f, "{}{}{}", self.call(), one_line(&self.0.what), self.consequence())?;
        if let Some(said) = self.said() {
            write!(f, "{part}{said}")?;
        }
        if self.0.operation.is_some() {
            write!(f, "{part}{}", self.history())?;
            if let Some(id) = self.0.request_id {
                write!(f, "   request: {id}")?;
            }
            write!(f, "   delivery: {}", self.0.delivery)?;
        }
        write!(f, "{part}next: {}", self.next_step())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{operation::Operation, response::Attempt};

    #[test]
    fn the_text_is_one_line_that_says_what_happened_and_what_to_do() {
        const PUSH: Operation = Operation {
            vendor: "irev",
            path: "/leads",
            method: http::Method::POST,
            safety: Safety::Unsafe,
            ..Operation::GET
        };
        let mut error =
            Error::new(ErrorKind::Lost, Delivery::Unknown, "was sent and not answered within 100 s");
        error.0.operation = Some(&PUSH);
        error.0.safety = Safety::Unsafe;
        error.0.attempts.push(Attempt {
            delivery: Delivery::Unknown,
            status: None,
            outcome: "no answer".to_owned(),
            took: Duration::from_secs(100),
        });
        assert_eq!(
            error.to_string(),
            "irev: POST /leads was sent and not answered within 100 s; the vendor may have acted on it. \
             attempts: 1 (1: no answer after 100.0 s)   delivery: unknown. \
             next: do not repeat it; look first whether the vendor acted"
        );
        assert_eq!(format!("{error:#}").lines().count(), 3);
        assert!(!error.is_retryable());
    }

    #[test]
    fn bad_input_names_the_field() {
        let error = Error::validation(&Operation::GET, "country_code", "must be two letters");
        assert_eq!(error.delivery(), Delivery::NotSent);
        assert_eq!(error.field(), Some("country_code"));
        assert!(error.to_string().contains("`country_code` must be two letters"), "{error}");
    }
}
