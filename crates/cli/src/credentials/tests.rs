//! The chain as a whole, with files in a folder and services on the loopback.

use super::{Found, search};
use crate::Surroundings;
use crate::config::Settings;
use crate::failure::Failure;
use crate::globals::Globals;
use crate::session::Session;
use chrono::{DateTime, Utc};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// A home with files, variables, and a profile given on the command line.
struct Machine {
    home: TempDir,
    surroundings: Surroundings,
    flag: Option<&'static str>,
}

/// Why there are no credentials although a place should have some.
#[derive(Debug, PartialEq)]
enum Unresolved {
    Searching(Failure),
    Fetching(Failure),
}

impl Machine {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let now: fn() -> DateTime<Utc> = || DateTime::from_timestamp_secs(1_800_000_000).unwrap();
        let variables = [("HOME", home.path().to_str().unwrap()), ("AWS_EC2_METADATA_DISABLED", "true")];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let program = "aws".to_owned();
        let surroundings = Surroundings { program, arguments: Vec::new(), variables: variables.into(), now };
        Self { home, surroundings, flag: None }
    }

    fn file(self, name: &str, text: &str) -> Self {
        let path = self.home.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text.replace("{home}", self.home.path().to_str().unwrap())).unwrap();
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o700)).unwrap();
        self
    }

    fn config(self, text: &str) -> Self {
        self.file(".aws/config", text)
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.surroundings.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    fn profile(mut self, name: &'static str) -> Self {
        self.flag = Some(name);
        self
    }

    fn resolve(&self) -> Result<Option<Found>, Unresolved> {
        let mut settings = Settings::load(&self.surroundings).unwrap();
        if let Some(name) = self.flag {
            settings.select_profile(name);
        }
        let session = Session { surroundings: &self.surroundings, settings: &settings, globals: &Globals::default() };
        let Some(source) = search(session).map_err(Unresolved::Searching)? else { return Ok(None) };
        source.settle((session.surroundings.now)()).map(Some).map_err(Unresolved::Fetching)
    }

    /// The identifier of the key, and the place that had it.
    fn found(&self) -> (String, &'static str) {
        let found = self.resolve().unwrap().expect("some place has credentials");
        (found.credentials.access_key_id().to_owned(), found.method.name())
    }

    /// Why the search fails, with the home as `{home}`.
    fn search_failure(&self) -> String {
        match self.resolve() {
            Err(Unresolved::Searching(Failure::General(text))) => {
                text.replace(self.home.path().to_str().unwrap(), "{home}")
            }
            other => panic!("{other:?}"),
        }
    }

    /// Why fetching fails.
    fn fetch_failure(&self) -> String {
        match self.resolve() {
            Err(Unresolved::Fetching(Failure::General(text))) => text,
            other => panic!("{other:?}"),
        }
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.home.path().join(name)).unwrap()
    }
}

/// Answers requests whose first line starts like a route; the last answer of a route stays.
struct Service {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Service {
    fn new(routes: &'static [(&'static str, &'static [(u16, &'static str)])]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let seen = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.unwrap(), routes, &seen);
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(stream: TcpStream, routes: &[(&str, &[(u16, &str)])], asked: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        lines.push(line.trim().to_owned());
    }
    let length = lines.iter().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    reader.take(length.unwrap_or(0)).read_to_end(&mut Vec::new()).unwrap();
    let target = lines[0].trim_end_matches(" HTTP/1.1").to_owned();
    let (route, answers) = routes.iter().find(|(route, _)| target.starts_with(route)).expect("a known route");
    let mut asked = asked.lock().unwrap();
    let before = asked.iter().filter(|line| line.starts_with(route)).count();
    let (status, body) = answers[before.min(answers.len() - 1)];
    let token = |line: &&String| line.starts_with("x-amz-sso_bearer_token") || line.starts_with("authorization");
    asked.push(match lines.iter().find(token) {
        Some(token) => format!("{target} {token}"),
        None => target,
    });
    let length = body.len();
    write!(&stream, "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}").unwrap();
}

const KEYS: &str = "[default]\naws_access_key_id = D\naws_secret_access_key = s\n\
                    [a]\naws_access_key_id = A\naws_secret_access_key = s\naws_session_token = t\n";

fn with_environment_keys(machine: Machine) -> Machine {
    machine.variable("AWS_ACCESS_KEY_ID", "E").variable("AWS_SECRET_ACCESS_KEY", "s")
}

