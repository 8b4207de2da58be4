//! Starting and stopping: one thread with a runtime of its own per sandbox, so that it answers whatever the caller's
//! runtime is doing, and callers without any runtime can use it.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::altercpa::AlterCpa;
use crate::clevertap::CleverTap;
use crate::clock::Clock;
use crate::irev::Irev;
use crate::partnerize::Partnerize;
use crate::spec::SpecError;
use crate::wire::{Port, Server};

/// Running stand-ins of the vendors. They stop when this is dropped.
#[derive(Debug)]
pub struct Sandbox {
    vendors: Vendors,
    clock: Clock,
    thread: Thread,
}

/// The handles of all stand-ins. Each has a port number of its own, counted from the first port, that never changes: a
/// further vendor takes the next.
#[derive(Debug, Clone)]
struct Vendors {
    irev: Irev,
    altercpa: AlterCpa,
    clevertap: CleverTap,
    partnerize: Partnerize,
}

impl Vendors {
    fn open(builder: &SandboxBuilder, clock: &Clock) -> Result<Self, StartError> {
        Ok(Self {
            irev: Irev::new(builder.port(0)?, builder.seed, clock)?,
            altercpa: AlterCpa::new(builder.port(1)?, builder.seed, clock)?,
            clevertap: CleverTap::new(builder.port(2)?, builder.seed, clock)?,
            partnerize: Partnerize::new(builder.port(3)?, builder.seed, clock)?,
        })
    }

    fn servers(&self) -> Vec<Arc<Server>> {
        vec![self.irev.server(), self.altercpa.server(), self.clevertap.server(), self.partnerize.server()]
    }

    fn access(&self) -> Value {
        json!({
            "irev": self.irev.access(),
            "altercpa": self.altercpa.access(),
            "clevertap": self.clevertap.access(),
            "partnerize": self.partnerize.access(),
        })
    }
}

/// How a sandbox is to be; every option may be left out.
#[derive(Debug, Clone)]
#[must_use = "a builder starts nothing until `start` is called"]
pub struct SandboxBuilder {
    seed: u64,
    port_base: Option<u16>,
    time_scale: f64,
    clock: Option<Clock>,
}

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The port could not be opened; another program may have it.
    #[error("port {port} on 127.0.0.1 cannot be opened")]
    Bind {
        /// The port that was asked for; 0 is any free one.
        port: u16,
        /// What the operating system said.
        source: io::Error,
    },
    /// The description of a vendor's operations is broken.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// The scale is not a finite number above zero.
    #[error("a time scale must be a number above zero, not {0}")]
    TimeScale(f64),
    /// No thread or runtime could be had.
    #[error("the sandbox's thread cannot be started")]
    Thread(#[source] io::Error),
}

/// The thread that serves, and how to end it.
#[derive(Debug)]
struct Thread {
    stop: Option<oneshot::Sender<()>>,
    handle: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts all vendors on free ports, with seed 1 and the machine's time.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// Options.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder { seed: 1, port_base: None, time_scale: 1.0, clock: None }
    }

    /// The stand-in of iREV.
    pub fn irev(&self) -> &Irev {
        &self.vendors.irev
    }

    /// The stand-in of AlterCPA.
    pub fn altercpa(&self) -> &AlterCpa {
        &self.vendors.altercpa
    }

    /// The stand-in of CleverTap.
    pub fn clevertap(&self) -> &CleverTap {
        &self.vendors.clevertap
    }

    /// The stand-in of Partnerize.
    pub fn partnerize(&self) -> &Partnerize {
        &self.vendors.partnerize
    }

    /// Moves the time of all vendors forward.
    pub fn advance_clock(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Where the vendors are and how to get in, as the program prints it in its first line.
    pub fn access(&self) -> Value {
        self.vendors.access()
    }

    /// Stops the servers. Open connections end; when this returns the ports are free.
    pub async fn shutdown(mut self) {
        if let Some(stop) = self.thread.stop.take() {
            // The other end is gone only when the thread has ended already.
            let _ = stop.send(());
        }
        if let Some(handle) = self.thread.handle.take() {
            let (done, ended) = oneshot::channel();
            // Joining blocks, so it happens elsewhere; a thread that cannot be had leaves the join to nobody.
            let waiter = std::thread::Builder::new().spawn(move || {
                let _ = handle.join();
                let _ = done.send(());
            });
            if waiter.is_ok() {
                let _ = ended.await;
            }
        }
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(handle) = self.handle.take() {
            // The thread only polls; it ends within a moment, and afterwards the ports are free.
            let _ = handle.join();
        }
    }
}

