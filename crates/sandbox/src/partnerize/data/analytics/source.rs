//! The three sources of analytics, and which metrics and dimensions each has.

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Clicks,
    Conversions,
    Impressions,
}

/// What comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Count,
    Explode,
    Filter,
    TimeSeries,
}

/// Of all sources.
const COMMON: &[&str] = &[
    "advertiser_reference",
    "browser_family",
    "browser_major",
    "browser_minor",
    "browser_patch",
    "campaign",
    "country",
    "creative",
    "date_time",
    "device",
    "os_family",
    "os_major",
    "os_minor",
    "os_patch",
    "partner",
    "publisher_reference",
    "partnership_model",
    "traffic_source",
    "type",
    "user_context",
];
/// Of conversions only.
const OF_CONVERSIONS: &[&str] = &[
    "category",
    "conversion_metric",
    "conversion_status",
    "conversion_type",
    "currency",
    "customer_type",
    "sku",
    "voucher_code",
    "voucher_status",
];

impl Source {
    /// What an operation of analytics asks.
    pub(super) fn of(operation: &str) -> Option<(Self, Shape)> {
        let (shape, rest) = [
            ("count", Shape::Count),
            ("explode", Shape::Explode),
            ("filter", Shape::Filter),
            ("time", Shape::TimeSeries),
        ]
        .into_iter()
        .find_map(|(word, shape)| operation.strip_prefix(word).map(|rest| (shape, rest)))?;
        let source = match rest {
            "Clicks" => Self::Clicks,
            "Conversions" => Self::Conversions,
            "Impressions" => Self::Impressions,
            _ => return None,
        };
        Some((source, shape))
    }

    pub(super) fn metrics(self) -> &'static [&'static str] {
        match self {
            Self::Clicks => {
                &["total_clicks", "total_clicks_converted", "click_conversion_rate", "total_unique_clicks"]
            }
            Self::Conversions => &[
                "total_conversion_items",
                "total_conversions",
                "total_partner_commission",
                "percentage_average_partner_commission",
                "average_order_value",
                "total_order_value",
                "conversion_rejection_rate",
                "average_order_size",
                "percentage_order_value",
                "percentage_partner_commission",
                "average_partner_commission",
            ],
            Self::Impressions => &["total_impressions"],
        }
    }

    pub(super) fn has_dimension(self, name: &str) -> bool {
        match self {
            Self::Clicks => COMMON.contains(&name),
            Self::Conversions => COMMON.contains(&name) || OF_CONVERSIONS.contains(&name),
            Self::Impressions => COMMON.contains(&name) && name != "type",
        }
    }

    /// Whether a column that is filtered by belongs to one of the dimensions; dates are filtered by ranges.
    pub(super) fn has_column(self, name: &str) -> bool {
        let by_itself = |name: &str| name != "date_time" && self.has_dimension(name);
        let of_pair = ["_id", "_name", "_description"].iter().filter_map(|end| name.strip_suffix(end)).any(
            |dimension| super::column::columns_of(dimension).len() == 2 && self.has_dimension(dimension),
        );
        name == "creative_advertiser_reference"
            || of_pair
            || (by_itself(name) && super::column::column(name).is_some())
    }

    pub(super) fn has_date(self, name: &str) -> bool {
        name == "date_time"
            || (self == Self::Conversions
                && ["approved_at", "check_in_date", "check_out_date"].contains(&name))
    }
}
