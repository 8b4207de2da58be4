//! How many calls are under way, by the groups of the vendor's list: a call above the number of its group is refused.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::switches::Switches;
use crate::sync::lock;

/// The calls under way.
#[derive(Debug, Default)]
pub(super) struct Limits {
    groups: Mutex<BTreeMap<&'static str, Group>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Group {
    now: usize,
    peak: usize,
    refused: u64,
}

/// One call under way.
pub(super) struct Call {
    limits: Arc<Limits>,
    group: &'static str,
}

impl Drop for Call {
    fn drop(&mut self) {
        if let Some(group) = lock(&self.limits.groups).get_mut(self.group) {
            group.now = group.now.saturating_sub(1);
        }
    }
}

impl Limits {
    /// Counts a call; `None` when there are too many.
    pub(super) fn begin(self: &Arc<Self>, group: &'static str, switches: &Switches) -> Option<Call> {
        let most = most(group, switches);
        let mut groups = lock(&self.groups);
        let counts = groups.entry(group).or_default();
        // The one that is refused was there as well.
        counts.peak = counts.peak.max(counts.now.saturating_add(1));
        if most.is_some_and(|most| counts.now >= most) {
            counts.refused += 1;
            return None;
        }
        counts.now += 1;
        Some(Call { limits: Arc::clone(self), group })
    }

    /// By group, the most calls that ever were there at once, refused ones among them.
    pub(super) fn peaks(&self) -> BTreeMap<&'static str, usize> {
        lock(&self.groups).iter().map(|(name, group)| (*name, group.peak)).collect()
    }

    /// How many calls were refused.
    pub(super) fn refused(&self) -> u64 {
        lock(&self.groups).values().map(|group| group.refused).sum()
    }
}

/// The number of a group.
fn most(group: &str, switches: &Switches) -> Option<usize> {
    match group {
        "attribution" | "unlisted" => None,
        "upload" => switches.upload_concurrency,
        _ => switches.concurrency,
    }
}

/// The group of an operation in the vendor's list of limits.
pub(super) fn group(operation: &str) -> &'static str {
    match operation {
        "attributeEvent" => "attribution",
        "uploadRecords" => "upload",
        "openEventExport" | "readEventExport" => "events",
        "openProfileExport" | "readProfileExport" => "profiles",
        "deleteProfiles" => "delete-profiles",
        "demergeProfiles" => "demerge-profiles",
        "countEvents" | "pollEventCount" => "event-count",
        "countProfiles" | "pollProfileCount" => "profile-count",
        "countTopProperties" | "pollTopProperties" => "top-properties",
        "countTrends" | "pollTrends" => "trends",
        "countRealTime" => "real-time-counts",
        "reportMessages" => "message-reports",
        "createCampaign" => "create-campaign",
        "stopCampaign" => "stop-campaign",
        "getCampaignReport" => "campaign-report",
        "listCampaigns" => "campaigns",
        "raiseBulletin" => "bulletins",
        "triggerCampaign" | "triggerCampaigns" => "external-trigger",
        "createSegments" => "create-segment",
        "updateSegments" => "update-segment",
        "getCustomListUrl" | "completeCustomList" => "custom-list",
        "getCatalogUrl" | "completeCatalogUpload" | "getMultipartCatalogUrl" => "catalog",
        catalogs if catalogs.contains("Catalog") || catalogs.contains("Product") => "catalog",
        "setAttributeFilterable" => "catalog",
        _ => "unlisted",
    }
}
