use super::ini::{self, Malformed};
use super::*;
use crate::Surroundings;
use crate::failure::Failure;
use std::path::Path;

/// What is found of a setting.
type Found = Result<Option<String>, Failure>;
type Variables = &'static [(&'static str, &'static str)];

/// Settings over a home folder with these two files.
fn settings(config: &str, credentials: &str, variables: &[(&str, &str)]) -> Result<Settings, Failure> {
    let home = tempfile::tempdir().expect("a folder of its own");
    std::fs::create_dir(home.path().join(".aws")).expect("a new folder");
    std::fs::write(home.path().join(".aws/config"), config).expect("a new file");
    std::fs::write(home.path().join(".aws/credentials"), credentials).expect("a new file");
    Settings::load(&surroundings(home.path(), variables))
}

fn surroundings(home: &Path, variables: &[(&str, &str)]) -> Surroundings {
    let home = ("HOME", home.to_str().expect("a name in UTF-8"));
    let variables = variables.iter().chain([&home]);
    Surroundings {
        program: "aws".to_owned(),
        arguments: Vec::new(),
        variables: variables.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        now: chrono::Utc::now,
    }
}

fn region(settings: &Settings) -> Option<String> {
    settings.get(Setting::Region).expect("the profile is there")
}

fn not_found(name: &str) -> Failure {
    Failure::general(format!("The config profile ({name}) could not be found"))
}

#[test]
fn a_text_that_is_not_of_the_dialect_is_refused() {
    let wrong = [
        "region = a\n",
        "[default\nregion = a\n",
        "[]\n",
        "[default]\nregion\n",
        "[default]\n= a\n",
        "[default]\nregion = a\nREGION = b\n",
        "[default]\n[default]\n",
        "\u{feff}[default]\n",
        "[default]\ns3 =\n  a = b\n  c\n",
    ];
    for text in wrong {
        assert_eq!(ini::parse(text), Err(Malformed), "{text:?}");
    }
}

#[test]
fn the_value_of_a_key_is_its_line_and_the_lines_that_are_indented_more() {
    let cases = [
        ("region = a", Some("a")),
        ("region: a", Some("a")),
        ("REGION=a=b : c  ", Some("a=b : c")),
        ("region = x # y", Some("x # y")),
        ("region = x ; y", Some("x ; y")),
        ("region =", Some("")),
        ("region = 100%(x)s", Some("100%(x)s")),
        ("region = one\n  two\n\n three\n# c\n  four\n\n", Some("one\ntwo\n\nthree\nfour")),
        ("  region = one\n  output = two", Some("one")),
        ("other = x\n region = y", None),
        ("region = a\r\nother = b\r\n", Some("a")),
        ("region = a\rother = b", Some("a")),
        ("; region = a", None),
    ];
    for (lines, expected) in cases {
        let sections = ini::parse(&format!("[default]\n{lines}")).expect("a text of the dialect");
        assert_eq!(sections[0].1.text("region"), expected, "{lines:?}");
    }
}

#[test]
fn indented_pairs_below_an_empty_key_are_nested() {
    let sections = ini::parse("[default]\ns3 =\n  Max = 10\n\n  b = c = d\n").expect("a text of the dialect");
    let section = &sections[0].1;
    assert_eq!(section.nested("s3", "Max"), Some("10"));
    assert_eq!(section.nested("s3", "b"), Some("c = d"));
    assert_eq!(section.nested("s3", "max"), None);
    assert_eq!(section.text("s3"), None);
}

#[test]
fn every_section_has_the_keys_of_the_default_section_unless_it_sets_them() {
    let text = "[a]\nx = 1\n[DEFAULT]\nx = 2\ny = 3\n[DEFAULT]\nz = 4\n";
    let sections = ini::parse(text).expect("a text of the dialect");
    let [(name, section)] = sections.as_slice() else { panic!("one section: {sections:?}") };
    assert_eq!(name, "a");
    assert_eq!(["x", "y", "z"].map(|key| section.text(key)), [Some("1"), Some("3"), Some("4")]);
}

