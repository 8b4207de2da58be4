//! Takes requests from connections, lets faults strike, asks the vendor, and writes down what happened.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinSet;

use super::connection::{Connection, Received, Sent};
use super::{Answer, Port, Request};
use crate::clock::{Clock, later};
use crate::control;
use crate::fault::{CallSite, Fault, Kind, Plan, Twist};
use crate::log::{RequestLog, RequestRecord, Written};
use crate::mask::Masker;
use crate::vendor::Vendor;

/// Bodies beyond this are not kept in the log.
const MOST_LOGGED: usize = 64 * 1024;

/// One vendor on one port.
pub(crate) struct Server {
    pub(crate) vendor: Arc<dyn Vendor>,
    pub(crate) port: Arc<Port>,
    pub(crate) faults: Plan,
    pub(crate) log: RequestLog,
    pub(crate) clock: Clock,
}

/// Whether a connection goes on after a request.
enum After {
    Next(Connection),
    End,
}

impl Server {
    pub(crate) fn new(vendor: Arc<dyn Vendor>, port: Arc<Port>, clock: Clock) -> Self {
        Self { vendor, port, faults: Plan::default(), log: RequestLog::new(), clock }
    }

    /// Sets a fault; a closed port is closed when this returns.
    pub(crate) fn fault(&self, fault: Fault) {
        if fault.kind == Kind::Refuse && fault.skip == 0 {
            self.port.refuse(fault.refusal_time());
        } else {
            self.faults.push(fault);
        }
    }

    pub(crate) fn clear_faults(&self) {
        self.faults.clear();
        self.port.reopen();
    }

