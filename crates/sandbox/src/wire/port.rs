//! One listening port that can be closed and opened again at any moment, so that connecting is really refused.
//!
//! While closed, the address is held by a socket that is bound and does not listen: the operating system refuses
//! connections to it, and nobody else is given the port.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::sync::lock;

const BACKLOG: u32 = 1024;
const REOPEN_EVERY: Duration = Duration::from_millis(10);

/// A port on loopback.
pub(crate) struct Port {
    address: SocketAddr,
    runtime: Handle,
    slot: Mutex<Slot>,
    /// Counts closings; connections that wait for a request end when it changes.
    closings: watch::Sender<u64>,
}

struct Slot {
    state: State,
    waker: Option<Waker>,
}

enum State {
    Open(TcpListener),
    /// The socket holds the address; `None` when the operating system did not give it back yet.
    Closed(Option<TcpSocket>),
    /// For good: the server has stopped.
    Shut,
}

impl Port {
    /// Opens the port (0: any free one). Must be called inside the runtime that will accept.
    pub(crate) fn open(port: u16) -> io::Result<Arc<Self>> {
        let listener = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?.listen(BACKLOG)?;
        let address = listener.local_addr()?;
        let slot = Mutex::new(Slot { state: State::Open(listener), waker: None });
        Ok(Arc::new(Self { address, runtime: Handle::current(), slot, closings: watch::Sender::new(0) }))
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes with every closing.
    pub(crate) fn closings(&self) -> watch::Receiver<u64> {
        self.closings.subscribe()
    }

    /// The next connection; waits as long as the port is closed.
    pub(crate) async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        std::future::poll_fn(|context| {
            let mut slot = lock(&self.slot);
            // Kept in both states: the port may be closed while the task waits for a connection.
            slot.waker = Some(context.waker().clone());
            match &slot.state {
                State::Open(listener) => listener.poll_accept(context),
                State::Closed(_) | State::Shut => Poll::Pending,
            }
        })
        .await
    }

    /// Closes the port now; it opens again after `time`, or with [`reopen`](Port::reopen).
    pub(crate) fn refuse(self: &Arc<Self>, time: Option<Duration>) {
        {
            let _context = self.runtime.enter();
            let mut slot = lock(&self.slot);
            if let State::Open(listener) = &slot.state {
                stop_listening(listener);
                slot.state = State::Closed(None);
                slot.state = State::Closed(bind(self.address).ok());
            }
        }
        self.closings.send_modify(|count| *count += 1);
        if let Some(time) = time {
            let closing = *self.closings.borrow();
            let port = Arc::downgrade(self);
            self.runtime.spawn(async move {
                tokio::time::sleep(time).await;
                // A later closing has a time of its own.
                if let Some(port) = port.upgrade().filter(|port| *port.closings.borrow() == closing) {
                    port.reopen();
                }
            });
        }
    }

    /// Opens the port again, if it is closed.
    pub(crate) fn reopen(self: &Arc<Self>) {
        if self.try_reopen().is_ok() {
            return;
        }
        let port = Arc::downgrade(self);
        self.runtime.spawn(async move {
            loop {
                tokio::time::sleep(REOPEN_EVERY).await;
                match port.upgrade() {
                    Some(port) if port.try_reopen().is_err() => {}
                    _ => return,
                }
            }
        });
    }

    /// Closes the port for good and gives it back to the system.
    pub(crate) fn shut(&self) {
        let _context = self.runtime.enter();
        let mut slot = lock(&self.slot);
        if let State::Open(listener) = &slot.state {
            stop_listening(listener);
        }
        slot.state = State::Shut;
    }

    fn try_reopen(&self) -> io::Result<()> {
        let _context = self.runtime.enter();
        let mut slot = lock(&self.slot);
        if let State::Closed(held) = &mut slot.state {
            let socket = match held.take() {
                Some(socket) => socket,
                None => bind(self.address)?,
            };
            slot.state = State::Open(socket.listen(BACKLOG)?);
            if let Some(waker) = slot.waker.take() {
                waker.wake();
            }
        }
        Ok(())
    }
}

/// Ends listening at once. Dropping alone would not do while a child process that is just being started still has a
/// copy of the socket. Where the system has no such call for listeners, dropping has to do.
fn stop_listening(listener: &TcpListener) {
    let _ = socket2::SockRef::from(listener).shutdown(std::net::Shutdown::Both);
}

fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // Connections of before may linger in TIME_WAIT. On Windows the option would let two sockets share a port.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}
