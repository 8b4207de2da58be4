//! AlterCPA's numbers of statuses and reasons: open, because installs and eras differ.

use std::fmt;

macro_rules! number {
    ($(#[$meta:meta])* $name:ident { $($(#[$word:meta])* $constant:ident = $value:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl $name {
            $($(#[$word])* pub const $constant: Self = Self($value);)+

            /// The number.
            pub fn get(self) -> u32 {
                self.0
            }
        }

        impl From<u32> for $name {
            fn from(number: u32) -> Self {
                Self(number)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number! {
    /// A status by AlterCPA's number (`stid`). The manual has no list: the names are those of newer installs and of the
    /// server of 2015, which differ in 4. Ask your network where it matters.
    StatusId {
        /// Not paid, with offers that are paid in advance; seen on the server of 2015.
        NOT_PAID = 0;
        /// New.
        NEW = 1;
        /// In processing.
        PROCESSING = 2;
        /// To be called back.
        CALLBACK = 3;
        /// Hold on newer installs; the server of 2015 means [`NO_ANSWER`](Self::NO_ANSWER).
        HOLD = 4;
        /// No answer on the server of 2015; newer installs mean [`HOLD`](Self::HOLD).
        NO_ANSWER = 4;
        /// Cancelled; trash, if the reason is one of trash.
        CANCELLED = 5;
        /// Being packed: counts as approved.
        PACKING = 6;
        /// Being handed over for delivery: counts as approved.
        SENDING = 7;
        /// On the way: counts as approved.
        ON_THE_WAY = 8;
        /// Delivered: counts as approved.
        DELIVERED = 9;
        /// Paid and completed: counts as approved.
        COMPLETED = 10;
        /// Returned: counts as approved.
        RETURNED = 11;
        /// Deleted: counts as trash.
        DELETED = 12;
    }
}

impl StatusId {
    /// Whether a reason can stand beside it.
    pub(crate) fn takes_reason(self) -> bool {
        matches!(self, Self::CANCELLED | Self::DELETED)
    }
}

number! {
    /// Why a lead is cancelled (`reason`). The manual has no list; numbers from 16 are an install's own. The server of
    /// 2015 knew the first eight only, and 5 otherwise.
    ReasonId {
        /// None.
        NONE = 0;
        /// Wrong phone number.
        WRONG_PHONE = 1;
        /// The customer changed their mind.
        CHANGED_MIND = 2;
        /// The customer did not order.
        DID_NOT_ORDER = 3;
        /// The customer wants a certificate.
        WANTS_CERTIFICATE = 4;
        /// Wrong country on newer installs; the server of 2015 means
        /// [`DELIVERY_IMPOSSIBLE`](Self::DELIVERY_IMPOSSIBLE).
        WRONG_GEO = 5;
        /// Delivery is impossible on the server of 2015; newer installs mean [`WRONG_GEO`](Self::WRONG_GEO).
        DELIVERY_IMPOSSIBLE = 5;
        /// Errors, or a fake.
        FAKE = 6;
        /// A duplicate.
        DUPLICATE = 7;
        /// Ordered elsewhere.
        ORDERED_ELSEWHERE = 8;
        /// Too expensive.
        TOO_EXPENSIVE = 9;
        /// Unhappy with the delivery.
        UNHAPPY_WITH_DELIVERY = 10;
        /// Could not be reached.
        NOT_REACHED = 11;
        /// Possible fraud.
        FRAUD = 12;
        /// Speaks another language.
        OTHER_LANGUAGE = 13;
        /// The product did not fit.
        DID_NOT_FIT = 14;
        /// The offer is switched off.
        OFFER_DISABLED = 15;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_eras_have_their_names() {
        assert_eq!(StatusId::HOLD, StatusId::NO_ANSWER);
        assert_eq!(ReasonId::WRONG_GEO, ReasonId::DELIVERY_IMPOSSIBLE);
        assert_eq!(StatusId::from(99).to_string(), "99");
        assert_eq!(ReasonId::from(16).get(), 16);
    }
}