    /// Accepts connections for ever; dropping the future ends them all.
    pub(crate) async fn run(self: Arc<Self>) {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.port.accept() => match accepted {
                    Ok((stream, peer)) => {
                        let server = Arc::clone(&self);
                        connections.spawn(async move { server.converse(Connection::new(stream, peer)).await });
                    }
                    // Out of descriptors, or the peer left before we came: the next may do better.
                    Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
                },
                Some(_) = connections.join_next() => {}
            }
        }
    }

    async fn converse(&self, mut connection: Connection) {
        let mut closings = self.port.closings();
        loop {
            tokio::select! {
                biased;
                // The port was closed: idle connections go with it.
                _ = closings.changed() => return connection.close().await,
                there = connection.readable() => if !there { return },
            }
            if self.faults.watches_before_read() && self.struck_before_read(&mut connection).await {
                // A failure here means that the connection is gone already.
                let _ = connection.reset();
                return;
            }
            let after = match connection.receive().await {
                Received::Request(request) => self.respond(connection, &request).await,
                Received::Closed => return,
                Received::Broken { request, bytes } => {
                    self.note_unread(&connection, request.as_deref(), bytes, None);
                    return;
                }
                Received::Malformed { status, bytes } => {
                    self.note_unread(&connection, None, bytes, Some(status));
                    let answer = Answer::new(status, Some("text/plain"), "not an HTTP/1.1 request");
                    connection.send(&whole(&answer, &self.clock, true)).await;
                    connection.close().await;
                    return;
                }
            };
            match after {
                After::Next(next) => connection = next,
                After::End => return,
            }
        }
    }

    async fn struck_before_read(&self, connection: &mut Connection) -> bool {
        let Some((method, path)) = connection.peek_line().await else { return false };
        if control::is_control(&path) {
            return false;
        }
        let (relative, operation) = self.place(&method, &path);
        let site = CallSite { method: &method, path: &path, relative, operation };
        let Some(fault) = self.faults.take_before_read(site, |twist| self.vendor.honours(operation, twist))
        else {
            return false;
        };
        let mut record = self.blank_record(connection, 0);
        record.operation = operation.map(str::to_owned);
        record.path = self.vendor.masker().text(&path);
        record.method = method;
        record.fault = Some(fault.kind.name(fault.commits));
        record.finished = true;
        self.log.begin(record);
        true
    }

    fn place<'a>(&'a self, method: &str, path: &'a str) -> (Option<&'a str>, Option<&'a str>) {
        let relative = self.vendor.relative(path);
        (relative, relative.and_then(|relative| self.vendor.operation(method, relative)))
    }

    async fn respond(&self, mut connection: Connection, request: &Request) -> After {
        if control::is_control(&request.path) {
            let answer = control::answer(self, request);
            let sent = connection.send(&whole(&answer, &self.clock, !request.keep_alive)).await;
            return go_on(connection, request.keep_alive && !sent.failed).await;
        }
        let (relative, operation) = self.place(&request.method, &request.path);
        let mut record = self.record_of(&connection, request, operation);
        record.read_complete = true;
        let under_way = match self.vendor.admit(operation) {
            Ok(under_way) => under_way,
            Err(refusal) => return self.refuse(connection, request, record, &refusal).await,
        };
        let site = CallSite { method: &request.method, path: &request.path, relative, operation };
        let verdict = self.faults.take(site, |twist| self.vendor.honours(operation, twist));
        record.fault = verdict.fault.as_ref().map(|fault| fault.kind.name(fault.commits));
        let number = self.log.begin(record);
        let after = self.play(connection, request, verdict.fault, number).await;
        if let Some(refusal) = verdict.then_refuse {
            self.port.refuse(refusal.time);
        }
        drop(under_way);
        self.log.finish(number);
        match after {
            After::Next(connection) => go_on(connection, request.keep_alive).await,
            After::End => After::End,
        }
    }

    /// Answers a call that was not let in.
    async fn refuse(
        &self,
        connection: Connection,
        request: &Request,
        record: RequestRecord,
        refusal: &Answer,
    ) -> After {
        let number = self.log.begin(record);
        let after = self.write(connection, request, refusal, number).await;
        self.log.finish(number);
        match after {
            After::Next(connection) => go_on(connection, request.keep_alive).await,
            After::End => After::End,
        }
    }

    /// Asks the vendor, and notes that it was asked.
    async fn handled(&self, request: &Request, number: u64, twist: Option<Twist>) -> Answer {
        let answer = self.vendor.handle(request, twist).await;
        self.log.update(number, |record| {
            record.handled = true;
            record.committed = answer.committed;
        });
        answer
    }

    async fn play(
        &self,
        mut connection: Connection,
        request: &Request,
        fault: Option<Fault>,
        number: u64,
    ) -> After {
        let Some(Fault { kind, commits, dated, .. }) = fault else {
            let answer = self.handled(request, number, None).await;
            return self.write(connection, request, &answer, number).await;
        };
        let twist = if let Kind::Twist(twist) = kind { Some(twist) } else { None };
        let answer =
            if commits || twist.is_some() { Some(self.handled(request, number, twist).await) } else { None };
        // Faults that spoil the vendor's own answer always have one; the default is never seen.
        let own = || answer.clone().unwrap_or_else(|| Answer::new(500, None, ""));
        match kind {
            Kind::Refuse | Kind::ResetBeforeRead | Kind::Reset => {
                // A failure here means that the connection is gone already.
                let _ = connection.reset();
                After::End
            }
            Kind::Stall => {
                connection.until_client_leaves().await;
                self.log.update(number, |record| record.client_left = true);
                After::End
            }
            Kind::Delay(wait) => {
                tokio::time::sleep(wait).await;
                self.write(connection, request, &own(), number).await
            }
            Kind::Twist(_) => self.write(connection, request, &own(), number).await,
            Kind::RateLimited { wait } => {
                let told = if dated { wait.map(|wait| self.date_in(wait)) } else { None };
                let answer = with_retry_after(self.vendor.rate_limited(&request.path, wait), wait, told);
                self.write(connection, request, &answer, number).await
            }
            Kind::ServerError { status } => {
                self.write(connection, request, &self.vendor.server_error(&request.path, status), number)
                    .await
            }
            Kind::Answer { status, content_type, body } => {
                self.write(connection, request, &Answer::new(status, content_type, body), number).await
            }
            Kind::TruncatedJson => {
                let mut answer = own();
                answer.body.truncate(answer.body.len() / 2);
                self.write(connection, request, &answer, number).await
            }
            Kind::SlowDrip { bytes, interval } => {
                let text = whole(&own(), &self.clock, !request.keep_alive);
                self.note_answer(number, &connection, own().status);
                let sent = connection.drip(&text, bytes, interval).await;
                self.note_sent(number, &sent, true);
                if sent.failed { After::End } else { After::Next(connection) }
            }
            Kind::HalfAnswer => {
                let answer = own();
                let mut text = answer.head(answer.body.len(), self.clock.now(), false).into_bytes();
                text.extend(answer.body.iter().take(answer.body.len() / 2));
                self.write_and_end(connection, &answer, &text, number).await
            }
            Kind::WrongContentLength => {
                let answer = own();
                let mut text = answer.head(answer.body.len() / 2, self.clock.now(), false).into_bytes();
                text.extend_from_slice(&answer.body);
                self.write_and_end(connection, &answer, &text, number).await
            }
        }
    }

    /// Writes an answer as it should be.
    async fn write(
        &self,
        mut connection: Connection,
        request: &Request,
        answer: &Answer,
        number: u64,
    ) -> After {
        self.note_answer(number, &connection, answer.status);
        let mut text = whole(answer, &self.clock, !request.keep_alive);
        if request.method == "HEAD" {
            text.truncate(text.len().saturating_sub(answer.body.len()));
        }
        let sent = connection.send(&text).await;
        self.note_sent(number, &sent, true);
        if sent.failed { After::End } else { After::Next(connection) }
    }

    /// Writes bytes that are not a good answer, and closes.
    async fn write_and_end(
        &self,
        mut connection: Connection,
        answer: &Answer,
        text: &[u8],
        number: u64,
    ) -> After {
        self.note_answer(number, &connection, answer.status);
        let sent = connection.send(text).await;
        self.note_sent(number, &sent, false);
        connection.close().await;
        After::End
    }

    /// The date after a wait, in whole seconds, as headers write it.
    fn date_in(&self, wait: Duration) -> String {
        let date = later(self.clock.now(), wait.saturating_add(Duration::from_millis(999)));
        date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    fn note_answer(&self, number: u64, connection: &Connection, status: u16) {
        let left = connection.client_left();
        self.log.update(number, |record| {
            record.status = Some(status);
            record.client_left = left;
        });
    }

    fn note_sent(&self, number: u64, sent: &Sent, complete: bool) {
        self.log.update(number, |record| record.written = sent.extent(complete));
    }

    /// Notes a request that never came to its end.
    fn note_unread(
        &self,
        connection: &Connection,
        request: Option<&Request>,
        bytes: u64,
        status: Option<u16>,
    ) {
        let mut record = match request {
            Some(request) => {
                self.record_of(connection, request, self.place(&request.method, &request.path).1)
            }
            None => self.blank_record(connection, bytes),
        };
        record.status = status;
        record.client_left = status.is_none();
        record.finished = true;
        self.log.begin(record);
    }

    fn blank_record(&self, connection: &Connection, bytes_read: u64) -> RequestRecord {
        RequestRecord {
            number: 0,
            at: self.clock.now(),
            peer: connection.peer().to_string(),
            method: String::new(),
            path: String::new(),
            operation: None,
            query: Vec::new(),
            headers: Vec::new(),
            body: None,
            bytes_read,
            read_complete: false,
            handled: false,
            committed: false,
            fault: None,
            status: None,
            written: Written::Nothing,
            client_left: false,
            finished: false,
        }
    }

    fn record_of(
        &self,
        connection: &Connection,
        request: &Request,
        operation: Option<&str>,
    ) -> RequestRecord {
        let masker = self.vendor.masker();
        let shown = |pairs: &[(String, String)]| {
            pairs.iter().map(|(name, value)| (name.clone(), masker.field(name, value))).collect()
        };
        RequestRecord {
            method: request.method.clone(),
            path: masker.text(&request.path),
            operation: operation.map(str::to_owned),
            query: shown(&request.query),
            headers: shown(&request.headers),
            body: logged_body(request, &masker),
            ..self.blank_record(connection, request.bytes_read)
        }
    }
}

