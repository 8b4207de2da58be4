//! A partner's server: takes webhooks, SMS and WhatsApp messages from CleverTap, and reports what became of an SMS.
//!
//! `cargo run -p afflux-clevertap --example inbound -- 127.0.0.1:8080 http://127.0.0.1:9000/sms-callback`

mod app;

use std::{env, error::Error};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let callback =
        arguments.next().ok_or("the second argument is the callback address of the SMS provider")?;
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, app::router(&callback)?).await?;
    Ok(())
}
