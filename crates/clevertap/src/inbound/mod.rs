//! What CleverTap sends to a partner's server, and the delivery reports that go back.
//!
//! Bytes in, a typed view with its text beside it out ([`Kept`](afflux_core::decode::Kept)); for what goes back, values
//! that `serde` writes. No HTTP framework is named, no body is limited in size (that is the server's), nothing panics
//! whatever comes. The vendor spells its own names in several ways (`email`, `Email`, `Event_properties`): they are read
//! without regard to case. CleverTap signs nothing, so what comes is as trustworthy as the path to your server: have a
//! header or HTTP Basic set in the dashboard, and check it there.
//!
//! | comes in | read by | goes back |
//! | --- | --- | --- |
//! | webhook campaign | [`Webhook`] | status 200 within a second; nothing else |
//! | post-action push webhook | [`PostAction`] | the same |
//! | custom reward | [`CustomReward`] | the same |
//! | generic SMS, generic e-mail | [`Template`], which is the body that you typed into the dashboard | [`SmsReports`], [`EmailReports`], [`SmtpReports`] |
//! | generic WhatsApp | [`WhatsApp`] | [`WhatsAppAnswer`] at once, [`WhatsAppStatuses`] and [`WhatsAppIncoming`] later |
//! | generic RCS, text messages | [`Rcs`] | not documented |
//! | linked content, a GET or a form | [`Pairs`] | any JSON |
//! | the answer to a report | [`ReportAnswer`] | |

mod answer;
mod email;
mod pairs;
mod rcs;
mod read;
mod sms;
mod template;
mod webhook;
mod whatsapp;
mod whatsapp_report;

pub use self::{
    answer::{AnswerData, AnswerDetails, FaultyEvent, ReportAnswer},
    email::{EmailFault, EmailReport, EmailReports, SmtpEvent, SmtpReports},
    pairs::Pairs,
    rcs::{Rcs, RcsContent, RcsParameter, RcsSuggestion, RcsText, SmsFallback},
    sms::{SmsFault, SmsReport, SmsReports},
    template::{Message, Placeholder, Template, TemplateError},
    webhook::{
        CustomReward, PostAction, PostActionProfile, PushPayload, Reward, RewardProfile, Webhook,
        WebhookProfile,
    },
    whatsapp::{
        Card, Component, Media, Parameter, ParametrizedText, TemplateName, WhatsApp, WhatsAppAnswer,
        WhatsAppCode,
    },
    whatsapp_report::{
        IncomingLocation, IncomingMedia, WhatsAppFailure, WhatsAppIncoming, WhatsAppStatus, WhatsAppStatuses,
    },
};
