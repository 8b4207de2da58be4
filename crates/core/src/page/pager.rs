//! Fetches pages and finds out where the next one is.

use std::{borrow::Cow, collections::HashSet};

use percent_encoding::percent_decode_str;

use super::{At, Resume};
use crate::{
    decode::{self, BadRow, DecodeError, JsonText, Kept, Page},
    engine::Engine,
    error::Error,
    link::Link,
    mask::Masker,
    operation::Paging,
    request::Request,
    response::{Raw, Response},
};

/// Fetches one page after the other.
#[derive(Debug)]
pub struct Pager {
    engine: Engine,
    request: Request,
    paging: &'static [Paging],
    next: Option<At>,
    /// Rows of the next page that were consumed already.
    skip: usize,
    /// The last page, behind its last row: what leads on from it was refused, and may be better another time.
    stuck: Option<(At, usize)>,
    /// The first row of the page before, to notice a vendor that repeats itself.
    before: Option<u64>,
    /// Cursors and links that were followed: one that comes again leads nowhere new.
    followed: HashSet<u64>,
    /// The page was good and what leads on from it is not: told after the page.
    broken: Option<Error>,
}

impl Pager {
    pub(super) fn new(engine: &Engine, request: Request, resume: Option<Resume>) -> Self {
        let (at, skip) = resume.map_or((At::Start, 0), |resume| (resume.at, resume.skip));
        let paging = request.operation().paging;
        let mut pager = Self {
            engine: engine.clone(),
            request,
            paging,
            next: None,
            skip,
            stuck: None,
            before: None,
            followed: HashSet::new(),
            broken: None,
        };
        pager.is_new(&at);
        pager.next = Some(at);
        pager
    }

    /// Where the next page is; `None` after the last. Where the link to the next page was refused, it is behind the rows
    /// of the page that has it.
    pub fn resume(&self) -> Option<Resume> {
        let next = self.next.clone().map(|at| (at, self.skip));
        next.or_else(|| self.stuck.clone()).map(|(at, skip)| Resume { at, skip, recent: Vec::new() })
    }

    pub(super) fn masker(&self) -> &Masker {
        self.engine.masker()
    }

    /// The next page as rows of text, or `None` after the last.
    pub async fn next_texts(&mut self) -> Result<Option<Response<Page<JsonText>>>, Error> {
        let layout = self.request.operation().items.unwrap_or_default();
        self.next_page(|raw| decode::texts(raw.body(), &layout)).await
    }

    pub(super) async fn next_page<R: Send + Repeats>(
        &mut self,
        decode: impl Fn(&Raw) -> Result<Page<R>, DecodeError> + Send + Sync,
    ) -> Result<Option<Response<Page<R>>>, Error> {
        if let Some(error) = self.broken.take() {
            return Err(error);
        }
        let Some(at) = self.next.clone() else { return Ok(None) };
        let request = self.request_at(&at);
        let mut response = self.engine.send(request, decode).await?;
        let rows = response.value.rows().len();
        let first = response.value.rows().first().map(Repeats::fingerprint);
        let next = self.after(&at, &response.value).unwrap_or_else(|error| {
            self.broken = Some(error);
            None
        });
        if next.is_none() && self.falls_short(&at, &response.value) {
            return Err(self.broken("has no rows where its total says that there are more", &response));
        }
        let repeats = matches!(at, At::Page(_) | At::Offset(_)) && first.is_some() && first == self.before;
        if repeats && next.is_some() {
            return Err(self.broken("repeats the page before; the listing would never end", &response));
        }
        self.before = first;
        self.stuck = self.broken.is_some().then(|| (at.clone(), rows));
        self.next = match next {
            Some(next) if !self.is_new(&next) => {
                // A cursor that comes again is how some vendors say that they are done; a link never is.
                let leads_back = matches!(next, At::Link(_)) && !self.is_last(&at, &response.value);
                if leads_back && !response.value.rows().is_empty() {
                    let what = "links back to where the listing has been; what comes after it is not told";
                    self.broken = Some(self.broken(what, &response));
                }
                None
            }
            next => next,
        };
        response.value.skip(std::mem::take(&mut self.skip));
        if response.value.rows().is_empty() && self.next.is_none() {
            return self.broken.take().map_or(Ok(None), Err);
        }
        Ok(Some(response))
    }

    /// Whether a cursor or a link was not followed before.
    fn is_new(&mut self, next: &At) -> bool {
        match next {
            At::Cursor(cursor) => self.followed.insert(fingerprint(cursor)),
            At::Link(link) => self.followed.insert(fingerprint(&format!("{}?{}", link.path(), link.query()))),
            At::Start | At::Page(_) | At::Offset(_) => true,
        }
    }

    fn request_at(&self, at: &At) -> Request {
        let mut request = self.request.clone();
        if let At::Link(link) = at {
            return request.follow(link);
        }
        for style in self.paging {
            match (*style, at) {
                (Paging::Number { page, .. }, At::Page(number)) => request.set_query(page, number),
                (Paging::Offset { offset, .. }, At::Offset(start)) => request.set_query(offset, start),
                (Paging::Cursor { parameter, .. }, At::Cursor(cursor)) => {
                    request.set_query(parameter, cursor);
                }
                // The cursor stands behind the rows that the offset passed over.
                (
                    Paging::Offset { offset: position, .. } | Paging::Number { page: position, .. },
                    At::Cursor(_),
                ) => {
                    request.remove_query(position);
                }
                _ => {}
            }
        }
        for style in self.paging {
            if let Paging::Number { size, max, .. } | Paging::Offset { limit: size, max, .. } = *style
                && request.query_value(size).is_none()
            {
                request.set_query(size, max);
            }
        }
        request
    }

