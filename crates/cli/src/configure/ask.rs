//! `configure` alone: asks for the keys, the region and the output format.

use super::edit::Edit;
use super::{files, masked, say, set};
use crate::config::Section;
use crate::failure::Failure;
use crate::session::Session;
use std::io::{BufRead, Read};

struct Question {
    key: &'static str,
    prompt: &'static str,
    /// Whether the present value is hidden in the prompt.
    secret: bool,
}

const ACCESS_KEY: Question = Question { key: "aws_access_key_id", prompt: "AWS Access Key ID", secret: true };
const SECRET_KEY: Question = Question { key: "aws_secret_access_key", prompt: "AWS Secret Access Key", secret: true };
const TOKEN: Question = Question { key: "aws_session_token", prompt: "AWS Session Token", secret: true };
const REGION: Question = Question { key: "region", prompt: "Default region name", secret: false };
const OUTPUT: Question = Question { key: "output", prompt: "Default output format", secret: false };

/// Said to those whose profile says nothing yet.
const TIP: &str = "\nTip: You can deliver temporary credentials to the AWS CLI using your AWS Console session by \
                   running the command 'aws login'.\n\n";

/// The longest answer that is read, in bytes. Our choice: the reference reads until memory ends.
const LONGEST_ANSWER_BYTES: u64 = 1024 * 1024;

/// Asks for each value, with the present one in brackets, and writes those that are new.
///
/// # Errors
/// The input ends before the last answer; nothing is written then.
pub(crate) fn run(session: Session<'_>, mut input: impl BufRead) -> Result<u8, Failure> {
    let name = session.settings.profile_name();
    let profile = session.settings.profiles().profile(name);
    if profile.is_none_or(Section::is_empty) {
        say(TIP)?;
    }
    let mut ask = |question: &Question| ask(&mut input, question, present(profile, question));
    let secrets = secrets(&mut ask, present(profile, &TOKEN).is_some_and(|token| !token.is_empty()))?;
    let others: Vec<Edit> = [ask(&REGION)?, ask(&OUTPUT)?].into_iter().flatten().collect();
    if secrets.is_empty() && others.is_empty() {
        return Ok(0);
    }
    if !secrets.is_empty() {
        files::set_in_credentials(session, name, secrets)?;
        files::warn_of_others(session);
    }
    // The section appears in the configuration file also when only keys were given.
    files::set_in_config(session, &set::profile_header(name), others)?;
    Ok(0)
}

/// The new keys. A session token belongs to its access key: a new key makes it go, the old one may get a new one.
fn secrets(
    ask: &mut impl FnMut(&Question) -> Result<Option<Edit>, Failure>,
    has_token: bool,
) -> Result<Vec<Edit>, Failure> {
    let access_key = ask(&ACCESS_KEY)?;
    let secret_key = ask(&SECRET_KEY)?;
    let token = match (has_token, &access_key) {
        (true, Some(_)) => Some(Edit::remove(TOKEN.key)),
        (true, None) => ask(&TOKEN)?,
        (false, _) => None,
    };
    Ok([access_key, secret_key, token].into_iter().flatten().collect())
}

fn present<'a>(profile: Option<&'a Section>, question: &Question) -> Option<&'a str> {
    profile?.text(question.key)
}

/// The change that an answer makes; none when it is empty or what is there already.
fn ask(input: &mut impl BufRead, question: &Question, present: Option<&str>) -> Result<Option<Edit>, Failure> {
    let shown = match present {
        Some(secret) if question.secret => masked(secret),
        present => present.unwrap_or("None").to_owned(),
    };
    say(&format!("{} [{shown}]: ", question.prompt))?;
    let mut line = Vec::new();
    let read = input.by_ref().take(LONGEST_ANSWER_BYTES).read_until(b'\n', &mut line);
    read.map_err(|error| Failure::general(error.to_string()))?;
    if line.is_empty() {
        return Err(Failure::general("EOF when reading a line"));
    }
    let line = String::from_utf8_lossy(&line);
    let answer = line.strip_suffix('\n').unwrap_or(&line);
    let is_new = !answer.is_empty() && present != Some(answer);
    Ok(is_new.then(|| Edit::set(question.key, answer)))
}
