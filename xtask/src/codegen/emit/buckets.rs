//! The vendor's limits as a function of the profile.

use std::fmt::Write as _;

use super::{
    super::{
        api::{Api, Bucket},
        spec::Headers,
    },
    text::{HEADER, doc, duration, literal, module_doc},
};

/// `buckets.rs`.
pub(crate) fn buckets(api: &Api) -> String {
    let mut profiles: Vec<&str> = Vec::new();
    for (profile, _) in api.buckets.iter().flat_map(|bucket| &bucket.profiles) {
        if !profiles.contains(&profile.as_str()) {
            profiles.push(profile);
        }
    }
    let mut code = format!("{HEADER}{}\n", module_doc("The vendor's limits."));
    let all: Vec<String> = api.buckets.iter().map(one).collect();
    if all.iter().any(|bucket| bucket.contains("Duration::")) {
        code.push_str("use std::time::Duration;\n\n");
    }
    let feedback = if all.iter().any(|bucket| bucket.contains("Feedback::")) { ", Feedback" } else { "" };
    let uses = if feedback.is_empty() { "Bucket".to_owned() } else { format!("{{Bucket{feedback}}}") };
    let _ = write!(code, "use afflux_core::limit::{uses};\n\n");
    let mut about = String::from(
        "The limits; `profile` picks those of an installation that has others, and a name that is not known picks none of them.",
    );
    if !profiles.is_empty() {
        let names: Vec<String> = profiles.iter().map(|profile| format!("`{profile}`")).collect();
        let _ = write!(about, " Profiles: {}.", names.join(", "));
    }
    for bucket in &api.buckets {
        let _ = write!(about, "\n\n`{}`: {}", bucket.name, bucket.doc);
    }
    code.push_str(&doc(&about, 0));
    let argument = if profiles.is_empty() { "_profile" } else { "profile" };
    let _ = writeln!(
        code,
        "pub fn buckets({argument}: Option<&str>) -> Vec<Bucket> {{ vec![{}] }}",
        all.join(", ")
    );
    code
}

fn one(bucket: &Bucket) -> String {
    let name = literal(&bucket.name);
    let mut base = format!("Bucket::new({name})");
    if let Some(concurrency) = bucket.concurrency {
        let _ = write!(base, ".concurrency({concurrency})");
    }
    match bucket.headers {
        None | Some(Headers::Standard) => {}
        Some(Headers::XRateLimit) => base.push_str(".feedback(Feedback::XRateLimit)"),
        Some(Headers::XRateLimitEpochMillis) => base.push_str(".feedback(Feedback::XRateLimitEpochMillis)"),
    }
    let windows = |windows: &[(u32, std::time::Duration)]| -> String {
        windows
            .iter()
            .fold(base.clone(), |code, (count, per)| format!("{code}.window({count}, {})", duration(*per)))
    };
    if bucket.profiles.is_empty() {
        return windows(&bucket.windows);
    }
    let arms: Vec<String> = bucket
        .profiles
        .iter()
        .map(|(profile, own)| format!("Some({}) => {}", literal(profile), windows(own)))
        .collect();
    format!("match profile {{ {}, _ => {} }}", arms.join(", "), windows(&bucket.windows))
}
