//! The documented samples: what is read decodes and stays as it came; what is written is what is documented.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use afflux_clevertap::{
    Event, Record,
    core::{
        decode::{JsonText, Kept},
        endpoint::Endpoint,
        response::Raw,
    },
    generated::{
        CampaignQuery, Catalog, CatalogFileJob, ContentBlock, Count, CountTable, CreatedCampaign, CustomList,
        GetProfile, ListCampaigns, MessageReport, ReadEventExport, ReadProfileExport, RealTimeCounts,
        Records, UploadAddress, UploadRecords, UploadResult, Voucher,
    },
};
use http::StatusCode;

const EVENTS: &str = include_str!("samples/events-page.json");
const PROFILES: &str = include_str!("samples/profiles-page.json");
const PROFILE: &str = include_str!("samples/profile.json");
const CHARGED: &str = include_str!("samples/charged.json");
const TOKENS: &str = include_str!("samples/tokens.json");

fn raw<E: Endpoint>(body: &'static str) -> Raw {
    Raw::for_test(E::OPERATION, StatusCode::OK, body)
}

#[test]
fn a_page_of_events_reads_as_documented_and_stays_as_it_came() {
    let rows = ReadEventExport::new("c").decode(&raw::<ReadEventExport>(EVENTS)).unwrap().all().unwrap();
    let row = &rows[0];
    assert_eq!(row.ts.copied(), Some(20_151_023_140_416));
    let profile = row.profile.get().unwrap();
    assert_eq!(
        (profile.email.as_deref(), profile.identity.as_deref()),
        (Some("peter@foo.com"), Some("5555555555"))
    );
    assert_eq!(row.pointer("/session_props/utm_source").unwrap().text(), "Foo");
    assert!(EVENTS.contains(row.text()), "{}", row.text());
    assert!(row.unknown_fields().is_empty());
    let empty = r#"{"status":"success"}"#;
    let rows = ReadEventExport::new("c").decode(&raw::<ReadEventExport>(empty)).unwrap().all().unwrap();
    assert!(rows.is_empty(), "an empty range has no records");
}

#[test]
fn profiles_read_as_documented() {
    let rows =
        ReadProfileExport::new("c").decode(&raw::<ReadProfileExport>(PROFILES)).unwrap().all().unwrap();
    let devices = rows[0].platform_info.get().unwrap();
    assert_eq!(devices[0].make.as_deref(), Some("Apple"));
    assert_eq!(devices[1].object_id.as_deref(), Some("a8ffcbc9-a747-4ee3-a791-c5e58ad03097"));
    assert!(!format!("{:?}", rows[0]).contains("95f98af6"), "a push token is not printed");
    let profile = GetProfile::new().email("peter@foo.com").decode(&raw::<GetProfile>(PROFILE)).unwrap();
    assert_eq!(profile.name.as_deref(), Some("Peter"));
    assert_eq!(profile.pointer("/events/App Launched/count").unwrap().as_u64(), Some(10));
    assert_eq!(profile.text(), PROFILE.trim());
}

