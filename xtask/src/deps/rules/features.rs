//! Features leave out what they promise to leave out, proven on `cargo tree`.

use std::collections::BTreeSet;

use super::{Rule, Violation};
use crate::deps::house::{House, Package, Place};

pub(crate) const RULE: Rule = Rule {
    name: "features",
    why: "users choose features for what is not built: a second TLS provider, HTTP/2, another vendor",
};

/// What a set of features must bring and must leave out. A name ending in `*` stands for all that start so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Promise {
    pub(crate) package: String,
    /// Features beside none; `default` for the default ones.
    pub(crate) features: &'static str,
    brings: Vec<&'static str>,
    leaves_out: Vec<&'static str>,
}

const RUSTLS: &[&str] = &["rustls", "tokio-rustls", "hyper-rustls", "rustls-platform-verifier"];
const PLATFORM: &[&str] = &["native-tls", "hyper-tls", "tokio-native-tls", "openssl", "openssl-sys"];

/// The promises of every library of the house.
pub(crate) fn promises(house: &House) -> Vec<Promise> {
    let libraries = house
        .packages
        .iter()
        .filter(|package| matches!(package.place, Place::Core | Place::Vendor | Place::Umbrella));
    let mut promises: Vec<Promise> = libraries.flat_map(of_transport).collect();
    let vendors: Vec<&Package> =
        house.packages.iter().filter(|package| package.place == Place::Vendor).collect();
    let umbrellas = house.packages.iter().filter(|package| package.place == Place::Umbrella);
    promises.extend(umbrellas.map(|umbrella| Promise {
        package: umbrella.name.clone(),
        features: "default",
        brings: vec!["afflux-core"],
        leaves_out: vec!["afflux-*"],
    }));
    // A vendor crate alone brings no other of ours.
    promises.extend(vendors.iter().map(|vendor| Promise {
        package: vendor.name.clone(),
        features: "default",
        brings: vec!["afflux-core"],
        leaves_out: vec!["afflux*"],
    }));
    promises
}

/// Which TLS stack and protocol a set of features brings.
fn of_transport(package: &Package) -> Vec<Promise> {
    let promise = |features, brings: &[&'static str], leaves_out: &[&[&'static str]]| Promise {
        package: package.name.clone(),
        features,
        brings: brings.to_vec(),
        leaves_out: leaves_out.concat(),
    };
    let providers = ["ring", "aws-lc-rs", "aws-lc-sys"];
    vec![
        promise("", &["reqwest"], &[RUSTLS, PLATFORM, &providers, &["h2", "governor", "redis"]]),
        promise(
            "default",
            &["rustls", "ring"],
            &[PLATFORM, &["aws-lc-rs", "aws-lc-sys", "h2", "governor", "redis"]],
        ),
        promise("rustls-ring", &["rustls", "ring"], &[PLATFORM, &["aws-lc-rs", "aws-lc-sys", "h2"]]),
        promise("rustls-aws-lc", &["rustls", "aws-lc-rs"], &[PLATFORM, &["ring", "h2"]]),
        promise("native-tls", &["native-tls"], &[RUSTLS, &providers, &["h2"]]),
        promise("pace", &["governor"], &[RUSTLS, PLATFORM, &providers, &["h2"]]),
        promise("redis", &["redis"], &[RUSTLS, PLATFORM, &providers, &["h2", "governor"]]),
        promise("http2", &["h2"], &[RUSTLS, PLATFORM, &providers]),
    ]
}

impl Promise {
    /// The arguments of `cargo tree` that show what is built.
    pub(crate) fn arguments(&self) -> Vec<&str> {
        let mut arguments = vec!["tree", "--package", &self.package, "--edges", "normal", "--prefix", "none"];
        if self.features != "default" {
            arguments.extend(["--no-default-features", "--features", self.features]);
        }
        arguments
    }

    /// Compares the promise with the packages that are built.
    pub(crate) fn check(&self, manifest: &str, built: &BTreeSet<String>) -> Vec<Violation> {
        let features = if self.features.is_empty() { "no feature" } else { self.features };
        let violation =
            |what| RULE.violation(manifest, 1, format!("{} with {features} {what}", self.package));
        let names: BTreeSet<&str> = built.iter().filter_map(|package| package.split(' ').next()).collect();
        let mut found = Vec::new();
        for expected in self.brings.iter().filter(|expected| !names.contains(**expected)) {
            found.push(violation(format!("does not bring {expected}")));
        }
        for name in names {
            let allowed = name == self.package || self.brings.contains(&name);
            if !allowed && self.leaves_out.iter().any(|pattern| matches(pattern, name)) {
                found.push(violation(format!("brings {name}")));
            }
        }
        found
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == name, |start| name.starts_with(start))
}

/// The packages in the output of `cargo tree --prefix none`, each once: `name v1.2.3`.
pub(crate) fn packages(tree: &str) -> BTreeSet<String> {
    let first_two = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    tree.lines().map(first_two).filter(|package| !package.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deps::house::fixture;

    fn promise(place: Place, features: &str) -> Promise {
        let package = fixture::package("here", place, "", &[]);
        promises(&fixture::house("", vec![package]))
            .into_iter()
            .find(|promise| promise.features == features)
            .unwrap()
    }

    fn verdict(promise: &Promise, tree: &str) -> Vec<String> {
        promise.check("here/Cargo.toml", &packages(tree)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_second_provider_is_found() {
        let ring = promise(Place::Core, "rustls-ring");
        let good = "here v0.1.0 (/x)\nrustls v0.23.0\nring v0.17.0\nring v0.17.0 (*)\n";
        assert_eq!(verdict(&ring, good), [""; 0]);
        let found = verdict(&ring, &format!("{good}aws-lc-rs v1.0.0\n"));
        assert!(found.len() == 1 && found[0].contains("rustls-ring brings aws-lc-rs"), "{found:?}");
        assert_eq!(verdict(&ring, &format!("{good}openssl v1.0.0\n")).len(), 1);
        assert_eq!(verdict(&ring, &format!("{good}h2 v0.4.0\n")).len(), 1);
    }

    #[test]
    fn a_feature_that_brings_nothing_is_found() {
        let found = verdict(&promise(Place::Core, "http2"), "here v0.1.0\nreqwest v0.13.0\n");
        assert!(found.len() == 1 && found[0].contains("does not bring h2"), "{found:?}");
    }

    #[test]
    fn without_features_there_is_no_tls() {
        let none = promise(Place::Core, "");
        assert_eq!(verdict(&none, "here v0.1.0\nreqwest v0.13.0\n"), [""; 0]);
        for tls in ["rustls", "native-tls", "ring", "hyper-rustls", "tokio-native-tls"] {
            assert_eq!(
                verdict(&none, &format!("here v0.1.0\nreqwest v0.13.0\n{tls} v1.0.0\n")).len(),
                1,
                "{tls}"
            );
        }
    }

    #[test]
    fn an_umbrella_without_vendor_features_brings_no_vendor() {
        let package = fixture::package("afflux", Place::Umbrella, "", &[]);
        let all = promises(&fixture::house("", vec![package]));
        let promise = all.iter().find(|promise| promise.leaves_out == ["afflux-*"]).unwrap();
        assert_eq!(verdict(promise, "afflux v0.1.0\nafflux-core v0.1.0\n"), [""; 0]);
        assert_eq!(verdict(promise, "afflux v0.1.0\nafflux-core v0.1.0\nafflux-irev v0.1.0\n").len(), 1);
    }
}
