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
    /// Whether the answer is kept in the credentials file, and hidden in the prompt.
    secret: bool,
}

const QUESTIONS: [Question; 4] = [
    Question { key: "aws_access_key_id", prompt: "AWS Access Key ID", secret: true },
    Question { key: "aws_secret_access_key", prompt: "AWS Secret Access Key", secret: true },
    Question { key: "region", prompt: "Default region name", secret: false },
    Question { key: "output", prompt: "Default output format", secret: false },
];

/// Said to those who have no key yet.
const TIP: &str = "\nTip: You can deliver temporary credentials to the AWS CLI using your AWS Console session by \
                   running the command 'aws login'.\n\n";

/// The longest answer that is read, in bytes. Our choice: the reference reads until memory ends.
const LONGEST_ANSWER_BYTES: u64 = 1024 * 1024;

/// Asks for each value, with the present one in brackets, and writes those that were given.
///
/// # Errors
/// The input ends before the last answer; nothing is written then.
pub fn run(session: Session<'_>) -> Result<u8, Failure> {
    let profile = session.settings.profile_name();
    let present = session.settings.profiles().profile(profile);
    let present = |question: &Question| present.and_then(|profile: &Section| profile.text(question.key));
    if present(&QUESTIONS[0]).is_none() {
        say(TIP)?;
    }
    let mut input = std::io::stdin().lock();
    let (mut secrets, mut others) = (Vec::new(), Vec::new());
    for question in &QUESTIONS {
        let answer = ask(&mut input, question, present(question))?;
        if !answer.is_empty() {
            let edits = if question.secret { &mut secrets } else { &mut others };
            edits.push(Edit::new(question.key, &answer));
        }
    }
    if !secrets.is_empty() {
        files::set_in_credentials(session, profile, secrets)?;
    }
    if !others.is_empty() {
        files::set_in_config(session, &set::profile_header(profile), others)?;
    }
    Ok(0)
}

fn ask(input: &mut impl BufRead, question: &Question, present: Option<&str>) -> Result<String, Failure> {
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
    Ok(line.strip_suffix('\n').unwrap_or(&line).to_owned())
}
