//! Files: custom lists and catalogs, put to an address that the vendor signs.
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
use http::{Method, header::CONTENT_TYPE};

use crate::{
    client::Client,
    generated::{
        Acknowledgement, CatalogAddress, CatalogFileJob, CatalogFileType, CatalogFileUpload, CatalogUpload,
        CompleteCatalogSignedUrl, CompleteCatalogUpload, CompleteCustomList, CustomList, CustomListUpload,
        GetCatalogSignedUrl, GetCatalogUrl, GetCustomListUrl, UploadAddress,
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

/// The vendor takes files below 100 MB in one piece, which may be read in two ways.
const LARGEST_PIECE: u64 = 100 * 1024 * 1024;

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
        let complete = |url: &str| CompleteCustomList::new(list.upload(url));
        self.put_and_complete(&GetCustomListUrl::new(), file, complete).await
    }

    /// Makes a catalog of the first version of a CSV file whose first columns are `Identity,Name,ImageURL`.
    ///
    /// A lost answer to the last step is an error whose `delivery()` is unknown: look into the dashboard before a repeat.
    pub async fn put_catalog(
        &self,
        catalog: &NewCatalogFile,
        file: FileBody,
    ) -> Result<Kept<Acknowledgement>, Error> {
        let complete = |url: &str| CompleteCatalogUpload::new(catalog.upload(url));
        self.put_and_complete(&GetCatalogUrl::new(), file, complete).await
    }

    /// Puts a file into a catalog of the second version, and has it processed. The answer names the job.
    ///
    /// In one piece, so that a file of 100 MiB and more is refused here: how one in parts is completed is not documented.
    /// A lost answer to the last step is an error whose `delivery()` is unknown: look into the dashboard before a repeat.
    ///
    /// ```no_run
    /// # async fn run(clevertap: afflux_clevertap::Client) -> Result<(), afflux_clevertap::Error> {
    /// use afflux_clevertap::{CatalogFile, FileBody, generated::CatalogFileType};
    ///
    /// let file = CatalogFile::new(123, "shoes.csv", CatalogFileType::TextCsv, "ana@example.com");
    /// let job = clevertap.put_catalog_file(&file, FileBody::path("shoes.csv").await?).await?;
    /// println!("{:?}", job.job_id);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn put_catalog_file(
        &self,
        catalog: &CatalogFile,
        file: FileBody,
    ) -> Result<Kept<CatalogFileJob>, Error> {
        let address = catalog.address();
        if file.length >= LARGEST_PIECE {
            let demand = format!("is of {} bytes; in one piece it must be below 100 MiB", file.length);
            return Err(Error::validation(GetCatalogSignedUrl::OPERATION, "file", demand));
        }
        // What is wrong is told before a large file is sent.
        catalog.complete("unknown", file.length).encode()?;
        let length = file.length;
        let (url, upload) = self
            .engine()
            .send(address.encode()?, |raw| {
                let CatalogAddress { signed_url, upload_id, .. } = address.decode(raw)?.into_view();
                match (there(signed_url), upload_id) {
                    (Some(url), Some(upload)) => Ok((url, upload)),
                    _ => Err(DecodeError::new("there is no `signedUrl`, or no `uploadId`")),
                }
            })
            .await?
            .into_value();
        self.put(url.reveal(), file, Some(catalog.content_type.as_str())).await?;
        let complete = catalog.complete(&upload, length);
        let request = complete.encode()?.telling_address(url.reveal());
        Ok(self.engine().send(request, |raw| complete.decode(raw)).await?.into_value())
    }

    /// Gets an address, puts the file there, and tells it.
    async fn put_and_complete<A, C>(
        &self,
        address: &A,
        file: FileBody,
        complete: impl Fn(&str) -> C,
    ) -> Result<C::Output, Error>
    where
        A: Endpoint<Output = Kept<UploadAddress>>,
        C: Endpoint,
    {
        // What is wrong is told before a large file is sent.
        complete("https://unknown.invalid").encode()?;
        let url = self
            .engine()
            .send(address.encode()?, |raw| {
                let url = there(address.decode(raw)?.into_view().presigned_s3_url);
                url.ok_or_else(|| DecodeError::new("there is no `presignedS3URL`"))
            })
            .await?
            .into_value();
        self.put(url.reveal(), file, None).await?;
        let complete = complete(url.reveal());
        let request = complete.encode()?.telling_address(url.reveal());
        Ok(self.engine().send(request, |raw| complete.decode(raw)).await?.into_value())
    }

    /// Puts a file to an address.
    async fn put(&self, url: &str, file: FileBody, content_type: Option<&str>) -> Result<(), Error> {
        let time = LEAST_TIME + Duration::from_secs(file.length / SLOWEST);
        let mut request = Request::new(&PUT_FILE).presigned(url)?;
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type)?;
        }
        self.engine().execute(request.with_body(file.body).attempt_timeout(time)).await?;
        Ok(())
    }
}

/// An address that is not empty.
fn there(url: Option<Sensitive>) -> Option<Sensitive> {
    url.filter(|url| !url.is_empty())
}

/// A file for a catalog of the second version.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct CatalogFile {
    catalog: u64,
    name: String,
    content_type: CatalogFileType,
    email: String,
}

impl CatalogFile {
    /// The catalog, the file's name of at most 500 characters, what it holds, and the e-mail address of who puts it.
    pub fn new(
        catalog: u64,
        name: impl Into<String>,
        content_type: CatalogFileType,
        email: impl Into<String>,
    ) -> Self {
        Self { catalog, name: name.into(), content_type, email: email.into() }
    }

    fn address(&self) -> GetCatalogSignedUrl {
        GetCatalogSignedUrl::new(self.catalog, &self.name, self.content_type.clone())
    }

    fn complete(&self, upload: &str, length: u64) -> CompleteCatalogSignedUrl {
        let upload = CatalogFileUpload::new(upload, self.catalog, &self.name, length, &self.email);
        CompleteCatalogSignedUrl::new(upload)
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
