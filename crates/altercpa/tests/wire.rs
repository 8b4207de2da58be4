//! The exact requests of every combination and every field.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use std::net::{IpAddr, Ipv4Addr};

use afflux_altercpa::{
    ChangeOutcome, Client, Commission, CreateOutcome, Currency, CurrencyNumber, ErrorKind, Exto, Failure,
    Goal, IfMissing, Meaning, OrderCurrency, ReasonId, Status, StatusId, StatusWords, TokenPlace, Traffic,
    Visitor, click, code, core::transport::MockTransport, flow, offer, order,
};
use httpmock::{Method::POST, MockServer};
use rust_decimal::Decimal;
use support::{TOKEN, built, client, global, ok, scripted, sent};

fn euros(cents: i64) -> Decimal {
    Decimal::new(cents, 2)
}

#[tokio::test]
async fn every_combination_that_creates_goes_out_as_documented() {
    let (cpa, mock) = client(|_| ok());
    let _ = cpa.create(click(90112)).send().await.unwrap();
    let _ = cpa.create(click(90112).exto("ORD-7781")).send().await.unwrap();
    let _ = cpa.create(flow(7)).send().await.unwrap();
    let _ = cpa.create(flow(7).exto("ORD-7781")).send().await.unwrap();
    let _ = cpa.create(code("spring sale")).send().await.unwrap();
    let _ = cpa.create(code("spring").exto(Exto::unrestricted("a/b"))).send().await.unwrap();
    assert_eq!(
        sent(&mock),
        [
            "/api/site/click.json click=90112",
            "/api/site/click.json click=90112&exto=ORD-7781",
            "/api/site/click.json flow=7",
            "/api/site/click.json flow=7&exto=ORD-7781",
            "/api/site/click.json code=spring sale",
            "/api/site/click.json code=spring&exto=a/b",
        ]
    );
    assert!(mock.seen().iter().all(|seen| seen.slots == ["Query(token=[secret])"] && seen.query.is_empty()));
}

#[tokio::test]
async fn every_combination_that_changes_goes_out_as_documented() {
    let (cpa, mock) = client(|_| ok());
    let created = cpa.create(click(1).exto("x")).send().await.unwrap();
    cpa.change(&created).status(Status::Approve).send().await.unwrap();
    cpa.change(created.lead()).status(Status::Approve).send().await.unwrap();
    cpa.change(click(1)).status(Status::Approve).send().await.unwrap();
    cpa.change(order(1234)).status(Status::Approve).send().await.unwrap();
    cpa.change(flow(7).exto("x")).status(Status::Approve).send().await.unwrap();
    cpa.change(code("c").exto("x")).status(Status::Approve).send().await.unwrap();
    let bare = cpa.create(flow(7)).send().await.unwrap();
    cpa.change(bare.lead().by_order().unwrap()).status(Status::Approve).send().await.unwrap();
    let sent = sent(&mock);
    assert_eq!(
        sent[1..],
        [
            "/api/site/status.json click=1&exto=x&status=approve",
            "/api/site/status.json click=1&exto=x&status=approve",
            "/api/site/status.json click=1&status=approve",
            "/api/site/status.json order=1234&status=approve",
            "/api/site/status.json flow=7&exto=x&status=approve",
            "/api/site/status.json code=c&exto=x&status=approve",
            "/api/site/click.json flow=7",
            "/api/site/status.json order=1234&status=approve",
        ]
    );
}

#[tokio::test]
async fn a_lost_creation_is_healed_by_auto_or_by_a_word_that_means_new() {
    let (cpa, mock) = client(|_| ok());
    let by = click(1).exto("x");
    cpa.change(by.clone()).if_missing(IfMissing::Create).status(Status::Approve).send().await.unwrap();
    let words = StatusWords::new().new_lead(["lead"]).approve(["sale"]);
    cpa.change(by).status(Status::word("lead").by(&words)).send().await.unwrap();
    assert_eq!(
        sent(&mock),
        [
            "/api/site/status.json click=1&exto=x&auto=1&status=approve",
            "/api/site/status.json click=1&exto=x&status=lead&sta=sale&stn=lead",
        ]
    );
}

