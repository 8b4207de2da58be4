//! `paging`: how the pages of a listing follow each other.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

use super::Spanned;

/// One way, or several with the best first: an answer leads on in the first way that it has a mark of.
#[derive(Debug)]
pub(crate) struct PagingRules(pub(crate) Vec<PagingRule>);

/// A way; exactly one of the four sets of keys.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PagingRule {
    pub(crate) page: Option<Spanned<String>>,
    pub(crate) size: Option<Spanned<String>>,
    pub(crate) offset: Option<Spanned<String>>,
    pub(crate) limit: Option<Spanned<String>>,
    pub(crate) cursor: Option<Spanned<String>>,
    pub(crate) max: Option<u32>,
    pub(crate) total: Option<String>,
    pub(crate) next: Option<String>,
    pub(crate) link: Option<String>,
    pub(crate) until: Option<Until>,
    /// The cursor stands percent-encoded in the answer.
    pub(crate) encoded: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Until {
    EmptyPage,
}

impl<'de> Deserialize<'de> for PagingRules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMore;

        impl<'de> Visitor<'de> for OneOrMore {
            type Value = PagingRules;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a way of paging or a list of such")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PagingRules, A::Error> {
                let rule = PagingRule::deserialize(MapAccessDeserializer::new(map))?;
                Ok(PagingRules(vec![rule]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<PagingRules, A::Error> {
                let mut rules = Vec::new();
                while let Some(rule) = list.next_element()? {
                    rules.push(rule);
                }
                Ok(PagingRules(rules))
            }
        }

        deserializer.deserialize_any(OneOrMore)
    }
}
