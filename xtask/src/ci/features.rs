//! Every library compiles, without warnings, with each of its features alone, with none and with all.
//!
//! Only the library is built, one package at a time: dev-dependencies turn on features that users do not have, and
//! would hide a missing one.

use super::has_platform_tls;
use crate::{
    deps::{House, Place},
    process::{cargo, run},
};

pub(super) fn check() -> Result<(), String> {
    let left_out: &[&str] = if has_platform_tls() { &[] } else { &["native-tls"] };
    for package in &House::load()?.packages {
        if !matches!(package.place, Place::Core | Place::Vendor | Place::Umbrella | Place::Sandbox) {
            continue;
        }
        for features in combinations(&package.manifest.features(), left_out) {
            println!("{} [{features}]", package.name);
            let arguments =
                ["clippy", "--quiet", "--lib", "--no-default-features", "--package", &package.name];
            run(cargo().args(arguments).args(["--features", &features, "--", "--deny", "warnings"]))?;
        }
    }
    Ok(())
}

/// None, each alone, all together; as cargo takes them.
fn combinations(features: &[&str], left_out: &[&str]) -> Vec<String> {
    let public =
        |feature: &&&str| **feature != "default" && !feature.starts_with("__") && !left_out.contains(feature);
    let features: Vec<&str> = features.iter().filter(public).copied().collect();
    let mut combinations = vec![String::new()];
    combinations.extend(features.iter().map(|feature| (*feature).to_owned()));
    if features.len() > 1 {
        combinations.push(features.join(","));
    }
    combinations
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path, process::Stdio};

    use super::*;

    #[test]
    fn each_feature_is_tried_alone_and_all_together() {
        let features = ["default", "ring", "native-tls", "__rustls"];
        assert_eq!(combinations(&features, &[]), ["", "ring", "native-tls", "ring,native-tls"]);
        assert_eq!(combinations(&features, &["native-tls"]), ["", "ring"]);
        assert_eq!(combinations(&[], &[]), [""]);
    }

    /// What this check relies on: with `--lib`, a feature that only a dev-dependency turns on is not there.
    #[test]
    fn a_feature_that_only_tests_turn_on_is_missed_by_the_library_alone() {
        let directory = std::env::temp_dir().join(format!("xtask-features-{}", std::process::id()));
        let write = |path: &str, text: &str| {
            let path = directory.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"user\", \"used\"]\n");
        write("used/Cargo.toml", "[package]\nname = \"used\"\nedition = \"2024\"\n[features]\nmore = []\n");
        write("used/src/lib.rs", "#[cfg(feature = \"more\")]\npub fn more() {}\n");
        write(
            "user/Cargo.toml",
            "[package]\nname = \"user\"\nedition = \"2024\"\n[dependencies]\nused = { path = \"../used\" }\n\
             [dev-dependencies]\nused = { path = \"../used\", features = [\"more\"] }\n",
        );
        write("user/src/lib.rs", "pub fn f() { used::more() }\n");
        let compiles = |directory: &Path, target: &str| {
            let mut command = cargo();
            command.args([
                "check",
                "--quiet",
                "--offline",
                "--package",
                "user",
                target,
                "--target-dir",
                "target",
            ]);
            command.current_dir(directory).stderr(Stdio::null()).status().unwrap().success()
        };
        let (with_tests, alone) = (compiles(&directory, "--all-targets"), compiles(&directory, "--lib"));
        fs::remove_dir_all(&directory).unwrap();
        assert!(with_tests, "the fixture must compile with dev-dependencies");
        assert!(!alone, "the library alone must not compile");
    }
}
