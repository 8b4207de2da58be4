//! The whole program where files cannot grow, or must not be made: which file is named, what was sent, and that the next
//! run goes on. Each point of a full disk is played in the program's own tests.
#![cfg(target_os = "linux")]

use std::{
    fs::{self, OpenOptions, Permissions},
    os::unix::fs::PermissionsExt,
    process::Command,
    time::Duration,
};

use afflux_sandbox::partnerize::ExportAnswer;

use crate::{
    partnerize::all_time,
    world::{Run, World, finish, leads},
};

/// The program where no file may grow beyond so many blocks of 512 bytes.
fn run_within(world: &World, blocks: u32, arguments: &[&str]) -> Run {
    // Without the trap the system would kill the program instead of telling it.
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    finish(inside(&world.command(arguments), "sh", &["-c", &script]).spawn().unwrap())
}

/// The program in a folder that may not be written.
fn run_read_only(world: &World, arguments: &[&str]) -> Run {
    fs::set_permissions(world.folder.path(), Permissions::from_mode(0o555)).unwrap();
    let mut command = world.command(arguments);
    if fs::write(world.path("probe"), "").is_ok() {
        // Whoever may write everywhere gives that up.
        command = inside(&command, "setpriv", &["--bounding-set=-dac_override,-dac_read_search", "--"]);
        fs::remove_file(world.path("probe")).unwrap();
    }
    let run = finish(command.spawn().unwrap());
    fs::set_permissions(world.folder.path(), Permissions::from_mode(0o755)).unwrap();
    run
}

/// The same command, run by another program.
fn inside(command: &Command, program: &str, arguments: &[&str]) -> Command {
    let mut outer = Command::new(program);
    outer.args(arguments).arg(command.get_program()).args(command.get_args());
    outer.current_dir(command.get_current_dir().unwrap()).env_clear();
    outer.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    outer.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    outer.stdin(std::process::Stdio::null());
    outer.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    outer
}

fn words(words: &[&str], range: &[String]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).chain(range.iter().cloned()).collect()
}

