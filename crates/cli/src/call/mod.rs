//! `afflux call`: any operation by its metadata, the vendor's answer as it came.

mod dry_run;

use afflux_core::{
    dynamic::{self, Parameters},
    operation::{Operation, Safety},
    request::Request,
    response::Raw,
};
use serde_json::Value;

use crate::{
    args::Call,
    console::{Console, Listing, stdout_is_terminal},
    failure::Failure,
    given,
    interrupt::Interrupt,
    vendors::{Access, Vendor},
};

/// Calls.
pub(crate) async fn run(
    call: &Call,
    access: Access<'_>,
    console: Console,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let vendor = Vendor::named(&call.vendor)?;
    let operation = vendor.operation(&call.operation)?;
    if call.all && operation.items.is_none() {
        return Err(Failure::usage(format!("{} answers no list; leave --all away", operation.id)));
    }
    let parameters = parameters(call.params.as_deref())?;
    let request = request(operation, &parameters, call.as_given)?;
    let access = Access { base_url: call.base_url.as_deref(), ..access };
    if call.dry_run {
        let base = vendor.base(&access, console)?;
        return dry_run::print(vendor, &base, &request, console);
    }
    let engine = vendor.engine(&access, console)?.with_deadline(call.timeout.timeout);
    if call.all {
        let mut pager = engine.pager(request, None);
        let mut listing = Listing::new(console);
        while let Some(page) = pager.next_texts().await? {
            for row in page.value.rows() {
                listing.row(row.text())?;
            }
            listing.flush()?;
            interrupt.check()?;
        }
        return interrupt.check();
    }
    let raw = engine.execute(request).await?;
    let refused = !raw.status().is_success() || is_refusal(&raw);
    // A refusal may repeat our credentials; a success is printed as it came.
    let body = if refused { engine.masker().bytes(raw.body()) } else { raw.body().clone() };
    if !(refused && console.json) {
        console.data(&body)?;
        if stdout_is_terminal() && !body.ends_with(b"\n") {
            console.data(b"\n")?;
        }
    }
    if refused {
        return Err(Failure::refused(&raw, &body));
    }
    interrupt.check()
}

/// Whether an outcome inside a 2xx is a refusal. `already so` of a change is none; `already there` of a creation is
/// one, unless an earlier attempt of this very call may have created it.
fn is_refusal(raw: &Raw) -> bool {
    let operation = raw.operation();
    let Some((path, words)) = operation.answers.success else { return false };
    let body: Option<Value> = serde_json::from_slice(raw.body()).ok();
    let mark = body.as_ref().and_then(|body| body.pointer(&format!("/{}", path.replace('.', "/"))));
    let is_success = mark.and_then(Value::as_str).is_some_and(|mark| words.contains(&mark));
    !is_success && matches!(operation.safety, Safety::Keyed(_)) && !raw.follows_lost_answer()
}

fn request(
    operation: &'static Operation,
    parameters: &Parameters,
    as_given: bool,
) -> Result<Request, Failure> {
    dynamic::request(operation, parameters, as_given).map_err(|violations| {
        let mut text = format!("{}: {} was not sent:", operation.vendor, operation.id);
        for violation in &violations {
            text.push_str("\n  ");
            text.push_str(&violation.to_string());
        }
        text.push_str("\n  next: correct it, or send it as it is with --as-given");
        let first = violations.first().map(|violation| violation.field.as_str());
        Failure::validation(text, first)
    })
}

/// Parameters out of an argument, a file or stdin.
fn parameters(given: Option<&str>) -> Result<Parameters, Failure> {
    let Some(given) = given else { return Ok(Parameters::default()) };
    Parameters::parse(&given::text(given)?)
        .map_err(|error| Failure::usage(format!("--params cannot be read: {error}")))
}
