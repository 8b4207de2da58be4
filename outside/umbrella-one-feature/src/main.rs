//! The umbrella with one vendor: the same client under another path.

use std::error::Error;

use afflux::{ErrorKind, SecretString, irev};

fn main() -> Result<(), Box<dyn Error>> {
    let token = SecretString::from("a-token-that-nobody-may-see".to_owned());
    let client = irev::Client::builder("https://acme.irev.com/api/affiliates/v2")?.token(token).build()?;
    assert!(!format!("{client:?}").contains("nobody-may-see"), "Debug shows the token");

    // Plain HTTP to a foreign host needs an explicit word.
    let refused =
        irev::Client::builder("http://acme.irev.com/api/affiliates/v2").err().ok_or("plain HTTP passed")?;
    assert_eq!(refused.kind(), ErrorKind::Configuration);
    println!("afflux with one feature: {refused}");
    Ok(())
}
