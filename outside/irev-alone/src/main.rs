//! One vendor crate and nothing else: what this file imports is all that a user needs.

use std::{error::Error, net::Ipv4Addr};

use afflux_irev::{Client, Delivery, Lead, SecretString};

fn main() -> Result<(), Box<dyn Error>> {
    let token = SecretString::from("a-token-that-nobody-may-see".to_owned());
    let client = Client::builder("https://acme.irev.com/api/affiliates/v2")?.token(token).build()?;

    let shown = format!("{client:?}");
    assert!(!shown.contains("nobody-may-see"), "Debug shows the token");

    let lead = Lead::new(Ipv4Addr::new(203, 0, 113, 7))
        .country("DE")?
        .profile("email", "ana@example.com")
        .correlation("aff_sub", "c-20113");
    lead.check()?;

    // What is wrong is said before anything is sent, and the error says that nothing was.
    let refused = lead.profile("ip", "203.0.113.7").check().err().ok_or("`ip` is no profile key")?;
    assert_eq!(refused.delivery(), Delivery::NotSent);
    println!("afflux-irev alone: {refused}");
    Ok(())
}
