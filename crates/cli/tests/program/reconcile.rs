use afflux_sandbox::Fault;

use crate::world::{World, leads};

const PUSH: [&str; 3] = ["irev", "push", "leads.csv"];
const RECONCILE: [&str; 3] = ["irev", "reconcile", "leads.csv"];

#[test]
fn what_arrived_is_found_and_what_did_not_stays_unknown() {
    let world = World::start();
    world.write("leads.csv", leads(10));
    world.sandbox.irev().fault(Fault::reset_after_commit().after(2).times(2));
    world.sandbox.irev().fault(Fault::reset_before_commit().after(2).once());
    world.run(&PUSH).ended(4);
    let run = world.run(&RECONCILE).ended(4);
    assert_eq!(run.stdout.matches("delivered   conversion").count(), 2, "{}", run.stdout);
    assert_eq!(run.stdout.matches("not found yet").count(), 1, "{}", run.stdout);
    let object = world.run(&[&RECONCILE[..], &["--json"]].concat()).ended(4).object();
    assert_eq!((object["unknown"].as_u64(), object["rows"].as_array().map(Vec::len)), (Some(1), Some(1)));
    let run = world.run(&["irev", "push", "leads.csv", "--json"]).ended(4);
    assert_eq!((run.object()["delivered"].as_u64(), run.object()["unknown"].as_u64()), (Some(9), Some(1)));
    assert_eq!(world.sandbox.irev().leads().len(), 9, "looking sends nothing");
}

#[test]
fn when_all_are_found_the_file_is_done() {
    let world = World::start();
    world.write("leads.csv", leads(6));
    world.sandbox.irev().fault(Fault::reset_after_commit().times(3));
    world.run(&PUSH).ended(4);
    world.run(&[&RECONCILE[..], &["--correlation", "aff_sub"]].concat()).ended(0);
    let requests = world.requests();
    assert!(world.run(&PUSH).ended(0).stdout.contains("delivered 6 (6 before)"));
    let object = world.run(&[&RECONCILE[..], &["--json"]].concat()).ended(0).object();
    assert_eq!(object["rows"].as_array().map(Vec::len), Some(0));
    assert_eq!(world.requests(), requests, "nothing is left to look for");
}

#[test]
fn two_rows_that_cannot_be_told_apart_are_not_guessed() {
    let world = World::start();
    let text = "ip,email\n203.0.113.1,same@example.com\n203.0.113.2,same@example.com\n203.0.113.3,\n";
    world.write("leads.csv", text);
    world.sandbox.irev().fault(Fault::reset_after_commit().times(3));
    world.run(&PUSH).ended(4);
    let run = world.run(&RECONCILE).ended(4);
    assert_eq!(run.stdout.matches("another row that was sent says the same").count(), 2, "{}", run.stdout);
    assert!(run.stdout.contains("line 4   unknown   it has neither"), "{}", run.stdout);
}

#[test]
fn a_file_that_was_never_pushed_has_nothing_to_look_for() {
    let world = World::start();
    world.write("leads.csv", leads(1));
    world.run(&RECONCILE).ended(2);
    assert!(!world.path("leads.csv.journal").exists());
}

#[test]
fn a_search_that_fails_leaves_everything_as_it_was() {
    let world = World::start();
    world.write("leads.csv", leads(2));
    world.sandbox.irev().fault(Fault::reset_after_commit().times(2));
    world.run(&PUSH).ended(4);
    world.sandbox.irev().fault(Fault::html(404));
    world.run(&RECONCILE).ended(1);
    world.run(&RECONCILE).ended(0);
}
