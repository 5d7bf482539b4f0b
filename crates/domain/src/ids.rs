//! Identifiers that the service makes itself: random, never derived from what a user named.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The text is not 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier of 32 hexadecimal digits")]
pub struct InvalidId;

macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(pub [u8; 16]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let digits: Option<Vec<u8>> =
                    text.bytes().map(|c| char::from(c).to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
                let digits = digits.filter(|digits| digits.len() == 32).ok_or(InvalidId)?;
                let mut id = [0; 16];
                for (byte, pair) in id.iter_mut().zip(digits.chunks_exact(2)) {
                    *byte = pair[0] << 4 | pair[1];
                }
                Ok(Self(id))
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
    };
}

random_id! {
    /// A sealed blob.
    BlobId
}

random_id! {
    /// A job.
    JobId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_survive_their_text_form() {
        let id = BlobId(*b"\x00\x01\xfe\xff0123456789ab");
        assert_eq!(id.to_string().parse(), Ok(id));
        for bad in ["", "00", "g0000000000000000000000000000000"] {
            assert_eq!(bad.parse::<BlobId>(), Err(InvalidId));
        }
    }
}
