//! What codegen writes: files with their text, formatted, and their comparison with what is there.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use similar::TextDiff;

/// How many lines of a difference are shown.
const SHOWN: usize = 24;

/// Files to write, by their path from the workspace's top.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Output {
    files: BTreeMap<PathBuf, String>,
    /// Directories in which nothing else may be.
    owned: BTreeSet<PathBuf>,
}

impl Output {
    /// Adds a file as it is.
    pub(crate) fn add(&mut self, path: impl Into<PathBuf>, text: String) {
        self.files.insert(path.into(), text);
    }

    /// Adds a Rust file, formatted.
    pub(crate) fn add_rust(
        &mut self,
        root: &Path,
        path: impl Into<PathBuf>,
        text: &str,
    ) -> Result<(), String> {
        let path = path.into();
        let text = format_rust(root, text).map_err(|error| format!("{}: {error}", path.display()))?;
        self.add(path, text);
        Ok(())
    }

    /// Takes over what another holds.
    pub(crate) fn take(&mut self, other: Self) {
        self.files.extend(other.files);
        self.owned.extend(other.owned);
    }

    /// Says that everything in a directory is generated: what is not written is stale.
    pub(crate) fn own(&mut self, directory: impl Into<PathBuf>) {
        self.owned.insert(directory.into());
    }

    /// Writes what differs and removes what is stale.
    pub(crate) fn write(&self, root: &Path) -> Result<Vec<PathBuf>, String> {
        let mut changed = Vec::new();
        for (path, text) in &self.files {
            let whole = root.join(path);
            if fs::read_to_string(&whole).is_ok_and(|there| there == *text) {
                continue;
            }
            let said = |error: std::io::Error| format!("{}: {error}", path.display());
            if let Some(parent) = whole.parent() {
                fs::create_dir_all(parent).map_err(said)?;
            }
            fs::write(&whole, text).map_err(said)?;
            changed.push(path.clone());
        }
        for path in self.stale(root) {
            fs::remove_file(root.join(&path)).map_err(|error| format!("{}: {error}", path.display()))?;
            changed.push(path);
        }
        Ok(changed)
    }

    /// What differs from what is there, in words; nothing where all is fresh.
    pub(crate) fn differences(&self, root: &Path) -> Vec<String> {
        let mut found = Vec::new();
        for (path, text) in &self.files {
            match fs::read_to_string(root.join(path)) {
                Ok(there) if there == *text => {}
                Ok(there) => found.push(difference(path, &there, text)),
                Err(_) => found.push(format!("{}: missing", path.display())),
            }
        }
        found.extend(
            self.stale(root).iter().map(|path| format!("{}: is not generated any more", path.display())),
        );
        found
    }

    fn stale(&self, root: &Path) -> Vec<PathBuf> {
        let mut stale = Vec::new();
        for directory in &self.owned {
            collect(root, directory, &mut stale);
        }
        stale.retain(|path| !self.files.contains_key(path));
        stale
    }
}

fn collect(root: &Path, directory: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(root.join(directory)) else { return };
    let mut entries: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
    entries.sort();
    for name in entries {
        let path = directory.join(name);
        if root.join(&path).is_dir() {
            collect(root, &path, found);
        } else {
            found.push(path);
        }
    }
}

fn difference(path: &Path, there: &str, fresh: &str) -> String {
    let name = path.display().to_string();
    let diff = TextDiff::from_lines(there, fresh).unified_diff().context_radius(1).to_string();
    let lines: Vec<&str> = diff.lines().collect();
    let shown = lines.iter().take(SHOWN).copied().collect::<Vec<_>>().join("\n");
    let more = lines.len().saturating_sub(SHOWN);
    if more == 0 {
        format!("{name}: stale\n{shown}")
    } else {
        format!("{name}: stale\n{shown}\n(and {more} lines more)")
    }
}

/// Formats Rust source with the workspace's own settings.
fn format_rust(root: &Path, text: &str) -> Result<String, String> {
    let rustfmt = std::env::var_os("RUSTFMT").unwrap_or_else(|| "rustfmt".into());
    let mut child = Command::new(rustfmt)
        .args(["--edition", "2024", "--emit", "stdout", "--quiet", "--config-path"])
        .arg(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("rustfmt does not start: {error}"))?;
    let stdin = child.stdin.take();
    let source = text.to_owned();
    // Written beside the reading, or both sides could wait for each other on a large file.
    let writer = thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(source.as_bytes())));
    let output = child.wait_with_output().map_err(|error| format!("rustfmt: {error}"))?;
    // If it could not be written, rustfmt has failed and says why.
    let _ = writer.join();
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        if let Some(path) = std::env::var_os("CODEGEN_KEEP_BROKEN") {
            let _ = fs::write(path, text);
        }
        return Err(format!("the generated code is not Rust:\n{said}"));
    }
    String::from_utf8(output.stdout).map_err(|_| "rustfmt wrote what is no text".to_owned())
}
