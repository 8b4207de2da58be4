//! `afflux demo`: the main job of every vendor on a sandbox inside, and what happened.
//!
//! Each vendor has a section of its own that makes its calls, checks what it promises against what the sandbox saw,
//! and tells it in steps. A promise that is not kept fails the demo.

mod altercpa;
mod clevertap;
mod irev;
mod partnerize;

use std::{
    fs,
    path::PathBuf,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use afflux_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::{args::Demo, console::Console, failure::Failure, sandbox::start_failure, tables};

/// What one vendor's section has to show.
pub(crate) struct Section {
    /// The vendor, and what the section is about.
    title: &'static str,
    /// The vendor's name.
    vendor: &'static str,
    /// What was done, what came of it, and what the sandbox saw of it.
    steps: Vec<Step>,
    /// A look at what was read back: header and rows.
    sample: (Vec<&'static str>, Vec<Vec<String>>),
    /// What was read back, drawn.
    drawing: Option<String>,
    /// The files that were written.
    files: Vec<String>,
}

/// One thing that was done.
pub(crate) struct Step {
    done: String,
    outcome: String,
    proof: String,
}

impl Step {
    pub(crate) fn new(done: impl Into<String>, outcome: impl Into<String>, proof: impl Into<String>) -> Self {
        Self { done: done.into(), outcome: outcome.into(), proof: proof.into() }
    }
}

/// Runs every section.
pub(crate) async fn run(demo: Demo, console: Console) -> Result<(), Failure> {
    let began = Instant::now();
    let folder = folder(demo.out)?;
    let sandbox = Sandbox::start().await.map_err(|error| start_failure(&error))?;
    console
        .say("a sandbox runs inside this program, in real time: its limits and windows are the vendors' own");
    let sections = vec![
        irev::show(&sandbox, &folder, console).await?,
        altercpa::show(&sandbox, &folder, console).await?,
        clevertap::show(&sandbox, &folder, console).await?,
        partnerize::show(&sandbox, &folder, console).await?,
    ];
    sandbox.shutdown().await;
    let seconds = began.elapsed().as_secs_f64();
    if console.json {
        return console.line(object(&sections, seconds));
    }
    for section in &sections {
        console.data(text(section).as_bytes())?;
    }
    console.line(format!("\nall of it was checked against what the sandbox saw; {seconds:.1} s"))
}

/// The directory for what was read back.
fn folder(out: Option<PathBuf>) -> Result<PathBuf, Failure> {
    let folder = out.unwrap_or_else(|| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        std::env::temp_dir().join(format!("afflux-demo-{}-{now}", std::process::id()))
    });
    fs::create_dir_all(&folder)
        .map_err(|error| Failure::file(format!("making the directory {}", folder.display()), &error))?;
    Ok(folder)
}

fn text(section: &Section) -> String {
    let mut steps = tables::framed(&["what was done", "what came of it", "what the sandbox saw"]);
    for step in &section.steps {
        steps.add_row([&step.done, &step.outcome, &step.proof]);
    }
    let (header, rows) = &section.sample;
    let mut sample = tables::framed(header);
    for row in rows {
        sample.add_row(row);
    }
    let files: Vec<String> = section.files.iter().map(|file| format!("  {file}\n")).collect();
    let drawing = section.drawing.as_ref().map_or_else(String::new, |drawing| format!("\n{drawing}\n"));
    format!(
        "\n{}\n{steps}\n\nwhat there is now, the first rows:\n{sample}\n{drawing}\nwritten:\n{}",
        section.title,
        files.concat()
    )
}

fn object(sections: &[Section], seconds: f64) -> Value {
    let sections: Vec<Value> = sections
        .iter()
        .map(|section| {
            let steps: Vec<Value> = section
                .steps
                .iter()
                .map(|step| json!({ "done": step.done, "outcome": step.outcome, "proof": step.proof }))
                .collect();
            json!({ "vendor": section.vendor, "steps": steps, "files": section.files })
        })
        .collect();
    json!({ "sections": sections, "seconds": seconds, "exit_code": 0 })
}

/// A promise that must hold for the demo to go on.
pub(crate) fn promise(kept: bool, what: &str) -> Result<(), Failure> {
    if kept { Ok(()) } else { Err(Failure::broken_promise(format!("the demo shows otherwise: {what}"))) }
}
