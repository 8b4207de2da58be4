//! A network's words, sorted by what they mean: the lists `sta`, `stc`, `stt`, `sth`, `stw` and `stn`.

use std::collections::BTreeMap;

use crate::fields::{Fields, Invalid};

/// What a network's word means in AlterCPA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Meaning {
    /// Approved (`sta`).
    Approve,
    /// Cancelled (`stc`).
    Cancel,
    /// Trash (`stt`).
    Trash,
    /// The buyer agreed, payment is pending (`sth`).
    Hold,
    /// In processing (`stw`).
    Wait,
    /// A new lead (`stn`): a change with such a word creates the lead, as new, where none is found.
    New,
}

impl Meaning {
    /// The parameter of the list.
    fn list(self) -> &'static str {
        match self {
            Self::Approve => "sta",
            Self::Cancel => "stc",
            Self::Trash => "stt",
            Self::Hold => "sth",
            Self::Wait => "stw",
            Self::New => "stn",
        }
    }
}

/// A network's words by what they mean. Which list wins where a word is in two is not documented, so that is an error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct StatusWords(BTreeMap<Meaning, Vec<String>>);

macro_rules! lists {
    ($($(#[$meta:meta])* $name:ident: $meaning:ident;)+) => {
        impl StatusWords { $(
            $(#[$meta])*
            pub fn $name<W: Into<String>>(self, words: impl IntoIterator<Item = W>) -> Self {
                self.list(Meaning::$meaning, words)
            }
        )+ }
    };
}

lists! {
    /// Words that mean approved.
    approve: Approve;
    /// Words that mean cancelled.
    cancel: Cancel;
    /// Words that mean trash.
    trash: Trash;
    /// Words that mean hold in AlterCPA's sense: the buyer agreed, payment is pending.
    hold: Hold;
    /// Words that mean in processing; with many networks `hold` is one.
    wait: Wait;
    /// Words that mean a new lead: a change with one creates the lead where none is found.
    new_lead: New;
}

impl StatusWords {
    /// No words yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds words of one meaning.
    pub fn list<W: Into<String>>(mut self, meaning: Meaning, words: impl IntoIterator<Item = W>) -> Self {
        self.0.entry(meaning).or_default().extend(words.into_iter().map(Into::into));
        self
    }

    /// What a word means; none where it is in no list. Case and white space do not matter.
    pub fn meaning(&self, word: &str) -> Option<Meaning> {
        let listed = |words: &Vec<String>| words.iter().any(|listed| same(listed, word));
        self.0.iter().find(|(_, words)| listed(words)).map(|(meaning, _)| *meaning)
    }

    /// Whether the server could take the word for one that creates a lead. It ignores some characters, nobody says
    /// which, so here all but letters and digits are.
    pub(crate) fn creates(&self, word: &str) -> bool {
        let bare = |word: &str| -> String {
            word.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
        };
        let words = self.0.get(&Meaning::New);
        words.into_iter().flatten().any(|listed| bare(listed) == bare(word))
    }

    pub(crate) fn check(&self) -> Result<(), Invalid> {
        let all: Vec<(Meaning, &String)> =
            self.0.iter().flat_map(|(meaning, words)| words.iter().map(|word| (*meaning, word))).collect();
        for (index, (meaning, word)) in all.iter().enumerate() {
            if word.trim().is_empty() || word.contains(',') {
                return Err(Invalid::new(meaning.list(), "must be words without commas, none of them empty"));
            }
            let other = all
                .iter()
                .skip(index + 1)
                .find(|(other, same_word)| other != meaning && same(same_word, word));
            if let Some((other, _)) = other {
                let demand = format!(
                    "has a word that is in `{}` too: which of them wins is not documented",
                    other.list()
                );
                return Err(Invalid::new(meaning.list(), demand));
            }
        }
        Ok(())
    }

    pub(crate) fn fields(&self) -> Fields {
        let mut fields = Fields::default();
        for (meaning, words) in self.0.iter().filter(|(_, words)| !words.is_empty()) {
            fields.set(meaning.list(), words.join(","));
        }
        fields
    }
}

/// Whether two words are the same to the server, as far as is known: it does not look at case.
pub(super) fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEANINGS: [Meaning; 6] =
        [Meaning::Approve, Meaning::Cancel, Meaning::Trash, Meaning::Hold, Meaning::Wait, Meaning::New];

    #[test]
    fn a_word_in_two_lists_is_refused_whatever_the_lists() {
        for one in MEANINGS {
            for other in MEANINGS {
                let words = StatusWords::new().list(one, ["a", "Done"]).list(other, ["b", " done "]);
                assert_eq!(words.check().is_ok(), one == other, "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn a_comma_or_nothing_is_no_word() {
        assert!(StatusWords::new().approve(["a,b"]).check().is_err());
        assert!(StatusWords::new().approve([" "]).check().is_err());
        assert!(StatusWords::new().approve(Vec::<String>::new()).check().is_ok());
    }

    #[test]
    fn a_word_that_may_create_is_noticed_however_it_is_written() {
        let words = StatusWords::new().new_lead(["new lead"]);
        assert!(words.creates("NEW-LEAD") && words.creates("new lead"));
        assert!(!words.creates("newer"));
    }
}
