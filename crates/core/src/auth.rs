//! Credentials by name of the variant: which operation uses which, and where they go.

use std::sync::Arc;

use crate::{
    error::Error,
    mask::Masker,
    secret::{self, Slot, Unusable},
};

/// The credentials of a client: one or several variants, each a set of slots.
///
/// Most vendors have one variant; some sign one group of operations with headers and another with HTTP Basic. The
/// operation's metadata names the variant it needs.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    variants: Vec<(&'static str, Arc<[Slot]>)>,
    separators: Vec<char>,
}

impl Credentials {
    /// No credentials yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a variant. Every credential is trimmed; an empty one, or one that its place cannot carry, is an error.
    pub fn variant(self, name: &'static str, slots: impl IntoIterator<Item = Slot>) -> Result<Self, Error> {
        self.with(name, slots.into_iter().collect())
    }

    fn with(mut self, name: &'static str, slots: Vec<Slot>) -> Result<Self, Error> {
        let slots: Result<Vec<Slot>, Unusable> = slots.into_iter().map(Slot::checked).collect();
        let slots = slots.map_err(|why| {
            Error::configuration(match why {
                Unusable::Empty => format!("the credential `{name}` is empty"),
                Unusable::Characters => {
                    format!("the credential `{name}` holds a character that a header cannot carry")
                }
            })
        })?;
        self.variants.push((name, slots.into()));
        Ok(self)
    }

    /// Masks also what stands behind the first `separator` of a credential alone, for vendors whose tokens are made of an
    /// open part and a secret one (`site-key`).
    #[must_use]
    pub fn mask_after(mut self, separator: char) -> Self {
        self.separators.push(separator);
        self
    }

    /// The slots of a variant; none where the client was not given it.
    pub(crate) fn slots(&self, name: &str) -> Option<Arc<[Slot]>> {
        self.variants.iter().find(|(variant, _)| *variant == name).map(|(_, slots)| Arc::clone(slots))
    }

    /// A masker for all variants.
    pub(crate) fn masker(&self) -> Masker {
        secret::masker(self.variants.iter().flat_map(|(_, slots)| slots.iter()), &self.separators)
    }

    /// Names of query parameters that carry credentials: dropped from links that a vendor sends.
    pub(crate) fn query_names(&self) -> Vec<&'static str> {
        self.variants.iter().flat_map(|(_, slots)| slots.iter()).filter_map(Slot::query_name).collect()
    }

    /// A number that tells credentials apart within this process, without telling what they are.
    pub fn fingerprint(&self) -> u64 {
        self.variants.iter().fold(0, |sum, (_, slots)| sum.rotate_left(7) ^ secret::fingerprint(slots))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::secret::SecretString;

    #[test]
    fn the_secret_part_of_a_credential_is_masked_alone_too() {
        let of = |token: &str| {
            let slot = Slot::Query { name: "token", secret: SecretString::from(token) };
            let credentials = Credentials::new().variant("token", [slot]).unwrap();
            credentials.mask_after('-').masker()
        };
        let masker = of("123-k3y+9");
        assert_eq!(masker.text("123-k3y+9, k3y+9, k3y%2B9, 123"), "[masked], [masked], [masked], 123");
        assert_eq!(of("123-abc").text("123-abc abc"), "[masked] abc", "too short to be told from text");
        assert_eq!(of("plain").text("plain"), "[masked]");
    }
}
