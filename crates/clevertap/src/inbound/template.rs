//! Messages of the generic SMS and e-mail providers: their shape is whatever you typed into the dashboard.

use std::fmt;

use afflux_core::decode::{DecodeError, Field, JsonText, Kind};
use bytes::Bytes;

use super::pairs::Pairs;

afflux_core::open_enum! {
    /// A word that CleverTap replaces in a provider's template. Any other with two dollar signs is a field of the
    /// campaign's own.
    pub enum Placeholder {
        /// The telephone number or the e-mail address.
        To = "$$To",
        /// The text of an SMS.
        Body = "$$Body",
        /// The registered template of an SMS, instead of its text.
        TemplateId = "$$TemplateID",
        /// What goes into the registered template.
        TemplateVariables = "$$TemplateVariables",
        /// The campaign.
        CampaignId = "$$CampaignID",
        /// What a delivery report has to give back as `meta`, exactly. Without it in the template there can be no
        /// reports.
        MessageId = "$$MessageID",
        /// The subject of an e-mail.
        Subject = "$$Subject",
        /// The sender's name.
        FromName = "$$FromName",
        /// The sender's address.
        FromAddress = "$$FromAddress",
        /// The e-mail as HTML.
        Html = "$$HTML",
        /// The e-mail as plain text.
        PlainText = "$$Plaintext",
        /// The e-mail as AMP.
        AmpHtml = "$$AMPHTML",
        /// Where answers go.
        ReplyTo = "$$ReplyToAddress",
        /// Copies; sent blank where the feature is off.
        Cc = "$$cc",
        /// Blind copies; sent blank where the feature is off.
        Bcc = "$$bcc",
    }
}

/// A template cannot be used.
///
/// Next step: give it exactly as it stands in the dashboard.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TemplateError {
    /// It is not JSON.
    NotJson(DecodeError),
    /// No value of it is a placeholder, so nothing of a message could be found by it.
    NoPlaceholder,
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson(error) => write!(f, "the template is not JSON: {error}"),
            Self::NoPlaceholder => f.write_str("no value in the template is a placeholder such as `$$To`"),
        }
    }
}

impl std::error::Error for TemplateError {}

/// Where to find what in a message: the template of a generic SMS or e-mail provider, as it stands in the dashboard.
///
/// ```
/// use afflux_clevertap::inbound::Template;
///
/// let template = Template::json(r#"{"key":"k","msgs":[{"to":"$$To","text":"$$Body","id":"$$MessageID"}]}"#)?;
/// let body = r#"{"key":"k","msgs":[{"to":"+4930123456","text":"Hello","id":"99.12.wzrk_default.-1."}]}"#;
/// let messages = template.read(body)?;
/// assert_eq!((messages[0].to(), messages[0].text()), (Some("+4930123456"), Some("Hello")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Template {
    shape: Shape,
}

#[derive(Debug, Clone)]
enum Shape {
    Json {
        /// Where values for all messages of a batch stand.
        shared: Places,
        /// The array of messages, and where values stand in each. None: the whole body is one message.
        batch: Option<(String, Places)>,
    },
    Pairs(Places),
}

/// Placeholders, each with a JSON pointer or the name of a pair.
type Places = Vec<(Placeholder, String)>;

/// A placeholder, its pointer, and the outermost array of one object that it stands in.
type Found = (Placeholder, String, Option<String>);

/// The batch is where the address stands.
fn shape(found: Vec<Found>) -> Shape {
    let addressed = found.iter().find(|(placeholder, ..)| *placeholder == Placeholder::To);
    let Some(batch) = addressed.or(found.first()).and_then(|(.., batch)| batch.clone()) else {
        let places = found.into_iter().map(|(placeholder, pointer, _)| (placeholder, pointer));
        return Shape::Json { shared: places.collect(), batch: None };
    };
    let (mut shared, mut places) = (Places::new(), Places::new());
    let inside = format!("{batch}/0");
    for (placeholder, pointer, within) in found {
        match pointer.strip_prefix(&inside) {
            Some(rest) if within.as_ref() == Some(&batch) => places.push((placeholder, rest.to_owned())),
            _ => shared.push((placeholder, pointer)),
        }
    }
    Shape::Json { shared, batch: Some((batch, places)) }
}

