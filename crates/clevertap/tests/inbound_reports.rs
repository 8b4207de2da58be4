//! What goes back to CleverTap: every documented sample is written byte for byte.
#![allow(clippy::unwrap_used, missing_docs)]

use afflux_clevertap::inbound::{
    EmailFault, EmailReport, EmailReports, IncomingLocation, IncomingMedia, SmsFault, SmsReport, SmsReports,
    SmtpEvent, SmtpReports, WhatsAppAnswer, WhatsAppCode, WhatsAppFailure, WhatsAppIncoming, WhatsAppStatus,
    WhatsAppStatuses,
};
use jiff::Timestamp;
use serde::Serialize;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

fn written(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

#[test]
fn sms_reports_are_written_as_in_the_sample() {
    let meta = "9999999999.1200000000.165263328.20220606.0.wzrk_default.1.";
    let now = at(1_435_322_805);
    let reports: SmsReports = [
        SmsReport::delivered(meta, now).description("Delivered to handset"),
        SmsReport::clicked(meta, now, "www.x.com").short_url("ct9.io/12345"),
        SmsReport::replied_to(meta, now, "5555", "STOP"),
        SmsReport::failed(meta, now, &SmsFault::DoNotDisturb).description("DND"),
    ]
    .into_iter()
    .collect();
    let data = |rest: &str| format!(r#"{{"ts":1435322805,"meta":"{meta}",{rest}}}"#);
    let expected = format!(
        r#"[{{"event":"delivered","data":[{}]}},{{"event":"clicked","data":[{}]}},{{"event":"replied","data":[{}]}},{{"event":"failed","data":[{}]}}]"#,
        data(r#""description":"Delivered to handset""#),
        data(r#""url":"www.x.com","shorturl":"ct9.io/12345""#),
        data(r#""toPhone":"5555","incomingText":"STOP""#),
        data(r#""code":"901","description":"DND""#),
    );
    assert_eq!(written(&reports), expected);
    assert_eq!(reports.len(), 4);
}

#[test]
fn what_is_said_again_replaces_what_was_said() {
    let report = SmsReport::clicked("1", at(5), "https://a.example")
        .description("first")
        .short_url("ct9.io/1")
        .description("second")
        .short_url("ct9.io/2");
    let reports: SmsReports = [report].into_iter().collect();
    assert_eq!(
        written(&reports),
        r#"[{"event":"clicked","data":[{"ts":5,"meta":"1","url":"https://a.example","description":"second","shorturl":"ct9.io/2"}]}]"#
    );
}

#[test]
fn sms_reports_are_grouped_by_what_happened() {
    let mut reports = SmsReports::default();
    assert!(reports.is_empty() && written(&reports) == "[]");
    reports.push(SmsReport::delivered("a", at(1)));
    reports.push(SmsReport::failed("b", at(2), &SmsFault::Unknown("999".to_owned())));
    reports.push(SmsReport::delivered("c", at(3)));
    assert_eq!(
        written(&reports),
        r#"[{"event":"delivered","data":[{"ts":1,"meta":"a"},{"ts":3,"meta":"c"}]},{"event":"failed","data":[{"ts":2,"meta":"b","code":"999"}]}]"#
    );
}

#[test]
fn email_reports_are_written_as_in_the_sample() {
    let mut reports: EmailReports = [EmailReport::delivered("u@x", "m1")].into_iter().collect();
    let faults = [EmailFault::Unsubscribed, EmailFault::HardBounce, EmailFault::SoftBounce, EmailFault::Spam];
    for fault in faults {
        reports.push(EmailReport::failed(fault, "u@x", "m2").description("d"));
    }
    reports.push(EmailReport::clicked("u@x", "m3"));
    let failed = |kind: &str| format!(r#"{{"type":"{kind}","email":"u@x","meta":"m2","description":"d"}}"#);
    let kinds = ["unsubscribed", "hard_bounce", "soft_bounce", "spam"];
    assert_eq!(
        written(&reports),
        format!(
            r#"{{"version":"v2","events":{{"success":[{{"type":"delivered","email":"u@x","meta":"m1"}},{{"type":"clicked","email":"u@x","meta":"m3"}}],"failed":[{}]}}}}"#,
            kinds.map(failed).join(",")
        )
    );
    let mut old = SmtpReports::default();
    old.push(SmtpEvent::SoftBounce, "mail@x", at(1_435_322_805));
    assert_eq!(written(&old), r#"[{"event":"softbounce","data":[{"e":"mail@x","ts":1435322805}]}]"#);
}

#[test]
fn whatsapp_answers_are_written_as_documented() {
    let table = [
        (WhatsAppAnswer::taken(), 200, r#"{"status":"success"}"#),
        (
            WhatsAppAnswer::refused(WhatsAppCode::Credentials, "no"),
            200,
            r#"{"status":"failure","error":{"code":2000,"message":"no"}}"#,
        ),
        (
            WhatsAppAnswer::broken(),
            500,
            r#"{"status":"failure","error":{"message":"Unable to process the request"}}"#,
        ),
        (WhatsAppAnswer::too_many(), 429, r#"{"message":"Too many requests to process"}"#),
        (WhatsAppAnswer::forbidden(), 403, r#"{"message":"Bad Request"}"#),
    ];
    for (answer, status, body) in table {
        assert_eq!((answer.status().as_u16(), written(&answer).as_str()), (status, body));
    }
}

#[test]
fn whatsapp_statuses_are_written_as_in_the_samples() {
    let statuses: WhatsAppStatuses = [
        WhatsAppStatus::failed("m", at(1_647_441_774), WhatsAppFailure::TooMany, "Too many"),
        WhatsAppStatus::read("m", at(1_647_441_774)),
    ]
    .into_iter()
    .collect();
    assert_eq!(
        written(&statuses),
        r#"{"payloadVersion":"0.1","statuses":[{"msgId":"m","status":"failed","timestamp":"1647441774","error":{"code":1004,"title":"Too many"}},{"msgId":"m","status":"read","timestamp":"1647441774"}]}"#
    );
    let click =
        WhatsAppStatus::clicked("m", at(1_435_322_805), "https://x").short_url("https://s").user_agent("UA");
    let clicked: WhatsAppStatuses = [click].into_iter().collect();
    assert_eq!(
        written(&clicked),
        r#"{"payloadVersion":"0.1","statuses":[{"msgId":"m","status":"Clicked","ts":1435322805,"url":"https://x","shortUrl":"https://s","userAgent":"UA"}]}"#
    );
}

#[test]
fn what_users_write_is_passed_on_as_in_the_samples() {
    let text = WhatsAppIncoming::text("1", "2", at(5), "STOP").in_answer_to("m");
    assert_eq!(
        written(&text),
        r#"{"payloadVersion":"0.1","from":"1","wabaNumber":"2","timestamp":"5","type":"text","context":{"id":"m"},"text":{"body":"STOP"}}"#
    );
    let media = || IncomingMedia::at("https://x").mime_type("image/png").caption("c");
    assert_eq!(
        written(&WhatsAppIncoming::image("1", "2", at(5), media())),
        r#"{"payloadVersion":"0.1","from":"1","wabaNumber":"2","timestamp":"5","type":"image","image":{"mediaURL":"https://x","mimetype":"image/png","caption":"c"}}"#
    );
    assert_eq!(
        written(&WhatsAppIncoming::file("1", "2", at(5), media())),
        r#"{"payloadVersion":"0.1","from":"1","wabaNumber":"2","timestamp":"5","type":"file","document":{"mediaURL":"https://x","caption":"c","mimeType":"image/png"}}"#
    );
    let place = IncomingLocation::new(52.5, 13.4, "Berlin").name("Here");
    assert_eq!(
        written(&WhatsAppIncoming::location("1", "2", at(5), place)),
        r#"{"payloadVersion":"0.1","from":"1","wabaNumber":"2","timestamp":"5","type":"location","location":{"latitude":52.5,"longitude":13.4,"name":"Here","address":"Berlin"}}"#
    );
}
