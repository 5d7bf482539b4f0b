//! Functions of strings alone.

use super::Made;
use super::signature::Argument;
use crate::document::Document;

pub(super) fn starts_with(arguments: &[Argument<'_>]) -> Made {
    Ok(arguments[0].text().starts_with(arguments[1].text()).into())
}

pub(super) fn ends_with(arguments: &[Argument<'_>]) -> Made {
    Ok(arguments[0].text().ends_with(arguments[1].text()).into())
}

pub(super) fn join(arguments: &[Argument<'_>]) -> Made {
    let texts: Vec<_> = arguments[1].list().iter().filter_map(Document::as_str).collect();
    Ok(texts.join(arguments[0].text()).into())
}
