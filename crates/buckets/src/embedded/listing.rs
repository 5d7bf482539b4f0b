//! Lists of objects and uploads: by prefix, rolled up at a delimiter, page by page.

use super::EmbeddedS3;
use super::buckets::{bucket_in, owner_of};
use super::error::{Refusal, Trouble, refuse};
use super::records::{BucketRecord, ObjectRecord, UploadRecord};
use super::{s3_size, s3_time};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::dto::*;
use s3s::{S3ErrorCode, S3Result};
use valkeep_ports::catalog::{CatalogError, Record, Scan, Tx};

/// Most entries of one answer ("ListObjectsV2", API reference).
const MAX_ENTRIES: i32 = 1000;

/// Records that are read together.
const PAGE_RECORDS: usize = 100;

/// Behind nearly all that begins with a group; what is not is recognised.
const LAST: char = '\u{10ffff}';

/// A list that is asked for.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    index: Option<&'static str>,
    /// What all texts of the bucket begin with.
    base: String,
    prefix: String,
    delimiter: Option<String>,
    /// Only what comes behind this.
    after: Option<String>,
    limit: usize,
}

/// One entry of a list.
#[derive(Debug)]
enum Entry<R> {
    Record(R),
    /// A common prefix.
    Group(String),
}

/// One page of a list.
#[derive(Debug)]
struct Page<R> {
    entries: Vec<Entry<R>>,
    /// The text of the last entry, when there are more behind it.
    next: Option<String>,
}

impl Walk {
    fn new(bucket: &str, prefix: Option<&str>, delimiter: Option<&str>, limit: Option<i32>) -> Result<Self, Refusal> {
        let limit = limit.unwrap_or(MAX_ENTRIES).min(MAX_ENTRIES);
        let limit = usize::try_from(limit)
            .map_err(|_| refuse(S3ErrorCode::InvalidArgument, "The number of entries must not be negative."))?;
        Ok(Self {
            index: None,
            base: format!("{bucket}/"),
            prefix: prefix.unwrap_or_default().to_owned(),
            delimiter: delimiter.filter(|text| !text.is_empty()).map(str::to_owned),
            after: None,
            limit,
        })
    }

    /// The common prefix that a name is rolled up into.
    fn group<'a>(&self, name: &'a str) -> Option<&'a str> {
        let delimiter = self.delimiter.as_ref()?;
        let found = name.get(self.prefix.len()..)?.find(delimiter.as_str())?;
        name.get(..self.prefix.len() + found + delimiter.len())
    }

    fn scan(&self) -> Scan {
        let start = format!("{}{}", self.base, self.prefix);
        match self.index {
            None => Scan::keys(&start, PAGE_RECORDS),
            Some(index) => Scan::index(index, &start, PAGE_RECORDS),
        }
    }

    fn scan_after(&self, text: &str) -> Scan {
        self.scan().after(&format!("{}{text}", self.base))
    }

    /// Each round reads a page of records and either ends, or goes behind them or behind a new group.
    fn page<R: Record>(&self, tx: &mut Tx<'_>, name_of: fn(&str) -> &str) -> Result<Page<R>, CatalogError> {
        let after = self.after.as_deref().filter(|after| *after >= self.prefix.as_str());
        let mut group = after.filter(|after| self.group(after) == Some(after)).map(str::to_owned);
        let mut scan = match (&group, after) {
            (Some(group), _) => self.scan_after(&format!("{group}{LAST}")),
            (None, Some(after)) => self.scan_after(after),
            (None, None) => self.scan(),
        };
        let mut page = Page { entries: Vec::new(), next: None };
        let mut last = String::new();
        if self.limit == 0 {
            return Ok(page);
        }
        'rounds: loop {
            let rows = tx.scan_at::<R>(&scan)?;
            let full = rows.len() == PAGE_RECORDS;
            for (at, record) in rows {
                let text = at.get(self.base.len()..).unwrap_or_default();
                scan = self.scan_after(text);
                let found = self.group(name_of(text));
                if found.is_some() && found == group.as_deref() {
                    continue;
                }
                if page.entries.len() == self.limit {
                    page.next = Some(last);
                    return Ok(page);
                }
                if let Some(found) = found {
                    page.entries.push(Entry::Group(found.to_owned()));
                    scan = self.scan_after(&format!("{found}{LAST}"));
                    found.clone_into(&mut last);
                    group = Some(found.to_owned());
                    continue 'rounds;
                }
                text.clone_into(&mut last);
                page.entries.push(Entry::Record(record));
            }
            if !full {
                return Ok(page);
            }
        }
    }
}

