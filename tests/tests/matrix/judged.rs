//! The judge itself: each promise is seen broken by what an engine without it would do.

use std::time::Duration;

use afflux::{Delivery, core::operation::Safety};

use crate::judge::{Complaint, Ended, Extent, Order, Saw, Told};

const DONE: Saw = Saw { bytes: 200, committed: true, status: Some(200), written: Extent::Completely };
const LOST: Saw = Saw { bytes: 200, committed: true, status: None, written: Extent::Nothing };
const BUSY: Saw = Saw { bytes: 200, committed: false, status: Some(503), written: Extent::Completely };
const LIMITED: Saw = Saw { status: Some(429), ..BUSY };

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// An unsafe call whose only answer was lost, told as it was.
fn honest() -> Ended {
    Ended {
        order: Order {
            vendor: "vendor",
            safety: Safety::Unsafe,
            repeat_asked_for: false,
            attempts: 4,
            deadline: Some(seconds(40)),
            timeout: seconds(30),
            wait: None,
        },
        told: Told {
            delivery: Delivery::Unknown,
            attempts: vec![Delivery::Unknown],
            error: Some(Complaint {
                text: "vendor: POST /x was sent and not answered".to_owned(),
                next_step: "look".to_owned(),
                retryable: false,
                retry_after: None,
            }),
        },
        seen: vec![LOST],
        flights: vec![(seconds(0), seconds(30))],
        took: seconds(30),
    }
}

/// Two attempts, of which the second was answered.
fn repeated(safety: Safety, first: Saw, delivery: Delivery) -> Ended {
    let mut ended = honest();
    ended.order.safety = safety;
    ended.told =
        Told { delivery: Delivery::Answered, attempts: vec![delivery, Delivery::Answered], error: None };
    ended.seen = vec![first, DONE];
    ended.flights = vec![(seconds(0), seconds(0)), (seconds(1), seconds(1))];
    ended.took = seconds(1);
    ended
}

fn limited(pause: u64) -> Ended {
    let mut ended = repeated(Safety::ReadOnly, LIMITED, Delivery::Answered);
    ended.order.wait = Some(seconds(20));
    ended.flights[1] = (seconds(pause), seconds(pause));
    ended
}

#[test]
fn what_is_as_promised_breaks_nothing() {
    let before = Saw { committed: false, ..LOST };
    let kept = [
        honest(),
        repeated(Safety::Idempotent, LOST, Delivery::Unknown),
        repeated(Safety::ReadOnly, BUSY, Delivery::Answered),
        repeated(Safety::Unsafe, LIMITED, Delivery::Answered),
        repeated(Safety::Keyed("key"), before, Delivery::Unknown),
        limited(20),
    ];
    for ended in kept {
        assert_eq!(ended.broken_promises(), Vec::<&str>::new(), "{ended:?}");
    }
}

#[test]
fn every_promise_can_be_broken() {
    let change = |change: fn(&mut Ended)| {
        let mut ended = honest();
        change(&mut ended);
        ended
    };
    let complaint = |change: fn(&mut Complaint)| {
        let mut ended = honest();
        change(ended.told.error.as_mut().unwrap());
        ended
    };
    let silent_refusal = {
        let mut ended = limited(20);
        ended.told.error = honest().told.error;
        ended.seen = vec![LIMITED, LIMITED];
        ended
    };
    let table = [
        ("said not sent; bytes arrived", change(|call| call.told.delivery = Delivery::NotSent)),
        ("said answered; neither", change(|call| call.told.delivery = Delivery::Answered)),
        ("said unknown; no attempt was", change(|call| call.told.attempts = vec![Delivery::NotSent])),
        ("nothing came near the vendor", change(|call| call.seen.clear())),
        ("that no attempt owns up to", change(|call| call.seen = vec![LOST, LOST])),
        ("an attempt said answered", change(|call| call.told.attempts = vec![Delivery::Answered])),
        ("more attempts than allowed", change(|call| call.order.attempts = 0)),
        ("sent again", repeated(Safety::Unsafe, Saw { committed: false, ..LOST }, Delivery::Unknown)),
        ("done twice", repeated(Safety::Unsafe, Saw { committed: true, ..LIMITED }, Delivery::Answered)),
        ("in spite of its key", repeated(Safety::Keyed("key"), LOST, Delivery::Unknown)),
        ("the deadline passed", change(|call| call.took = seconds(41))),
        ("outlasted its time", change(|call| call.flights[0].1 = seconds(31))),
        ("before the vendor's time", limited(1)),
        ("long after the vendor's time", limited(60)),
        ("does not tell the vendor's wait", silent_refusal),
        ("does not name the vendor", complaint(|error| error.text.clear())),
        ("what to do next", complaint(|error| error.next_step.clear())),
        ("called retryable", complaint(|error| error.retryable = true)),
    ];
    for (promise, ended) in table {
        let broken = ended.broken_promises();
        assert!(broken.iter().any(|broken| broken.contains(promise)), "{promise}: {broken:?} of {ended:?}");
    }
}
