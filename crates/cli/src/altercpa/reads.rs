//! `afflux altercpa fetch`, `flow` and `offer`: the vendor's JSON as it came.

use afflux::altercpa::{Client, OPERATIONS, TokenKind};
use afflux_core::dynamic::{self, Parameters};
use serde_json::{Map, Value};

use crate::{
    args::{Fetch, Offer, Read, Timeout},
    console::Console,
    failure::Failure,
    interrupt::Interrupt,
    vendors::{Access, altercpa_client},
};

/// Finds a visitor's click.
pub(crate) async fn fetch(
    fetch: &Fetch,
    access: &Access<'_>,
    console: Console,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let client = client(access, console, fetch.timeout)?;
    if fetch.offer.is_none() && client.token_kind() == TokenKind::Global {
        return Err(Failure::validation(
            "altercpa: nothing was sent: `offer` is needed with a global token".to_owned(),
            Some("offer"),
        ));
    }
    let ip = fetch.ip.map(|ip| ip.to_string());
    let not_before = fetch.not_before.map(|time| time.as_second().to_string());
    let given = [
        ("offer", &fetch.offer),
        ("flow", &fetch.flow),
        ("code", &fetch.code),
        ("ip", &ip),
        ("to", &not_before),
    ];
    read(&client, "findClick", &given, console, interrupt).await
}

/// Reads a flow.
pub(crate) async fn flow(
    read: &Read,
    access: &Access<'_>,
    console: Console,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let given =
        one_of([("click", &read.source.click), ("flow", &read.source.flow), ("code", &read.source.code)])?;
    let client = client(access, console, read.timeout)?;
    self::read(&client, "getFlow", &given, console, interrupt).await
}

/// Reads an offer.
pub(crate) async fn offer(
    offer: &Offer,
    access: &Access<'_>,
    console: Console,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let given = one_of([
        ("offer", &offer.offer),
        ("click", &offer.read.source.click),
        ("flow", &offer.read.source.flow),
        ("code", &offer.read.source.code),
    ])?;
    let client = client(access, console, offer.read.timeout)?;
    read(&client, "getOffer", &given, console, interrupt).await
}

type Option_<'a> = (&'static str, &'a Option<String>);

/// Exactly one of them: what two together mean is not documented.
fn one_of<const N: usize>(given: [Option_<'_>; N]) -> Result<[Option_<'_>; N], Failure> {
    let count = given.iter().filter(|(_, value)| value.is_some()).count();
    if count == 1 {
        return Ok(given);
    }
    let names: Vec<String> = given.iter().map(|(name, _)| format!("--{name}")).collect();
    Err(Failure::usage(format!("give exactly one of {}", names.join(", "))))
}

fn client(access: &Access<'_>, console: Console, timeout: Timeout) -> Result<Client, Failure> {
    Ok(altercpa_client(access, console, false)?.with_deadline(timeout.timeout))
}

async fn read(
    client: &Client,
    id: &str,
    given: &[Option_<'_>],
    console: Console,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let operation = OPERATIONS.iter().find(|operation| operation.id == id).copied();
    let operation = operation.ok_or_else(|| Failure::usage(format!("altercpa has no operation {id}")))?;
    let body: Map<String, Value> = given
        .iter()
        .filter_map(|(name, value)| Some(((*name).to_owned(), Value::from(value.as_deref()?))))
        .collect();
    let parameters = Parameters::parse(&Value::Object(body).to_string())
        .map_err(|error| Failure::usage(error.to_string()))?;
    let request = dynamic::request(operation, &parameters, false).map_err(|violations| {
        let texts: Vec<String> = violations.iter().map(ToString::to_string).collect();
        let field = violations.first().map(|violation| violation.field.as_str());
        Failure::validation(format!("altercpa: nothing was sent: {}", texts.join("; ")), field)
    })?;
    let raw = client.engine().execute(request).await?;
    let text = String::from_utf8_lossy(raw.body());
    console.line(text.trim_end())?;
    interrupt.check()
}