#[test]
fn nothing_is_found_on_an_empty_machine() {
    assert!(Machine::new().resolve().unwrap().is_none());
}

#[test]
fn keys_of_the_environment_beat_a_profile_of_the_environment_but_not_a_flag() {
    let machine = || with_environment_keys(Machine::new().file(".aws/credentials", KEYS));
    assert_eq!(machine().found(), ("E".to_owned(), "env"));
    assert_eq!(machine().variable("AWS_PROFILE", "a").found(), ("E".to_owned(), "env"));
    assert_eq!(machine().profile("a").found(), ("A".to_owned(), "shared-credentials-file"));
}

#[test]
fn half_of_a_pair_of_keys_is_refused_unless_it_is_the_secret() {
    let only_key = Machine::new().variable("AWS_ACCESS_KEY_ID", "E");
    assert_eq!(only_key.search_failure(), "Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY");
    assert!(Machine::new().variable("AWS_SECRET_ACCESS_KEY", "s").resolve().unwrap().is_none());
    let in_file = Machine::new().config("[default]\naws_access_key_id = X\n");
    assert_eq!(in_file.search_failure(), "Partial credentials found in config-file, missing: aws_secret_access_key");
    let secret = Machine::new().config("[default]\naws_secret_access_key = X\n");
    assert!(secret.resolve().unwrap().is_none());
}

#[test]
fn the_older_name_of_the_token_wins() {
    let machine = with_environment_keys(Machine::new()).variable("AWS_SESSION_TOKEN", "new");
    let token = |machine: &Machine| machine.resolve().unwrap().unwrap().credentials.session_token().map(str::to_owned);
    assert_eq!(token(&machine).as_deref(), Some("new"));
    assert_eq!(token(&machine.variable("AWS_SECURITY_TOKEN", "old")).as_deref(), Some("old"));
}

#[test]
fn expired_keys_of_the_environment_are_refused_when_they_are_used() {
    let machine = with_environment_keys(Machine::new());
    let machine = machine.variable("AWS_CREDENTIAL_EXPIRATION", "2001-01-01T00:00:00Z");
    let expected = "Credentials were refreshed, but the refreshed credentials are still expired.";
    assert_eq!(machine.fetch_failure(), expected);
}

#[test]
fn a_program_comes_between_the_two_files() {
    let program = "#!/bin/sh\necho '{\"Version\":1,\"AccessKeyId\":\"P\",\"SecretAccessKey\":\"s\"}'\n";
    let config = "[default]\ncredential_process = {home}/p 'a b'\naws_access_key_id = C\naws_secret_access_key = s\n";
    let machine = Machine::new().file("p", program).config(config);
    assert_eq!(machine.found(), ("P".to_owned(), "custom-process"));
    let machine = machine.file(".aws/credentials", KEYS);
    assert_eq!(machine.found(), ("D".to_owned(), "shared-credentials-file"));
}

#[test]
fn what_a_program_does_wrong_is_said() {
    let wrong = "Error when retrieving credentials from custom-process: ";
    let cases = [
        ("echo ticket >&2; exit 9", format!("{wrong}ticket")),
        ("exit 9", wrong.trim_end().to_owned()),
        ("echo hello", "Expecting value: line 1 column 1 (char 0)".to_owned()),
        ("echo '[1]'", "'list' object has no attribute 'get'".to_owned()),
        ("echo '{\"Version\":1}'", format!("{wrong}Missing required key in response: 'AccessKeyId'")),
        (
            "echo '{\"Version\":\"1\"}'",
            format!("{wrong}Unsupported version '1' for credential process provider, supported versions: 1"),
        ),
        (
            "echo '{}'",
            format!(
                "{wrong}Unsupported version '<Version key not provided>' for credential process provider, \
                 supported versions: 1"
            ),
        ),
    ];
    for (script, expected) in cases {
        let machine = Machine::new()
            .file("p", &format!("#!/bin/sh\n{script}\n"))
            .config("[default]\ncredential_process = {home}/p\n");
        assert_eq!(machine.search_failure(), expected, "{script}");
    }
}