fn borrowed(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

#[test]
fn a_push_whose_journal_cannot_grow_stops_says_so_and_is_ended_by_the_next_run() {
    let world = World::start();
    world.write("leads.csv", leads(60));
    let push = ["irev", "push", "leads.csv", "--json"];
    let run = run_within(&world, 12, &push).ended(5);
    assert!(run.stderr.contains("writing the journal leads.csv.journal: File too large"), "{}", run.stderr);
    let said = run.object();
    let count = |name: &str| said[name].as_u64().unwrap();
    let pushed = world.sandbox.irev().leads().len() as u64;
    assert!(0 < pushed && pushed < 60, "{pushed}");
    assert_eq!((count("rows"), count("delivered"), count("not_sent")), (60, pushed, 60 - pushed), "{said}");
    let unrecorded = said["unrecorded_lines"].as_array().unwrap();
    assert_eq!(said["delivery"], if unrecorded.is_empty() { "answered" } else { "unknown" });

    let next = world.run(&push).object();
    let (unknown, delivered) = (next["unknown"].as_u64().unwrap(), next["delivered"].as_u64().unwrap());
    assert_eq!((unknown, delivered), (unrecorded.len() as u64, 60 - unknown), "{next}");
    assert_eq!(world.sandbox.irev().leads().len(), 60, "each once");
}

#[test]
fn a_push_in_a_folder_that_may_not_be_written_sends_nothing() {
    let world = World::start();
    world.write("leads.csv", leads(5));
    let run = run_read_only(&world, &["irev", "push", "leads.csv"]).ended(5);
    assert!(
        run.stderr.contains("opening the journal leads.csv.journal: Permission denied"),
        "{}",
        run.stderr
    );
    assert!(world.sandbox.irev().requests().is_empty());
}

#[test]
fn a_listing_that_does_not_fit_names_its_file_and_goes_on_when_there_is_room() {
    let world = World::start();
    let partnerize = world.sandbox.partnerize();
    partnerize.resize(5, 1, 700);
    let range = all_time(partnerize);
    for file in ["c.jsonl", "c.csv"] {
        let arguments = words(&["partnerize", "conversions", "-o", file], &range);
        let run = run_read_only(&world, &borrowed(&arguments)).ended(5);
        assert!(run.stderr.contains(&format!("{file}.part: Permission denied")), "{}", run.stderr);
        assert!(partnerize.requests().is_empty());

        let run = run_within(&world, 1000, &borrowed(&arguments)).ended(5);
        assert!(run.stderr.contains(file) && run.stderr.contains("File too large"), "{}", run.stderr);
        assert!(!world.path(file).exists());
        let run = world.run(&borrowed(&arguments)).ended(0);
        assert!(run.stderr.contains("going on behind"), "{}", run.stderr);
        let undisturbed = format!("undisturbed-{file}");
        world.run(&borrowed(&words(&["partnerize", "conversions", "-o", &undisturbed], &range))).ended(0);
        assert_eq!(world.read(file), world.read(&undisturbed));
        partnerize.clear_requests();
    }
    let mut left: Vec<_> =
        fs::read_dir(world.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["c.csv", "c.jsonl", "undisturbed-c.csv", "undisturbed-c.jsonl"], "nothing else stays");
}

#[test]
fn an_export_that_does_not_fit_names_its_file_and_its_job_is_gone_on_with() {
    let world = World::start();
    let partnerize = world.sandbox.partnerize();
    partnerize.resize(5, 1, 400);
    partnerize.configure(|switches| {
        switches.exports = ExportAnswer::Job;
        switches.job = Duration::ZERO;
    });
    let arguments = words(&["partnerize", "export", "conversions", "-o", "e.csv"], &all_time(partnerize));
    let run = run_read_only(&world, &borrowed(&arguments)).ended(5);
    assert!(run.stderr.contains("e.csv.part: Permission denied"), "{}", run.stderr);
    assert!(partnerize.requests().is_empty(), "nothing was asked of the vendor for nothing");
    let run = run_within(&world, 8, &borrowed(&arguments)).ended(5);
    assert!(run.stderr.contains("e.csv") && run.stderr.contains("File too large"), "{}", run.stderr);
    assert!(!world.path("e.csv").exists() && !world.path("e.csv.part").exists());
    world.run(&borrowed(&arguments)).ended(0);
    assert_eq!((world.read("e.csv").lines().count(), partnerize.jobs().len()), (401, 1));
}

#[test]
fn an_export_whose_job_cannot_be_kept_says_so_and_ends_all_the_same() {
    let world = World::start();
    let partnerize = world.sandbox.partnerize();
    partnerize.resize(5, 1, 40);
    partnerize.configure(|switches| {
        switches.exports = ExportAnswer::Job;
        switches.job = Duration::ZERO;
    });
    std::os::unix::fs::symlink("nowhere/at-all", world.path("k.csv.job.part")).unwrap();
    let arguments = words(&["partnerize", "export", "conversions", "-o", "k.csv"], &all_time(partnerize));
    let run = world.run(&borrowed(&arguments)).ended(0);
    assert!(run.stderr.contains("the job is not kept"), "{}", run.stderr);
    assert_eq!(world.read("k.csv").lines().count(), 41);
}

#[test]
fn an_export_does_not_write_over_a_file_that_was_sent() {
    let world = World::start();
    world.write("leads.csv", leads(1));
    world.write("leads.csv.journal", "");
    let range = all_time(world.sandbox.partnerize());
    let arguments = words(&["partnerize", "export", "clicks", "-o", "leads.csv"], &range);
    let run = world.run(&borrowed(&arguments)).ended(2);
    assert!(run.stderr.contains("was sent from here"), "{}", run.stderr);
    assert_eq!(world.read("leads.csv"), leads(1));
}

#[test]
fn rows_that_stdout_has_no_room_for_are_an_error() {
    let world = World::start();
    world.sandbox.irev().seed_leads(5);
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let run = finish(world.command(&["irev", "goal-types"]).stdout(full).spawn().unwrap()).ended(5);
    assert!(run.stderr.contains("writing to stdout: No space left on device"), "{}", run.stderr);
}
