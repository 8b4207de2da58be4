//! A lead's status, in the one form in which it is sent.
//!
//! The vendor takes a word, a number or `accept=1`, and does not say which wins where two are given: here it is one
//! enum. A word comes with the list that says what it means, because the server's own recognition is not documented.

mod numbers;
mod words;

use std::fmt;

pub use self::{
    numbers::{ReasonId, StatusId},
    words::{Meaning, StatusWords},
};
use crate::fields::{Fields, Invalid, present};

/// A lead's status.
///
/// ```
/// use afflux_altercpa::{Meaning, ReasonId, Status, StatusWords};
///
/// Status::Approve;
/// Status::Cancel(Some(ReasonId::CHANGED_MIND));
/// // Networks that say `hold` and mean waiting:
/// Status::word("hold").means(Meaning::Wait);
/// // A whole network's words, once:
/// let words = StatusWords::new().wait(["hold", "pending"]).approve(["paid"]).cancel(["declined"]);
/// Status::word("pending").by(&words);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// Approved: `status=approve`. It can be repeated without harm.
    Approve,
    /// Cancelled, with or without a reason.
    Cancel(Option<ReasonId>),
    /// Trash: not a lead at all, with or without a reason.
    Trash(Option<ReasonId>),
    /// In processing: the network waits for the customer. What many networks call `hold`.
    Wait,
    /// AlterCPA's own hold: the buyer agreed and payment is pending. What networks call `hold` is usually
    /// [`Wait`](Self::Wait).
    Hold,
    /// AlterCPA's number of the status, and a reason where the number is a cancel or trash.
    Id(StatusId, Option<ReasonId>),
    /// The network's own word, with what it means; made by [`Status::word`].
    Word(Worded),
    /// `accept=1`. The manual calls it an alias of `status=approve`, but an older server books the payments again with
    /// each: a call with it is never repeated after its bytes left. Use [`Approve`](Self::Approve).
    Accept,
}

impl Status {
    /// The network's own word, which needs its meaning: [`means`](Word::means), [`by`](Word::by) or
    /// [`recognised`](Word::recognised).
    pub fn word(word: impl Into<String>) -> Word {
        Word { word: word.into(), reason: None }
    }

    /// By AlterCPA's number.
    pub fn id(id: StatusId) -> Self {
        Self::Id(id, None)
    }

    /// Whether a repeat may book payments again.
    pub(crate) fn books_again(&self) -> bool {
        *self == Self::Accept
    }

    /// Whether the word is among those that create a lead that is not found.
    pub(crate) fn creates_if_missing(&self) -> bool {
        matches!(self, Self::Word(worded) if worded.words.creates(&worded.word))
    }

    /// What is sent.
    pub(crate) fn fields(&self) -> Result<Fields, Invalid> {
        let mut fields = Fields::default();
        let listed = |fields: &mut Fields, word: &str, list: &'static str| {
            fields.set("status", word);
            fields.set(list, word);
        };
        match self {
            Self::Approve => fields.set("status", "approve"),
            Self::Cancel(_) => listed(&mut fields, "cancel", "stc"),
            Self::Trash(_) => listed(&mut fields, "trash", "stt"),
            Self::Wait => listed(&mut fields, "wait", "stw"),
            Self::Hold => listed(&mut fields, "hold", "sth"),
            Self::Id(id, _) => fields.set("stid", id),
            Self::Word(worded) => worded.fields(&mut fields)?,
            Self::Accept => fields.set("accept", 1),
        }
        if let Some(reason) = self.reason()? {
            fields.set("reason", reason);
        }
        Ok(fields)
    }

    fn reason(&self) -> Result<Option<ReasonId>, Invalid> {
        let (reason, fits) = match self {
            Self::Cancel(reason) | Self::Trash(reason) => (*reason, true),
            Self::Id(id, reason) => (*reason, id.takes_reason()),
            Self::Word(worded) => {
                let meaning = worded.words.meaning(&worded.word);
                (worded.reason, matches!(meaning, Some(Meaning::Cancel | Meaning::Trash)))
            }
            Self::Approve | Self::Wait | Self::Hold | Self::Accept => (None, true),
        };
        if reason.is_some() && !fits {
            return Err(Invalid::new("reason", "belongs to a cancelled or trashed lead only"));
        }
        Ok(reason)
    }
}

/// A network's word on its way to a [`Status`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a word is no status yet: say what it means"]
pub struct Word {
    word: String,
    reason: Option<ReasonId>,
}

impl Word {
    /// Why the lead is cancelled; for words that mean cancel or trash.
    pub fn reason(mut self, reason: ReasonId) -> Self {
        self.reason = Some(reason);
        self
    }

