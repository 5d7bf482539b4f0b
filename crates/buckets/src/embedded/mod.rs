//! The embedded S3 endpoint: buckets and objects over the catalog and sealed blobs (SSE-S3: every body lies under a data
//! key of the service's own key).
//!
//! What it does not do (versions, locks, tags, lifecycle, customer keys, ACLs on objects) it refuses.

mod access;
mod blobs;
mod buckets;
mod checksums;
mod chunks;
mod conditions;
mod error;
mod export;
mod grants;
mod hashing;
mod inputs;
mod listing;
mod objects;
mod places;
mod reads;
mod records;
mod s3;
mod uploads;
pub mod words;

pub use access::{Credentials, SecretAccessKey};
pub use places::Places;

use http::{Request, Response};
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::service::{S3Service, S3ServiceBuilder};
use std::sync::Arc;
use valkeep_domain::arn::Place;
use valkeep_domain::time::Timestamp;
use valkeep_ports::blobs::Blobs;
use valkeep_ports::catalog::Store;
use valkeep_ports::keys::KeyService;
use valkeep_ports::{Clock, Ids};

/// Most bytes of an XML or policy body: the longest list of 10,000 parts or 1,000 keys fits.
const MAX_XML_BODY_BYTES: usize = 4 << 20;

/// The S3 endpoint over the stores of this program. Cheap to clone.
#[derive(Clone, Debug)]
pub struct EmbeddedS3 {
    pub store: Store,
    pub blobs: Arc<dyn Blobs>,
    pub keys: Arc<dyn KeyService>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    /// Where new buckets lie unless their creator says otherwise.
    pub place: Place,
    pub places: Arc<Places>,
}

impl EmbeddedS3 {
    /// The HTTP side. Requests are path-style; each is authenticated by `credentials` and authorised before its body is
    /// read, under the conditions that the request carries as an extension of type `valkeep_access::policy::Context`.
    pub fn service(&self, credentials: Arc<dyn Credentials>) -> HttpSide {
        let mut config = S3Config::default();
        config.xml_max_body_size = MAX_XML_BODY_BYTES;
        // Uploads by HTML form are not supported; s3s would read the file before it asks.
        config.post_object_max_file_size = 0;
        config.form_max_fields_size = config.form_max_field_size;
        let mut builder = S3ServiceBuilder::new(self.clone());
        builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
        builder.set_auth(access::Authentication(credentials.clone()));
        builder.set_access(access::Authorisation { s3: self.clone(), credentials });
        HttpSide(builder.build())
    }
}

/// The HTTP side of the endpoint. Cheap to clone.
#[derive(Clone, Debug)]
pub struct HttpSide(S3Service);

impl HttpSide {
    /// Answers a request.
    ///
    /// # Errors
    /// When s3s could not make an answer.
    pub async fn answer(&self, request: Request<s3s::Body>) -> Result<Response<s3s::Body>, s3s::HttpError> {
        self.0.call(chunks::within_bounds(request)).await
    }
}

/// The canonical user id of an account: SHA-256 of its twelve digits, in hexadecimal, so that it needs no record.
pub fn canonical_id(account: &str) -> String {
    hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, account.as_bytes()))
}

/// A moment as s3s writes it.
fn s3_time(time: Timestamp) -> s3s::dto::Timestamp {
    let ms = u64::try_from(time.ms()).unwrap_or(0);
    (std::time::UNIX_EPOCH + std::time::Duration::from_millis(ms)).into()
}

/// A size as s3s writes it.
fn s3_size(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
