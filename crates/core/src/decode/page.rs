//! A page of rows, and what stands beside them.

use std::fmt;

use bytes::Bytes;

use super::text::utf8;
use super::walk::{self, Beside, is_named, segments};
use super::{DecodeError, Field, JsonText, Kept, Layout, Lenient};

/// A page: its rows, and the rest of the answer to look into (`count`, `cursor_id`, the link to the next page).
#[derive(Clone)]
pub struct Page<R> {
    rows: Vec<R>,
    keys: Vec<(usize, String)>,
    body: Bytes,
    base: usize,
    at: &'static str,
    beside: Vec<Beside>,
}

/// A row that could not be read as documented, among others that could.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow(Box<(usize, DecodeError, JsonText)>);

impl BadRow {
    /// Which row of the page it is, from 0.
    pub fn index(&self) -> usize {
        self.0.0
    }

    /// What was expected where; the path is from the row's top.
    pub fn error(&self) -> &DecodeError {
        &self.0.1
    }

    /// The row as it came.
    pub fn json(&self) -> &JsonText {
        &self.0.2
    }
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {} of the page: {}", self.index(), self.error())
    }
}

impl std::error::Error for BadRow {}

/// Reads a page of typed rows, in one pass where nothing drifted. A row that cannot be read stands among the others as
/// a [`BadRow`]; an error is only an answer that is not JSON, or that has no list where the layout says.
pub fn page<T: Lenient>(body: &Bytes, layout: &Layout) -> Result<Page<Result<Kept<T>, BadRow>>, DecodeError> {
    walk(body, layout, |cursor, base, index| {
        let item = walk::item(cursor, layout.wrapped)?;
        let json = JsonText::slice(body, base + item.span.start, base + item.span.end);
        let inner = item.inner.start - item.span.start..item.inner.end - item.span.start;
        Ok(match item.view {
            Ok(view) => Ok(Kept::from_parts(view, json, inner)),
            Err(fault) => {
                let error = DecodeError::at(json.text(), fault);
                Err(BadRow(Box::new((index, error, json))))
            }
        })
    })
}

/// Reads a page of rows as text alone, for passing them on. Rows are whole: a wrapper stays where it is.
pub fn texts(body: &Bytes, layout: &Layout) -> Result<Page<JsonText>, DecodeError> {
    walk(body, layout, |cursor, base, _| {
        cursor.peek();
        let start = cursor.at();
        cursor.skip()?;
        Ok(JsonText::slice(body, base + start, base + cursor.at()))
    })
}

/// Room is made at once for so many rows, and no more on the word of a body.
const MOST_RESERVED: usize = 1000;

fn walk<R>(
    body: &Bytes,
    layout: &Layout,
    mut read: impl FnMut(&mut super::cursor::Cursor<'_>, usize, usize) -> Result<R, super::cursor::Fault>,
) -> Result<Page<R>, DecodeError> {
    let (text, base) = utf8(body)?;
    let mut page = Page {
        rows: Vec::new(),
        keys: Vec::new(),
        body: body.clone(),
        base,
        at: layout.at,
        beside: Vec::new(),
    };
    let Page { rows, keys, beside, .. } = &mut page;
    let walked = walk::items(text, layout, beside, &mut |cursor, key| {
        keys.extend(key.map(|key| (rows.len(), key.to_owned())));
        let start = cursor.at();
        rows.push(read(cursor, base, rows.len())?);
        if rows.len() == 1 {
            // The other rows are about as long.
            rows.reserve(((text.len() - start) / (cursor.at() - start).max(1)).min(MOST_RESERVED));
        }
        Ok(())
    });
    walked.map_err(|fault| DecodeError::at(text, fault))?;
    Ok(page)
}

impl<R> Page<R> {
    /// The rows.
    pub fn rows(&self) -> &[R] {
        &self.rows
    }

    /// The rows, taken out.
    pub fn into_rows(self) -> Vec<R> {
        self.rows
    }

    /// Leaves out the first `count` rows, or all where there are fewer.
    pub(crate) fn skip(&mut self, count: usize) {
        let count = count.min(self.rows.len());
        self.rows.drain(..count);
        self.keys.retain_mut(|(index, _)| match index.checked_sub(count) {
            Some(left) => {
                *index = left;
                true
            }
            None => false,
        });
    }

    /// Rows that came in a map, each with its key; none where they came in a list.
    pub fn keyed(&self) -> impl Iterator<Item = (&str, &R)> {
        self.keys.iter().filter_map(|(index, key)| Some((key.as_str(), self.rows.get(*index)?)))
    }

    /// The answer as it came.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// What stands under a name beside the rows (`count`), at the top of the answer.
    pub fn get(&self, name: &str) -> Option<Field<'_>> {
        self.beside(0, name)
    }

    /// What stands at a JSON pointer from the top of the answer (`/hypermedia/pagination/next_page`), beside the rows:
    /// it does not look into them, so it costs no second pass over the page.
    pub fn pointer(&self, pointer: &str) -> Option<Field<'_>> {
        let mut path = segments(self.at);
        let mut rest = pointer.strip_prefix('/')?;
        for depth in 0.. {
            let (segment, tail) =
                rest.split_once('/').map_or((rest, None), |(segment, tail)| (segment, Some(tail)));
            let name = segment.replace("~1", "/").replace("~0", "~");
            if let Some(field) = self.beside(depth, &name) {
                return match tail {
                    Some(_) => field.pointer(rest.get(segment.len()..)?),
                    None => Some(field),
                };
            }
            if path.next() != Some(name.as_str()) {
                return None;
            }
            rest = tail?;
        }
        None
    }

    fn beside(&self, depth: usize, name: &str) -> Option<Field<'_>> {
        let text = std::str::from_utf8(self.body.get(self.base..)?).ok()?;
        let named = |beside: &&Beside| {
            beside.depth == depth && text.get(beside.key.clone()).is_some_and(|key| is_named(key, name))
        };
        let beside = self.beside.iter().rev().find(named)?;
        text.get(beside.value.clone()).map(Field::new)
    }
}

impl<T> Page<Result<Kept<T>, BadRow>> {
    /// All rows, or the first that could not be read.
    pub fn all(self) -> Result<Vec<Kept<T>>, BadRow> {
        self.rows.into_iter().collect()
    }
}

impl<R: fmt::Debug> fmt::Debug for Page<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page").field("rows", &self.rows).finish_non_exhaustive()
    }
}
