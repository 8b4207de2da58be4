//! Partnerize's jobs.

mod analytics;
mod chart;
mod claims;
mod export;
mod lists;
mod report;

use afflux::partnerize::Client;

use crate::{
    args::{
        Timeout,
        partnerize::{Partner, Partnerize},
    },
    console::Console,
    failure::Failure,
    interrupt::Interrupt,
    vendors::{Access, partnerize_client, partnerize_partner},
};

pub(crate) use self::chart::{Chart, Series};

/// Runs one of Partnerize's commands.
pub(crate) async fn run(
    command: Partnerize,
    access: Access<'_>,
    console: Console,
    interrupt: Interrupt,
) -> Result<(), Failure> {
    let account = Account { access, console };
    match command {
        Partnerize::Conversions(report) => report::conversions(&report, &account, interrupt).await,
        Partnerize::Clicks(report) => report::clicks(&report, &account, interrupt).await,
        Partnerize::Export(export) => export::run(&export, &account, interrupt).await,
        Partnerize::Analytics(query) => analytics::run(&query, &account, &interrupt).await,
        Partnerize::Links(links) => lists::links(&links, &account, &interrupt).await,
        Partnerize::Campaigns(campaigns) => lists::campaigns(&campaigns, &account, &interrupt).await,
        Partnerize::Payments(payments) => lists::payments(&payments, &account, &interrupt).await,
        Partnerize::Tq(tq) => claims::run(&tq, &account, &interrupt).await,
    }
}

/// Whose keys are used, and where output goes.
struct Account<'a> {
    access: Access<'a>,
    console: Console,
}

impl Account<'_> {
    fn client(&self, timeout: Timeout) -> Result<Client, Failure> {
        Ok(partnerize_client(&self.access, self.console)?.with_deadline(timeout.timeout))
    }

    /// The partner that was named, else the one of the settings.
    fn partner(&self, partner: &Partner) -> Result<String, Failure> {
        match &partner.partner {
            Some(id) => Ok(id.clone()),
            None => partnerize_partner(&self.access, self.console),
        }
    }
}
