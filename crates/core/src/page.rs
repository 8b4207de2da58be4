//! Listings: page by page or item by item, with the memory of one page, and a token to go on from later.
//!
//! How an operation is paged is data ([`Paging`]); the same pager serves the typed streams and the program. A link to
//! the next page is followed on the vendor's own origin only, and what a vendor echoes of our credentials in it is
//! dropped.

use std::{
    borrow::Cow,
    collections::{HashSet, VecDeque},
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use crate::{
    clock::BoxFuture,
    decode::{self, BadRow, DecodeError, JsonText, Kept, Lenient, Page},
    endpoint::Endpoint,
    engine::Engine,
    error::Error,
    link::Link,
    mask::Masker,
    operation::{Operation, Paging},
    request::Request,
    response::{Raw, Response},
};

/// A request whose answer is one page of a listing.
pub trait Paged: Endpoint<Output = Page<Result<Kept<Self::Row>, BadRow>>> {
    /// A row.
    type Row: Lenient + Send + Sync + 'static;
}

/// Where a listing goes on. It can be kept as text, and holds no credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    at: At,
    /// Items of that page that were consumed already.
    #[serde(default)]
    skip: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum At {
    Start,
    Page(u64),
    Offset(u64),
    Cursor(String),
    Link(Link),
}

/// Fetches one page after the other.
#[derive(Debug)]
pub struct Pager {
    engine: Engine,
    request: Request,
    paging: Option<Paging>,
    next: Option<At>,
    /// The first row of the page before, to notice a vendor that repeats itself.
    before: Option<u64>,
    /// Cursors and links that were followed: one that comes again leads nowhere new.
    followed: HashSet<u64>,
    /// The page was good and what leads on from it is not: told after the page.
    broken: Option<Error>,
}

impl Resume {
    /// A listing whose first page is at a cursor that another call gave, decoded.
    pub fn at_cursor(cursor: impl Into<String>) -> Self {
        Self { at: At::Cursor(cursor.into()), skip: 0 }
    }

    /// As [`at_cursor`](Self::at_cursor), of a cursor that came percent-encoded.
    pub fn at_encoded_cursor(cursor: &str) -> Self {
        Self::at_cursor(decoded(cursor))
    }

    /// The cursor, decoded, where the listing has cursors and is not at its start.
    pub fn cursor(&self) -> Option<&str> {
        match &self.at {
            At::Cursor(cursor) => Some(cursor),
            _ => None,
        }
    }
}

impl Pager {
    fn new(engine: &Engine, request: Request, at: At) -> Self {
        let paging = request.operation().paging;
        let mut pager = Self {
            engine: engine.clone(),
            request,
            paging,
            next: None,
            before: None,
            followed: HashSet::new(),
            broken: None,
        };
        pager.is_new(&at);
        pager.next = Some(at);
        pager
    }

    /// Where the next page is; `None` after the last.
    pub fn resume(&self) -> Option<Resume> {
        self.next.clone().map(|at| Resume { at, skip: 0 })
    }

    /// The next page as rows of text, or `None` after the last.
    pub async fn next_texts(&mut self) -> Result<Option<Response<Page<JsonText>>>, Error> {
        let layout = self.request.operation().items.unwrap_or_default();
        self.next_page(|raw| decode::texts(raw.body(), &layout)).await
    }

    async fn next_page<R: Send + Repeats>(
        &mut self,
        decode: impl Fn(&Raw) -> Result<Page<R>, DecodeError> + Send + Sync,
    ) -> Result<Option<Response<Page<R>>>, Error> {
        if let Some(error) = self.broken.take() {
            return Err(error);
        }
        let Some(at) = self.next.clone() else { return Ok(None) };
        let request = self.request_at(&at);
        let response = self.engine.send(request, decode).await?;
        let first = response.value.rows().first().map(Repeats::fingerprint);
        let next = self.after(&at, &response.value).unwrap_or_else(|error| {
            self.broken = Some(error);
            None
        });
        let repeats = matches!(at, At::Page(_) | At::Offset(_)) && first.is_some() && first == self.before;
        if repeats && next.is_some() {
            return Err(self.broken("repeats the page before; the listing would never end", &response));
        }
        self.before = first;
        self.next = next.filter(|next| self.is_new(next));
        if response.value.rows().is_empty() && self.next.is_none() {
            return self.broken.take().map_or(Ok(None), Err);
        }
        Ok(Some(response))
    }

    /// Whether a cursor or a link was not followed before. One that repeats is how some vendors say that they are done.
    fn is_new(&mut self, next: &At) -> bool {
        match next {
            At::Cursor(cursor) => self.followed.insert(fingerprint(cursor)),
            At::Link(link) => self.followed.insert(fingerprint(&format!("{}?{}", link.path(), link.query()))),
            At::Start | At::Page(_) | At::Offset(_) => true,
        }
    }

    fn request_at(&self, at: &At) -> Request {
        let mut request = self.request.clone();
        match (self.paging, at) {
            (Some(Paging::Number { page, size, max }), At::Page(number)) => {
                request.set_query(page, number);
                set_missing(&mut request, size, max);
            }
            (Some(Paging::Number { size, max, .. }), At::Start) => set_missing(&mut request, size, max),
            (Some(Paging::Offset { offset, limit, max, .. }), At::Offset(start)) => {
                request.set_query(offset, start);
                set_missing(&mut request, limit, max);
            }
            (Some(Paging::Offset { limit, max, .. }), At::Start) => set_missing(&mut request, limit, max),
            (Some(Paging::Cursor { parameter, .. }), At::Cursor(cursor)) => {
                request.set_query(parameter, cursor);
            }
            (_, At::Link(link)) => request = request.follow(link),
            _ => {}
        }
        request
    }

    /// Where the page after this one is.
    fn after<R>(&self, at: &At, page: &Page<R>) -> Result<Option<At>, Error> {
        let rows = u64::try_from(page.rows().len()).unwrap_or(u64::MAX);
        let text = |path: &str| {
            let field = page.pointer(&format!("/{}", path.replace('.', "/")))?;
            let text = field.text().into_owned();
            (!field.is_null() && !text.is_empty() && text != "false").then_some(text)
        };
        Ok(match self.paging {
            None => None,
            // Even a page without rows leads on, if it says where to.
            Some(Paging::Cursor { next, encoded, .. }) => {
                text(next).map(|cursor| At::Cursor(if encoded { decoded(&cursor) } else { cursor }))
            }
            Some(_) if rows == 0 => None,
            Some(Paging::Number { page, .. }) => Some(At::Page(self.position(at, page, 1).saturating_add(1))),
            Some(Paging::Offset { offset, total, .. }) => {
                let next = self.position(at, offset, 0).saturating_add(rows);
                let total = text(total).and_then(|total| total.parse::<u64>().ok());
                total.is_none_or(|total| next < total).then_some(At::Offset(next))
            }
            Some(Paging::Link { next }) => match text(next) {
                None => None,
                Some(link) => {
                    let names = self.engine.credentials().query_names();
                    let link = Link::read(&link, self.engine.base(), &names).map_err(|error| {
                        self.broken_link(&format!(
                            "has a link to the next page that {error}; it was not followed"
                        ))
                    })?;
                    Some(At::Link(link))
                }
            },
        })
    }

    /// The number that this page was asked for with: out of the token, else out of the caller's own query.
    fn position(&self, at: &At, parameter: &str, first: u64) -> u64 {
        match at {
            At::Page(number) | At::Offset(number) => *number,
            _ => self.request.query_value(parameter).and_then(|text| text.parse().ok()).unwrap_or(first),
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

/// A cursor without its percent-encoding; text that is not encoded, or not into text, as it is.
fn decoded(cursor: &str) -> String {
    percent_decode_str(cursor).decode_utf8().map_or_else(|_| cursor.to_owned(), Cow::into_owned)
}

fn set_missing(request: &mut Request, name: &str, value: u32) {
    if request.query_value(name).is_none() {
        request.set_query(name, value);
    }
}

/// What tells a row from another one.
trait Repeats {
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

impl Engine {
    /// The pages of any listing, as rows of text. `resume` goes on where an earlier pager stopped.
    pub fn pager(&self, request: Request, resume: Option<Resume>) -> Pager {
        Pager::new(self, request, resume.map_or(At::Start, |resume| resume.at))
    }

    /// All rows of a listing that comes in one answer, or the first that does not decode.
    pub async fn rows<T, E>(&self, endpoint: &E) -> Result<Vec<Kept<T>>, Error>
    where
        T: Send,
        E: Endpoint<Output = Page<Result<Kept<T>, BadRow>>>,
    {
        let response = self.call(endpoint).await?;
        response.value.all().map_err(|row| bad_row(E::OPERATION, &row, Some(&self.inner.masker)))
    }

    /// The pages of a listing.
    pub fn pages<E: Paged + 'static>(&self, endpoint: E, resume: Option<Resume>) -> Result<Pages<E>, Error> {
        let request = endpoint.encode()?;
        let at = resume.map_or(At::Start, |resume| resume.at);
        Ok(Pages { state: State::Idle(Box::new((Pager::new(self, request, at), endpoint))) })
    }

    /// The items of a listing, fetched page by page as they are consumed.
    pub fn items<E: Paged + 'static>(&self, endpoint: E, resume: Option<Resume>) -> Result<Items<E>, Error> {
        let skip = resume.as_ref().map_or(0, |resume| resume.skip);
        let at = resume.clone().map_or(At::Start, |resume| resume.at);
        Ok(Items {
            pages: self.pages(endpoint, resume)?,
            rows: VecDeque::new(),
            at: Some(at),
            consumed: 0,
            skip,
        })
    }
}

type Fetched<E> = Result<Option<Response<<E as Endpoint>::Output>>, Error>;

/// A pager and what decodes its pages: moved into the future that fetches, and back.
type Reader<E> = Box<(Pager, E)>;

enum State<E: Paged> {
    Idle(Reader<E>),
    Fetching(BoxFuture<'static, (Reader<E>, Fetched<E>)>),
    /// Only while the state is being changed, and after a panic of the transport's.
    Gone,
}

/// A stream of pages. After an error it goes on with the same page when polled again.
pub struct Pages<E: Paged> {
    state: State<E>,
}

impl<E: Paged> fmt::Debug for Pages<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("operation", &E::OPERATION.id).finish_non_exhaustive()
    }
}

impl<E: Paged> Pages<E> {
    /// Where the next page is; `None` after the last, or while a page is being fetched.
    pub fn resume(&self) -> Option<Resume> {
        match &self.state {
            State::Idle(idle) => idle.0.resume(),
            State::Fetching(_) | State::Gone => None,
        }
    }
}

impl<E: Paged + Unpin + 'static> Stream for Pages<E> {
    type Item = Result<Response<E::Output>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let State::Idle(_) = &self.state
            && let State::Idle(mut idle) = std::mem::replace(&mut self.state, State::Gone)
        {
            self.state = State::Fetching(Box::pin(async move {
                let (pager, endpoint) = &mut *idle;
                let fetched = pager.next_page(|raw| endpoint.decode(raw)).await;
                (idle, fetched)
            }));
        }
        let State::Fetching(fetching) = &mut self.state else { return Poll::Ready(None) };
        let (idle, fetched) = ready!(fetching.as_mut().poll(cx));
        self.state = State::Idle(idle);
        Poll::Ready(fetched.transpose())
    }
}

