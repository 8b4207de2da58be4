//! The exact bodies, letter by letter.

use afflux_sandbox::Fault;
use afflux_sandbox::irev::{Advertiser, BadJson, ErrorType, Reply as Word, Token};

use crate::support::{GOALS, JSON, LEADS, auth, get, list, push, sandbox, send};

const LEAD: &str = r#"{"ip":"1.1.1.1","email":"testLead@test.com"}"#;

#[test]
fn every_answer_is_json_with_a_charset() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let replies = [
        push(irev, LEAD),
        push(irev, LEAD),
        push(irev, "{}"),
        get(irev, GOALS),
        list(irev, "page=0"),
        get(irev, "/x"),
    ];
    for reply in replies {
        assert_eq!(reply.header("content-type"), Some("application/json; charset=utf-8"), "{reply:?}");
    }
}

#[test]
fn an_accepted_lead() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let reply = push(irev, LEAD);
    let lead = &irev.leads()[0];
    let expected = format!(
        r#"{{"lead_uuid":"{0}","auto_login_url":"https://autologin.example/sdk/v1/leads-workflow/go/11/{0}","advertiser_uuid":"{1}","advertiser_name":"Advertiser #1 Sandbox"}}"#,
        lead.lead_uuid,
        lead.advertiser_uuid.unwrap()
    );
    assert_eq!((reply.status, reply.body), (200, expected));
}

#[test]
fn a_rejected_lead() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let word = Word::reject(ErrorType::BlockedByAdvertiser).message("Phone is known");
    irev.set_advertisers([Advertiser::new("A").reply(word)]);
    let reply = push(irev, LEAD);
    let lead = irev.leads()[0].lead_uuid;
    let expected = format!(
        r#"{{"name":"MoleculerError","message":"Phone is known","code":400,"type":"BLOCKED_BY_ADVERTISER","data":{{"leadUuid":"{lead}","errorMessage":"Phone is known","errorType":"BLOCKED_BY_ADVERTISER","autoLoginUrl":"","externalLeadId":"","requiredResponseFields":[{{"key":"email","value":"testLead@test.com"}}]}}}}"#
    );
    assert_eq!((reply.status, reply.body), (400, expected));
}

#[test]
fn the_fields_that_a_rejection_asks_for() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let word = Word::reject(ErrorType::FixableInput).requiring(&["first_name", "email"]);
    irev.set_advertisers([Advertiser::new("A").otherwise(word)]);
    assert_eq!(
        push(irev, LEAD).json()["data"]["requiredResponseFields"],
        serde_json::json!([{"key": "first_name", "value": null}, {"key": "email", "value": "testLead@test.com"}])
    );
}

#[test]
fn unauthorized_with_its_three_messages_and_two_names() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.add_token(Token::new("tok-off").inactive());
    irev.add_token(Token::new("tok-elsewhere").allowed_ips(&["10.1.2.3".parse().unwrap()]));
    let cases = [
        ("nobody", "Unauthorized"),
        ("tok-off", "Token isn't active"),
        ("tok-elsewhere", "IP is not authorized to proceed"),
    ];
    for (token, message) in cases {
        let body = |name: &str| {
            format!(r#"{{"name":"{name}","message":"{message}","code":401,"type":"ERROR_AUTHORIZATION"}}"#)
        };
        let token = ("Authorization", token);
        assert_eq!(send(irev, "POST", LEADS, &[token, JSON], LEAD).body, body("MoleculerError"));
        assert_eq!(send(irev, "GET", LEADS, &[token], "").body, body("UnsupportedContentType"));
        assert_eq!(send(irev, "GET", GOALS, &[token], "").body, body("UnsupportedContentType"));
    }
}

#[test]
fn errors_without_data() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    assert_eq!(
        get(irev, "/api/affiliates/v2/nothing").body,
        r#"{"name":"NotFoundError","message":"Not found","code":404,"type":"NOT_FOUND"}"#
    );
    assert_eq!(
        get(irev, "/api/affiliates/v1/leads").body,
        r#"{"name":"MoleculerError","message":"API version V1 is not supported","code":410,"type":"NOT_SUPPORTED"}"#
    );
    let plain = ("Content-Type", "text/plain");
    assert_eq!(
        send(irev, "POST", LEADS, &[auth(irev), plain], LEAD).body,
        r#"{"name":"UnsupportedContentType","message":"Unsupported content type","code":415}"#
    );
    irev.configure(|switches| switches.get_requires_ct = afflux_sandbox::irev::GetContentType::Checked);
    assert_eq!(
        send(irev, "GET", LEADS, &[auth(irev), plain], "").body,
        r#"{"name":"MoleculerError","message":"Unsupported content type","code":415}"#
    );
    push(irev, LEAD);
    assert_eq!(
        push(irev, LEAD).body,
        r#"{"name":"RateLimitExceeded","message":"Rate limit exceeded","code":429}"#
    );
}

