//! Credentials and addresses: from the environment, or from a profile in a TOML file. Never from arguments, which
//! every user of the machine can read.
//!
//! ```toml
//! # ~/.config/afflux/config.toml: [profile.vendor]
//! [default.irev]
//! base_url = "https://acme.irev.com/api/affiliates/v2"
//! api_token = "..."
//! limits = "classic"     # or "strict"
//! ```
//!
//! A named profile is used alone: a token of one place is never sent to the address of another. Without a name the
//! environment is used, and the profile `default` where the environment says nothing of the vendor. No message of
//! this module prints a value, and none prints a line of the file.

use std::{
    env::{self, VarError},
    fs, io,
    path::{Path, PathBuf},
};

use afflux_core::secret::SecretString;
use toml::{Table, Value};

use crate::{console::Console, failure::Failure};

/// A setting of a vendor: its key in a profile and its variable in the environment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    /// In a profile.
    pub(crate) key: &'static str,
    /// In the environment.
    pub(crate) variable: &'static str,
}

/// The settings of one vendor, each from the same source.
#[derive(Debug)]
pub(crate) struct Settings {
    vendor: &'static str,
    source: Source,
}

#[derive(Debug)]
enum Source {
    Environment,
    /// The values are not printable: a profile holds secrets.
    Profile {
        name: String,
        path: PathBuf,
        values: Hidden,
    },
}

/// A table that does not print.
struct Hidden(Table);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// The profile that is used when none is named.
const DEFAULT: &str = "default";

impl Settings {
    /// The settings of `vendor`. `known` are all it has: anything else in a profile is a slip.
    pub(crate) fn load(
        vendor: &'static str,
        known: &[Setting],
        profile: Option<&str>,
        console: Console,
    ) -> Result<Self, Failure> {
        let in_environment = known.iter().any(|setting| env::var_os(setting.variable).is_some());
        if profile.is_none() && in_environment {
            return Ok(Self { vendor, source: Source::Environment });
        }
        let path = config_path();
        let text = match path.as_deref().map(fs::read_to_string) {
            Some(Ok(text)) => text,
            Some(Err(error)) if profile.is_none() && error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { vendor, source: Source::Environment });
            }
            None if profile.is_none() => return Ok(Self { vendor, source: Source::Environment }),
            Some(Err(error)) => {
                let shown = path.unwrap_or_default();
                return Err(Failure::file(format!("reading {}", shown.display()), &error));
            }
            None => {
                return Err(Failure::configuration("there is no home directory to look for a profile in"));
            }
        };
        let path = path.unwrap_or_default();
        warn_if_open_to_others(&path, console);
        let name = profile.unwrap_or(DEFAULT);
        let values = section(&path, &text, name, vendor, known)?;
        match values {
            Some(values) => Ok(Self {
                vendor,
                source: Source::Profile { name: name.to_owned(), path, values: Hidden(values) },
            }),
            None if profile.is_none() => Ok(Self { vendor, source: Source::Environment }),
            None => Err(Failure::configuration(format!("{} has no [{name}.{vendor}]", path.display()))),
        }
    }

    /// A value that may be printed.
    pub(crate) fn text(&self, setting: Setting) -> Result<Option<String>, Failure> {
        match &self.source {
            Source::Environment => match env::var(setting.variable) {
                Ok(text) => Ok(Some(text)),
                Err(VarError::NotPresent) => Ok(None),
                Err(VarError::NotUnicode(_)) => {
                    Err(Failure::configuration(format!("{} is not UTF-8", setting.variable)))
                }
            },
            Source::Profile { name, path, values } => match values.0.get(setting.key) {
                None => Ok(None),
                Some(Value::String(text)) => Ok(Some(text.clone())),
                Some(_) => Err(Failure::configuration(format!(
                    "{}, [{name}.{}]: `{}` must be a string in quotes",
                    path.display(),
                    self.vendor,
                    setting.key
                ))),
            },
        }
    }

    /// A value that is a secret from here on.
    pub(crate) fn secret(&self, setting: Setting) -> Result<SecretString, Failure> {
        let text = self.text(setting)?.ok_or_else(|| self.missing(setting))?;
        if text.trim().is_empty() {
            return Err(Failure::configuration(format!("{} is empty", self.place(setting))));
        }
        Ok(SecretString::from(text))
    }

    /// What to say when a setting is not there.
    pub(crate) fn missing(&self, setting: Setting) -> Failure {
        Failure::configuration(match &self.source {
            Source::Environment => format!(
                "{} is not set (a profile in {} would do as well)",
                setting.variable,
                config_path().unwrap_or_else(|| "$AFFLUX_CONFIG".into()).display()
            ),
            Source::Profile { .. } => format!("{} is missing", self.place(setting)),
        })
    }

    /// Where a setting stands, in words.
    pub(crate) fn place(&self, setting: Setting) -> String {
        match &self.source {
            Source::Environment => setting.variable.to_owned(),
            Source::Profile { name, path, .. } => {
                format!("{}, [{name}.{}]: `{}`", path.display(), self.vendor, setting.key)
            }
        }
    }
}

