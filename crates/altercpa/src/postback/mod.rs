//! The other direction: AlterCPA tells your server what became of a lead.
//!
//! In the panel an affiliate sets a postback: a URL with macros that AlterCPA fills in and calls. [`PostbackTemplate`]
//! writes that URL and reads the query that arrives by it, so that both sides are one thing.
//!
//! AlterCPA protects its main postback from being sent twice, and additional ones not at all: remember
//! [`Postback::key`] and take each one once. Nothing signs a postback: put a [secret](PostbackTemplate::secret) into the
//! URL, or anybody can approve leads on your server.
//!
//! Source: the vendor's help pages on postbacks and trackers.

mod parse;
mod template;

pub use self::{
    parse::{NotOurs, Postback, Stage},
    template::{Macro, PostbackTemplate},
};