impl Template {
    /// A JSON template. An array with one object in it is a batch: its messages stand there one after the other.
    pub fn json(template: &str) -> Result<Self, TemplateError> {
        let template = JsonText::new(template.to_owned()).map_err(TemplateError::NotJson)?;
        let mut found: Vec<Found> = Vec::new();
        // Not by recursion: no nesting can exhaust the stack.
        let mut open = vec![(String::new(), template.field(), None::<String>)];
        while let Some((pointer, value, batch)) = open.pop() {
            match value.kind() {
                Kind::String => {
                    let placeholder = value.as_str().filter(|text| text.starts_with("$$"));
                    found.extend(placeholder.map(|text| (Placeholder::from(text), pointer, batch)));
                }
                Kind::Array => {
                    let first = value.elements().next();
                    let alone = value.elements().nth(1).is_none();
                    let holds_one = alone && first.is_some_and(|first| first.kind() == Kind::Object);
                    let batch = batch.or_else(|| holds_one.then(|| pointer.clone()));
                    let elements = value.elements().enumerate();
                    open.extend(
                        elements.map(|(index, value)| (format!("{pointer}/{index}"), value, batch.clone())),
                    );
                }
                Kind::Object => {
                    let step = |key: &str| key.replace('~', "~0").replace('/', "~1");
                    let members = value.entries();
                    open.extend(
                        members
                            .map(|(key, value)| (format!("{pointer}/{}", step(&key)), value, batch.clone())),
                    );
                }
                _ => {}
            }
        }
        if found.is_empty() {
            return Err(TemplateError::NoPlaceholder);
        }
        Ok(Self { shape: shape(found) })
    }

    /// A template of pairs, as a query or a form: `to=$$To&text=$$Body`.
    pub fn pairs(template: &str) -> Result<Self, TemplateError> {
        let template = Pairs::new(template.to_owned());
        let pairs = template.iter().filter(|(_, value)| value.starts_with("$$"));
        let places: Places =
            pairs.map(|(name, value)| (Placeholder::from(value), name.into_owned())).collect();
        if places.is_empty() {
            return Err(TemplateError::NoPlaceholder);
        }
        Ok(Self { shape: Shape::Pairs(places) })
    }

    /// The messages of a body, or of a query. What the template names and the body lacks is missing in the message, and
    /// no error; an error is only a body that is not JSON where the template is.
    pub fn read(&self, body: impl Into<Bytes>) -> Result<Vec<Message>, DecodeError> {
        let body = body.into();
        match &self.shape {
            Shape::Pairs(places) => {
                let pairs = Pairs::new(body.clone());
                let found = places.iter().filter_map(|(placeholder, name)| {
                    Some((placeholder.clone(), pairs.get(name)?.into_owned()))
                });
                Ok(vec![Message { values: found.collect(), source: body }])
            }
            Shape::Json { shared, batch } => {
                let text = JsonText::new(body)?;
                let whole = text.field();
                let Some((pointer, places)) = batch else {
                    let source = text.bytes().clone();
                    return Ok(vec![Message { values: values(shared, whole), source }]);
                };
                let Some(batch) = whole.pointer(pointer) else { return Ok(Vec::new()) };
                let messages: Vec<Field<'_>> = match batch.kind() {
                    Kind::Array => batch.elements().collect(),
                    _ => vec![batch],
                };
                let for_all = values(shared, whole);
                let message = |field: Field<'_>| {
                    let mut values = values(places, field);
                    values.extend_from_slice(&for_all);
                    Message { values, source: text.bytes().slice_ref(field.raw().as_bytes()) }
                };
                Ok(messages.into_iter().map(message).collect())
            }
        }
    }
}

fn values(places: &Places, within: Field<'_>) -> Vec<(Placeholder, String)> {
    let value = |pointer: &str| within.pointer(pointer).filter(|value| !value.is_null());
    let found = places.iter().filter_map(|(placeholder, pointer)| {
        Some((placeholder.clone(), value(pointer)?.text().into_owned()))
    });
    found.collect()
}

/// A message to deliver. `Debug` shows which values are there and none of them: a text may hold a one-time password.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    values: Vec<(Placeholder, String)>,
    source: Bytes,
}

impl Message {
    /// The value of a placeholder.
    pub fn get(&self, placeholder: &Placeholder) -> Option<&str> {
        self.values.iter().find(|(known, _)| known == placeholder).map(|(_, value)| value.as_str())
    }

    /// The value of a field of the campaign's own, `otp` for `$$otp`.
    pub fn custom(&self, name: &str) -> Option<&str> {
        let named = |placeholder: &Placeholder| placeholder.as_str().strip_prefix("$$") == Some(name);
        self.values.iter().find(|(known, _)| named(known)).map(|(_, value)| value.as_str())
    }

    /// Where it goes.
    pub fn to(&self) -> Option<&str> {
        self.get(&Placeholder::To)
    }

    /// The text of an SMS.
    pub fn text(&self) -> Option<&str> {
        self.get(&Placeholder::Body)
    }

    /// The subject of an e-mail.
    pub fn subject(&self) -> Option<&str> {
        self.get(&Placeholder::Subject)
    }

    /// The e-mail as HTML.
    pub fn html(&self) -> Option<&str> {
        self.get(&Placeholder::Html)
    }

    /// What every report about it gives back as `meta`.
    pub fn message_id(&self) -> Option<&str> {
        self.get(&Placeholder::MessageId)
    }

    /// The message as it came: its own part of a batch, or the whole body or query.
    pub fn source(&self) -> &Bytes {
        &self.source
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.iter().map(|(placeholder, _)| placeholder.as_str())).finish()
    }
}
