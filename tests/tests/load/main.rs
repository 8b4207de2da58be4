//! An hour's traffic, compressed: attribution events and leads through a vendor that fails in many ways. Every one of
//! them is accounted for, and the memory of the process stays flat.
//!
//! `AFFLUX_LOAD_EVENTS` and `AFFLUX_LOAD_LEADS` say how many; an hour is 1,000,000 and 100,000.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::print_stdout)]

mod account;
mod compressed;
mod memory;
mod traffic;
mod vendors;

use std::time::Instant;

use account::Account;
use memory::Memory;
use traffic::Clients;
use vendors::Vendors;

fn count(name: &str, usual: usize) -> usize {
    std::env::var(name).map_or(usual, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text}")))
}

#[tokio::test]
async fn an_hours_traffic_is_accounted_for_to_the_last_event_in_flat_memory() {
    let events = count("AFFLUX_LOAD_EVENTS", 20_000);
    let leads = count("AFFLUX_LOAD_LEADS", 2_000);
    // The vendors are a process of their own: what they remember is not ours.
    let mut vendors = Vendors::start(events);
    let clients = Clients::of(vendors.access());
    let (pushes, creates) = (leads / 2, leads - leads / 2);
    let account = Account::of(events, pushes, creates);
    let memory = Memory::of(events + leads);
    let started = Instant::now();
    tokio::join!(
        clients.attribute(events, &account, &memory),
        clients.push(pushes, &account, &memory),
        clients.create(creates, &account, &memory),
    );
    let took = started.elapsed();
    let (faults, stored) = vendors.ledger();
    let summary = account.settle(&stored);
    println!("{events} events and {leads} leads in {:.1} s, {faults} faults", took.as_secs_f64());
    println!("{summary}");
    println!("{memory}");
    assert_eq!(summary.wrong, Vec::<String>::new());
    assert!(summary.unknown > 0 && faults > 50, "nothing went wrong, so nothing was shown: {faults} faults");
    memory.assert_flat();
}

/// Not a test: the process of the vendors, which the test above starts.
#[test]
fn the_vendors_in_a_process_of_their_own() {
    vendors::serve();
}
