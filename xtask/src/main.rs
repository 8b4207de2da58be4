//! The workspace's own tasks: code generation, checks, soak, release.

mod api;
mod ci;
mod codegen;
mod deps;
mod process;
mod release;
mod soak;

use std::{env, process::ExitCode};

const USAGE: &str = "usage: cargo xtask <task>
  codegen [--check]   writes what comes from crates/*/api.yaml, or fails when it is stale
  ci [NAME]           every check beside the tests, or those whose name contains NAME
  deps                the rules of the house
  api [--check]       lists the public API, or fails when it names a foreign type
  soak [PART]         the long tests in their full counts
  release             checks what would be published; publishes nothing";

fn main() -> ExitCode {
    if let Some(code) = api::stand_in_for_rustdoc() {
        return code;
    }
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["codegen"] => codegen::write(),
        ["codegen", "--check"] => codegen::check(),
        ["ci"] => ci::run(""),
        ["ci", only] => ci::run(only),
        ["deps"] => deps::run(),
        ["api"] => api::list(),
        ["api", "--check"] => api::check(),
        ["soak"] => soak::run(""),
        ["soak", only] => soak::run(only),
        ["release"] => release::run(),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
