//! What manifests must say.

use toml_edit::Item;

use super::{Rule, Violation};
use crate::deps::house::{House, Manifest, Package};

pub(crate) const INHERIT: Rule =
    Rule { name: "inherit", why: "versions, editions and lints have one place, the workspace manifest" };
pub(crate) const LINTS: Rule =
    Rule { name: "lints", why: "no unsafe code, and nothing public without a word about it" };
pub(crate) const DEFAULT_FEATURES: Rule = Rule {
    name: "default-features",
    why: "a dependency's defaults bring crates that nobody chose; features unify, so one place is enough",
};
pub(crate) const VERSIONS: Rule = Rule {
    name: "versions",
    why: "the packages are released together and must ask for each other's present version",
};
pub(crate) const PACKAGE: Rule =
    Rule { name: "package", why: "docs.rs and the registry show what the manifest says" };

pub(crate) fn check(house: &House) -> Vec<Violation> {
    let mut found = workspace_lints(&house.manifest);
    found.extend(workspace_dependencies(house));
    for package in &house.packages {
        found.extend(inherited(package));
        found.extend(dependencies(package));
        if package.place.is_published() {
            found.extend(described(package));
        }
    }
    found
}

fn workspace_lints(manifest: &Manifest) -> Vec<Violation> {
    let demanded = [("unsafe_code", &["forbid"][..]), ("missing_docs", &["warn", "deny", "forbid"])];
    let mut found = Vec::new();
    for (lint, levels) in demanded {
        let table = "workspace.lints.rust";
        let level = manifest.item(&format!("{table}.{lint}")).and_then(Item::as_str);
        if !level.is_some_and(|level| levels.contains(&level)) {
            let what = format!("`{lint}` must be {}", levels.join(" or "));
            found.push(LINTS.violation(&manifest.path, manifest.line(table, lint), what));
        }
    }
    found
}

fn workspace_dependencies(house: &House) -> Vec<Violation> {
    let manifest = &house.manifest;
    let version = manifest.item("workspace.package.version").and_then(Item::as_str).unwrap_or_default();
    let table = "workspace.dependencies";
    let mut found = Vec::new();
    for (name, item) in manifest.table(table).into_iter().flat_map(|table| table.iter()) {
        let line = manifest.line(table, name);
        if item.get("default-features").and_then(Item::as_bool) != Some(false) {
            let what = format!("`{name}` must say `default-features = false`");
            found.push(DEFAULT_FEATURES.violation(&manifest.path, line, what));
        }
        let asked = item.get("version").and_then(Item::as_str).unwrap_or_default();
        let sibling = house.packages.iter().find(|package| package.name == name);
        let published = sibling.is_some_and(|sibling| sibling.place.is_published());
        if published && asked != version {
            let what = format!("`{name}` is asked for as \"{asked}\", the workspace is at \"{version}\"");
            found.push(VERSIONS.violation(&manifest.path, line, what));
        }
        if sibling.is_some() && !published && !asked.is_empty() {
            let what = format!("`{name}` is never published: with a version it would be looked for there");
            found.push(VERSIONS.violation(&manifest.path, line, what));
        }
        if !house.owns(name) && asked.matches('.').count() != 2 {
            let what = format!("`{name}` needs a floor of three numbers, not \"{asked}\"");
            found.push(VERSIONS.violation(&manifest.path, line, what));
        }
    }
    found
}

fn inherited(package: &Package) -> Vec<Violation> {
    let manifest = &package.manifest;
    let mut found = Vec::new();
    for (table, key) in [
        ("package.version", "version"),
        ("package.edition", "edition"),
        ("package.rust-version", "rust-version"),
        ("package.license", "license"),
        ("package.repository", "repository"),
        ("lints", "lints"),
    ] {
        if manifest.item(&format!("{table}.workspace")).and_then(Item::as_bool) != Some(true) {
            let line = if key == "lints" { 1 } else { manifest.line("package", key) };
            found.push(INHERIT.violation(&manifest.path, line, format!("`{table}` is not the workspace's")));
        }
    }
    found
}

/// A dependency stands with its version in the workspace; only a package's own path may be named beside that.
fn dependencies(package: &Package) -> Vec<Violation> {
    let manifest = &package.manifest;
    let mut found = Vec::new();
    for dependency in manifest.dependencies() {
        let is_inherited = dependency.item.get("workspace").and_then(Item::as_bool) == Some(true);
        let is_itself = dependency.dev && dependency.name == package.name;
        if !is_inherited && !is_itself {
            let what = format!("`{}` must be the workspace's", dependency.name);
            found.push(INHERIT.violation(&manifest.path, dependency.line, what));
        }
        if dependency.item.get("default-features").and_then(Item::as_bool) == Some(true) {
            let what = format!("`{}` turns on default features", dependency.name);
            found.push(DEFAULT_FEATURES.violation(&manifest.path, dependency.line, what));
        }
    }
    found
}

