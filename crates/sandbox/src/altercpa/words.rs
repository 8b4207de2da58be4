//! What a call says about the status: a number, `accept`, a word in one of the lists, or a word that is known.

use super::params::Params;
use super::switches::{Switches, UnknownWord};

/// Numbers of statuses, as `stid` takes them and leads have them. Installs may have more.
pub mod status {
    /// New.
    pub const NEW: i64 = 1;
    /// In processing; what "wait" means.
    pub const PROCESSING: i64 = 2;
    /// Hold: agreed, the payment is pending.
    pub const HOLD: i64 = 4;
    /// Cancelled.
    pub const CANCELLED: i64 = 5;
    /// Packing: the first of those that are shown to affiliates as approved.
    pub const PACKING: i64 = 6;
    /// Completed, or paid; what "approve" means.
    pub const COMPLETED: i64 = 10;
    /// Return: the last of those that are shown to affiliates as approved.
    pub const RETURN: i64 = 11;
    /// Deleted; what "trash" means.
    pub const DELETED: i64 = 12;

    /// Whether a lead with this status is paid for.
    pub(crate) fn is_approved(number: i64) -> bool {
        (PACKING..=RETURN).contains(&number)
    }
}

/// The lists in the order in which they are asked.
const LISTS: [(&str, i64); 6] = [
    ("sta", status::COMPLETED),
    ("stc", status::CANCELLED),
    ("stt", status::DELETED),
    ("sth", status::HOLD),
    ("stw", status::PROCESSING),
    ("stn", status::NEW),
];

/// Words that are recognised without a list. The vendor publishes none: these are a demonstration of its own, and
/// those for hold and wait are invented.
const WORDS: [(i64, &[&str]); 6] = [
    (status::NEW, &["n", "new", "create", "created", "make"]),
    (status::COMPLETED, &["a", "accept", "accepted", "approve", "approved", "confirm", "confirmed"]),
    (status::CANCELLED, &["c", "d", "decline", "declined", "cancel", "cancelled", "canceled"]),
    (status::DELETED, &["t", "trash", "error", "wrong", "reject", "bad"]),
    (status::HOLD, &["h", "hold"]),
    (status::PROCESSING, &["w", "wait", "waiting", "pending", "process", "processing"]),
];

/// What is wished for.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wish {
    /// The status; `None`: nothing was said of it, or nothing that is understood.
    pub(super) number: Option<i64>,
    /// Whether `stn` made it so: that creates, and never changes.
    pub(super) by_stn: bool,
    /// Whether `accept=1` made it so.
    pub(super) by_accept: bool,
}

/// Understands the status of a call: `stid`, else `accept`, else `status` by the lists, else by the known words.
pub(super) fn resolve(params: &Params, switches: &Switches) -> Wish {
    let plain = |number: Option<i64>| Wish { number, ..Wish::default() };
    if let Some(number) = params.integer("stid") {
        return plain(Some(number));
    }
    if params.flag("accept") {
        return Wish { by_accept: true, ..plain(Some(status::COMPLETED)) };
    }
    let Some(word) = params.text("status").map(str::to_lowercase) else { return plain(None) };
    if let Some((list, number)) = LISTS.iter().find(|(list, _)| params.words(list).any(|known| known == word))
    {
        return Wish { by_stn: *list == "stn", ..plain(Some(*number)) };
    }
    let known = WORDS.iter().find(|(_, words)| words.contains(&word.as_str())).map(|(number, _)| *number);
    plain(known.or(match switches.unknown_word {
        UnknownWord::NoEffect => None,
        UnknownWord::Wait => Some(status::PROCESSING),
    }))
}
