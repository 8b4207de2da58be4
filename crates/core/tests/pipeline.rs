//! The whole pipeline (limiter, attempts, verdicts, waits, deadline) under the fake clock, with a transport in memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod support;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use afflux_core::{
    Delivery, Error, ErrorKind,
    base_url::BaseUrl,
    clock::FakeClock,
    engine::{Engine, EngineBuilder},
    limit::Bucket,
    operation::{Answers, Operation, Safety},
    request::Request,
    retry::RetryPolicy,
    transport::{MockTransport, Reply},
};
use support::operations::{CREATE, CREATE_KEYED, DELETE, READ, create, keyed, read, replace};
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);

fn builder(transport: &MockTransport) -> EngineBuilder {
    Engine::builder("fixture", BaseUrl::parse("https://api.example/v1").unwrap())
        .credentials(support::token("token-of-the-fixture"))
        .transport(Arc::new(transport.clone()))
        .clock(Arc::new(FakeClock::starting_at("2026-03-01T12:00:00Z".parse().unwrap())))
}

fn engine(transport: &MockTransport) -> Engine {
    builder(transport).build().unwrap()
}

fn ok() -> Reply {
    Reply::answer(200, "{}")
}

async fn scripted(replies: Vec<Reply>, request: Request) -> (Result<usize, Error>, usize) {
    let transport = MockTransport::script(replies);
    let result = engine(&transport).execute(request).await;
    (result.map(|raw| raw.attempts().len()), transport.seen().len())
}

