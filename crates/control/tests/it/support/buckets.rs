//! Buckets that keep uploads and objects in maps.

use super::faults::{Faults, Site};
use async_trait::async_trait;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use valkeep_access::policy::Context;
use valkeep_domain::export::ExportRefusal;
use valkeep_domain::names::BucketName;
use valkeep_domain::time::Timestamp;
use valkeep_ports::buckets::{BucketError, Caller, ExportBuckets, Upload, UploadedPart};

/// The only bucket there is.
pub(crate) const BUCKET: &str = "exports";

#[derive(Debug, Default)]
pub(crate) struct MemoryBuckets(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    uploads: BTreeMap<String, OpenUpload>,
    objects: BTreeMap<String, Object>,
    begun: usize,
    /// Numbers of the parts that came.
    parts: Vec<u16>,
}

#[derive(Debug)]
struct OpenUpload {
    key: String,
    export_id: String,
    parts: BTreeMap<u16, Bytes>,
}

/// What lies under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Object {
    /// `None` for an object of somebody else.
    pub(crate) export_id: Option<String>,
    pub(crate) bytes: Vec<u8>,
}

impl MemoryBuckets {
    pub(crate) fn put_foreign(&self, key: &str) {
        let object = Object { export_id: None, bytes: b"not ours".to_vec() };
        self.0.lock().unwrap().objects.insert(key.to_owned(), object);
    }

    pub(crate) fn object(&self, key: &str) -> Option<Object> {
        self.0.lock().unwrap().objects.get(key).cloned()
    }

    pub(crate) fn objects(&self) -> usize {
        self.0.lock().unwrap().objects.len()
    }

    pub(crate) fn open_uploads(&self) -> usize {
        self.0.lock().unwrap().uploads.len()
    }

    pub(crate) fn lose_uploads(&self) {
        self.0.lock().unwrap().uploads.clear();
    }

    pub(crate) fn uploads_begun(&self) -> usize {
        self.0.lock().unwrap().begun
    }

    /// Numbers of the parts that came, sorted: parts travel side by side.
    pub(crate) fn parts_received(&self) -> Vec<u16> {
        let mut parts = self.0.lock().unwrap().parts.clone();
        parts.sort_unstable();
        parts
    }

    pub(crate) fn remove(&self, key: &str) {
        self.0.lock().unwrap().objects.remove(key);
    }
}

#[derive(Debug)]
pub(crate) struct FaultyBuckets {
    pub(crate) inner: Arc<MemoryBuckets>,
    pub(crate) faults: Arc<Faults>,
}

fn away() -> BucketError {
    BucketError::Unavailable("on purpose".into())
}

impl State {
    fn refuse_existing(&self, bucket: &BucketName, key: &str) -> Result<(), BucketError> {
        match self.objects.get(key) {
            Some(_) => Err(ExportRefusal::ObjectExists { bucket: bucket.clone(), key: key.to_owned() }.into()),
            None => Ok(()),
        }
    }

    fn complete(&mut self, upload: &Upload, parts: &[UploadedPart]) -> Result<(), BucketError> {
        match self.objects.get(&upload.key) {
            Some(object) if object.export_id.as_ref() == Some(&upload.export_id) => return Ok(()),
            Some(_) | None => self.refuse_existing(&upload.bucket, &upload.key)?,
        }
        let Some(open) = self.uploads.get(&upload.upload_id) else { return Err(BucketError::UploadGone) };
        let expected: Vec<UploadedPart> =
            open.parts.iter().map(|(number, bytes)| UploadedPart { number: *number, etag: etag(bytes) }).collect();
        assert_eq!(parts, expected, "an upload is completed with the parts it has");
        let bytes = open.parts.values().map(Bytes::as_ref).collect::<Vec<_>>().concat();
        let object = Object { export_id: Some(open.export_id.clone()), bytes };
        self.objects.insert(upload.key.clone(), object);
        self.uploads.remove(&upload.upload_id);
        Ok(())
    }
}

fn etag(bytes: &[u8]) -> String {
    format!("{}-{:?}-{:?}", bytes.len(), bytes.first(), bytes.last())
}

#[async_trait]
impl ExportBuckets for FaultyBuckets {
    async fn check(&self, bucket: &str, keys: &[String], _: &Caller, _: &Context) -> Result<BucketName, BucketError> {
        let effect = async {
            if bucket != BUCKET {
                return Err(ExportRefusal::NoSuchBucket(bucket.to_owned()).into());
            }
            let name = BucketName::parse(bucket).unwrap();
            let state = self.inner.0.lock().unwrap();
            keys.iter().try_for_each(|key| state.refuse_existing(&name, key))?;
            Ok(name)
        };
        self.faults.around(Site::BucketCheck, away, effect).await
    }

    async fn begin(&self, bucket: &BucketName, key: &str, export_id: &str) -> Result<Upload, BucketError> {
        let effect = async {
            let mut state = self.inner.0.lock().unwrap();
            state.begun += 1;
            let upload_id = format!("upload-{}", state.begun);
            let open = OpenUpload { key: key.to_owned(), export_id: export_id.to_owned(), parts: BTreeMap::new() };
            state.uploads.insert(upload_id.clone(), open);
            Ok(Upload { bucket: bucket.clone(), key: key.to_owned(), upload_id, export_id: export_id.to_owned() })
        };
        self.faults.around(Site::BucketBegin, away, effect).await
    }

    async fn abort_unrecorded(
        &self,
        _: &BucketName,
        key: &str,
        export_id: &str,
        _: Timestamp,
    ) -> Result<(), BucketError> {
        let effect = async {
            let mut state = self.inner.0.lock().unwrap();
            state.uploads.retain(|_, open| open.key != key || open.export_id != export_id);
            Ok(())
        };
        self.faults.around(Site::BucketAbortUnrecorded, away, effect).await
    }

    async fn upload_part(&self, upload: &Upload, number: u16, bytes: Bytes) -> Result<UploadedPart, BucketError> {
        let effect = async {
            let mut state = self.inner.0.lock().unwrap();
            state.parts.push(number);
            let open = state.uploads.get_mut(&upload.upload_id).ok_or(BucketError::UploadGone)?;
            let etag = etag(&bytes);
            open.parts.insert(number, bytes);
            Ok(UploadedPart { number, etag })
        };
        self.faults.around(Site::BucketUploadPart, away, effect).await
    }

    async fn complete(&self, upload: &Upload, parts: &[UploadedPart]) -> Result<(), BucketError> {
        let effect = async { self.inner.0.lock().unwrap().complete(upload, parts) };
        self.faults.around(Site::BucketComplete, away, effect).await
    }

    async fn abort(&self, upload: &Upload) -> Result<(), BucketError> {
        let effect = async {
            self.inner.0.lock().unwrap().uploads.remove(&upload.upload_id);
            Ok(())
        };
        self.faults.around(Site::BucketAbort, away, effect).await
    }

    async fn exported_by(&self, _: &BucketName, key: &str) -> Result<Option<Option<String>>, BucketError> {
        let effect = async { Ok(self.inner.object(key).map(|object| object.export_id)) };
        self.faults.around(Site::BucketExportedBy, away, effect).await
    }

    async fn delete(&self, _: &BucketName, key: &str) -> Result<(), BucketError> {
        let effect = async {
            self.inner.0.lock().unwrap().objects.remove(key);
            Ok(())
        };
        self.faults.around(Site::BucketDelete, away, effect).await
    }
}