/// The body as the log shows it. Other text than JSON and forms may hide a secret where no name leads to it; only its
/// length is told.
fn logged_body(request: &Request, masker: &Masker) -> Option<Value> {
    if request.body.is_empty() {
        return None;
    }
    if request.body.len() <= MOST_LOGGED {
        if let Some(pairs) = request.form() {
            let shown =
                pairs.into_iter().map(|(name, value)| (masker.text(&name), masker.field(&name, &value)));
            return Some(shown.map(|(name, value)| (name, Value::from(value))).collect());
        }
        if let Ok(body) = serde_json::from_slice::<Value>(&request.body) {
            return Some(masker.json(&body));
        }
    }
    Some(Value::from(format!("({} bytes)", request.body.len())))
}

fn whole(answer: &Answer, clock: &Clock, close: bool) -> Vec<u8> {
    let mut text = answer.head(answer.body.len(), clock.now(), close).into_bytes();
    text.extend_from_slice(&answer.body);
    text
}

fn with_retry_after(mut answer: Answer, wait: Option<Duration>, date: Option<String>) -> Answer {
    if let Some(date) = date {
        // A wait that is told in both ways would hide what becomes of the date.
        answer.headers.retain(|(name, _)| !name.ends_with("Retry-After"));
        return answer.header("Retry-After", date);
    }
    let says_it = answer.headers.iter().any(|(name, _)| name.ends_with("Retry-After"));
    match wait.filter(|_| !says_it) {
        Some(wait) => {
            let whole = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            answer.header("Retry-After", whole.to_string())
        }
        None => answer,
    }
}

async fn go_on(connection: Connection, keep_alive: bool) -> After {
    if keep_alive {
        return After::Next(connection);
    }
    connection.close().await;
    After::End
}
