//! What can be typed. Nothing here does anything.

mod altercpa;
mod clevertap;
pub(crate) mod partnerize;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;

pub(crate) use self::altercpa::{AlterCpa, Content, Fetch, Lead, Offer, Postbacks, Read, Source, Status};
pub(crate) use self::clevertap::{Attribute, CleverTap, Counts, Export, FileJob, Profile, Query, Upload};
pub(crate) use self::partnerize::Partnerize;
use crate::time;

/// The daily jobs of ad-tech APIs, with an outcome that is always known.
#[derive(Debug, Parser)]
#[command(
    name = "afflux",
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 done, 1 the vendor refused, 2 wrong usage or configuration (nothing was sent), \
                  3 not delivered, 4 outcome unknown, 5 a local file failed, 130 interrupted.\n\
                  Credentials come from the environment (ALTERCPA_BASE_URL, ALTERCPA_TOKEN; \
                  CLEVERTAP_ACCOUNT_ID, CLEVERTAP_PASSCODE, CLEVERTAP_ACCOUNT_TOKEN, CLEVERTAP_REGION; \
                  IREV_BASE_URL, IREV_API_TOKEN; PARTNERIZE_APPLICATION_KEY, PARTNERIZE_USER_API_KEY; \
                  <VENDOR>_BASE_URL for another host) or from a profile in \
                  $AFFLUX_CONFIG or ~/.config/afflux/config.toml, never from arguments."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Output for programs: JSON on stdout, one object for a failure too
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Use the credentials of this profile alone
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    #[command(flatten)]
    pub(crate) limits: Limits,
}

