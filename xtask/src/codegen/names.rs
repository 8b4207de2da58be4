//! Names: from the vendor's spelling to Rust's, and nothing else.

/// The words of a name: `goalTypeUuid`, `per_page`, `CRM_DUPLICATION_ERROR`, `status[]`, `X-Total`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let letters: Vec<char> = name.chars().collect();
    for (index, letter) in letters.iter().enumerate() {
        if !letter.is_ascii_alphanumeric() {
            words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
            continue;
        }
        let before = index.checked_sub(1).and_then(|before| letters.get(before));
        let after = letters.get(index + 1);
        // `goalType` parts before the T, `HTMLPage` before the P.
        let starts = letter.is_ascii_uppercase()
            && (before.is_some_and(|before| before.is_ascii_lowercase() || before.is_ascii_digit())
                || (before.is_some_and(char::is_ascii_uppercase)
                    && after.is_some_and(char::is_ascii_lowercase)));
        if starts {
            words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
        }
        word.push(letter.to_ascii_lowercase());
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

/// `goal_type_uuid`, escaped where it is a keyword.
pub(crate) fn field(name: &str) -> String {
    let snake = plain_snake(name);
    match snake.as_str() {
        "self" | "super" | "crate" | "extra" | "new" | "body" | "endpoint" | "send" => format!("{snake}_"),
        word if KEYWORDS.contains(&word) => format!("r#{word}"),
        _ => snake,
    }
}

/// As [`field`], and not the name of what a call has of its own.
pub(crate) fn parameter(name: &str) -> String {
    match plain_snake(name).as_str() {
        own @ ("items" | "pages" | "rows") => format!("{own}_"),
        _ => field(name),
    }
}

/// `goal_type_uuid`, for names of modules and parts of longer names.
pub(crate) fn plain_snake(name: &str) -> String {
    let snake = words(name).join("_");
    if snake.starts_with(|first: char| first.is_ascii_digit()) { format!("n{snake}") } else { snake }
}

/// `GoalTypeUuid`.
pub(crate) fn pascal(name: &str) -> String {
    let pascal: String = words(name)
        .into_iter()
        .map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_ascii_uppercase())
                .into_iter()
                .chain(letters)
                .collect::<String>()
        })
        .collect();
    if pascal.starts_with(|first: char| first.is_ascii_digit()) { format!("N{pascal}") } else { pascal }
}

/// `GOAL_TYPE_UUID`.
pub(crate) fn constant(name: &str) -> String {
    plain_snake(name).to_ascii_uppercase()
}

/// Whether a name can be a type's name as it is.
pub(crate) fn is_type_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric())
}

const KEYWORDS: [&str; 45] = [
    "as", "async", "await", "break", "const", "continue", "do", "dyn", "else", "enum", "extern", "false",
    "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut",
    "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart_by_their_humps_and_marks() {
        let table = [
            ("goalTypeUuid", "goal_type_uuid", "GoalTypeUuid"),
            ("per_page", "per_page", "PerPage"),
            ("CRM_DUPLICATION_ERROR", "crm_duplication_error", "CrmDuplicationError"),
            ("status[]", "status", "Status"),
            ("X-Total-Row-Count", "x_total_row_count", "XTotalRowCount"),
            ("HTMLPage", "html_page", "HtmlPage"),
            ("jobID", "job_id", "JobId"),
            ("type", "r#type", "Type"),
            ("where", "r#where", "Where"),
            ("self", "self_", "Self"),
            ("2fa", "n2fa", "N2fa"),
            ("aff_sub2", "aff_sub2", "AffSub2"),
        ];
        for (name, snake, camel) in table {
            assert_eq!((field(name).as_str(), pascal(name).as_str()), (snake, camel), "{name}");
        }
        assert_eq!((parameter("rows").as_str(), field("rows").as_str()), ("rows_", "rows"));
    }
}
