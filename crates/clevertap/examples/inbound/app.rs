//! The routes, apart from the program so that a test can drive them.
//!
//! CleverTap waits for a few seconds at most: everything is answered at once, and the work is done by a task behind a
//! queue. A real server checks the header or the password that was set in the dashboard before it reads anything.

use std::sync::Arc;

use afflux_clevertap::inbound::{
    Message, ReportAnswer, SmsFault, SmsReport, SmsReports, Template, TemplateError, Webhook, WhatsApp,
    WhatsAppAnswer, WhatsAppCode,
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
    routing::post,
};
use jiff::Timestamp;
use tokio::sync::mpsc;

/// The body of the SMS provider, as it was typed into the dashboard.
const SMS: &str = r#"{"msgs":[{"to":"$$To","text":"$$Body","id":"$$MessageID"}]}"#;

/// A full batch of long messages.
const LARGEST: usize = 4 * 1024 * 1024;

struct App {
    sms: Template,
    queue: mpsc::Sender<Vec<Message>>,
}

/// The routes; reports go to `callback`.
pub(crate) fn router(callback: &str) -> Result<Router, TemplateError> {
    let (queue, messages) = mpsc::channel(100);
    tokio::spawn(deliver(messages, callback.to_owned()));
    let app = Arc::new(App { sms: Template::json(SMS)?, queue });
    let router = Router::new()
        .route("/webhook", post(webhook))
        .route("/sms", post(sms))
        .route("/whatsapp", post(whatsapp))
        .layer(DefaultBodyLimit::max(LARGEST));
    Ok(router.with_state(app))
}

/// A campaign: who is in it is printed, and 200 is all that CleverTap wants to hear.
async fn webhook(body: Bytes) -> StatusCode {
    let Ok(webhook) = Webhook::parse(body) else { return StatusCode::BAD_REQUEST };
    for user in webhook.users() {
        println!("campaign {:?} wants {:?}", webhook.target_id, user.identity);
    }
    StatusCode::OK
}

/// Messages to deliver: into the queue and answered. A full queue is a 503, and CleverTap will know.
async fn sms(State(app): State<Arc<App>>, body: Bytes) -> StatusCode {
    let Ok(messages) = app.sms.read(body) else { return StatusCode::BAD_REQUEST };
    match app.queue.try_send(messages) {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// A message whose answer says at once whether it was taken; the dashboard's own call is too.
async fn whatsapp(body: Bytes) -> (StatusCode, Json<WhatsAppAnswer>) {
    let answer = match WhatsApp::parse(body) {
        Err(_) => WhatsAppAnswer::forbidden(),
        Ok(message) if message.is_verification() => WhatsAppAnswer::taken(),
        Ok(message) if message.to.is_none() => {
            WhatsAppAnswer::refused(WhatsAppCode::PhoneNumber, "no number")
        }
        Ok(_) => WhatsAppAnswer::taken(),
    };
    (answer.status(), Json(answer))
}

/// Delivers what is in the queue, and reports it.
async fn deliver(mut queue: mpsc::Receiver<Vec<Message>>, callback: String) {
    while let Some(messages) = queue.recv().await {
        let reports: SmsReports = messages.iter().filter_map(report).collect();
        let callback = callback.clone();
        // The callback address is a secret of the account: it stands in no message.
        match tokio::task::spawn_blocking(move || send(&callback, &reports)).await {
            Ok(Ok(answer)) if answer.is_whole() => {}
            Ok(Ok(answer)) => eprintln!("CleverTap did not take every report: {:?}", answer.message),
            Ok(Err(what)) => eprintln!("the reports did not arrive, send them again in 10 minutes: {what}"),
            Err(panic) => eprintln!("{panic}"),
        }
    }
}

/// Here stands what delivers an SMS; this example reaches everybody who has a number.
fn report(message: &Message) -> Option<SmsReport> {
    let meta = message.message_id()?;
    let now = Timestamp::now();
    Some(match message.to() {
        Some(number) if !number.is_empty() => {
            SmsReport::delivered(meta, now).description("Delivered to handset")
        }
        _ => SmsReport::failed(meta, now, &SmsFault::InvalidSubscriber).description("no number"),
    })
}

fn send(
    callback: &str,
    reports: &SmsReports,
) -> Result<afflux_clevertap::core::decode::Kept<ReportAnswer>, String> {
    let client: ureq::Agent =
        ureq::Agent::config_builder().proxy(None).http_status_as_error(false).build().into();
    let body = serde_json::to_vec(reports).map_err(|error| error.to_string())?;
    let request = client.post(callback).header("content-type", "application/json");
    let mut answer = request.send(&body[..]).map_err(|_| "no answer".to_owned())?;
    let body = answer.body_mut().read_to_vec().map_err(|_| "half an answer".to_owned())?;
    ReportAnswer::parse(body).map_err(|error| format!("status {}: {error}", answer.status()))
}
