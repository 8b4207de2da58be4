//! Properties against a tiny server whose line loses requests and answers in every way: with a key there is never a
//! second lead, and what could do harm twice is never sent twice.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use afflux_altercpa::{
    CreateOutcome, Delivery, Failure, IfMissing, Meaning, Status, Visitor, click, code,
    core::transport::{MockTransport, Reply, Seen},
    flow, order,
};
use proptest::prelude::*;
use support::{client, form};

/// What happens to one request on the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Fine,
    Refused,
    LostBefore,
    LostAfter,
    EmptyAfter,
    HtmlAfter,
    CutAfter,
    NeverAnswered,
    DbBefore,
    DbAfter,
    BadGateway,
    TooMany,
}

const LINES: [Line; 12] = [
    Line::Fine,
    Line::Refused,
    Line::LostBefore,
    Line::LostAfter,
    Line::EmptyAfter,
    Line::HtmlAfter,
    Line::CutAfter,
    Line::NeverAnswered,
    Line::DbBefore,
    Line::DbAfter,
    Line::BadGateway,
    Line::TooMany,
];

impl Line {
    /// Whether the request reaches the server.
    fn reaches(self) -> bool {
        !matches!(self, Self::Refused | Self::LostBefore | Self::DbBefore | Self::BadGateway | Self::TooMany)
    }

    /// Whether bytes leave and nothing settles what the server did.
    fn leaves_it_open(self) -> bool {
        !matches!(self, Self::Fine | Self::Refused | Self::TooMany)
    }

    fn reply(self, answer: String) -> Reply {
        match self {
            Self::Fine => Reply::answer(200, answer),
            Self::Refused => Reply::no_connection(),
            Self::LostBefore | Self::LostAfter => Reply::lost(),
            Self::EmptyAfter => Reply::answer(200, ""),
            Self::HtmlAfter => Reply::answer(200, "<html><body>Fatal error</body></html>"),
            Self::CutAfter => Reply::answer(200, answer.get(..answer.len() - 3).unwrap().to_owned()),
            Self::NeverAnswered => Reply::never(),
            Self::DbBefore | Self::DbAfter => support::error("db"),
            Self::BadGateway => Reply::answer(502, "<html>"),
            Self::TooMany => Reply::answer(429, ""),
        }
    }
}

/// A server that creates and changes leads. Only `exto` protects against a second one.
#[derive(Debug, Default)]
struct Server {
    leads: Vec<(String, String)>,
    writes: u32,
}

