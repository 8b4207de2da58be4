//! Rows that travel together: batches being filled, one of each kind.

use super::Together;

/// No batch is heavier, unless by its only row.
const HEAVIEST: usize = 4 * 1024 * 1024;

/// The batches being filled.
#[derive(Debug)]
pub(super) struct Gather<T>(Vec<Open<T>>);

#[derive(Debug)]
struct Open<T> {
    kind: &'static str,
    rows: Vec<T>,
    bytes: usize,
}

impl<T> Gather<T> {
    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a row; what comes back is to be sent now.
    pub(super) fn add(&mut self, together: Together, row: T) -> Option<Vec<T>> {
        let Together { kind, rows: most, bytes } = together;
        if most <= 1 {
            return Some(vec![row]);
        }
        let Some(open) = self.0.iter_mut().find(|open| open.kind == kind) else {
            self.0.push(Open { kind, rows: vec![row], bytes });
            return None;
        };
        let full = open.rows.len() + 1 >= most;
        if !full && open.bytes + bytes > HEAVIEST && !open.rows.is_empty() {
            open.bytes = bytes;
            return Some(std::mem::replace(&mut open.rows, vec![row]));
        }
        open.rows.push(row);
        open.bytes += bytes;
        full.then(|| {
            open.bytes = 0;
            std::mem::take(&mut open.rows)
        })
    }

    /// A batch that is not full; none where there is none.
    pub(super) fn take(&mut self) -> Option<Vec<T>> {
        let open = self.0.iter_mut().find(|open| !open.rows.is_empty())?;
        open.bytes = 0;
        Some(std::mem::take(&mut open.rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: &'static str, bytes: usize) -> Together {
        Together { kind, rows: 3, bytes }
    }

    #[test]
    fn rows_of_one_kind_gather_until_they_are_many_or_heavy() {
        let mut gather = Gather::new();
        assert_eq!(gather.add(Together::ALONE, 0), Some(vec![0]));
        assert_eq!(gather.add(of("a", 1), 1), None);
        assert_eq!(gather.add(of("b", 1), 2), None);
        assert_eq!(gather.add(of("a", 1), 3), None);
        assert_eq!(gather.add(of("a", 1), 4), Some(vec![1, 3, 4]));
        assert_eq!(gather.add(of("a", HEAVIEST), 5), None);
        assert_eq!(gather.add(of("a", HEAVIEST), 6), Some(vec![5]));
        assert_eq!((gather.take(), gather.take(), gather.take()), (Some(vec![6]), Some(vec![2]), None));
    }
}
