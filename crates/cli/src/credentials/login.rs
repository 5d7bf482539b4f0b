//! `login_session`: credentials of `aws login`, which are not supported.

use crate::failure::Failure;
use crate::session::Session;

/// Refuses a profile that has its credentials from `aws login`.
///
/// # Errors
/// Always where the profile names a session. Where the reference would miss the session, the text is its own.
pub(super) fn search(session: Session<'_>, name: &str) -> Result<(), Failure> {
    let profile = session.settings.profiles().profile(name);
    let Some(login) = profile.and_then(|profile| profile.text("login_session")) else { return Ok(()) };
    let surroundings = session.surroundings;
    let folder = surroundings.variable("AWS_LOGIN_CACHE_DIRECTORY").unwrap_or("~/.aws/login/cache");
    let logged_in = std::fs::read_dir(surroundings.expand_home(folder)).is_ok_and(|mut files| files.next().is_some());
    Err(Failure::general(if logged_in {
        format!("The credentials of 'aws login' for session {login} are not supported; export them into a profile.")
    } else {
        format!(
            "Error loading login session token: Unable to load a existing login session for session {login}, \
             Please reauthenticate with 'aws login'."
        )
    }))
}
