//! Whole answers: any status, headers and body, to any operation. Through classification, errors, waits, paging and jobs.

use std::sync::Arc;

use afflux::core::{
    clock::SystemClock,
    dynamic::{self, Parameters},
    engine::EngineBuilder,
    job::Job,
    limit::LocalLimiter,
    operation::Operation,
    request::Request,
    retry::RetryPolicy,
    transport::{MockTransport, Reply},
};

use super::run;
use crate::vendors::{Access, VENDORS};

/// More pages than that are no listing but a loop, which ends by its own rules.
const PAGES: usize = 4;

/// The first bytes choose vendor, operation and status; lines of headers follow until an empty one, then the body.
///
/// # Panics
/// If a reader does what it must not.
pub fn answers(bytes: &[u8]) {
    let [vendor, operation, status @ .., _] = &*[bytes, &[0; 5]].concat()[..5].to_vec() else { return };
    let vendor = VENDORS[usize::from(*vendor) % VENDORS.len()];
    let operation = vendor.operations()[usize::from(*operation) % vendor.operations().len()];
    let status = 200 + u16::from_le_bytes([status[0], status[1]]) % 400;
    let text = bytes.get(4..).unwrap_or_default();
    let end = text.windows(2).position(|two| two == b"\n\n").unwrap_or(0);
    let (head, body) = (String::from_utf8_lossy(&text[..end]), text[end..].to_vec());
    let reply = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .fold(Reply::answer(status, body), |reply, (name, value)| reply.header(name, value));
    let transport = MockTransport::new(move |_| reply.clone());
    let seen = transport.clone();
    let access =
        Access { base: "https://vendor.example".to_owned(), secrets: vec!["made-up-secret".to_owned(); 5] };
    let engine = vendor.engine(&access, move |engine| settings(engine, transport));
    let request = request(operation);
    run(async {
        match engine.execute(request.clone()).await {
            Ok(raw) => drop(format!("{raw:?}")),
            Err(error) => drop((format!("{error} {error:?} {}", error.next_step()), error.retry_after())),
        }
        let mut pager = engine.pager(request.clone(), None);
        for _ in 0..PAGES {
            let _ = pager.next_texts().await;
        }
        let _ = serde_json::to_string(&pager.resume());
        if operation.job.is_some()
            && let Ok(raw) = engine.execute(request).await
            && let Ok(mut job) = Job::started(&engine, operation, &raw)
        {
            let _ = job.poll().await;
        }
    });
    for request in seen.seen() {
        assert_eq!(request.origin, "https://vendor.example", "a foreign host was asked");
    }
}

fn settings(engine: EngineBuilder, transport: MockTransport) -> EngineBuilder {
    let unlimited = LocalLimiter::new(Vec::new(), Arc::new(SystemClock)).unwrap();
    let once = RetryPolicy::default().attempts(2);
    engine.transport(Arc::new(transport)).limiter(Arc::new(unlimited)).retry(once)
}

/// A request that nobody checked: what it says is not what is read here.
fn request(operation: &'static Operation) -> Request {
    let names = operation.parameters.iter().map(|parameter| (parameter.name.to_owned(), "x".into()));
    let given = serde_json::Value::Object(names.collect()).to_string();
    let found = dynamic::request(operation, &Parameters::parse(&given).unwrap(), true);
    found.unwrap_or_else(|_| panic!("{} cannot be asked as given", operation.id))
}
