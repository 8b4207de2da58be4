//! The vendors in a process of their own: this very program, started again, which serves, fails in many ways, and tells
//! at the end what it holds.

use std::{
    collections::HashMap,
    env, fs,
    io::{BufRead as _, BufReader, Read as _, Write as _, stdin},
    net::TcpStream,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use afflux_sandbox::{Fault, Sandbox, irev};
use serde_json::{Value, json};

use crate::account::Sort;

/// Set where this process is the vendors'; it says how many events are to be kept.
const SERVES: &str = "AFFLUX_LOAD_SERVES";

/// Marks our lines among those of the test harness.
const MARK: &str = "load: ";

/// How often something goes wrong at each vendor.
const PACE: Duration = Duration::from_millis(30);

/// The process of the vendors, as the caller sees it. It ends with its standard input.
pub(crate) struct Vendors {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    access: Value,
}

impl Vendors {
    pub(crate) fn start(events: usize) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "the_vendors_in_a_process_of_their_own", "--nocapture"])
            .env(SERVES, events.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut vendors = Self { child, input, output, access: Value::Null };
        vendors.access = serde_json::from_str(&vendors.line()).unwrap();
        vendors
    }

    pub(crate) fn access(&self) -> &Value {
        &self.access
    }

    /// The next line that is ours.
    fn line(&mut self) -> String {
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the vendors have ended");
            if let Some((_, text)) = line.split_once(MARK) {
                return text.to_owned();
            }
        }
    }

    /// How many faults were played, and how often each id is held.
    pub(crate) fn ledger(&mut self) -> (u64, HashMap<String, u32>) {
        let path = env::temp_dir().join(format!("afflux-load-{}", std::process::id()));
        writeln!(self.input.as_mut().unwrap(), "{}", path.display()).unwrap();
        let faults = self.line().trim().parse().unwrap();
        let mut held = HashMap::new();
        for id in fs::read_to_string(&path).unwrap().lines() {
            *held.entry(id.to_owned()).or_default() += 1;
        }
        fs::remove_file(path).unwrap();
        (faults, held)
    }
}

impl Drop for Vendors {
    fn drop(&mut self) {
        drop(self.input.take());
        // It ends with its input; should it not, it is ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves until the input ends, if this process is there for it.
pub(crate) fn serve() {
    let Ok(events) = env::var(SERVES) else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let sandbox = Arc::new(runtime.block_on(Sandbox::start()).unwrap());
    sandbox.irev().configure(|switches| switches.limits = irev::Limits::None);
    sandbox
        .clevertap()
        .configure(|switches| switches.kept_attributions = events.parse::<usize>().unwrap() * 2);
    sandbox.clevertap().whitelist("acme-ads");
    let mut access = sandbox.access();
    access["load"] = json!({ "click": sandbox.altercpa().seed_clicks(1)[0] });
    println!("{MARK}{access}");
    let over = Arc::new(AtomicBool::new(false));
    let trouble = thread::spawn({
        let (sandbox, over) = (Arc::clone(&sandbox), Arc::clone(&over));
        move || make_trouble(&sandbox, &over)
    });
    for path in stdin().lock().lines() {
        over.store(true, Ordering::Relaxed);
        fs::write(path.unwrap(), held(&sandbox)).unwrap();
        println!("{MARK}{}", faults_played(&sandbox));
    }
    over.store(true, Ordering::Relaxed);
    trouble.join().unwrap();
}

/// One of everything at each vendor, in turn. What lies about its effect is only there where the vendor has a key, or
/// forbids a repeat: CleverTap asks for a repeat after a 5xx and would store twice what it said it had not.
fn make_trouble(sandbox: &Sandbox, over: &AtomicBool) {
    const WAIT: Option<Duration> = Some(Duration::from_secs(1));
    let lost: [fn() -> Fault; 9] = [
        Fault::reset_before_read,
        Fault::reset_before_commit,
        Fault::reset_after_commit,
        Fault::half_answer,
        Fault::stall,
        || Fault::stall().after_commit(),
        || Fault::rate_limited(None),
        || Fault::server_error(503),
        || Fault::html(502),
    ];
    let lies: [fn() -> Fault; 3] = [
        || Fault::server_error(500).after_commit(),
        || Fault::html(504).after_commit(),
        || Fault::rate_limited(WAIT),
    ];
    let all: Vec<_> = lost.iter().chain(&lies).collect();
    for turn in 0.. {
        if over.load(Ordering::Relaxed) {
            return;
        }
        sandbox.clevertap().fault(lost[turn % lost.len()]().on_operation("attributeEvent").once());
        sandbox.irev().fault(all[turn % all.len()]().on_operation("pushLead").once());
        let database = [|| Fault::db(), || Fault::db().after_commit()];
        let create = if turn % 7 == 0 { database[turn / 7 % 2]() } else { all[turn % all.len()]() };
        sandbox.altercpa().fault(create.on_operation("createLead").once());
        thread::sleep(PACE);
    }
}

/// How many faults struck, by the control API's counters.
fn faults_played(sandbox: &Sandbox) -> u64 {
    let vendors = [sandbox.clevertap().address(), sandbox.irev().address(), sandbox.altercpa().address()];
    let counted = vendors.map(|address| {
        let mut connection = TcpStream::connect(address).unwrap();
        let request = "GET /__sim/counters HTTP/1.1\r\nHost: load\r\nConnection: close\r\n\r\n";
        connection.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        serde_json::from_str::<Value>(body).unwrap()["faults_played"].as_u64().unwrap()
    });
    counted.iter().sum()
}

/// The id of everything that is held, one a line.
fn held(sandbox: &Sandbox) -> String {
    let mut ids = String::new();
    let mut add = |sort: Sort, id: &str| {
        assert!(id.starts_with(sort.letter()), "{id} is not ours");
        ids.push_str(id);
        ids.push('\n');
    };
    for event in sandbox.clevertap().attributions() {
        add(Sort::Event, &event.device);
    }
    for lead in sandbox.irev().leads() {
        add(Sort::Push, lead.text("aff_sub").unwrap());
    }
    for ((_, exto), count) in sandbox.altercpa().stored_by_combination() {
        for _ in 0..count {
            add(Sort::Create, exto.as_deref().unwrap());
        }
    }
    ids
}
