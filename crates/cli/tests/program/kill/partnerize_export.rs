//! `afflux partnerize export`: the file is the one of an undisturbed run, byte for byte, and a job that was kept is gone
//! on with.

use std::{fs, time::Duration};

use afflux_sandbox::{Fault, partnerize::ExportAnswer};

use super::{Job, Stand, survives};
use crate::{
    partnerize::all_time,
    world::{Run, World, mode},
};

const FILE: &str = "export.csv";

struct Export {
    arguments: Vec<String>,
    /// How many jobs the vendor had when a run was killed that had kept one.
    kept: Option<usize>,
}

fn stage(world: &World, suffix: &str) -> u64 {
    u64::from(world.path(&format!("{FILE}{suffix}")).exists())
}

impl Job for Export {
    const REQUESTS: u32 = 3;
    const GROWTH: u64 = 3;

    fn new(world: &World, random: &mut fastrand::Rng) -> Self {
        let partnerize = world.sandbox.partnerize();
        partnerize.resize(5, 300, 300);
        partnerize.configure(|switches| {
            switches.exports = if random.u32(0..4) == 0 { ExportAnswer::Csv } else { ExportAnswer::Job };
            switches.job = Duration::ZERO;
        });
        let what = ["clicks", "conversions", "items"][random.usize(0..3)];
        let arguments = |file: &str| {
            let words = ["partnerize", "export", what, "-o", file].map(str::to_owned).into_iter();
            words.chain(all_time(partnerize)).collect::<Vec<_>>()
        };
        let undisturbed = arguments("undisturbed.csv");
        world.run(&undisturbed.iter().map(String::as_str).collect::<Vec<_>>()).ended(0);
        Self { arguments: arguments(FILE), kept: None }
    }

    fn vendor(world: &World) -> &dyn Stand {
        world.sandbox.partnerize()
    }

    fn arguments(&self) -> Vec<String> {
        self.arguments.clone()
    }

    /// The job is kept, the file is begun, the file is there.
    fn grown(&self, world: &World) -> u64 {
        stage(world, ".job") + stage(world, ".part") + 2 * stage(world, "")
    }

    fn slow(&self) -> Fault {
        Fault::slow_drip(2048, Duration::from_millis(1))
    }

    fn tear(&mut self, world: &World, random: &mut fastrand::Rng) -> Option<&'static str> {
        // A job file that was cut off is as good as none.
        let path = world.path(&format!("{FILE}.job"));
        let text = fs::read(&path).ok()?;
        fs::write(path, &text[..random.usize(0..text.len().max(1))]).unwrap();
        self.kept = None;
        None
    }

    fn killed(&mut self, world: &World) {
        let jobs = world.sandbox.partnerize().jobs().len();
        assert_eq!(self.kept.unwrap_or(jobs), jobs, "another job was begun");
        for name in [".part", ".job", ""].map(|suffix| world.path(&format!("{FILE}{suffix}"))) {
            let bytes = fs::read(&name).unwrap_or_default();
            assert!(bytes.is_empty() || mode(&name) == 0o600, "{} is open to others", name.display());
        }
        // One that is not whole was being written.
        self.kept = world.read(&format!("{FILE}.job")).ends_with('\n').then_some(jobs);
    }

    fn judge(&self, world: &World, run: &Run, _kills: u32) {
        assert_eq!(run.code, 0, "{run:?}");
        assert!(world.read(FILE) == world.read("undisturbed.csv"), "the file is another one");
        assert_eq!(fs::read_dir(world.folder.path()).unwrap().count(), 2, "something was left behind");
        let jobs = world.sandbox.partnerize().jobs().len();
        assert_eq!(self.kept.unwrap_or(jobs), jobs, "another job was begun");
    }
}

#[test]
fn an_export_that_is_killed_anywhere_and_run_again_is_the_file_of_an_undisturbed_run() {
    survives::<Export>("partnerize export");
}
