//! The example server, driven as CleverTap would: what it answers, and what it reports.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../examples/inbound/app.rs"]
mod app;

use axum::{Router, body::Bytes, extract::State, routing::post};
use tokio::{net::TcpListener, sync::mpsc};

async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// Posts a body as CleverTap does; gives status and answer.
async fn call(url: String, body: &str) -> (u16, String) {
    let body = body.to_owned();
    let call = tokio::task::spawn_blocking(move || {
        let client: ureq::Agent =
            ureq::Agent::config_builder().proxy(None).http_status_as_error(false).build().into();
        let mut answer =
            client.post(&url).header("content-type", "application/json").send(body.as_bytes()).unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    });
    call.await.unwrap()
}

/// CleverTap's callback address: passes on what it gets.
async fn callback(State(seen): State<mpsc::Sender<Bytes>>, body: Bytes) -> &'static str {
    seen.send(body).await.unwrap();
    r#"{"status":"success","message":"Callback processed successfully","data":{"processed_events":2}}"#
}

async fn example() -> (String, mpsc::Receiver<Bytes>) {
    let (sender, seen) = mpsc::channel(10);
    let clevertap = serve(Router::new().route("/callback", post(callback)).with_state(sender)).await;
    (serve(app::router(&format!("{clevertap}/callback")).unwrap()).await, seen)
}

#[tokio::test]
async fn an_sms_is_taken_at_once_and_reported_by_its_id() {
    let (server, mut seen) = example().await;
    let batch = r#"{"msgs":[{"to":"+4930123456","text":"Hi","id":"99.12.-1."},{"to":"","text":"Hi","id":"99.13.-1."}]}"#;
    assert_eq!(call(format!("{server}/sms"), batch).await.0, 200);
    let reports: serde_json::Value = serde_json::from_slice(&seen.recv().await.unwrap()).unwrap();
    assert_eq!(reports.pointer("/0/event").unwrap(), "delivered");
    assert_eq!(reports.pointer("/0/data/0/meta").unwrap(), "99.12.-1.");
    assert_eq!(reports.pointer("/1/event").unwrap(), "failed");
    assert_eq!(reports.pointer("/1/data/0/code").unwrap(), "910");
    assert_eq!(call(format!("{server}/sms"), "no JSON").await.0, 400);
}

#[tokio::test]
async fn a_webhook_and_a_whatsapp_message_are_answered_as_clevertap_expects() {
    let (server, _seen) = example().await;
    let test_call = r#"{"is_test":true,"targetId":1234,"profiles":[{"Identity":"UserId"}]}"#;
    assert_eq!(call(format!("{server}/webhook"), test_call).await.0, 200);
    let message = r#"{"payloadVersion":0.1,"to":"1","wabaNumber":"2","msgId":"1|2|3|4"}"#;
    let taken = (200, r#"{"status":"success"}"#.to_owned());
    assert_eq!(call(format!("{server}/whatsapp"), message).await, taken);
    let verification =
        r#"{"body":{"template":{"namespace":"whatsapp:hsm:technology:generic:verify"},"msgId":"0|0|0|0"}}"#;
    assert_eq!(call(format!("{server}/whatsapp"), verification).await, taken);
    let nobody = r#"{"payloadVersion":0.1,"msgId":"1|2|3|4"}"#;
    let refused = r#"{"status":"failure","error":{"code":2002,"message":"no number"}}"#;
    assert_eq!(call(format!("{server}/whatsapp"), nobody).await, (200, refused.to_owned()));
    assert_eq!(call(format!("{server}/whatsapp"), "<html>").await.0, 403);
}
