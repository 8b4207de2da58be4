//! iREV's typed calls: a lead's password and the login link are the vendor's secrets, shown where they are asked for.

use std::{net::Ipv4Addr, pin::pin, time::Duration};

use afflux::{
    SecretString,
    irev::{Client, Lead, Push},
};
use afflux_probe::{error, log, search::Search};
use afflux_sandbox::{Fault, Sandbox, irev::Token};
use futures_util::TryStreamExt;

/// With characters that encodings change.
const TOKEN: &str = "tok+Canary/one=two&three~7e";
const PASSWORD: &str = "Pw-Canary-9c1e";

fn lead(number: u8) -> Lead {
    Lead::new(Ipv4Addr::new(203, 0, 113, number))
        .profile("email", format!("canary{number}@example.com"))
        .profile("password", PASSWORD)
        .correlation("aff_sub", format!("c-{number}"))
}

#[tokio::test]
async fn neither_token_nor_password_nor_login_link_leaves_by_a_side_door() {
    let heard = log::listen();
    let search = Search::new(&[TOKEN, PASSWORD]);
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.irev().add_token(Token::new(TOKEN));
    let irev = Client::builder(&sandbox.irev().url()).unwrap().token(SecretString::from(TOKEN));
    error::debug_is_clean(&search, &irev);
    let irev = irev.build().unwrap();
    error::debug_is_clean(&search, &irev);
    error::debug_is_clean(&search, &lead(1));

    // It works, so what follows fails for the reason that is meant.
    let Push::Accepted(taken) = irev.push(&lead(1)).await.unwrap() else { panic!("rejected") };
    let link = taken.source.text().to_owned();
    let link = link.split('"').find(|text| text.contains("/go/")).unwrap().to_owned();
    let link = Search::new(&[link]);
    error::debug_is_clean(&link, &taken);
    let mut rows = pin!(irev.leads().items().unwrap());
    while let Some(row) = rows.try_next().await.unwrap() {
        assert!(row.text().contains(PASSWORD), "the row keeps what the vendor said");
        error::debug_is_clean(&search, &row);
    }

    let faults = [
        Fault::reset_before_read(),
        Fault::reset_after_commit(),
        Fault::half_answer(),
        Fault::truncated_json(),
        Fault::wrong_content_length(),
        Fault::html(502),
        Fault::server_error(500),
        Fault::rate_limited(None),
    ];
    for (number, fault) in (10..).zip(faults) {
        sandbox.irev().fault(fault.once());
        error::clean(&search, "a push", &irev.push(&lead(number)).await.unwrap_err());
    }
    let wrong =
        Client::builder(&sandbox.irev().url()).unwrap().token(SecretString::from("tok+other")).build();
    error::clean(&search, "a wrong token", &wrong.unwrap().goal_types().await.unwrap_err());
    let hurried = irev.with_deadline(Duration::from_millis(50));
    sandbox.irev().fault(Fault::stall().once());
    error::clean(&search, "a deadline", &hurried.push(&lead(40)).await.unwrap_err());
    let heard = heard.take();
    search.clean("the log", &heard);
    link.clean("the log", &heard);
}
