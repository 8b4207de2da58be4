//! Everything that an error lets out.

use std::fmt::Debug;

use afflux_core::Error;

use crate::search::Search;

/// Fails if an output of the error holds a secret.
///
/// # Panics
/// With what was found, and the output.
#[track_caller]
pub fn clean(search: &Search, call: &str, error: &Error) {
    for (place, output) in outputs(error) {
        search.clean(&format!("{call}: {place}"), &output);
    }
}

/// Fails if `Debug` of the value holds a secret, on one line or on several.
///
/// # Panics
/// With what was found, and the output.
#[track_caller]
pub fn debug_is_clean(search: &Search, value: &impl Debug) {
    search.clean("Debug", &format!("{value:?} {value:#?}"));
}

/// Each output by its name.
pub fn outputs(error: &Error) -> Vec<(&'static str, String)> {
    let mut outputs = vec![
        ("Display", error.to_string()),
        ("alternate Display", format!("{error:#}")),
        ("Debug", format!("{error:?}")),
        ("alternate Debug", format!("{error:#?}")),
        ("raw_body", String::from_utf8_lossy(error.raw_body().map_or(&[], |body| &body[..])).into_owned()),
        ("message", error.message().unwrap_or_default().to_owned()),
        ("vendor_code", error.vendor_code().unwrap_or_default().to_owned()),
        ("field", error.field().unwrap_or_default().to_owned()),
        ("next_step", error.next_step()),
        ("headers", format!("{:?}", error.headers())),
        ("attempts", format!("{:?}", error.attempts())),
    ];
    outputs.extend(
        error
            .headers()
            .values()
            .map(|value| ("a header", String::from_utf8_lossy(value.as_bytes()).into_owned())),
    );
    outputs.extend(error.attempts().iter().map(|attempt| ("an attempt", attempt.to_string())));
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        outputs.push(("a cause", format!("{cause} {cause:?}")));
        source = cause.source();
    }
    outputs
}