#[test]
fn a_header_reaches_to_the_last_bracket_and_what_follows_is_ignored() {
    let sections = ini::parse("[a]b] c\n [d]\n").expect("a text of the dialect");
    let names: Vec<&str> = sections.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["a]b", "d"]);
}

#[test]
fn profiles_are_named_by_the_second_word_of_a_header_and_by_any_header_of_the_credentials() {
    let config =
        "[profilex bar]\n[profile \"q r\"]\n[profile a b c]\n[profile]\n[profile 'x]\n[profile it\\'s]\n[zz]\n";
    let settings = settings(config, "[cr]\n[profile zz]\n[bar]\n", &[]).expect("both files are good");
    let names: Vec<&str> = settings.profiles().names().collect();
    assert_eq!(names, ["bar", "q r", "it's", "cr", "profile zz"]);
    assert!(settings.profiles().other("zz").is_some());
}

#[test]
fn named_sections_are_found_by_their_kind() {
    let config = "[sso-session s]\nsso_region = r\n[services z]\nelasticache =\n  endpoint_url = u\n";
    let settings = settings(config, "", &[]).expect("both files are good");
    let profiles = settings.profiles();
    assert_eq!(profiles.sso_session("s").and_then(|section| section.text("sso_region")), Some("r"));
    assert_eq!(profiles.services("z").and_then(|section| section.nested("elasticache", "endpoint_url")), Some("u"));
    assert!(profiles.profile("s").is_none());
}

#[test]
fn the_later_of_two_default_sections_hides_the_earlier() {
    let both = settings("[default]\nregion = a\n[profile default]\noutput = text\n", "", &[]).expect("good files");
    assert_eq!(region(&both), None);
    let both = settings("[profile default]\noutput = text\n[default]\nregion = a\n", "", &[]).expect("good files");
    assert_eq!(region(&both).as_deref(), Some("a"));
}

#[test]
fn keys_of_the_credentials_file_replace_those_of_the_configuration() {
    let config = "[profile p]\nregion = config\noutput = text\n";
    let mut settings = settings(config, "[p]\nregion = credentials\n", &[]).expect("both files are good");
    settings.select_profile("p");
    assert_eq!(region(&settings).as_deref(), Some("credentials"));
    assert_eq!(settings.get(Setting::Output), Ok(Some("text".to_owned())));
}

#[test]
fn the_environment_beats_the_profile_and_the_profile_beats_the_default() {
    let config = "[default]\nregion = c\noutput = text\n";
    const BOTH: Variables = &[("AWS_REGION", "a"), ("AWS_DEFAULT_REGION", "b")];
    let cases: [(Variables, &str); 4] =
        [(BOTH, "a"), (&[("AWS_DEFAULT_REGION", "b")], "b"), (&[("AWS_REGION", "")], ""), (&[], "c")];
    for (variables, expected) in cases {
        let settings = settings(config, "", variables).expect("both files are good");
        assert_eq!(region(&settings).as_deref(), Some(expected), "{variables:?}");
    }
    let empty = settings("", "", &[]).expect("both files are good");
    assert_eq!(empty.find(Setting::Output), Ok(Some(("json", Source::Default))));
}

#[test]
fn a_chosen_profile_must_be_there_and_the_default_profile_need_not() {
    let config = "[profile p]\nregion = a\n";
    let cases: [(Variables, Option<&str>, Found); 6] = [
        (&[], None, Ok(None)),
        (&[("AWS_PROFILE", "p"), ("AWS_DEFAULT_PROFILE", "no")], None, Ok(Some("a".to_owned()))),
        (&[("AWS_DEFAULT_PROFILE", "no")], None, Err(not_found("no"))),
        (&[("AWS_PROFILE", "")], None, Err(not_found(""))),
        (&[("AWS_PROFILE", "default")], None, Err(not_found("default"))),
        (&[("AWS_PROFILE", "no")], Some("p"), Ok(Some("a".to_owned()))),
    ];
    for (variables, flag, expected) in cases {
        let mut settings = settings(config, "", variables).expect("both files are good");
        if let Some(name) = flag {
            settings.select_profile(name);
        }
        assert_eq!(settings.get(Setting::Region), expected, "{variables:?} {flag:?}");
    }
}

