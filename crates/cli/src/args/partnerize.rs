//! What can be typed of Partnerize.

use std::{path::PathBuf, time::Duration};

use afflux::partnerize::{
    analytics::Period,
    reports::{Moment, TextDate},
};
use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::DateTime;
use rust_decimal::Decimal;

use super::Timeout;
use crate::time;

#[derive(Debug, Subcommand)]
pub(crate) enum Partnerize {
    /// Read conversions back, all pages of them
    Conversions(Report),
    /// Read clicks back, all pages of them
    Clicks(Report),
    /// Fetch clicks, conversions or their items as one CSV, of any size
    ///
    /// The vendor answers with the CSV or with a job that makes it; both end in the same file. The job is kept in
    /// FILE.job: an interrupted export goes on with it.
    Export(Export),
    /// Ask analytics: totals, tables and lines over time, with a chart
    Analytics(Analytics),
    /// Tracking links: list or create
    #[command(subcommand)]
    Links(Links),
    /// List the campaigns of the partner
    Campaigns(Campaigns),
    /// What was earned and paid: self-bills, the summary, what is available
    Payments(Payments),
    /// Transaction queries: list them, or claim a conversion that is missing or wrong
    #[command(subcommand)]
    Tq(Tq),
}

/// Whose.
#[derive(Debug, Clone, Args)]
pub(crate) struct Partner {
    /// The partner's id (default: `PARTNERIZE_PARTNER_ID`, or `partner_id` of the profile)
    #[arg(long, value_name = "ID")]
    pub(crate) partner: Option<String>,
}

/// From when to when.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = true, args = ["from", "words"])]
pub(crate) struct Range {
    /// From this time: 2026-11-01, or 2026-11-01T10:20:30 in the report's time zone, or with an offset
    #[arg(long, value_name = "TIME", conflicts_with = "words")]
    pub(crate) from: Option<Moment>,
    /// Until this time; a date ends where it begins (default: now)
    #[arg(long, value_name = "TIME", requires = "from")]
    pub(crate) to: Option<Moment>,
    /// In the vendor's words: today, yesterday, this week, last month, last 10 days, this year
    #[arg(long = "range", value_name = "WORDS")]
    pub(crate) words: Option<TextDate>,
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    #[command(flatten)]
    pub(crate) range: Range,
    #[command(flatten)]
    pub(crate) partner: Partner,
    /// Write the rows whole into this file: .csv or .jsonl; an interrupted run goes on where it stopped
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Only conversions of this status: approved, pending, rejected, mixed
    #[arg(long, value_name = "WORD")]
    pub(crate) status: Vec<String>,
    /// Only this currency
    #[arg(long, value_name = "CODE")]
    pub(crate) currency: Vec<String>,
    /// Only this campaign
    #[arg(long, value_name = "ID")]
    pub(crate) campaign: Vec<String>,
    /// Only your own reference
    #[arg(long, value_name = "TEXT")]
    pub(crate) reference: Vec<String>,
    /// The time zone of the report: Europe/London (default: the account's)
    #[arg(long, value_name = "NAME")]
    pub(crate) timezone: Option<String>,
    #[command(flatten)]
    pub(crate) timeout: Timeout,
}

/// What is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum What {
    Clicks,
    Conversions,
    Items,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Rows of what
    pub(crate) what: What,
    /// From this time: 2026-11-01, or 2026-11-01T10:20:30
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Moment,
    /// Until this time; a date ends where it begins
    #[arg(long, value_name = "TIME")]
    pub(crate) to: Moment,
    #[command(flatten)]
    pub(crate) partner: Partner,
    /// Write the CSV into this file, byte for byte
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// The time zone of the export: Europe/London (default: the account's)
    #[arg(long, value_name = "NAME")]
    pub(crate) timezone: Option<String>,
    /// The most rows
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u64>,
    /// How long a job may take
    #[arg(long, value_name = "SECONDS", default_value = "3600", value_parser = time::seconds)]
    pub(crate) within: Duration,
    #[command(flatten)]
    pub(crate) timeout: Timeout,
}

/// What analytics counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Source {
    Clicks,
    Conversions,
    Impressions,
}

