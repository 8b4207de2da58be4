//! What the handles of all vendors have in common: where the stand-in listens, its faults, its log, its time and its
//! switches. A vendor's own file adds what only that vendor has.

/// Gives a handle the methods that every vendor's has.
///
/// The handle holds `server: Arc<Server>` and `stand_in: Arc<_>`, where the stand-in has a `clock: Clock` and a
/// `state: Mutex<_>` with `switches`.
macro_rules! handle {
    ($handle:ident, $switches:ty) => {
        impl $handle {
            pub(crate) fn server(&self) -> std::sync::Arc<$crate::wire::Server> {
                std::sync::Arc::clone(&self.server)
            }

            /// Scheme, host and port.
            pub fn origin(&self) -> String {
                format!("http://{}", self.address())
            }

            /// The address on which it listens.
            pub fn address(&self) -> std::net::SocketAddr {
                self.server.port.address()
            }

            /// Where the control API is.
            pub fn control_url(&self) -> String {
                format!("{}/__sim", self.origin())
            }

            /// Sets a fault, behind those that are set already.
            pub fn fault(&self, fault: $crate::fault::Fault) {
                self.server.fault(fault);
            }

            /// Forgets all faults and opens a closed port.
            pub fn clear_faults(&self) {
                self.server.clear_faults();
            }

            /// The requests that were seen (the last 10,000), those to the control API not among them. A request is in
            /// the log as soon as it has been read; [`settled`](Self::settled) waits until its record is complete.
            pub fn requests(&self) -> Vec<$crate::log::RequestRecord> {
                self.server.log.records()
            }

            /// Waits until no request is under way, then answers the log.
            pub async fn settled(&self) -> Vec<$crate::log::RequestRecord> {
                self.server.log.settled().await;
                self.requests()
            }

            /// Empties the request log. Requests under way stay.
            pub fn clear_requests(&self) {
                self.server.log.clear();
            }

            /// Moves the sandbox's time forward, for all vendors; what waits in it goes on.
            pub fn advance_clock(&self, by: std::time::Duration) {
                self.stand_in.clock.advance(by);
            }

            /// The sandbox's present time.
            pub fn now(&self) -> jiff::Timestamp {
                self.stand_in.clock.now()
            }

            /// Changes switches.
            pub fn configure(&self, change: impl FnOnce(&mut $switches)) {
                change(&mut $crate::sync::lock(&self.stand_in.state).switches);
            }

            /// The switches as they stand.
            pub fn switches(&self) -> $switches {
                $crate::sync::lock(&self.stand_in.state).switches.clone()
            }
        }

        impl std::fmt::Debug for $handle {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter
                    .debug_struct(stringify!($handle))
                    .field("address", &self.address())
                    .finish_non_exhaustive()
            }
        }
    };
}

pub(crate) use handle;
