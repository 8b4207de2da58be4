//! Every choice that the vendor's manual leaves open, as a switch. The default is the reading that the facts prefer.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::switch::{choices, milliseconds};

/// How this iREV behaves where the manual is silent or operators differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Switches {
    /// The path before `/leads`; operators choose it.
    pub path_prefix: String,
    /// How many calls are let through.
    pub limits: Limits,
    /// How a window of the limits is counted.
    pub limit_window: LimitWindow,
    /// For whom calls are counted.
    pub limit_key: LimitKey,
    /// Whether answers carry `X-Rate-Limit-*`.
    pub rate_headers: RateHeaders,
    /// What a body gets that was sent a short while ago.
    pub identical_refusal: IdenticalRefusal,
    /// Which bodies are identical.
    pub identity: Identity,
    /// When a body is remembered.
    pub record_when: RecordWhen,
    /// Whether a refusal prolongs the window.
    pub window_slides: WindowSlides,
    /// How long an identical body is refused: 120 s.
    #[serde(with = "milliseconds")]
    pub identical_window: Duration,
    /// How long the whole rotation may take: 85 s.
    #[serde(with = "milliseconds")]
    pub rotation_timeout: Duration,
    /// What a `per_page` above the maximum gets.
    pub per_page_over: PerPageOver,
    /// The largest `per_page`: 100; with some operators 500.
    pub per_page_max: u32,
    /// What a list without `created_to` holds.
    pub missing_created_to: MissingCreatedTo,
    /// Whether `created_to` itself is in the range.
    pub created_to: RangeEnd,
    /// The order of a list.
    pub order: Order,
    /// How a text that is too long is cut.
    pub trim_mark: TrimMark,
    /// Whether rows tell the lead they belong to.
    pub row_lead_uuid: RowLeadUuid,
    /// What stands around a list.
    pub list_envelope: ListEnvelope,
    /// What a body gets that is not a JSON object.
    pub bad_json: BadJson,
    /// Whether a GET is refused for its content type.
    pub get_requires_ct: GetContentType,
    /// What an accepted lead's answer says of the auto-login link.
    pub auto_login: AutoLogin,
    /// What becomes of profile keys that are not configured.
    pub unknown_profile_key: UnknownProfileKey,
    /// Whether a firewall in front refuses callers without a proper `User-Agent`.
    pub firewall: Firewall,
    /// The largest body in bytes; a larger one is refused with 413. `None`: any.
    pub body_limit: Option<usize>,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            path_prefix: "/api/affiliates/v2".to_owned(),
            limits: Limits::Classic,
            limit_window: LimitWindow::default(),
            limit_key: LimitKey::default(),
            rate_headers: RateHeaders::default(),
            identical_refusal: IdenticalRefusal::default(),
            identity: Identity::default(),
            record_when: RecordWhen::default(),
            window_slides: WindowSlides::default(),
            identical_window: Duration::from_mins(2),
            rotation_timeout: Duration::from_secs(85),
            per_page_over: PerPageOver::default(),
            per_page_max: 100,
            missing_created_to: MissingCreatedTo::default(),
            created_to: RangeEnd::default(),
            order: Order::default(),
            trim_mark: TrimMark::default(),
            row_lead_uuid: RowLeadUuid::default(),
            list_envelope: ListEnvelope::default(),
            bad_json: BadJson::default(),
            get_requires_ct: GetContentType::default(),
            auto_login: AutoLogin::default(),
            unknown_profile_key: UnknownProfileKey::default(),
            firewall: Firewall::default(),
            body_limit: Some(100 * 1024),
        }
    }
}

/// How many calls are let through.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limits {
    /// The manual's: 10 GETs in 3 s; POSTs are not counted.
    #[default]
    Classic,
    /// Seen with another operator: 3 GETs in 3 s and 100 in an hour, 50 POSTs in 10 s.
    Strict,
    /// Windows of your own; a call must fit into all windows of its method.
    Custom {
        /// For GET.
        get: Vec<Window>,
        /// For POST.
        post: Vec<Window>,
    },
    /// No limits.
    None,
}

/// So many calls in so much time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Calls.
    pub count: u32,
    /// Time, before the time scale.
    #[serde(rename = "per_ms", with = "milliseconds")]
    pub per: Duration,
}

