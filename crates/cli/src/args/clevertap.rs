//! What can be typed of CleverTap.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Timeout;

#[derive(Debug, Subcommand)]
pub(crate) enum CleverTap {
    /// Report the installs and custom events of a file, one call each; safe to kill and run again
    ///
    /// FILE is CSV with a header line, or JSON lines (.jsonl, .ndjson), an object each. Names are wire names
    /// (`event_type`, `device_identifier`, `platform`, `partner_name`, `utm_source`, ...); any other is a parameter that
    /// the vendor stores without validation. A 5xx is tried again, as the vendor asks, although that may store an event
    /// twice; an event whose answer is lost is not. What was sent stands in FILE.journal, what was refused in
    /// FILE.rejected.jsonl with the reason.
    Attribute(Attribute),
    /// Upload the events, profiles and device tokens of a file in batches; safe to kill and run again
    ///
    /// FILE is JSON lines, each a record as the vendor documents it: {"identity": "ana", "type": "event", "evtName":
    /// "Seen"}. It is sent byte for byte. Events whose outcome is unknown are not sent again; profiles without counting
    /// operators are, for a repeat is harmless. Records about the same profile or device arrive in the file's order.
    Upload(Upload),
}

/// A file whose rows are sent.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools)] // Each is an option of its own.
pub(crate) struct FileJob {
    /// The file
    pub(crate) file: PathBuf,
    /// Send rows whose outcome is unknown again, in this run and from earlier ones; the vendor may store them twice
    #[arg(long)]
    pub(crate) repeat_unknown: bool,
    /// Send rows again that the vendor refused in an earlier run
    #[arg(long)]
    pub(crate) retry_rejected: bool,
    /// Refuse a row that is equal to one before it; without this, equal rows are sent as often as they stand there
    #[arg(long)]
    pub(crate) refuse_duplicates: bool,
    /// Check everything and say what would be sent; send and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) timeout: Timeout,
}

#[derive(Debug, Args)]
pub(crate) struct Attribute {
    #[command(flatten)]
    pub(crate) job: FileJob,
    /// How many events are in flight at once
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) concurrency: u16,
}

#[derive(Debug, Args)]
pub(crate) struct Upload {
    #[command(flatten)]
    pub(crate) job: FileJob,
    /// How many batches are in flight at once; the vendor takes 15
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = clap::value_parser!(u16).range(1..=15))]
    pub(crate) concurrency: u16,
    /// Records in a batch
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) batch_size: u16,
    /// A technical partner's id: the `$source` of every event that has none of its own
    #[arg(long, value_name = "ID")]
    pub(crate) partner_id: Option<String>,
}