/// One quota for many machines.
#[derive(Debug, Args)]
#[command(next_help_heading = "One quota for many machines")]
pub(crate) struct Limits {
    /// Keep the vendor's limits in this Redis server, together with everyone who names it:
    /// `redis://host[:port][/database]`. An address with a password belongs into `AFFLUX_LIMITS`
    #[arg(id = "limits", long = "limits", global = true, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Who shares a quota, usually one account at the vendor (default: all who call the same host)
    #[arg(
        id = "limits-scope",
        long = "limits-scope",
        env = "AFFLUX_LIMITS_SCOPE",
        global = true,
        value_name = "NAME"
    )]
    pub(crate) scope: Option<String>,
    /// How many machines share it: while Redis is away, each keeps to its part. Without this, nothing is sent then
    #[arg(
        id = "limits-machines",
        long = "limits-machines",
        env = "AFFLUX_LIMITS_MACHINES",
        global = true,
        value_name = "N"
    )]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) machines: Option<u32>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the main job of every vendor on a sandbox inside, and show what happened
    Demo(Demo),
    /// Run the stand-ins of the vendors until interrupted; the first line on stdout says where they are
    Sandbox(Sandbox),
    /// List operations: method, path, safety, what is retried, bucket, cost, paging
    Ops(Ops),
    /// Call any operation and print the vendor's JSON as it came
    Call(Call),
    /// AlterCPA: create leads, change them, look clicks, flows and offers up
    #[command(subcommand)]
    Altercpa(Box<AlterCpa>),
    /// CleverTap: attribute installs, upload profiles and events, read them back
    #[command(subcommand)]
    Clevertap(Box<CleverTap>),
    /// Partnerize: reports, exports, analytics, links, payments, claims
    #[command(subcommand)]
    Partnerize(Box<Partnerize>),
    /// iREV Lead Distribution: push leads, read them back
    #[command(subcommand)]
    Irev(Irev),
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Write what was read back into this directory (default: a fresh temporary one)
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Sandbox {
    /// The first port (default: any free ones)
    #[arg(long, value_name = "N")]
    pub(crate) port_base: Option<u16>,
    /// Decides every made-up id and person
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Debug, Args)]
pub(crate) struct Ops {
    /// Only this vendor's
    pub(crate) vendor: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Call {
    /// The vendor: altercpa, clevertap, irev or partnerize
    pub(crate) vendor: String,
    /// The operation's id, as `afflux ops` lists it
    pub(crate) operation: String,
    /// Parameters as a JSON object keyed by wire names, a request body under `body`; @FILE reads a file, - stdin
    #[arg(long, value_name = "JSON|@FILE|-", allow_hyphen_values = true)]
    pub(crate) params: Option<String>,
    /// Another address than the configured one
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
    /// Follow pages and print one row per line, without envelope
    #[arg(long)]
    pub(crate) all: bool,
    /// Print what would be sent, secrets masked, and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Send parameters and body without checking them
    #[arg(long)]
    pub(crate) as_given: bool,
    #[command(flatten)]
    pub(crate) timeout: Timeout,
}

/// The deadline of a call.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Timeout {
    /// Time for all attempts of a call together
    #[arg(long, value_name = "SECONDS", default_value = "100", value_parser = time::seconds)]
    pub(crate) timeout: std::time::Duration,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Irev {
    /// Push the leads of a CSV file, or one lead; safe to kill and run again
    ///
    /// Columns are wire names (`ip`, `country_code`, `lead_language`, `is_test`); any other column is a profile key.
    /// What was sent stands in FILE.journal, what was refused in FILE.rejected.jsonl with the reason.
    Push(Push),
    /// Read conversions back
    Leads(Leads),
    /// Look for the leads of a file whose outcome is unknown
    Reconcile(Reconcile),
    /// List the goal types of the deployment
    GoalTypes(GoalTypes),
}

#[derive(Debug, Args)]
pub(crate) struct Push {
    /// A CSV file with a header line
    #[arg(required_unless_present = "ip", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// The lead's IP address: pushes one lead
    #[arg(long, conflicts_with = "file")]
    pub(crate) ip: Option<String>,
    /// A profile item of the lead, such as email=ana@example.com
    #[arg(long = "field", value_name = "KEY=VALUE", requires = "ip")]
    pub(crate) fields: Vec<String>,
    /// The lead's country, two letters
    #[arg(long, value_name = "CC", requires = "ip")]
    pub(crate) country: Option<String>,
    /// The lead's language, two letters
    #[arg(long, value_name = "LL", requires = "ip")]
    pub(crate) language: Option<String>,
    /// A test lead
    #[arg(long, requires = "ip")]
    pub(crate) test: bool,
    /// The profile key that holds your own unique id of each lead, by which a lost one is found
    #[arg(long, value_name = "KEY")]
    pub(crate) correlation: Option<String>,
    /// How many leads are in flight at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) concurrency: u16,
    /// Refuse a row that is equal to one before it; without this, equal rows are as many leads
    #[arg(long, requires = "file")]
    pub(crate) refuse_duplicates: bool,
    /// Check everything and say what would be pushed; send and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) timeout: Timeout,
}

#[derive(Debug, Args)]
pub(crate) struct Leads {
    /// Created at this time or later: 2026-01-31T10:00:00Z, or a date, which begins at 00:00 UTC
    #[arg(long, value_parser = time::utc)]
    pub(crate) from: Option<Timestamp>,
    /// Created before this time (default: now)
    #[arg(long, value_parser = time::utc)]
    pub(crate) to: Option<Timestamp>,
    /// Write the rows whole into this file: .csv or .jsonl
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Only rows of this goal type, by its UUID
    #[arg(long, value_name = "UUID")]
    pub(crate) goal_type: Option<String>,
    /// Only test leads, or only real ones
    #[arg(long, value_name = "true|false")]
    pub(crate) test: Option<bool>,
    /// Rows on a page
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) per_page: u32,
    #[command(flatten)]
    pub(crate) timeout: Timeout,
}

#[derive(Debug, Args)]
pub(crate) struct Reconcile {
    /// The file that was pushed
    pub(crate) file: PathBuf,
    /// The profile key that holds your own unique id of each lead
    #[arg(long, value_name = "KEY")]
    pub(crate) correlation: Option<String>,
    /// Look again, with growing pauses, until all are found or this time is over
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = time::any_seconds)]
    pub(crate) within: std::time::Duration,
    #[command(flatten)]
    pub(crate) timeout: Timeout,
}

#[derive(Debug, Args)]
pub(crate) struct GoalTypes {
    #[command(flatten)]
    pub(crate) timeout: Timeout,
}

/// The format of an output file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Csv,
    Jsonl,
}

impl Format {
    /// The format that a file's name says.
    pub(crate) fn of(path: &std::path::Path) -> Result<Self, crate::failure::Failure> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("csv") => Ok(Self::Csv),
            Some("jsonl" | "ndjson") => Ok(Self::Jsonl),
            _ => Err(crate::failure::Failure::usage(format!(
                "{}: the name must end in .csv or .jsonl",
                path.display()
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_commands_fit_together() {
        Cli::command().debug_assert();
    }
}
