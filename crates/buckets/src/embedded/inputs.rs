//! What requests say of the objects that they begin. The inputs of s3s have the same members without a common type, so
//! that macros read them.

use super::checksums::{Algorithm, Checksums, Kind};
use super::error::{Refusal, refuse, unsupported};
use super::records::Described;
use s3s::S3ErrorCode;
use s3s::dto::ChecksumAlgorithm;

/// Most bytes of user metadata, names and values (S3 User Guide, "Working with object metadata"): 2 KB.
const MAX_METADATA_BYTES: usize = 2 << 10;

/// Longest value of a header that describes an object: our choice.
const MAX_HEADER_BYTES: usize = 2 << 10;

/// Longest object key (S3 User Guide, "Naming Amazon S3 objects").
const MAX_KEY_BYTES: usize = 1024;

/// What an input says of an object, refusing what the endpoint cannot honour. The three inputs that begin an object have
/// these members.
macro_rules! described {
    ($input:expr) => {{
        let input = &mut $input;
        $crate::embedded::inputs::check_key(&input.key)?;
        $crate::embedded::inputs::refuse_extras(&[
            ("customer-provided encryption keys", input.sse_customer_algorithm.is_some()),
            ("customer-provided encryption keys", input.sse_customer_key.is_some()),
            ("KMS keys of the caller", input.ssekms_key_id.is_some()),
            ("KMS keys of the caller", input.ssekms_encryption_context.is_some()),
            ("object lock", input.object_lock_mode.is_some()),
            ("object lock", input.object_lock_legal_hold_status.is_some()),
            ("object lock", input.object_lock_retain_until_date.is_some()),
            ("object tags", input.tagging.is_some()),
            ("website redirects", input.website_redirect_location.is_some()),
            ("grants on objects", input.grant_full_control.is_some()),
            ("grants on objects", input.grant_read.is_some()),
            ("grants on objects", input.grant_read_acp.is_some()),
            ("grants on objects", input.grant_write_acp.is_some()),
            ("server-side encryption other than AES256", {
                let wanted = input.server_side_encryption.as_ref();
                wanted.is_some_and(|wanted| wanted.as_str() != ::s3s::dto::ServerSideEncryption::AES256)
            }),
            ("storage classes other than STANDARD", {
                let wanted = input.storage_class.as_ref();
                wanted.is_some_and(|wanted| wanted.as_str() != ::s3s::dto::StorageClass::STANDARD)
            }),
            // Both mean what is so anyway: the bucket's owner owns the object, and nobody else.
            ("ACLs on objects", {
                let wanted = input.acl.as_ref().map(|acl| acl.as_str());
                !matches!(wanted, None | Some("private" | "bucket-owner-full-control"))
            }),
        ])?;
        $crate::embedded::records::Described {
            content_type: input.content_type.take(),
            content_encoding: input.content_encoding.take(),
            content_language: input.content_language.take(),
            content_disposition: input.content_disposition.take(),
            cache_control: input.cache_control.take(),
            expires: input.expires.take(),
            metadata: input.metadata.take().unwrap_or_default().into_iter().collect(),
        }
        .checked()?
    }};
}
pub(super) use described;

/// The checksums that an input carries.
macro_rules! claimed {
    ($input:expr) => {
        $crate::embedded::inputs::claimed_values([
            ($crate::embedded::checksums::Algorithm::Crc32, $input.checksum_crc32.take()),
            ($crate::embedded::checksums::Algorithm::Crc32c, $input.checksum_crc32c.take()),
            ($crate::embedded::checksums::Algorithm::Crc64nvme, $input.checksum_crc64nvme.take()),
            ($crate::embedded::checksums::Algorithm::Sha1, $input.checksum_sha1.take()),
            ($crate::embedded::checksums::Algorithm::Sha256, $input.checksum_sha256.take()),
        ])
    };
}
pub(super) use claimed;

/// All that an input says of its body.
macro_rules! claims {
    ($request:expr) => {{
        let input = &mut $request.input;
        $crate::embedded::checksums::Claims {
            checksums: $crate::embedded::inputs::claimed!(input),
            md5: input.content_md5.take(),
            length_bytes: input.content_length.and_then(|length| u64::try_from(length).ok()),
            also: $crate::embedded::inputs::algorithm(input.checksum_algorithm.take())?,
            trailers: $crate::embedded::checksums::Trailers::announced(
                &$request.headers,
                $request.trailing_headers.take(),
            ),
        }
    }};
}
pub(super) use claims;

pub(super) fn claimed_values(values: [(Algorithm, Option<String>); 5]) -> Checksums {
    let values = values.into_iter().filter_map(|(algorithm, value)| Some((algorithm, value?))).collect();
    Checksums { values, kind: Kind::Full }
}

pub(super) fn algorithm(name: Option<ChecksumAlgorithm>) -> Result<Option<Algorithm>, Refusal> {
    name.map(|name| Algorithm::parse(name.as_str())).transpose()
}

pub(super) fn refuse_extras(extras: &[(&str, bool)]) -> Result<(), Refusal> {
    match extras.iter().find(|(_, asked)| *asked) {
        Some((what, _)) => Err(unsupported(what)),
        None => Ok(()),
    }
}

/// # Errors
/// `KeyTooLongError`; `InvalidArgument` for NUL, which no catalog can hold.
pub(super) fn check_key(key: &str) -> Result<(), Refusal> {
    if key.len() > MAX_KEY_BYTES {
        return Err(refuse(S3ErrorCode::KeyTooLongError, "Your key is too long"));
    }
    if key.is_empty() || key.contains('\0') {
        return Err(refuse(S3ErrorCode::InvalidArgument, "The key must not be empty or contain NUL."));
    }
    Ok(())
}

impl Described {
    /// # Errors
    /// `MetadataTooLarge`, `InvalidArgument`.
    pub(super) fn checked(self) -> Result<Self, Refusal> {
        let bytes: usize = self.metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
        if bytes > MAX_METADATA_BYTES {
            let text = "Your metadata headers exceed the maximum allowed metadata size";
            return Err(refuse(S3ErrorCode::MetadataTooLarge, text));
        }
        let headers = [
            &self.content_type,
            &self.content_encoding,
            &self.content_language,
            &self.content_disposition,
            &self.cache_control,
        ];
        if headers.into_iter().flatten().any(|value| value.len() > MAX_HEADER_BYTES) {
            return Err(refuse(S3ErrorCode::InvalidArgument, "A header that describes the object is too long."));
        }
        Ok(self)
    }
}
