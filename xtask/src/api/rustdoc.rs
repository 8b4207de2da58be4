//! Getting rustdoc's JSON out of a stable toolchain.
//!
//! The JSON output wants `RUSTC_BOOTSTRAP=1`. Set for all of cargo it would rebuild every dependency whose build
//! script looks at it, so this program stands in for rustdoc and sets it for rustdoc alone.

use std::{
    env, fs,
    process::{Command, ExitCode},
};

use serde_json::Value;

use crate::{
    deps::House,
    process::{cargo, run},
};

const MARK: &str = "AFFLUX_STANDS_IN_FOR_RUSTDOC";

/// The JSON of a library with its default features.
pub(super) fn json(package: &str) -> Result<Value, String> {
    let ourselves = env::current_exe().map_err(|error| format!("who are we: {error}"))?;
    let mut command = cargo();
    command.args(["rustdoc", "--quiet", "--lib", "--package", package]);
    command.args(["--", "-Z", "unstable-options", "--output-format", "json", "--cap-lints", "allow"]);
    run(command.env("RUSTDOC", ourselves).env(MARK, "1"))?;
    let name = format!("doc/{}.json", package.replace('-', "_"));
    let path = House::target_directory()?.join(name);
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Runs rustdoc with our arguments when cargo calls us in its place.
pub(crate) fn stand_in_for_rustdoc() -> Option<ExitCode> {
    env::var_os(MARK)?;
    let status = Command::new("rustdoc").args(env::args_os().skip(1)).env("RUSTC_BOOTSTRAP", "1").status();
    let code = status.ok().and_then(|status| status.code()).and_then(|code| u8::try_from(code).ok());
    Some(ExitCode::from(code.unwrap_or(1)))
}
