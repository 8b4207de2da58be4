//! Everything that any library in the process logs, at the level TRACE, those that use the crate `log` included.

use std::{
    io,
    sync::{Mutex, MutexGuard, Once, PoisonError},
};

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static LISTENER: Mutex<()> = Mutex::new(());

/// Whoever listens: one at a time, so that what it hears is its own.
#[derive(Debug)]
pub struct Listener {
    _alone: MutexGuard<'static, ()>,
}

struct Writer;

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        log().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn log() -> MutexGuard<'static, Vec<u8>> {
    LOG.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Listens from now on, as soon as nobody else does.
pub fn listen() -> Listener {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
            .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(|| Writer)
            .init();
    });
    let listener = Listener { _alone: LISTENER.lock().unwrap_or_else(PoisonError::into_inner) };
    listener.take();
    listener
}

impl Listener {
    /// What was logged since the last time.
    pub fn take(&self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut *log())).into_owned()
    }
}
