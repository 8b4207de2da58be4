//! `afflux partnerize tq`: claims about conversions, which the vendor calls transaction queries.

use afflux::partnerize::{Claim, Sale};

use super::{Account, lists};
use crate::{
    args::partnerize::{Claimed, Tq},
    failure::Failure,
    interrupt::Interrupt,
};

/// Lists them, or makes one.
pub(super) async fn run(tq: &Tq, account: &Account<'_>, interrupt: &Interrupt) -> Result<(), Failure> {
    let (given, claim) = match tq {
        Tq::List(given) => return lists::queries(given, account, interrupt).await,
        Tq::Untracked(given) => {
            let sale = Sale { time: given.at, value: given.value, expected_commission: given.expected };
            let Claimed { camref, reference, .. } = &given.claim;
            (&given.claim, Claim::untracked(camref, reference, sale))
        }
        Tq::Commission(given) => {
            let Claimed { camref, reference, .. } = &given.claim;
            (&given.claim, Claim::incorrect_commission(camref, reference, given.expected))
        }
        Tq::Declined(given) => (given, Claim::declined(&given.camref, &given.reference)),
    };
    let mut claim = claim;
    if let Some(currency) = &given.currency {
        claim = claim.currency(currency.as_str());
    }
    if let Some(notes) = &given.notes {
        claim = claim.notes(notes);
    }
    let client = account.client(given.timeout)?;
    let partner = account.partner(&given.partner)?;
    let claimed = client.transaction_queries().claim(partner, [claim])?;
    let answer = claimed.send().await?;
    account.console.line(answer.value.text())?;
    interrupt.check()
}
