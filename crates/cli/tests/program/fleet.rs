//! `--limits`: programs that are started one after the other keep one quota, in a Redis server of the test's own.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    push::{PUSH, PUSH_JSON},
    world::{World, counts, finish, leads},
};

/// A Redis server on a socket in the test's folder, with nothing on disk; `None`, said aloud, where none is installed.
struct Redis(Child);

impl Redis {
    fn start(folder: &Path) -> Option<(Self, String)> {
        let socket = folder.join("redis.sock");
        let mut command = Command::new("redis-server");
        command.args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket"]).arg(&socket);
        let Ok(child) = command.current_dir(folder).stdout(Stdio::null()).spawn() else {
            eprintln!("redis-server is not installed: this test did not run");
            return None;
        };
        let redis = Self(child);
        let patience = Instant::now() + Duration::from_secs(60);
        while !socket.exists() {
            assert!(Instant::now() < patience, "Redis did not start");
            thread::sleep(Duration::from_millis(5));
        }
        Some((redis, format!("redis+unix://{}", socket.display())))
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The dearest query there is: 15 of 60 tokens, for four years and more.
const DEAR: [&str; 13] = [
    "partnerize",
    "analytics",
    "conversions",
    "--metric",
    "total_conversions",
    "--each",
    "country",
    "--from",
    "2020-01-01",
    "--to",
    "2026-01-01",
    "--timeout",
    "5",
];

#[test]
fn what_one_program_used_is_gone_for_the_next() {
    let world = World::start();
    let Some((_redis, url)) = Redis::start(world.folder.path()) else { return };
    let shared = [&DEAR[..], &["--limits", &url]].concat();
    for _ in 0..4 {
        world.run(&shared).ended(0);
    }
    let asked = world.sandbox.partnerize().requests().len();
    // The minute's tokens are used up, which the fifth hears from Redis and not from the vendor.
    let run = world.run(&shared).ended(3);
    assert!(run.stderr.contains("delivery: not-sent"), "{}", run.stderr);
    assert_eq!(world.sandbox.partnerize().requests().len(), asked);
    // Another scope is another quota, wherever its name comes from.
    let other = world.command(&shared).env("AFFLUX_LIMITS_SCOPE", "somebody else").spawn().unwrap();
    let run = finish(other).ended(1);
    assert!(run.stderr.contains("429"), "here it is the vendor that refuses: {}", run.stderr);
}

#[test]
fn without_redis_nothing_is_sent_unless_each_machine_keeps_to_its_part() {
    let world = World::start();
    world.write("leads.csv", leads(4));
    let gone = "redis+unix:///nowhere/redis.sock";
    let run = world.run(&[&PUSH_JSON[..], &["--limits", gone]].concat()).ended(3);
    assert_eq!(counts(&run), [4, 0, 0, 0, 0, 4, 0]);
    assert_eq!(world.requests(), 0);
    let run = world.run(&["irev", "goal-types", "--limits", gone]).ended(3);
    assert!(run.stderr.contains("Redis"), "it says what is away: {}", run.stderr);
    let run = world.run(&[&PUSH[..], &["--limits", gone, "--limits-machines", "2"]].concat()).ended(0);
    assert!(run.stdout.contains("delivered 4"), "{}", run.stdout);
}

#[test]
fn a_password_of_redis_stays_out_of_arguments_and_outputs() {
    let world = World::start();
    world.write("leads.csv", leads(1));
    let url = "redis://fleet:redis-CANARY-77@127.0.0.1:1/0";
    let typed = world.run(&[&PUSH[..], &["--limits", url]].concat()).ended(2);
    assert!(typed.stderr.contains("AFFLUX_LIMITS"), "{}", typed.stderr);
    let set = finish(world.command(&PUSH_JSON).env("AFFLUX_LIMITS", url).spawn().unwrap()).ended(3);
    let odd =
        finish(world.command(&PUSH).env("AFFLUX_LIMITS", "http://redis-CANARY-77").spawn().unwrap()).ended(2);
    for run in [typed, set, odd] {
        assert!(!format!("{run:?}").contains("CANARY-77"), "{run:?}");
    }
    assert_eq!(world.requests(), 0);
}

#[test]
fn a_scope_without_a_server_is_a_slip() {
    let world = World::start();
    let run = world.run(&["irev", "goal-types", "--limits-scope", "acme"]).ended(2);
    assert!(run.stderr.contains("--limits"), "{}", run.stderr);
    assert_eq!(world.requests(), 0);
}
