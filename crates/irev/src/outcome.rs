//! What became of a pushed lead.

use afflux_core::{
    decode::{self, DecodeError, Field, JsonText, Kept, Sensitive},
    endpoint::Endpoint,
    error::Error,
    operation::Operation,
    request::Request,
    response::Raw,
};
use bytes::Bytes;
use http::StatusCode;

use crate::generated::{AdvertiserUuid, LeadUuid, PushErrorType, PushLead};

/// What became of a pushed lead. Both are answers: the lead exists.
#[derive(Debug, Clone)]
#[must_use = "a rejected lead earns nothing"]
pub enum Push {
    /// An advertiser took it.
    Accepted(Accepted),
    /// The lead was created and nobody took it.
    Rejected(Rejected),
}

impl Push {
    /// The lead's id in Lead Distribution: the handle for the operator's support.
    pub fn lead_uuid(&self) -> &LeadUuid {
        match self {
            Self::Accepted(accepted) => &accepted.lead_uuid,
            Self::Rejected(rejected) => &rejected.lead_uuid,
        }
    }

    /// The answer as it came.
    pub fn source(&self) -> &JsonText {
        match self {
            Self::Accepted(accepted) => &accepted.source,
            Self::Rejected(rejected) => &rejected.source,
        }
    }
}

/// An advertiser took the lead.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Accepted {
    /// The lead's id in Lead Distribution.
    pub lead_uuid: LeadUuid,
    /// Where to send the lead's browser. Whoever has it is logged in, so it is masked.
    pub auto_login_url: Option<Sensitive>,
    /// The advertiser's id.
    pub advertiser_uuid: Option<AdvertiserUuid>,
    /// The advertiser's name.
    pub advertiser_name: Option<String>,
    /// The answer as it came: fields that the vendor adds are in it.
    pub source: JsonText,
}

/// The lead was created and nobody took it.
///
/// The operator may give it to another advertiser later, so it can still become a conversion: do not sell it
/// elsewhere without agreement.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Rejected {
    /// The lead's id in Lead Distribution.
    pub lead_uuid: LeadUuid,
    /// Why, as a word of the vendor's.
    pub error_type: Option<PushErrorType>,
    /// Why, as the vendor's sentence.
    pub message: Option<String>,
    /// What must be given, or given otherwise, for the lead to be accepted.
    pub required_fields: Vec<RequiredField>,
    /// The answer as it came: fields that the vendor adds are in it.
    pub source: JsonText,
}

impl Rejected {
    /// Whether an advertiser may hold the lead all the same: the rotation ran out of time, or the advertiser answered
    /// without its id or link.
    pub fn may_be_held(&self) -> bool {
        use PushErrorType::{NoAutologinUrl, NoBrandCrmId, TimeoutError, Unknown, UnknownError};
        matches!(
            &self.error_type,
            None | Some(UnknownError | TimeoutError | NoAutologinUrl | NoBrandCrmId | Unknown(_))
        )
    }

    /// Whether the same person may be pushed again with a corrected, and so different, body.
    pub fn is_fixable(&self) -> bool {
        matches!(&self.error_type, Some(PushErrorType::FixableInput | PushErrorType::InvalidData))
    }
}

/// A field that the vendor wants.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequiredField {
    /// The field's name. It can be spelled otherwise than the request's key.
    pub key: String,
    /// The value that was refused or is wanted; it may be a person's data.
    pub value: Option<Sensitive>,
}

/// A push with its body, as bytes, so that the guard has seen exactly what is sent.
pub(crate) struct Pushing {
    pub(crate) body: Bytes,
    pub(crate) next_step: String,
}

impl Endpoint for Pushing {
    const OPERATION: &'static Operation = <PushLead as Endpoint>::OPERATION;
    type Output = Push;

    fn encode(&self) -> Result<Request, Error> {
        Ok(Request::new(Self::OPERATION).json_text(self.body.clone()).next_step(self.next_step.as_str()))
    }

    fn decode(&self, raw: &Raw) -> Result<Push, DecodeError> {
        if raw.status() == StatusCode::BAD_REQUEST { rejected(raw.body()) } else { accepted(raw.body()) }
    }
}

/// The one field without which a 200 is no success.
#[derive(Debug, serde::Deserialize)]
struct AcceptedBody {
    #[serde(deserialize_with = "decode::lenient")]
    lead_uuid: LeadUuid,
}

afflux_core::model!(AcceptedBody { "lead_uuid" });

