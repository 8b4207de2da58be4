//! What creating and changing a lead have in common: status, payment, goal and extra fields, and their setters.

use crate::{
    details::{Details, Goal},
    fields::{Fields, Invalid},
    money::Payout,
    status::Status,
};

/// What a lead is given.
#[derive(Debug, Clone, Default)]
pub(crate) struct Content {
    pub(crate) status: Option<Status>,
    pub(crate) payout: Option<Payout>,
    pub(crate) goal: Option<Goal>,
    pub(crate) details: Details,
}

impl Content {
    /// Everything that is given, checked.
    pub(crate) fn fields(&self) -> Result<Fields, Invalid> {
        let mut fields = Fields::default();
        if let Some(status) = &self.status {
            fields.extend(&status.fields()?);
        }
        if let Some(payout) = &self.payout {
            fields.extend(&payout.fields()?);
        }
        if let Some(goal) = &self.goal {
            fields.extend(&goal.fields()?);
        }
        fields.extend(self.details.fields()?);
        Ok(fields)
    }

    /// Whether a repeat may book payments again.
    pub(crate) fn books_again(&self) -> bool {
        self.status.as_ref().is_some_and(Status::books_again)
    }
}

/// The setters that both builders have.
macro_rules! content_setters {
    ($builder:ident) => {
        impl<I: crate::identify::Identification> $builder<'_, I> {
            /// The status.
            pub fn status(mut self, status: crate::status::Status) -> Self {
                self.content.status = Some(status);
                self
            }

            /// The payment for the lead, for affiliate and advertiser (`wm` and `cc`). It takes the place of one set
            /// before.
            pub fn payout(mut self, amount: rust_decimal::Decimal, currency: crate::money::Currency) -> Self {
                self.content.payout = Some(crate::money::Payout::Both(amount, currency, None));
                self
            }

            /// The advertiser's payment alone (`pay` and `cc`): the affiliate's follows from the offer's settings. It
            /// takes the place of one set before.
            pub fn advertiser_payout(
                mut self,
                amount: rust_decimal::Decimal,
                currency: crate::money::Currency,
            ) -> Self {
                self.content.payout = Some(crate::money::Payout::Advertiser(amount, currency));
                self
            }

            /// As [`payout`](Self::payout), with the network's own commission (`pd` or `pp`), which the vendor advises
            /// against.
            pub fn payout_with_commission(
                mut self,
                amount: rust_decimal::Decimal,
                currency: crate::money::Currency,
                commission: crate::money::Commission,
            ) -> Self {
                self.content.payout = Some(crate::money::Payout::Both(amount, currency, Some(commission)));
                self
            }

            /// The goal (`goal` or `gid`), for offers with advanced goals.
            pub fn goal(mut self, goal: crate::details::Goal) -> Self {
                self.content.goal = Some(goal);
                self
            }

            /// The customer's name.
            pub fn name(mut self, name: impl Into<String>) -> Self {
                self.content.details.text("name", name.into());
                self
            }

            /// The customer's phone number.
            pub fn phone(mut self, phone: impl Into<String>) -> Self {
                self.content.details.text("phone", phone.into());
                self
            }

            /// The customer's e-mail address.
            pub fn email(mut self, email: impl Into<String>) -> Self {
                self.content.details.text("email", email.into());
                self
            }

            /// The country: two letters, ISO 3166-1 alpha-2.
            pub fn country(mut self, country: impl AsRef<str>) -> Self {
                self.content.details.country(country.as_ref());
                self
            }

            /// The price of a unit or of the order. It is **not** the payment: that is [`payout`](Self::payout).
            pub fn base(mut self, base: rust_decimal::Decimal) -> Self {
                self.content.details.base(base);
                self
            }

            /// The currency of the order (`currency`): three letters, ISO 4217.
            pub fn currency(mut self, currency: impl Into<crate::details::OrderCurrency>) -> Self {
                self.content.details.currency(&currency.into());
                self
            }

            /// A currency by its number within the install (`curr`).
            pub fn curr(mut self, currency: crate::details::CurrencyNumber) -> Self {
                self.content.details.curr(currency);
                self
            }

            /// How many pieces were ordered.
            pub fn count(mut self, count: u32) -> Self {
                self.content.details.count(count);
                self
            }

            /// A comment.
            pub fn comment(mut self, comment: impl Into<String>) -> Self {
                self.content.details.text("comment", comment.into());
                self
            }

            /// The kind of traffic (`mobile`).
            pub fn traffic(mut self, traffic: crate::details::Traffic) -> Self {
                self.content.details.traffic(traffic);
                self
            }

            /// Marks the traffic as bad (`bad=1`).
            pub fn bad_traffic(mut self) -> Self {
                self.content.details.bad();
                self
            }

            /// When the lead was created (`time`); sent in whole seconds, a fraction is cut off.
            pub fn created_at(mut self, time: jiff::Timestamp) -> Self {
                self.content.details.time(time);
                self
            }

            /// Accepts that a repeat may do it twice: a lost answer is tried again, whatever that can cost.
            pub fn with_repeat_unknown(mut self) -> Self {
                self.sending.repeat_unknown = true;
                self
            }

            /// Takes `exto` for a key also beside a flow or its code, so that lost answers are tried again. The vendor
            /// promises that for a click only: ask the network first.
            pub fn trust_exto(mut self) -> Self {
                self.sending.trust_exto = true;
                self
            }

            /// The time for all attempts and waits together.
            pub fn with_deadline(mut self, deadline: std::time::Duration) -> Self {
                self.sending.deadline = Some(deadline);
                self
            }

            /// Ends the call between its attempts when the signal is raised.
            pub fn with_stop(mut self, stop: afflux_core::stop::Stop) -> Self {
                self.sending.stop = Some(stop);
                self
            }
        }
    };
}
pub(crate) use content_setters;
