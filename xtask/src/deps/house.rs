//! The workspace as the rules see it: packages with their place in the house, their manifests and their sources.

use std::{
    fs,
    path::{Path, PathBuf},
};

use toml_edit::{Document, Item, TableLike};

/// What a package is for; the rules ask for nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Core,
    Vendor,
    Umbrella,
    Sandbox,
    Program,
    /// What crosses crates, tests and benchmarks, never published.
    Tests,
    /// What tests of every crate probe with, never published.
    Probe,
    Xtask,
}

impl Place {
    /// By directory. Whatever else stands in `crates/` is a vendor, so that a new crate is held to the strictest
    /// rules until somebody says otherwise here.
    fn of(directory: &str) -> Self {
        match directory {
            "crates/core" => Self::Core,
            "crates/afflux" => Self::Umbrella,
            "crates/sandbox" => Self::Sandbox,
            "crates/cli" => Self::Program,
            "tests" | "bench" => Self::Tests,
            "tests/probe" => Self::Probe,
            "xtask" => Self::Xtask,
            _ => Self::Vendor,
        }
    }

    /// Whether users get the package from a registry.
    pub(crate) fn is_published(self) -> bool {
        !matches!(self, Self::Tests | Self::Probe | Self::Xtask)
    }
}

/// The workspace.
#[derive(Debug)]
pub(crate) struct House {
    /// The manifest of the workspace.
    pub(crate) manifest: Manifest,
    pub(crate) packages: Vec<Package>,
}

/// One package.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) manifest: Manifest,
    /// The files under `src/`.
    pub(crate) sources: Vec<Source>,
}

/// A file of Rust code. The path is relative to the workspace and written with `/`.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// A manifest with the places of its entries.
#[derive(Debug)]
pub(crate) struct Manifest {
    pub(crate) path: String,
    document: Document<String>,
}

/// An entry of `[dependencies]`, `[dev-dependencies]`, `[build-dependencies]` or one of their `target` kinds.
#[derive(Debug)]
pub(crate) struct Dependency<'a> {
    /// The package's name, whatever it is called in the code.
    pub(crate) name: &'a str,
    pub(crate) line: usize,
    /// Only tests and benches see it.
    pub(crate) dev: bool,
    pub(crate) item: &'a Item,
}

impl House {
    /// Reads the workspace.
    pub(crate) fn load() -> Result<Self, String> {
        let metadata = metadata()?;
        let root = metadata.workspace_root.as_std_path();
        let mut packages = Vec::new();
        for package in metadata.workspace_packages() {
            let manifest = package.manifest_path.as_std_path();
            let directory = manifest.parent().ok_or("a manifest without directory")?;
            packages.push(Package {
                name: package.name.to_string(),
                place: Place::of(&relative(root, directory)),
                manifest: Manifest::read(root, manifest)?,
                sources: sources(root, &directory.join("src"))?,
            });
        }
        packages.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self { manifest: Manifest::read(root, &root.join("Cargo.toml"))?, packages })
    }

    /// Where the workspace is.
    pub(crate) fn root() -> Result<PathBuf, String> {
        metadata().map(|metadata| metadata.workspace_root.into_std_path_buf())
    }

    /// Where cargo builds.
    pub(crate) fn target_directory() -> Result<PathBuf, String> {
        metadata().map(|metadata| metadata.target_directory.into_std_path_buf())
    }

    /// The packages of others, for every platform and for tests too: name and licence.
    pub(crate) fn guests() -> Result<Vec<(String, Option<String>)>, String> {
        let metadata = cargo_metadata::MetadataCommand::new().exec();
        let metadata = metadata.map_err(|error| format!("cargo metadata: {error}"))?;
        let guests = metadata.packages.into_iter().filter(|package| package.source.is_some());
        Ok(guests.map(|package| (package.name.to_string(), package.license)).collect())
    }

    /// Whether a package of this name is one of ours.
    pub(crate) fn owns(&self, name: &str) -> bool {
        self.packages.iter().any(|package| package.name == name)
    }
}

impl Package {
    /// Where the package is.
    pub(crate) fn directory(&self, root: &Path) -> PathBuf {
        root.join(self.manifest.path.trim_end_matches("Cargo.toml"))
    }
}

impl Manifest {
    fn read(root: &Path, path: &Path) -> Result<Self, String> {
        Self::parse(relative(root, path), text_of(path)?)
    }

    pub(crate) fn parse(path: String, text: String) -> Result<Self, String> {
        let document = Document::parse(text).map_err(|error| format!("{path}: {error}"))?;
        Ok(Self { path, document })
    }

