//! Every library compiles, without warnings, with none of its features, with all, and with each alone that its code
//! asks for.
//!
//! A feature that no source file names only passes on to a dependency, where it is tried. That it exists there, cargo
//! checks whenever it reads the manifests.
//!
//! Only the library is built, one package at a time: dev-dependencies turn on features that users do not have, and
//! would hide a missing one.

use std::{fs, io, path::Path};

use super::has_platform_tls;
use crate::{
    deps::{House, Place},
    process::{cargo, run},
};

pub(super) fn check() -> Result<(), String> {
    let left_out: &[&str] = if has_platform_tls() { &[] } else { &["native-tls"] };
    let root = House::root()?;
    for package in &House::load()?.packages {
        if !matches!(package.place, Place::Core | Place::Vendor | Place::Umbrella | Place::Sandbox) {
            continue;
        }
        let source = package.directory(&root).join("src");
        let mut code = String::new();
        read(&source, &mut code).map_err(|error| format!("{}: {error}", source.display()))?;
        let names = |feature: &str| code.contains(&format!("feature = \"{feature}\""));
        for features in combinations(&package.manifest.features(), left_out, names) {
            println!("{} [{features}]", package.name);
            let arguments =
                ["clippy", "--quiet", "--lib", "--no-default-features", "--package", &package.name];
            run(cargo().args(arguments).args(["--features", &features, "--", "--deny", "warnings"]))?;
        }
    }
    Ok(())
}

/// All the code below `directory`, one file after the other.
fn read(directory: &Path, code: &mut String) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            read(&path, code)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            code.push_str(&fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

/// None, each alone that the code names, all together; as cargo takes them.
fn combinations(features: &[&str], left_out: &[&str], is_named: impl Fn(&str) -> bool) -> Vec<String> {
    let public =
        |feature: &&&str| **feature != "default" && !feature.starts_with("__") && !left_out.contains(feature);
    let features: Vec<&str> = features.iter().filter(public).copied().collect();
    let mut combinations = vec![String::new()];
    let alone = features.iter().filter(|feature| is_named(feature));
    combinations.extend(alone.map(|feature| (*feature).to_owned()));
    let all = features.join(",");
    if !combinations.contains(&all) {
        combinations.push(all);
    }
    combinations
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path, process::Stdio};

    use super::*;

    #[test]
    fn each_feature_that_the_code_names_is_tried_alone_and_all_together() {
        let features = ["default", "ring", "native-tls", "__rustls"];
        let (all, none) = (|_: &str| true, |_: &str| false);
        assert_eq!(combinations(&features, &[], all), ["", "ring", "native-tls", "ring,native-tls"]);
        assert_eq!(combinations(&features, &["native-tls"], all), ["", "ring"]);
        assert_eq!(combinations(&features, &[], none), ["", "ring,native-tls"]);
        assert_eq!(combinations(&features, &[], |name| name == "ring"), ["", "ring", "ring,native-tls"]);
        assert_eq!(combinations(&[], &[], all), [""]);
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