#[test]
fn a_program_that_cannot_be_started_is_named() {
    let cases = [
        ("{home}/nope x", "[Errno 2] No such file or directory: '{home}/nope'"),
        ("{home}/.aws", "[Errno 13] Permission denied: '{home}/.aws'"),
        ("{home}/p \"a", "No closing quotation"),
        ("", "list index out of range"),
    ];
    for (command, expected) in cases {
        let machine = Machine::new().config(&format!("[default]\ncredential_process = {command}\n"));
        assert_eq!(machine.search_failure(), expected, "{command}");
    }
}

#[test]
fn a_program_that_prints_without_end_is_stopped() {
    let machine = Machine::new().config("[default]\ncredential_process = cat /dev/zero\n");
    assert_eq!(machine.search_failure(), "printed more than 1048576 bytes: 'cat'");
}

#[test]
fn a_role_that_is_set_up_wrongly_is_refused() {
    let cases = [
        ("", "Partial credentials found in assume-role, missing: source_profile or credential_source"),
        ("source_profile = gone", "The source_profile \"gone\" referenced in the profile \"r\" does not exist."),
        ("source_profile = e", "The source profile \"e\" must have credentials."),
        (
            "source_profile = a\ncredential_source = Environment",
            "The profile \"r\" contains both source_profile and credential_source.",
        ),
        (
            "credential_source = environment",
            "The credential source \"environment\" referenced in profile \"r\" is not valid.",
        ),
        (
            "credential_source = Environment",
            "Error when retrieving credentials from Environment: \
             No credentials found in credential_source referenced in profile r",
        ),
        (
            "source_profile = r",
            "Infinite loop in credential configuration detected. Attempting to load from profile r \
             which has already been visited. Visited profiles: ['r']",
        ),
        (
            "source_profile = m",
            "Infinite loop in credential configuration detected. Attempting to load from profile r \
             which has already been visited. Visited profiles: ['r', 'm']",
        ),
        ("web_identity_token_file = /nowhere/t", "[Errno 2] No such file or directory: '/nowhere/t'"),
    ];
    for (lines, expected) in cases {
        let config = format!(
            "[profile r]\nrole_arn = arn:aws:iam::1:role/x\n{lines}\n\
             [profile m]\nrole_arn = arn:aws:iam::1:role/y\nsource_profile = r\n[profile e]\nregion = x\n"
        );
        let machine = Machine::new().config(&config).file(".aws/credentials", KEYS).profile("r");
        assert_eq!(machine.search_failure(), expected, "{lines}");
    }
}

/// The name of the file for `arn:aws:iam::123456789012:role/copier` and the session `s1`.
const KEPT: &str = ".aws/cli/cache/49999ec93b239ae59bdc0b234bca6d63b4b4c4a1.json";

const ROLE: &str = "[profile r]\nrole_arn = arn:aws:iam::123456789012:role/copier\nrole_session_name = s1\n\
                    source_profile = a\nregion = us-east-1\n";

#[test]
fn credentials_of_a_role_are_taken_from_the_file_that_the_reference_wrote() {
    let kept = r#"{"Credentials": {"AccessKeyId": "K", "SecretAccessKey": "s", "SessionToken": "t",
                   "Expiration": "2099-01-01T00:00:00+00:00"}}"#;
    let machine = Machine::new().config(ROLE).file(".aws/credentials", KEYS).file(KEPT, kept).profile("r");
    assert_eq!(machine.found(), ("K".to_owned(), "assume-role"));
}

#[test]
fn a_role_is_not_asked_for_without_a_region() {
    let config = ROLE.replace("region = us-east-1\n", "");
    let machine = Machine::new().config(&config).file(".aws/credentials", KEYS).profile("r");
    assert_eq!(machine.resolve().unwrap_err(), Unresolved::Fetching(Failure::NoRegion));
}

#[test]
fn a_kept_file_that_is_broken_is_an_error() {
    let cases = [
        ("nonsense", "'49999ec93b239ae59bdc0b234bca6d63b4b4c4a1'"),
        ("{}", "'Credentials'"),
        (r#"{"Credentials": {"AccessKeyId": "K"}}"#, "'Expiration'"),
        (r#"{"Credentials": {"Expiration": "foo"}}"#, "Unknown string format: foo"),
    ];
    for (kept, expected) in cases {
        let machine = Machine::new().config(ROLE).file(".aws/credentials", KEYS).file(KEPT, kept).profile("r");
        assert_eq!(machine.fetch_failure(), expected, "{kept}");
    }
}

const SIGN_ON: &str = "[profile s]\nsso_session = my\nsso_account_id = 123456789012\nsso_role_name = R/x y\n\
                       [sso-session my]\nsso_region = us-east-1\nsso_start_url = https://x/start\n";

/// The name of the file for the session `my`.
const TOKEN: &str = ".aws/sso/cache/3ece1471f44f63177cbc35ba0b904e0c096b6783.json";

const ROLE_KEYS: &str = r#"{"roleCredentials": {"accessKeyId": "S", "secretAccessKey": "s", "sessionToken": "t",
                            "expiration": 4070908800000}}"#;