#[tokio::test(start_paused = true)]
async fn a_read_is_tried_four_times_with_growing_backoff() {
    let starts = Arc::new(Mutex::new(Vec::new()));
    let times = Arc::clone(&starts);
    let transport = MockTransport::new(move |_| {
        times.lock().unwrap().push(Instant::now());
        Reply::answer(503, "busy")
    });
    let error = engine(&transport).execute(read()).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Server, Delivery::Answered));
    assert_eq!(error.attempts().len(), 4);
    let starts = starts.lock().unwrap();
    for (index, most) in [250, 500, 1000].into_iter().enumerate() {
        let wait = starts[index + 1] - starts[index];
        assert!(wait <= Duration::from_millis(most + 1), "wait {index} is {wait:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_succeeds_later_tells_every_attempt() {
    let replies = vec![Reply::no_connection(), Reply::lost(), Reply::answer(500, ""), ok()];
    let transport = MockTransport::script(replies);
    let raw = engine(&transport).execute(read()).await.unwrap();
    let known: Vec<Delivery> = raw.attempts().iter().map(|attempt| attempt.delivery).collect();
    assert_eq!(known, [Delivery::NotSent, Delivery::Unknown, Delivery::Answered, Delivery::Answered]);
    assert!(raw.follows_lost_answer());
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_attempts_and_waits() {
    let transport = MockTransport::new(|_| Reply::never());
    let started = Instant::now();
    let error = engine(&transport).with_deadline(40 * SECOND).execute(read()).await.unwrap_err();
    assert_eq!(started.elapsed().as_secs(), 40);
    assert_eq!((error.delivery(), error.attempts().len()), (Delivery::Unknown, 2), "{error}");
    // A request's own deadline replaces the client's.
    let started = Instant::now();
    let error =
        engine(&transport).with_deadline(40 * SECOND).execute(read().deadline(SECOND)).await.unwrap_err();
    assert_eq!((started.elapsed(), error.attempts().len()), (SECOND, 1), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_has_passed_sends_nothing() {
    let transport = MockTransport::new(|_| ok());
    let error = engine(&transport).execute(create().deadline(Duration::ZERO)).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Limit, Delivery::NotSent), "{error}");
    assert!(transport.seen().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_servers_wait_is_obeyed_up_to_the_cap() {
    let transport = MockTransport::script([Reply::answer(429, "").header("retry-after", "59.5"), ok()]);
    let started = Instant::now();
    engine(&transport).execute(read()).await.unwrap();
    assert!((59..61).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
    let date = Reply::answer(503, "").header("retry-after", "Sun, 01 Mar 2026 12:00:30 GMT");
    let transport = MockTransport::script([date, ok()]);
    let started = Instant::now();
    engine(&transport).execute(read()).await.unwrap();
    assert!((29..32).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_longer_wait_returns_at_once_with_the_time() {
    for status in [429, 503] {
        let transport = MockTransport::new(move |_| Reply::answer(status, "").header("retry-after", "61"));
        let started = Instant::now();
        let error = engine(&transport).execute(read()).await.unwrap_err();
        assert_eq!(started.elapsed(), Duration::ZERO);
        assert_eq!(error.retry_after(), Some(61 * SECOND), "{error}");
        assert!(error.to_string().contains("call again after 12:01:01 UTC"), "{error}");
        // Beyond the deadline it is the same.
        let error = engine(&MockTransport::script([Reply::answer(status, "").header("retry-after", "9")]))
            .with_deadline(5 * SECOND)
            .execute(read())
            .await
            .unwrap_err();
        assert_eq!((error.retry_after(), error.attempts().len()), (Some(9 * SECOND), 1), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_429_to_an_unsafe_call_is_repeated_only_where_the_vendor_refuses_before_it_works() {
    const WORKS_FIRST: Operation = Operation {
        answers: Answers { limit_precedes_work: false, limit_wait: Some(SECOND), ..Answers::JSON },
        ..CREATE
    };
    let replies = || vec![Reply::answer(429, "").header("retry-after", "1"), ok()];
    let (result, sent) = scripted(replies(), create()).await;
    assert_eq!((result.unwrap(), sent), (2, 2));
    let (result, sent) = scripted(replies(), Request::new(&WORKS_FIRST)).await;
    let error = result.unwrap_err();
    assert_eq!(
        (sent, error.delivery(), error.retry_after()),
        (1, Delivery::Answered, Some(SECOND)),
        "{error}"
    );
    // Where the vendor names no time, the documented one is told and not slept.
    let (result, _) = scripted(vec![Reply::answer(429, "")], Request::new(&WORKS_FIRST)).await;
    assert_eq!(result.unwrap_err().retry_after(), Some(SECOND));
}

#[tokio::test(start_paused = true)]
async fn an_empty_budget_stops_repeats_but_leaves_reads_three_attempts() {
    let transport = MockTransport::new(|_| Reply::answer(500, ""));
    let engine = engine(&transport);
    let mut sent = Vec::new();
    for _ in 0..60 {
        let error = engine.execute(replace()).await.unwrap_err();
        sent.push(error.attempts().len());
    }
    assert_eq!((sent[0], *sent.last().unwrap()), (4, 1));
    assert_eq!(engine.execute(read()).await.unwrap_err().attempts().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_times_out_is_unknown_and_a_connect_that_stalls_is_not_sent() {
    let (result, sent) = scripted(vec![Reply::never()], create()).await;
    let error = result.unwrap_err();
    assert_eq!((error.delivery(), error.kind(), sent), (Delivery::Unknown, ErrorKind::Lost, 1));
    assert!(error.to_string().contains("was sent and not answered within 60 s"), "{error}");
    let (result, sent) = scripted(vec![Reply::never_connects(), ok()], create()).await;
    assert_eq!((result.unwrap(), sent), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn timeouts_of_an_attempt_are_the_requests_else_the_operations_else_the_clients() {
    const PATIENT: Operation = Operation { timeout: Some(Duration::from_secs(100)), ..CREATE };
    for (request, expected) in [
        (create(), 60),
        (read(), 30),
        (Request::new(&PATIENT), 100),
        (Request::new(&PATIENT).attempt_timeout(7 * SECOND), 7),
    ] {
        let transport = MockTransport::new(|_| Reply::never());
        let started = Instant::now();
        builder(&transport).retry(RetryPolicy::never()).build().unwrap().execute(request).await.unwrap_err();
        assert_eq!(started.elapsed().as_secs(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_keyed_call_is_repeated_with_its_key_and_never_without() {
    let replies = || vec![Reply::lost(), ok()];
    assert_eq!(scripted(replies(), keyed()).await.0.unwrap(), 2);
    let (result, sent) = scripted(replies(), Request::new(&CREATE_KEYED)).await;
    let error = result.unwrap_err();
    assert_eq!((error.delivery(), sent), (Delivery::Unknown, 1), "{error}");
    assert!(!error.is_retryable());
    let (result, _) = scripted(vec![Reply::lost(); 4], keyed()).await;
    assert!(result.unwrap_err().to_string().contains("call again with the same `key`"));
}

#[tokio::test(start_paused = true)]
async fn a_caller_may_accept_that_a_repeat_does_it_twice() {
    let (result, sent) =
        scripted(vec![Reply::lost(), Reply::answer(500, ""), ok()], create().repeat_unknown()).await;
    assert_eq!((result.unwrap(), sent), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn a_vendor_may_ask_for_repeats_after_its_own_faults() {
    const INSISTS: Operation =
        Operation { answers: Answers { retry_server_errors: true, ..Answers::JSON }, ..CREATE };
    let (result, _) = scripted(vec![Reply::answer(500, ""), ok()], Request::new(&INSISTS)).await;
    assert_eq!(result.unwrap(), 2);
    let (result, sent) = scripted(vec![Reply::lost(), ok()], Request::new(&INSISTS)).await;
    assert_eq!((result.unwrap_err().delivery(), sent), (Delivery::Unknown, 1));
}

#[tokio::test(start_paused = true)]
async fn not_found_to_a_delete_is_success_only_after_a_lost_answer_of_our_own() {
    const JSON: Operation = Operation { answers: Answers::JSON, ..DELETE };
    let gone = || Reply::answer(404, "<html>no such row</html>");
    let (result, _) = scripted(vec![Reply::lost(), gone()], Request::new(&DELETE)).await;
    assert_eq!(result.unwrap(), 2);
    let (result, _) = scripted(vec![gone()], Request::new(&DELETE)).await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Refused);
    let (result, _) = scripted(vec![Reply::no_connection(), gone()], Request::new(&DELETE)).await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Refused);
    // Where the operation documents JSON, the refusal's page need not be any.
    let (result, _) = scripted(vec![Reply::lost(), gone()], Request::new(&JSON)).await;
    assert_eq!(result.unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_may_have_been_acted_on_stays_unknown_for_the_call() {
    let table: [(Vec<Reply>, Request, Delivery); 6] = [
        (vec![Reply::lost(), Reply::no_connection()], replace(), Delivery::Unknown),
        (vec![Reply::lost(), Reply::answer(422, "{}")], replace(), Delivery::Unknown),
        (vec![Reply::answer(503, ""), Reply::answer(401, "{}")], replace(), Delivery::Unknown),
        (vec![Reply::no_connection(), Reply::answer(422, "{}")], create(), Delivery::Answered),
        // A read's answer settles it; a refused connection settles nothing.
        (vec![Reply::lost(), Reply::answer(422, "{}")], read(), Delivery::Answered),
        (vec![Reply::lost(), Reply::no_connection()], read(), Delivery::Unknown),
    ];
    for (replies, request, expected) in table {
        let (result, _) = scripted(replies, request).await;
        let error = result.unwrap_err();
        assert_eq!(error.delivery(), expected, "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_requests_own_safety_decides_and_not_the_operations() {
    // A parameter turned a read into a change: its redirect settles nothing.
    let changed = || Request::new(&READ).safety(Safety::Unsafe);
    let (result, _) = scripted(vec![Reply::answer(302, "")], changed()).await;
    assert_eq!(result.unwrap_err().delivery(), Delivery::Unknown);
    let (result, sent) = scripted(vec![Reply::answer(500, ""), ok()], changed()).await;
    assert_eq!((result.unwrap_err().delivery(), sent), (Delivery::Unknown, 1));
}

#[tokio::test(start_paused = true)]
async fn an_error_is_one_line_and_spreads_on_demand() {
    const TELLS: Operation =
        Operation { answers: Answers { message: &["message"], ..Answers::JSON }, ..CREATE };
    let body = "{\"message\":\"first\\nsecond\\tthird \\u001b[31m\\u2028end\"}";
    let (result, _) = scripted(vec![Reply::answer(422, body)], Request::new(&TELLS)).await;
    let error = result.unwrap_err();
    let line = error.to_string();
    assert!(
        line.starts_with("fixture: POST /rows was refused: 422 Unprocessable Entity. the vendor says first")
    );
    assert!(
        !line.contains(|character: char| character.is_control() || "\u{2028}\u{2029}".contains(character)),
        "{line:?}"
    );
    assert!(line.contains("attempts: 1 (1: status 422 after 0.0 s)"), "{line}");
    assert!(line.contains("delivery: answered. next: "), "{line}");
    let spread = format!("{error:#}");
    assert_eq!(spread.lines().count(), 4, "{spread}");
    let together = spread.lines().map(str::trim).collect::<Vec<_>>().join(". ");
    assert_eq!(together, line);
}

/// Calls under way and limits.
mod limits {
    use super::*;

    fn limited(transport: &MockTransport, bucket: Bucket) -> Engine {
        builder(transport).buckets(vec![bucket]).build().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn every_attempt_takes_a_permit_of_its_own() {
        let transport = MockTransport::script([Reply::answer(500, ""), Reply::answer(500, ""), ok()]);
        let engine = limited(&transport, Bucket::new("default").window(1, 10 * SECOND));
        let started = Instant::now();
        engine.execute(read()).await.unwrap();
        assert!(started.elapsed() >= 20 * SECOND, "{:?}", started.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_beyond_the_deadline_is_refused_at_once_and_not_sent() {
        let transport = MockTransport::new(|_| ok());
        let engine = limited(&transport, Bucket::new("default").window(1, 10 * SECOND));
        engine.execute(read()).await.unwrap();
        let started = Instant::now();
        let error = engine.with_deadline(3 * SECOND).execute(create()).await.unwrap_err();
        assert_eq!(started.elapsed(), Duration::ZERO);
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Limit, Delivery::NotSent), "{error}");
        assert_eq!(error.retry_after(), Some(10 * SECOND), "{error}");
        assert_eq!(transport.seen().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn no_slot_for_a_repeat_tells_the_story_of_the_attempt() {
        let transport = MockTransport::script([Reply::lost(), ok()]);
        let engine = limited(&transport, Bucket::new("default").window(1, 30 * SECOND));
        let error = engine.with_deadline(5 * SECOND).execute(replace()).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Lost, Delivery::Unknown), "{error}");
        assert_eq!(error.attempts().len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_cost_above_the_limit_is_wrong_input_and_no_wait() {
        let engine = limited(&MockTransport::new(|_| ok()), Bucket::new("default").window(10, SECOND));
        let error = engine.execute(read().cost(11)).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Validation, Delivery::NotSent), "{error}");
        assert!(!error.is_retryable());
    }

    #[tokio::test(start_paused = true)]
    async fn a_429_holds_all_clones_back() {
        let transport =
            MockTransport::script([Reply::answer(429, "").header("retry-after", "5"), ok(), ok()]);
        let engine = limited(&transport, Bucket::new("default").window(10, SECOND));
        let started = Instant::now();
        let clone = engine.clone();
        let (first, second) = tokio::join!(engine.execute(read()), async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            clone.execute(read()).await.map(|raw| (raw, started.elapsed()))
        });
        assert_eq!(first.unwrap().attempts().len(), 2);
        let (_, elapsed) = second.unwrap();
        assert!(elapsed >= 5 * SECOND, "{elapsed:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_connection_gives_its_slot_back_and_a_lost_answer_does_not() {
        let bucket = || Bucket::new("default").window(1, 10 * SECOND);
        for (first, waits) in [(Reply::no_connection(), false), (Reply::lost(), true)] {
            let transport = MockTransport::script([first, ok()]);
            let engine =
                builder(&transport).buckets(vec![bucket()]).retry(RetryPolicy::never()).build().unwrap();
            engine.execute(read()).await.unwrap_err();
            let started = Instant::now();
            engine.execute(read()).await.unwrap();
            assert_eq!(started.elapsed() >= 10 * SECOND, waits, "{:?}", started.elapsed());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_cancelled_in_line_or_while_connecting_costs_nothing() {
        let transport = MockTransport::script([ok(), Reply::never_connects(), ok()]);
        let engine = limited(&transport, Bucket::new("default").window(1, 10 * SECOND));
        engine.execute(read()).await.unwrap();
        // In line.
        assert!(tokio::time::timeout(SECOND, engine.execute(read())).await.is_err());
        // While connecting.
        assert!(tokio::time::timeout(15 * SECOND, engine.execute(read())).await.is_err());
        let started = Instant::now();
        engine.execute(read()).await.unwrap();
        assert_eq!(started.elapsed(), Duration::ZERO);
        assert_eq!(transport.seen().len(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_cancelled_after_sending_holds_its_slot_for_window_and_linger() {
        let transport = MockTransport::script([Reply::never(), ok()]);
        let engine = limited(&transport, Bucket::new("default").window(1, 10 * SECOND));
        assert!(tokio::time::timeout(SECOND, engine.execute(read())).await.is_err());
        let started = Instant::now();
        engine.execute(read()).await.unwrap();
        assert_eq!(started.elapsed(), 20 * SECOND);
    }
}
