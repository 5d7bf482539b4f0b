//! `role_arn` in a profile: a role that is taken with the credentials of another profile or place.

use super::kept::kept_or;
use super::source::Source;
use super::{Keep, Method, cache, container, environment, instance, mfa, of_profile, profile_keys, sts};
use crate::call::Identity;
use crate::config::Section;
use crate::document::{Document, Map};
use crate::failure::Failure;
use crate::python::{TOO_DEEP, int, str_repr};
use crate::session::Session;
use num_bigint::BigInt;
use valkeep_api::ASSUME_ROLE;

/// How many profiles may lead to each other. Our choice; the reference ends at some such number too.
const PROFILES_MAX: usize = 300;

/// The shortest session of a role, in seconds.
const DURATION_MIN_S: u32 = 900;

/// What a profile says about its role.
#[derive(Debug)]
struct Role<'a> {
    arn: &'a str,
    origin: Origin<'a>,
    session_name: Option<&'a str>,
    external_id: Option<&'a str>,
    mfa_serial: Option<&'a str>,
    duration_s: Option<BigInt>,
}

/// Whose credentials ask for the role.
#[derive(Clone, Copy, Debug)]
enum Origin<'a> {
    Profile(&'a str),
    Place(Place),
}

/// The values of `credential_source`.
#[derive(Clone, Copy, Debug)]
enum Place {
    Environment,
    Container,
    Instance,
}

impl Place {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "Environment" => Some(Self::Environment),
            "EcsContainer" => Some(Self::Container),
            "Ec2InstanceMetadata" => Some(Self::Instance),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Environment => "Environment",
            Self::Container => "EcsContainer",
            Self::Instance => "Ec2InstanceMetadata",
        }
    }
}

/// The role of the profile `name`, if it takes one.
pub(super) fn search<'a>(session: Session<'a>, name: &'a str) -> Result<Option<Source<'a>>, Failure> {
    match session.settings.profiles().profile(name) {
        Some(profile) if takes_role(profile) => taken(session, name, profile, &mut vec![name]).map(Some),
        _ => Ok(None),
    }
}

fn takes_role(profile: &Section) -> bool {
    profile.text("role_arn").is_some() && profile.get("web_identity_token_file").is_none()
}

/// The role of a profile. All profiles that led here are `visited`, the profile itself last.
fn taken<'a>(
    session: Session<'a>,
    name: &'a str,
    profile: &'a Section,
    visited: &mut Vec<&'a str>,
) -> Result<Source<'a>, Failure> {
    if visited.len() > PROFILES_MAX {
        return Err(Failure::general(TOO_DEEP));
    }
    let role = Role::of(name, profile)?;
    let source = match role.origin {
        Origin::Place(place) => of_place(session, name, place)?,
        Origin::Profile(source) => {
            let section = checked_source(session, name, source, visited)?;
            visited.push(source);
            if takes_role(section) && !profile_keys::any(section) {
                taken(session, source, section, visited)?
            } else {
                of_profile(session, source, false, Keep::Nowhere)?.ok_or_else(|| {
                    Failure::general(format!("The source profile \"{source}\" must have credentials."))
                })?
            }
        }
    };
    let fetch = move || {
        let arguments = role.arguments();
        // Neither a code nor a generated name decides about the answer.
        kept_or(session, Keep::InFiles, &cache::key_of_arguments(&arguments), || {
            let parameters = role.parameters(session, &arguments)?;
            let found = source.settle((session.surroundings.now)())?;
            sts::call(session, Identity::Given(found.credentials), &ASSUME_ROLE, &parameters)
        })
    };
    Ok(Source::promised(Method::AssumeRole, fetch))
}

fn of_place<'a>(session: Session<'a>, name: &str, place: Place) -> Result<Source<'a>, Failure> {
    let found = match place {
        Place::Environment => environment::search(session)?,
        Place::Container => container::search(session)?,
        Place::Instance => instance::Metadata::of(session.settings)?.search(session)?,
    };
    let place = place.name();
    found.ok_or_else(|| {
        Failure::general(format!(
            "Error when retrieving credentials from {place}: \
             No credentials found in credential_source referenced in profile {name}"
        ))
    })
}

/// The section of the profile `source`, which must exist. A profile may lead to itself when it has keys too.
fn checked_source<'a>(
    session: Session<'a>,
    name: &str,
    source: &'a str,
    visited: &[&str],
) -> Result<&'a Section, Failure> {
    let section = session.settings.profiles().profile(source).ok_or_else(|| {
        Failure::general(format!(
            "The source_profile \"{source}\" referenced in the profile \"{name}\" does not exist."
        ))
    })?;
    let own_keys = source == name && profile_keys::any(section);
    if visited.contains(&source) && !own_keys {
        let visited: Vec<String> = visited.iter().map(|name| str_repr(name)).collect();
        let visited = visited.join(", ");
        return Err(Failure::general(format!(
            "Infinite loop in credential configuration detected. Attempting to load from profile {source} \
             which has already been visited. Visited profiles: [{visited}]"
        )));
    }
    Ok(section)
}

impl<'a> Role<'a> {
    fn of(name: &str, profile: &'a Section) -> Result<Self, Failure> {
        let origin = match (profile.text("source_profile"), profile.text("credential_source")) {
            (Some(_), Some(_)) => {
                let text = format!("The profile \"{name}\" contains both source_profile and credential_source.");
                return Err(Failure::general(text));
            }
            (None, None) => {
                let place = Method::AssumeRole.name();
                return Err(profile_keys::partial(place, "source_profile or credential_source"));
            }
            (Some(source), None) => Origin::Profile(source),
            (None, Some(place)) => Origin::Place(Place::parse(place).ok_or_else(|| {
                let text = format!("The credential source \"{place}\" referenced in profile \"{name}\" is not valid.");
                Failure::general(text)
            })?),
        };
        Ok(Self {
            arn: profile.text("role_arn").unwrap_or_default(),
            origin,
            session_name: profile.text("role_session_name"),
            external_id: profile.text("external_id"),
            mfa_serial: profile.text("mfa_serial"),
            // What is no number is passed over.
            duration_s: profile.text("duration_seconds").and_then(|text| int(text).ok()),
        })
    }

    fn arguments(&self) -> Vec<(&'static str, Document)> {
        let texts = [
            ("RoleArn", Some(self.arn)),
            ("RoleSessionName", self.session_name),
            ("ExternalId", self.external_id),
            ("SerialNumber", self.mfa_serial),
        ];
        let texts = texts.into_iter().filter_map(|(name, value)| Some((name, Document::from(value?))));
        let duration = self.duration_s.clone().map(|seconds| ("DurationSeconds", Document::Integer(seconds)));
        texts.chain(duration).collect()
    }

    /// The parameters of the request; asks the user for a code where the role wants one.
    fn parameters(&self, session: Session<'_>, arguments: &[(&'static str, Document)]) -> Result<Map, Failure> {
        let mut parameters = Map::from_iter(arguments.to_vec());
        if self.session_name.is_none() {
            parameters.insert("RoleSessionName", sts::generated_name(session));
        }
        if let Some(serial) = self.mfa_serial {
            parameters.insert("TokenCode", mfa::ask(serial)?);
        }
        match &self.duration_s {
            Some(seconds) if *seconds < DURATION_MIN_S.into() => Err(Failure::validation(format!(
                "Parameter validation failed:\n\
                 Invalid value for parameter DurationSeconds, value: {seconds}, valid min value: {DURATION_MIN_S}"
            ))),
            _ => Ok(parameters),
        }
    }
}
