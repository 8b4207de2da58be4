//! `cargo xtask ci`: everything that must hold beside the tests, in an order that fails fast.
//!
//! Each step prints its name and how long it took; the first failure ends the run. It can be repeated, and needs no
//! network once the dependencies are fetched.

mod features;
mod outside;
mod readme;
mod rust_version;

use std::{
    env,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use crate::{
    api,
    deps::{self, House},
    process::{cargo, run as pass},
};

/// A step: what it is called and what it does.
type Step = (&'static str, fn() -> Result<(), String>);

const STEPS: &[Step] = &[
    ("rust version", rust_version::check),
    ("readme", readme::check),
    ("format", format),
    ("generated code is fresh", generated_code),
    ("rules of the house", deps::run),
    ("clippy", clippy),
    ("documentation", documentation),
    ("feature combinations", features::check),
    ("public api", api::check),
    ("crates outside the workspace", outside::check),
    ("leak canaries", leak_canaries),
    ("benches compile", benches),
];

/// Runs every step, or those whose name contains `only`.
pub(crate) fn run(only: &str) -> Result<(), String> {
    let steps: Vec<&Step> = STEPS.iter().filter(|(name, _)| name.contains(only)).collect();
    if steps.is_empty() {
        return Err(format!("no step is called `{only}`"));
    }
    let mut times = Vec::new();
    for (number, (name, step)) in steps.iter().enumerate() {
        println!("\n== {}/{} {name}", number + 1, steps.len());
        let start = Instant::now();
        step().map_err(|why| format!("ci stops at \"{name}\": {why}"))?;
        let seconds = start.elapsed().as_secs_f64();
        println!("-- {name}: {seconds:.1} s");
        times.push((name, seconds));
    }
    println!();
    for (name, seconds) in &times {
        println!("{seconds:8.1} s  {name}");
    }
    println!("{:8.1} s  ci passed", times.iter().map(|(_, seconds)| seconds).sum::<f64>());
    Ok(())
}

fn format() -> Result<(), String> {
    pass(cargo().args(["fmt", "--all", "--check"]))?;
    // The fuzz targets are formatted and no more: to build them takes C++, and crates that nothing else needs.
    for manifest in outside::manifests()?.into_iter().chain([House::root()?.join("fuzz/Cargo.toml")]) {
        pass(cargo().args(["fmt", "--check", "--manifest-path"]).arg(manifest))?;
    }
    Ok(())
}

fn generated_code() -> Result<(), String> {
    let ourselves = env::current_exe().map_err(|error| format!("who are we: {error}"))?;
    pass(Command::new(ourselves).args(["codegen", "--check"]))
}

fn clippy() -> Result<(), String> {
    pass(cargo().args(["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"]))
}

fn documentation() -> Result<(), String> {
    let mut command = cargo();
    command.args(["doc", "--quiet", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "--deny warnings");
    if has_platform_tls() {
        command.arg("--all-features");
    }
    pass(&mut command)
}

/// The tests that plant secrets and search every output for them. They are part of `cargo test` too; here they are
/// named, so that nobody takes them away unnoticed.
fn leak_canaries() -> Result<(), String> {
    let root = House::root()?;
    for canary in
        ["crates/core/tests/leaks.rs", "crates/cli/tests/leaks/main.rs", "tests/tests/leaks/main.rs"]
    {
        if !root.join(canary).is_file() {
            return Err(format!("{canary} is missing"));
        }
    }
    // The search itself first: one that finds nothing would pass everything.
    pass(cargo().args(["test", "--quiet", "--package", "afflux-probe", "--lib"]))?;
    pass(cargo().args(["test", "--quiet", "--workspace", "--test", "leaks"]))
}

fn benches() -> Result<(), String> {
    let root = House::root()?;
    let has_benches = |directory: &Path| directory.join("benches").is_dir();
    let house = House::load()?;
    if !house.packages.iter().any(|package| has_benches(&package.directory(&root))) {
        println!("there are none");
        return Ok(());
    }
    // As the tests are built: a release build of the workspace would take longer than everything else.
    pass(cargo().args(["bench", "--quiet", "--workspace", "--bench", "*", "--no-run", "--profile", "dev"]))
}

/// Whether `native-tls` can be built: everywhere but on Linux the system brings it, there OpenSSL's headers must be
/// installed.
fn has_platform_tls() -> bool {
    let mut probe = Command::new("pkg-config");
    probe.args(["--exists", "openssl"]).stdout(Stdio::null()).stderr(Stdio::null());
    let here = !cfg!(target_os = "linux")
        || env::var_os("OPENSSL_DIR").is_some()
        || probe.status().is_ok_and(|status| status.success());
    if !here {
        println!(
            "NOT CHECKED: native-tls, for want of OpenSSL's headers (Debian: libssl-dev and pkg-config)"
        );
    }
    here
}
