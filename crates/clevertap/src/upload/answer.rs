//! What the answer to a batch says about each of its records. Pure.

use crate::generated::{UnprocessedRecord, UploadResult, UploadStatus};

/// What the answer says about one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    Accepted,
    Rejected {
        code: Option<i64>,
        message: String,
    },
    /// The answer contradicts itself or does not say which record it means.
    Unclear,
}

/// The code that says that the vendor had a fault of its own: the only one worth another try.
pub(crate) const VENDOR_FAULT: i64 = 555;

/// What is said of a record that the vendor did not take and did not name.
const NOT_NAMED: &str = "the vendor took no record of the batch, and said nothing of this one";

/// Whether the answer says without a doubt that all records were taken, which most answers do.
pub(crate) fn takes_all(records: usize, answer: &UploadResult) -> bool {
    answer.status == Some(UploadStatus::Success)
        && answer.unprocessed.get().is_none_or(Vec::is_empty)
        && answer.processed.copied().is_none_or(|count| usize::try_from(count) == Ok(records))
}

/// Tells the records of a batch apart. The only positional information is the number at the end of each message,
/// counted from 1; the echoed record may have been rewritten and is not looked at.
///
/// What is said of one record is never said of another: a neighbour's code would make a record look faulty, or worth
/// another try, that may be neither.
pub(crate) fn verdicts(records: usize, answer: &UploadResult) -> Vec<Verdict> {
    let named: &[UnprocessedRecord] = answer.unprocessed.get().map_or(&[], Vec::as_slice);
    let processed = answer.processed.copied().and_then(|count| usize::try_from(count).ok());
    let mut verdicts = vec![Verdict::Accepted; records];
    let mut placed = 0;
    for rejected in named {
        let number = match rejected.error.as_deref().and_then(record_number) {
            // Only one record can be meant.
            None if records == 1 && named.len() == 1 && processed.unwrap_or(0) == 0 => Some(1),
            number => number,
        };
        let Some(verdict) = number.and_then(|number| verdicts.get_mut(number.checked_sub(1)?)) else {
            continue;
        };
        if *verdict == Verdict::Accepted {
            placed += 1;
        }
        *verdict = Verdict::Rejected {
            code: rejected.code.copied(),
            message: rejected.error.clone().unwrap_or_default(),
        };
    }
    let rest = if answer.status == Some(UploadStatus::Fail) && processed == Some(0) {
        unnamed(answer)
    } else if placed == named.len()
        && processed.is_none_or(|count| count + placed == records)
        && (answer.status != Some(UploadStatus::Fail) || placed == records)
        && (answer.status != Some(UploadStatus::Partial) || processed.is_some() || placed > 0)
    {
        Verdict::Accepted
    } else {
        Verdict::Unclear
    };
    for verdict in verdicts.iter_mut().filter(|verdict| **verdict == Verdict::Accepted) {
        *verdict = rest.clone();
    }
    verdicts
}

/// What is known of a record that was not taken and not named: what the answer says of the whole batch.
fn unnamed(answer: &UploadResult) -> Verdict {
    let code = answer.code.copied();
    if code.is_some_and(|code| (500..600).contains(&code)) {
        // A fault of the vendor's leaves open what it did.
        return Verdict::Unclear;
    }
    let message = match &answer.error {
        Some(error) => format!("{NOT_NAMED}; of the batch it said: {error}"),
        None => NOT_NAMED.to_owned(),
    };
    Verdict::Rejected { code, message }
}

/// What a refusal of a whole batch inside a success says about whether records were taken; `body` is that of the answer.
pub(crate) fn refuses_all(code: Option<&str>, body: &[u8]) -> bool {
    let answer: Option<UploadResult> = serde_json::from_slice(body).ok();
    match answer.and_then(|answer| answer.processed.copied()) {
        Some(processed) => processed == 0,
        None => code.is_some(),
    }
}

