//! The rule that a body must not come twice within two minutes under one token.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::switches::{Identity, WindowSlides};
use crate::clock::elapsed;
use crate::wire::{Answer, Request};

/// The bodies that were seen.
#[derive(Debug, Default)]
pub(super) struct Guard {
    seen: HashMap<Key, Seen>,
}

/// A token and a body, in the form in which bodies are compared.
pub(super) type Key = (String, Vec<u8>);

#[derive(Debug)]
struct Seen {
    at: Timestamp,
    answer: Option<Answer>,
}

/// What the guard says of a body.
#[derive(Debug, PartialEq)]
pub(super) enum Sight {
    New,
    /// Seen before; with the answer that it got, if that is known already.
    Again(Option<Box<Answer>>),
}

/// How this body is compared.
pub(super) fn key(token: &str, request: &Request, parsed: &Value, identity: Identity) -> Key {
    let body = match identity {
        Identity::RawBytes => request.body.to_vec(),
        // Objects of `serde_json` keep their keys sorted.
        Identity::CanonicalJson => parsed.to_string().into_bytes(),
    };
    (token.to_owned(), body)
}

impl Guard {
    /// Looks whether a body was seen; does not remember it.
    pub(super) fn look(
        &mut self,
        key: &Key,
        now: Timestamp,
        window: Duration,
        slides: WindowSlides,
    ) -> Sight {
        self.seen.retain(|_, seen| elapsed(now, seen.at) < window);
        match self.seen.get_mut(key) {
            None => Sight::New,
            Some(seen) => {
                if slides == WindowSlides::Yes {
                    seen.at = now;
                }
                Sight::Again(seen.answer.clone().map(Box::new))
            }
        }
    }

    /// Remembers a body from now on, unless it is remembered already.
    pub(super) fn remember(&mut self, key: &Key, now: Timestamp) {
        self.seen.entry(key.clone()).or_insert(Seen { at: now, answer: None });
    }

    /// Keeps the first answer to a body that is remembered.
    pub(super) fn answered(&mut self, key: &Key, answer: &Answer) {
        if let Some(seen) = self.seen.get_mut(key).filter(|seen| seen.answer.is_none()) {
            // Given again, the answer changes nothing.
            seen.answer = Some(Answer { committed: false, ..answer.clone() });
        }
    }
}
