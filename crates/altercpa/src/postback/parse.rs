//! What arrives at your server, read tolerantly: a macro that was not filled in is nothing, an amount that is none is
//! kept as it came, and nothing that arrives is lost.

use std::{collections::BTreeMap, fmt};

use afflux_core::{
    decode::{Amount, Drift},
    open_enum,
};
use percent_encoding::percent_decode;

use super::template::{Macro, PostbackTemplate};
use crate::generated::LeadId;

open_enum! {
    /// What became of a lead, as affiliates are told it.
    pub enum Stage {
        /// It waits.
        Wait = "wait",
        /// The buyer agreed, payment is pending.
        Hold = "hold",
        /// Approved.
        Approve = "approve",
        /// Cancelled.
        Cancel = "cancel",
        /// Trash.
        Trash = "trash",
    }
}

/// A postback that arrived.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Postback {
    /// What became of the lead.
    pub stage: Option<Stage>,
    /// The payment, exactly as it was written.
    pub cash: Drift<Amount>,
    /// The payment's currency.
    pub currency: Option<String>,
    /// The lead's id in AlterCPA.
    pub id: Option<LeadId>,
    /// The lead's unique id.
    pub uuid: Option<String>,
    /// The sub id of your link.
    pub subid: Option<String>,
    /// The sub ids of your link by their number.
    pub subs: BTreeMap<u8, String>,
    /// The tags of your link by their whole name.
    pub utm: BTreeMap<String, String>,
    /// Everything else that arrived, in its order, secrets left out.
    pub other: Vec<(String, String)>,
}

impl Postback {
    /// What tells this postback from others of the same lead: take each one once. None where the template asks for no id,
    /// or for no stage.
    pub fn key(&self) -> Option<String> {
        let lead = self.id.as_ref().map(LeadId::as_str).or(self.uuid.as_deref()).or(self.subid.as_deref())?;
        Some(format!("{lead}:{}", self.stage.as_ref()?))
    }

    fn take(&mut self, filled: &Macro, name: String, value: String) {
        match filled {
            Macro::Stage => self.stage = Some(Stage::from(value.trim().to_ascii_lowercase())),
            Macro::Cash => self.cash = cash(&value),
            Macro::Currency => self.currency = Some(value),
            Macro::Id => self.id = Some(LeadId::new(value)),
            Macro::Uuid => self.uuid = Some(value),
            Macro::Subid => self.subid = Some(value),
            Macro::Sub(number) => {
                self.subs.insert(*number, value);
            }
            Macro::Utm(tag) => {
                self.utm.insert(tag.clone(), value);
            }
            Macro::Other(_) => self.other.push((name, value)),
        }
    }
}

fn cash(value: &str) -> Drift<Amount> {
    match value.trim().parse() {
        Ok(amount) => Drift::Value(amount),
        Err(_) => Drift::Other(serde_json::Value::from(value).to_string().into()),
    }
}

/// A query that does not carry the template's secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotOurs;

impl fmt::Display for NotOurs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the query does not carry the secret of the postback's URL")
    }
}

impl std::error::Error for NotOurs {}

pub(super) fn parse(template: &PostbackTemplate, query: &str) -> Result<Postback, NotOurs> {
    let query = query.split_once('?').map_or(query, |(_, query)| query);
    let query = query.split('#').next().unwrap_or_default();
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect();
    for (name, secret) in &template.secrets {
        let given = pairs.iter().any(|(given, value)| given == name && same(value, secret));
        if !given {
            return Err(NotOurs);
        }
        pairs.retain(|(given, _)| given != name);
    }
    let mut postback = Postback::default();
    for (name, value) in pairs {
        match template.parameters.iter().find(|(known, _)| *known == name) {
            // Where a name comes twice the last one counts, as with the vendor.
            Some((_, filled)) if is_filled(filled, &value) => postback.take(filled, name, value),
            Some(_) => {}
            None => postback.other.push((name, value)),
        }
    }
    Ok(postback)
}