/// `... Skipped record number : 2`, whatever the spacing.
fn record_number(message: &str) -> Option<usize> {
    let lower = message.to_ascii_lowercase();
    let at = lower.rfind("record number")? + "record number".len();
    let rest = lower.get(at..)?.trim_start_matches(|letter: char| letter == ':' || letter.is_whitespace());
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn read(records: usize, body: &str) -> String {
        let answer: UploadResult = serde_json::from_str(body).unwrap();
        let letter = |verdict: &Verdict| match verdict {
            Verdict::Accepted => 'a',
            Verdict::Rejected { .. } => 'r',
            Verdict::Unclear => '?',
        };
        verdicts(records, &answer).iter().map(letter).collect()
    }

    #[test]
    fn what_is_taken_as_a_whole_is_taken_record_by_record() {
        let table = [
            (r#"{"status":"success","processed":3,"unprocessed":[]}"#, true),
            (r#"{"status":"success"}"#, true),
            (r#"{"status":"success","processed":2}"#, false),
            (r#"{"status":"success","unprocessed":[{"code":515,"error":"x"}]}"#, false),
            (r#"{"status":"partial","processed":3}"#, false),
            (r#"{"processed":3}"#, false),
        ];
        for (body, all) in table {
            assert_eq!(takes_all(3, &serde_json::from_str(body).unwrap()), all, "{body}");
            assert!(!all || read(3, body) == "aaa", "{body}");
        }
    }

    #[test]
    fn each_record_is_told_apart() {
        let one = r#"{"status":"fail","code":515,"error":"Profile data is incorrect. Email is not valid.Skipped record number : 2","record":{}}"#;
        let nameless = r#"{"status":"fail","code":515,"error":"no number","record":{}}"#;
        let table = [
            (r#"{"status":"success","processed":3,"unprocessed":[]}"#.to_owned(), "aaa"),
            (r#"{"status":"success"}"#.to_owned(), "aaa"),
            (format!(r#"{{"status":"partial","processed":2,"unprocessed":[{one}]}}"#), "ara"),
            (format!(r#"{{"status":"partial","processed":"2","unprocessed":[{one}]}}"#), "ara"),
            (format!(r#"{{"status":"success","processed":2,"unprocessed":[{one}]}}"#), "ara"),
            (format!(r#"{{"status":"partial","unprocessed":[{one}]}}"#), "ara"),
            (format!(r#"{{"status":"fail","processed":0,"unprocessed":[{one}]}}"#), "rrr"),
            // A fault of the vendor's leaves open what became of those that it does not name.
            (format!(r#"{{"status":"fail","processed":0,"code":500,"unprocessed":[{one}]}}"#), "?r?"),
            // Nothing says that the others were not taken.
            (format!(r#"{{"status":"fail","unprocessed":[{one}]}}"#), "?r?"),
            // It says that two were accepted and not which one was not.
            (format!(r#"{{"status":"partial","processed":2,"unprocessed":[{nameless}]}}"#), "???"),
            (format!(r#"{{"status":"partial","processed":1,"unprocessed":[{one}]}}"#), "?r?"),
            (r#"{"status":"partial","processed":1,"unprocessed":[]}"#.to_owned(), "???"),
            (r#"{"status":"partial"}"#.to_owned(), "???"),
            (r#"{"status":"success","processed":2,"unprocessed":[]}"#.to_owned(), "???"),
        ];
        for (body, expected) in table {
            assert_eq!(read(3, &body), expected, "{body}");
        }
    }

    #[test]
    fn a_neighbours_rejection_is_not_that_of_a_record_that_is_not_named() {
        let body = |more: &str| {
            format!(
                r#"{{"status":"fail","processed":0{more},"unprocessed":[
                    {{"code":555,"error":"Server error. Skipped record number : 1"}}]}}"#
            )
        };
        let read = |records: usize, body: &str| verdicts(records, &serde_json::from_str(body).unwrap());
        let told = read(2, &body(""));
        assert!(matches!(told[0], Verdict::Rejected { code: Some(VENDOR_FAULT), .. }));
        assert_eq!(told[1], Verdict::Rejected { code: None, message: NOT_NAMED.to_owned() });
        let told = read(2, &body(r#","code":400,"error":"Malformed""#));
        let Verdict::Rejected { code: Some(400), message } = &told[1] else { panic!("{told:?}") };
        assert!(message.starts_with(NOT_NAMED) && message.ends_with("Malformed"), "{message}");
        let numberless =
            r#"{"status":"fail","processed":0,"unprocessed":[{"code":515,"error":"no number"}]}"#;
        let [Verdict::Rejected { code: Some(515), message }] = &read(1, numberless)[..] else { panic!() };
        assert_eq!(message, "no number", "of a single record only that one can be meant");
        assert_eq!(read(2, numberless)[0], Verdict::Rejected { code: None, message: NOT_NAMED.to_owned() });
    }

    #[test]
    fn the_number_of_a_record_is_found_however_it_is_spaced() {
        let table = [
            ("Email is not valid.Skipped record number : 2", Some(2)),
            ("format. Skipped record number : 17", Some(17)),
            ("Graduate..Skipped Record Number:3", Some(3)),
            ("record number", None),
            ("nothing", None),
        ];
        for (message, number) in table {
            assert_eq!(record_number(message), number, "{message}");
        }
    }
}
