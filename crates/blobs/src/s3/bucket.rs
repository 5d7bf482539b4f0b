//! The requests that this store makes, one function each. None is repeated here.

use super::failure::RequestError;
use super::part::Part;
use super::spool::{SpoolFile, Whole};
use aws_runtime::auth::PayloadSigningOverride;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::interceptors::BeforeTransmitInterceptorContextMut;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::primitives::{ByteStream, Length};
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use valkeep_domain::ids::BlobId;

/// User metadata of a blob's object: [`Whole::mark`].
const MARK: &str = "valkeep-first-part-sha256";

/// Plaintext of the spool that waits in memory for the network, for each part under way. In bytes. Our choice.
const BUFFER_BYTES: usize = 256 << 10;

/// A bucket, and the prefix below which everything is ours.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    client: Client,
    name: String,
    prefix: String,
}

/// What a HEAD told of an object.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) len_bytes: u64,
    pub(super) etag: String,
    mark: Option<String>,
}

impl Found {
    pub(super) fn is(&self, whole: &Whole) -> bool {
        self.len_bytes == whole.len_bytes && self.mark.as_deref() == Some(&whole.mark)
    }
}

/// A multipart upload that nobody ended.
#[derive(Clone, Debug)]
pub(super) struct Begun {
    pub(super) id: BlobId,
    pub(super) upload_id: String,
}

/// How an object appears.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unless {
    /// Only where none is.
    Taken,
    /// In any case: for stores that know no conditions.
    Never,
}

impl Unless {
    fn header(self) -> Option<String> {
        match self {
            Self::Taken => Some("*".to_owned()),
            Self::Never => None,
        }
    }
}

