//! `cargo xtask codegen`: from `crates/*/api.yaml` to everything that follows from it.
//!
//! One direction, three steps: [`spec`] reads the text strictly, [`lower`] resolves it into an [`api`], [`emit`] writes
//! Rust, tests, tables and JSON. Nothing is written when anything is wrong.

mod api;
mod emit;
mod fault;
mod lower;
mod names;
mod output;
mod spec;

use std::{
    fs,
    path::{Path, PathBuf},
};

pub(crate) use self::output::Output;
use self::{api::Api, fault::Source};

/// Writes what is generated.
pub(crate) fn write() -> Result<(), String> {
    let root = root();
    let changed = everything(&root)?.write(&root)?;
    for path in &changed {
        println!("wrote {}", path.display());
    }
    println!("codegen: {} files changed", changed.len());
    Ok(())
}

/// Fails when anything generated is stale, and shows what.
pub(crate) fn check() -> Result<(), String> {
    let root = root();
    let differences = everything(&root)?.differences(&root);
    if differences.is_empty() {
        println!("codegen: everything is fresh");
        return Ok(());
    }
    Err(format!("{}\n\nstale: run `cargo xtask codegen`", differences.join("\n\n")))
}

/// The workspace's top.
pub(crate) fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_owned()
}

/// A made-up vendor that uses every construct, and where its golden output is.
const FIXTURE: (&str, &str) = ("xtask/fixtures/fixture.yaml", "xtask/fixtures/golden");

/// Everything that is generated in a workspace, the golden output of the tests included.
pub(crate) fn everything(root: &Path) -> Result<Output, String> {
    let crates = fs::read_dir(root.join("crates")).map_err(|error| format!("crates: {error}"))?;
    let mut names: Vec<String> =
        crates.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    let mut output = Output::default();
    let mut apis = Vec::new();
    for name in names {
        let file = format!("crates/{name}/api.yaml");
        let Ok(text) = fs::read_to_string(root.join(&file)) else { continue };
        let source = Source { file, text };
        let module = format!("afflux_{}::generated", name.replace('-', "_"));
        let (api, sandbox) = one(root, &source, &format!("crates/{name}"), &module, &mut output)?;
        output.add(format!("crates/sandbox/src/generated/{}.json", api.vendor), sandbox);
        apis.push(api);
    }
    output.add("docs/coverage.md", emit::coverage::coverage(&apis));
    let (file, directory) = FIXTURE;
    let text = fs::read_to_string(root.join(file)).map_err(|error| format!("{file}: {error}"))?;
    output.take(golden(root, file, text, directory)?);
    Ok(output)
}

/// What is generated from a document on its own, with the sandbox's JSON and the table beside it.
pub(crate) fn golden(root: &Path, file: &str, text: String, directory: &str) -> Result<Output, String> {
    let source = Source { file: file.to_owned(), text };
    let mut output = Output::default();
    let (api, sandbox) = one(root, &source, directory, "crate::generated", &mut output)?;
    output.add(format!("{directory}/sandbox.json"), sandbox);
    output.add(format!("{directory}/coverage.md"), emit::coverage::coverage(&[api]));
    Ok(output)
}

/// What is generated from one document into one crate, and the sandbox's JSON.
fn one(
    root: &Path,
    source: &Source,
    directory: &str,
    module: &str,
    output: &mut Output,
) -> Result<(Api, String), String> {
    let document = spec::read(source).map_err(|faults| faults.describe(source))?;
    let api = lower::lower(&document).map_err(|faults| faults.describe(source))?;
    for (name, text) in emit::rust::files(&api) {
        output.add_rust(root, format!("{directory}/src/generated/{name}"), &text)?;
    }
    output.own(format!("{directory}/src/generated"));
    let tests = emit::tests::tests(&api, module);
    output.add_rust(root, format!("{directory}/tests/generated.rs"), &tests)?;
    let sandbox = emit::sandbox::json(&document);
    Ok((api, sandbox))
}