/// How names are written into an answer: XML cannot hold every character that a key can.
#[derive(Clone, Copy, Debug)]
struct Names {
    encoded: bool,
}

const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

impl Names {
    fn parse(encoding: Option<&EncodingType>) -> Result<Self, Refusal> {
        match encoding.map(EncodingType::as_str) {
            None => Ok(Self { encoded: false }),
            Some(EncodingType::URL) => Ok(Self { encoded: true }),
            Some(_) => Err(refuse(S3ErrorCode::InvalidArgument, "Invalid Encoding Method specified in Request")),
        }
    }

    fn write(self, name: &str) -> String {
        if self.encoded { utf8_percent_encode(name, KEPT).to_string() } else { name.to_owned() }
    }

    fn write_some(self, name: Option<&String>) -> Option<String> {
        name.map(|name| self.write(name))
    }
}

fn split<R>(entries: Vec<Entry<R>>, names: Names) -> (Vec<R>, Vec<CommonPrefix>) {
    let (mut records, mut groups) = (Vec::new(), Vec::new());
    for entry in entries {
        match entry {
            Entry::Record(record) => records.push(record),
            Entry::Group(group) => groups.push(CommonPrefix { prefix: Some(names.write(&group)) }),
        }
    }
    (records, groups)
}

fn object(record: &ObjectRecord, names: Names, owner: Option<&BucketRecord>) -> Object {
    Object {
        checksum_algorithm: Some(
            record
                .checksums
                .values
                .iter()
                .map(|(algorithm, _)| ChecksumAlgorithm::from_static(algorithm.as_str()))
                .collect(),
        ),
        checksum_type: Some(ChecksumType::from_static(record.checksums.kind.as_str())),
        e_tag: Some(ETag::Strong(record.etag.clone())),
        key: Some(names.write(&record.key)),
        last_modified: Some(s3_time(record.modified_at)),
        owner: owner.map(|bucket| owner_of(&bucket.owner)),
        restore_status: None,
        size: Some(s3_size(record.size_bytes)),
        storage_class: Some(ObjectStorageClass::from_static(ObjectStorageClass::STANDARD)),
    }
}

