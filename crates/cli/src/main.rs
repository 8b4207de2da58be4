//! `afflux`: the daily jobs of ad-tech APIs in a terminal.
//!
//! stdout carries data, stderr everything else; the exit code is the outcome. Each module has one command or one
//! concern; the vendors' own knowledge is in their crates.

mod altercpa;
mod args;
mod call;
mod clevertap;
mod config;
mod console;
mod demo;
mod disk;
mod exit;
mod failure;
mod fleet;
mod given;
mod interrupt;
mod irev;
mod job;
mod journal;
mod ops;
mod output;
mod partnerize;
mod patience;
mod sandbox;
mod secrets;
mod tables;
mod time;
mod vendors;

use std::process::ExitCode;

use clap::{Parser, error::ErrorKind};

use crate::{
    args::{Cli, Command},
    console::Console,
    exit::Exit,
    failure::Failure,
    fleet::Fleet,
    interrupt::Interrupt,
    vendors::Access,
};

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let exit = match Cli::try_parse_from(&arguments) {
        Ok(cli) => run(cli),
        Err(error) => {
            // Printing can fail only where nobody reads.
            let _ = error.print();
            match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Done,
                _ => {
                    if arguments.iter().any(|argument| argument == "--json") {
                        let text = error.to_string();
                        let first = text.lines().next().unwrap_or_default();
                        // The text has been printed for people.
                        let object = Failure::usage(first.trim_start_matches("error: ")).object();
                        let _ = Console { json: true }.line(object.unwrap_or_default());
                    }
                    Exit::Usage
                }
            }
        }
    };
    ExitCode::from(exit.code())
}

/// Runs a command on one thread: its work is waiting.
fn run(cli: Cli) -> Exit {
    let console = Console { json: cli.json };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let failure = Failure::file("starting", &error);
            console.fail(&failure);
            return failure.exit;
        }
    };
    let result = runtime.block_on(async {
        let answer = match &cli.command {
            Command::Sandbox(_) => "stopping",
            _ => "interrupted: what is in flight is let end; again to stop at once",
        };
        let interrupt = Interrupt::listen(console, answer);
        let fleet = Fleet::given(&cli.limits)?;
        let access = Access { profile: cli.profile.as_deref(), base_url: None, fleet: fleet.as_ref() };
        match cli.command {
            Command::Demo(demo) => demo::run(demo, console).await,
            Command::Sandbox(sandbox) => sandbox::run(&sandbox, interrupt).await,
            Command::Ops(ops) => ops::run(ops.vendor.as_deref(), console),
            Command::Call(call) => call::run(&call, access, console, &interrupt).await,
            Command::Altercpa(command) => altercpa::run(*command, &access, console, interrupt).await,
            Command::Clevertap(command) => clevertap::run(*command, &access, console, interrupt).await,
            Command::Partnerize(command) => partnerize::run(*command, access, console, interrupt).await,
            Command::Irev(command) => irev::run(command, &access, console, interrupt).await,
        }
    });
    // Threads that still wait for a dead name server must not hold the program back.
    runtime.shutdown_background();
    match result {
        Ok(()) => Exit::Done,
        Err(failure) => {
            console.fail(&failure);
            failure.exit
        }
    }
}