/// A stream of items. A row that does not decode is an error among good rows; the stream goes on behind it.
pub struct Items<E: Paged> {
    pages: Pages<E>,
    rows: VecDeque<Result<Kept<E::Row>, BadRow>>,
    /// The page that `rows` are of.
    at: Option<At>,
    consumed: usize,
    skip: usize,
}

impl<E: Paged> fmt::Debug for Items<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("pages", &self.pages)
            .field("waiting", &self.rows.len())
            .finish_non_exhaustive()
    }
}

impl<E: Paged> Items<E> {
    /// Where to go on so that every item not yet handed out comes, and no other, as long as the vendor's pages stand
    /// still. `None` when all items were handed out.
    pub fn resume(&self) -> Option<Resume> {
        if self.rows.is_empty()
            && let State::Idle(idle) = &self.pages.state
        {
            return idle.0.resume().map(|resume| Resume { skip: self.skip, ..resume });
        }
        self.at.clone().map(|at| Resume { at, skip: self.consumed + self.skip })
    }
}

impl<E: Paged + Unpin + 'static> Stream for Items<E>
where
    E::Row: Unpin,
{
    type Item = Result<Kept<E::Row>, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(row) = this.rows.pop_front() {
                this.consumed += 1;
                let masker = match &this.pages.state {
                    State::Idle(idle) => Some(idle.0.engine.masker()),
                    State::Fetching(_) | State::Gone => None,
                };
                return Poll::Ready(Some(row.map_err(|row| bad_row(E::OPERATION, &row, masker))));
            }
            if let State::Idle(idle) = &this.pages.state {
                this.at.clone_from(&idle.0.next);
                this.consumed = 0;
            }
            match ready!(Pin::new(&mut this.pages).poll_next(cx)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(page)) => {
                    this.rows = page.value.into_rows().into();
                    let skipped = this.skip.min(this.rows.len());
                    this.rows.drain(..skipped);
                    this.consumed = skipped;
                    this.skip = 0;
                }
            }
        }
    }
}

fn bad_row(operation: &'static Operation, row: &BadRow, masker: Option<&Masker>) -> Error {
    let what = format!("was answered with a row in an undocumented shape: {row}");
    let mut error = Error::undocumented(operation, what);
    let inner = error.inner_mut();
    // Rows are handed out while no page is being fetched, so the masker is there.
    inner.body = masker.map(|masker| masker.bytes(row.json().bytes()));
    error
}
