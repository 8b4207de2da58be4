//! `afflux clevertap profile` and `counts`.

use afflux::clevertap::{Count, ProfileKey};
use afflux_core::{Error, decode::Kept};

use super::query;
use crate::{
    args,
    console::Console,
    failure::Failure,
    interrupt::Interrupt,
    patience::wait_for,
    secrets,
    vendors::{Access, clevertap_client},
};

/// Reads one profile and prints the vendor's JSON.
pub(super) async fn profile(
    profile: &args::Profile,
    access: &Access<'_>,
    console: Console,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let key = match (&profile.identity, &profile.email, &profile.object_id) {
        (Some(identity), ..) => ProfileKey::identity(identity),
        (_, Some(email), _) => ProfileKey::email(email),
        (.., Some(object_id)) => ProfileKey::object_id(object_id),
        (None, None, None) => {
            return Err(Failure::usage("one of --identity, --email, --object-id is needed"));
        }
    };
    let client = clevertap_client(access, console, None)?.with_deadline(profile.timeout.timeout);
    let found = client.profile(&key).await?;
    console.line(secrets::masked(found.text()))?;
    interrupt.check()
}

/// Counts; a count that is not done at once is asked about until it is.
pub(super) async fn counts(
    counts: &args::Counts,
    access: &Access<'_>,
    console: Console,
    mut interrupt: Interrupt,
) -> Result<(), Failure> {
    let query = query::query(&counts.query)?;
    let client = clevertap_client(access, console, None)?.with_deadline(counts.timeout.timeout);
    let count = async {
        let count: Result<Kept<Count>, Error> = if counts.users {
            client.counts().profiles(query).within(counts.within).run().await
        } else {
            client.counts().events(query).within(counts.within).run().await
        };
        count
    };
    let count = wait_for(count, "the count is not done yet", console, &mut interrupt).await??;
    match count.count.copied() {
        Some(number) if !console.json => console.line(number),
        _ => console.line(count.text()),
    }
}