/// `$AFFLUX_CONFIG`, else `afflux/config.toml` where the system keeps configuration.
fn config_path() -> Option<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("AFFLUX_CONFIG").or_else(|| {
        let folder = set("XDG_CONFIG_HOME")
            .or_else(|| set("HOME").map(|home| home.join(".config")))
            .or_else(|| set("APPDATA"))?;
        Some(folder.join("afflux").join("config.toml"))
    })
}

/// The table `[profile.vendor]`.
fn section(
    path: &Path,
    text: &str,
    profile: &str,
    vendor: &str,
    known: &[Setting],
) -> Result<Option<Table>, Failure> {
    let shown = path.display();
    // The parser's own message may quote the line, and the line may be a token.
    let root: Table = text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        Failure::configuration(format!("{shown}: line {line} is not valid TOML"))
    })?;
    let Some(section) = root.get(profile).and_then(|profile| profile.get(vendor)) else { return Ok(None) };
    let Value::Table(values) = section else {
        return Err(Failure::configuration(format!("{shown}: `{profile}.{vendor}` must be a table")));
    };
    match values.keys().find(|key| !known.iter().any(|setting| setting.key == *key)) {
        Some(other) => {
            let known: Vec<&str> = known.iter().map(|setting| setting.key).collect();
            Err(Failure::configuration(format!(
                "{shown}, [{profile}.{vendor}]: `{other}` is not a setting; there are {}",
                known.join(", ")
            )))
        }
        None => Ok(Some(values.clone())),
    }
}

#[cfg(unix)]
fn warn_if_open_to_others(path: &Path, console: Console) {
    use std::os::unix::fs::PermissionsExt;
    let open = fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0);
    if open {
        console.say(format!(
            "warning: {} can be read by others and holds credentials: chmod 600 {}",
            path.display(),
            path.display()
        ));
    }
}

#[cfg(not(unix))]
fn warn_if_open_to_others(_path: &Path, _console: Console) {}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const KNOWN: [Setting; 2] = [
        Setting { key: "base_url", variable: "IREV_BASE_URL" },
        Setting { key: "api_token", variable: "IREV_API_TOKEN" },
    ];

    fn read(text: &str) -> Result<Option<Table>, Failure> {
        section(Path::new("c.toml"), text, "acme", "irev", &KNOWN)
    }

    #[test]
    fn a_profile_is_a_table_per_vendor() {
        let values =
            read("[acme.irev]\nbase_url = \"https://a.example\"\napi_token = \"t\"\n").unwrap().unwrap();
        assert_eq!(values.len(), 2);
        assert!(read("[other.irev]\n").unwrap().is_none());
    }

    #[test]
    fn no_message_repeats_what_stands_in_the_file() {
        let canary = "S3CRET-CANARY";
        for text in [
            format!("[acme.irev]\napi_token = {canary}\n"),
            format!("[acme.irev]\napi_token = \"{canary}\n"),
            format!("[acme]\nirev = \"{canary}\"\n"),
            format!("[acme.irev]\ntoken = \"{canary}\"\n"),
        ] {
            let failure = read(&text).unwrap_err();
            assert_eq!(failure.exit.code(), 2);
            assert!(!failure.text().contains(canary), "{}", failure.text());
            assert!(!failure.object().unwrap().contains(canary));
        }
    }
}