impl SandboxBuilder {
    /// Decides every uuid and every made-up person.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The first port: iREV listens there, AlterCPA, CleverTap and Partnerize on the next
    /// ones. Without it, any free ports.
    pub fn port_base(mut self, port: u16) -> Self {
        self.port_base = Some(port);
        self
    }

    /// Multiplies the lengths of time that a vendor fixes (rate windows, the identical-body window, the rotation, an
    /// advertiser's delay): with 0.01 an 85 s timeout takes 0.85 s. Timestamps and the waits of faults are not scaled.
    pub fn time_scale(mut self, scale: f64) -> Self {
        self.time_scale = scale;
        self
    }

    /// Another time than the machine's.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Starts.
    pub async fn start(self) -> Result<Sandbox, StartError> {
        let (ready, started) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        let handle = std::thread::Builder::new()
            .name("afflux-sandbox".to_owned())
            .spawn(move || self.serve(ready, stopped))
            .map_err(StartError::Thread)?;
        let thread = Thread { stop: Some(stop), handle: Some(handle) };
        match started.await {
            Ok(Ok((vendors, clock))) => Ok(Sandbox { vendors, clock, thread }),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(StartError::Thread(io::Error::other("the thread ended while starting"))),
        }
    }

    /// The thread's work: opens the ports, tells how that went, serves until told to stop.
    fn serve(
        self,
        ready: oneshot::Sender<Result<(Vendors, Clock), StartError>>,
        stopped: oneshot::Receiver<()>,
    ) {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                // Nobody to tell: the starter has gone away.
                let _ = ready.send(Err(StartError::Thread(error)));
                return;
            }
        };
        runtime.block_on(async move {
            match self.open() {
                Err(error) => drop(ready.send(Err(error))),
                Ok((vendors, clock)) => {
                    let servers = vendors.servers();
                    let ports: Vec<_> = servers.iter().map(|server| Arc::clone(&server.port)).collect();
                    if ready.send(Ok((vendors, clock))).is_ok() {
                        let mut running: JoinSet<()> = servers.into_iter().map(Server::run).collect();
                        tokio::select! {
                            // A server runs for ever; should one end, all do.
                            _ = running.join_next() => {}
                            _ = stopped => {}
                        }
                        running.shutdown().await;
                        // Handles that outlive the sandbox must not keep the ports.
                        for port in ports {
                            port.shut();
                        }
                    }
                }
            }
        });
    }

    fn open(&self) -> Result<(Vendors, Clock), StartError> {
        if !(self.time_scale.is_finite() && self.time_scale > 0.0) {
            return Err(StartError::TimeScale(self.time_scale));
        }
        let clock = self.clock.clone().unwrap_or_else(Clock::system).with_scale(self.time_scale);
        let vendors = Vendors::open(self, &clock)?;
        Ok((vendors, clock))
    }

    /// Opens the port of the vendor with this number.
    fn port(&self, number: u16) -> Result<Arc<Port>, StartError> {
        let port = match self.port_base.unwrap_or(0) {
            0 => 0,
            first => first.checked_add(number).ok_or_else(|| StartError::Bind {
                port: first,
                source: io::Error::new(io::ErrorKind::InvalidInput, "too few ports are left above it"),
            })?,
        };
        Port::open(port).map_err(|source| StartError::Bind { port, source })
    }
}