#[test]
fn a_variable_hides_that_the_profile_is_missing() {
    let variables = [("AWS_PROFILE", "no"), ("AWS_REGION", "a")];
    assert_eq!(region(&settings("", "", &variables).expect("both files are good")).as_deref(), Some("a"));
}

#[test]
fn only_the_word_true_means_yes() {
    for (text, expected) in [("true", true), ("TRUE", true), ("1", false), ("yes", false), ("", false)] {
        let settings = settings("", "", &[("AWS_USE_FIPS_ENDPOINT", text)]).expect("both files are good");
        assert_eq!(settings.is_true(Setting::UseFipsEndpoint), Ok(expected), "{text:?}");
    }
}

#[test]
fn files_are_found_through_variables_and_the_home_folder() {
    let home = tempfile::tempdir().expect("a folder of its own");
    std::fs::write(home.path().join("conf"), "[default]\nregion = a\n").expect("a new file");
    for name in ["~/conf", "$HOME/conf", "${HOME}/conf", "$HOME/./$X/../conf"] {
        let variables = [("AWS_CONFIG_FILE", name), ("X", "$X")];
        let here = surroundings(home.path(), &variables);
        let expected = if name.contains("$X") { None } else { Some("a") };
        assert_eq!(region(&Settings::load(&here).expect("a good file")).as_deref(), expected, "{name}");
    }
}

#[test]
fn a_file_that_is_missing_or_no_file_is_empty() {
    let home = tempfile::tempdir().expect("a folder of its own");
    for name in ["~/none", "~", "", "/dev/zero"] {
        let loaded = Settings::load(&surroundings(home.path(), &[("AWS_CONFIG_FILE", name)]));
        assert_eq!(loaded.map(|settings| region(&settings)), Ok(None), "{name}");
    }
}

#[test]
fn a_file_that_is_not_utf_8_or_too_large_cannot_be_parsed() {
    let home = tempfile::tempdir().expect("a folder of its own");
    let path = home.path().join("conf");
    let here = surroundings(home.path(), &[("AWS_CONFIG_FILE", "~/conf")]);
    let expected = Failure::general(format!("Unable to parse config file: {}", path.display()));
    std::fs::write(&path, b"[default]\nx = \xff\n").expect("a new file");
    assert_eq!(Settings::load(&here).map(drop), Err(expected.clone()));
    std::fs::File::create(&path).and_then(|file| file.set_len(1 << 40)).expect("a file with a hole");
    assert_eq!(Settings::load(&here).map(drop), Err(expected));
}

#[test]
fn time_stamps_have_two_formats_and_a_missing_profile_is_no_failure_yet() {
    let cases = [("wire", Some(TimestampFormat::Wire)), ("iso8601", Some(TimestampFormat::Iso8601)), ("WIRE", None)];
    for (text, expected) in cases {
        let settings = settings(&format!("[default]\ncli_timestamp_format = {text}\n"), "", &[]).expect("good files");
        let message = format!("Unknown cli_timestamp_format value: {text}, valid values are \"wire\" or \"iso8601\"");
        assert_eq!(settings.timestamp_format(), expected.ok_or(Failure::Configuration(message)));
    }
    let missing = settings("", "", &[("AWS_PROFILE", "no")]).expect("both files are good");
    assert_eq!(missing.timestamp_format(), Ok(TimestampFormat::Iso8601));
}
