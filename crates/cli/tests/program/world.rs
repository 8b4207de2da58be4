//! A sandbox, a folder, and the program run in it. Every output is searched for the token.

use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use afflux_sandbox::{Sandbox, altercpa::Site, irev::Token};
use serde_json::Value;

/// The token of every run: if it turns up in an output, it has leaked.
pub(crate) const TOKEN: &str = "tok-CANARY-4711-abcdef";

/// AlterCPA's token of every run: the key of a site of the offer 11.
pub(crate) const CPA_TOKEN: &str = "199-cpa-CANARY-2207-ghijkl";

/// CleverTap's credentials of every run, which the sandbox makes up.
pub(crate) const CT_CREDENTIALS: [&str; 2] = ["sandbox-clevertap-passcode", "sandbox-clevertap-token"];

/// The password of leads: it belongs into the file, the request and the rejected file, and nowhere else.
pub(crate) const PASSWORD: &str = "Pw-CANARY-0815";

pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) folder: tempfile::TempDir,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// The object that was printed.
    pub(crate) fn object(&self) -> Value {
        serde_json::from_str(self.stdout.trim()).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Fails unless the program ended with `code`.
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }
}

impl World {
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let sandbox = runtime.block_on(Sandbox::start()).unwrap();
        sandbox.irev().add_token(Token::new(TOKEN));
        sandbox.altercpa().add_site(Site::new(199, CPA_TOKEN.strip_prefix("199-").unwrap(), 11));
        Self { sandbox, folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// The program with these arguments, in the folder, knowing the sandbox.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_afflux"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("IREV_BASE_URL", self.sandbox.irev().url())
            .env("IREV_API_TOKEN", TOKEN)
            .env("ALTERCPA_BASE_URL", self.sandbox.altercpa().url())
            .env("ALTERCPA_TOKEN", CPA_TOKEN)
            .env("CLEVERTAP_BASE_URL", self.sandbox.clevertap().url())
            .env("CLEVERTAP_ACCOUNT_ID", self.sandbox.clevertap().account_id())
            .env("CLEVERTAP_PASSCODE", self.sandbox.clevertap().passcode())
            .env("CLEVERTAP_ACCOUNT_TOKEN", self.sandbox.clevertap().token())
            .env("PARTNERIZE_BASE_URL", self.sandbox.partnerize().url())
            .env("PARTNERIZE_APPLICATION_KEY", self.sandbox.partnerize().application_key())
            .env("PARTNERIZE_USER_API_KEY", self.sandbox.partnerize().user_api_key())
            .env("PARTNERIZE_PARTNER_ID", self.sandbox.partnerize().partner())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        finish(self.command(arguments).spawn().unwrap())
    }

    pub(crate) fn run_with_stdin(&self, arguments: &[&str], stdin: &str) -> Run {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
        finish(child)
    }

    /// Fails if AlterCPA's token or CleverTap's credentials are in any file that was left behind.
    pub(crate) fn no_token_in_files(&self) {
        let clevertap = self.sandbox.clevertap();
        assert_eq!(CT_CREDENTIALS, [clevertap.passcode(), clevertap.token()]);
        for entry in fs::read_dir(self.folder.path()).unwrap() {
            let path = entry.unwrap().path();
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            for secret in [&["CANARY-2207"][..], &CT_CREDENTIALS].concat() {
                assert!(!text.contains(secret), "{secret} is in {}", path.display());
            }
        }
    }

    /// How many requests reached the vendor.
    pub(crate) fn requests(&self) -> usize {
        self.sandbox.irev().requests().len()
    }
}

/// Waits for the end, and searches what was printed.
pub(crate) fn finish(child: Child) -> Run {
    let output = child.wait_with_output().unwrap();
    let run = Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    };
    for (name, text) in [("stdout", &run.stdout), ("stderr", &run.stderr)] {
        for token in [&[TOKEN, CPA_TOKEN, "CANARY-2207"][..], &CT_CREDENTIALS].concat() {
            assert!(!text.contains(token), "the token is in {name}: {text}");
        }
        assert!(!text.contains("panicked"), "{text}");
    }
    run
}

/// The lines of a file by what became of them: rows, delivered, rejected, invalid, unknown, not sent, deferred.
pub(crate) fn counts(run: &Run) -> [u64; 7] {
    let object = run.object();
    ["rows", "delivered", "rejected", "invalid", "unknown", "not_sent", "deferred"]
        .map(|name| object[name].as_u64().unwrap_or_else(|| panic!("{name} in {object}")))
}

/// A file of so many leads, each with an id and the password.
pub(crate) fn leads(count: usize) -> String {
    let mut text = String::from("ip,country_code,email,aff_sub,password\n");
    for number in 0..count {
        let host = number % 250;
        writeln!(text, "203.0.113.{host},DE,person{number}@example.com,c-{number},{PASSWORD}").unwrap();
    }
    text
}

/// A file's permissions; elsewhere than on Unix there are none to look at.
#[cfg(not(unix))]
pub(crate) fn mode(_path: &std::path::Path) -> u32 {
    0o600
}

#[cfg(unix)]
pub(crate) fn mode(path: &std::path::Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Waits until something is so, for as long as a slow machine may need.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = std::time::Instant::now();
    while !holds() {
        assert!(began.elapsed().as_secs() < 30, "it never came: {what}");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}
