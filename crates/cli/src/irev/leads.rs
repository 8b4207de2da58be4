//! `afflux irev leads`: conversions read back, to a file whole, to a terminal with secrets masked.

use std::{collections::HashSet, pin::pin};

use afflux::irev::{Client, GoalTypeUuid};
use futures_util::StreamExt;
use jiff::Timestamp;
use serde_json::json;

use crate::{
    args,
    console::{Console, Listing},
    failure::Failure,
    interrupt::Interrupt,
    journal::Content,
    output::{Sink, cell},
    secrets, time,
    vendors::Vendor,
};

/// Reads them.
pub(crate) async fn run(
    leads: &args::Leads,
    client: &Client,
    console: Console,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let to = leads.to.unwrap_or_else(Timestamp::now);
    if leads.from.is_some_and(|from| from >= to) {
        return Err(Failure::usage("--from must be before --to"));
    }
    let mut query = client.leads().to(to).per_page(leads.per_page);
    if let Some(from) = leads.from {
        query = query.from(from);
    }
    if let Some(goal) = &leads.goal_type {
        check_goal(goal)?;
        query = query.goal_type(GoalTypeUuid::new(goal.as_str()));
    }
    if let Some(test) = leads.test {
        query = query.is_test(test);
    }
    let mut out = match &leads.output {
        Some(path) => Out::File(Box::new(Sink::create(path)?)),
        None => Out::Shown(Shown { listing: Listing::new(console), json: console.json, began: false }),
    };
    let mut pages = pin!(query.pages()?);
    let mut seen = HashSet::new();
    let (mut rows, mut repeated) = (0_u64, 0_u64);
    while let Some(page) = pages.next().await {
        for row in page?.value.rows() {
            let text = match row {
                Ok(row) => row.text(),
                // A row that the typed view cannot read is still a row.
                Err(bad) => bad.json().text(),
            };
            // Rows that arrive while pages are read shift the pages: the same row comes twice.
            if !seen.insert(Content::of([("row", text)])) {
                repeated += 1;
                continue;
            }
            rows += 1;
            out.row(text)?;
        }
        out.end_of_page()?;
        interrupt.check()?;
    }
    if repeated > 0 {
        console.say(format!("{repeated} rows came twice, word for word, and were written once"));
    }
    if let Some(path) = out.finish()? {
        if console.json {
            console.line(json!({ "rows": rows, "file": path, "to": time::shown(to), "exit_code": 0 }))?;
        } else {
            console.line(format!("{rows} rows -> {path}"))?;
        }
    }
    interrupt.check()
}

fn check_goal(goal: &str) -> Result<(), Failure> {
    let parameter = Vendor::Irev.operation("listLeads")?.parameter("goal_type_uuid");
    let violations = parameter.map(|parameter| parameter.schema.text_violations("--goal-type", goal));
    match violations.unwrap_or_default().first() {
        Some(violation) => Err(Failure::validation(
            format!("{violation}; `afflux irev goal-types` lists them"),
            Some("goal_type_uuid"),
        )),
        None => Ok(()),
    }
}

/// Where rows go.
enum Out {
    File(Box<Sink>),
    Shown(Shown),
}

impl Out {
    fn row(&mut self, text: &str) -> Result<(), Failure> {
        match self {
            Self::File(sink) => sink.row(text),
            Self::Shown(shown) => shown.row(text),
        }
    }

    fn end_of_page(&mut self) -> Result<(), Failure> {
        match self {
            Self::File(_) => Ok(()),
            Self::Shown(shown) => shown.listing.flush(),
        }
    }

    /// The file's name, if rows went into one.
    fn finish(self) -> Result<Option<String>, Failure> {
        match self {
            Self::File(sink) => sink.finish().map(Some),
            Self::Shown(mut shown) => shown.listing.flush().map(|()| None),
        }
    }
}

/// Rows on stdout: a line each, secrets masked.
struct Shown {
    listing: Listing,
    json: bool,
    began: bool,
}

/// The columns of the listing: member, heading, width.
const COLUMNS: [(&str, &str, usize); 8] = [
    ("createdAt", "CREATED", 24),
    ("uuid", "CONVERSION", 36),
    ("goalType", "GOAL", 12),
    ("country", "CC", 2),
    ("advertiserName", "ADVERTISER", 22),
    ("isTest", "TEST", 5),
    ("email", "EMAIL", 28),
    ("aff_sub", "AFF_SUB", 16),
];

impl Shown {
    fn row(&mut self, text: &str) -> Result<(), Failure> {
        if self.json {
            return self.listing.row(&secrets::masked(text));
        }
        if !self.began {
            self.began = true;
            let heads: Vec<String> =
                COLUMNS.iter().map(|(_, head, width)| format!("{head:<width$}")).collect();
            self.listing.row(heads.join("  ").trim_end())?;
        }
        let members = secrets::members(text).unwrap_or_default();
        let cells: Vec<String> = COLUMNS
            .iter()
            .map(|(name, _, width)| {
                let value = members.iter().find(|(member, _)| member == name).map(|(_, value)| value.get());
                let value = value.map(cell).filter(|value| !value.is_empty());
                let value = value.unwrap_or_else(|| "-".to_owned());
                // Control characters of a vendor's text would reach the terminal.
                let value: String = value.chars().filter(|character| !character.is_control()).collect();
                format!("{value:<width$}")
            })
            .collect();
        self.listing.row(cells.join("  ").trim_end())
    }
}
