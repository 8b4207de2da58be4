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

/// Tells the records of a batch apart. The only positional information is the number at the end of each message,
/// counted from 1; the echoed record may have been rewritten and is not looked at.
pub(crate) fn verdicts(records: usize, answer: &UploadResult) -> Vec<Verdict> {
    let named: &[UnprocessedRecord] = answer.unprocessed.get().map_or(&[], Vec::as_slice);
    let processed = answer.processed.copied().and_then(|count| usize::try_from(count).ok());
    let nothing_accepted = answer.status == Some(UploadStatus::Fail) && processed.unwrap_or(0) == 0;
    let mut verdicts = vec![Verdict::Accepted; records];
    let mut placed = 0;
    for rejected in named {
        let number = rejected.error.as_deref().and_then(record_number);
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
    let rest = if nothing_accepted {
        // Those without a message of their own share the batch's, or that of a neighbour.
        let neighbour = named.first();
        let message = answer.error.clone().or_else(|| neighbour.and_then(|record| record.error.clone()));
        Verdict::Rejected {
            code: answer.code.copied().or_else(|| neighbour.and_then(|record| record.code.copied())),
            message: message.unwrap_or_else(|| "the whole batch was refused without a reason".to_owned()),
        }
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
            (r#"{"status":"fail","processed":0,"unprocessed":[]}"#.to_owned(), "rrr"),
            (r#"{"status":"fail","error":"Malformed request","code":400}"#.to_owned(), "rrr"),
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
