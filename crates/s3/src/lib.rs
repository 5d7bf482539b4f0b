//! How this service reaches a store that speaks S3, and what a failed request means. For exports and for blobs alike; knows
//! neither.

mod failure;

pub use failure::{may_pass, retry_after, status};

use aws_credential_types::Credentials;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{BehaviorVersion, Builder, Region, RequestChecksumCalculation, ResponseChecksumValidation};
use std::time::Duration;
use zeroize::Zeroizing;

/// Longest wait for a connection. Our choice.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest one attempt of a request: a part of 64 MiB at 0.25 MiB/s. Our choice.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(256);

/// How to reach a store.
#[derive(Clone, Debug)]
pub struct Access {
    /// `None` for Amazon S3 itself.
    pub endpoint: Option<String>,
    /// Region that requests are signed for.
    pub region: String,
    /// Access key and its secret; `None` takes the AWS default chain (environment, profile, instance).
    pub credentials: Option<(String, Zeroizing<String>)>,
    /// Bucket names in the path instead of in the host name.
    pub path_style: bool,
}

impl Access {
    /// The configuration of a client for the store; nothing is sent yet.
    pub async fn client_config(self) -> Builder {
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).region(Region::new(self.region));
        if let Some((access_key, secret)) = self.credentials {
            let own = Credentials::new(access_key, secret.as_str(), None, None, "valkeep configuration");
            loader = loader.credentials_provider(own);
        }
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .build();
        let mut config = Builder::from(&loader.load().await)
            .force_path_style(self.path_style)
            .timeout_config(timeouts)
            // Every part is signed with its SHA-256, which every S3 verifies; other checksums not every S3 knows.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
        config.set_endpoint_url(self.endpoint);
        config
    }
}