fn signed_on(service: &Service, token: &str) -> Machine {
    Machine::new()
        .config(SIGN_ON)
        .file(TOKEN, token)
        .profile("s")
        .variable("AWS_ENDPOINT_URL_SSO", &service.address)
        .variable("AWS_ENDPOINT_URL_SSO_OIDC", &service.address)
        .variable("AWS_MAX_ATTEMPTS", "1")
}

#[test]
fn a_portal_gives_a_role_for_a_token_and_is_not_asked_twice() {
    let service = Service::new(&[("GET /federation", &[(200, ROLE_KEYS)])]);
    let machine = signed_on(&service, r#"{"accessToken": "tok", "expiresAt": "2099-01-01T00:00:00Z"}"#);
    for _ in 0..2 {
        assert_eq!(machine.found(), ("S".to_owned(), "sso"));
    }
    let asked = "GET /federation/credentials?role_name=R%2Fx%20y&account_id=123456789012 x-amz-sso_bearer_token: tok";
    assert_eq!(service.asked(), [asked]);
}

#[test]
fn an_expired_token_is_refreshed_and_kept() {
    const CREATED: &str = r#"{"accessToken": "new", "expiresIn": 3600, "refreshToken": "r2"}"#;
    let service = Service::new(&[("POST /token", &[(200, CREATED)]), ("GET /federation", &[(200, ROLE_KEYS)])]);
    let token = r#"{"accessToken": "old", "expiresAt": "2001-01-01T00:00:00Z", "clientId": "i", "clientSecret": "c",
                    "registrationExpiresAt": "2099-01-01T00:00:00Z", "refreshToken": "r"}"#;
    let machine = signed_on(&service, token);
    assert_eq!(machine.found(), ("S".to_owned(), "sso"));
    assert_eq!(
        machine.read(TOKEN),
        r#"{"startUrl": "https://x/start", "region": "us-east-1", "accessToken": "new", "#.to_owned()
            + r#""expiresAt": "2027-01-15T09:00:00Z", "clientId": "i", "clientSecret": "c", "#
            + r#""registrationExpiresAt": "2099-01-01T00:00:00Z", "refreshToken": "r2"}"#
    );
}