#[tokio::test]
async fn every_field_goes_out_under_its_name() {
    let (cpa, mock) = client(|_| ok());
    let _ = cpa
        .create(click(1))
        .status(Status::Cancel(Some(ReasonId::DUPLICATE)))
        .payout(euros(2500), Currency::EUR)
        .goal(Goal::name("ftd"))
        .name("Ana")
        .phone("+48 600")
        .email("ana@example.com")
        .country("PL")
        .base(Decimal::new(1, 10))
        .currency(OrderCurrency::new("PLN"))
        .curr(CurrencyNumber(3))
        .count(2)
        .comment("a&b=c")
        .traffic(Traffic::Desktop)
        .bad_traffic()
        .created_at("2026-01-31T00:00:00.9Z".parse().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(
        sent(&mock),
        [
            "/api/site/click.json click=1&status=cancel&stc=cancel&reason=7&wm=25.00&cc=EUR&goal=ftd&name=Ana&phone=+48 600\
          &email=ana@example.com&country=PL&base=0.0000000001&currency=PLN&curr=3&count=2&comment=a&b=c&mobile=desktop\
          &bad=1&time=1769817600"
        ]
    );
    let raw = String::from_utf8(mock.seen()[0].body.to_vec()).unwrap();
    assert!(raw.contains("comment=a%26b%3Dc") && raw.contains("phone=%2B48%20600"), "{raw}");
    assert_eq!(mock.seen()[0].headers["content-type"], "application/x-www-form-urlencoded");
}

#[tokio::test]
async fn money_goes_out_in_one_of_its_pairs() {
    let (cpa, mock) = client(|_| ok());
    let change = || cpa.change(order(1));
    change().advertiser_payout(euros(990), Currency::USD).send().await.unwrap();
    change()
        .payout(euros(1), Currency::USD)
        .advertiser_payout(euros(2), Currency::new("PLN"))
        .send()
        .await
        .unwrap();
    let amount = Commission::Amount(euros(-150));
    change().payout_with_commission(euros(2500), Currency::EUR, amount).send().await.unwrap();
    let percent = Commission::Percent(Decimal::new(125, 1));
    change().payout_with_commission(euros(2500), Currency::EUR, percent).send().await.unwrap();
    change().goal(Goal::Id(4)).status(Status::id(StatusId::COMPLETED)).send().await.unwrap();
    let forms: Vec<String> =
        sent(&mock).iter().map(|line| line.replace("/api/site/status.json order=1&", "")).collect();
    assert_eq!(
        forms,
        [
            "pay=9.90&cc=USD",
            "pay=0.02&cc=PLN",
            "wm=25.00&cc=EUR&pd=-1.50",
            "wm=25.00&cc=EUR&pp=12.5",
            "stid=10&gid=4"
        ]
    );
}

#[tokio::test]
async fn lookups_go_out_as_documented() {
    let (cpa, mock) = client(|_| ok());
    let visitor = IpAddr::from(Ipv4Addr::new(203, 0, 113, 7));
    let from = "2026-01-31T00:00:00Z".parse().unwrap();
    cpa.find_click(visitor).send().await.unwrap();
    cpa.find_click(Visitor::Caller).send().await.unwrap();
    cpa.find_click(visitor).offer(5).flow(7).not_before(from).send().await.unwrap();
    cpa.find_click(visitor).code("spring").send().await.unwrap();
    cpa.flow(flow(7)).await.unwrap();
    cpa.flow(code("spring")).await.unwrap();
    cpa.flow(click(1)).await.unwrap();
    cpa.offer(offer(5)).await.unwrap();
    cpa.offer(flow(7)).await.unwrap();
    cpa.offer(code("spring")).await.unwrap();
    cpa.offer(click(1)).await.unwrap();
    assert_eq!(
        sent(&mock),
        [
            "/api/site/fetch.json ip=203.0.113.7",
            "/api/site/fetch.json ",
            "/api/site/fetch.json flow=7&offer=5&ip=203.0.113.7&to=1769817600",
            "/api/site/fetch.json code=spring&ip=203.0.113.7",
            "/api/site/flow.json flow=7",
            "/api/site/flow.json code=spring",
            "/api/site/flow.json click=1",
            "/api/site/offer.json offer=5",
            "/api/site/offer.json flow=7",
            "/api/site/offer.json code=spring",
            "/api/site/offer.json click=1",
        ]
    );
}

#[tokio::test]
async fn a_global_token_searches_only_with_an_offer() {
    let (cpa, mock) = global([ok()]);
    let error = cpa.find_click(Visitor::Caller).send().await.unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::Validation, Some("offer")));
    assert_eq!(mock.seen().len(), 0);
    cpa.find_click(Visitor::Caller).offer(5).send().await.unwrap();
    assert_eq!(mock.seen().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_right_is_refused_by_name_before_anything_leaves() {
    let (cpa, mock) = scripted([]);
    let create = |exto: &str| cpa.create(click(1).exto(exto));
    let change = || cpa.change(order(1));
    let overlapping = StatusWords::new().approve(["ok"]).cancel(["OK"]);
    let table = [
        ("exto", create("a b").send().await.map(drop)),
        ("exto", create("").send().await.map(drop)),
        ("click", cpa.create(click("abc")).send().await.map(drop)),
        ("code", cpa.create(code("")).send().await.map(drop)),
        ("status", create("x").status(Status::word("hold").recognised()).send().await.map(drop)),
        ("sta", create("x").status(Status::word("ok").by(&overlapping)).send().await.map(drop)),
        ("status", change().send().await.map(drop)),
        ("wm", change().payout(euros(-1), Currency::EUR).send().await.map(drop)),
        ("cc", change().payout(euros(1), Currency::new("")).send().await.map(drop)),
        ("goal", change().goal(Goal::name("")).send().await.map(drop)),
        ("gid", change().goal(Goal::Id(0)).send().await.map(drop)),
        ("country", change().country("POL").send().await.map(drop)),
        ("currency", change().currency("zl").send().await.map(drop)),
        ("name", change().name(" ").send().await.map(drop)),
        ("count", change().count(0).send().await.map(drop)),
        ("base", change().base(euros(-1)).send().await.map(drop)),
        ("reason", change().status(Status::Id(StatusId::NEW, Some(ReasonId::FAKE))).send().await.map(drop)),
    ];
    for (field, result) in table {
        let error = result.unwrap_err();
        assert_eq!(error.field(), Some(field), "{error}");
        assert_eq!(Failure::of(&error), Failure::NotSent, "{error}");
    }
    assert_eq!(mock.seen().len(), 0);
}

#[tokio::test]
async fn on_a_real_line_the_token_is_in_the_query_and_everything_else_in_the_form() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/api/site/click.json")
                .query_param("token", TOKEN)
                .header("content-type", "application/x-www-form-urlencoded")
                .body("click=90112&exto=ORD-7781&wm=25.00&cc=EUR");
            then.status(200)
                .header("content-type", "text/html; charset=utf-8")
                .body(r#"{"status":"ok","id":"1234"}"#);
        })
        .await;
    let cpa = Client::site(&server.base_url(), TOKEN).unwrap();
    let lead =
        cpa.create(click(90112).exto("ORD-7781")).payout(euros(2500), Currency::EUR).send().await.unwrap();
    mock.assert_async().await;
    assert!(matches!(&lead, CreateOutcome::Created(lead) if lead.id.as_ref().unwrap().as_str() == "1234"));
}

