//! Files: addresses to which a list or a catalog is put, the put itself, which goes to a storage service and not to the
//! API, and what is made of a file.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::audience::Segment;
use super::bodies;
use super::call::Call;
use super::state::State;
use crate::clock::{Clock, elapsed, later};
use crate::wire::{Answer, Request};

/// Where files are put; the signature in the query is the permission.
pub(super) const PLACE: &str = "/storage/";
const VALID: Duration = Duration::from_secs(24 * 60 * 60);
/// Headers of the API, which the storage service must not see.
const FOREIGN: [&str; 5] =
    ["x-clevertap-account-id", "x-clevertap-passcode", "x-clevertap-token", "x-account-id", "authorization"];

/// A file, or the place for one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StoredFile {
    /// Its number in the address.
    pub id: u64,
    /// What was put; `None` while nothing was.
    #[serde(skip)]
    pub content: Option<Bytes>,
    /// The content type it came with.
    pub content_type: Option<String>,
    /// Whether a list or catalog was made of it.
    pub completed: bool,
    #[serde(skip)]
    signature: String,
    #[serde(skip)]
    opened: Timestamp,
}

/// All files.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) all: BTreeMap<u64, StoredFile>,
}

/// Opens a place for a file. Answers its address.
pub(super) fn open(state: &mut State, call: &Call<'_>) -> String {
    let id = state.next_id();
    let signature = format!("{:016x}{:016x}", state.secrets.next_u64(), state.secrets.next_u64());
    let address = format!("{}{PLACE}{id}.csv?X-Amz-Expires=86400&X-Amz-Signature={signature}", call.origin);
    let file =
        StoredFile { id, content: None, content_type: None, completed: false, signature, opened: call.now() };
    state.files.all.insert(id, file);
    address
}

/// An address for a custom list or a catalog of the first version.
pub(super) fn address(state: &mut State, call: &Call<'_>) -> Answer {
    let address = open(state, call);
    let until = later(call.now(), VALID).strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string();
    let body = crate::fields::Fields::default()
        .with("presignedS3URL", address)
        .with("expiryEpoch", json!({ "$date": until }))
        .with("status", "success");
    bodies::ok(&body)
}

/// Addresses for the parts of a catalog of the first version.
pub(super) fn parts(state: &mut State, call: &Call<'_>) -> Answer {
    let addresses: Vec<String> = (0..call.count("totalParts", 2)).map(|_| open(state, call)).collect();
    let upload = format!("upload-{}", state.next_id());
    bodies::ok(&bodies::success().with("presignedS3URLs", addresses).with("uploadId", upload))
}

/// Takes a file, in the words of a storage service.
pub(super) fn put(state: &mut State, request: &Request, clock: &Clock) -> Answer {
    let error = |status, code: &str| {
        let body = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code></Error>");
        Answer::new(status, Some("application/xml"), body)
    };
    if request.method != "PUT" {
        return error(405, "MethodNotAllowed");
    }
    // Two ways of signing at once are refused, and a service that sees credentials of another must not take them.
    if FOREIGN.iter().any(|name| request.header(name).is_some()) {
        return error(400, "InvalidArgument");
    }
    if request.header("content-length").is_none() {
        return error(411, "MissingContentLength");
    }
    let id = request.path.strip_prefix(PLACE).and_then(|name| name.strip_suffix(".csv")?.parse().ok());
    let Some(file) = id.and_then(|id: u64| state.files.all.get_mut(&id)) else {
        return error(404, "NoSuchKey");
    };
    if request.query("X-Amz-Signature") != Some(file.signature.as_str()) {
        return error(403, "SignatureDoesNotMatch");
    }
    if elapsed(clock.now(), file.opened) >= clock.scaled(VALID) {
        return error(403, "AccessDenied");
    }
    file.content = Some(request.body.clone());
    file.content_type = request.header("content-type").map(str::to_owned);
    Answer::new(200, None, "").header("ETag", format!("\"{id:x}\"", id = file.id)).committed()
}

/// The file at an address that was given out, if something was put there.
fn put_at<'a>(state: &'a mut State, call: &Call<'_>) -> Result<&'a mut StoredFile, Answer> {
    let address = call.text("url").unwrap_or_default();
    let name = address.split(['?', '#']).next().and_then(|path| path.rsplit('/').next());
    let id = name.and_then(|name| name.strip_suffix(".csv")?.parse::<u64>().ok());
    let file = id.and_then(|id| state.files.all.get_mut(&id)).filter(|file| file.content.is_some());
    file.ok_or_else(|| call.refused("File not found at url"))
}

fn lines(file: &StoredFile) -> Vec<String> {
    let content = file.content.clone().unwrap_or_default();
    String::from_utf8_lossy(&content).lines().map(|line| line.trim().to_owned()).collect()
}

/// Makes a custom list of a file.
pub(super) fn complete_list(state: &mut State, call: &Call<'_>) -> Answer {
    let name = call.text("name").unwrap_or_default().to_owned();
    let replaces = call.body.get("replace").and_then(Value::as_bool) == Some(true);
    let known = state.segments.iter().any(|segment| segment.name == name);
    if known && !replaces {
        return call.refused("duplicate_name");
    }
    let lines = match put_at(state, call) {
        Ok(file) => {
            file.completed = true;
            lines(file)
        }
        Err(refusal) => return refusal,
    };
    let mut lines = lines.into_iter();
    if lines.next().as_deref() != Some("Type,Identity") {
        return call.refused("Invalid file header");
    }
    let users = lines.filter_map(|line| line.split_once(',').map(|(_, user)| user.to_owned())).collect();
    let id = match state.segments.iter_mut().find(|segment| segment.name == name) {
        Some(segment) => {
            segment.users = users;
            segment.id
        }
        None => {
            let id = state.next_id();
            state.segments.push(Segment { id, name, own_id: String::new(), users });
            id
        }
    };
    bodies::ok(&bodies::success().with("Segment ID", id)).committed()
}

/// Makes a catalog of the first version of a file.
pub(super) fn complete_catalog(state: &mut State, call: &Call<'_>) -> Answer {
    let file = match put_at(state, call) {
        Ok(file) => file,
        Err(refusal) => return refusal,
    };
    if !lines(file).first().is_some_and(|header| header.starts_with("Identity,Name,ImageURL")) {
        return call.refused("Invalid file header");
    }
    file.completed = true;
    bodies::ok(&bodies::success().with("message", "Catalog upload is in progress")).committed()
}
