//! `x-afflux`: what `OpenAPI` cannot say about a vendor, an operation and an answer.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::{Ordered, PagingRules, Spanned, Strings, Time};

/// About a vendor.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct DocumentExtension {
    /// The vendor's name in lower case.
    pub(crate) vendor: Spanned<String>,
    /// How the credentials travel, by variant; `default` is what operations use that name none.
    #[serde(default)]
    pub(crate) auth: Ordered<AuthVariant>,
    /// The limits.
    #[serde(default)]
    pub(crate) buckets: Ordered<Bucket>,
    /// Where errors say what, by name; `default` is what operations use that name none.
    #[serde(default)]
    pub(crate) errors: Ordered<ErrorPaths>,
    /// Costs by the number of whole years asked for, by name.
    #[serde(default)]
    pub(crate) costs: Ordered<Vec<u32>>,
}

/// How credentials travel.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct AuthVariant {
    /// One sentence, for readers of the document.
    #[expect(dead_code, reason = "read so that it is there")]
    pub(crate) description: String,
}

/// A limit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Bucket {
    #[serde(default)]
    pub(crate) description: Option<String>,
    #[serde(default)]
    pub(crate) window: Option<Window>,
    #[serde(default)]
    pub(crate) windows: Vec<Window>,
    #[serde(default)]
    pub(crate) concurrency: Option<u32>,
    #[serde(default)]
    pub(crate) headers: Option<Headers>,
    /// Other windows that an installation may have, by the profile's name.
    #[serde(default)]
    pub(crate) profiles: Ordered<Vec<Window>>,
}

/// So many calls, or tokens, in any span.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Window {
    pub(crate) count: u32,
    pub(crate) per: Time,
}

/// The headers that tell about a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Headers {
    Standard,
    #[serde(rename = "x-ratelimit")]
    XRateLimit,
    #[serde(rename = "x-rate-limit-epoch-ms")]
    XRateLimitEpochMillis,
}

/// About an operation.
#[derive(Debug, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is a word of the document")]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct OperationExtension {
    pub(crate) safety: Spanned<SafetyRule>,
    /// Parameters whose presence makes the call unsafe: the name, or `{with: name, unless: names}`.
    #[serde(default)]
    pub(crate) unsafe_with: Vec<Spanned<HazardRule>>,
    pub(crate) bucket: Spanned<String>,
    pub(crate) group: Spanned<String>,
    /// The name of the method in its group.
    #[serde(default)]
    pub(crate) call: Option<Spanned<String>>,
    /// A hand-written face serves it: no accessor is generated.
    #[serde(default)]
    pub(crate) hand_written_face: bool,
    /// Names that are not listed may go into the query.
    #[serde(default)]
    pub(crate) open_query: bool,
    #[serde(default)]
    pub(crate) cost: Option<Spanned<CostRule>>,
    #[serde(default)]
    pub(crate) paging: Option<Spanned<PagingRules>>,
    #[serde(default)]
    pub(crate) items: Option<Spanned<ItemsRule>>,
    /// Dotted path to the payload of a single answer.
    #[serde(default)]
    pub(crate) envelope: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) success: Option<SuccessRule>,
    /// A 2xx with this mark is a refusal; for operations whose success is not documented.
    #[serde(default)]
    pub(crate) failure: Option<Spanned<SuccessRule>>,
    #[serde(default)]
    pub(crate) errors: Option<Spanned<ErrorRule>>,
    /// Codes that mean that the credentials are not accepted.
    #[serde(default)]
    pub(crate) unauthorized: Strings,
    #[serde(default)]
    pub(crate) unsettled: Strings,
    /// Codes that mean too many calls.
    #[serde(default)]
    pub(crate) limited: Strings,
    /// Codes that mean that the answer is not there yet.
    #[serde(default)]
    pub(crate) not_yet: Vec<NotYetRule>,
    #[serde(default)]
    pub(crate) outcomes: Strings,
    /// Statuses beside 2xx, and errors inside a 200, that are outcomes where one of the paths is present.
    #[serde(default)]
    pub(crate) also: Ordered<Strings>,
    /// Statuses of `also` that are outcomes only with one of these texts there.
    #[serde(default)]
    pub(crate) also_says: Ordered<Strings>,
    #[serde(default)]
    pub(crate) retry_server_errors: bool,
    /// Default: true.
    #[serde(default)]
    pub(crate) limit_precedes_work: Option<bool>,
    #[serde(default)]
    pub(crate) limit_wait: Option<Time>,
    #[serde(default)]
    pub(crate) may_be_empty: bool,
    #[serde(default)]
    pub(crate) job: Option<JobRule>,
    #[serde(default)]
    pub(crate) timeout: Option<Time>,
    #[serde(default)]
    pub(crate) after_unknown: Option<String>,
    #[serde(default)]
    pub(crate) auth: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) weakly_known: bool,
    /// Where the vendor documents it.
    #[serde(default)]
    pub(crate) source: Option<String>,
}

/// A code that asks for the same call again after a pause.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NotYetRule {
    pub(crate) code: String,
    pub(crate) wait: Time,
    /// In all; the retry policy may allow more.
    pub(crate) attempts: u32,
}

