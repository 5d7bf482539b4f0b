//! Parameters of the tagging operations, and the tags of others.

use super::required;
use crate::fault::Answer;
use valkeep_api::Parameters;
use valkeep_control::Refusal;
use valkeep_domain::arn::Arn;
use valkeep_domain::tags::{Tag, Tags, check_key};

fn arn(given: &Parameters<'_>) -> Result<Arn, Answer> {
    Arn::parse(required(given, "ResourceName")?).map_err(|error| Answer::from(Refusal::from(error)))
}

/// The `Tags` of a request; an empty list counts as none given (W10).
pub(super) fn given(given: &Parameters<'_>) -> Result<Option<Tags>, Answer> {
    let Some(list) = given.structures("Tags").filter(|list| !list.is_empty()) else { return Ok(None) };
    let tags = Tags::parse(list.iter().map(|tag| Tag {
        key: tag.string("Key").unwrap_or_default().to_owned(),
        value: tag.string("Value").unwrap_or_default().to_owned(),
    }))
    .map_err(|error| Answer::invalid_value(error.to_string()))?;
    if tags.over_quota() {
        return Err(Answer::from(Refusal::TagQuota("one resource".to_owned())));
    }
    Ok(Some(tags))
}

pub(crate) fn add(parameters: &Parameters<'_>) -> Result<(Arn, Tags), Answer> {
    Ok((arn(parameters)?, given(parameters)?.unwrap_or_default()))
}

pub(crate) fn remove(parameters: &Parameters<'_>) -> Result<(Arn, Vec<String>), Answer> {
    let arn = arn(parameters)?;
    let keys: Vec<String> = parameters.strings("TagKeys").unwrap_or_default().into_iter().map(str::to_owned).collect();
    for key in &keys {
        check_key(key).map_err(|error| Answer::invalid_value(error.to_string()))?;
    }
    Ok((arn, keys))
}

pub(crate) fn list(parameters: &Parameters<'_>) -> Result<Arn, Answer> {
    arn(parameters)
}