fn accepted(body: &Bytes) -> Result<Push, DecodeError> {
    let kept: Kept<AcceptedBody> = decode::one(body, "")?;
    let text = |name: &str| kept.get(name).and_then(present);
    Ok(Push::Accepted(Accepted {
        lead_uuid: kept.lead_uuid.clone(),
        auto_login_url: text("auto_login_url").map(Sensitive::new),
        advertiser_uuid: text("advertiser_uuid").map(AdvertiserUuid::new),
        advertiser_name: text("advertiser_name"),
        source: kept.json().clone(),
    }))
}

/// Nothing is required of a rejection here: the engine has seen that it carries a lead id.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct RejectedBody {}

afflux_core::model!(RejectedBody {});

fn rejected(body: &Bytes) -> Result<Push, DecodeError> {
    let kept: Kept<RejectedBody> = decode::one(body, "")?;
    let first = |pointers: &[&str]| pointers.iter().find_map(|at| kept.pointer(at).and_then(present));
    let wanted = ["/data/requiredResponseFields", "/requiredResponseFields"];
    Ok(Push::Rejected(Rejected {
        lead_uuid: LeadUuid::new(first(&["/data/leadUuid", "/data/lead_uuid"]).unwrap_or_default()),
        error_type: first(&["/data/errorType", "/type"]).map(PushErrorType::from),
        message: first(&["/data/errorMessage", "/message"]),
        required_fields: wanted.iter().find_map(|at| kept.pointer(at)).map(required).unwrap_or_default(),
        source: kept.json().clone(),
    }))
}

/// A list of `{key, value}`; some deployments may write an object instead.
fn required(field: Field<'_>) -> Vec<RequiredField> {
    let pair = |key: String, value: Option<Field<'_>>| RequiredField {
        key,
        value: value.and_then(present).map(Sensitive::new),
    };
    let listed: Vec<RequiredField> = field
        .elements()
        .filter_map(|item| Some(pair(item.get("key").and_then(present)?, item.get("value"))))
        .collect();
    if !listed.is_empty() {
        return listed;
    }
    field.entries().map(|(key, value)| pair(key.into_owned(), Some(value))).collect()
}

/// A text that is there and not empty.
fn present(field: Field<'_>) -> Option<String> {
    let text = field.text();
    (!field.is_null() && !text.is_empty()).then(|| text.into_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    const OK: &str = r#"{"lead_uuid": "0f1b8398-e144-4fa6-93e0-1d7dce7b74db", "auto_login_url": "https://go.example/x", "tier": 1.10}"#;
    const NO: &str = r#"{"name":"MoleculerError","message":"Rejected","code":400,"type":"push status","data":{"leadUuid":"a-1","errorMessage":"first name is missing","errorType":"FIXABLE_INPUT","requiredResponseFields":[{"key":"first_name","value":"x"}]}}"#;

    #[test]
    fn an_accepted_lead_keeps_its_answer_and_hides_its_link() {
        let Push::Accepted(accepted) = accepted(&Bytes::from_static(OK.as_bytes())).unwrap() else {
            panic!("rejected")
        };
        assert_eq!(accepted.auto_login_url.as_ref().unwrap().reveal(), "https://go.example/x");
        assert_eq!(accepted.source.text(), OK);
        assert!(!format!("{accepted:?}").contains("go.example"), "{accepted:?}");
    }

    #[test]
    fn a_200_without_a_lead_is_no_success() {
        assert!(accepted(&Bytes::from_static(br#"{"ok":true}"#)).is_err());
        assert!(accepted(&Bytes::from_static(b"[]")).is_err());
    }

    #[test]
    fn a_rejection_is_read_wherever_the_vendor_puts_its_parts() {
        for body in [
            NO.to_owned(),
            NO.replace("leadUuid", "lead_uuid"),
            NO.replace(r#"[{"key":"first_name","value":"x"}]"#, r#"{"first_name":"x"}"#),
        ] {
            let Push::Rejected(rejected) = rejected(&Bytes::from(body.clone())).unwrap() else {
                panic!("accepted")
            };
            assert_eq!(rejected.lead_uuid.as_str(), "a-1", "{body}");
            assert_eq!(rejected.error_type, Some(PushErrorType::FixableInput), "{body}");
            assert_eq!(rejected.message.as_deref(), Some("first name is missing"), "{body}");
            assert_eq!(rejected.required_fields[0].key, "first_name", "{body}");
            assert!(rejected.is_fixable() && !rejected.may_be_held());
        }
    }

    #[test]
    fn an_unknown_reason_is_kept_and_may_mean_anything() {
        let body = NO.replace("FIXABLE_INPUT", "NEW_REASON");
        let Push::Rejected(rejected) = rejected(&Bytes::from(body)).unwrap() else { panic!("accepted") };
        assert_eq!(rejected.error_type.as_ref().unwrap().as_str(), "NEW_REASON");
        assert!(rejected.may_be_held());
    }
}
