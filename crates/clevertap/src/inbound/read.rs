//! Models whose names are read without regard to case.

use afflux_core::decode::{Field, Lenient, Mismatch};

/// The value under any of these names, however they are spelled; the last one counts, as everywhere.
pub(super) fn under<'a>(object: Field<'a>, names: &[&str]) -> Option<Field<'a>> {
    let meant = |key: &str| names.iter().any(|name| name.eq_ignore_ascii_case(key));
    object.entries().filter(|(key, _)| meant(key)).map(|(_, value)| value).last()
}

/// Reads a field of a model; what is not there is the default.
pub(super) fn field<T: Lenient + Default>(object: Field<'_>, names: &[&str]) -> Result<T, Mismatch> {
    under(object, names).map_or_else(|| Ok(T::default()), T::from_field)
}

/// Defines a model that is read by [`field`]: every field with its name on the wire, and the other names that it has been
/// seen under.
macro_rules! tolerant {
    (
        $(#[$meta:meta])*
        pub struct $model:ident {
            $( $(#[$field_meta:meta])* $field:ident: $type:ty = $name:literal $(| $alias:literal)*, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default)]
        #[non_exhaustive]
        pub struct $model {
            $( $(#[$field_meta])* pub $field: $type, )+
        }

        impl afflux_core::decode::Known for $model {
            const FIELDS: &'static [&'static str] = &[$($name, $($alias,)*)+];
        }

        impl afflux_core::decode::Lenient for $model {
            fn from_field(
                object: afflux_core::decode::Field<'_>,
            ) -> Result<Self, afflux_core::decode::Mismatch> {
                if object.kind() != afflux_core::decode::Kind::Object {
                    return Err(afflux_core::decode::Mismatch::new("an object"));
                }
                Ok(Self {
                    $( $field: $crate::inbound::read::field(object, &[$name $(, $alias)*])?, )+
                })
            }
        }
    };
}
pub(super) use tolerant;
