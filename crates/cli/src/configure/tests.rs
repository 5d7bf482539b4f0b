use super::edit::{Edit, apply, check};
use super::*;
use crate::Surroundings;
use crate::config::Settings;
use crate::globals::Globals;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::TempDir;

/// How a command ended: its code, or what was said.
type Ended = Result<u8, &'static str>;

const CONFIG: &str = "# c\n[default]\nregion = one\ns3 =\n  a = b\n\n# z\n[profile q]\nregion=two\noutput : x\n";

/// A home folder with these files below `.aws`, all of them the user's own.
fn home(files: &[(&str, &str)]) -> TempDir {
    let home = tempfile::tempdir().expect("a folder of its own");
    for (name, text) in files {
        let path = home.path().join(".aws").join(name);
        fs::create_dir_all(path.parent().expect("a folder above")).expect("a new folder");
        fs::write(&path, text).expect("a new file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("a file of ours");
    }
    home
}

fn with_session<T>(home: &Path, profile: Option<&str>, act: impl FnOnce(Session<'_>) -> T) -> T {
    let variables = [("HOME".to_owned(), home.to_str().expect("a name in UTF-8").to_owned())];
    let surroundings = Surroundings {
        program: "aws".to_owned(),
        arguments: Vec::new(),
        variables: variables.into_iter().collect(),
        now: chrono::Utc::now,
    };
    let mut settings = Settings::load(&surroundings).expect("both files are good");
    if let Some(name) = profile {
        settings.select_profile(name);
    }
    act(Session { surroundings: &surroundings, settings: &settings, globals: &Globals::default() })
}

fn configure(home: &Path, words: &[&str]) -> Result<u8, Failure> {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    with_session(home, None, |session| run(session, &words))
}

fn content(home: &Path, name: &str) -> Option<String> {
    fs::read_to_string(home.join(".aws").join(name)).ok()
}

#[test]
fn a_key_is_set_where_the_reference_sets_it() {
    let cases = [
        ("", "[default]\nregion = NEW\n"),
        ("[default]", "[default]\nregion = NEW\n"),
        ("[default]\nregion = a", "[default]\nregion = NEW\n"),
        ("[default]\nregion:a\n", "[default]\nregion = NEW\n"),
        ("[default]\n  region = a\n", "[default]\nregion = NEW\n"),
        ("[default]\nREGION = x\n", "[default]\nREGION = x\nregion = NEW\n"),
        ("[default]\r\nregion = a\r\noutput = b\r\n", "[default]\nregion = NEW\noutput = b\n"),
        ("[default] x\nregion = a\n", "[default] x\nregion = NEW\n"),
        ("  [default]\nregion = a\n", "  [default]\nregion = a\n[default]\nregion = NEW\n"),
        ("[ default ]\nregion = a\n", "[ default ]\nregion = a\n[default]\nregion = NEW\n"),
        ("[profile z]\na = b", "[profile z]\na = b\n[default]\nregion = NEW\n"),
        ("[default]\noutput = b\n\n\n", "[default]\noutput = b\n\nregion = NEW\n\n"),
        ("[default]\n# only\n", "[default]\n# only\nregion = NEW\n"),
        ("[default]\na = b\n\n[z]\n", "[default]\na = b\nregion = NEW\n\n[z]\n"),
        ("[default]\n# x = y\n\n[z]\n", "[default]\n# x = y\nregion = NEW\n\n[z]\n"),
        ("#[default]\n[default]\n", "#[default]\n[default]\nregion = NEW\n"),
    ];
    for (text, expected) in cases {
        assert_eq!(apply(text, "default", vec![Edit::set("region", "NEW")]).as_deref(), Ok(expected), "{text:?}");
    }
}

#[test]
fn a_nested_key_is_set_where_the_reference_sets_it() {
    let cases = [
        ("[default]\n", "[default]\ns3 =\n    k = NEW\n"),
        ("[default]\ns3 =\n  k = a\n", "[default]\ns3 =\n  k = NEW\n"),
        ("[default]\ns3 =\n  a = b\n", "[default]\ns3 =\n  a = b\n    k = NEW\n"),
        ("[default]\ns3 =\n  a = b", "[default]\ns3 =\n  a = b\n    k = NEW\n"),
        ("[default]\ns3 =\n  a = b\nx = y\n", "[default]\ns3 =\n  a = b\n    k = NEW\nx = y\n"),
        ("[default]\ns3 =\n  a = b\n\n# z\n[z]\n", "[default]\ns3 =\n  a = b\n\n# z\n    k = NEW\n[z]\n"),
    ];
    for (text, expected) in cases {
        let edits = vec![Edit::set_nested("s3", "k", "NEW")];
        assert_eq!(apply(text, "default", edits).as_deref(), Ok(expected), "{text:?}");
    }
}

#[test]
fn nothing_is_nested_below_a_key_that_no_pair_follows() {
    for text in
        ["[default]\ns3 =\n", "[default]\ns3 = x\n", "[default]\ns3 =\n\n[z]\nc = d\n", "[default]\ns3 =\n# c\n"]
    {
        let edited = apply(text, "default", vec![Edit::set_nested("s3", "k", "NEW")]);
        assert_eq!(edited.map_err(|failure| failure.exit_code()), Err(255), "{text:?}");
    }
}

#[test]
fn a_header_is_known_with_and_without_double_quotes() {
    for header in ["[profile q]", "[profile \"q\"]", "[profile q]x"] {
        let edited = apply(&format!("{header}\n"), "profile q", vec![Edit::set("a", "b")]);
        assert_eq!(edited, Ok(format!("{header}\na = b\n")));
    }
    for header in ["[profile 'q']", "[profile  q]", "[q]"] {
        let edited = apply(&format!("{header}\n"), "profile q", vec![Edit::set("a", "b")]);
        assert_eq!(edited, Ok(format!("{header}\n[profile q]\na = b\n")));
    }
}

#[test]
fn several_keys_are_set_and_removed_at_once() {
    let text = "[q]\na=1\nt=2\n# c\nb=3\n";
    let edits = vec![Edit::set("b", "B"), Edit::set("n", "N"), Edit::remove("t"), Edit::remove("none")];
    assert_eq!(apply(text, "q", edits).as_deref(), Ok("[q]\na=1\n# c\nb = B\nn = N\n"));
}

#[test]
fn line_ends_are_refused_in_headers_keys_and_values() {
    let rule = "newline characters and carriage returns are not allowed";
    let cases = [
        ("profile a\nb", Edit::set("x", "y"), format!("Invalid section name: {rule}: 'profile a\\nb'")),
        ("default", Edit::set("a\rb", "c\nd"), format!("Invalid key: {rule}: 'a\\rb'")),
        ("default", Edit::set_nested("s3", "a\nb", "c"), format!("Invalid key: {rule}: 'a\\nb'")),
        ("default", Edit::set("region", "a\nb"), format!("Invalid value for key region: {rule}.")),
        ("default", Edit::set_nested("s3", "a", "x\ny"), format!("Invalid value for key s3: {rule}.")),
    ];
    for (header, edit, text) in cases {
        assert_eq!(check(header, &[edit]), Err(Failure::General(text)));
    }
}

#[test]
fn names_with_dots_say_what_is_set_and_where() {
    let cases = [
        (vec!["region", "N"], "region = one", "region = N"),
        (vec!["default.region", "N"], "region = one", "region = N"),
        (vec!["profile.q.region", "N"], "region=two", "region = N"),
        (vec!["s3.a", "N"], "  a = b", "  a = N"),
        (vec!["default.s3.a", "N"], "  a = b", "  a = N"),
        (vec!["q.region", "N"], "  a = b\n", "  a = b\nq =\n    region = N\n"),
        (vec!["profile.n m.x", "N"], "output : x\n", "output : x\n[profile 'n m']\nx = N\n"),
        (vec!["plugins.x", "N"], "output : x\n", "output : x\n[plugins]\nx = N\n"),
        (vec!["in.x", "N"], "output : x\n", "output : x\n[in]\nx = N\n"),
        (vec!["a.b", "N", "--services", "s"], "output : x\n", "output : x\n[services s]\na =\n    b = N\n"),
        (vec!["a", "N", "--sso-session", "s"], "output : x\n", "output : x\n[sso-session s]\na = N\n"),
    ];
    for (words, old, new) in cases {
        let home = home(&[("config", CONFIG)]);
        assert_eq!(configure(home.path(), &[&["set"], words.as_slice()].concat()), Ok(0), "{words:?}");
        assert_eq!(content(home.path(), "config"), Some(CONFIG.replacen(old, new, 1)), "{words:?}");
    }
}

#[test]
fn keys_go_to_the_credentials_file_which_only_the_user_can_read() {
    let home = home(&[]);
    assert_eq!(configure(home.path(), &["set", "profile.x y.aws_secret_access_key", "s"]), Ok(0));
    assert_eq!(content(home.path(), "credentials").as_deref(), Some("[x y]\naws_secret_access_key = s\n"));
    let mode = fs::metadata(home.path().join(".aws/credentials")).expect("the file is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(content(home.path(), "config"), None);
}

#[test]
fn a_file_is_replaced_with_its_mode_and_through_its_link_and_nothing_is_left_beside_it() {
    let home = home(&[("real", "[default]\n")]);
    let real = home.path().join(".aws/real");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("a file of ours");
    std::os::unix::fs::symlink(&real, home.path().join(".aws/config")).expect("a new link");
    assert_eq!(configure(home.path(), &["set", "region", "N"]), Ok(0));
    assert_eq!(content(home.path(), "real").as_deref(), Some("[default]\nregion = N\n"));
    assert_eq!(fs::metadata(&real).expect("the file is there").permissions().mode() & 0o777, 0o640);
    assert!(home.path().join(".aws/config").is_symlink());
    assert_eq!(fs::read_dir(home.path().join(".aws")).expect("the folder is there").count(), 2);
}

#[test]
fn words_that_do_not_fit_are_refused() {
    let home = home(&[("config", CONFIG)]);
    let nested = "Found more than two parts in the property to set. Deep nesting of properties is not supported.";
    let cases: [(&[&str], Failure); 9] = [
        (&["get"], Failure::Usage("the following arguments are required: varname".to_owned())),
        (&["set", "x"], Failure::Usage("the following arguments are required: value".to_owned())),
        (&["frob"], Failure::Usage("argument subcommand: Found invalid choice 'frob'\n".to_owned())),
        (&["get", "x", "y", "--z"], Failure::validation("Unknown options: y, --z")),
        (&["set", "a.b.c", "x", "--services", "n"], Failure::validation(nested)),
        (&["set", "a", "x", "--services", ""], Failure::validation("aws: [ERROR]: Invalid value for --services.")),
        (&["get", "a", "--sso-session", "n"], Failure::general("The config sub-section (n) could not be found")),
        (&["get", "profile.q"], Failure::general("list index out of range")),
        (&["set", "profile.q", "x"], Failure::general("list index out of range")),
    ];
    for (words, failure) in cases {
        assert_eq!(configure(home.path(), words), Err(failure), "{words:?}");
    }
    assert_eq!(content(home.path(), "config").as_deref(), Some(CONFIG));
}

#[test]
fn a_value_is_printed_and_one_that_is_missing_or_nested_ends_with_1() {
    let home = home(&[("config", &format!("{CONFIG}[plugins]\ny=2\n"))]);
    let cases = [
        ("region", 0),
        ("s3.a", 0),
        ("default.s3.a", 0),
        ("profile.q.region", 0),
        ("q.output", 0),
        ("plugins.y", 0),
        ("s3", 1),
        ("s3.a.c", 1),
        ("region.x", 1),
        ("REGION", 1),
        ("profile.none.region", 1),
    ];
    for (name, code) in cases {
        assert_eq!(configure(home.path(), &["get", name]), Ok(code), "{name}");
    }
}

/// The files after the answers were given for `profile`.
fn ask(home: &Path, profile: Option<&str>, answers: &str) -> (Result<u8, Failure>, Option<String>, Option<String>) {
    let ended = with_session(home, profile, |session| super::ask::run(session, answers.as_bytes()));
    (ended, content(home, "credentials"), content(home, "config"))
}

#[test]
fn answers_are_written_to_both_files() {
    let text = |text: &str| Some(text.to_owned());
    let keys = "aws_access_key_id = a\naws_secret_access_key = b\n";
    let cases = [
        (None, "a\nb\nc\nd", text(&format!("[default]\n{keys}")), text("[default]\nregion = c\noutput = d\n")),
        (Some("x y"), "a\nb\nc\n\n", text(&format!("[x y]\n{keys}")), text("[profile 'x y']\nregion = c\n")),
        (None, "\n\nc\n\n", None, text("[default]\nregion = c\n")),
        (None, "a\nb\n\n\n", text(&format!("[default]\n{keys}")), text("[default]\n")),
        (None, "\n\n\n\n", None, None),
    ];
    for (profile, answers, credentials, config) in cases {
        let home = home(&[]);
        assert_eq!(ask(home.path(), profile, answers), (Ok(0), credentials, config), "{answers:?}");
    }
}

#[test]
fn nothing_is_written_when_the_answers_end_early_or_cannot_be_written() {
    for answers in ["", "a\nb\nc\n", "a\r\nb\r\nc\r\nd\r\n"] {
        let home = home(&[]);
        let (ended, credentials, config) = ask(home.path(), None, answers);
        assert_eq!((ended.map_err(|failure| failure.exit_code()), credentials, config), (Err(255), None, None));
    }
}

#[test]
fn a_session_token_goes_with_its_key() {
    let credentials = "[default]\naws_access_key_id=K\naws_secret_access_key=S\naws_session_token=T\n";
    let cases = [
        ("k\n\n\n\n", "[default]\naws_access_key_id = k\naws_secret_access_key=S\n"),
        ("\n\nt\n\n\n", "[default]\naws_access_key_id=K\naws_secret_access_key=S\naws_session_token = t\n"),
        ("K\nS\nT\n\n\n", credentials),
    ];
    for (answers, expected) in cases {
        let home = home(&[("credentials", credentials)]);
        let (ended, written, _) = ask(home.path(), None, answers);
        assert_eq!((ended, written.as_deref()), (Ok(0), Some(expected)), "{answers:?}");
    }
}

#[test]
fn rows_of_a_csv_become_profiles() {
    let header = "\u{feff}User Name,Password,ACCESS KEY ID, Secret access key";
    let keys = |name: &str, key: &str| format!("[{name}]\naws_access_key_id = {key}\naws_secret_access_key = s\n");
    let cases: [(String, &[&str], Ended, String); 6] = [
        (format!("{header}\n Bob ,p,k,s\nmy amy,p,l,s"), &[], Ok(0), keys("Bob", "k") + &keys("my amy", "l")),
        (format!("{header}\nBob,p,k,s\n"), &["--profile-prefix", "x-"], Ok(0), keys("x-Bob", "k")),
        (format!("{header}\nBob,p,,s\nJo,p,k,s\n"), &["--skip-invalid"], Ok(0), keys("Jo", "k")),
        (
            format!("{header}\nJo,p,k,s\nBob,p,,s\n"),
            &[],
            Err("Failed to parse entry #2: Row missing value for header \"Access Key ID\""),
            String::new(),
        ),
        ("User Name,x\n".to_owned(), &[], Err("Expected header \"Access Key ID\" not found"), String::new()),
        (" \n".to_owned(), &[], Err("Provided CSV contains no contents"), String::new()),
    ];
    for (csv, options, ended, credentials) in cases {
        let home = home(&[]);
        let words = [&["import", "--csv", &csv], options].concat();
        assert_eq!(configure(home.path(), &words), ended.map_err(Failure::general), "{csv:?}");
        assert_eq!(content(home.path(), "credentials").unwrap_or_default(), credentials, "{csv:?}");
    }
}

#[test]
fn a_secret_keeps_its_last_four_characters() {
    for (secret, shown) in [("abcdefg", "defg"), ("abc", "abc"), ("", ""), ("abcdé☃", "cdé☃")] {
        assert_eq!(masked(secret), format!("****************{shown}"));
    }
}
