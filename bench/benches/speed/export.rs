//! An export of 1,000,000 CSV rows into a file.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use afflux_bench::{Failure, Goal, Options, Side, Sink, compare, runtime};
use afflux_partnerize::Client;
use jiff::civil::date;

use crate::calls::bare_client;

const ROWS: u32 = 1_000_000;

/// Prints the comparison, and how far the peak of this process's memory rose while afflux wrote the first file. That is
/// the export's own only where no other part has run before: `cargo bench -p afflux-bench --bench speed -- export`.
pub(crate) fn run(options: &Options, sink: &Sink) -> Result<(), Failure> {
    let runtime = runtime()?;
    let directory = Directory::new()?;
    let (ours, theirs) = (directory.0.join("afflux.csv"), directory.0.join("reqwest.csv"));
    let client = Client::builder_at(&sink.url())?.keys("bench-application", "bench-user").build()?;
    let bare = bare_client()?;
    let address = format!("{}/export", sink.url());
    let mut afflux = || {
        runtime.block_on(async {
            let days = date(2025, 11, 1)..date(2025, 12, 1);
            let written = client.exports("1l1000").conversions(days).to_path(&ours).await?;
            if written.rows == u64::from(ROWS) { Ok(()) } else { Err("afflux lost a row".into()) }
        })
    };
    let before = peak();
    afflux()?;
    if let (Some(before), Some(after)) = (before, peak()) {
        println!(
            "export of 1,000,000 rows: the peak of memory rose by {} KiB   goal <= 8192",
            after - before
        );
    }
    compare(
        "export of 1,000,000 rows into a file",
        (ROWS, "row"),
        options.rounds(9),
        &mut Side { name: "afflux", run: &mut afflux },
        &mut Side {
            name: "reqwest",
            run: &mut || runtime.block_on(by_hand(&bare, &address, &theirs, false)),
        },
        &[Goal::Speed(0.9), Goal::Cpu(1.1)],
    )?;
    compare(
        "export of 1,000,000 rows into a file, on the disk at the end on both sides",
        (ROWS, "row"),
        options.rounds(9),
        &mut Side { name: "afflux", run: &mut afflux },
        &mut Side { name: "reqwest", run: &mut || runtime.block_on(by_hand(&bare, &address, &theirs, true)) },
        &[Goal::Speed(1.0)],
    )
}

/// `on_disk`: waits until the disk has it all, as afflux does before a file takes its name. Without that the operating
/// system writes it later, if the next round does not take its place first.
async fn by_hand(client: &reqwest::Client, address: &str, path: &Path, on_disk: bool) -> Result<(), Failure> {
    let mut answer = client.get(address).send().await?.error_for_status()?;
    let mut file = BufWriter::with_capacity(1024 * 1024, File::create(path)?);
    while let Some(chunk) = answer.chunk().await? {
        file.write_all(&chunk)?;
    }
    file.flush()?;
    if on_disk {
        file.get_ref().sync_all()?;
    }
    Ok(())
}

/// The most memory that this process has had at once, in KiB; none where the system does not say.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

/// A directory that goes with its files.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Result<Self, Failure> {
        let path = std::env::temp_dir().join(format!("afflux-bench-{}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
