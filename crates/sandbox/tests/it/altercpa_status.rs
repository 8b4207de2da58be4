//! AlterCPA: what a call says about the status, and when a payout is booked.

use afflux_sandbox::AlterCpa;
use afflux_sandbox::altercpa::{AcceptAlwaysChanges, BackwardGuard, UnknownWord, status};

use crate::support::{cpa, sandbox, says};

/// The status with which a lead is created.
fn created(altercpa: &AlterCpa, query: &str) -> i64 {
    assert_eq!(says(&cpa(altercpa, "click", &format!("flow=501&{query}"))), "ok", "{query}");
    altercpa.leads().last().unwrap().status
}

#[test]
fn known_words_need_no_list() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    let sets = [
        (1, "n new create created make"),
        (10, "a accept accepted approve approved confirm confirmed"),
        (5, "c d decline declined cancel cancelled canceled"),
        (12, "t trash error wrong reject bad"),
        (4, "h hold"),
        (2, "w wait waiting pending process processing"),
    ];
    for (number, words) in sets {
        for word in words.split(' ') {
            assert_eq!(created(altercpa, &format!("status={word}")), number, "{word}");
        }
    }
    assert_eq!(created(altercpa, "status=%20APPROVE%20"), status::COMPLETED);
    assert_eq!(created(altercpa, ""), status::NEW);
}

#[test]
fn a_list_overrides_the_known_words() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    assert_eq!(created(altercpa, "status=hold"), status::HOLD);
    assert_eq!(created(altercpa, "status=hold&stw=hold"), status::PROCESSING);
    let lists = [("sta", 10), ("stc", 5), ("stt", 12), ("sth", 4), ("stw", 2), ("stn", 1)];
    for (list, number) in lists {
        assert_eq!(created(altercpa, &format!("status=Q&{list}=x,%20q%20,y")), number, "{list}");
    }
    assert_eq!(created(altercpa, "status=approve&stc=q"), status::COMPLETED, "no match: as it is known");
    assert_eq!(created(altercpa, "status=q&stn=q&stw=q&sta=q"), status::COMPLETED, "approve is asked first");
    assert_eq!(created(altercpa, "status=q&stn=q&stw=q"), status::PROCESSING, "new is asked last");
}

#[test]
fn a_number_wins_over_accept_and_accept_over_a_word() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    assert_eq!(created(altercpa, "stid=7&accept=1&status=cancel"), 7);
    assert_eq!(created(altercpa, "accept=1&status=cancel"), status::COMPLETED);
    assert_eq!(created(altercpa, "accept=0&status=cancel"), status::CANCELLED);
    assert_eq!(created(altercpa, "stid=0&accept=true&status=cancel"), status::CANCELLED);
}

#[test]
fn a_word_that_nobody_knows_has_no_effect_unless_switched() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    assert_eq!(created(altercpa, "status=chargeback"), status::NEW);
    cpa(altercpa, "click", "click=9001&status=approve");
    assert_eq!(says(&cpa(altercpa, "status", "click=9001&status=chargeback")), "edit");
    altercpa.configure(|switches| switches.unknown_word = UnknownWord::Wait);
    assert_eq!(created(altercpa, "status=chargeback"), status::PROCESSING);
    assert_eq!(says(&cpa(altercpa, "status", "click=9001&status=chargeback")), "ok");
}

#[test]
fn a_payout_is_booked_when_a_lead_becomes_approved() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    let change = |query: &str| says(&cpa(altercpa, "status", &format!("click=9001&exto=1&{query}")));
    cpa(altercpa, "click", "click=9001&exto=1&status=wait");
    assert_eq!(altercpa.payout_bookings(), 0);
    assert_eq!(
        (change("status=approve"), change("accept=1"), change("stid=8")),
        ("ok".to_owned(), "edit".to_owned(), "ok".to_owned())
    );
    assert_eq!(altercpa.payout_bookings(), 1, "it was approved all the time");
    change("status=cancel");
    change("status=approve");
    assert_eq!((altercpa.payout_bookings(), altercpa.leads()[0].payout_bookings), (2, 2));
    cpa(altercpa, "click", "click=9002&exto=1&accept=1");
    assert_eq!((altercpa.payout_bookings(), altercpa.leads()[1].payout_bookings), (3, 1));
}

#[test]
fn accept_can_book_twice_when_switched_and_the_word_cannot() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    altercpa.configure(|switches| switches.accept_always_changes = AcceptAlwaysChanges::On);
    cpa(altercpa, "click", "click=9001&exto=1");
    for (query, bookings) in
        [("accept=1", 1), ("accept=1", 2), ("accept=1&stid=10", 2), ("status=approve", 2)]
    {
        let reply = cpa(altercpa, "status", &format!("click=9001&exto=1&{query}"));
        assert_eq!(
            (says(&reply) == "ok", altercpa.payout_bookings()),
            (query == "accept=1", bookings),
            "{query}"
        );
    }
    let history = altercpa.leads().remove(0).history;
    assert_eq!((history.len(), history[2].changed.len(), history[2].status), (3, 0, status::COMPLETED));
}

#[test]
fn going_back_is_dropped_silently_when_switched() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    let change = |query: &str| says(&cpa(altercpa, "status", &format!("click=9001&{query}")));
    cpa(altercpa, "click", "click=9001&status=approve");
    assert_eq!((change("status=cancel&reason=3"), altercpa.leads()[0].status), ("ok".to_owned(), 5));
    assert_eq!(altercpa.leads()[0].reason, Some(3));
    assert_eq!((change("status=approve"), altercpa.leads()[0].status), ("ok".to_owned(), 10));
    altercpa.configure(|switches| switches.backward_guard = BackwardGuard::On);
    for query in ["status=cancel&reason=4", "status=hold", "stid=1"] {
        assert_eq!(change(query), "edit", "{query}");
    }
    assert_eq!((change("status=cancel&wm=3"), altercpa.leads()[0].status), ("ok".to_owned(), 10));
    assert_eq!((altercpa.leads()[0].field("wm"), altercpa.leads()[0].reason), (Some("3"), Some(3)));
    assert_eq!((change("status=trash"), altercpa.leads()[0].status), ("ok".to_owned(), 12));
    cpa(altercpa, "click", "click=9002&status=hold");
    assert_eq!(says(&cpa(altercpa, "status", "click=9002&status=new")), "ok", "below 5 it may go anywhere");
    assert_eq!(says(&cpa(altercpa, "status", "click=9002&status=cancel")), "ok");
    assert_eq!(says(&cpa(altercpa, "status", "click=9002&status=wait")), "edit", "from 5 it may not");
    assert_eq!(says(&cpa(altercpa, "status", "click=9002&accept=1")), "ok");
}
