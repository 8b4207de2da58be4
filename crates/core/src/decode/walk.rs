//! The way through an answer to its items, in one pass.
//!
//! Everything here but [`item`] is compiled once, whatever the type of the items.

use std::ops::Range;

use super::Lenient;
use super::cursor::{Cursor, Fault, unescape};
use super::list::is_index;
use super::parse;
use super::text::finish;

/// Where the items of an answer stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Layout {
    /// The path to the items: `""` for the top of the answer, `"data"`, `"a.b"`.
    pub at: &'static str,
    /// Where an object stands at `at` instead of the items, the key in it that they may be under.
    pub or_under: Option<&'static str>,
    /// The key in which each item is wrapped again (`{"website": {...}}`). An item without it is taken as it is.
    pub wrapped: Option<&'static str>,
    /// The items are the values of an object, keyed by their ids.
    pub keyed: bool,
    /// An answer without the path is an empty list, not an error.
    pub optional: bool,
}

/// An item that was read: where it stands, and where in it the value that its view is of.
pub(super) struct Item<T> {
    pub(super) span: Range<usize>,
    pub(super) inner: Range<usize>,
    /// A fault is at an offset from the span's start.
    pub(super) view: Result<T, Fault>,
}

/// A member of the answer beside the items.
#[derive(Debug, Clone)]
pub(super) struct Beside {
    /// How many keys of the path lead to the object that it is in.
    pub(super) depth: usize,
    pub(super) key: Range<usize>,
    pub(super) value: Range<usize>,
}

