//! Which row of the vendor's list is a lead of ours: the vendor gives no link between the two.

/// What a row must say to be the lead's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Wanted(Vec<(String, String)>);

/// Longer texts are cut by the vendor and cannot be compared.
const LONGEST: usize = 512;

impl Wanted {
    /// By the caller's own id alone, where a column of it is named. Otherwise by everything that tells people apart:
    /// e-mail, phone and every `aff_sub`, all of which must be the same. `None` where there is nothing to go by.
    pub(crate) fn of<'a>(
        values: impl Iterator<Item = (&'a str, &'a str)>,
        correlation: Option<&str>,
    ) -> Option<Self> {
        let tells = |name: &str| match correlation {
            Some(key) => name == key,
            None => matches!(name, "email" | "phone") || name.starts_with("aff_sub"),
        };
        let mut wanted: Vec<(String, String)> = values
            .filter(|(name, value)| tells(name) && value.chars().count() <= LONGEST)
            .map(|(name, value)| (name.to_owned(), normal(name, value)))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        wanted.sort();
        (!wanted.is_empty()).then_some(Self(wanted))
    }

    /// Whether a row, whose values `value` tells, is the lead's.
    pub(crate) fn is(&self, value: impl Fn(&str) -> Option<String>) -> bool {
        self.0.iter().all(|(name, wanted)| value(name).is_some_and(|found| normal(name, &found) == *wanted))
    }
}

/// A value without what makes no difference.
fn normal(name: &str, value: &str) -> String {
    match name {
        "email" => value.trim().to_lowercase(),
        "phone" => value.chars().filter(char::is_ascii_digit).collect(),
        _ => value.trim().to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const LEAD: [(&str, &str); 4] =
        [("email", "Ana@Example.com"), ("phone", "+49 (1) 23"), ("aff_sub", "c-1"), ("first_name", "Ana")];

    fn row(email: &'static str, sub: &'static str) -> impl Fn(&str) -> Option<String> {
        move |name| match name {
            "email" => Some(email.to_owned()),
            "phone" => Some("49123".to_owned()),
            "aff_sub" => Some(sub.to_owned()),
            _ => None,
        }
    }

    #[test]
    fn everything_that_tells_people_apart_must_be_the_same() {
        let wanted = Wanted::of(LEAD.into_iter(), None).unwrap();
        assert!(wanted.is(row("ana@example.com", "c-1")));
        assert!(!wanted.is(row("ana@example.com", "c-2")));
        assert!(!wanted.is(row("bob@example.com", "c-1")));
    }

    #[test]
    fn a_named_id_decides_alone() {
        let wanted = Wanted::of(LEAD.into_iter(), Some("aff_sub")).unwrap();
        assert!(wanted.is(row("bob@example.com", "c-1")));
        assert!(Wanted::of([("first_name", "Ana")].into_iter(), None).is_none());
    }
}
