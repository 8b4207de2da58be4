//! `cargo xtask deps`: the rules of the house.
//!
//! First what the files alone show, then what `cargo tree` shows. Every violation is printed with file, line, rule
//! and reason.

mod house;
mod rules;
mod tokens;

pub(crate) use self::house::{House, Place};
use self::rules::{Violation, features, licences, weight};
use crate::process;

/// Checks every rule; fails when one is broken.
pub(crate) fn run() -> Result<(), String> {
    let house = House::load()?;
    let mut found: Vec<Violation> = rules::OF_FILES.iter().flat_map(|rule| rule(&house)).collect();
    found.extend(check_features(&house)?);
    found.extend(licences::check(&House::guests()?));
    report_weight(&house)?;
    if found.is_empty() {
        println!("the rules of the house are kept by {} packages", house.packages.len());
        return Ok(());
    }
    for violation in &found {
        println!("{violation}");
    }
    Err(format!("{} violations of the rules of the house", found.len()))
}

fn check_features(house: &House) -> Result<Vec<Violation>, String> {
    let mut found = Vec::new();
    for promise in features::promises(house) {
        let tree = process::capture(process::cargo().args(promise.arguments()))?;
        let manifest = house.packages.iter().find(|package| package.name == promise.package);
        let manifest = manifest.map_or("Cargo.toml", |package| package.manifest.path.as_str());
        found.extend(promise.check(manifest, &features::packages(&tree)));
    }
    Ok(found)
}

fn report_weight(house: &House) -> Result<(), String> {
    for package in &house.packages {
        if matches!(package.place, Place::Core | Place::Vendor) {
            let arguments = ["tree", "--package", &package.name, "--edges", "normal", "--prefix", "none"];
            let tree = process::capture(process::cargo().args(arguments))?;
            println!("{}", weight::report(&package.name, &features::packages(&tree)));
        }
    }
    Ok(())
}
