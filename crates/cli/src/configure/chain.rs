//! The profiles whose `credential_process` runs this program for another profile, and so on.
//!
//! Each run tells the next in a variable who asked, so that a circle ends in a failure.

use crate::Surroundings;
use crate::failure::Failure;

/// The profiles so far, as one line of CSV. The reference's programs read it, too.
const VARIABLE: &str = "_AWS_CLI_PROFILE_CHAIN";

/// The longest chain, in profiles. Source: the reference.
const LONGEST: usize = 4;

/// The surroundings in which the credentials of `profile` are looked for.
///
/// # Errors
/// The profile has asked for itself, or too many profiles have asked.
pub(crate) fn with_profile(surroundings: &Surroundings, profile: &str) -> Result<Surroundings, Failure> {
    let mut profiles = fields(surroundings.variable(VARIABLE).unwrap_or_default())?;
    if profiles.len() >= LONGEST {
        return Err(Failure::Configuration(format!(
            "Maximum recursive credential process resolution reached ({LONGEST}).\nProfiles seen: {}",
            profiles.join(" -> ")
        )));
    }
    let is_known = profiles.iter().any(|known| known == profile);
    profiles.push(profile.to_owned());
    if is_known {
        return Err(Failure::Configuration(format!(
            "Credential process resolution detected an infinite loop, profile cycle: {}",
            profiles.join(" -> ")
        )));
    }
    let line: Vec<String> = profiles.iter().map(|profile| quoted(profile)).collect();
    let mut surroundings = surroundings.clone();
    surroundings.variables.insert(VARIABLE.to_owned(), line.join(",").trim().to_owned());
    Ok(surroundings)
}

/// The fields of a line of CSV; none of an empty one.
fn fields(line: &str) -> Result<Vec<String>, Failure> {
    let mut fields = Vec::new();
    let mut rest = Some(line).filter(|line| !line.is_empty());
    while let Some(text) = rest {
        let (mut field, text) = match text.strip_prefix('"') {
            Some(text) => up_to_quote(text),
            None => (String::new(), text),
        };
        let (plain, after) = text.split_once(',').map_or((text, None), |(plain, after)| (plain, Some(after)));
        if plain.contains(['\n', '\r']) {
            return Err(Failure::general(
                "new-line character seen in unquoted field - do you need to open the file with newline=''?",
            ));
        }
        field.push_str(plain);
        fields.push(field);
        rest = after;
    }
    Ok(fields)
}

/// What stands before the closing quote, in which two quotes are one, and what stands behind it.
fn up_to_quote(text: &str) -> (String, &str) {
    let mut field = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('"') {
        field.push_str(before);
        match after.strip_prefix('"') {
            Some(after) => rest = after,
            None => return (field, after),
        }
        field.push('"');
    }
    (field + rest, "")
}

fn quoted(field: &str) -> String {
    match field.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", field.replace('"', "\"\"")),
        false => field.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extended(chain: &str, profile: &str) -> Result<String, Failure> {
        let surroundings = Surroundings {
            program: "aws".to_owned(),
            arguments: Vec::new(),
            variables: [(VARIABLE.to_owned(), chain.to_owned())].into_iter().collect(),
            now: chrono::Utc::now,
        };
        Ok(with_profile(&surroundings, profile)?.variable(VARIABLE).unwrap_or_default().to_owned())
    }

    #[test]
    fn the_profile_is_added_to_those_that_asked_before() {
        let cases = [
            ("", "p"),
            ("q , z", "q , z,p"),
            (" q", "q,p"),
            ("a,,b", "a,,b,p"),
            ("\"q\",z", "q,z,p"),
            ("\"x,\"\"y\"", "\"x,\"\"y\",p"),
        ];
        for (chain, expected) in cases {
            assert_eq!(extended(chain, "p").as_deref(), Ok(expected), "{chain}");
        }
    }

    #[test]
    fn circles_and_long_chains_are_refused() {
        let circle = "Credential process resolution detected an infinite loop, profile cycle:";
        let long = "Maximum recursive credential process resolution reached (4).\nProfiles seen:";
        let cases = [
            ("p", format!("{circle} p -> p")),
            ("\"p\",z", format!("{circle} p -> z -> p")),
            ("a,b,c,p", format!("{long} a -> b -> c -> p")),
        ];
        for (chain, message) in cases {
            assert_eq!(extended(chain, "p"), Err(Failure::Configuration(message)), "{chain}");
        }
        assert_eq!(extended("z\np", "p").map_err(|failure| failure.exit_code()), Err(255));
    }
}
