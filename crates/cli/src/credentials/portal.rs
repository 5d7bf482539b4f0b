//! The two services of sign-on portals: tokens (`sso-oidc`) and roles (`sso`), in JSON over HTTP.

use crate::call::{self, Retries, Trouble};
use crate::config::Setting;
use crate::document::{Document, Map};
use crate::failure::{Failure, ServiceError};
use crate::python::json;
use crate::session::Session;
use crate::transport::Transport;
use bytes::Bytes;
use http::{Request, Response};

/// One of the two services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Portal {
    Roles,
    Tokens,
}

impl Portal {
    fn variable(self) -> &'static str {
        match self {
            Self::Roles => "AWS_ENDPOINT_URL_SSO",
            Self::Tokens => "AWS_ENDPOINT_URL_SSO_OIDC",
        }
    }

    /// The name in a section of services.
    fn service(self) -> &'static str {
        match self {
            Self::Roles => "sso",
            Self::Tokens => "sso_oidc",
        }
    }

    /// The first part of the service's own host.
    fn host(self) -> &'static str {
        match self {
            Self::Roles => "portal.sso",
            Self::Tokens => "oidc",
        }
    }

    /// The address of the service, without a slash at its end.
    pub(super) fn address(self, session: Session<'_>, region: &str) -> Result<String, Failure> {
        let address = match self.configured(session)? {
            Some(address) => address,
            None => call::address_of(session, self.host(), region)?,
        };
        Ok(address.trim_end_matches('/').to_owned())
    }

    fn configured(self, session: Session<'_>) -> Result<Option<String>, Failure> {
        let (settings, surroundings) = (session.settings, session.surroundings);
        if settings.is_true(Setting::IgnoreConfiguredEndpointUrls)? {
            return Ok(None);
        }
        let variable = surroundings.variable(self.variable()).or(surroundings.variable("AWS_ENDPOINT_URL"));
        if let Some(address) = variable {
            return Ok(Some(address.to_owned()));
        }
        let services = settings.get(Setting::Services)?;
        let section = services.and_then(|name| settings.profiles().services(&name));
        match section.and_then(|section| section.nested(self.service(), "endpoint_url")) {
            Some(address) => Ok(Some(address.to_owned())),
            None => settings.get(Setting::EndpointUrl),
        }
    }
}

/// Sends a request, again where that may help, and reads the answer.
///
/// # Errors
/// No answer came, or an error did.
pub(super) fn call(session: Session<'_>, operation: &str, request: &Request<Bytes>) -> Result<Map, Failure> {
    let mut retries = Retries::of(session)?;
    let transport = Transport::new(session)?;
    let mut attempt = 1;
    loop {
        let (failure, pause) = match transport.send(request.clone()) {
            Ok(answer) => {
                let body = match json::parse(&String::from_utf8_lossy(answer.body())) {
                    Ok(Document::Map(body)) => body,
                    _ => Map::new(),
                };
                if answer.status().is_success() {
                    return Ok(body);
                }
                let spent = retries.is_spent(attempt).then(|| attempt - 1);
                let error = error(operation, &answer, &body, spent);
                let trouble = Trouble::Answer { status: answer.status().as_u16(), code: &error.code };
                let pause = retries.pause(attempt, trouble);
                (Failure::Service(Box::new(error)), pause)
            }
            Err(error) => {
                let pause = retries.pause(attempt, Trouble::of(&error));
                (error.into(), pause)
            }
        };
        transport.pause(pause.ok_or(failure)?)?;
        attempt += 1;
    }
}

fn error(operation: &str, answer: &Response<Bytes>, body: &Map, retries_spent: Option<u32>) -> ServiceError {
    let text = |key| match body.get(key) {
        Some(Document::String(text)) => Some(text.clone()),
        _ => None,
    };
    let header = answer.headers().get("x-amzn-errortype").and_then(|value| value.to_str().ok());
    let code = header.map(str::to_owned).or_else(|| text("__type")).or_else(|| text("code"));
    // `namespace#Code:address` is all that a service may say.
    let code = code.map(|code| {
        let code = code.split(':').next().unwrap_or_default();
        code.rsplit('#').next().unwrap_or_default().to_owned()
    });
    let reason = answer.status().canonical_reason().unwrap_or_default();
    let message = text("message").or_else(|| text("Message")).or_else(|| text("errorMessage"));
    let message = match (&code, message) {
        (_, Some(message)) => message,
        (None, None) => reason.to_owned(),
        (Some(_), None) => String::new(),
    };
    ServiceError {
        operation: operation.to_owned(),
        code: code.unwrap_or_else(|| answer.status().as_str().to_owned()),
        message,
        retries_spent,
        fields: Map::new(),
    }
}