    /// Where the page after this one is: by the first style that this answer leads on with.
    fn after<R>(&self, at: &At, page: &Page<R>) -> Result<Option<At>, Error> {
        let rows = u64::try_from(page.rows().len()).unwrap_or(u64::MAX);
        // What a style says of the next page: nothing, that there is none, or where it is.
        let mark = |path: &str| {
            let field = page.pointer(&pointer(path))?;
            let text = field.text().into_owned();
            Some((!field.is_null() && !text.is_empty() && text != "false").then_some(text))
        };
        let mut ended = false;
        for style in self.paging {
            match *style {
                // Even a page without rows leads on, if it names a cursor.
                Paging::Cursor { next, encoded, .. } => match mark(next) {
                    Some(Some(cursor)) if encoded => return Ok(Some(At::Cursor(decoded(&cursor)))),
                    Some(Some(cursor)) => return Ok(Some(At::Cursor(cursor))),
                    Some(None) => ended = true,
                    None => {}
                },
                _ if rows == 0 => ended = true,
                Paging::Link { next } => match mark(next) {
                    Some(Some(link)) => return self.link(&link).map(|link| Some(At::Link(link))),
                    Some(None) => ended = true,
                    None => {}
                },
                Paging::Offset { offset, total, .. } => {
                    let Some(position) = self.position(at, offset, 0) else { continue };
                    let next = position.saturating_add(rows);
                    match mark(total).flatten().and_then(|total| total.parse::<u64>().ok()) {
                        Some(total) if next < total => return Ok(Some(At::Offset(next))),
                        Some(_) => ended = true,
                        None if ended => {}
                        None => return Ok(Some(At::Offset(next))),
                    }
                }
                Paging::Number { page, .. } => {
                    if let Some(position) = self.position(at, page, 1).filter(|_| !ended) {
                        return Ok(Some(At::Page(position.saturating_add(1))));
                    }
                }
            }
        }
        Ok(None)
    }

    /// Whether a total says that nothing comes after this page.
    fn is_last<R>(&self, at: &At, page: &Page<R>) -> bool {
        let rows = u64::try_from(page.rows().len()).unwrap_or(u64::MAX);
        self.total(at, page).is_some_and(|(total, position)| position.saturating_add(rows) >= total)
    }

    /// The total that a page gives, and the offset at which the page is.
    fn total<R>(&self, at: &At, page: &Page<R>) -> Option<(u64, u64)> {
        self.paging.iter().find_map(|style| {
            let Paging::Offset { offset, total, .. } = *style else { return None };
            let total = page.pointer(&pointer(total))?.text().parse().ok()?;
            Some((total, self.position(at, offset, 0)?))
        })
    }

    /// Whether a page has no rows at an offset before the total that it gives itself. The listing stays there: the page
    /// can be asked for again.
    fn falls_short<R>(&self, at: &At, page: &Page<R>) -> bool {
        page.rows().is_empty() && self.total(at, page).is_some_and(|(total, position)| position < total)
    }

    fn link(&self, text: &str) -> Result<Link, Error> {
        let names = self.engine.credentials().query_names();
        Link::read(text, self.engine.base(), &names).map_err(|error| {
            self.broken_link(&format!("has a link to the next page that {error}; it was not followed"))
        })
    }

    /// The number that this page was asked for with: out of the token, of the link, or of the caller's own query. A
    /// cursor has none.
    fn position(&self, at: &At, parameter: &str, first: u64) -> Option<u64> {
        match at {
            At::Page(number) | At::Offset(number) => Some(*number),
            At::Cursor(_) => None,
            At::Link(_) => self.request_at(at).query_value(parameter)?.parse().ok(),
            At::Start => {
                Some(self.request.query_value(parameter).and_then(|text| text.parse().ok()).unwrap_or(first))
            }
        }
    }

    fn broken<T>(&self, what: &str, response: &Response<T>) -> Error {
        let mut error = self.broken_link(what);
        let inner = error.inner_mut();
        inner.status = Some(response.status);
        inner.request_id = Some(response.request_id);
        inner.attempts.clone_from(&response.attempts);
        error
    }

    fn broken_link(&self, what: &str) -> Error {
        Error::undocumented(self.request.operation(), format!("was answered, but the answer {what}"))
    }
}

/// A dotted path as a JSON pointer.
fn pointer(path: &str) -> String {
    format!("/{}", path.replace('.', "/"))
}

/// A cursor without its percent-encoding; text that is not encoded, or not into text, as it is.
pub(super) fn decoded(cursor: &str) -> String {
    percent_decode_str(cursor).decode_utf8().map_or_else(|_| cursor.to_owned(), Cow::into_owned)
}

/// What tells a row from another one.
pub(super) trait Repeats {
    fn fingerprint(&self) -> u64;
}

impl Repeats for JsonText {
    fn fingerprint(&self) -> u64 {
        fingerprint(self.text())
    }
}

impl<T> Repeats for Result<Kept<T>, BadRow> {
    fn fingerprint(&self) -> u64 {
        match self {
            Ok(row) => fingerprint(row.text()),
            Err(row) => fingerprint(row.json().text()),
        }
    }
}

fn fingerprint(text: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
