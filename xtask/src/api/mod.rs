//! `cargo xtask api`: the public API of the libraries, read from rustdoc's JSON.
//!
//! Prints one line per public item, and fails when an item names a type of a crate that is not on the list.

mod rustdoc;
mod surface;

use self::surface::{Foreign, Surface};
use crate::deps::{House, Place};

pub(crate) use self::rustdoc::stand_in_for_rustdoc;

/// Crates whose types the public API may name; a second part limits it to one module.
const ALLOWED: &[(&str, Option<&str>)] = &[
    ("std", None),
    ("core", None),
    ("alloc", None),
    ("http", None),
    ("bytes", None),
    ("futures_core", None),
    ("secrecy", None),
    ("serde", None),
    ("serde_core", None),
    ("tokio", Some("io")),
    ("jiff", None),
    ("uuid", None),
    ("rust_decimal", None),
];

/// Prints the public API.
pub(crate) fn list() -> Result<(), String> {
    for package in libraries()? {
        for item in surface(&package)?.items {
            println!("{item}");
        }
    }
    Ok(())
}

/// Fails when the public API names a type of a crate that is not on the list.
pub(crate) fn check() -> Result<(), String> {
    let mut broken = 0;
    for package in libraries()? {
        let surface = surface(&package)?;
        println!("{package}: {} public items", surface.items.len());
        for foreign in surface.foreign.iter().filter(|foreign| !is_allowed(foreign)) {
            println!(
                "{foreign}\n    why: a type of another crate in our API makes its next version a break of ours"
            );
            broken += 1;
        }
    }
    if broken == 0 { Ok(()) } else { Err(format!("{broken} foreign types in the public API")) }
}

fn libraries() -> Result<Vec<String>, String> {
    let house = House::load()?;
    let is_library = |place| matches!(place, Place::Core | Place::Vendor | Place::Umbrella);
    Ok(house
        .packages
        .into_iter()
        .filter(|package| is_library(package.place))
        .map(|package| package.name)
        .collect())
}

fn surface(package: &str) -> Result<Surface, String> {
    let surface = Surface::read(&rustdoc::json(package)?).map_err(|why| format!("{package}: {why}"))?;
    // An empty answer would make every check pass.
    if surface.items.is_empty() {
        return Err(format!("rustdoc shows nothing public in {package}"));
    }
    Ok(surface)
}

fn is_allowed(foreign: &Foreign) -> bool {
    let mut parts = foreign.path.split("::");
    let (name, module) = (parts.next().unwrap_or_default(), parts.next());
    name.starts_with("afflux")
        || ALLOWED.iter().any(|(allowed, only)| *allowed == name && (only.is_none() || *only == module))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_kept_to_the_module() {
        let allowed = |path: &str| is_allowed(&Foreign { path: path.to_owned(), ..Foreign::default() });
        assert!(allowed("http::method::Method"));
        assert!(allowed("tokio::io::AsyncRead"));
        assert!(allowed("afflux_core::Error"));
        assert!(!allowed("tokio::sync::Semaphore"));
        assert!(!allowed("reqwest::Client"));
        assert!(!allowed("http_body::Body"));
    }
}
