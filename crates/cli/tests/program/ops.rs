use crate::world::{World, finish};

#[test]
fn operations_are_listed_as_a_json_array_and_as_a_table() {
    let world = World::start();
    let list = world.run(&["ops", "--json"]).ended(0).object();
    let list = list.as_array().unwrap();
    let ids: Vec<&str> = list.iter().filter_map(|operation| operation["id"].as_str()).collect();
    for (vendor, count) in [("altercpa", 5), ("clevertap", 75), ("irev", 3), ("partnerize", 92)] {
        let own = world.run(&["ops", vendor, "--json"]).ended(0).object();
        assert_eq!(own.as_array().unwrap().len(), count, "{vendor}");
    }
    assert_eq!(ids.len(), 175);
    for id in ["createLead", "changeLead", "findClick", "getFlow", "getOffer"] {
        assert!(ids.contains(&id), "{ids:?}");
    }
    for id in ["pushLead", "listLeads", "listGoalTypes"] {
        assert!(ids.contains(&id), "{ids:?}");
    }
    let push = list.iter().find(|operation| operation["id"] == "pushLead").unwrap();
    assert_eq!((push["method"].as_str(), push["path"].as_str()), (Some("POST"), Some("/leads")));
    assert_eq!(push["safety"], "unsafe");
    let create = list.iter().find(|operation| operation["id"] == "createLead").unwrap();
    assert_eq!((create["safety"].as_str(), create["key"].as_str()), (Some("keyed"), Some("exto")));
    assert_eq!(create["path"], "/api/site/click.json");
    for member in ["retried_beside", "bucket", "cost", "paging"] {
        assert!(push.get(member).is_some(), "{member}");
    }
    let table = world.run(&["ops", "irev"]).ended(0).stdout;
    assert!(
        table.contains("listLeads") && table.contains("GET /leads") && table.contains("read-only"),
        "{table}"
    );
}

#[test]
fn a_dry_run_shows_where_the_credentials_of_each_call_go() {
    let world = World::start();
    let table = [
        (
            &["clevertap", "getProfile", r#"{"identity":"j"}"#][..],
            "/1/profile.json?identity=j",
            "x-clevertap-passcode: ***",
        ),
        (&["clevertap", "listCatalogs", "{}"], "/v2/catalogs", "x-account-id: ***"),
        (
            &[
                "clevertap",
                "attributeEvent",
                r#"{"partner_name":"p","event_type":"e","device_identifier":"d","platform":"ios","shoe":"42"}"#,
            ],
            "&shoe=42&account_id=***&account_token=***&account_passcode=***",
            "",
        ),
        (
            &["partnerize", "listCampaigns", r#"{"publisher_id":"1l1000","status":"a"}"#],
            "/user/publisher/1l1000/campaign/a",
            "authorization: ***",
        ),
    ];
    for (call, url, header) in table {
        let run = world.run(&[&["call"], &call[..2], &["--params", call[2], "--dry-run"]].concat()).ended(0);
        assert!(run.stdout.contains(url) && run.stdout.contains(header), "{call:?}: {}", run.stdout);
    }
    let without =
        |name: &str, arguments: &[&str]| finish(world.command(arguments).env_remove(name).spawn().unwrap());
    let dry = ["call", "partnerize", "listNetworks", "--dry-run"];
    let run = without("PARTNERIZE_BASE_URL", &dry).ended(0);
    assert!(run.stdout.contains("GET https://api.partnerize.com/network"), "{}", run.stdout);
    let missing = without("PARTNERIZE_APPLICATION_KEY", &dry[..3]).ended(2);
    assert!(missing.stderr.contains("PARTNERIZE_APPLICATION_KEY"), "{}", missing.stderr);
}

#[test]
fn wrong_usage_ends_with_2_and_says_so_for_programs_too() {
    let world = World::start();
    for arguments in [
        &["ops", "nobody"][..],
        &["call", "irev", "nothing"],
        &["call", "nobody", "x"],
        &["irev", "push"],
        &["irev", "leads", "--per-page", "101"],
        &["irev", "leads", "--from", "2026-01-31T10:00:00"],
        &["irev", "leads", "--from", "2026-02-01", "--to", "2026-01-01"],
        &["irev", "leads", "--goal-type", "FTD"],
        &["irev", "leads", "-o", "leads.xlsx"],
        &["irev", "push", "leads.csv", "--ip", "1.1.1.1"],
        &["call", "irev", "listLeads", "--timeout", "0"],
        &["call", "irev", "listLeads", "--params", "[1]"],
        &["call", "irev", "listLeads", "--params", r#"{"page":1,"page":2}"#],
        &["--nothing"],
    ] {
        let run = world.run(&[arguments, &["--json"]].concat()).ended(2);
        let object = run.object();
        assert_eq!(object["exit_code"], 2, "{arguments:?}");
        assert_eq!(object["delivery"], "not-sent", "{arguments:?}");
        assert!(!run.stderr.is_empty(), "{arguments:?}");
        assert!(world.run(arguments).ended(2).stdout.is_empty(), "{arguments:?}");
    }
    assert_eq!(world.requests(), 0);
}

#[test]
fn help_and_version_are_success() {
    let world = World::start();
    assert!(world.run(&["--help"]).ended(0).stdout.contains("Exit codes"));
    assert!(world.run(&["--version"]).ended(0).stdout.contains(env!("CARGO_PKG_VERSION")));
}