#[tokio::test]
async fn on_a_real_line_the_token_goes_into_the_body_by_option() {
    let server = MockServer::start_async().await;
    let change = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/api/site/status.json")
                .body(format!("order=1&status=approve&token={TOKEN}"));
            then.status(200).body(r#"{"status":"ok"}"#);
        })
        .await;
    let find = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/api/site/fetch.json")
                .header("content-type", "application/x-www-form-urlencoded")
                .body(format!("token={TOKEN}"));
            then.status(200).body(r#"{"status":"error","error":"no-click"}"#);
        })
        .await;
    let cpa = Client::builder(&server.base_url())
        .unwrap()
        .site_token(TOKEN)
        .token_place(TokenPlace::Body)
        .build()
        .unwrap();
    let outcome = cpa.change(order(1)).status(Status::Approve).send().await.unwrap();
    assert!(matches!(outcome, ChangeOutcome::Changed { id: None, .. }));
    assert!(cpa.find_click(Visitor::Caller).send().await.unwrap().is_none());
    change.assert_async().await;
    find.assert_async().await;
}

#[tokio::test]
async fn no_output_shows_the_token() {
    for place in [TokenPlace::Query, TokenPlace::Body] {
        let echo = format!(r#"{{"status":"error","error":"auth","token":"{TOKEN}"}}"#);
        let reply = afflux_altercpa::core::transport::Reply::answer(200, echo).header("x-echo", TOKEN);
        let (cpa, _) = built(MockTransport::script([reply]), place, false);
        let create = cpa
            .create(click(1).exto("x"))
            .email("ana@example.com")
            .status(Status::word("w").means(Meaning::Wait));
        let shown = format!("{cpa:?} {create:?}");
        assert!(!shown.contains(TOKEN) && !shown.contains("s3cr3t") && !shown.contains("ana@"), "{shown}");
        let error = create.send().await.unwrap_err();
        let body = String::from_utf8_lossy(error.raw_body().unwrap()).into_owned();
        let text = format!("{error} {error:#} {error:?} {body} {:?}", error.headers());
        assert!(!text.contains("s3cr3t"), "{text}");
        assert_eq!(error.kind(), ErrorKind::Unauthorized);
        assert!(error.next_step().contains("credentials"), "{error}");
    }
}
