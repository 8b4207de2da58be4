//! A fault as the control API reads it.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Fault, Kind, Times};

/// The body of `POST /__sim/faults`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FaultOrder {
    kind: String,
    #[serde(default)]
    times: Option<HowOften>,
    #[serde(default)]
    after: u32,
    #[serde(default)]
    after_commit: bool,
    #[serde(default)]
    method: Option<String>,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    operation: Option<String>,
    #[serde(default)]
    status: Option<u16>,
    #[serde(default)]
    body: Option<Value>,
    #[serde(default)]
    wait_ms: Option<u64>,
    #[serde(default)]
    bytes: Option<usize>,
    #[serde(default)]
    interval_ms: Option<u64>,
    #[serde(default)]
    lasting_ms: Option<u64>,
    #[serde(default)]
    by_date: bool,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum HowOften {
    Count(u32),
    Word(String),
}

impl FaultOrder {
    /// The fault that is meant, or what is wrong with the order.
    pub(crate) fn into_fault(self) -> Result<Fault, String> {
        let fault = self.bare()?;
        let mut fault = if self.after_commit { fault.after_commit() } else { fault };
        fault = match self.times {
            None => fault,
            Some(HowOften::Count(count)) => fault.times(count),
            Some(HowOften::Word(word)) if word == "always" => fault.always(),
            Some(HowOften::Word(word)) => {
                return Err(format!("`times` is a number or \"always\", not {word:?}"));
            }
        };
        fault.skip = self.after;
        fault.lasting = self.lasting_ms.map(Duration::from_millis);
        fault.dated = self.by_date;
        fault.scope.method = self.method.map(|method| method.to_ascii_uppercase());
        fault.scope.path = self.path;
        fault.scope.operation = self.operation;
        if fault.kind == Kind::Refuse && fault.refusal_time().is_none() {
            return Err("a closed port cannot be opened over HTTP: give `times` or `lasting_ms`".to_owned());
        }
        Ok(fault)
    }

    fn bare(&self) -> Result<Fault, String> {
        let wait = self.wait_ms.map(Duration::from_millis);
        let status = || -> Result<u16, String> {
            let status = self.status.ok_or_else(|| format!("`{}` needs `status`", self.kind))?;
            if (200..=599).contains(&status) {
                Ok(status)
            } else {
                Err(format!("{status} is not a final status"))
            }
        };
        Ok(match self.kind.as_str() {
            "refuse" => Fault::refuse(),
            "reset_before_read" => Fault::reset_before_read(),
            "reset_before_commit" => Fault::reset_before_commit(),
            "reset_after_commit" => Fault::reset_after_commit(),
            "half_answer" => Fault::half_answer(),
            "slow_drip" => Fault::slow_drip(
                self.bytes.unwrap_or(1),
                Duration::from_millis(self.interval_ms.ok_or("`slow_drip` needs `interval_ms`")?),
            ),
            "stall" => Fault::stall(),
            "rate_limited" => Fault::rate_limited(wait),
            "server_error" => Fault::server_error(status()?),
            "ok_with_error" => Fault::ok_with_error(self.body_text().ok_or("`ok_with_error` needs `body`")?),
            "html" => Fault::html(status()?),
            "empty" => Fault::empty(status()?),
            "answer" => Fault::answer(
                status()?,
                Some("application/json; charset=utf-8"),
                self.body_text().ok_or("`answer` needs `body`")?,
            ),
            "wrong_content_length" => Fault::wrong_content_length(),
            "truncated_json" => Fault::truncated_json(),
            "delay" => Fault::delay(wait.ok_or("`delay` needs `wait_ms`")?),
            "repeated_cursor" => Fault::repeated_cursor(),
            "empty_page" => Fault::empty_page(),
            "stuck_job" => Fault::stuck_job(),
            "db" => Fault::db(),
            other => return Err(format!("no fault is called {other:?}")),
        })
    }

    /// A string goes out as it is, so that texts that are not JSON can be sent; anything else as JSON.
    fn body_text(&self) -> Option<String> {
        match self.body.as_ref()? {
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }
}

impl Fault {
    /// The fault as the control API lists it.
    pub(crate) fn view(&self, skip: u32, left: Option<u32>) -> Value {
        json!({
            "kind": self.kind.name(self.commits),
            "after": skip,
            "times": match self.times { Times::Always => json!("always"), _ => json!(left) },
            "after_commit": self.commits,
            "method": self.scope.method,
            "path": self.scope.path,
            "operation": self.scope.operation,
        })
    }
}
