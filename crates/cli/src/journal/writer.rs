//! Writing a journal: one thread that owns the file, and one sync for all records that wait at the same time.

use std::{
    io,
    path::PathBuf,
    sync::Arc,
    thread::{Builder, JoinHandle},
};

use tokio::sync::{mpsc, oneshot};

use super::{file::JournalFile, record::Record};
use crate::failure::Failure;

/// Records on their way, and who waits for them.
struct Order {
    lines: String,
    written: Option<oneshot::Sender<Result<(), Arc<io::Error>>>>,
}

/// The writing end of a journal.
#[derive(Debug)]
pub(crate) struct Writer {
    path: PathBuf,
    orders: mpsc::UnboundedSender<Order>,
    thread: JoinHandle<Result<(), Arc<io::Error>>>,
}

impl Writer {
    pub(super) fn start(path: PathBuf, file: Box<dyn JournalFile>) -> Result<Self, Failure> {
        let (orders, queue) = mpsc::unbounded_channel();
        let thread = Builder::new()
            .name("journal".to_owned())
            .spawn(move || serve(file, queue))
            .map_err(|error| Failure::file("starting the journal's thread", &error))?;
        Ok(Self { path, orders, thread })
    }

    /// Writes records and returns when they are on the disk.
    pub(crate) async fn write(&self, records: &[Record]) -> Result<(), Failure> {
        if records.is_empty() {
            return Ok(());
        }
        let (written, waiting) = oneshot::channel();
        self.send(records, Some(written))?;
        match waiting.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.failed(&error)),
            Err(_) => Err(self.gone()),
        }
    }

    /// Hands a record over without waiting; a failure comes out of the next `write`, or of `close`.
    pub(crate) fn note(&self, record: &Record) -> Result<(), Failure> {
        self.send(std::slice::from_ref(record), None)
    }

    /// Writes what is left and lets the file go.
    pub(crate) async fn close(self) -> Result<(), Failure> {
        let Self { path, orders, thread } = self;
        drop(orders);
        let joined = tokio::task::spawn_blocking(move || thread.join()).await;
        match joined {
            Ok(Ok(Ok(()))) => Ok(()),
            Ok(Ok(Err(error))) => {
                Err(Failure::file(format!("writing the journal {}", path.display()), &error))
            }
            Ok(Err(_)) | Err(_) => Err(Failure::broken_file("the journal's thread ended early")),
        }
    }

    fn send(
        &self,
        records: &[Record],
        written: Option<oneshot::Sender<Result<(), Arc<io::Error>>>>,
    ) -> Result<(), Failure> {
        let lines: Result<String, _> = records.iter().map(Record::line).collect();
        let lines =
            lines.map_err(|error| Failure::broken_file(format!("a record cannot be written: {error}")))?;
        self.orders.send(Order { lines, written }).map_err(|_| self.gone())
    }

    fn failed(&self, error: &io::Error) -> Failure {
        Failure::file(format!("writing the journal {}", self.path.display()), error)
    }

    fn gone(&self) -> Failure {
        Failure::broken_file(format!("the journal {} is not being written any more", self.path.display()))
    }
}

/// The thread's work. After the first failure nothing is written any more: a record behind half a record would be
/// damage, and a call whose intent is not on the disk must not leave.
fn serve(
    mut file: Box<dyn JournalFile>,
    mut queue: mpsc::UnboundedReceiver<Order>,
) -> Result<(), Arc<io::Error>> {
    let mut state: Result<(), Arc<io::Error>> = Ok(());
    while let Some(first) = queue.blocking_recv() {
        let mut orders = vec![first];
        while let Ok(order) = queue.try_recv() {
            orders.push(order);
        }
        if state.is_ok() {
            let lines: String = orders.iter().map(|order| order.lines.as_str()).collect();
            state = file.append(lines.as_bytes()).and_then(|()| file.sync()).map_err(Arc::new);
        }
        for written in orders.into_iter().filter_map(|order| order.written) {
            // A call that is not waited for any more does not need to know.
            let _ = written.send(state.clone());
        }
    }
    state
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{
        super::{played::Disk, record::tests::samples},
        *,
    };

    #[tokio::test]
    async fn a_record_is_synced_before_its_writer_goes_on() {
        let disk = Disk::with_room(usize::MAX);
        let writer = Writer::start("j".into(), Box::new(disk.clone())).unwrap();
        for (index, record) in samples().iter().enumerate() {
            writer.write(std::slice::from_ref(record)).await.unwrap();
            assert!(disk.synced().ends_with(&record.line().unwrap()));
            assert_eq!(disk.syncs(), index + 1);
        }
        writer.close().await.unwrap();
    }

    #[test]
    fn records_that_wait_together_share_a_sync() {
        let disk = Disk::with_room(usize::MAX);
        let record = samples().swap_remove(1);
        let (orders, queue) = mpsc::unbounded_channel();
        for _ in 0..50 {
            orders.send(Order { lines: record.line().unwrap(), written: None }).unwrap();
        }
        drop(orders);
        serve(Box::new(disk.clone()), queue).unwrap();
        assert_eq!(disk.syncs(), 1);
    }

    #[tokio::test]
    async fn a_full_disk_is_told_to_everyone_who_writes_from_then_on() {
        let record = samples().swap_remove(1);
        let disk = Disk::with_room(record.line().unwrap().len() + 10);
        let writer = Writer::start("j".into(), Box::new(disk.clone())).unwrap();
        writer.write(std::slice::from_ref(&record)).await.unwrap();
        for _ in 0..2 {
            assert_eq!(writer.write(std::slice::from_ref(&record)).await.unwrap_err().exit.code(), 5);
        }
        let length = disk.written().len();
        assert_eq!(length, record.line().unwrap().len() + 10, "nothing is written behind half a record");
        assert!(writer.close().await.unwrap_err().text().contains("writing the journal j"));
    }
}
