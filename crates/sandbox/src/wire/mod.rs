//! HTTP/1.1 on a socket of our own, because a fault is a matter of bytes: what was read, what was written, and how the
//! connection ended. Routing and meaning are elsewhere.

mod answer;
mod connection;
mod port;
mod request;
mod server;

pub(crate) use answer::Answer;
pub(crate) use port::Port;
pub(crate) use request::Request;
pub(crate) use server::Server;
