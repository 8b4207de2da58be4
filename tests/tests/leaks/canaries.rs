//! Made-up credentials, and the search for them.

use afflux_probe::search::Search;
use afflux_tests::vendors::{Access, Vendor};

/// Valid nowhere, with every character that an encoding changes and that a header can carry.
pub(crate) fn access(vendor: Vendor, base: &str) -> Access {
    let secrets: &[&str] = match vendor {
        // The number before the dash is a user, who is no secret.
        Vendor::AlterCpa => &["77-Canary+alter/one=\"two\"&<three>'\\%7e"],
        Vendor::CleverTap => &[
            "TEST+Canary/account=\"1\"&a\\b~%41",
            "Canary+pass/code=\"four\"&<five>'\\%7e",
            "Canary+token/six=\"seven\"&<eight>'\\%7e",
            "Canary+promo/key=\"nine\"&<ten>'\\%7e",
            "Canary+promo/secret=\"nine\"&<ten>'\\%7e",
        ],
        Vendor::Irev => &["Canary+irev/one=\"two\"&<three>'\\%7e"],
        Vendor::Partnerize => {
            &["Canary+application/one=\"two\"&<three>'\\%7e", "Canary+user/one=\"two\"&<three>'\\%7e"]
        }
    };
    let secrets = secrets.iter().map(|secret| (*secret).to_owned()).collect();
    Access { base: base.to_owned(), secrets }
}

/// The search for the credentials, and for what a vendor may make of them.
pub(crate) fn search(vendor: Vendor, access: &Access) -> Search {
    let mut secrets = access.secrets.clone();
    match vendor {
        Vendor::AlterCpa => secrets.extend(access.secrets[0].split_once('-').map(|(_, key)| key.to_owned())),
        Vendor::Partnerize => secrets.push(access.secrets.join(":")),
        Vendor::CleverTap | Vendor::Irev => {}
    }
    Search::new(&secrets)
}
