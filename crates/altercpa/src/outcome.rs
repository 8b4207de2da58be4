//! What became of a lead: outcomes as values, refusals by name.

use afflux_core::{Delivery, Error, ErrorKind, decode::JsonText, open_enum};

use crate::{
    generated::LeadId,
    identify::{Changes, Identification, Order, order},
};

/// What became of creating a lead. Both mean that the lead is there; everything else is an error, which
/// [`Failure::of`] sorts.
#[derive(Debug, Clone)]
#[must_use = "a lead that already existed may be somebody else's"]
pub enum CreateOutcome<I> {
    /// The lead was created by this call.
    Created(Lead<I>),
    /// A lead was there before this call (`duplicate`): another process created it, or the install found the same phone
    /// or e-mail. The id is the original lead's; nothing of this call was taken over.
    AlreadyExisted(Lead<I>),
}

impl<I> CreateOutcome<I> {
    /// The lead, new or not.
    pub fn lead(&self) -> &Lead<I> {
        match self {
            Self::Created(lead) | Self::AlreadyExisted(lead) => lead,
        }
    }

    /// The lead, new or not, taken out.
    pub fn into_lead(self) -> Lead<I> {
        match self {
            Self::Created(lead) | Self::AlreadyExisted(lead) => lead,
        }
    }

    /// Whether the lead was created by this call.
    pub fn is_new(&self) -> bool {
        matches!(self, Self::Created(_))
    }
}

/// A lead, with the combination that it was created by: pass it to [`change`](crate::Client::change), and the vendor's
/// rule that both must be the same holds by itself.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Lead<I> {
    /// The combination.
    pub by: I,
    /// The lead's id in AlterCPA, if the answer had one.
    pub id: Option<LeadId>,
    /// The answer was `duplicate` after an earlier answer had been lost, so it was read as the success that was lost.
    ///
    /// One doubt stays: it may mean a lead that was there before, of another process with the same `exto`, or, on an
    /// install that also compares phones or e-mails, of another order. If a status was part of the call, send it once more
    /// with [`change`](crate::Client::change): it is `Unchanged` or `Changed` then.
    pub settled_by_duplicate: bool,
    /// The answer as it came.
    pub source: JsonText,
}

impl<I> Lead<I> {
    /// The way to change the lead by its id in AlterCPA, if the answer had one: for a lead that was created from a bare
    /// flow or code, which is found by nothing else. The manual says that such leads cannot be edited; some installs do.
    pub fn by_order(&self) -> Option<Order> {
        self.id.clone().map(order)
    }
}

/// What became of changing a lead. A lead that is not found is an error, so that `?` cannot lose it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ChangeOutcome {
    /// The lead was changed, or created where the call asked for that.
    #[non_exhaustive]
    Changed {
        /// The lead's id in AlterCPA, if the answer had one.
        id: Option<LeadId>,
        /// The answer as it came.
        source: JsonText,
    },
    /// Nothing had to be changed (`edit`). It is **not** a proof that the lead is in the wanted state: an older server
    /// says the same where it silently refused a step back.
    #[non_exhaustive]
    Unchanged {
        /// The lead's id in AlterCPA, if the answer had one.
        id: Option<LeadId>,
        /// An earlier answer of this very call was lost: most likely that attempt made the change.
        after_lost_answer: bool,
        /// The answer as it came.
        source: JsonText,
    },
}

impl ChangeOutcome {
    /// The lead's id in AlterCPA, if the answer had one.
    pub fn id(&self) -> Option<&LeadId> {
        match self {
            Self::Changed { id, .. } | Self::Unchanged { id, .. } => id.as_ref(),
        }
    }

    /// Whether the server says that it changed something.
    pub fn is_changed(&self) -> bool {
        matches!(self, Self::Changed { .. })
    }
}

open_enum! {
    /// An error code of the manual.
    pub enum ErrorCode {
        /// The token is not accepted.
        Auth = "auth",
        /// The identification is missing or not found; the manual does not tell it from [`BadId`](Self::BadId).
        NoId = "no-id",
        /// The identification is not found.
        BadId = "bad-id",
        /// The offer's privacy settings refuse the traffic.
        Traffic = "traffic",
        /// The lead is there already; an outcome, not an error of this crate.
        Duplicate = "duplicate",
        /// A fault of the vendor's database: it may have stored the change or not.
        Db = "db",
        /// Nothing to change; an outcome, not an error of this crate.
        Edit = "edit",
        /// No click matches.
        NoClick = "no-click",
        /// The offer is missing.
        NoOffer = "no-offer",
    }
}

impl ErrorCode {
    /// The vendor's code in an error, if it has one.
    pub fn of(error: &Error) -> Option<Self> {
        error.vendor_code().map(Self::from)
    }

    /// Whether nothing was found by the ids that were given.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NoId | Self::BadId | Self::NoClick)
    }
}

/// An error of a call, sorted by what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Nothing left: send it again whenever you like, or correct it first.
    NotSent,
    /// The lead, the click or the flow is not found. A click or lead that is only seconds old may be found a little
    /// later; a lead whose creation was lost is created by [`IfMissing`](crate::IfMissing).
    NotFound(ErrorCode),
    /// The vendor refused: the same call will be refused again. Without a code the vendor gave none.
    Refused(Option<ErrorCode>),
    /// The bytes left, and nobody knows what the vendor did: `next_step()` of the error says where to look.
    Unknown,
}

impl Failure {
    /// Sorts an error.
    pub fn of(error: &Error) -> Self {
        match error.delivery() {
            Delivery::NotSent => Self::NotSent,
            Delivery::Unknown => Self::Unknown,
            Delivery::Answered => match ErrorCode::of(error) {
                Some(code) if code.is_not_found() && error.kind() == ErrorKind::Refused => {
                    Self::NotFound(code)
                }
                code => Self::Refused(code),
            },
        }
    }
}

/// What [`change`](crate::Client::change) takes: a combination, or a lead as creating it answered.
#[diagnostic::on_unimplemented(
    message = "the vendor does not find a lead by `{Self}`",
    note = "a lead is changed by click, click + exto, order, flow + exto or code + exto, or by the lead that creating it \
            with one of these answered"
)]
pub trait Target {
    /// The combination.
    type By: Changes;

    /// The combination, taken out.
    fn by(self) -> Self::By;
}

impl<I: Changes> Target for I {
    type By = I;

    fn by(self) -> I {
        self
    }
}

impl<I: Changes> Target for &Lead<I> {
    type By = I;

    fn by(self) -> I {
        self.by.clone()
    }
}

impl<I: Changes> Target for &CreateOutcome<I> {
    type By = I;

    fn by(self) -> I {
        self.lead().by.clone()
    }
}

/// A lead made of its parts.
pub(crate) fn lead<I: Identification>(
    by: I,
    id: Option<LeadId>,
    settled_by_duplicate: bool,
    source: JsonText,
) -> Lead<I> {
    Lead { by, id, settled_by_duplicate, source }
}