fn described(package: &Package) -> Vec<Violation> {
    let manifest = &package.manifest;
    let missing = ["description", "readme", "keywords", "categories", "metadata.docs.rs"].into_iter();
    let missing = missing.filter(|key| manifest.item(&format!("package.{key}")).is_none());
    missing.map(|key| PACKAGE.violation(&manifest.path, 1, format!("`package.{key}` is missing"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deps::house::{Place, fixture};

    const WORKSPACE: &str = "[workspace.package]\nversion = \"0.1.0\"\n\
        [workspace.lints.rust]\nunsafe_code = \"forbid\"\nmissing_docs = \"warn\"\n\
        [workspace.dependencies]\nhere = { path = \"x\", version = \"0.1.0\", default-features = false }\n\
        serde = { version = \"1.0.219\", default-features = false }\n";
    const PACKAGE: &str = "[package]\nversion.workspace = true\nedition.workspace = true\n\
        rust-version.workspace = true\nlicense.workspace = true\nrepository.workspace = true\n\
        description = \"d\"\nreadme = \"r\"\nkeywords = []\ncategories = []\n\
        [package.metadata.docs.rs]\nall-features = true\n[lints]\nworkspace = true\n\
        [dependencies]\nserde = { workspace = true, features = [\"rc\"] }\n";

    fn verdict(workspace: &str, package: &str) -> Vec<String> {
        let package = fixture::package("here", Place::Vendor, package, &[]);
        check(&fixture::house(workspace, vec![package])).iter().map(ToString::to_string).collect()
    }

    fn only(found: &[String], start: &str) {
        assert!(found.len() == 1 && found[0].starts_with(start), "{found:#?}");
    }

    #[test]
    fn a_house_in_order_passes() {
        assert_eq!(verdict(WORKSPACE, PACKAGE), [""; 0]);
    }

    #[test]
    fn default_features_must_be_off_in_the_workspace_and_stay_off() {
        let found = verdict(&WORKSPACE.replace("19\", default-features = false", "19\""), PACKAGE);
        only(&found, "Cargo.toml:8: [default-features] `serde`");
        let found = verdict(WORKSPACE, &PACKAGE.replace("features = [\"rc\"]", "default-features = true"));
        only(&found, "here/Cargo.toml:16: [default-features] `serde`");
    }

    #[test]
    fn a_package_asks_for_the_present_version_of_its_siblings() {
        let found =
            verdict(&WORKSPACE.replace("\"x\", version = \"0.1.0\"", "\"x\", version = \"0.0.9\""), PACKAGE);
        only(&found, "Cargo.toml:7: [versions] `here`");
    }

    #[test]
    fn what_is_never_published_is_asked_for_without_a_version() {
        let verdict = |workspace: &str| {
            let package = fixture::package("here", Place::Probe, PACKAGE, &[]);
            let found = check(&fixture::house(workspace, vec![package]));
            found.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        only(&verdict(WORKSPACE), "Cargo.toml:7: [versions] `here`");
        assert_eq!(verdict(&WORKSPACE.replace("\"x\", version = \"0.1.0\"", "\"x\"")), [""; 0]);
    }

    #[test]
    fn a_dependency_has_a_real_floor() {
        only(&verdict(&WORKSPACE.replace("1.0.219", "1"), PACKAGE), "Cargo.toml:8: [versions] `serde`");
    }

    #[test]
    fn unsafe_code_is_forbidden_and_not_only_denied() {
        only(&verdict(&WORKSPACE.replace("forbid", "deny"), PACKAGE), "Cargo.toml:4: [lints] `unsafe_code`");
        only(&verdict(&WORKSPACE.replace("missing_docs = \"warn\"\n", ""), PACKAGE), "Cargo.toml:1: [lints]");
    }

    #[test]
    fn every_package_inherits() {
        for (line, key) in [(2, "version"), (3, "edition"), (4, "rust-version")] {
            let broken = PACKAGE.replace(&format!("\n{key}.workspace = true"), &format!("\n{key} = \"1\""));
            only(&verdict(WORKSPACE, &broken), &format!("here/Cargo.toml:{line}: [inherit] `package.{key}`"));
        }
        only(
            &verdict(WORKSPACE, &PACKAGE.replace("[lints]\nworkspace = true\n", "")),
            "here/Cargo.toml:1: [inherit]",
        );
        let found = verdict(
            WORKSPACE,
            &PACKAGE.replace("workspace = true, features", "version = \"1.0.0\", features"),
        );
        only(&found, "here/Cargo.toml:16: [inherit] `serde`");
    }

    #[test]
    fn a_published_package_describes_itself() {
        only(
            &verdict(WORKSPACE, &PACKAGE.replace("description = \"d\"\n", "")),
            "here/Cargo.toml:1: [package]",
        );
    }
}
