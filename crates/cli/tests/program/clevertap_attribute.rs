//! Files of installs and custom events.

use std::{fmt::Write as _, time::Duration};

use afflux_sandbox::Fault;
use serde_json::{Value, json};

use crate::world::{World, counts, finish, mode, until};

const SEND: [&str; 3] = ["clevertap", "attribute", "i.csv"];
const SEND_JSON: [&str; 4] = ["clevertap", "attribute", "i.csv", "--json"];

fn installs(count: usize) -> String {
    let mut text = String::from("event_type,device_identifier,platform,partner_name,utm_source,price\n");
    for number in 0..count {
        writeln!(text, "inorganic_install,__dev{number},android,acme,spring,{number}.50").unwrap();
    }
    text
}

fn stored(world: &World) -> u64 {
    world.sandbox.clevertap().attribution_count()
}

#[test]
fn a_good_file_is_delivered_once_however_often_it_is_run() {
    let world = World::start();
    world.write("i.csv", installs(200));
    let run = world.run(&SEND).ended(0);
    assert!(run.stdout.contains("delivered 200   rejected 0   unknown 0"), "{}", run.stdout);
    assert!(run.stderr.is_empty(), "{}", run.stderr);
    assert_eq!(counts(&world.run(&SEND_JSON).ended(0)), [200, 200, 0, 0, 0, 0, 0]);
    let clevertap = world.sandbox.clevertap();
    assert_eq!((stored(&world), clevertap.repeated_attributions()), (200, 0));
    let one = clevertap.attributions().into_iter().find(|one| one.device == "__dev7").unwrap();
    assert_eq!((one.platform.as_str(), one.utm_source.as_deref()), ("android", Some("spring")));
    assert_eq!(one.extra, [("price".to_owned(), "7.50".to_owned())]);
    assert_eq!(mode(&world.path("i.csv.journal")), 0o600);
    world.no_token_in_files();
}

#[test]
fn json_lines_are_events_too_and_extra_parameters_keep_their_order() {
    let world = World::start();
    world.write(
        "i.jsonl",
        r#"{"zeta":"1","event_type":"Checkout","device_identifier":"__a","platform":"iOS","partner_name":"acme","alpha":"","items":3,"gone":null,"timestamp":1660717763}

{"event_type":"organic_install","device_identifier":"__b","platform":"iOS","partner_name":"acme","utm_medium":"cpc"}
{"event_type":"Checkout","device_identifier":"__c","platform":"iOS","partner_name":"acme","nested":{"a":1}}
{"event_type":"Checkout","device_identifier":"__d","platform":"iOS","partner_name":"acme","account_token":"x"}
{"event_type":"Checkout","device_identifier":"__e","platform":"iOS","partner_name":"acme","timestamp":1660717763000}
"#,
    );
    let run = world.run(&["clevertap", "attribute", "i.jsonl", "--json"]).ended(1);
    assert_eq!(counts(&run), [5, 2, 0, 3, 0, 0, 0]);
    for said in [
        "line 4, column `nested`: must be a text",
        "line 5, column `account_token`: `account_token` has no place in a file",
        "line 6, column `timestamp`: must be in seconds since 1970, and this is in milliseconds",
    ] {
        assert!(run.stderr.contains(said), "{said} in {}", run.stderr);
    }
    let kept = world.sandbox.clevertap().attributions();
    let checkout = kept.iter().find(|one| one.device == "__a").unwrap();
    let extra: Vec<(&str, &str)> =
        checkout.extra.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(extra, [("zeta", "1"), ("alpha", ""), ("items", "3")]);
    assert_eq!(checkout.timestamp, 1_660_717_763);
    let entry: Value =
        serde_json::from_str(world.read("i.jsonl.rejected.jsonl").lines().next().unwrap()).unwrap();
    assert_eq!(entry["row"]["nested"], json!({"a": 1}));
}

#[test]
fn what_cannot_be_sent_is_refused_before_anything_is() {
    let world = World::start();
    for (header, said) in [
        ("device_identifier,platform,partner_name", "`event_type` is missing"),
        ("event_type,device_identifier,platform,partner_name,account_id", "has no place in a file"),
    ] {
        world.write("i.csv", format!("{header}\na,b,c,d,e\n"));
        assert!(world.run(&SEND).ended(2).stderr.contains(said));
    }
    let head = "event_type,device_identifier,platform,partner_name,utm_source,timestamp\n";
    let table = [
        ("inorganic_install,__a,android,acme,,", "column `utm_source`: is missing"),
        ("inorganic_install,,android,acme,x,", "column `device_identifier`: must not be empty"),
        ("Checkout,__a,,acme,,", "column `platform`: must not be empty"),
        ("Checkout,__a,android,,,", "column `partner_name`: must not be empty"),
        ("a:b,__a,android,acme,,", "column `event_type`: must not have the character ':'"),
        ("Checkout,__a,android,acme,,noon", "column `timestamp`: must be a whole number"),
        (",__a,android,acme,,", "column `event_type`: is missing"),
    ];
    let rows: Vec<&str> = table.iter().map(|(row, _)| *row).collect();
    world.write("i.csv", format!("{head}{}\n", rows.join("\n")));
    let run = world.run(&SEND).ended(1);
    for (index, (_, said)) in table.iter().enumerate() {
        let said = format!("line {}, {said}", index + 2);
        assert!(run.stderr.contains(&said), "{said} in {}", run.stderr);
    }
    let dry = world.run(&[&SEND[..], &["--dry-run"]].concat()).ended(1);
    assert!(dry.stdout.contains("would send 0") && dry.stdout.contains("invalid 7"), "{}", dry.stdout);
    assert!(world.sandbox.clevertap().requests().is_empty());
}