impl Bucket {
    pub(super) fn new(client: Client, name: String, prefix: String) -> Self {
        Self { client, name, prefix }
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The key of another object of ours than a blob.
    pub(super) fn own(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn key(&self, id: BlobId) -> String {
        self.own(&id.to_string())
    }

    /// Nothing but the key that [`Self::key`] makes is a blob's.
    fn id_of(&self, key: &str) -> Option<BlobId> {
        let id = key.strip_prefix(&self.prefix)?.parse().ok()?;
        (self.key(id) == key).then_some(id)
    }

    pub(super) async fn head(&self, id: BlobId) -> Result<Option<Found>, RequestError> {
        let head = match self.client.head_object().bucket(&self.name).key(self.key(id)).send().await {
            Ok(head) => head,
            Err(error) if valkeep_s3::status(&error) == Some(404) => return Ok(None),
            Err(error) => return Err(RequestError::refused("looking for a blob", error)),
        };
        let wrong = |found| RequestError::Wrong { doing: "looking for a blob", found };
        let len_bytes = head.content_length().and_then(|len| u64::try_from(len).ok());
        Ok(Some(Found {
            len_bytes: len_bytes.ok_or(wrong("an object without a length"))?,
            etag: head.e_tag().ok_or(wrong("an object without an entity tag"))?.to_owned(),
            mark: head.metadata().and_then(|all| all.get(MARK)).cloned(),
        }))
    }

    /// A whole blob in one request.
    pub(super) async fn put(
        &self,
        id: BlobId,
        from: &SpoolFile,
        whole: &Whole,
        unless: Unless,
    ) -> Result<(), RequestError> {
        let doing = "storing a blob";
        let put = self.client.put_object().bucket(&self.name).key(self.key(id)).metadata(MARK, &whole.mark);
        let put = put.set_if_none_match(unless.header()).body(body(from, &whole.rest, doing).await?);
        let put = put.customize().interceptor(Signed(whole.rest.sha256.clone()));
        put.send().await.map_err(|error| RequestError::refused(doing, error))?;
        Ok(())
    }

    pub(super) async fn begin(&self, id: BlobId, mark: &str) -> Result<String, RequestError> {
        let doing = "beginning an upload";
        let begin = self.client.create_multipart_upload().bucket(&self.name).key(self.key(id)).metadata(MARK, mark);
        let begun = begin.send().await.map_err(|error| RequestError::refused(doing, error))?;
        begun.upload_id.ok_or(RequestError::Wrong { doing, found: "no upload id" })
    }

    pub(super) async fn upload(
        &self,
        to: &Begun,
        from: &SpoolFile,
        part: &Part,
    ) -> Result<CompletedPart, RequestError> {
        let doing = "storing a part";
        let number = i32::try_from(part.number).expect("there are at most 10 000 parts");
        let upload = self.client.upload_part().bucket(&self.name).key(self.key(to.id)).upload_id(&to.upload_id);
        let upload = upload.part_number(number).body(body(from, part, doing).await?);
        let upload = upload.customize().interceptor(Signed(part.sha256.clone()));
        let stored = upload.send().await.map_err(|error| RequestError::refused(doing, error))?;
        let etag = stored.e_tag.ok_or(RequestError::Wrong { doing, found: "no entity tag" })?;
        Ok(CompletedPart::builder().part_number(number).e_tag(etag).build())
    }

    pub(super) async fn complete(
        &self,
        upload: &Begun,
        parts: &[CompletedPart],
        unless: Unless,
    ) -> Result<(), RequestError> {
        let list = CompletedMultipartUpload::builder().set_parts(Some(parts.to_vec())).build();
        let complete = self.client.complete_multipart_upload().bucket(&self.name).key(self.key(upload.id));
        let complete = complete.upload_id(&upload.upload_id).multipart_upload(list).set_if_none_match(unless.header());
        complete.send().await.map_err(|error| RequestError::refused("completing an upload", error))?;
        Ok(())
    }

    /// Forgets an upload with its parts; one that is gone is success.
    pub(super) async fn abort(&self, upload: &Begun) -> Result<(), RequestError> {
        let abort = self.client.abort_multipart_upload().bucket(&self.name).key(self.key(upload.id));
        match abort.upload_id(&upload.upload_id).send().await {
            Ok(_) => Ok(()),
            Err(error) if valkeep_s3::status(&error) == Some(404) => Ok(()),
            Err(error) => Err(RequestError::refused("aborting an upload", error)),
        }
    }

    pub(super) async fn remove(&self, id: BlobId) -> Result<(), RequestError> {
        let removed = self.client.delete_object().bucket(&self.name).key(self.key(id)).send().await;
        removed.map(|_| ()).map_err(|error| RequestError::refused("deleting a blob", error))
    }

    /// Blobs whose keys lie behind `after`, at most a page, in the order of the keys; and the last key seen, while there may
    /// be more.
    pub(super) async fn page(&self, after: Option<String>) -> Result<(Vec<BlobId>, Option<String>), RequestError> {
        let list = self.client.list_objects_v2().bucket(&self.name).prefix(&self.prefix).set_start_after(after);
        let page = list.send().await.map_err(|error| RequestError::refused("listing blobs", error))?;
        let keys = || page.contents().iter().filter_map(|object| object.key());
        let last = keys().next_back().filter(|_| page.is_truncated() == Some(true));
        Ok((keys().filter_map(|key| self.id_of(key)).collect(), last.map(str::to_owned)))
    }

    /// Uploads that nobody ended: of one blob, or of all. At most a page, with the markers of the next.
    pub(super) async fn begun(
        &self,
        of: Option<BlobId>,
        after: Option<After>,
    ) -> Result<(Vec<Begun>, Option<After>), RequestError> {
        let prefix = of.map_or_else(|| self.prefix.clone(), |id| self.key(id));
        let (key, upload_id) = after.map(|after| (after.key, after.upload_id)).unzip();
        let list = self.client.list_multipart_uploads().bucket(&self.name).prefix(prefix);
        let list = list.set_key_marker(key).set_upload_id_marker(upload_id);
        let page = list.send().await.map_err(|error| RequestError::refused("listing uploads", error))?;
        let begun = page.uploads().iter().filter_map(|upload| {
            let id = self.id_of(upload.key()?).filter(|id| of.is_none_or(|of| of == *id))?;
            Some(Begun { id, upload_id: upload.upload_id()?.to_owned() })
        });
        let next =
            page.next_key_marker().zip(page.next_upload_id_marker()).filter(|_| page.is_truncated() == Some(true));
        let next = next.map(|(key, upload_id)| After { key: key.to_owned(), upload_id: upload_id.to_owned() });
        Ok((begun.collect(), next))
    }

    /// Exactly that range of the object that has the tag.
    pub(super) async fn read(&self, id: BlobId, etag: &str, from: u64, len: usize) -> Result<Vec<u8>, RequestError> {
        let doing = "reading a blob";
        let wrong = |found| Err(RequestError::Wrong { doing, found });
        let last = from + (len as u64) - 1;
        let get = self.client.get_object().bucket(&self.name).key(self.key(id)).if_match(etag);
        let mut answer = get
            .range(format!("bytes={from}-{last}"))
            .send()
            .await
            .map_err(|error| RequestError::refused(doing, error))?;
        if answer.e_tag() != Some(etag) {
            return wrong("another object");
        }
        if answer.content_length() != i64::try_from(len).ok() {
            return wrong("another range");
        }
        let mut bytes = Vec::with_capacity(len);
        while let Some(piece) =
            answer.body.try_next().await.map_err(|error| RequestError::CutOff { doing, source: error.into() })?
        {
            if piece.len() > len - bytes.len() {
                return wrong("more bytes than the range has");
            }
            bytes.extend_from_slice(&piece);
        }
        if bytes.len() < len {
            let short = std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
            return Err(RequestError::CutOff { doing, source: short.into() });
        }
        Ok(bytes)
    }
}

/// Where a list of uploads goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct After {
    key: String,
    upload_id: String,
}

/// The bytes of a part, read from the spool while they are sent.
async fn body(from: &SpoolFile, part: &Part, doing: &'static str) -> Result<ByteStream, RequestError> {
    if part.len_bytes == 0 {
        return Ok(ByteStream::default());
    }
    let stretch =
        ByteStream::read_from().path(from.path()).offset(part.offset_bytes).length(Length::Exact(part.len_bytes));
    let body = stretch.buffer_size(BUFFER_BYTES).build().await;
    body.map_err(|error| RequestError::Spool { doing, source: error.into() })
}

/// Signs a body that is read while it is sent, by the digest that was taken when its bytes were given: the store refuses
/// what the disk or the network changed.
#[derive(Debug)]
struct Signed(String);

impl Intercept for Signed {
    fn name(&self) -> &'static str {
        "Signed"
    }

    fn modify_before_signing(
        &self,
        _: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        settings: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        settings.interceptor_state().store_put(PayloadSigningOverride::Precomputed(self.0.clone()));
        Ok(())
    }
}