/// Whether AlterCPA put something in place of the macro.
fn is_filled(filled: &Macro, value: &str) -> bool {
    let bare = value.trim();
    !bare.is_empty() && bare != format!("{{{}}}", filled.name())
}

fn decode(text: &str) -> String {
    let spaced: Vec<u8> = text.bytes().map(|byte| if byte == b'+' { b' ' } else { byte }).collect();
    percent_decode(&spaced).decode_utf8_lossy().into_owned()
}

/// Compares without telling by its time how much is right.
fn same(given: &str, secret: &str) -> bool {
    let differences =
        given.bytes().zip(secret.bytes()).fold(0, |differences, (one, other)| differences | (one ^ other));
    given.len() == secret.len() && differences == 0
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn template() -> PostbackTemplate {
        PostbackTemplate::new("https://tracker.example/cpa").unwrap().with_all_macros()
    }

    #[test]
    fn everything_finds_its_field() {
        let query = "?stage=approve&cash=25.00&currency=eur&id=1234&uuid=u-1&subid=a%20b&sub3=x&utm_source=acme&new=1";
        let postback = template().parse(query).unwrap();
        assert_eq!(postback.stage, Some(Stage::Approve));
        assert_eq!(postback.cash.get().unwrap().to_string(), "25.00");
        assert_eq!(postback.currency.as_deref(), Some("eur"));
        assert_eq!(postback.id, Some(LeadId::from(1234)));
        assert_eq!(postback.subid.as_deref(), Some("a b"));
        assert_eq!(postback.subs[&3], "x");
        assert_eq!(postback.utm["utm_source"], "acme");
        assert_eq!(postback.other, [("new".to_owned(), "1".to_owned())]);
        assert_eq!(postback.key().as_deref(), Some("1234:approve"));
    }

    #[test]
    fn a_macro_that_was_not_filled_in_is_nothing() {
        let postback = template().parse("stage={stage}&cash=%7Bcash%7D&subid=&id").unwrap();
        assert_eq!(postback, Postback::default());
    }

    #[test]
    fn what_drifts_is_kept() {
        let postback = template().parse("stage=Rebill&cash=25,00+EUR").unwrap();
        assert_eq!(postback.stage, Some(Stage::Unknown("rebill".to_owned())));
        assert_eq!(postback.cash.other(), Some("\"25,00 EUR\""));
    }

    #[test]
    fn a_query_without_the_secret_is_not_ours() {
        let template = template().secret("key", "s3cret");
        assert_eq!(template.parse("stage=approve"), Err(NotOurs));
        assert_eq!(template.parse("stage=approve&key=s3cre"), Err(NotOurs));
        let postback = template.parse("https://tracker.example/cpa?stage=approve&key=s3cret#x").unwrap();
        assert!(postback.other.is_empty(), "the secret is not handed on");
        assert!(!format!("{template:?}").contains("s3cret"));
    }

    proptest! {
        #[test]
        fn nothing_that_arrives_breaks_the_reader(query in any::<String>()) {
            prop_assert!(template().parse(&query).is_ok());
        }

        #[test]
        fn what_the_url_says_is_read_back(subid in "\\PC{1,40}", cash in 0_u32..1_000_000) {
            prop_assume!(!subid.trim().is_empty() && subid.trim() != "{subid}");
            let encoded = utf8_encoded(&subid);
            let url = PostbackTemplate::new("https://t.example/p").unwrap()
                .parameter("c[]", Macro::Subid).parameter("sum", Macro::Cash).url();
            let called = url.replace("{subid}", &encoded).replace("{cash}", &cash.to_string());
            let template = PostbackTemplate::new("https://t.example/p").unwrap()
                .parameter("c[]", Macro::Subid).parameter("sum", Macro::Cash);
            let postback = template.parse(&called).unwrap();
            prop_assert_eq!(postback.subid.as_deref(), Some(subid.as_str()));
            prop_assert_eq!(postback.cash.get().map(ToString::to_string), Some(cash.to_string()));
        }
    }

    fn utf8_encoded(text: &str) -> String {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    }
}