/// What is done with the cursor at a value; it must leave it behind the value.
type Visit<'v> = &'v mut dyn FnMut(&mut Cursor<'_>) -> Result<(), Fault>;
/// What is done with the cursor at an item; a keyed item comes with its key.
type VisitItem<'v> = &'v mut dyn FnMut(&mut Cursor<'_>, Option<&str>) -> Result<(), Fault>;

/// Visits the value at a path; gives where the whole answer begins and ends.
pub(super) fn one(text: &str, at: &str, visit: Visit<'_>) -> Result<Range<usize>, Fault> {
    let mut cursor = Cursor::new(text, 0);
    cursor.peek();
    let start = cursor.at();
    descend(&mut cursor, &mut segments(at), &mut Vec::new(), 0, false, visit)?;
    let end = cursor.at();
    finish(&mut cursor)?;
    Ok(start..end)
}

/// Visits each item of a list; notes what stands beside it.
pub(super) fn items(
    text: &str,
    layout: &Layout,
    beside: &mut Vec<Beside>,
    visit: VisitItem<'_>,
) -> Result<(), Fault> {
    let mut cursor = Cursor::new(text, 0);
    let depth = segments(layout.at).count();
    let mut under = Vec::new();
    let found = descend(&mut cursor, &mut segments(layout.at), beside, 0, true, &mut |cursor| match layout
        .or_under
    {
        Some(key) if cursor.peek() == Some(b'{') => {
            let mut path = segments(key);
            let found = descend(cursor, &mut path, &mut under, depth, true, &mut |cursor| {
                list(cursor, layout, visit)
            })?;
            if found || layout.optional { Ok(()) } else { Err(cursor.fault(&missing(key))) }
        }
        _ => list(cursor, layout, visit),
    })?;
    beside.append(&mut under);
    if !found && !layout.optional {
        return Err(cursor.fault(&missing(layout.at)));
    }
    finish(&mut cursor)
}

fn missing(path: &str) -> String {
    format!("there is no `{path}` in the answer")
}

/// The keys of a path.
pub(super) fn segments(path: &str) -> std::str::Split<'_, char> {
    let mut keys = path.split('.');
    if path.is_empty() {
        keys.next();
    }
    keys
}

/// Whether a quoted key is this name; a stray colon in it does not matter.
pub(super) fn is_named(quoted: &str, name: &str) -> bool {
    let key = unescape(quoted);
    key == name || key.strip_suffix(':') == Some(name)
}

/// Goes down a path and visits what is there; passes over everything else and notes it. `false` if nothing is there.
/// With `bare` a list is taken for what was looked for, wherever on the way it stands.
fn descend(
    cursor: &mut Cursor<'_>,
    path: &mut std::str::Split<'_, char>,
    beside: &mut Vec<Beside>,
    depth: usize,
    bare: bool,
    visit: Visit<'_>,
) -> Result<bool, Fault> {
    let first = cursor.peek();
    let Some(name) = path.next() else {
        return visit(cursor).map(|()| true);
    };
    if bare && first == Some(b'[') {
        return visit(cursor).map(|()| true);
    }
    if !cursor.take(b'{') {
        cursor.skip()?;
        return Ok(false);
    }
    let mut found = false;
    let mut start = true;
    loop {
        cursor.peek();
        let before = cursor.at();
        let Some(key) = cursor.key(std::mem::take(&mut start))? else { return Ok(found) };
        let value = cursor.at();
        if is_named(key, name) {
            found |= descend(cursor, &mut path.clone(), beside, depth + 1, bare, visit)?;
        } else {
            // The key begins behind the comma.
            let quote = cursor.slice(before, value).find('"').unwrap_or(0);
            let key = before + quote..before + quote + key.len();
            cursor.skip()?;
            beside.push(Beside { depth, key, value: value..cursor.at() });
        }
    }
}

/// Visits the items of a list, however it is written.
fn list(cursor: &mut Cursor<'_>, layout: &Layout, visit: VisitItem<'_>) -> Result<(), Fault> {
    match cursor.peek() {
        Some(b'[') => {
            cursor.take(b'[');
            let mut first = true;
            while cursor.element(std::mem::take(&mut first))? {
                visit(cursor, None)?;
            }
            Ok(())
        }
        Some(b'{') => {
            let mut ahead = cursor.clone();
            ahead.take(b'{');
            match ahead.key(true)? {
                // `{}` holds nothing, whichever way it is read.
                None => cursor.skip().map(|_| ()),
                Some(key) if layout.keyed || is_index(&unescape(key)) => members(cursor, visit),
                Some(_) => visit(cursor, None),
            }
        }
        _ => match cursor.skip()? {
            "null" | "false" | "\"\"" => Ok(()),
            _ => Err(cursor.fault("expected a list")),
        },
    }
}

fn members(cursor: &mut Cursor<'_>, visit: VisitItem<'_>) -> Result<(), Fault> {
    cursor.take(b'{');
    let mut first = true;
    while let Some(key) = cursor.key(std::mem::take(&mut first))? {
        visit(cursor, Some(&unescape(key)))?;
    }
    Ok(())
}

/// Reads the item at the cursor.
#[inline]
pub(super) fn item<T: Lenient>(cursor: &mut Cursor<'_>, wrapper: Option<&str>) -> Result<Item<T>, Fault> {
    cursor.peek();
    let start = cursor.at();
    let mut inside = None;
    if let Some(wrapper) = wrapper
        && cursor.take(b'{')
    {
        let mut first = true;
        while let Some(key) = cursor.key(std::mem::take(&mut first))? {
            if is_named(key, wrapper) {
                inside = Some(view(cursor)?);
            } else {
                cursor.skip()?;
            }
        }
    }
    let (inner, view) = if let Some(inside) = inside {
        inside
    } else {
        cursor.jump(start);
        view(cursor)?
    };
    let view = view.map_err(|fault| Fault { at: fault.at + inner.start - start, ..fault });
    Ok(Item { span: start..cursor.at(), inner, view })
}

/// Reads the value at the cursor: fast, and carefully if that fails. Only text that is not JSON stops the walk.
#[inline]
fn view<T: Lenient>(cursor: &mut Cursor<'_>) -> Result<(Range<usize>, Result<T, Fault>), Fault> {
    let start = cursor.at();
    if let Some((view, end)) = parse::fast(cursor.text(), start) {
        cursor.jump(end);
        return Ok((start..end, Ok(view)));
    }
    let text = cursor.skip()?;
    Ok((start..cursor.at(), parse::careful(text)))
}