#[test]
fn errors_of_the_system() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let played = |status: u16| {
        irev.fault(Fault::server_error(status));
        let reply = push(irev, LEAD);
        assert_eq!(reply.status, status);
        reply.body
    };
    assert_eq!(
        played(500),
        r#"{"name":"MoleculerError","message":"Can't create lead","code":500,"type":"ERROR_FSM"}"#
    );
    assert_eq!(
        played(422),
        r#"{"name":"MoleculerError","message":"Click creating failed","code":422,"type":"ERROR_PARTNER_PLATFORM"}"#
    );
    assert_eq!(
        played(503),
        r#"{"name":"ServiceUnavailableError","message":"Service unavailable","code":503}"#
    );
    assert_eq!(irev.leads().len(), 0);
}

#[test]
fn input_that_can_be_fixed() {
    let sandbox = sandbox();
    assert_eq!(
        push(sandbox.irev(), r#"{"ip":"1.1.1.1","country_code":"DEU"}"#).body,
        r#"{"name":"MoleculerError","message":"Validation Error","code":422,"type":"FIXABLE_INPUT","data":{"lead_uuid":null,"errorMessage":"Country_code must be in ISO2 format","errorType":"FIXABLE_INPUT","autoLoginUrl":"","externalLeadId":"","requiredResponseFields":[]}}"#
    );
}

#[test]
fn a_query_with_one_violation() {
    let sandbox = sandbox();
    assert_eq!(
        list(sandbox.irev(), "per_page=120").body,
        r#"{"name":"ValidationError","message":"Parameters validation error!","code":422,"type":"VALIDATION_ERROR","data":[{"type":"numberMax","message":"The 'per_page' field must be less than or equal to 100.","field":"per_page","expected":100,"actual":"120"}]}"#
    );
}

#[test]
fn a_query_with_every_violation() {
    let sandbox = sandbox();
    let query = "created_from=yesterday&created_to=1&page=0&per_page=1.5&goal_type_uuid=FTD&is_test=maybe";
    let told = list(sandbox.irev(), query).json()["data"].clone();
    let told: Vec<_> = told.as_array().unwrap().iter().map(|one| one["message"].as_str().unwrap()).collect();
    assert_eq!(
        told,
        [
            "The 'created_from' field must be a Date.",
            "The 'created_to' field must be a Date.",
            "The 'page' field must be greater than or equal to 1.",
            "The 'per_page' field must be an integer.",
            "The 'goal_type_uuid' field must be a valid UUID.",
            "The 'is_test' field must be a boolean.",
        ]
    );
    let told = list(sandbox.irev(), "per_page=ten").json()["data"].clone();
    assert_eq!(
        told.to_string(),
        r#"[{"actual":"ten","field":"per_page","message":"The 'per_page' field must be a number.","type":"number"}]"#
    );
}

#[test]
fn a_broken_body_in_the_three_ways_of_the_switch() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let told = |way: BadJson| {
        irev.configure(|switches| switches.bad_json = way);
        let reply = push(irev, "{\"ip\"");
        (reply.status, reply.body)
    };
    let parse =
        r#"{"name":"MoleculerError","message":"Unexpected token","code":400,"type":"entity.parse.failed"}"#;
    assert_eq!(told(BadJson::ParseFailed), (400, parse.to_owned()));
    let (status, body) = told(BadJson::InvalidRequestBody);
    assert_eq!(status, 400);
    assert!(body.starts_with(
        r#"{"name":"InvalidRequestBodyError","message":"Invalid request body","code":400,"type":"INVALID_REQUEST_BODY","data":{"body":"{\"ip\"","error":"#
    ));
    let (status, body) = told(BadJson::Unprocessable);
    assert_eq!(status, 422);
    assert!(body.contains(r#""data":{"lead_uuid":null"#));
}

#[test]
fn goal_types() {
    let sandbox = sandbox();
    let goals = sandbox.irev().goal_types();
    let expected = format!(
        r#"[{{"uuid":"{}","name":"Pushed Lead"}},{{"uuid":"{}","name":"FTD"}}]"#,
        goals[0].uuid, goals[1].uuid
    );
    assert_eq!(get(sandbox.irev(), GOALS).body, expected);
}
