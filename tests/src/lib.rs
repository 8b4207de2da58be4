//! What crosses crates: whole flows, leaks, faults, fidelity, and the facts typed by hand. The samples of the documents
//! are compiled here.

pub mod hostile;
pub mod table;
pub mod vendors;

/// The samples of the front page.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub mod readme {}

/// The samples of the guide.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guide.md")]
pub mod guide {}
