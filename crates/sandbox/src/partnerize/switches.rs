//! Every choice that the vendor's manual leaves open, as a switch. The default is the reading that the facts prefer.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::switch::{choices, milliseconds};

/// How this Partnerize behaves where the manual is silent or contradicts itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Switches {
    /// What all calls but those of analytics may spend. The manual publishes no number: 10,000 a minute.
    pub general: Allowance,
    /// What analytics may spend: 60 tokens in 60 s.
    pub analytics: Allowance,
    /// How spending is counted.
    pub window: LimitWindow,
    /// When `X-RateLimit-Retry-After` is there.
    pub retry_after: RetryAfter,
    /// Which span of a query of analytics decides what it costs.
    pub spanned: Spanned,
    /// Whether an export comes at once or by a job.
    pub exports: ExportAnswer,
    /// The most rows of an export that comes at once, if its size decides: 5,000.
    pub export_rows_at_once: usize,
    /// How long a job takes, before the time scale: 2 s.
    #[serde(rename = "job_ms", with = "milliseconds")]
    pub job: Duration,
    /// How many rows come in before the others between one page by offset and the next, as in live data: none.
    pub rows_shift: u64,
    /// How jobs end.
    pub job_end: JobEnd,
    /// How long the result of a job is kept, before the time scale: 7 days.
    #[serde(rename = "job_retention_ms", with = "milliseconds")]
    pub job_retention: Duration,
    /// Where a job says how to go on.
    pub job_links: JobLinks,
    /// What becomes of a request to take part in a campaign.
    pub campaign_requests: CampaignRequests,
    /// Whether links need a campaign that has approved the partner.
    pub links_need_approval: LinksNeedApproval,
    /// Whether the keys that the manual prints with a colon at their end have it.
    pub stray_colons: StrayColons,
    /// How an empty map of the first generation is written.
    pub empty_maps: EmptyMaps,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            general: Allowance::new(10_000, Duration::from_mins(1)),
            analytics: Allowance::new(60, Duration::from_mins(1)),
            window: LimitWindow::default(),
            retry_after: RetryAfter::default(),
            spanned: Spanned::default(),
            exports: ExportAnswer::default(),
            export_rows_at_once: 5_000,
            job: Duration::from_secs(2),
            rows_shift: 0,
            job_end: JobEnd::default(),
            job_retention: Duration::from_hours(168),
            job_links: JobLinks::default(),
            campaign_requests: CampaignRequests::default(),
            links_need_approval: LinksNeedApproval::default(),
            stray_colons: StrayColons::default(),
            empty_maps: EmptyMaps::default(),
        }
    }
}

/// So many tokens in so much time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    /// The most tokens.
    pub tokens: u32,
    /// The time, before the time scale.
    #[serde(rename = "per_ms", with = "milliseconds")]
    pub per: Duration,
}

impl Allowance {
    /// So many tokens in so much time.
    pub fn new(tokens: u32, per: Duration) -> Self {
        Self { tokens, per }
    }
}

choices! {
    /// How spending is counted.
    LimitWindow {
        /// In a window that begins with the first call after the last one.
        FromFirstCall,
        /// In a window that slides: each token comes back when its time is over.
        Sliding,
    }
    /// When `X-RateLimit-Retry-After` is there.
    RetryAfter {
        /// With every answer; 0 while there are tokens.
        Always,
        /// With a 429 only.
        WhenLimited,
    }
    /// Which span of a query of analytics decides what it costs.
    Spanned {
        /// Its ranges added up.
        Added,
        /// From the earliest start to the latest end of its ranges.
        Whole,
    }
    /// Whether an export comes at once or by a job.
    ExportAnswer {
        /// At once up to `export_rows_at_once` rows, else by a job.
        BySize,
        /// At once.
        Csv,
        /// By a job.
        Job,
    }
    /// How jobs end.
    JobEnd {
        /// Complete, with a result.
        Complete,
        /// Failed, without one.
        Failed,
    }
    /// Where a job says how to go on.
    JobLinks {
        /// Jobs of exports under `hypermedia`, those of transaction queries beside their other fields, as in the samples.
        AsInSamples,
        /// All under `hypermedia`.
        Hypermedia,
        /// All beside the other fields.
        Plain,
    }
    /// What becomes of a request to take part in a campaign.
    CampaignRequests {
        /// It waits for the brand.
        Pending,
        /// It is granted.
        Approved,
    }
    /// Whether links need a campaign that has approved the partner.
    LinksNeedApproval {
        /// Yes; others are 403.
        Yes,
        /// No.
        No,
    }
    /// Whether the keys that the manual prints with a colon at their end have it.
    StrayColons {
        /// No: slips of the pen.
        No,
        /// Yes, as printed.
        Yes,
    }
    /// How an empty map of the first generation is written.
    EmptyMaps {
        /// As `[]`.
        Array,
        /// As `{}`.
        Object,
    }
}