impl Server {
    fn answer(&mut self, seen: &Seen) -> String {
        let text = form(seen);
        let fields: BTreeMap<&str, &str> = text.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let source =
            ["click", "flow", "code"].map(|name| fields.get(name).copied().unwrap_or_default()).concat();
        let key = (source, fields.get("exto").copied().unwrap_or_default().to_owned());
        let known = self.leads.iter().position(|lead| *lead == key);
        let creates = seen.path.ends_with("click.json") || fields.contains_key("auto");
        self.writes += 1;
        match known {
            Some(index) if seen.path.ends_with("click.json") && !key.1.is_empty() => {
                format!(r#"{{"status":"error","error":"duplicate","id":{index}}}"#)
            }
            Some(_) if seen.path.ends_with("status.json") => {
                r#"{"status":"error","error":"edit"}"#.to_owned()
            }
            _ if creates => {
                self.leads.push(key);
                format!(r#"{{"status":"ok","id":{}}}"#, self.leads.len() - 1)
            }
            _ => r#"{"status":"error","error":"bad-id"}"#.to_owned(),
        }
    }
}

/// A client on a line, the server behind it, and what was sent.
fn on(line: Vec<Line>) -> (afflux_altercpa::Client, MockTransport, Arc<Mutex<Server>>) {
    let server = Arc::new(Mutex::new(Server::default()));
    let behind = Arc::clone(&server);
    let line = Mutex::new(line.into_iter());
    let (client, mock) = client(move |seen| {
        let next = line.lock().unwrap().next().unwrap_or(Line::Fine);
        let answer = if next.reaches() { behind.lock().unwrap().answer(seen) } else { "{}    ".to_owned() };
        next.reply(answer)
    });
    (client, mock, server)
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    proptest::collection::vec(proptest::sample::select(LINES.to_vec()), 0..8)
}

/// Runs under paused time: no wait takes any.
fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(future)
}

/// How many requests went out until one left it open what the server did, that one included.
fn until_open(line: &[Line], sent: usize) -> usize {
    line.iter().take(sent).position(|line| line.leaves_it_open()).map_or(sent, |index| index + 1)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn with_a_key_no_sequence_of_lost_answers_creates_a_second_lead(line in lines(), calls in 1_usize..4) {
        run(async {
            let (cpa, _, server) = on(line);
            for _ in 0..calls {
                // The caller, too, calls again after an error, as the error says that it may.
                match cpa.create(click(1).exto("ORD-1")).send().await {
                    Ok(CreateOutcome::Created(_) | CreateOutcome::AlreadyExisted(_)) => {
                        assert_eq!(server.lock().unwrap().leads.len(), 1);
                    }
                    Err(error) => assert!(error.is_retryable(), "{error}"),
                }
                assert!(server.lock().unwrap().leads.len() <= 1);
            }
        });
    }

    #[test]
    fn auto_with_a_key_creates_no_second_lead_either(line in lines()) {
        run(async {
            let (cpa, _, server) = on(line);
            let change = cpa.change(click(1).exto("x")).if_missing(IfMissing::Create).status(Status::Approve);
            let _ = change.send().await;
            let _ = cpa.create(click(1).exto("x")).send().await;
            assert!(server.lock().unwrap().leads.len() <= 1);
        });
    }

    #[test]
    fn what_could_do_harm_twice_is_never_sent_again_once_bytes_left(line in lines(), which in 0_usize..8) {
        run(async {
            let (cpa, mock, server) = on(line.clone());
            let new = || Status::word("new").means(Meaning::New);
            let result = match which {
                0 => cpa.create(click(1)).send().await.map(drop),
                1 => cpa.create(flow(1)).send().await.map(drop),
                2 => cpa.create(code("c")).send().await.map(drop),
                3 => cpa.create(flow(1).exto("x")).send().await.map(drop),
                4 => cpa.create(click(1).exto("x")).status(Status::Accept).send().await.map(drop),
                5 => cpa.change(click(1).exto("x")).status(Status::Accept).send().await.map(drop),
                6 => cpa.change(click(1)).if_missing(IfMissing::Create).status(Status::Wait).send().await.map(drop),
                _ => cpa.change(click(1)).status(new()).send().await.map(drop),
            };
            let sent = mock.seen().len();
            assert_eq!(sent, until_open(&line, sent), "{line:?}");
            assert!(server.lock().unwrap().writes <= 1, "{line:?}");
            let opened = line.iter().take(sent).any(|line| line.leaves_it_open());
            if opened {
                let error = result.expect_err("nobody can know");
                assert_eq!(error.delivery(), Delivery::Unknown);
                assert_eq!(Failure::of(&error), Failure::Unknown);
                assert!(!error.is_retryable());
            }
        });
    }

    #[test]
    fn pure_status_moves_and_reads_are_tried_until_they_are_answered(line in lines(), which in 0_usize..4) {
        run(async {
            let (cpa, mock, _) = on(line.clone());
            match which {
                0 => drop(cpa.change(click(1)).status(Status::Approve).send().await),
                1 => drop(cpa.change(order(1)).status(Status::Cancel(None)).send().await),
                2 => drop(cpa.find_click(Visitor::Caller).send().await),
                _ => drop(cpa.offer(flow(1)).await),
            }
            let answered = line.iter().position(|line| *line == Line::Fine).unwrap_or(line.len());
            assert_eq!(mock.seen().len(), (answered + 1).min(4), "{line:?}");
        });
    }
}
