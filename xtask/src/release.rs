//! `cargo xtask release`: is what we would publish in order? It publishes nothing.
//!
//! Runs `ci`, then packs every published package and builds each from its own package, as users will get it.

use crate::{
    ci,
    deps::House,
    process::{capture, cargo, run as pass},
};

/// Runs the checks of a release and prints what a person does next.
pub(crate) fn run() -> Result<(), String> {
    let status = capture(std::process::Command::new("git").args(["status", "--porcelain"]))?;
    if !status.is_empty() {
        return Err(format!("a release is made from a clean checkout:\n{status}"));
    }
    let house = House::load()?;
    let root = House::root()?;
    for package in house.packages.iter().filter(|package| package.place.is_published()) {
        for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
            if !package.directory(&root).join(licence).is_file() {
                return Err(format!("{} has no {licence}; link the workspace's", package.name));
            }
        }
    }
    ci::run("")?;
    let mut command = cargo();
    command.args(["package", "--quiet", "--workspace"]);
    for package in house.packages.iter().filter(|package| !package.place.is_published()) {
        command.args(["--exclude", &package.name]);
    }
    pass(&mut command)?;
    println!("every package builds on its own. Next: tag the version, then `cargo publish --workspace`");
    Ok(())
}
