//! The Rust that packages promise to build with is the one that CI builds with.

use std::{env, ffi::OsString, process::Command};

use toml_edit::Item;

use crate::{deps::House, process::capture};

pub(super) fn check() -> Result<(), String> {
    let house = House::load()?;
    let promised = house.manifest.item("workspace.package.rust-version").and_then(Item::as_str);
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    compare(promised.unwrap_or_default(), &capture(Command::new(rustc).arg("--version"))?)
}

fn compare(promised: &str, rustc: &str) -> Result<(), String> {
    let found = rustc.split(' ').nth(1).unwrap_or_default();
    match (minor(promised), minor(found)) {
        (Some(promised), Some(found)) if found > promised => {
            println!("rust-version is not proven: CI builds with 1.{found}, packages promise 1.{promised}");
            Ok(())
        }
        (Some(promised), Some(found)) if found == promised => Ok(()),
        (Some(_), Some(_)) => Err(format!("packages need Rust {promised}, this is {found}")),
        _ => Err(format!("cannot compare rust-version \"{promised}\" with \"{}\"", rustc.trim())),
    }
}

fn minor(version: &str) -> Option<u32> {
    version.strip_prefix("1.")?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_rust_than_promised_is_an_error() {
        compare("1.95", "rustc 1.95.0 (abc 2026-01-01)\n").unwrap();
        compare("1.95", "rustc 1.101.0\n").unwrap();
        assert!(compare("1.95", "rustc 1.94.1\n").unwrap_err().contains("need Rust 1.95, this is 1.94.1"));
        assert!(compare("", "rustc 1.94.1\n").is_err());
    }
}
