//! What a request carries: names and values of a form, and the first thing that is wrong with them.
//!
//! It knows nothing of leads; builders fill it in the order of the manual.

use std::fmt::{self, Display};

use afflux_core::{Error, operation::Operation, request::Request};
use bytes::Bytes;
use http::header;

use afflux_core::request::Body;

/// Something that cannot be sent: the field and what it must be, as the rest of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Invalid {
    field: &'static str,
    demand: String,
}

impl Invalid {
    pub(crate) fn new(field: &'static str, demand: impl Into<String>) -> Self {
        Self { field, demand: demand.into() }
    }

    /// The error of a call that is not made because of it.
    pub(crate) fn refuse(self, operation: &'static Operation) -> Error {
        Error::validation(operation, self.field, self.demand)
    }
}

/// Names and values in the order in which they are sent. `Debug` shows the names only: values are a person's data.
#[derive(Clone, Default)]
pub(crate) struct Fields(Vec<(&'static str, String)>);

impl Fields {
    /// Sets a field; one that is there already is replaced.
    pub(crate) fn set(&mut self, name: &'static str, value: impl Display) {
        let value = value.to_string();
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    pub(crate) fn extend(&mut self, other: &Self) {
        for (name, value) in &other.0 {
            self.set(name, value);
        }
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.iter().map(|(name, _)| *name)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The request with these fields as its form body.
    pub(crate) fn request(&self, operation: &'static Operation) -> Result<Request, Error> {
        let mut request = Request::new(operation);
        for (name, value) in &self.0 {
            request = request.form_pair(name, value);
        }
        if self.is_empty() {
            // An empty form is still a form: the token may have to go into it.
            request = request
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")?
                .with_body(Body::Bytes(Bytes::new()));
        }
        Ok(request)
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

/// A text that the server would see: it takes an empty one for none.
pub(crate) fn present(field: &'static str, text: &str) -> Result<(), Invalid> {
    if text.trim().is_empty() {
        return Err(Invalid::new(field, "must not be empty: the vendor takes an empty value for none"));
    }
    Ok(())
}

/// Two or three letters.
pub(crate) fn letters(field: &'static str, text: &str, count: usize) -> Result<(), Invalid> {
    if text.len() == count && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Ok(());
    }
    Err(Invalid::new(field, format!("must be {count} letters")))
}
