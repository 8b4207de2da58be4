//! Who may depend on whom.

use super::{Rule, Violation};
use crate::deps::house::{House, Package, Place};

pub(crate) const RULE: Rule = Rule {
    name: "layers",
    why: "a vendor crate stands on core alone, the umbrella on core and vendors, and the sandbox and xtask on none of \
          ours: the sandbox is a second reading of the vendors' facts, and xtask must build when the rest does not",
};

pub(crate) fn check(house: &House) -> Vec<Violation> {
    let mut found = Vec::new();
    for package in &house.packages {
        for dependency in package.manifest.dependencies() {
            let Some(other) = house.packages.iter().find(|other| other.name == dependency.name) else {
                continue;
            };
            // A package names itself to turn on a feature for its own tests.
            let itself = dependency.dev && other.name == package.name;
            // What tests of every crate probe with.
            let probe = dependency.dev && other.place == Place::Probe;
            // The tests of the generator compile what it wrote.
            let generated = dependency.dev && package.place == Place::Xtask && other.place == Place::Core;
            if !itself && !probe && !generated && !may_depend(package, other) {
                let what = format!("{} must not depend on {}", package.name, other.name);
                found.push(RULE.violation(&package.manifest.path, dependency.line, what));
            }
        }
    }
    found
}

fn may_depend(package: &Package, other: &Package) -> bool {
    match package.place {
        Place::Core | Place::Sandbox | Place::Xtask => false,
        Place::Vendor | Place::Probe => other.place == Place::Core,
        Place::Umbrella => matches!(other.place, Place::Core | Place::Vendor),
        Place::Program | Place::Tests => other.place.is_published(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deps::house::fixture;

    fn verdict(place: Place, manifest: &str) -> Vec<String> {
        let packages = vec![
            fixture::package("core", Place::Core, "", &[]),
            fixture::package("vendor", Place::Vendor, "", &[]),
            fixture::package("umbrella", Place::Umbrella, "", &[]),
            fixture::package("sandbox", Place::Sandbox, "", &[]),
            fixture::package("probe", Place::Probe, "", &[]),
            fixture::package("here", place, manifest, &[]),
        ];
        check(&fixture::house("", packages)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_vendor_depends_on_core_and_on_nothing_else_of_ours_even_in_its_tests() {
        assert!(verdict(Place::Vendor, "[dependencies]\ncore.workspace = true\nserde = \"1\"\n").is_empty());
        let found = verdict(Place::Vendor, "[dependencies]\nvendor.workspace = true\n");
        assert!(found.len() == 1 && found[0].starts_with("here/Cargo.toml:2: [layers]"), "{found:?}");
        assert_eq!(verdict(Place::Vendor, "[dev-dependencies]\nsandbox.workspace = true\n").len(), 1);
        assert_eq!(
            verdict(Place::Vendor, "[dependencies]\nx = { package = \"umbrella\", path = \"\" }\n").len(),
            1
        );
    }

    #[test]
    fn the_sandbox_depends_on_no_client_and_not_on_core() {
        assert_eq!(verdict(Place::Sandbox, "[dependencies]\ncore.workspace = true\n").len(), 1);
        assert_eq!(verdict(Place::Sandbox, "[dev-dependencies]\nvendor.workspace = true\n").len(), 1);
    }

    #[test]
    fn a_package_may_turn_on_its_own_features_for_its_tests() {
        assert!(verdict(Place::Vendor, "[dev-dependencies]\nhere = { path = \".\" }\n").is_empty());
    }

    #[test]
    fn tests_of_every_crate_may_probe_and_the_probe_knows_no_vendor() {
        for place in [Place::Core, Place::Vendor, Place::Program, Place::Tests] {
            assert_eq!(verdict(place, "[dev-dependencies]\nprobe.workspace = true\n"), [""; 0], "{place:?}");
            assert_eq!(verdict(place, "[dependencies]\nprobe.workspace = true\n").len(), 1, "{place:?}");
        }
        assert_eq!(verdict(Place::Probe, "[dependencies]\ncore.workspace = true\n"), [""; 0]);
        assert_eq!(verdict(Place::Probe, "[dependencies]\nvendor.workspace = true\n").len(), 1);
    }

    #[test]
    fn core_and_xtask_stand_alone() {
        assert_eq!(verdict(Place::Core, "[dependencies]\nvendor.workspace = true\n").len(), 1);
        assert_eq!(
            verdict(Place::Xtask, "[target.'cfg(unix)'.dependencies]\ncore.workspace = true\n").len(),
            1
        );
    }
}
