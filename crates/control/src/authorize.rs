//! Who calls, and may they (spec 5.4).

use crate::Refusal;
use valkeep_access::policy::{Context, denial_text};
use valkeep_domain::arn::Arn;
use valkeep_domain::tags::Tags;
use valkeep_ports::buckets::Caller;
use valkeep_ports::catalog::{CatalogError, Tx};
use valkeep_ports::records::Tagged;

/// An authenticated call: who makes it, and what is known of the request beside its parameters.
#[derive(Clone, Debug)]
pub struct Call {
    pub caller: Caller,
    /// Conditions that hold for every check of this call: time, address, transport.
    pub context: Context,
}

/// Conditions of one operation, put over those of the call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conditions(Vec<(String, String)>);

impl Conditions {
    pub(crate) fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.0.push((key.to_owned(), value.into()));
        self
    }

    pub(crate) fn with_some(self, key: &str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// `aws:RequestTag/…` and `aws:TagKeys` (P5).
    pub(crate) fn request_tags(self, tags: Option<&Tags>) -> Self {
        tags.into_iter().flat_map(Tags::iter).fold(self, |conditions, (key, value)| {
            conditions.with(&format!("aws:RequestTag/{key}"), value).with("aws:TagKeys", key)
        })
    }

    /// `aws:ResourceTag/…` of the resource that is checked (P2a).
    pub(crate) fn resource_tags(self, tags: &Tags) -> Self {
        tags.iter().fold(self, |conditions, (key, value)| conditions.with(&format!("aws:ResourceTag/{key}"), value))
    }
}

impl Call {
    /// Refuses unless the caller's policies allow the action on the resource.
    ///
    /// # Errors
    /// `Denied` with the text of P8 or P9.
    pub(crate) fn authorize(&self, action: &str, resource: &str, conditions: &Conditions) -> Result<(), Refusal> {
        let action = format!("elasticache:{action}");
        let mut context = self.context.clone();
        for (key, value) in &conditions.0 {
            context.insert(key, value);
        }
        let decision = self.caller.decide(&action, resource, &context);
        denial_text(decision, &self.caller.principal.arn, &action, resource)
            .map_or(Ok(()), |text| Err(Refusal::Denied(text)))
    }

    /// P4: tags in a create or copy call need the right to tag the new resource.
    pub(crate) fn authorize_tagging(&self, resource: &Arn, tags: Option<&Tags>) -> Result<(), Refusal> {
        match tags {
            Some(tags) if !tags.is_empty() => {
                let conditions = Conditions::default().request_tags(Some(tags));
                self.authorize("AddTagsToResource", &resource.to_string(), &conditions)
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// The tags of a resource; none when it has none or does not exist.
pub(crate) fn tags_of(tx: &mut Tx<'_>, arn: &Arn) -> Result<Tags, CatalogError> {
    Ok(tx.get::<Tagged>(&arn.to_string())?.map(|tagged| tagged.tags).unwrap_or_default())
}
