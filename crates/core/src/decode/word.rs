//! Open enums: the words that are documented, and any word that comes.

use std::cmp::Ordering;

use super::order::{MOST, sorted};

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

/// The variants of an open enum in the order of its words, each with its name. Tables, because code for each word of each
/// enum (all countries, all currencies) was a large part of what a vendor's crate had to have compiled.
pub trait Variants: Word + Clone + PartialEq + 'static {
    /// The table.
    const VARIANTS: &'static [(Self, &'static str)];

    /// Where in the table the words stand, in the order of the alphabet.
    const SORTED: &'static [u16; MOST] = &sorted(Self::WORDS);
}

/// Up to so many words are looked at one by one, which takes about as long as by halves.
const FEW: usize = 12;

/// The variant of a word.
pub fn word<W: Variants>(word: &str, unknown: fn(String) -> W) -> W {
    let variant = place::<W>(word).and_then(|place| W::VARIANTS.get(place));
    variant.map_or_else(|| unknown(word.to_owned()), |(variant, _)| variant.clone())
}

fn place<W: Variants>(word: &str) -> Option<usize> {
    let words = W::WORDS;
    if words.len() <= FEW {
        return words.iter().position(|known| *known == word);
    }
    let sorted = W::SORTED.get(..words.len())?;
    let order =
        |place: &u16| words.get(usize::from(*place)).map_or(Ordering::Greater, |known| (*known).cmp(word));
    sorted.get(sorted.binary_search_by(order).ok()?).map(|place| usize::from(*place))
}

/// The name of a documented word's variant, for `Debug`.
pub fn variant_name<W: Variants>(word: &W) -> &'static str {
    W::VARIANTS.iter().find(|(variant, _)| variant == word).map_or("", |(_, name)| *name)
}

/// Defines an open enum: the documented words, and `Unknown` for every other, which keeps the word. Equal are words that
/// are written alike, and their order is that of the alphabet.
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
        #[derive(Clone)]
        #[non_exhaustive]
        $vis enum $name {
            $( $(#[$word_meta])* $variant, )+
            /// A word that is not documented, as it came. To make one from a text, `from` is right for every word.
            Unknown(String),
        }

        impl $name {
            /// The word as the vendor writes it.
            #[inline]
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $word, )+
                    Self::Unknown(word) => word,
                }
            }
        }

        impl $crate::decode::Word for $name {
            const WORDS: &'static [&'static str] = &[$($word),+];

            #[inline]
            fn from_word(word: &str) -> Self {
                $crate::decode::private::word(word, Self::Unknown)
            }

            #[inline]
            fn as_str(&self) -> &str {
                self.as_str()
            }
        }

        impl $crate::decode::private::Variants for $name {
            const VARIANTS: &'static [(Self, &'static str)] = &[$((Self::$variant, stringify!($variant))),+];
        }

        impl PartialEq for $name {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                self.as_str() == other.as_str()
            }
        }

        impl Eq for $name {}

        impl PartialOrd for $name {
            #[inline]
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $name {
            #[inline]
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                self.as_str().cmp(other.as_str())
            }
        }

        impl std::hash::Hash for $name {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                self.as_str().hash(state);
            }
        }

        impl std::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    Self::Unknown(word) => f.debug_tuple("Unknown").field(word).finish(),
                    documented => f.write_str($crate::decode::private::variant_name(documented)),
                }
            }
        }

        impl From<&str> for $name {
            #[inline]
            fn from(word: &str) -> Self {
                $crate::decode::Word::from_word(word)
            }
        }

        impl From<String> for $name {
            #[inline]
            fn from(word: String) -> Self {
                $crate::decode::Word::from_word(&word)
            }
        }

        impl From<std::borrow::Cow<'_, str>> for $name {
            #[inline]
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
            #[inline]
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            #[inline]
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

            #[inline]
            fn from_field(field: $crate::decode::Field<'_>) -> Result<Self, $crate::decode::Mismatch> {
                $crate::decode::private::text_from_field(field)
            }

            fn lenient<'de, D: $crate::decode::private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                $crate::decode::private::text(deserializer)
            }
        }
    };
}
