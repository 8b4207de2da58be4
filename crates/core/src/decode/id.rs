//! Ids: text that is never parsed.

/// Defines an id: a text of its own type. It reads a string or a number and keeps the digits exactly, however many;
/// it is written as a string ([`as_number`](crate::decode::as_number) writes it as a number).
///
/// ```
/// afflux_core::id_type! {
///     /// A campaign.
///     pub struct CampaignId;
/// }
///
/// let id: CampaignId = serde_json::from_str("123456789012345678901234567890").unwrap();
/// assert_eq!(id, CampaignId::new("123456789012345678901234567890"));
/// ```
#[macro_export]
macro_rules! id_type {
    ($(#[$meta:meta])* $vis:vis struct $name:ident;) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis struct $name(String);

        impl $name {
            /// Takes the id as the vendor writes it.
            #[inline]
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The id as the vendor writes it.
            #[inline]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The id as the vendor writes it, taken out.
            #[inline]
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl From<&str> for $name {
            #[inline]
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }

        impl From<String> for $name {
            #[inline]
            fn from(id: String) -> Self {
                Self(id)
            }
        }

        impl From<std::borrow::Cow<'_, str>> for $name {
            #[inline]
            fn from(id: std::borrow::Cow<'_, str>) -> Self {
                Self(id.into_owned())
            }
        }

        impl From<u64> for $name {
            #[inline]
            fn from(id: u64) -> Self {
                Self(id.to_string())
            }
        }

        $crate::__text_like!($name);
    };
}
