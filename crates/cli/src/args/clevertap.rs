//! What can be typed of CleverTap.

use std::{path::PathBuf, time::Duration};

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::Timeout;
use crate::time;

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
    /// Export the events of one name, as they come or into a file; safe to kill and run again
    ///
    /// With -o the rows go into FILE.part, and FILE.resume says where to go on: the same command goes on there. FILE
    /// appears when it is complete.
    Events(Export),
    /// Export profiles, by what their users did or by what they are; safe to kill and run again, as events
    Profiles(Export),
    /// Read one profile
    Profile(Profile),
    /// Count an event, or the users who did it
    Counts(Counts),
}

/// What is asked for.
#[derive(Debug, Args)]
pub(crate) struct Query {
    /// The event, spelled exactly
    #[arg(long, value_name = "NAME")]
    pub(crate) event: Option<String>,
    /// The first day, in the zone of the project: 2026-01-31
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<Date>,
    /// The last day, which is included
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<Date>,
    /// The vendor's query as JSON, alone or beside the options above; @FILE for a file, - for stdin
    #[arg(long = "query", value_name = "JSON|@FILE|-")]
    pub(crate) text: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) query: Query,
    /// Write the rows whole into this file: .jsonl
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Rows on a page
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=5000))]
    pub(crate) batch_size: u32,
    #[command(flatten)]
    pub(crate) timeout: Timeout,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false, args = ["identity", "email", "object_id"])]
pub(crate) struct Profile {
    /// Your own id of the user
    #[arg(long, value_name = "ID")]
    pub(crate) identity: Option<String>,
    /// An e-mail address
    #[arg(long)]
    pub(crate) email: Option<String>,
    /// The CleverTap id of a device
    #[arg(long, value_name = "ID")]
    pub(crate) object_id: Option<String>,
    #[command(flatten)]
    pub(crate) timeout: Timeout,
}

#[derive(Debug, Args)]
pub(crate) struct Counts {
    #[command(flatten)]
    pub(crate) query: Query,
    /// Count users, and not what they did
    #[arg(long)]
    pub(crate) users: bool,
    /// How long to wait for a count that is not done at once
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = time::any_seconds)]
    pub(crate) within: Duration,
    #[command(flatten)]
    pub(crate) timeout: Timeout,
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
