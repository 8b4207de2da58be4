//! A profile with a mistake in it: what is said of the mistake quotes no credential.

use std::{fs, process::Command};

use crate::{SEARCH, SECRETS};

#[test]
fn a_mistake_in_a_profile_is_told_without_what_stands_there() {
    let secret = SECRETS[0].1.replace('\\', "\\\\").replace('"', "\\\"");
    let profiles = [
        format!("[default.irev]\nbase_url = \"https://x.example\"\napi_token = \"{secret}"),
        format!("[default.irev]\napi_token = {secret}\n"),
        format!("[default.irev]\napi_token = [\"{secret}\"]\n"),
        format!("[default.irev]\napi_token = \"{secret}\"\napi_token = \"{secret}\"\n"),
        format!("[default.irev]\napi_tokn = \"{secret}\"\n"),
        format!("[default.irev]\nbase_url = \"{secret}\"\napi_token = \"{secret}\"\n"),
        format!("[default]\nirev = \"{secret}\"\n"),
        format!("[default.irev\napi_token = \"{secret}\"\n"),
    ];
    for profile in profiles {
        for json in [&[][..], &["--json"]] {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("config.toml");
            fs::write(&file, &profile).unwrap();
            let mut command = Command::new(env!("CARGO_BIN_EXE_afflux"));
            command.args(["irev", "goal-types", "--profile", "default"]).args(json);
            command.env_clear().env("HOME", folder.path()).env("AFFLUX_CONFIG", &file);
            let output = command.output().unwrap();
            assert!(!output.status.success(), "{profile}");
            for said in [&output.stdout, &output.stderr] {
                SEARCH.clean(&profile, &String::from_utf8_lossy(said));
            }
        }
    }
}