#[test]
fn a_token_that_is_of_no_use_is_refused() {
    let refused = "Error when retrieving token from sso: Token has expired and refresh failed";
    let cases = [
        ("nonsense", "'3ece1471f44f63177cbc35ba0b904e0c096b6783'"),
        ("{}", "Error loading SSO Token: Token for https://x/start is invalid"),
        (r#"{"accessToken": "old", "expiresAt": "2001-01-01T00:00:00Z"}"#, refused),
        (
            r#"{"accessToken": "old", "expiresAt": "2001-01-01T00:00:00Z", "clientId": "i", "clientSecret": "c",
                "registrationExpiresAt": "2099-01-01T00:00:00Z", "refreshToken": "r"}"#,
            refused,
        ),
    ];
    for (token, expected) in cases {
        let service = Service::new(&[("POST /token", &[(400, r#"{"error": "invalid_grant"}"#)])]);
        assert_eq!(signed_on(&service, token).fetch_failure(), expected, "{token}");
    }
}

#[test]
fn a_sign_on_that_is_set_up_wrongly_is_refused() {
    let lacking = "The profile \"s\" is configured to use SSO but is missing required configuration: ";
    let cases = [
        ("sso_account_id = 1\n", format!("{lacking}sso_role_name, sso_start_url, sso_region")),
        ("sso_account_id = 1\nsso_session = gone\n", "The specified sso-session does not exist: \"gone\"".to_owned()),
        (
            "sso_account_id = 1\nsso_session = my\nsso_region = b\n",
            "The value for sso_region is inconsistent between profile (b) and sso-session (a).".to_owned(),
        ),
    ];
    for (lines, expected) in cases {
        let config = format!("[profile s]\n{lines}[sso-session my]\nsso_region = a\n");
        assert_eq!(Machine::new().config(&config).profile("s").search_failure(), expected, "{lines}");
    }
}

const HANDED: &str =
    r#"{"AccessKeyId": "C", "SecretAccessKey": "s", "Token": "t", "Expiration": "2099-01-01T00:00:00Z"}"#;

#[test]
fn a_container_is_handed_credentials_for_its_token() {
    let service = Service::new(&[("GET /c", &[(500, ""), (200, HANDED)])]);
    let machine = Machine::new()
        .variable("AWS_CONTAINER_CREDENTIALS_FULL_URI", &format!("{}/c?a=b", service.address))
        .variable("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic x");
    assert_eq!(machine.found(), ("C".to_owned(), "container-role"));
    assert_eq!(service.asked(), ["GET /c?a=b authorization: Basic x"; 2]);
    let wrong = machine.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN", "a\r\nb");
    assert_eq!(wrong.search_failure(), "Auth token value is not a legal header value");
}

#[test]
fn an_answer_of_a_container_without_a_key_names_the_key() {
    let service = Service::new(&[("GET /c", &[(200, r#"{"AccessKeyId": "C"}"#)])]);
    let machine = Machine::new().variable("AWS_CONTAINER_CREDENTIALS_FULL_URI", &format!("{}/c", service.address));
    assert_eq!(machine.search_failure(), "'SecretAccessKey'");
}

fn on_instance(service: &Service) -> Machine {
    Machine::new()
        .variable("AWS_EC2_METADATA_DISABLED", "no")
        .variable("AWS_EC2_METADATA_SERVICE_ENDPOINT", &service.address)
}

#[test]
fn an_instance_has_the_credentials_of_its_role() {
    let service = Service::new(&[
        ("PUT /latest/api/token", &[(200, "tok"), (404, "")]),
        ("GET /latest/meta-data/iam/security-credentials/role", &[(200, HANDED)]),
        ("GET /latest/meta-data/iam/security-credentials/", &[(200, "role")]),
    ]);
    let machine = on_instance(&service);
    assert_eq!(machine.found(), ("C".to_owned(), "iam-role"));
    assert_eq!(machine.found(), ("C".to_owned(), "iam-role"), "a service without tokens is asked without one");
    assert_eq!(service.asked().len(), 6);
    let strict = machine.variable("AWS_EC2_METADATA_V1_DISABLED", "true");
    assert_eq!(
        strict.search_failure(),
        "Error retrieving metadata: Unable to retrieve token for use in IMDSv2 call and IMDSv1 has been disabled"
    );
}

#[test]
fn an_instance_without_a_role_has_no_credentials() {
    let service = Service::new(&[("PUT ", &[(200, "tok")]), ("GET ", &[(404, "")])]);
    assert!(on_instance(&service).resolve().unwrap().is_none());
}

#[test]
fn settings_of_the_metadata_service_are_checked_even_when_it_is_not_asked() {
    let cases = [
        ("AWS_METADATA_SERVICE_TIMEOUT", "x", "invalid literal for int() with base 10: 'x'"),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "x", "Invalid endpoint EC2 Instance Metadata endpoint: x"),
        (
            "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
            "x",
            "Invalid EC2 Instance Metadata endpoint mode: x \
             Valid endpoint modes (case-insensitive): ('ipv4', 'ipv6').",
        ),
    ];
    for (name, value, expected) in cases {
        assert_eq!(with_environment_keys(Machine::new()).variable(name, value).search_failure(), expected);
    }
}

#[test]
fn a_session_of_aws_login_is_refused() {
    let machine = Machine::new().config("[default]\nlogin_session = me\naws_access_key_id = X\n");
    assert_eq!(
        machine.search_failure(),
        "Error loading login session token: Unable to load a existing login session for session me, \
         Please reauthenticate with 'aws login'."
    );
}

#[test]
fn secrets_are_not_in_debug_output() {
    let machine = Machine::new().config("[default]\naws_access_key_id = X\naws_secret_access_key = hush\n");
    let found = machine.resolve().unwrap().unwrap();
    assert!(!format!("{found:?}").contains("hush"));
}
