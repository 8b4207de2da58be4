//! A status out of its parameters: a word with the lists that say what it means, a number, or `accept`.

use afflux::altercpa::{Meaning, ReasonId, Status, StatusId, StatusWords};

use super::given::Wrong;

/// The lists and what they mean.
const LISTS: [(&str, Meaning); 6] = [
    ("sta", Meaning::Approve),
    ("stc", Meaning::Cancel),
    ("stt", Meaning::Trash),
    ("sth", Meaning::Hold),
    ("stw", Meaning::Wait),
    ("stn", Meaning::New),
];

/// The words that mean the same with every network.
const PLAIN: [(&str, Meaning); 4] = [
    ("approve", Meaning::Approve),
    ("cancel", Meaning::Cancel),
    ("trash", Meaning::Trash),
    ("wait", Meaning::Wait),
];

/// The status of these values; none where none is given.
pub(crate) fn status<'a>(value: impl Fn(&str) -> Option<&'a str> + Copy) -> Result<Option<Status>, Wrong> {
    let reason = number(value("reason"), "reason")?.map(ReasonId::from);
    let (word, stid, accept) = (value("status"), number(value("stid"), "stid")?, value("accept"));
    let status = match (word, stid, accept) {
        (None, None, None) if reason.is_some() => {
            return Err(Wrong::new(
                "reason",
                "belongs to a cancelled or trashed lead, and there is no status",
            ));
        }
        (None, None, None) => return Ok(None),
        (Some(word), None, None) => by_word(word, reason, &words(value)?)?,
        (None, Some(id), None) if reason.is_none() || TAKE_REASON.contains(&id) => {
            Status::Id(StatusId::from(id), reason)
        }
        (None, None, Some(_)) if reason.is_none() => Status::Accept,
        (None, _, None) | (None, None, Some(_)) => return Err(misplaced_reason()),
        (_, _, Some(_)) => {
            return Err(Wrong::new(
                "accept",
                "cannot stand beside another status; which wins is not documented",
            ));
        }
        (Some(_), Some(_), None) => {
            return Err(Wrong::new("stid", "cannot stand beside `status`; which wins is not documented"));
        }
    };
    Ok(Some(status))
}

/// The numbers that a reason can stand beside.
const TAKE_REASON: [u32; 2] = [5, 12];

fn misplaced_reason() -> Wrong {
    Wrong::new("reason", "belongs to a cancelled or trashed lead only")
}

fn by_word(word: &str, reason: Option<ReasonId>, words: &StatusWords) -> Result<Status, Wrong> {
    let meaning = words.meaning(word).or_else(|| {
        let plain = PLAIN.into_iter().find(|(plain, _)| word.trim().eq_ignore_ascii_case(plain));
        plain.map(|(_, meaning)| meaning)
    });
    if meaning.is_none() && word.trim().eq_ignore_ascii_case("hold") {
        return Err(Wrong::new(
            "status",
            "`hold` must say which: `stw` = hold (what networks usually mean) or `sth` = hold (the buyer agreed, payment \
             is pending)",
        ));
    }
    if reason.is_some() && !matches!(meaning, Some(Meaning::Cancel | Meaning::Trash)) {
        return Err(misplaced_reason());
    }
    let lists = words.meaning(word).map_or_else(
        || meaning.map_or_else(|| words.clone(), |meaning| words.clone().list(meaning, [word.trim()])),
        |_| words.clone(),
    );
    let word = Status::word(word.trim());
    Ok(match reason {
        Some(reason) => word.reason(reason).by(&lists),
        None => word.by(&lists),
    })
}

/// The lists, no word in two of them.
fn words<'a>(value: impl Fn(&str) -> Option<&'a str>) -> Result<StatusWords, Wrong> {
    let mut words = StatusWords::new();
    for (name, meaning) in LISTS {
        let Some(text) = value(name) else { continue };
        let listed: Vec<&str> = text.split(',').map(str::trim).collect();
        if listed.iter().any(|word| word.is_empty()) {
            return Err(Wrong::new(name, "must be words separated by commas, none of them empty"));
        }
        if listed.iter().any(|word| words.meaning(word).is_some()) {
            return Err(Wrong::new(
                name,
                "has a word that is in another list too; which wins is not documented",
            ));
        }
        words = words.list(meaning, listed);
    }
    Ok(words)
}

fn number(text: Option<&str>, name: &str) -> Result<Option<u32>, Wrong> {
    let number = text.map(|text| text.parse().map_err(|_| Wrong::new(name, "must be a whole number")));
    number.transpose()
}

/// Whether the server could take the status for a word that creates the lead. It passes over some signs, nobody says
/// which, so all but letters and digits are passed over here.
pub(crate) fn may_create(status: Option<&str>, stn: Option<&str>) -> bool {
    let bare = |word: &str| -> String {
        word.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    match (status, stn) {
        (Some(status), Some(stn)) => stn.split(',').any(|word| bare(word) == bare(status)),
        _ => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn of(values: &[(&str, &'static str)]) -> Result<Option<Status>, Wrong> {
        status(|name| values.iter().find(|(other, _)| *other == name).map(|(_, value)| *value))
    }

    #[test]
    fn a_word_means_what_the_lists_say_and_plain_words_mean_themselves() {
        let reason = ReasonId::from(3);
        let table: [(&[(&str, &'static str)], Status); 6] = [
            (&[("status", "Approve")], Status::word("Approve").means(Meaning::Approve)),
            (
                &[("status", "cancel"), ("reason", "3")],
                Status::word("cancel").reason(reason).means(Meaning::Cancel),
            ),
            (&[("status", "hold"), ("stw", "hold")], Status::word("hold").means(Meaning::Wait)),
            (&[("status", "odd")], Status::word("odd").recognised()),
            (&[("stid", "5"), ("reason", "3")], Status::Id(StatusId::from(5), Some(reason))),
            (&[("accept", "1")], Status::Accept),
        ];
        for (values, expected) in table {
            assert_eq!(of(values).unwrap().unwrap(), expected, "{values:?}");
        }
        assert!(of(&[("stw", "hold")]).unwrap().is_none());
    }

    #[test]
    fn what_is_not_documented_is_refused() {
        let table: [&[(&str, &'static str)]; 8] = [
            &[("status", "HOLD"), ("sta", "paid")],
            &[("status", "paid"), ("sta", "paid"), ("stc", "Paid")],
            &[("status", "paid"), ("sta", "paid,,x")],
            &[("status", "approve"), ("stid", "10")],
            &[("stid", "10"), ("reason", "3")],
            &[("accept", "1"), ("stid", "10")],
            &[("accept", "1"), ("reason", "1")],
            &[("reason", "1")],
        ];
        for values in table {
            assert!(of(values).is_err(), "{values:?}");
        }
    }
}
