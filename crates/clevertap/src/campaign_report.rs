//! The counters of a campaign, which the vendor says in four ways that it does not have yet.

use afflux_core::{decode::Kept, error::Error};

use crate::{
    client::Client,
    generated::{CampaignReference, CampaignReport, GetCampaignReport},
};

/// What the vendor knows of a campaign.
#[derive(Debug, Clone)]
#[must_use]
pub enum CampaignResult {
    /// Its counters, in `result`.
    Ready(Kept<CampaignReport>),
    /// It has not run, or is not done: ask again later. `error` says why, in the vendor's words.
    NotReady(Kept<CampaignReport>),
}

impl CampaignResult {
    /// The answer, whichever it is.
    pub fn into_report(self) -> Kept<CampaignReport> {
        match self {
            Self::Ready(report) | Self::NotReady(report) => report,
        }
    }
}

impl Client {
    /// The counters of a campaign. That there are none yet is no error, in whichever of its four shapes the vendor says it:
    /// 409, 500, and 200 with one of two errors. Ask at most 60 times a minute about one campaign.
    ///
    /// ```no_run
    /// # async fn run(clevertap: afflux_clevertap::Client) -> Result<(), afflux_clevertap::Error> {
    /// use afflux_clevertap::CampaignResult;
    ///
    /// match clevertap.campaign_report(1_457_432_766).await? {
    ///     CampaignResult::Ready(report) => println!("{:?}", report.result.get()),
    ///     CampaignResult::NotReady(report) => println!("not yet: {:?}", report.error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn campaign_report(&self, id: u64) -> Result<CampaignResult, Error> {
        let report =
            self.engine().call(&GetCampaignReport::new(CampaignReference::new(id))).await?.into_value();
        let is_ready = report.pointer("/result").is_some_and(|result| !result.is_null());
        Ok(if is_ready { CampaignResult::Ready(report) } else { CampaignResult::NotReady(report) })
    }
}
