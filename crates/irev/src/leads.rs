//! Reading leads back: by filters, as items, as pages, or one page.

use afflux_core::{
    decode::{BadRow, Kept, Page},
    error::Error,
    page::{Items, Pages, Resume},
    response::Response,
};
use jiff::Timestamp;

use crate::{
    client::Client,
    generated::{GoalTypeUuid, LeadRow, ListLeads},
};

/// A listing of conversions, which the vendor calls leads: one lead can have several rows (pushed, then a deposit), and
/// a rejected lead has none.
///
/// There is no total. Rows that arrive while you read can shift pages: a closed range in the past stands still;
/// otherwise remove duplicates by `uuid`.
///
/// A row's `uuid` is the conversion's, not the lead's of the push, and its `externalId` is the advertiser's: they are
/// types that do not compare.
///
/// ```compile_fail
/// fn same(row: &afflux_irev::LeadRow, pushed: &afflux_irev::Accepted) -> bool {
///     row.uuid.as_ref() == Some(&pushed.lead_uuid)
/// }
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is read until items(), pages() or page() is asked"]
pub struct Leads<'a> {
    client: &'a Client,
    request: ListLeads,
    resume: Option<Resume>,
}

impl<'a> Leads<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client, request: ListLeads::new(), resume: None }
    }

    /// Created at this time or later. The vendor knows UTC only, which a [`Timestamp`] is.
    pub fn from(mut self, from: Timestamp) -> Self {
        self.request = self.request.created_from(from);
        self
    }

    /// Created before this time. Always give it: one deployment answers nothing without it.
    pub fn to(mut self, to: Timestamp) -> Self {
        self.request = self.request.created_to(to);
        self
    }

    /// Only rows of this goal. On one deployment such rows show the sale status of the push, not the current one.
    pub fn goal_type(mut self, goal: impl Into<GoalTypeUuid>) -> Self {
        self.request = self.request.goal_type_uuid(goal);
        self
    }

    /// Only test leads, or only real ones. Default: both.
    pub fn is_test(mut self, test: bool) -> Self {
        self.request = self.request.is_test(test);
        self
    }

    /// Rows on a page, 1 to 100. Default: 100. Some deployments clip it silently, which changes nothing here.
    pub fn per_page(mut self, rows: u32) -> Self {
        self.request = self.request.per_page(rows);
        self
    }

    /// Goes on where an earlier stream stopped.
    pub fn resume(mut self, resume: Resume) -> Self {
        self.resume = Some(resume);
        self
    }

    /// Every row, fetched page by page as they are consumed.
    pub fn items(self) -> Result<Items<ListLeads>, Error> {
        self.client.engine().items(self.request, self.resume)
    }

    /// Page after page.
    pub fn pages(self) -> Result<Pages<ListLeads>, Error> {
        self.client.engine().pages(self.request, self.resume)
    }

    /// One page, numbered from 1.
    pub async fn page(self, number: u32) -> Result<Response<Page<Result<Kept<LeadRow>, BadRow>>>, Error> {
        self.client.engine().call(&self.request.page(number)).await
    }
}
