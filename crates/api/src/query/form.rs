//! `application/x-www-form-urlencoded` text as pairs.

use std::borrow::Cow;
use std::collections::HashSet;

use percent_encoding::percent_decode;

use super::{DecodeError, ParameterName};

/// Most parameters of one request, which bounds the work that one request can ask for. Our choice:
/// a cluster has 90 nodes by default (ElastiCache quotas), and as many node groups with all of their
/// members given, 15 with five replicas, need 1350.
pub const PARAMETERS_MAX: usize = 2000;

/// Reads a request's body, or its query string, as pairs in the order of arrival.
///
/// # Errors
/// More than [`PARAMETERS_MAX`] pairs, text that is not UTF-8, or one name given twice, so that
/// nobody who looks for a name can find another value than its neighbour found.
pub fn pairs(body: &[u8]) -> Result<Vec<(String, String)>, DecodeError> {
    let parts: Vec<&[u8]> =
        body.split(|byte| *byte == b'&').filter(|part| !part.is_empty()).take(PARAMETERS_MAX + 1).collect();
    if parts.len() > PARAMETERS_MAX {
        return Err(DecodeError::TooManyParameters);
    }
    let pairs = parts.into_iter().map(pair).collect::<Result<Vec<_>, _>>()?;
    let mut names = HashSet::with_capacity(pairs.len());
    match pairs.iter().find(|(name, _)| !names.insert(name.as_str())) {
        Some((name, _)) => Err(DecodeError::Repeated(ParameterName::new(name))),
        None => Ok(pairs),
    }
}

fn pair(part: &[u8]) -> Result<(String, String), DecodeError> {
    let (name, value) = match part.iter().position(|byte| *byte == b'=') {
        Some(at) => (&part[..at], &part[at + 1..]),
        None => (part, &[][..]),
    };
    Ok((unescape(name)?, unescape(value)?))
}

/// A `+` is a blank, `%XX` a byte; a percent sign without two hexadecimal digits stands for itself
/// (WHATWG URL standard, section 5.1).
fn unescape(text: &[u8]) -> Result<String, DecodeError> {
    let blanks = if text.contains(&b'+') {
        Cow::Owned(text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect())
    } else {
        Cow::Borrowed(text)
    };
    match percent_decode(&blanks).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(DecodeError::NotUtf8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_unescaped_in_order() {
        let pairs = pairs(b"Action=CopySnapshot&Tag=a+b%2Bc%26%3d&&empty=&bare&%C3%A9=%zz").expect("well formed");
        let pairs: Vec<_> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(pairs, [("Action", "CopySnapshot"), ("Tag", "a b+c&="), ("empty", ""), ("bare", ""), ("é", "%zz"),]);
    }

    #[test]
    fn bytes_that_are_not_utf8_are_refused() {
        for body in [&b"a=%ff"[..], b"%c3=1", b"a=\xff"] {
            assert_eq!(pairs(body), Err(DecodeError::NotUtf8));
        }
    }

    #[test]
    fn a_name_given_twice_is_refused() {
        let error = pairs(b"Action=CopySnapshot&%41ction=DeleteSnapshot").expect_err("said twice");
        assert_eq!(error.to_string(), "The parameter Action is given more than once.");
        assert_eq!((error.code(), error.status()), ("MalformedInput", 400));
    }

    #[test]
    fn the_number_of_pairs_is_bounded() {
        let body = |count: usize| {
            let parts: Vec<_> = (0..count).map(|n| format!("p{n}=")).collect();
            parts.join("&")
        };
        assert_eq!(pairs(body(PARAMETERS_MAX).as_bytes()).map(|pairs| pairs.len()), Ok(PARAMETERS_MAX));
        let error = pairs(body(PARAMETERS_MAX + 1).as_bytes()).expect_err("one too many");
        assert_eq!((error.code(), error.status()), ("MalformedQueryString", 404));
    }

    #[test]
    fn an_error_prints_no_more_than_a_line() {
        let long = "x".repeat(10_000);
        let error = pairs(format!("{long}=1&{long}=2").as_bytes()).expect_err("said twice");
        assert!(error.to_string().len() < 200);
    }
}
