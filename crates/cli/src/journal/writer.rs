//! Writing a journal: one thread that owns the file, and one sync for all records that wait at the same time.

use std::{
    io,
    path::PathBuf,
    sync::Arc,
    thread::{Builder, JoinHandle},
};

use tokio::sync::{mpsc, oneshot};

use super::record::Record;
use crate::{disk::DiskFile, failure::Failure};

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
    pub(super) fn start(path: PathBuf, file: Box<dyn DiskFile>) -> Result<Self, Failure> {
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

/// The thread's work. What comes back is the first failure; a job stops at it.
fn serve(
    mut file: Box<dyn DiskFile>,
    mut queue: mpsc::UnboundedReceiver<Order>,
) -> Result<(), Arc<io::Error>> {
    let mut first_failure = Ok(());
    // Behind half a record, or one that nobody knows to be on the disk, nothing is written any more.
    let mut broken: Result<(), Arc<io::Error>> = Ok(());
    while let Some(first) = queue.blocking_recv() {
        let mut orders = vec![first];
        while let Ok(order) = queue.try_recv() {
            orders.push(order);
        }
        let written = match &broken {
            Ok(()) => write(&mut *file, &orders).unwrap_or_else(|error| {
                broken = Err(Arc::new(error));
                orders.iter().map(|_| broken.clone()).collect()
            }),
            Err(_) => orders.iter().map(|_| broken.clone()).collect(),
        };
        for (order, result) in orders.into_iter().zip(written) {
            if first_failure.is_ok() {
                first_failure.clone_from(&result);
            }
            // A call that is not waited for any more does not need to know.
            let _ = order.written.map(|written| written.send(result));
        }
    }
    first_failure
}

/// Writes each order whole or not at all: of intents that are not on the disk no call leaves, and an outcome of a call
/// that did leave may still find room where an intent did not. An error is one after which the file cannot be trusted.
fn write(file: &mut dyn DiskFile, orders: &[Order]) -> io::Result<Vec<Result<(), Arc<io::Error>>>> {
    let mut whole = file.length()?;
    let lines: String = orders.iter().map(|order| order.lines.as_str()).collect();
    let written = match file.write_all(lines.as_bytes()) {
        Ok(()) => orders.iter().map(|_| Ok(())).collect(),
        Err(_) => {
            file.cut(whole)?;
            let mut each = Vec::with_capacity(orders.len());
            for order in orders {
                each.push(match file.write_all(order.lines.as_bytes()) {
                    Ok(()) => Ok(()),
                    Err(error) => {
                        file.cut(whole)?;
                        Err(Arc::new(error))
                    }
                });
                whole = file.length()?;
            }
            each
        }
    };
    file.sync()?;
    Ok(written)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::Path;

    use super::{super::record::tests::samples, *};
    use crate::disk::{Disk, small::SmallDisk};

    fn record() -> Record {
        samples().swap_remove(1)
    }

    fn length() -> u64 {
        u64::try_from(record().line().unwrap().len()).unwrap()
    }

    fn start(disk: &SmallDisk, path: &Path) -> Writer {
        Writer::start("j".into(), disk.append(path).unwrap()).unwrap()
    }

    #[tokio::test]
    async fn a_record_is_synced_before_its_writer_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let (disk, path) = (SmallDisk::with_room(u64::MAX), folder.path().join("j"));
        let writer = start(&disk, &path);
        for (index, record) in samples().iter().enumerate() {
            writer.write(std::slice::from_ref(record)).await.unwrap();
            assert!(disk.synced(&path).ends_with(&record.line().unwrap()));
            assert_eq!(disk.syncs(), index + 1);
        }
        writer.close().await.unwrap();
    }

    /// The outcome of orders that wait at the same time, each of one record.
    fn together(disk: &SmallDisk, path: &Path, count: usize) -> Vec<bool> {
        let (orders, queue) = mpsc::unbounded_channel();
        let mut waiting = Vec::new();
        for _ in 0..count {
            let (written, wait) = oneshot::channel();
            waiting.push(wait);
            orders.send(Order { lines: record().line().unwrap(), written: Some(written) }).unwrap();
        }
        drop(orders);
        let all = serve(disk.append(path).unwrap(), queue).is_ok();
        let each: Vec<bool> = waiting.into_iter().map(|wait| wait.blocking_recv().unwrap().is_ok()).collect();
        assert_eq!(all, each.iter().all(|written| *written));
        each
    }

    #[test]
    fn records_that_wait_together_share_a_sync() {
        let folder = tempfile::tempdir().unwrap();
        let disk = SmallDisk::with_room(u64::MAX);
        assert_eq!(together(&disk, &folder.path().join("j"), 50), [true; 50]);
        assert_eq!(disk.syncs(), 1);
    }

    #[test]
    fn of_records_that_wait_together_each_is_on_a_full_disk_or_nothing_of_it() {
        for room in 0..length() * 3 {
            let folder = tempfile::tempdir().unwrap();
            let (disk, path) = (SmallDisk::with_room(room), folder.path().join("j"));
            let written = together(&disk, &path, 3);
            let fit = usize::try_from(room / length()).unwrap();
            assert_eq!(written, [0, 1, 2].map(|index| index < fit), "{room} bytes");
            assert_eq!(disk.synced(&path), record().line().unwrap().repeat(fit), "{room} bytes");
        }
    }

    #[tokio::test]
    async fn a_full_disk_is_told_to_everyone_and_what_comes_after_it_may_find_room_again() {
        let folder = tempfile::tempdir().unwrap();
        let (disk, path) = (SmallDisk::with_room(length() + 10), folder.path().join("j"));
        let writer = start(&disk, &path);
        writer.write(&[record()]).await.unwrap();
        for _ in 0..2 {
            assert_eq!(writer.write(&[record()]).await.unwrap_err().exit.code(), 5);
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), record().line().unwrap(), "no half record");
        disk.free(length());
        writer.write(&[record()]).await.unwrap();
        assert!(writer.close().await.unwrap_err().text().contains("writing the journal j"));
    }
}