    /// The table at a dotted path.
    pub(crate) fn table(&self, path: &str) -> Option<&dyn TableLike> {
        self.item(path)?.as_table_like()
    }

    /// The entry at a dotted path.
    pub(crate) fn item(&self, path: &str) -> Option<&Item> {
        path.split('.').try_fold(self.document.as_item(), |item, key| item.get(key))
    }

    /// The line of `key` in the table at `path`; 1 where it is missing.
    pub(crate) fn line(&self, path: &str, key: &str) -> usize {
        let entry = self.table(path).and_then(|table| table.get_key_value(key));
        entry.map_or(1, |(key, _)| self.line_of(key))
    }

    fn line_of(&self, key: &toml_edit::Key) -> usize {
        let before = key.span().and_then(|span| self.document.raw().get(..span.start));
        1 + before.unwrap_or_default().matches('\n').count()
    }

    /// The names of the features.
    pub(crate) fn features(&self) -> Vec<&str> {
        self.table("features").into_iter().flat_map(|table| table.iter().map(|(name, _)| name)).collect()
    }

    /// Everything the package depends on, for every target.
    pub(crate) fn dependencies(&self) -> Vec<Dependency<'_>> {
        let mut found = Vec::new();
        let targets =
            self.table("target").into_iter().flat_map(|targets| targets.iter().map(|(_, item)| item));
        for tables in std::iter::once(self.document.as_item()).chain(targets) {
            for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
                let Some(table) = tables.get(kind).and_then(Item::as_table_like) else { continue };
                for (key, item) in table.iter() {
                    let line = table.get_key_value(key).map_or(1, |(key, _)| self.line_of(key));
                    let name = item.get("package").and_then(Item::as_str).unwrap_or(key);
                    found.push(Dependency { name, line, dev: kind == "dev-dependencies", item });
                }
            }
        }
        found
    }
}

fn metadata() -> Result<cargo_metadata::Metadata, String> {
    let metadata = cargo_metadata::MetadataCommand::new().no_deps().exec();
    metadata.map_err(|error| format!("cargo metadata: {error}"))
}

fn sources(root: &Path, directory: &Path) -> Result<Vec<Source>, String> {
    let mut found = Vec::new();
    let mut waiting = vec![directory.to_owned()];
    while let Some(directory) = waiting.pop() {
        let Ok(entries) = fs::read_dir(&directory) else { continue };
        for entry in entries {
            let path: PathBuf = entry.map_err(|error| format!("{}: {error}", directory.display()))?.path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(Source { path: relative(root, &path), text: text_of(&path)? });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

fn text_of(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
pub(crate) mod fixture {
    //! Small houses that break one rule each.

    use super::*;

    /// A package with a manifest and files given as `(path under src, text)`.
    pub(crate) fn package(name: &str, place: Place, manifest: &str, files: &[(&str, &str)]) -> Package {
        let sources = files
            .iter()
            .map(|(path, text)| Source { path: format!("{name}/src/{path}"), text: (*text).to_owned() })
            .collect();
        let manifest = Manifest::parse(format!("{name}/Cargo.toml"), manifest.to_owned()).unwrap();
        Package { name: name.to_owned(), place, manifest, sources }
    }

    /// A house with a workspace manifest.
    pub(crate) fn house(manifest: &str, packages: Vec<Package>) -> House {
        House { manifest: Manifest::parse("Cargo.toml".to_owned(), manifest.to_owned()).unwrap(), packages }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_of_every_kind_and_target_are_seen_with_their_lines() {
        let text = "[dependencies]\na = \"1\"\nb = { package = \"real\", version = \"1\" }\n\
                    [target.'cfg(unix)'.dependencies]\nc.workspace = true\n[dev-dependencies.d]\nversion = \"1\"\n";
        let manifest = Manifest::parse("Cargo.toml".to_owned(), text.to_owned()).unwrap();
        let seen: Vec<_> = manifest.dependencies().iter().map(|one| (one.name, one.line, one.dev)).collect();
        assert_eq!(seen, [("a", 2, false), ("real", 3, false), ("d", 6, true), ("c", 5, false)]);
    }

    #[test]
    fn this_workspace_is_read_whole() {
        let house = House::load().unwrap();
        let places: Vec<_> = house.packages.iter().map(|package| package.place).collect();
        for place in
            [Place::Core, Place::Vendor, Place::Umbrella, Place::Sandbox, Place::Program, Place::Xtask]
        {
            assert!(places.contains(&place), "{place:?}");
        }
        assert!(house.packages.iter().all(|package| !package.sources.is_empty()));
    }
}
