//! Canary credentials in the program's environment: every operation and every file job, dry, refused and lost, as text
//! and as JSON, and no output, journal or file with one of them in any shape.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod configuration;
mod jobs;
mod operations;

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    sync::LazyLock,
};

use afflux_probe::{
    echo::{TROUBLES, Trouble},
    search::Search,
};

/// Valid nowhere, with every character that an encoding changes and that a header and an environment can carry.
pub(crate) const SECRETS: [(&str, &str); 7] = [
    ("IREV_API_TOKEN", "Canary+irev/one=\"two\"&<three>'\\%7e"),
    ("ALTERCPA_TOKEN", "77-Canary+alter/one=\"two\"&<three>'\\%7e"),
    ("CLEVERTAP_ACCOUNT_ID", "TEST+Canary/account=\"1\"&a\\b~%41"),
    ("CLEVERTAP_PASSCODE", "Canary+pass/code=\"four\"&<five>'\\%7e"),
    ("CLEVERTAP_ACCOUNT_TOKEN", "Canary+token/six=\"seven\"&<eight>'\\%7e"),
    ("PARTNERIZE_APPLICATION_KEY", "Canary+application/one=\"two\"&<three>'\\%7e"),
    ("PARTNERIZE_USER_API_KEY", "Canary+user/one=\"two\"&<three>'\\%7e"),
];

/// The search for all of them, for what stands behind the user's number, and for the pair of Basic.
pub(crate) static SEARCH: LazyLock<Search> = LazyLock::new(|| {
    let mut secrets: Vec<String> = SECRETS.iter().map(|(_, secret)| (*secret).to_owned()).collect();
    secrets.push(secrets[1].trim_start_matches("77-").to_owned());
    secrets.push(format!("{}:{}", secrets[5], secrets[6]));
    Search::new(&secrets)
});

pub(crate) fn trouble(name: &str) -> &'static Trouble {
    TROUBLES.iter().find(|trouble| trouble.name == name).unwrap()
}

/// Runs the program in a folder, with every vendor at `url`, and searches what it says and leaves behind.
pub(crate) fn run(folder: &Path, url: &str, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_afflux"));
    command.args(arguments).current_dir(folder).env_clear().env("HOME", folder).envs(SECRETS);
    for vendor in ["IREV", "ALTERCPA", "CLEVERTAP", "PARTNERIZE"] {
        command.env(format!("{vendor}_BASE_URL"), url);
    }
    command.env("PARTNERIZE_PARTNER_ID", "1l1007802").env("RUST_BACKTRACE", "1").env("RUST_LOG", "trace");
    finish(command, &format!("{arguments:?}"), folder)
}

/// Runs a command and searches what it says and leaves behind in the folder.
pub(crate) fn finish(mut command: Command, what: &str, folder: &Path) -> (i32, String) {
    let output = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    SEARCH.clean(&format!("{what}: stdout"), &out);
    SEARCH.clean(&format!("{what}: stderr"), &err);
    assert!(!err.contains("panicked"), "{what}: {err}");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let content = String::from_utf8_lossy(&fs::read(&path).unwrap_or_default()).into_owned();
        SEARCH.clean(&format!("{what}: {}", path.display()), &content);
    }
    (output.status.code().unwrap_or(-1), format!("{out}{err}"))
}
