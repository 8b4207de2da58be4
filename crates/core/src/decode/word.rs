//! Open enums: the words that are documented, and any word that comes.

/// An enum of words that keeps a word it does not know; written by [`open_enum!`](crate::open_enum).
pub trait Word: Sized {
    /// The documented words.
    const WORDS: &'static [&'static str];

    /// Reads a word; one that is not documented is kept as it is.
    fn from_word(word: &str) -> Self;

    /// The word as the vendor writes it.
    fn as_str(&self) -> &str;

    /// Whether the word is documented.
    fn is_documented(&self) -> bool {
        Self::WORDS.contains(&self.as_str())
    }
}

/// Defines an open enum: the documented words, and `Unknown` for every other, which keeps the word.
///
/// ```
/// afflux_core::open_enum! {
///     /// What became of a conversion.
///     pub enum ConversionStatus {
///         /// It will be paid.
///         Approved = "approved",
///         /// It is being looked at.
///         Pending = "pending",
///     }
/// }
///
/// assert_eq!("approved".parse(), Ok(ConversionStatus::Approved));
/// assert_eq!(serde_json::to_string(&ConversionStatus::from("on hold")).unwrap(), "\"on hold\"");
/// ```
#[macro_export]
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $( $(#[$word_meta:meta])* $variant:ident = $word:literal ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        $vis enum $name {
            $( $(#[$word_meta])* $variant, )+
            /// A word that is not documented, as it came.
            Unknown(String),
        }

        impl $name {
            /// The word as the vendor writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $word, )+
                    Self::Unknown(word) => word,
                }
            }
        }

        impl $crate::decode::Word for $name {
            const WORDS: &'static [&'static str] = &[$($word),+];

            fn from_word(word: &str) -> Self {
                match word {
                    $( $word => Self::$variant, )+
                    _ => Self::Unknown(word.to_owned()),
                }
            }

            fn as_str(&self) -> &str {
                self.as_str()
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                $crate::decode::Word::from_word(word)
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                $crate::decode::Word::from_word(&word)
            }
        }

        impl From<std::borrow::Cow<'_, str>> for $name {
            fn from(word: std::borrow::Cow<'_, str>) -> Self {
                $crate::decode::Word::from_word(&word)
            }
        }

        $crate::__text_like!($name);
    };
}

/// What open enums and ids have in common: text in, text out.
#[doc(hidden)]
#[macro_export]
macro_rules! __text_like {
    ($name:ident) => {
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl $crate::decode::private::serde::Serialize for $name {
            fn serialize<S: $crate::decode::private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::decode::private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::decode::private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                $crate::decode::lenient(deserializer)
            }
        }

        impl $crate::decode::Lenient for $name {
            const DIRECT: bool = true;

            fn from_field(field: $crate::decode::Field<'_>) -> Result<Self, $crate::decode::Mismatch> {
                $crate::decode::private::text_from_field(field, |text| Self::from(text))
            }

            fn lenient<'de, D: $crate::decode::private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                $crate::decode::private::text(deserializer, |text| Self::from(text))
            }
        }
    };
}
