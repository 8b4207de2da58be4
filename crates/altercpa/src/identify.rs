//! How a lead, a flow or an offer is named: the documented combinations as types, and no other.
//!
//! `click(1).flow(2)` cannot be written, a lead cannot be created by `order`, and one that was created from a bare flow
//! cannot be changed: these are compile errors, because the vendor does not define them.

use std::fmt;

use crate::{
    exto::Exto,
    fields::{Fields, Invalid, present},
    generated::{ClickId, FlowId, LeadId, OfferId},
};

/// By a click in AlterCPA: the number that its link handed over as `{subid}`.
///
/// Alone it creates and finds **one** lead, and protects against nothing: add [`exto`](Click::exto).
pub fn click(id: impl Into<ClickId>) -> Click {
    Click(id.into())
}

/// By a flow. Alone it creates leads that cannot be found again; add [`exto`](Flow::exto) to change them later.
pub fn flow(id: impl Into<FlowId>) -> Flow {
    Flow(id.into())
}

/// By a flow's symbolic code, for instance the name of an advertising campaign. Alone it creates leads that cannot be
/// found again; add [`exto`](Code::exto) to change them later.
pub fn code(code: impl Into<String>) -> Code {
    Code(code.into())
}

/// By the lead's id in AlterCPA, as creating it answered.
pub fn order(id: impl Into<LeadId>) -> Order {
    Order(id.into())
}

/// By an offer.
pub fn offer(id: impl Into<OfferId>) -> Offer {
    Offer(id.into())
}

/// What a call is identified by, on the wire.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Ids {
    pub(crate) click: Option<ClickId>,
    pub(crate) exto: Option<Exto>,
    pub(crate) order: Option<LeadId>,
    pub(crate) flow: Option<FlowId>,
    pub(crate) code: Option<String>,
    pub(crate) offer: Option<OfferId>,
}

impl Ids {
    /// Everything that is given, checked.
    pub(crate) fn fields(&self) -> Result<Fields, Invalid> {
        let mut fields = Fields::default();
        let numbers = [
            ("click", self.click.as_ref().map(ClickId::as_str)),
            ("order", self.order.as_ref().map(LeadId::as_str)),
            ("flow", self.flow.as_ref().map(FlowId::as_str)),
            ("offer", self.offer.as_ref().map(OfferId::as_str)),
        ];
        for (name, id) in numbers {
            if let Some(id) = id {
                number(name, id)?;
                fields.set(name, id);
            }
        }
        if let Some(code) = &self.code {
            present("code", code)?;
            fields.set("code", code);
        }
        if let Some(exto) = &self.exto {
            exto.check()?;
            fields.set("exto", exto);
        }
        Ok(fields)
    }
}

/// An id that the server would understand: it takes anything but a number for none.
fn number(field: &'static str, id: &str) -> Result<(), Invalid> {
    let digits = id.bytes().all(|byte| byte.is_ascii_digit());
    if digits && id.bytes().any(|byte| byte != b'0') {
        return Ok(());
    }
    Err(Invalid::new(field, "must be a whole number above zero: the vendor takes anything else for none"))
}

mod sealed {
    /// Only this crate says what can be combined.
    pub trait Sealed {
        fn ids(&self) -> super::Ids;
    }
}
pub(crate) use sealed::Sealed;

/// Something that a call can be identified by.
pub trait Identification: Sealed + Clone + fmt::Debug + Send + Sync + 'static {}

/// A combination that can create a lead.
#[diagnostic::on_unimplemented(
    message = "the vendor does not create leads by `{Self}`",
    note = "a lead is created by click, click + exto, flow, code, flow + exto or code + exto"
)]
pub trait Creates: Identification {}

/// A combination that can find the lead to change.
#[diagnostic::on_unimplemented(
    message = "the vendor does not find a lead by `{Self}`",
    note = "a lead is changed by click, click + exto, order, flow + exto or code + exto; a lead that was created from a \
            bare flow or code can only be changed by the `order` id that creating it answered"
)]
pub trait Changes: Identification {}

/// What a flow can be read by.
#[diagnostic::on_unimplemented(message = "a flow is read by its id, its code or a click, not by `{Self}`")]
pub trait NamesFlow: Identification {}

/// What an offer can be read by.
#[diagnostic::on_unimplemented(
    message = "an offer is read by its id, a flow, a code or a click, not by `{Self}`"
)]
pub trait NamesOffer: Identification {}

macro_rules! identification {
    (
        $(#[$meta:meta])*
        $name:ident($($part:ident: $type:ty),+) $([$with:ident])? : $($does:ident),+
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[must_use]
        pub struct $name($(pub(crate) $type),+);

        impl Sealed for $name {
            fn ids(&self) -> Ids {
                let Self($($part),+) = self;
                Ids { $($part: Some($part.clone()),)+ ..Ids::default() }
            }
        }

        impl Identification for $name {}
        $(impl $does for $name {})+

        $(
            impl $name {
                /// The order's id in the target network beside it, which several leads of the same source are told apart
                /// by.
                pub fn exto(self, exto: impl Into<Exto>) -> $with {
                    $with(self.0, exto.into())
                }
            }
        )?
    };
}

identification! {
    /// By a click; see [`click`].
    Click(click: ClickId) [ClickExto]: Creates, Changes, NamesFlow, NamesOffer
}
identification! {
    /// By a click and the order's id: the one combination that the vendor documents as protected against duplicates.
    ClickExto(click: ClickId, exto: Exto): Creates, Changes
}
identification! {
    /// By a flow; see [`flow`].
    Flow(flow: FlowId) [FlowExto]: Creates, NamesFlow, NamesOffer
}
identification! {
    /// By a flow and the order's id. Protection against duplicates is not documented for it: see
    /// [`trust_exto`](crate::Create::trust_exto).
    FlowExto(flow: FlowId, exto: Exto): Creates, Changes
}
identification! {
    /// By a flow's code; see [`code`].
    Code(code: String) [CodeExto]: Creates, NamesFlow, NamesOffer
}
identification! {
    /// By a flow's code and the order's id. Protection against duplicates is not documented for it: see
    /// [`trust_exto`](crate::Create::trust_exto).
    CodeExto(code: String, exto: Exto): Creates, Changes
}
identification! {
    /// By the lead's id in AlterCPA; see [`order`].
    Order(order: LeadId): Changes
}
identification! {
    /// By an offer; see [`offer`].
    Offer(offer: OfferId): NamesOffer
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn names(identification: &impl Identification) -> Vec<&'static str> {
        identification.ids().fields().unwrap().names().collect()
    }

    #[test]
    fn every_combination_is_its_own_set_of_names() {
        assert_eq!(names(&click(1)), ["click"]);
        assert_eq!(names(&click("1").exto("x")), ["click", "exto"]);
        assert_eq!(names(&flow(1)), ["flow"]);
        assert_eq!(names(&flow(1).exto("x")), ["flow", "exto"]);
        assert_eq!(names(&code("spring")), ["code"]);
        assert_eq!(names(&code("spring").exto("x")), ["code", "exto"]);
        assert_eq!(names(&order(1)), ["order"]);
        assert_eq!(names(&offer(1)), ["offer"]);
    }

    #[test]
    fn what_the_server_would_take_for_no_id_is_refused() {
        for bad in ["", "0", "abc", "-1", "1.0", " "] {
            assert!(click(bad).ids().fields().is_err(), "{bad:?}");
        }
        assert!(code(" ").ids().fields().is_err());
        assert!(click(1).exto("").ids().fields().is_err());
    }
}