    /// What the word means.
    pub fn means(self, meaning: Meaning) -> Status {
        let words = StatusWords::new().list(meaning, [self.word.as_str()]);
        self.by(&words)
    }

    /// What the word means by the network's lists. Lists that overlap, and a `hold` that is in none of them, are errors
    /// when the call is sent, and nothing leaves.
    pub fn by(self, words: &StatusWords) -> Status {
        Status::Word(Worded { word: self.word, reason: self.reason, words: words.clone() })
    }

    /// Leaves the word to the server's own recognition, which is not documented. `hold` is refused: say which hold.
    pub fn recognised(self) -> Status {
        self.by(&StatusWords::new())
    }
}

/// A network's word together with what it means.
#[derive(Clone, PartialEq, Eq)]
pub struct Worded {
    word: String,
    reason: Option<ReasonId>,
    words: StatusWords,
}

impl Worded {
    fn fields(&self, fields: &mut Fields) -> Result<(), Invalid> {
        present("status", &self.word)?;
        self.words.check()?;
        if self.words.meaning(&self.word).is_none() && words::same(&self.word, "hold") {
            let demand = "`hold` must say which: Meaning::Wait (what networks usually mean) or Meaning::Hold (the buyer \
                          agreed, payment is pending)";
            return Err(Invalid::new("status", demand));
        }
        fields.set("status", &self.word);
        fields.extend(&self.words.fields());
        Ok(())
    }
}

impl fmt::Debug for Worded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:?})", self.word, self.words.meaning(&self.word))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use afflux_core::{endpoint::Endpoint, request::Body};

    use super::*;
    use crate::generated::CreateLead;

    fn wire(status: &Status) -> Result<String, Invalid> {
        let request = status.fields()?.request(CreateLead::OPERATION).unwrap();
        let Body::Bytes(body) = request.body() else { return Ok(String::new()) };
        Ok(String::from_utf8(body.to_vec()).unwrap())
    }

    #[test]
    fn each_status_is_one_set_of_parameters() {
        let words = StatusWords::new().approve(["completed", "paid"]).wait(["hold"]).new_lead(["lead"]);
        let table = [
            (Status::Approve, "status=approve"),
            (Status::Accept, "accept=1"),
            (Status::Cancel(None), "status=cancel&stc=cancel"),
            (Status::Cancel(Some(ReasonId::DUPLICATE)), "status=cancel&stc=cancel&reason=7"),
            (Status::Trash(Some(ReasonId::WRONG_PHONE)), "status=trash&stt=trash&reason=1"),
            (Status::Wait, "status=wait&stw=wait"),
            (Status::Hold, "status=hold&sth=hold"),
            (Status::id(StatusId::COMPLETED), "stid=10"),
            (Status::Id(StatusId::CANCELLED, Some(ReasonId::from(16))), "stid=5&reason=16"),
            (Status::word("hold").means(Meaning::Wait), "status=hold&stw=hold"),
            (Status::word("hold").means(Meaning::Hold), "status=hold&sth=hold"),
            (Status::word("paid").by(&words), "status=paid&sta=completed%2Cpaid&stw=hold&stn=lead"),
            (Status::word("odd").recognised(), "status=odd"),
            (
                Status::word("no").reason(ReasonId::TOO_EXPENSIVE).means(Meaning::Cancel),
                "status=no&stc=no&reason=9",
            ),
        ];
        for (status, expected) in table {
            assert_eq!(wire(&status).unwrap(), expected, "{status:?}");
        }
    }

    #[test]
    fn a_bare_hold_must_say_which() {
        for word in ["hold", "HOLD", " Hold ", "on-hold".get(3..).unwrap()] {
            assert!(wire(&Status::word(word).recognised()).is_err(), "{word}");
        }
        let others = StatusWords::new().approve(["paid"]);
        assert!(wire(&Status::word("hold").by(&others)).is_err());
    }

    #[test]
    fn a_reason_belongs_to_a_cancel() {
        let reason = Some(ReasonId::FRAUD);
        assert!(wire(&Status::Id(StatusId::COMPLETED, reason)).is_err());
        assert!(wire(&Status::Id(StatusId::DELETED, reason)).is_ok());
        assert!(wire(&Status::word("ok").reason(ReasonId::FRAUD).means(Meaning::Approve)).is_err());
        assert!(wire(&Status::word("odd").reason(ReasonId::FRAUD).recognised()).is_err());
    }

    #[test]
    fn an_empty_word_is_refused() {
        assert!(wire(&Status::word(" ").means(Meaning::Approve)).is_err());
    }
}