/// `read-only`, `idempotent`, `unsafe`, or `{keyed: parameter, with: parameter, else: unsafe}`.
#[derive(Debug)]
pub(crate) enum SafetyRule {
    ReadOnly,
    Idempotent,
    Unsafe,
    Keyed(KeyedRule),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyedRule {
    pub(crate) keyed: Spanned<String>,
    #[serde(default)]
    pub(crate) with: Vec<Spanned<String>>,
    #[serde(rename = "else")]
    #[expect(dead_code, reason = "written for the reader; only `unsafe` is possible")]
    pub(crate) otherwise: Otherwise,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Otherwise {
    Unsafe,
}

/// A parameter whose presence makes the call unsafe, whatever else is given or unless other parameters are.
#[derive(Debug)]
pub(crate) enum HazardRule {
    Always(String),
    Unless(HazardUnless),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HazardUnless {
    pub(crate) with: String,
    /// All of them together take the harm away.
    pub(crate) unless: Strings,
}

/// A number, or by the date range.
#[derive(Debug)]
pub(crate) enum CostRule {
    Fixed(u32),
    ByDateRange(RangeCost),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RangeCost {
    #[expect(dead_code, reason = "written for the reader; only `date-range` is possible")]
    pub(crate) by: By,
    /// A name among the document's costs.
    pub(crate) table: Spanned<String>,
    /// The members of the body whose ranges count.
    pub(crate) ranges: Spanned<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum By {
    DateRange,
}

/// Where the items of an answer are. The schema of the answer is the list of bare items.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ItemsRule {
    pub(crate) at: String,
    #[serde(default)]
    pub(crate) or_under: Option<String>,
    #[serde(default)]
    pub(crate) wrapped: Option<String>,
    /// The items are the values of an object, keyed by their ids.
    #[serde(default)]
    pub(crate) keyed: bool,
    /// An answer without the path is an empty list.
    #[serde(default)]
    pub(crate) optional: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SuccessRule {
    pub(crate) path: String,
    pub(crate) is: Strings,
}

/// A name among the document's errors, or the paths themselves.
#[derive(Debug)]
pub(crate) enum ErrorRule {
    Named(String),
    Paths(ErrorPaths),
}

/// Where an error says what; all paths are dotted and tried in order.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ErrorPaths {
    pub(crate) code: Strings,
    pub(crate) message: Strings,
    pub(crate) field: Strings,
}

/// Where a job's answer says how far it is.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct JobRule {
    pub(crate) status: Strings,
    pub(crate) done: Strings,
    pub(crate) failed: Strings,
    pub(crate) progress: Strings,
    pub(crate) poll: Strings,
    pub(crate) poll_id: Strings,
    pub(crate) poll_parameter: Option<Spanned<String>>,
    pub(crate) result: Strings,
}

/// About an answer.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ResponseExtension {
    /// The variant's name where the answers of an operation have several shapes.
    pub(crate) variant: Option<Spanned<String>>,
}

/// Reads a word, a number or a map, without losing the places inside the map.
macro_rules! word_or_map {
    ($type:ident, $expecting:literal, |$word:ident| $from_word:expr, |$number:ident| $from_number:expr, $map:ident => $variant:ident) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Either;

                impl<'de> Visitor<'de> for Either {
                    type Value = $type;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expecting)
                    }

                    fn visit_str<E: Error>(self, $word: &str) -> Result<$type, E> {
                        $from_word.ok_or_else(|| E::custom(format!("`{}` is not {}", $word, $expecting)))
                    }

                    fn visit_u64<E: Error>(self, $number: u64) -> Result<$type, E> {
                        $from_number.ok_or_else(|| E::custom(format!("`{}` is not {}", $number, $expecting)))
                    }

                    fn visit_i64<E: Error>(self, number: i64) -> Result<$type, E> {
                        let number = u64::try_from(number);
                        number
                            .map_err(|_| E::custom("a number below zero"))
                            .and_then(|number| self.visit_u64(number))
                    }

                    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<$type, A::Error> {
                        $map::deserialize(MapAccessDeserializer::new(map)).map($type::$variant)
                    }
                }

                deserializer.deserialize_any(Either)
            }
        }
    };
}

word_or_map!(
    SafetyRule,
    "`read-only`, `idempotent`, `unsafe` or `{keyed: .., else: unsafe}`",
    |word| match word {
        "read-only" => Some(SafetyRule::ReadOnly),
        "idempotent" => Some(SafetyRule::Idempotent),
        "unsafe" => Some(SafetyRule::Unsafe),
        _ => None,
    },
    |number| None,
    KeyedRule => Keyed
);
word_or_map!(
    HazardRule,
    "a name or `{with: .., unless: ..}`",
    |word| Some(HazardRule::Always(word.to_owned())),
    |number| None,
    HazardUnless => Unless
);
word_or_map!(
    CostRule,
    "a number or `{by: date-range, table: .., ranges: [..]}`",
    |word| None,
    |number| u32::try_from(number).ok().filter(|cost| *cost > 0).map(CostRule::Fixed),
    RangeCost => ByDateRange
);
word_or_map!(
    ErrorRule,
    "a name or `{code: .., message: .., field: ..}`",
    |word| Some(ErrorRule::Named(word.to_owned())),
    |number| None,
    ErrorPaths => Paths
);