#[derive(Debug, Args)]
#[group(id = "when", required = true, multiple = true, args = ["start", "words"])]
pub(crate) struct Analytics {
    /// What is counted
    pub(crate) source: Source,
    /// What is told of it, such as `total_conversions` or `total_partner_commission`; may be given several times
    #[arg(long, value_name = "NAME", required = true)]
    pub(crate) metric: Vec<String>,
    /// In steps of time: hour, day, week, month, year, or P1D
    #[arg(long, value_name = "PERIOD")]
    pub(crate) by: Option<Period>,
    /// For each value of a dimension, such as `country` or `campaign`; may be given several times
    #[arg(long, value_name = "NAME")]
    pub(crate) each: Vec<String>,
    /// From this time: 2026-11-01, or 2026-11-01T10:20:30
    #[arg(long = "from", id = "start", value_name = "TIME", conflicts_with = "words")]
    pub(crate) from: Option<DateTime>,
    /// Until this time; a date ends where it begins (default: now)
    #[arg(long = "to", value_name = "TIME", requires = "start")]
    pub(crate) to: Option<DateTime>,
    /// In words: today, yesterday, this week, last month, last 10 days, this year
    #[arg(long = "range", id = "words", value_name = "WORDS")]
    pub(crate) range: Option<String>,
    /// The currency of amounts (conversions only; default: USD)
    #[arg(long, value_name = "CODE")]
    pub(crate) currency: Option<String>,
    /// The time zone of ranges and steps
    #[arg(long, value_name = "NAME")]
    pub(crate) timezone: Option<String>,
    /// The most rows of a table
    #[arg(long, value_name = "N")]
    pub(crate) top: Option<u32>,
    /// Draw the lines of the first metric into this file
    #[arg(long, value_name = "FILE", requires = "by")]
    pub(crate) svg: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) partner: Partner,
    #[command(flatten)]
    pub(crate) timeout: Timeout,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Links {
    /// List tracking links
    List(Listed),
    /// Create a tracking link
    Create(NewLink),
}

/// A listing of the partner's.
#[derive(Debug, Args)]
pub(crate) struct Listed {
    #[command(flatten)]
    pub(crate) partner: Partner,
    #[command(flatten)]
    pub(crate) timeout: Timeout,
}

#[derive(Debug, Args)]
pub(crate) struct NewLink {
    /// The campaign that the link is for
    #[arg(long, value_name = "ID")]
    pub(crate) campaign: String,
    /// Where it leads
    #[arg(long, value_name = "URL")]
    pub(crate) destination: Option<String>,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    pub(crate) description: Option<String>,
    #[command(flatten)]
    pub(crate) partner: Partner,
    #[command(flatten)]
    pub(crate) timeout: Timeout,
}

#[derive(Debug, Args)]
pub(crate) struct Campaigns {
    /// Of this status: a approved, p pending, r rejected
    #[arg(long, value_name = "LETTER", default_value = "a")]
    pub(crate) status: String,
    #[command(flatten)]
    pub(crate) partner: Partner,
    #[command(flatten)]
    pub(crate) timeout: Timeout,
}

/// Which money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Money {
    /// Self-bills: what was paid
    Bills,
    /// What was paid and what is to come, by currency
    Summary,
    /// What could be paid out now
    Available,
}

#[derive(Debug, Args)]
pub(crate) struct Payments {
    /// Which of it
    #[arg(default_value = "bills")]
    pub(crate) money: Money,
    #[command(flatten)]
    pub(crate) partner: Partner,
    #[command(flatten)]
    pub(crate) timeout: Timeout,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Tq {
    /// List transaction queries
    List(Listed),
    /// A sale that was not tracked
    Untracked(Untracked),
    /// A conversion whose commission is wrong
    Commission(Commission),
    /// A conversion that was declined
    Declined(Claimed),
}

/// What every claim says.
#[derive(Debug, Args)]
pub(crate) struct Claimed {
    /// Your reference on the campaign
    #[arg(long, value_name = "TEXT")]
    pub(crate) camref: String,
    /// The brand's reference of the sale
    #[arg(long, value_name = "TEXT")]
    pub(crate) reference: String,
    /// The currency of the sums
    #[arg(long, value_name = "CODE")]
    pub(crate) currency: Option<String>,
    /// What the brand should know
    #[arg(long, value_name = "TEXT")]
    pub(crate) notes: Option<String>,
    #[command(flatten)]
    pub(crate) partner: Partner,
    #[command(flatten)]
    pub(crate) timeout: Timeout,
}

#[derive(Debug, Args)]
pub(crate) struct Untracked {
    #[command(flatten)]
    pub(crate) claim: Claimed,
    /// When the sale was, on the clock of the account's time zone: 2026-11-20T18:30:00
    #[arg(long, value_name = "TIME")]
    pub(crate) at: DateTime,
    /// What the customer paid
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) value: Decimal,
    /// The commission that it should bring
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) expected: Decimal,
}

#[derive(Debug, Args)]
pub(crate) struct Commission {
    #[command(flatten)]
    pub(crate) claim: Claimed,
    /// The commission that is right
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) expected: Decimal,
}