fn entries(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

impl EmbeddedS3 {
    async fn walk<R: Record + Send + 'static>(
        &self,
        bucket: &str,
        owner: Option<String>,
        walk: Walk,
        name_of: fn(&str) -> &str,
    ) -> Result<(BucketRecord, Page<R>), Trouble> {
        let bucket = bucket.to_owned();
        let work = move |tx: &mut Tx<'_>| {
            let record = bucket_in(tx, &bucket, owner.as_deref())?;
            Ok((record, walk.page(tx, name_of)?))
        };
        self.store.read(work).await
    }

    pub(super) async fn list(&self, input: ListObjectsInput) -> S3Result<ListObjectsOutput> {
        let names = Names::parse(input.encoding_type.as_ref())?;
        let mut walk = Walk::new(&input.bucket, input.prefix.as_deref(), input.delimiter.as_deref(), input.max_keys)?;
        walk.after.clone_from(&input.marker);
        let limit = walk.limit;
        let (bucket, page) = self.walk(&input.bucket, input.expected_bucket_owner, walk, |text| text).await?;
        let next = page.next;
        let (records, groups) = split(page.entries, names);
        Ok(ListObjectsOutput {
            name: Some(input.bucket),
            prefix: Some(names.write(&input.prefix.unwrap_or_default())),
            marker: Some(names.write(&input.marker.unwrap_or_default())),
            max_keys: Some(entries(limit)),
            is_truncated: Some(next.is_some()),
            contents: Some(records.iter().map(|record| object(record, names, Some(&bucket))).collect()),
            common_prefixes: Some(groups),
            // S3 gives it only with a delimiter; without one the last key is the marker.
            next_marker: names.write_some(next.filter(|_| input.delimiter.is_some()).as_ref()),
            delimiter: names.write_some(input.delimiter.as_ref()),
            encoding_type: input.encoding_type,
            request_charged: None,
        })
    }

    pub(super) async fn list_v2(&self, input: ListObjectsV2Input) -> S3Result<ListObjectsV2Output> {
        let names = Names::parse(input.encoding_type.as_ref())?;
        let mut walk = Walk::new(&input.bucket, input.prefix.as_deref(), input.delimiter.as_deref(), input.max_keys)?;
        walk.after = match &input.continuation_token {
            Some(token) => Some(read_token(token)?),
            None => input.start_after.clone(),
        };
        let limit = walk.limit;
        let (bucket, page) = self.walk(&input.bucket, input.expected_bucket_owner, walk, |text| text).await?;
        let owner = (input.fetch_owner == Some(true)).then_some(&bucket);
        let count = page.entries.len();
        let next = page.next;
        let (records, groups) = split(page.entries, names);
        Ok(ListObjectsV2Output {
            name: Some(input.bucket),
            prefix: Some(names.write(&input.prefix.unwrap_or_default())),
            max_keys: Some(entries(limit)),
            key_count: Some(entries(count)),
            continuation_token: input.continuation_token,
            is_truncated: Some(next.is_some()),
            next_continuation_token: next.map(|next| URL_SAFE_NO_PAD.encode(next)),
            contents: Some(records.iter().map(|record| object(record, names, owner)).collect()),
            common_prefixes: Some(groups),
            delimiter: names.write_some(input.delimiter.as_ref()),
            encoding_type: input.encoding_type,
            start_after: names.write_some(input.start_after.as_ref()),
            request_charged: None,
        })
    }

    pub(super) async fn list_uploads(&self, input: ListMultipartUploadsInput) -> S3Result<ListMultipartUploadsOutput> {
        let names = Names::parse(input.encoding_type.as_ref())?;
        let mut walk =
            Walk::new(&input.bucket, input.prefix.as_deref(), input.delimiter.as_deref(), input.max_uploads)?;
        walk.index = Some(UploadRecord::BY_KEY);
        walk.after = input.key_marker.as_ref().map(|key| {
            let id = input.upload_id_marker.clone().unwrap_or_else(|| LAST.to_string());
            format!("{key}{}{id}", UploadRecord::BEFORE_ID)
        });
        let limit = walk.limit;
        let (bucket, page) =
            self.walk::<UploadRecord>(&input.bucket, input.expected_bucket_owner, walk, key_of).await?;
        let next = page.next;
        let (records, groups) = split(page.entries, names);
        let next_id = next.as_ref().and_then(|text| text.rsplit_once(UploadRecord::BEFORE_ID)).map(|(_, id)| id);
        let upload = |record: &UploadRecord| MultipartUpload {
            checksum_algorithm: record.checksum.map(|known| ChecksumAlgorithm::from_static(known.as_str())),
            checksum_type: record.checksum_kind.map(|kind| ChecksumType::from_static(kind.as_str())),
            initiated: Some(s3_time(record.begun_at)),
            initiator: None,
            key: Some(names.write(&record.key)),
            owner: Some(owner_of(&bucket.owner)),
            storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
            upload_id: Some(record.id.clone()),
        };
        Ok(ListMultipartUploadsOutput {
            bucket: Some(input.bucket),
            common_prefixes: Some(groups),
            is_truncated: Some(next.is_some()),
            key_marker: Some(names.write(&input.key_marker.unwrap_or_default())),
            max_uploads: Some(entries(limit)),
            next_upload_id_marker: next_id.map(str::to_owned),
            next_key_marker: next.as_deref().map(|next| names.write(key_of(next))),
            prefix: Some(names.write(&input.prefix.unwrap_or_default())),
            delimiter: names.write_some(input.delimiter.as_ref()),
            encoding_type: input.encoding_type,
            upload_id_marker: Some(input.upload_id_marker.unwrap_or_default()),
            uploads: Some(records.iter().map(upload).collect()),
            request_charged: None,
        })
    }
}

/// The key in the index text of an upload.
fn key_of(text: &str) -> &str {
    text.rsplit_once(UploadRecord::BEFORE_ID).map_or(text, |(key, _)| key)
}

fn read_token(token: &str) -> Result<String, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok();
    bytes
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| refuse(S3ErrorCode::InvalidArgument, "The continuation token provided is incorrect"))
}
