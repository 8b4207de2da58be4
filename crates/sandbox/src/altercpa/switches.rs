//! Every choice that the vendor's manual leaves open, as a switch. The default is the reading that the facts prefer.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::switch::{choices, milliseconds};

/// How this AlterCPA behaves where the manual is silent or installs differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Switches {
    /// What a second create gets that names a click alone.
    pub click_only_duplicate: ClickOnlyDuplicate,
    /// Whether the same customer twice is a duplicate.
    pub contact_dedupe: ContactDedupe,
    /// Which leads a click alone finds.
    pub combination_check: CombinationCheck,
    /// Which lead a click alone finds when there are several.
    pub several_by_click: SeveralByClick,
    /// When `auto=1` may create.
    pub auto_needs_unused_click: AutoNeedsUnusedClick,
    /// What a status word means that nobody knows.
    pub unknown_word: UnknownWord,
    /// Whether a lead can go back.
    pub backward_guard: BackwardGuard,
    /// What a repeated `accept=1` does.
    pub accept_always_changes: AcceptAlwaysChanges,
    /// Whether `edit` tells the lead's id.
    pub edit_has_id: EditHasId,
    /// What `flow.json` says of a flow that is not there.
    pub flow_miss_code: FlowMissCode,
    /// What becomes of signs in `exto` that are neither letters, digits, `_`, `.` nor `-`.
    pub exto_signs: ExtoSigns,
    /// The content type of answers.
    pub content_type: ContentType,
    /// The HTTP status of errors: 200.
    pub error_status: u16,
    /// How ids and times are written in answers.
    pub integers: Integers,
    /// How a value is written that is not there.
    pub empty_values: EmptyValues,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            click_only_duplicate: ClickOnlyDuplicate::default(),
            contact_dedupe: ContactDedupe::default(),
            combination_check: CombinationCheck::default(),
            several_by_click: SeveralByClick::default(),
            auto_needs_unused_click: AutoNeedsUnusedClick::default(),
            unknown_word: UnknownWord::default(),
            backward_guard: BackwardGuard::default(),
            accept_always_changes: AcceptAlwaysChanges::default(),
            edit_has_id: EditHasId::default(),
            flow_miss_code: FlowMissCode::default(),
            exto_signs: ExtoSigns::default(),
            content_type: ContentType::default(),
            error_status: 200,
            integers: Integers::default(),
            empty_values: EmptyValues::default(),
        }
    }
}

choices! {
    /// What a second create gets that names a click alone.
    ClickOnlyDuplicate {
        /// A second lead: the manual promises protection only with `exto`.
        CreateSecond,
        /// `duplicate` with the first lead's id.
        Duplicate,
    }
    /// Which leads a click alone finds.
    CombinationCheck {
        /// Those created without `exto`.
        Strict,
        /// Any lead of the click.
        Lenient,
    }
    /// Which lead a click alone finds when there are several.
    SeveralByClick {
        /// The one with the lowest id.
        LowestId,
        /// The newest.
        Newest,
    }
    /// When `auto=1` may create.
    AutoNeedsUnusedClick {
        /// When the combination finds no lead.
        No,
        /// When the click has no lead at all.
        Yes,
    }
    /// What a status word means that nobody knows.
    UnknownWord {
        /// Nothing: a new lead is New, a lead keeps its status.
        NoEffect,
        /// Wait.
        Wait,
    }
    /// Whether a lead can go back.
    BackwardGuard {
        /// Any status can follow any other.
        Off,
        /// From status 5 and above a move below 6 is dropped silently, and the reason with it.
        On,
    }
    /// What a repeated `accept=1` does.
    AcceptAlwaysChanges {
        /// Nothing: `edit`.
        Off,
        /// It is a change every time and books the payout every time.
        On,
    }
    /// Whether `edit` tells the lead's id.
    EditHasId {
        /// No.
        No,
        /// Yes.
        Yes,
    }
    /// What `flow.json` says of a flow that is not there.
    FlowMissCode {
        /// `bad-id`, as in the list of its errors.
        BadId,
        /// `no-click`, as in its sample.
        NoClick,
    }
    /// What becomes of signs in `exto` that are neither letters, digits, `_`, `.` nor `-`.
    ExtoSigns {
        /// They are kept.
        Kept,
        /// They are dropped silently, as on one path of an older version: `a/1` and `a1` are the same lead.
        Dropped,
    }
    /// The content type of answers.
    ContentType {
        /// `application/json; charset=utf-8`.
        Json,
        /// `text/html; charset=utf-8`, with JSON in the body.
        Html,
    }
    /// How ids and times are written in answers.
    Integers {
        /// As numbers.
        Number,
        /// As texts.
        Text,
    }
    /// How a value of `fetch.json`, `flow.json` and `offer.json` is written that is not there.
    EmptyValues {
        /// Not at all.
        Omitted,
        /// As `false`.
        False,
        /// As `null`.
        Null,
        /// As `""`.
        EmptyText,
    }
}

/// Whether the same customer twice is a duplicate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactDedupe {
    /// No.
    #[default]
    Off,
    /// Yes, by this rule.
    On(ContactRule),
}

/// When two leads of an offer are of the same customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactRule {
    /// What is compared: a phone by its digits, an e-mail without regard to case. What is not given is like nothing.
    pub by: ContactMatch,
    /// How far back it looks, before the time scale: a day. Zero: for ever.
    #[serde(default = "a_day", rename = "period_ms", with = "milliseconds")]
    pub period: Duration,
    /// Whether the click or flow must be the same as well.
    #[serde(default)]
    pub same_source: bool,
    /// Whether the name must be the same as well.
    #[serde(default)]
    pub same_name: bool,
}

/// What makes a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactMatch {
    /// The phone.
    Phone,
    /// The e-mail.
    Mail,
    /// Both.
    Both,
    /// One of the two.
    Either,
}

impl ContactRule {
    /// Looks back a day, at all leads of the offer.
    pub fn new(by: ContactMatch) -> Self {
        Self { by, period: a_day(), same_source: false, same_name: false }
    }
}

fn a_day() -> Duration {
    Duration::from_hours(24)
}
