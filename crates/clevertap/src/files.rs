//! Files: custom lists and catalogs of the first version, put to an address that the vendor signs.
//!
//! Three steps are one call here: the address, the file, the word that it is there. The file goes to another host, which
//! gets no credential of ours; the address is a permission and is not printed.

use std::{io, path::Path, time::Duration};

use afflux_core::{
    decode::{DecodeError, Kept, Sensitive},
    endpoint::Endpoint,
    error::Error,
    operation::{Answers, Format, Operation, Safety},
    request::{Body, ByteStream, Request, StreamBody},
};
use bytes::Bytes;
use http::Method;

use crate::{
    client::Client,
    generated::{
        Acknowledgement, CatalogUpload, CompleteCatalogUpload, CompleteCustomList, CustomList,
        CustomListUpload, GetCatalogUrl, GetCustomListUrl, UploadAddress,
    },
};

/// The PUT to the address that the vendor signed. It stands in no document of the vendor's API, for the host is
/// another's.
static PUT_FILE: Operation = Operation {
    id: "putFile",
    vendor: "clevertap",
    summary: "Puts a file to an address that the vendor signed.",
    group: "files",
    method: Method::PUT,
    path: "(signed address)",
    safety: Safety::Idempotent,
    bucket: "unlisted",
    auth: "account",
    answers: Answers { format: Format::Empty, ..Answers::JSON },
    after_unknown: Some("put the file again; a repeat replaces it"),
    ..Operation::GET
};

/// A file has this much time, and more by its size.
const LEAST_TIME: Duration = Duration::from_secs(120);

/// The slowest line that is waited for, in bytes a second.
const SLOWEST: u64 = 64 * 1024;

/// A file to put.
#[derive(Debug, Clone)]
pub struct FileBody {
    body: Body,
    length: u64,
}

impl FileBody {
    /// The file at `path`, read in pieces while it is sent, and again if it has to be sent again.
    pub async fn path(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let failed = |error: io::Error| Error::io(format!("{} cannot be read", path.display()), &error);
        let body = StreamBody::file(path).await.map_err(failed)?;
        Ok(Self { length: body.length.unwrap_or_default(), body: Body::Stream(body) })
    }

    /// Bytes in memory.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self { length: bytes.len() as u64, body: Body::Bytes(bytes) }
    }

    /// A stream of `length` bytes. It exists once, so that it is never sent a second time.
    pub fn stream(length: u64, stream: ByteStream) -> Self {
        Self { length, body: Body::Stream(StreamBody::once(Some(length), stream)) }
    }
}

impl Client {
    /// Makes a custom list of a CSV file with the header `Type,Identity`: a segment. `i` stands for an identity, `g` for a
    /// CleverTap id.
    ///
    /// A lost answer to the last step is an error whose `delivery()` is unknown: look into the dashboard before a repeat.
    ///
    /// ```no_run
    /// # async fn run(clevertap: afflux_clevertap::Client) -> Result<(), afflux_clevertap::Error> {
    /// use afflux_clevertap::{FileBody, NewCustomList};
    ///
    /// let list = NewCustomList::new("Winners", "winners.csv", "ana@example.com");
    /// let made = clevertap.put_custom_list(&list, FileBody::path("winners.csv").await?).await?;
    /// println!("{:?}", made.segment_id);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn put_custom_list(
        &self,
        list: &NewCustomList,
        file: FileBody,
    ) -> Result<Kept<CustomList>, Error> {
        // What is wrong is told before a large file is sent.
        CompleteCustomList::new(list.upload("https://unknown.invalid")).encode()?;
        let url = self.put(&GetCustomListUrl::new(), file).await?;
        let complete = CompleteCustomList::new(list.upload(url.reveal()));
        Ok(self.engine().call(&complete).await?.into_value())
    }

    /// Makes a catalog of the first version of a CSV file whose first columns are `Identity,Name,ImageURL`.
    ///
    /// A lost answer to the last step is an error whose `delivery()` is unknown: look into the dashboard before a repeat.
    pub async fn put_catalog(
        &self,
        catalog: &NewCatalogFile,
        file: FileBody,
    ) -> Result<Kept<Acknowledgement>, Error> {
        CompleteCatalogUpload::new(catalog.upload("https://unknown.invalid")).encode()?;
        let url = self.put(&GetCatalogUrl::new(), file).await?;
        let complete = CompleteCatalogUpload::new(catalog.upload(url.reveal()));
        Ok(self.engine().call(&complete).await?.into_value())
    }

    /// Gets an address and puts the file there.
    async fn put<E>(&self, address: &E, file: FileBody) -> Result<Sensitive, Error>
    where
        E: Endpoint<Output = Kept<UploadAddress>>,
    {
        let url = self
            .engine()
            .send(address.encode()?, |raw| {
                let url = address.decode(raw)?.into_view().presigned_s3_url;
                url.filter(|url| !url.is_empty())
                    .ok_or_else(|| DecodeError::new("there is no `presignedS3URL`"))
            })
            .await?
            .into_value();
        let time = LEAST_TIME + Duration::from_secs(file.length / SLOWEST);
        let request = Request::new(&PUT_FILE).presigned(url.reveal())?;
        self.engine().execute(request.with_body(file.body).attempt_timeout(time)).await?;
        Ok(url)
    }
}

/// A custom list to make.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct NewCustomList {
    name: String,
    file_name: String,
    email: String,
    creator: String,
    replace: bool,
}

impl NewCustomList {
    /// A list's name, the file's name, and the e-mail address that the vendor tells the outcome, which is also the
    /// creator where none is named.
    pub fn new(name: impl Into<String>, file_name: impl Into<String>, email: impl Into<String>) -> Self {
        let email = email.into();
        Self { name: name.into(), file_name: file_name.into(), creator: email.clone(), email, replace: false }
    }

    /// Who made it.
    pub fn creator(mut self, creator: impl Into<String>) -> Self {
        self.creator = creator.into();
        self
    }

    /// Replaces a list of that name. Default: a name that is taken is refused by the vendor.
    pub fn replace(mut self) -> Self {
        self.replace = true;
        self
    }

    fn upload(&self, url: &str) -> CustomListUpload {
        CustomListUpload::new(&self.name, &self.email, &self.file_name, &self.creator, url, self.replace)
    }
}

/// A catalog of the first version to make.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct NewCatalogFile {
    name: String,
    email: String,
    creator: String,
    replace: bool,
    overrides: bool,
    places: bool,
}

impl NewCatalogFile {
    /// A catalog's name, and the e-mail address that the vendor tells the outcome, which is also the creator where none
    /// is named.
    pub fn new(name: impl Into<String>, email: impl Into<String>) -> Self {
        let email = email.into();
        Self {
            name: name.into(),
            creator: email.clone(),
            email,
            replace: false,
            overrides: false,
            places: false,
        }
    }

    /// Who made it.
    pub fn creator(mut self, creator: impl Into<String>) -> Self {
        self.creator = creator.into();
        self
    }

    /// Replaces a catalog of that name.
    pub fn replace(mut self) -> Self {
        self.replace = true;
        self
    }

    /// Overrides a catalog that is in use.
    pub fn override_used(mut self) -> Self {
        self.overrides = true;
        self
    }

    /// A catalog of places.
    pub fn of_places(mut self) -> Self {
        self.places = true;
        self
    }

    fn upload(&self, url: &str) -> CatalogUpload {
        CatalogUpload::new(&self.name, &self.creator, &self.email, url)
            .replace(self.replace)
            .r#override(self.overrides)
            .is_location_catalog(self.places)
    }
}
