//! How a call that changes something is sent: how harmful a repeat is, and what to do when nobody knows.
//!
//! These rules are the heart of the crate. A repeat is harmless where the vendor promises it, and nowhere else.

use std::time::Duration;

use afflux_core::{
    Error,
    operation::{Operation, Safety},
    request::Request,
    stop::Stop,
};

use crate::{fields::Fields, identify::Ids};

/// Options of one call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sending {
    pub(crate) trust_exto: bool,
    pub(crate) repeat_unknown: bool,
    pub(crate) deadline: Option<Duration>,
    pub(crate) stop: Option<Stop>,
}

/// What a call may do to the vendor's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It creates a lead.
    Creates,
    /// It changes a lead, and creates it where none is found.
    MayCreate,
    /// It changes a lead that is there.
    Changes,
}

impl Sending {
    /// How harmful a repeat is.
    pub(crate) fn safety(&self, ids: &Ids, effect: Effect, books_again: bool) -> Safety {
        let keyed = ids.exto.is_some() && (ids.click.is_some() || self.trust_exto);
        match effect {
            _ if books_again => Safety::Unsafe,
            Effect::Changes => Safety::Idempotent,
            Effect::Creates | Effect::MayCreate if keyed => Safety::Keyed("exto"),
            Effect::Creates | Effect::MayCreate => Safety::Unsafe,
        }
    }

    /// The request, ready to be sent.
    pub(crate) fn request(
        &self,
        operation: &'static Operation,
        fields: &Fields,
        safety: Safety,
        next_step: Option<&str>,
    ) -> Result<Request, Error> {
        let mut request = fields.request(operation)?.safety(safety);
        if let Some(next_step) = next_step {
            request = request.next_step(next_step);
        }
        if self.repeat_unknown {
            request = request.repeat_unknown();
        }
        if let Some(deadline) = self.deadline {
            request = request.deadline(deadline);
        }
        if let Some(stop) = &self.stop {
            request = request.stop_on(stop.clone());
        }
        Ok(request)
    }
}

/// What an error advises after an unknown outcome; none where a repeat is harmless, for then core says so.
pub(crate) fn next_step(ids: &Ids, safety: Safety, books_again: bool) -> Option<&'static str> {
    if safety.repeatable() {
        return None;
    }
    Some(match (ids.exto.is_some(), ids.click.is_some()) {
        _ if books_again => {
            "do not send it again: `accept=1` may book the payment twice; look in the panel, and use Status::Approve"
        }
        (false, true) => {
            "do not send it again: it could become a second lead; look in the panel, or change the lead by its click: \
             `bad-id` means that there is none"
        }
        (true, _) => {
            "look for the lead in the panel; send it again only if the network says that `exto` protects flows too, with \
             trust_exto()"
        }
        (false, false) => {
            "do not send it again: it could become a second lead, which this API cannot find; look in the panel"
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identify::{Identification, click, code, flow, order};

    fn ids(identification: &impl Identification) -> Ids {
        identification.ids()
    }

    #[test]
    fn a_repeat_is_harmless_only_where_the_vendor_promises_it() {
        use Effect::{Changes, Creates, MayCreate};
        const KEYED: Safety = Safety::Keyed("exto");
        let plain = Sending::default();
        let trusting = Sending { trust_exto: true, ..Sending::default() };
        let with = |ids: Ids, effect, plainly, trustingly| {
            assert_eq!(plain.safety(&ids, effect, false), plainly, "{ids:?} {effect:?}");
            assert_eq!(trusting.safety(&ids, effect, false), trustingly, "{ids:?} {effect:?}");
            assert_eq!(trusting.safety(&ids, effect, true), Safety::Unsafe, "accept=1 {ids:?}");
        };
        for effect in [Creates, MayCreate] {
            with(ids(&click(1).exto("x")), effect, KEYED, KEYED);
            with(ids(&click(1)), effect, Safety::Unsafe, Safety::Unsafe);
            with(ids(&flow(1)), effect, Safety::Unsafe, Safety::Unsafe);
            with(ids(&code("c")), effect, Safety::Unsafe, Safety::Unsafe);
            with(ids(&flow(1).exto("x")), effect, Safety::Unsafe, KEYED);
            with(ids(&code("c").exto("x")), effect, Safety::Unsafe, KEYED);
        }
        with(ids(&click(1)), Changes, Safety::Idempotent, Safety::Idempotent);
        with(ids(&order(1)), Changes, Safety::Idempotent, Safety::Idempotent);
        with(ids(&flow(1).exto("x")), Changes, Safety::Idempotent, Safety::Idempotent);
    }
}
