//! Open enums of every size, in any order: each word is found, and every other one is kept.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::{BTreeSet, HashSet};

use afflux_core::decode::Word;
use proptest::prelude::*;

afflux_core::open_enum! {
    /// Few words.
    pub enum Few {
        /// Not in the order of the alphabet.
        Second = "b",
        /// The start of others.
        First = "a",
        /// Behind its start.
        Third = "ab",
    }
}

afflux_core::open_enum! {
    /// So many that they are searched by halves: out of order, starts of each other, with and without ASCII.
    pub enum Many {
        /// It.
        Zulu = "zulu",
        /// It.
        Alpha = "alpha",
        /// It.
        Alph = "alph",
        /// It.
        Empty = "",
        /// It.
        Upper = "ALPHA",
        /// It.
        Euro = "€",
        /// It.
        Eszett = "ß",
        /// It.
        One = "1",
        /// It.
        Eleven = "11",
        /// It.
        Two = "2",
        /// It.
        Yankee = "yankee",
        /// It.
        Space = "a b",
        /// It.
        Dash = "a-b",
        /// It.
        Under = "a_b",
        /// It.
        Alphabet = "alphabet",
        /// It.
        Zz = "zz",
        /// It.
        Bravo = "bravo",
    }
}

fn every_word_is_found<W: Word + Ord + std::hash::Hash + Clone + std::fmt::Debug>() {
    for word in W::WORDS {
        let found = W::from_word(word);
        assert_eq!(found.as_str(), *word);
        // Equal are all that are written alike; `Debug` tells the variant.
        assert!(!format!("{found:?}").starts_with("Unknown"), "{word}");
    }
    let words: BTreeSet<W> = W::WORDS.iter().map(|word| W::from_word(word)).collect();
    let alphabet: BTreeSet<&str> = W::WORDS.iter().copied().collect();
    assert!(words.iter().map(W::as_str).eq(alphabet));
    assert_eq!(words.into_iter().collect::<HashSet<W>>().len(), W::WORDS.len());
}

#[test]
fn every_word_is_found_however_many_there_are() {
    every_word_is_found::<Few>();
    every_word_is_found::<Many>();
}

#[test]
fn a_word_is_shown_by_its_name_and_an_unknown_one_as_it_came() {
    assert_eq!(format!("{:?}", (Few::Third, Many::from("alph"))), "(Third, Alph)");
    assert_eq!(format!("{:?}", Some(Many::from("omega"))), r#"Some(Unknown("omega"))"#);
    assert_eq!(format!("{:#?}", Few::First), "First");
    assert_eq!(format!("{:?}", Few::Unknown("a".to_owned())), r#"Unknown("a")"#);
}

#[test]
fn words_are_equal_that_are_written_alike() {
    assert_eq!(Few::Unknown("a".to_owned()), Few::First);
    assert_ne!(Few::Unknown("c".to_owned()), Few::First);
    assert!(Few::First < Few::Third && Few::Third < Few::Second && Few::Second < Few::from("c"));
}

proptest! {
    #[test]
    fn a_word_is_itself_again(word in "[ab1ßz€ -]{0,5}") {
        let (few, many) = (Few::from(word.clone()), Many::from(word.as_str()));
        prop_assert_eq!((few.as_str(), many.as_str()), (word.as_str(), word.as_str()));
        prop_assert_ne!(matches!(few, Few::Unknown(_)), Few::WORDS.contains(&word.as_str()));
        prop_assert_ne!(matches!(many, Many::Unknown(_)), Many::WORDS.contains(&word.as_str()));
    }
}