#[test]
fn short_answers_stay_as_they_came_with_what_nobody_documented() {
    fn keeps<T: afflux_clevertap::core::decode::Lenient + std::fmt::Debug>(text: &'static str) -> Kept<T> {
        let kept: Kept<T> = Kept::parse(text).unwrap();
        assert_eq!(kept.text(), text);
        assert_eq!(serde_json::to_string(&kept).unwrap(), text);
        kept
    }
    let upload: Kept<UploadResult> = keeps(
        r#"{"status":"partial","processed":1,"unprocessed":[{"status":"fail","code":515,"error":"Profile data is incorrect. Email is not valid.Skipped record number : 2","record":{"identity":"x"}}]}"#,
    );
    assert_eq!(upload.unprocessed.get().unwrap()[0].code.copied(), Some(515));
    let count: Kept<Count> = keeps(r#"{"status":"success","count":7138}"#);
    assert_eq!(count.count.copied(), Some(7138));
    let count: Kept<Count> = keeps(r#"{"status":"partial","req_id":384649162721759}"#);
    assert_eq!(count.req_id.as_ref().unwrap().as_str(), "384649162721759");
    let table: Kept<CountTable> =
        keeps(r#"{"status":"success","foo":{"STR":{"Gold":5}},"bar":{"NUMBER":{"0-100":10}}}"#);
    assert_eq!(table.pointer("/foo/STR/Gold").unwrap().as_u64(), Some(5));
    let campaign: Kept<CreatedCampaign> =
        keeps(r#"{"status":"success","id":1457433898,"estimates":{"android":10,"ios":30,"windows":5}}"#);
    assert_eq!(campaign.id.as_ref().unwrap().as_str(), "1457433898");
    let report: Kept<MessageReport> =
        keeps(r#"{"message id":1457432766123456789,"sent":82,"device":["android"]}"#);
    assert_eq!(report.message_id.as_ref().unwrap().as_str(), "1457432766123456789");
    let list: Kept<CustomList> = keeps(r#"{"status":"success","Segment ID":1556025297}"#);
    assert_eq!(list.segment_id.as_ref().unwrap().as_str(), "1556025297");
    let address: Kept<UploadAddress> = keeps(
        r#"{"presignedS3URL":"https://bucket.example/x?sig=made-up","expiryEpoch":{"$date":"2019-04-24T13:04:37.088Z"},"status":"success"}"#,
    );
    assert!(!format!("{address:?}").contains("made-up"), "an address that is a permission is not printed");
    let now: Kept<RealTimeCounts> = keeps(
        r#"{"status":"success","count":12,"last_processed_ts":1445844300,"os":{"others":1,"android":11}}"#,
    );
    assert_eq!(now.os.get().unwrap()["android"], 11);
    keeps::<Catalog>(
        r#"{"id":123,"catalogName":"Shoes","catalogSchema":[{"name":"brand","type":"string","filterable":false}]}"#,
    );
    keeps::<CatalogFileJob>(
        r#"{"status":"PROCESSING","jobId":"job_xyz789","estimatedCompletionTime":"2025-11-06T10:45:00Z"}"#,
    );
    keeps::<ContentBlock>(
        r#"{"id":7,"name":"Footer","type":"HTML","content":"<p>","createdAt":"2025-01-01","updatedBy":null}"#,
    );
    keeps::<Voucher>(
        r#"{"listExpiry":1750789800,"listTag":"t","partner":"p","campaignId":1500,"externalVoucherId":1434,"listName":"n"}"#,
    );
}

#[test]
fn a_list_of_campaigns_reads_as_documented() {
    let body = r#"{"status":"success","targets":[{"id":1457432766,"name":"My API Campaign","scheduled_on":"201512251830","status":"pending"}]}"#;
    let list = ListCampaigns::new(CampaignQuery::new(20_160_101, 20_160_317));
    let rows = list.decode(&raw::<ListCampaigns>(body)).unwrap().all().unwrap();
    assert_eq!(rows[0].status.as_ref().unwrap().as_str(), "pending");
}

#[test]
fn documented_uploads_are_sent_as_they_are() {
    for sample in [CHARGED, TOKENS] {
        let text = JsonText::new(sample).unwrap();
        let records: Vec<JsonText> = text
            .get("d")
            .unwrap()
            .elements()
            .map(|record| JsonText::new(record.raw().to_owned()).unwrap())
            .collect();
        let request = UploadRecords::new(Records::new(records)).encode().unwrap();
        let afflux_clevertap::core::request::Body::Bytes(body) = request.body() else { panic!("no body") };
        let sent: serde_json::Value = serde_json::from_slice(body).unwrap();
        assert_eq!(sent, serde_json::from_str::<serde_json::Value>(sample).unwrap());
    }
}

#[tokio::test]
async fn documented_records_are_uploaded_byte_for_byte() {
    use afflux_clevertap::core::transport::{MockTransport, Reply};
    for sample in [CHARGED, TOKENS] {
        let text = JsonText::new(sample).unwrap();
        let records: Vec<String> =
            text.get("d").unwrap().elements().map(|record| record.raw().to_owned()).collect();
        let transport = MockTransport::new(|_| Reply::answer(200, r#"{"status":"success"}"#));
        let shared = std::sync::Arc::new(transport.clone());
        let client = afflux_clevertap::Client::builder(afflux_clevertap::Region::Eu1, "A-1")
            .passcode("p")
            .engine(move |engine| engine.transport(shared))
            .build()
            .unwrap();
        let raw = records.iter().map(|text| Record::json(JsonText::new(text.clone()).unwrap()));
        let report = client.upload(raw.enumerate()).send_all().await;
        assert!(report.is_complete(), "{report:?}");
        let sent = String::from_utf8(transport.seen()[0].body.to_vec()).unwrap();
        assert_eq!(sent, format!(r#"{{"d":[{}]}}"#, records.join(",")));
    }
}

#[test]
fn the_sample_of_a_technical_partner_is_what_the_face_writes() {
    let event: Record = Event::new("john_124", "Product CleverTap 1")
        .source("CleverTap")
        .property("Product name", "Casio Chronograph Watch")
        .into();
    let documented = r#"{"identity":"john_124","type":"event","$source":"CleverTap","evtName":"Product CleverTap 1","evtData":{"Product name":"Casio Chronograph Watch"}}"#;
    assert_eq!(serde_json::to_string(&event).unwrap(), documented);
    assert!(event.check().is_ok());
}
