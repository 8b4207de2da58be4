//! What can be typed of AlterCPA. Values are checked where they are used: the columns of a file are the same.

use std::{net::IpAddr, path::PathBuf};

use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::Timeout;
use crate::time;

#[derive(Debug, Subcommand)]
pub(crate) enum AlterCpa {
    /// Create a lead for a click or a flow
    ///
    /// With --click and --exto a lost answer is tried again, for the vendor promises not to create the lead twice. Any
    /// other lead is sent once. A lead that was there already ends with 1, and the vendor's answer is printed.
    Lead(Lead),
    /// Change a lead, named as when it was created, or by its id
    Status(Status),
    /// Send the creations and changes of a CSV file; safe to kill and run again
    ///
    /// Columns are wire names and `action`, which is create or status. What was sent stands in FILE.journal, what was
    /// refused in FILE.rejected.jsonl with the reason. Rows of one lead are sent in the file's order.
    Postbacks(Postbacks),
    /// Find the newest click of a visitor
    Fetch(Fetch),
    /// Read a flow
    Flow(Read),
    /// Read an offer
    Offer(Offer),
}

/// What a lead comes from.
#[derive(Debug, Args)]
pub(crate) struct Source {
    /// The click's id in AlterCPA
    #[arg(long, value_name = "ID")]
    pub(crate) click: Option<String>,
    /// The flow's id
    #[arg(long, value_name = "ID")]
    pub(crate) flow: Option<String>,
    /// The flow's code
    #[arg(long)]
    pub(crate) code: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Lead {
    #[command(flatten)]
    pub(crate) source: Source,
    #[command(flatten)]
    pub(crate) content: Content,
    #[command(flatten)]
    pub(crate) timeout: Timeout,
}

#[derive(Debug, Args)]
pub(crate) struct Status {
    #[command(flatten)]
    pub(crate) source: Source,
    /// The lead's id in AlterCPA, as creating it answered
    #[arg(long, value_name = "ID")]
    pub(crate) order: Option<String>,
    /// Create the lead in the wanted status where it is not found
    #[arg(long)]
    pub(crate) auto: bool,
    #[command(flatten)]
    pub(crate) content: Content,
    #[command(flatten)]
    pub(crate) timeout: Timeout,
}

/// What a lead is given.
#[derive(Debug, Args)]
pub(crate) struct Content {
    /// The order's id in the target network: what makes creating a lead repeatable
    #[arg(long, value_name = "ID")]
    pub(crate) exto: Option<String>,
    /// Take --exto for a key beside --flow and --code too; the vendor promises that for a click only
    #[arg(long, requires = "exto")]
    pub(crate) trust_exto: bool,
    /// The status, as a word
    #[arg(long, value_name = "WORD")]
    pub(crate) status: Option<String>,
    /// The status, as AlterCPA's number
    #[arg(long, value_name = "NUMBER")]
    pub(crate) stid: Option<String>,
    /// The alias of --status approve that may book a payment at every repeat; it is never sent again
    #[arg(long)]
    pub(crate) accept: bool,
    /// Why the lead is cancelled: AlterCPA's number
    #[arg(long, value_name = "NUMBER")]
    pub(crate) reason: Option<String>,
    /// Words that mean approved, separated by commas
    #[arg(long, value_name = "WORDS", requires = "status")]
    pub(crate) sta: Option<String>,
    /// Words that mean cancelled
    #[arg(long, value_name = "WORDS", requires = "status")]
    pub(crate) stc: Option<String>,
    /// Words that mean trash
    #[arg(long, value_name = "WORDS", requires = "status")]
    pub(crate) stt: Option<String>,
    /// Words that mean hold: the buyer agreed, payment is pending
    #[arg(long, value_name = "WORDS", requires = "status")]
    pub(crate) sth: Option<String>,
    /// Words that mean in processing; with many networks `hold` is one
    #[arg(long, value_name = "WORDS", requires = "status")]
    pub(crate) stw: Option<String>,
    /// Words that create the lead, as new, where it is not found
    #[arg(long, value_name = "WORDS", requires = "status")]
    pub(crate) stn: Option<String>,
    /// The payment for the lead; needs --cc
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) wm: Option<String>,
    /// The advertiser's payment alone; needs --cc
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) pay: Option<String>,
    /// The currency of the payment
    #[arg(long, value_name = "CURRENCY")]
    pub(crate) cc: Option<String>,
    /// The network's commission, beside --wm
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    pub(crate) pd: Option<String>,
    /// The same in percent
    #[arg(long, value_name = "PERCENT", allow_hyphen_values = true)]
    pub(crate) pp: Option<String>,
    /// The goal, by its character id
    #[arg(long)]
    pub(crate) goal: Option<String>,
    /// The goal, by its number
    #[arg(long, value_name = "NUMBER")]
    pub(crate) gid: Option<String>,
    /// Another field by its wire name: name, phone, email, country, base, curr, currency, count, comment, mobile, bad,
    /// time
    #[arg(long = "field", value_name = "NAME=VALUE")]
    pub(crate) fields: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Postbacks {
    /// A CSV file with a header line
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Take `exto` for a key beside `flow` and `code` too; the vendor promises that for a click only
    #[arg(long)]
    pub(crate) trust_exto: bool,
    /// How many rows are in flight at once, each of another lead
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) concurrency: u16,
    /// Refuse a row that is equal to one before it; without this, equal rows are as many postbacks
    #[arg(long)]
    pub(crate) refuse_duplicates: bool,
    /// Check everything and say what would be sent; send and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) timeout: Timeout,
}

#[derive(Debug, Args)]
pub(crate) struct Fetch {
    /// The visitor's address; without it the server looks for this machine's own
    #[arg(long)]
    pub(crate) ip: Option<IpAddr>,
    /// The offer; a global token needs it
    #[arg(long, value_name = "ID")]
    pub(crate) offer: Option<String>,
    /// Only clicks of this flow
    #[arg(long, value_name = "ID", conflicts_with = "code")]
    pub(crate) flow: Option<String>,
    /// Only clicks of the flow with this code
    #[arg(long)]
    pub(crate) code: Option<String>,
    /// Only clicks of this time or later (default: the last 24 hours)
    #[arg(long, value_name = "TIME", value_parser = time::utc)]
    pub(crate) not_before: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) timeout: Timeout,
}

#[derive(Debug, Args)]
pub(crate) struct Read {
    #[command(flatten)]
    pub(crate) source: Source,
    #[command(flatten)]
    pub(crate) timeout: Timeout,
}

#[derive(Debug, Args)]
pub(crate) struct Offer {
    /// The offer's id
    #[arg(long, value_name = "ID")]
    pub(crate) offer: Option<String>,
    #[command(flatten)]
    pub(crate) read: Read,
}
