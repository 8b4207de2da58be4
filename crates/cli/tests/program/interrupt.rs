#![cfg(unix)]

use std::{process::Command, time::Duration};

use afflux_sandbox::Fault;

use crate::world::{World, finish, leads, until};

#[test]
fn an_interruption_lets_what_is_in_flight_end_and_the_next_run_goes_on() {
    let world = World::start();
    world.write("leads.csv", leads(200));
    world.sandbox.irev().fault(Fault::delay(Duration::from_millis(30)).always());
    let child = world.command(&["irev", "push", "leads.csv", "--json"]).spawn().unwrap();
    until("some leads", || world.sandbox.irev().leads().len() > 20);
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let run = finish(child).ended(130);
    let object = run.object();
    let count = |name: &str| object[name].as_u64().unwrap();
    assert_eq!((object["exit_code"].as_u64(), count("unknown"), count("rows")), (Some(130), 0, 200));
    let delivered = usize::try_from(count("delivered")).unwrap();
    assert_eq!(delivered, world.sandbox.irev().leads().len(), "what was in flight is known");
    assert!(delivered < 200);
    world.sandbox.irev().clear_faults();
    world.run(&["irev", "push", "leads.csv"]).ended(0);
    assert_eq!(world.sandbox.irev().leads().len(), 200);
}

#[test]
fn a_second_interruption_ends_at_once_and_nothing_is_lost() {
    let world = World::start();
    world.write("leads.csv", leads(20));
    world.sandbox.irev().fault(Fault::stall().after_commit().always());
    let child = world.command(&["irev", "push", "leads.csv"]).spawn().unwrap();
    until("all slots in flight", || world.sandbox.irev().leads().len() == 8);
    let interrupt = || Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    interrupt();
    std::thread::sleep(Duration::from_millis(100));
    interrupt();
    finish(child).ended(130);
    world.sandbox.irev().clear_faults();
    let object = world.run(&["irev", "push", "leads.csv", "--json"]).ended(4).object();
    assert_eq!((object["unknown"].as_u64(), object["delivered"].as_u64()), (Some(8), Some(12)));
    assert_eq!(world.sandbox.irev().leads().len(), 20);
}

#[test]
fn a_call_that_is_interrupted_still_prints_its_answer() {
    let world = World::start();
    world.sandbox.irev().fault(Fault::delay(Duration::from_millis(200)));
    let child = world.command(&["call", "irev", "listGoalTypes"]).spawn().unwrap();
    until("the request", || world.requests() > 0);
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(finish(child).ended(130).stdout.contains("FTD"));
}
