//! The signature's fields as they stand in the request, from whichever of the two forms carries them.

use super::canonical::decoded_pairs;
use super::claim::RequestHead;
use super::{ALGORITHM, SignatureError};

/// Where the fields were found. The expiry of a presigned URL exists in that form only.
pub(super) enum Form {
    Header,
    Presigned { expires: String },
}

/// The unparsed fields of one signature.
pub(super) struct Fields {
    pub(super) form: Form,
    pub(super) credential: String,
    pub(super) signed_headers: String,
    pub(super) signature: String,
    pub(super) date: Date,
}

/// The signing time as it was sent.
pub(super) enum Date {
    /// `X-Amz-Date`, for example `20150830T123600Z`.
    Amz(String),
    /// The HTTP `Date` header, which may stand in when there is no `X-Amz-Date`.
    Http(String),
}

impl Fields {
    /// Finds the one signature of the request.
    ///
    /// # Errors
    /// `MissingAuthenticationToken` when there is none; `IncompleteSignature` when there are two, when a field is
    /// missing, unknown or repeated, or when the algorithm is another one; `InvalidClientTokenId` for session tokens.
    pub(super) fn find(head: &RequestHead<'_>) -> Result<Self, SignatureError> {
        let parameters = Parameters::collect(head.query)?;
        if parameters.session_token || head.values("x-amz-security-token").next().is_some() {
            return Err(SignatureError::InvalidClientTokenId);
        }
        match (single_header(head, "authorization")?, parameters.is_empty()) {
            (None, true) => Err(SignatureError::MissingAuthenticationToken),
            (Some(_), false) => Err(SignatureError::incomplete(
                "Only one authentication form is allowed: the Authorization header or the X-Amz-* query parameters.",
            )),
            (Some(authorization), true) => from_header(head, authorization),
            (None, false) => from_query(head, parameters),
        }
    }
}

/// Reads `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`.
fn from_header(head: &RequestHead<'_>, authorization: &str) -> Result<Fields, SignatureError> {
    let (algorithm, rest) = authorization.split_once(' ').unwrap_or((authorization, ""));
    require_algorithm(algorithm)?;
    let (mut credential, mut signed_headers, mut signature) = (None, None, None);
    for part in rest.split(',') {
        let (name, value) = part.trim().split_once('=').unwrap_or((part.trim(), ""));
        let slot = match name {
            "Credential" => &mut credential,
            "SignedHeaders" => &mut signed_headers,
            "Signature" => &mut signature,
            _ => return Err(SignatureError::incomplete("Authorization header has an unknown or malformed parameter.")),
        };
        if slot.replace(value.to_owned()).is_some() {
            return Err(SignatureError::incomplete(format!("Authorization header repeats the '{name}' parameter.")));
        }
    }
    let missing = |name: &str| SignatureError::incomplete(format!("Authorization header requires '{name}' parameter."));
    Ok(Fields {
        form: Form::Header,
        credential: credential.ok_or_else(|| missing("Credential"))?,
        signed_headers: signed_headers.ok_or_else(|| missing("SignedHeaders"))?,
        signature: signature.ok_or_else(|| missing("Signature"))?,
        date: header_date(head)?,
    })
}

fn header_date(head: &RequestHead<'_>) -> Result<Date, SignatureError> {
    if let Some(date) = single_header(head, "x-amz-date")? {
        return Ok(Date::Amz(date.to_owned()));
    }
    match single_header(head, "date")? {
        Some(date) => Ok(Date::Http(date.to_owned())),
        None => Err(SignatureError::incomplete(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
        )),
    }
}

fn from_query(head: &RequestHead<'_>, parameters: Parameters) -> Result<Fields, SignatureError> {
    if head.values("x-amz-date").next().is_some() {
        return Err(SignatureError::incomplete("X-Amz-Date is given both as a header and as a query parameter."));
    }
    let missing =
        |name: &str| SignatureError::incomplete(format!("AWS query-string parameters must include '{name}'."));
    require_algorithm(&parameters.algorithm.ok_or_else(|| missing("X-Amz-Algorithm"))?)?;
    Ok(Fields {
        credential: parameters.credential.ok_or_else(|| missing("X-Amz-Credential"))?,
        signed_headers: parameters.signed_headers.ok_or_else(|| missing("X-Amz-SignedHeaders"))?,
        signature: parameters.signature.ok_or_else(|| missing("X-Amz-Signature"))?,
        date: Date::Amz(parameters.date.ok_or_else(|| missing("X-Amz-Date"))?),
        form: Form::Presigned { expires: parameters.expires.ok_or_else(|| missing("X-Amz-Expires"))? },
    })
}

fn require_algorithm(algorithm: &str) -> Result<(), SignatureError> {
    if algorithm == ALGORITHM {
        return Ok(());
    }
    Err(SignatureError::incomplete(format!("Unsupported AWS 'algorithm': only {ALGORITHM} is accepted.")))
}

/// The value of a header that may be given once at most.
fn single_header<'a>(head: &RequestHead<'a>, name: &str) -> Result<Option<&'a str>, SignatureError> {
    let mut values = head.values(name);
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(SignatureError::incomplete(format!("The '{name}' header is given more than once.")));
    }
    match std::str::from_utf8(value) {
        Ok(text) => Ok(Some(text.trim())),
        Err(_) => Err(SignatureError::incomplete(format!("The '{name}' header is not valid text."))),
    }
}

/// The query parameters that carry a signature. One that is present makes the request a presigned one.
#[derive(Default)]
struct Parameters {
    algorithm: Option<String>,
    credential: Option<String>,
    date: Option<String>,
    expires: Option<String>,
    signed_headers: Option<String>,
    signature: Option<String>,
    session_token: bool,
}

impl Parameters {
    fn collect(query: &str) -> Result<Self, SignatureError> {
        let mut found = Self::default();
        for (name, value) in decoded_pairs(query) {
            let slot = match name.as_ref() {
                b"X-Amz-Algorithm" => &mut found.algorithm,
                b"X-Amz-Credential" => &mut found.credential,
                b"X-Amz-Date" => &mut found.date,
                b"X-Amz-Expires" => &mut found.expires,
                b"X-Amz-SignedHeaders" => &mut found.signed_headers,
                b"X-Amz-Signature" => &mut found.signature,
                b"X-Amz-Security-Token" => {
                    found.session_token = true;
                    continue;
                }
                _ => continue,
            };
            let text = String::from_utf8(value.into_owned())
                .map_err(|_| SignatureError::incomplete("A signature query parameter is not valid UTF-8."))?;
            if slot.replace(text).is_some() {
                return Err(SignatureError::incomplete("A signature query parameter is given more than once."));
            }
        }
        Ok(found)
    }

    fn is_empty(&self) -> bool {
        let Self { algorithm, credential, date, expires, signed_headers, signature, session_token: _ } = self;
        [algorithm, credential, date, expires, signed_headers, signature].iter().all(|field| field.is_none())
    }
}