#[test]
fn a_partner_that_is_not_known_is_refused_row_by_row_and_can_be_sent_when_it_is() {
    let world = World::start();
    world.write("i.csv", installs(3).replace("acme", "newcomer"));
    assert_eq!(counts(&world.run(&SEND_JSON).ended(1)), [3, 0, 3, 0, 0, 0, 0]);
    let entry: Value =
        serde_json::from_str(world.read("i.csv.rejected.jsonl").lines().next().unwrap()).unwrap();
    assert_eq!(
        (entry["status"].as_u64(), entry["row"]["partner_name"].as_str()),
        (Some(400), Some("newcomer"))
    );
    world.sandbox.clevertap().whitelist("newcomer");
    assert_eq!(counts(&world.run(&SEND_JSON).ended(1)), [3, 0, 3, 0, 0, 0, 0], "refused for good");
    let again = [&SEND_JSON[..], &["--retry-rejected"]].concat();
    assert_eq!(counts(&world.run(&again).ended(0)), [3, 3, 0, 0, 0, 0, 0]);
    assert!(!world.path("i.csv.rejected.jsonl").exists());
    assert_eq!(stored(&world), 3);
}

#[test]
fn a_lost_answer_stays_unknown_until_a_repeat_is_asked_for() {
    let world = World::start();
    let clevertap = world.sandbox.clevertap();
    world.write("i.csv", installs(20));
    clevertap.fault(Fault::reset_after_commit().after(4).times(3));
    assert_eq!(counts(&world.run(&SEND_JSON).ended(4)), [20, 17, 0, 0, 3, 0, 0]);
    assert_eq!(counts(&world.run(&SEND_JSON).ended(4)), [20, 17, 0, 0, 3, 0, 0]);
    assert_eq!((stored(&world), clevertap.repeated_attributions()), (20, 0));
    let again = [&SEND_JSON[..], &["--repeat-unknown"]].concat();
    assert_eq!(counts(&world.run(&again).ended(0)), [20, 20, 0, 0, 0, 0, 0]);
    assert_eq!(clevertap.repeated_attributions(), 3);
}

#[test]
fn after_a_fault_of_the_vendors_the_next_run_sends_the_event_again_as_the_vendor_asks() {
    let world = World::start();
    let clevertap = world.sandbox.clevertap();
    world.write("i.csv", installs(2));
    clevertap.fault(Fault::server_error(503).always());
    assert_eq!(counts(&world.run(&SEND_JSON).ended(4)), [2, 0, 0, 0, 2, 0, 0]);
    clevertap.clear_faults();
    assert_eq!(counts(&world.run(&SEND_JSON).ended(0)), [2, 2, 0, 0, 0, 0, 0]);
    assert_eq!(stored(&world), 2);
}

#[test]
fn a_wrong_passcode_stops_the_file_and_nothing_of_it_is_settled() {
    let world = World::start();
    world.write("i.csv", installs(40));
    let mut command = world.command(&SEND_JSON);
    let run = finish(command.env("CLEVERTAP_PASSCODE", "wrong-CANARY-passcode").spawn().unwrap()).ended(1);
    assert_eq!(counts(&run), [40, 0, 0, 0, 0, 0, 40]);
    assert!(!run.stdout.contains("wrong-CANARY") && !run.stderr.contains("wrong-CANARY"));
    assert!(!world.read("i.csv.journal").contains("wrong-CANARY"));
    assert_eq!(counts(&world.run(&SEND_JSON).ended(0)), [40, 40, 0, 0, 0, 0, 0]);
}

#[cfg(unix)]
#[test]
fn an_interruption_lets_what_is_in_flight_end_and_the_next_run_goes_on() {
    let world = World::start();
    world.write("i.csv", installs(400));
    world.sandbox.clevertap().fault(Fault::delay(Duration::from_millis(20)).always());
    let child = world.command(&SEND_JSON).spawn().unwrap();
    until("some events", || stored(&world) > 30);
    std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let counted = counts(&finish(child).ended(130));
    assert_eq!((counted[0], counted[1], counted[4]), (400, stored(&world), 0));
    assert!(counted[1] < 400);
    world.sandbox.clevertap().clear_faults();
    assert_eq!(counts(&world.run(&SEND_JSON).ended(0)), [400, 400, 0, 0, 0, 0, 0]);
    assert_eq!(world.sandbox.clevertap().repeated_attributions(), 0);
}
