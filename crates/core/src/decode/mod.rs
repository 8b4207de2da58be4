//! Tolerant decoding that keeps the source.
//!
//! An answer, and each row of a page, is a typed view *and* the text it came as ([`Kept`]): a slice of the body, no
//! copy. So the typed view can be a plain struct: what it does not know (new fields, drift, digits, key order, null
//! against absent) is still in the text, byte for byte, and can be looked up there.
//!
//! Three rules hold everywhere:
//! - **A drifted value never loses a page.** Fields are read by what they mean ([`Lenient`]): a number where a string is
//!   documented, a string where a number is, `[]` for an empty map. What cannot be read at all becomes
//!   [`Drift::Other`] with its text, never a default that looks like data. A row that cannot be read is a [`BadRow`]
//!   among good ones.
//! - **Digits are text.** Ids are never parsed, money is exact or says that it is not ([`Amount`]).
//! - **An error prints no value**, for a value can be a secret: [`DecodeError`] says what was expected and where.
//!
//! The first pass is as fast as plain `serde_json`; only a row that does not decode is read again, with care.
//!
//! This module must not know HTTP, and no vendor.

mod amount;
mod cursor;
mod drift;
mod error;
mod field;
mod id;
mod kept;
mod lenient;
mod list;
mod model;
mod order;
mod page;
mod parse;
mod patch;
mod scalar;
mod scan;
mod sensitive;
mod text;
mod time;
mod walk;
mod word;

pub use amount::Amount;
pub use drift::Drift;
pub use error::DecodeError;
pub use field::{Elements, Entries, Field, Kind};
pub use kept::{Kept, Known, one};
pub use lenient::{Lenient, Mismatch, absent, lenient};
pub use list::{Wrapper, values, wrapped};
pub use model::object;
pub use page::{BadRow, Page, page, texts};
pub use patch::Patch;
pub use scalar::as_number;
pub use sensitive::Sensitive;
pub use text::JsonText;
pub use time::{EpochMillis, EpochSeconds, UtcTime};
pub use walk::Layout;
pub use word::Word;

/// What the macros of this module expand to; not for use by hand.
#[doc(hidden)]
pub mod private {
    pub use super::model::{ReadFields, fields, from_field as model_from_field, read_fields, value};
    pub use super::scalar::{text, text_from_field};
    pub use super::word::{Variants, variant_name, word};
    pub use serde;
}