impl Window {
    /// `count` calls in `per`.
    pub fn new(count: u32, per: Duration) -> Self {
        Self { count, per }
    }
}

choices! {
    /// How a window of the limits is counted.
    LimitWindow {
        /// A caller's window starts with its first call and is fixed from there.
        FromFirstCall,
        /// One fixed window for everybody, counted from the sandbox's start.
        Shared,
        /// Any stretch of that length counts: the strictest reading, which tells whether a client never exceeds it.
        Sliding,
    }
    /// For whom calls are counted.
    LimitKey {
        /// The caller's address.
        PeerIp,
        /// The value of `Authorization`.
        Token,
        /// The value of `X-Forwarded-For`, else the caller's address.
        ForwardedFor,
    }
    /// Whether answers carry `X-Rate-Limit-Limit`, `-Remaining` and `-Reset` (epoch milliseconds).
    RateHeaders {
        /// No.
        Off,
        /// Yes, with calls that are counted.
        On,
    }
    /// Which bodies are identical.
    Identity {
        /// The same bytes.
        RawBytes,
        /// The same JSON: blanks and the order of keys make no difference.
        CanonicalJson,
    }
    /// When a body is remembered.
    RecordWhen {
        /// When the caller is known, whatever becomes of the call.
        OnArrival,
        /// When the lead comes to the rotation.
        ReachedRotation,
    }
    /// Whether a refusal of an identical body prolongs its window.
    WindowSlides {
        /// The window counts from the first sight.
        No,
        /// Each refusal starts it anew.
        Yes,
    }
    /// What a `per_page` above the maximum gets.
    PerPageOver {
        /// 422.
        Refuse,
        /// The maximum, silently.
        Clip,
    }
    /// What a list without `created_to` holds.
    MissingCreatedTo {
        /// Everything up to now.
        AllTime,
        /// Nothing.
        EmptyArray,
    }
    /// Whether the end of a range belongs to it.
    RangeEnd {
        /// No.
        Exclusive,
        /// Yes.
        Inclusive,
    }
    /// The order of a list.
    Order {
        /// Oldest first.
        OldestFirst,
        /// Newest first.
        NewestFirst,
    }
    /// How a text of more than 512 characters is cut.
    TrimMark {
        /// 512 characters, then `<..>`.
        AfterLimit,
        /// 508 characters, then `<..>`: 512 in all.
        WithinLimit,
    }
    /// Whether rows tell the lead they belong to.
    RowLeadUuid {
        /// No.
        Absent,
        /// As `leadUuid`.
        Present,
    }
    /// What stands around a list.
    ListEnvelope {
        /// Nothing.
        BareArray,
        /// `{"data": [...]}`.
        Data,
    }
    /// What a body gets that is not a JSON object.
    BadJson {
        /// 400 `entity.parse.failed`.
        ParseFailed,
        /// 400 `INVALID_REQUEST_BODY`.
        InvalidRequestBody,
        /// 422 `FIXABLE_INPUT`.
        Unprocessable,
    }
    /// Whether a GET is refused for its content type.
    GetContentType {
        /// Never.
        Ignored,
        /// 415 when the header is there and is not `application/json`.
        Checked,
    }
    /// What an accepted lead's answer says of the auto-login link.
    AutoLogin {
        /// A link.
        Link,
        /// An empty text.
        Empty,
        /// Nothing.
        Absent,
    }
    /// What becomes of profile keys that are not configured.
    UnknownProfileKey {
        /// Kept as they are.
        Keep,
        /// Dropped silently.
        Drop,
        /// 422.
        Refuse,
    }
    /// Whether a firewall in front refuses callers.
    Firewall {
        /// There is none.
        Off,
        /// HTML 403 for a missing `User-Agent` and for those of bare HTTP libraries.
        RefusesBareClients,
    }
}

/// What a body gets that was sent a short while ago.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdenticalRefusal {
    /// The 429 of the limits.
    #[default]
    RateLimited,
    /// Another status with a `type` of your choice.
    Error {
        /// For instance 400, 409 or 422.
        status: u16,
        /// The `type` member.
        kind: String,
    },
    /// The stored first answer again, as a cache would give it; while there is none yet, the 429.
    Replay,
}
