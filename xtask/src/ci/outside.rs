//! The crates in `outside/` use the packages the way users do; they are built and run, each on its own.
//!
//! They get the workspace's lock file, so that they are built from the same versions and need no network, and the
//! workspace's profile, so that what is built is shared.

use std::{fs, path::PathBuf};

use crate::{
    deps::House,
    process::{cargo, run},
};

const PROFILE: &[&str] = &["profile.dev.debug='line-tables-only'", "profile.dev.package.'*'.debug=false"];

pub(super) fn check() -> Result<(), String> {
    let root = House::root()?;
    let target = House::target_directory()?;
    let manifests = manifests()?;
    if manifests.is_empty() {
        return Err("outside/ is empty".to_owned());
    }
    for manifest in manifests {
        let lock = manifest.with_file_name("Cargo.lock");
        fs::copy(root.join("Cargo.lock"), &lock).map_err(|error| format!("{}: {error}", lock.display()))?;
        let mut command = cargo();
        command
            .args(["run", "--quiet"])
            .arg("--manifest-path")
            .arg(&manifest)
            .arg("--target-dir")
            .arg(&target);
        for setting in PROFILE {
            command.args(["--config", setting]);
        }
        run(&mut command)?;
    }
    Ok(())
}

/// The manifests of the crates outside the workspace.
pub(super) fn manifests() -> Result<Vec<PathBuf>, String> {
    let outside = House::root()?.join("outside");
    let entries = fs::read_dir(&outside).map_err(|error| format!("{}: {error}", outside.display()))?;
    let manifests = entries.filter_map(Result::ok).map(|entry| entry.path().join("Cargo.toml"));
    let mut manifests: Vec<PathBuf> = manifests.filter(|manifest| manifest.is_file()).collect();
    manifests.sort();
    Ok(manifests)
}
