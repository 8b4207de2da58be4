//! Waiting for the vendor, who prepares answers in its own time: the person hears of it, and may stop it.

use std::{future::Future, pin::pin, time::Duration};

use crate::{console::Console, failure::Failure, interrupt::Interrupt};

/// After this long the person hears that the vendor is working.
const LONG: Duration = Duration::from_secs(2);

/// Waits for a read; says `what` is being waited for if that takes long. An interruption gives the read up, which
/// changes nothing.
pub(crate) async fn wait_for<T>(
    read: impl Future<Output = T>,
    what: &str,
    console: Console,
    interrupt: &mut Interrupt,
) -> Result<T, Failure> {
    let mut read = pin!(read);
    tokio::select! {
        answer = &mut read => return Ok(answer),
        () = interrupt.wait() => return Err(Failure::interrupted()),
        () = tokio::time::sleep(LONG) => console.say(format!("waiting for the vendor: {what}")),
    }
    tokio::select! {
        answer = read => Ok(answer),
        () = interrupt.wait() => Err(Failure::interrupted()),
    }
}
