//! Every choice that the vendor's documents leave open or answer twice, as a switch. The default is the reading that the
//! facts prefer.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::switch::{choices, milliseconds};

/// How this CleverTap behaves where its documents are silent or contradict themselves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Switches {
    /// How many uploads may be under way at once: 15 (an older page says 3); `None` is any number.
    pub upload_concurrency: Option<usize>,
    /// How many calls of each other group may be under way at once: 3; `None` is any number.
    pub concurrency: Option<usize>,
    /// How long the vendor works on a call, scaled: zero. Without some work, calls are hardly ever under way together.
    #[serde(with = "milliseconds")]
    pub work: Duration,
    /// What a path is answered with that does not exist.
    pub unknown_path: UnknownPath,
    /// The status of an attribution with wrong credentials.
    pub attribution_auth: AttributionAuth,
    /// Whether the status of an attribution tells its failure.
    pub attribution_failure: AttributionFailure,
    /// What a stored attribution is answered with.
    pub attribution_success: AttributionSuccess,
    /// Which utm values an install needs.
    pub utm: Utm,
    /// Whether the customer has switched organic installs on.
    pub organic_installs: SwitchedOn,
    /// Whether the customer has switched custom events of attribution on.
    pub custom_events: SwitchedOn,
    /// How many attributions are kept as such: the last 100,000. Older ones are only counted.
    pub kept_attributions: usize,
    /// How many uploaded events are kept as such: the last 500,000. Older ones are only counted.
    pub kept_events: usize,
    /// What a time in milliseconds is, in an attribution and in an upload.
    pub milliseconds: Milliseconds,
    /// Whether one upload may have records of several kinds.
    pub mixed_kinds: MixedKinds,
    /// What a query for an event that never was is answered with.
    pub unknown_event: UnknownEvent,
    /// How many records a page of an export has.
    pub batch_size: BatchSize,
    /// How often each page of an export is not ready: never.
    pub page_polls: u32,
    /// How often a count has to be asked about before it is there: once. With 0 it is there at once.
    pub count_polls: u32,
    /// How the id of a count under way is written.
    pub request_ids: RequestIds,
    /// What stands for a profile that is not there.
    pub missing_profile: MissingProfile,
    /// The project's zone, in minutes east of UTC: 0. Days of queries and times of exported events are local.
    pub utc_offset_minutes: i32,
    /// How often the report of a new campaign is not ready: once.
    pub report_polls: u32,
    /// What a report that is not ready is answered with.
    pub report_not_ready: ReportNotReady,
    /// How large the ids of campaigns, segments and such are.
    pub ids: Ids,
    /// Whether the second external trigger needs the token.
    pub trigger_token: TriggerToken,
    /// How the promo calls are signed.
    pub promo_auth: PromoAuth,
    /// Whether the account has the second version of catalogs.
    pub catalog_feature: CatalogFeature,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            upload_concurrency: Some(15),
            concurrency: Some(3),
            work: Duration::ZERO,
            unknown_path: UnknownPath::default(),
            attribution_auth: AttributionAuth::default(),
            attribution_failure: AttributionFailure::default(),
            attribution_success: AttributionSuccess::default(),
            utm: Utm::default(),
            organic_installs: SwitchedOn::default(),
            custom_events: SwitchedOn::default(),
            kept_attributions: 100_000,
            kept_events: 500_000,
            milliseconds: Milliseconds::default(),
            mixed_kinds: MixedKinds::default(),
            unknown_event: UnknownEvent::default(),
            batch_size: BatchSize::default(),
            page_polls: 0,
            count_polls: 1,
            request_ids: RequestIds::default(),
            missing_profile: MissingProfile::default(),
            utc_offset_minutes: 0,
            report_polls: 1,
            report_not_ready: ReportNotReady::default(),
            ids: Ids::default(),
            trigger_token: TriggerToken::default(),
            promo_auth: PromoAuth::default(),
            catalog_feature: CatalogFeature::default(),
        }
    }
}

choices! {
    /// What a path is answered with that does not exist.
    UnknownPath {
        /// 200 and no body at all, as was observed.
        EmptySuccess,
        /// 404.
        NotFound,
    }
    /// The status of an attribution with wrong credentials.
    AttributionAuth {
        /// 401, as the table and the sample say.
        Unauthorized,
        /// 403, as the questions and answers of the same page say.
        Forbidden,
    }
    /// Whether the status of an attribution tells its failure.
    AttributionFailure {
        /// The status is the code of the body.
        ByStatus,
        /// The status is 200 and only the body tells it.
        ByBody,
    }
    /// What a stored attribution is answered with; no document says.
    AttributionSuccess {
        /// `{"status":"success"}`.
        Json,
        /// The text `OK`.
        Text,
        /// No body.
        Empty,
    }
    /// Which utm values an install needs.
    Utm {
        /// At least one of the three.
        AtLeastOne,
        /// All three.
        AllThree,
    }
    /// Whether the customer has switched on what is not on by itself.
    SwitchedOn {
        /// It is stored.
        On,
        /// It is answered with a success and dropped.
        Off,
    }
    /// What a time in milliseconds is.
    Milliseconds {
        /// An error: 400 for an attribution, 525 for a record.
        Refused,
        /// Taken for seconds, far in the future.
        TakenForSeconds,
    }
    /// Whether one upload may have records of several kinds.
    MixedKinds {
        /// Yes, as the vendor's own client does.
        Accepted,
        /// No: the whole upload is refused.
        Refused,
    }
    /// What a query for an event that never was is answered with.
    UnknownEvent {
        /// 400.
        ByStatus,
        /// 200 with the same body.
        ByBody,
    }
    /// How many records a page of an export has.
    BatchSize {
        /// As many as were asked for.
        AsAsked,
        /// The next lower multiple of 23; 989 when fewer than 23 were asked for, as was observed.
        MultiplesOf23,
    }
    /// How the id of a count under way is written.
    RequestIds {
        /// As a number.
        Number,
        /// As a text.
        Text,
    }
    /// What stands for a profile that is not there; no document says.
    MissingProfile {
        /// 404.
        NotFound,
        /// 200 and `fail`.
        FailInBody,
        /// A success without `record`.
        NoRecord,
    }
    /// What a report that is not ready is answered with.
    ReportNotReady {
        /// 409, as documented.
        Conflict,
        /// 500, as was observed.
        ServerError,
        /// 200 and `success` beside an error, as was observed.
        Success,
        /// 200 and `fail`, as an old sample has it.
        Fail,
    }
    /// How large ids are.
    Ids {
        /// Ten digits.
        Usual,
        /// More than a 64-bit floating point number holds.
        Large,
    }
    /// Whether the second external trigger needs the token.
    TriggerToken {
        /// Yes, as the page says.
        Required,
        /// A wrong one is refused, none is fine.
        Optional,
    }
    /// How the promo calls are signed.
    PromoAuth {
        /// HTTP Basic with API key and secret key.
        Basic,
        /// Account id and passcode, as other calls.
        AccountHeaders,
    }
    /// Whether the account has the second version of catalogs.
    CatalogFeature {
        /// Yes.
        On,
        /// No: 403.
        Off,
    }
}
