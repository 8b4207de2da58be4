//! Advertisers: who may take a lead, and what they say when they are asked.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::error_type::ErrorType;

/// An advertiser in the rotation.
#[derive(Debug, Clone)]
pub struct Advertiser {
    pub(crate) uuid: Option<Uuid>,
    pub(crate) name: String,
    pub(crate) countries: Vec<String>,
    pub(crate) cap: Option<u32>,
    pub(crate) refuses_known: bool,
    pub(crate) script: VecDeque<Reply>,
    pub(crate) otherwise: Reply,
    pub(crate) taken: u32,
    pub(crate) known: HashSet<String>,
}

/// What an advertiser says to one lead.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a reply does nothing until an advertiser's script holds it"]
pub struct Reply {
    pub(crate) delay: Duration,
    pub(crate) verdict: Verdict,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    Accept,
    Reject(Rejection),
    Hang,
}

/// Why a lead was not taken.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Rejection {
    pub(crate) error_type: ErrorType,
    pub(crate) message: String,
    /// The profile keys named in `requiredResponseFields`.
    pub(crate) required: Vec<String>,
}

impl Reply {
    /// Takes the lead.
    pub fn accept() -> Self {
        Self { delay: Duration::ZERO, verdict: Verdict::Accept }
    }

    /// Refuses it; the rotation goes on to the next advertiser.
    pub fn reject(error_type: ErrorType) -> Self {
        Self { delay: Duration::ZERO, verdict: Verdict::Reject(Rejection::new(error_type)) }
    }

    /// Never answers: the rotation runs into its timeout.
    pub fn hang() -> Self {
        Self { delay: Duration::ZERO, verdict: Verdict::Hang }
    }

    /// Answers only after this long (the vendor's time: scaled, and passed over by `advance_clock`).
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// The text that goes with a refusal.
    pub fn message(mut self, message: &str) -> Self {
        if let Verdict::Reject(rejection) = &mut self.verdict {
            message.clone_into(&mut rejection.message);
        }
        self
    }

    /// The profile keys that a refusal asks for in `requiredResponseFields`; without, the e-mail when there is one.
    pub fn requiring(mut self, keys: &[&str]) -> Self {
        if let Verdict::Reject(rejection) = &mut self.verdict {
            rejection.required = keys.iter().map(|key| (*key).to_owned()).collect();
        }
        self
    }
}

impl Rejection {
    pub(crate) fn new(error_type: ErrorType) -> Self {
        let message = error_type.usual_message().to_owned();
        Self { error_type, message, required: vec!["email".to_owned()] }
    }
}

impl Advertiser {
    /// One that takes every lead from anywhere.
    pub fn new(name: &str) -> Self {
        Self {
            uuid: None,
            name: name.to_owned(),
            countries: Vec::new(),
            cap: None,
            refuses_known: false,
            script: VecDeque::new(),
            otherwise: Reply::accept(),
            taken: 0,
            known: HashSet::new(),
        }
    }

    /// A uuid of your own instead of one from the seed.
    #[must_use]
    pub fn uuid(mut self, uuid: Uuid) -> Self {
        self.uuid = Some(uuid);
        self
    }

    /// Is only asked for leads with these country codes.
    #[must_use]
    pub fn countries(mut self, codes: &[&str]) -> Self {
        self.countries = codes.iter().map(|code| code.to_ascii_uppercase()).collect();
        self
    }

    /// Is not asked any more when it has taken so many leads.
    #[must_use]
    pub fn cap(mut self, leads: u32) -> Self {
        self.cap = Some(leads);
        self
    }

    /// Refuses e-mails and phones that it has taken before, with `DUPLICATION_ERROR`.
    #[must_use]
    pub fn refuse_known(mut self) -> Self {
        self.refuses_known = true;
        self
    }

    /// Adds what it says to the next lead, after what was added before.
    #[must_use]
    pub fn reply(mut self, reply: Reply) -> Self {
        self.script.push_back(reply);
        self
    }

    /// What it says when nothing is left of the script; accepts unless told otherwise.
    #[must_use]
    pub fn otherwise(mut self, reply: Reply) -> Self {
        self.otherwise = reply;
        self
    }

    /// Whether it would be asked for a lead from this country, and if not, why.
    pub(crate) fn eligible(&self, country: Option<&str>) -> Result<(), Rejection> {
        let fits = |code: &str| self.countries.iter().any(|own| own.eq_ignore_ascii_case(code));
        if !self.countries.is_empty() && !country.is_some_and(fits) {
            return Err(Rejection {
                message: "No advertiser for this country".to_owned(),
                ..Rejection::new(ErrorType::RotationError)
            });
        }
        if self.cap.is_some_and(|cap| self.taken >= cap) {
            return Err(Rejection {
                message: "Cap is full".to_owned(),
                ..Rejection::new(ErrorType::RotationError)
            });
        }
        Ok(())
    }

    /// Its word on the next lead.
    pub(crate) fn next_reply(&mut self, profile: &Map<String, Value>) -> Reply {
        if self.refuses_known && people(profile).any(|person| self.known.contains(&person)) {
            return Reply::reject(ErrorType::DuplicationError);
        }
        self.script.pop_front().unwrap_or_else(|| self.otherwise.clone())
    }

    /// Notes a lead that it took.
    pub(crate) fn take(&mut self, profile: &Map<String, Value>) {
        self.taken = self.taken.saturating_add(1);
        self.known.extend(people(profile));
    }
}

/// What an advertiser knows a person by.
fn people(profile: &Map<String, Value>) -> impl Iterator<Item = String> + '_ {
    ["email", "phone"].into_iter().filter_map(|key| {
        let text = profile.get(key)?.as_str()?.trim().to_lowercase();
        (!text.is_empty()).then(|| format!("{key}:{text}"))
    })
}
