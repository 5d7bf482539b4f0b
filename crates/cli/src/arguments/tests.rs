//! Whole command lines. The expected texts are what the reference says.

use super::{CliInput, Command, Given, OperationCall, Paging, Skeleton};
use crate::Surroundings;
use crate::config::Settings;
use crate::failure::Failure;
use crate::globals::{ErrorFormat, Format};

use std::path::Path;

const COPY: &str = "elasticache copy-snapshot --source-snapshot-name a --target-snapshot-name b";

fn words(line: &str) -> Vec<String> {
    crate::alias::words("line", line).expect("the test's line is well quoted")
}

fn read_at(home: &Path, line: &str) -> (super::Globals, Result<Command, Failure>) {
    let surroundings = Surroundings {
        program: "aws".to_owned(),
        arguments: Vec::new(),
        variables: [("HOME".to_owned(), home.display().to_string())].into(),
        now: chrono::Utc::now,
    };
    let mut settings = Settings::load(&surroundings).expect("there are no files");
    super::parse(&words(line), &surroundings, &mut settings)
}

fn read(line: &str) -> (super::Globals, Result<Command, Failure>) {
    read_at(Path::new("/nonexistent"), line)
}

fn parse_at(home: &Path, line: &str) -> Result<(super::Globals, Command), Failure> {
    let (globals, command) = read_at(home, line);
    Ok((globals, command?))
}

fn parse(line: &str) -> Result<(super::Globals, Command), Failure> {
    parse_at(Path::new("/nonexistent"), line)
}

fn failure(line: &str) -> Failure {
    read(line).1.expect_err(line)
}

fn call(line: &str) -> OperationCall {
    let (_, command) = parse(line).expect(line);
    let Command::Operation(call) = command else { panic!("{line} is {command:?}") };
    call
}

fn given(line: &str) -> Vec<(&'static str, Given)> {
    call(line).given.into_iter().map(|(member, given)| (member.name, given)).collect()
}

fn word(word: &str) -> Given {
    Given::Word(word.to_owned())
}

/// Writes an alias file into a new home.
fn home_with_aliases(text: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a folder for the test");
    let folder = home.path().join(".aws/cli");
    std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(folder.join("alias"), text)).expect("an alias file");
    home
}

#[test]
fn options_reach_their_members_in_the_order_of_the_model() {
    let tags = Given::Words(vec!["Key=a,Value=b".to_owned(), "Key=c".to_owned()]);
    let cases = [
        (COPY.to_owned(), vec![("SourceSnapshotName", word("a")), ("TargetSnapshotName", word("b"))]),
        (
            "elasticache copy-snapshot --target-snap -1 --source-snap=-x --tag Key=a,Value=b Key=c".to_owned(),
            vec![("SourceSnapshotName", word("-x")), ("TargetSnapshotName", word("-1")), ("Tags", tags)],
        ),
        (
            format!("{COPY} --target-snapshot-name 'c d' --tags"),
            vec![
                ("SourceSnapshotName", word("a")),
                ("TargetSnapshotName", word("c d")),
                ("Tags", Given::Words(Vec::new())),
            ],
        ),
        (
            "elasticache describe-snapshots --no-show-node --show-node".to_owned(),
            vec![("ShowNodeGroupConfig", Given::Flag(true))],
        ),
    ];
    for (line, expected) in cases {
        assert_eq!(given(&line), expected, "{line}");
    }
}

#[test]
fn what_does_not_fit_is_a_failure_of_usage() {
    let cases = [
        ("", "the following arguments are required: command"),
        ("elasticache", "the following arguments are required: operation"),
        (
            "elasticache copy-snapshot --bogus x",
            "the following arguments are required: --source-snapshot-name, --target-snapshot-name",
        ),
        (
            "elasticache copy-snapshot --source-snapshot-name -x",
            "argument --source-snapshot-name: expected one argument",
        ),
        (
            "elasticache copy-snapshot --source-snapshot-name --",
            "argument --source-snapshot-name: expected one argument",
        ),
        (
            "elasticache copy-snapshot --generate output",
            "the following arguments are required: --source-snapshot-name, --target-snapshot-name",
        ),
        (
            "elasticache --cli text",
            "ambiguous option: --cli could match --cli-read-timeout, --cli-connect-timeout, --cli-binary-format, \
             --cli-auto-prompt, --cli-error-format",
        ),
        (
            "elasticache describe-snapshots --m=3",
            "ambiguous option: --m=3 could match --marker, --max-records, --max-items",
        ),
        ("elasticache describe-snapshots --show=3", "argument --show-node-group-config: ignored explicit argument '3'"),
        ("elasticache describe-snapshots --max-items \"it's\"", "argument --max-items: invalid int value: \"it's\""),
        ("elasticache describe-snapshots --page-size 2.0", "argument --page-size: invalid int value: '2.0'"),
        (
            "elasticache --color purple --no-cli",
            "ambiguous option: --no-cli could match --no-cli-pager, --no-cli-auto-prompt",
        ),
        ("elasticache delete-snapshot --snapshot-name -1_0", "argument --snapshot-name: expected one argument"),
        ("zzzz", "argument command: Found invalid choice 'zzzz'\n"),
        ("elasticach x", "argument command: Found invalid choice 'elasticach'\n\nMaybe you meant:\n\n  * elasticache"),
        (
            "elasticache delete-cache-subnet-grou",
            "argument operation: Found invalid choice 'delete-cache-subnet-grou'\n\nMaybe you meant:\n\n  \
             * delete-cache-subnet-group\n  * create-cache-subnet-group\n  * delete-cache-security-group",
        ),
        ("elasticache wait foo", "argument subcommand: Found invalid choice 'foo'\n"),
        ("help x", "argument subcommand: Found invalid choice 'x'\n"),
        (
            "elasticache copy-snapshot --generate-cli-skeleton xml",
            "argument --generate-cli-skeleton: Found invalid choice 'xml'\n",
        ),
    ];
    for (line, message) in cases {
        assert_eq!(failure(line), Failure::Usage(message.to_owned()), "{line}");
    }
}

#[test]
fn unknown_words_are_listed_with_what_they_may_have_meant() {
    let cases = [
        ("--bogus value", "--bogus, value"),
        ("extra more", "more, extra"),
        ("-- --bogus", "--bogus"),
        ("-- x -- y", "--, y, x"),
        ("--", ""),
        ("--wai", "--wai"),
        (
            "--target-buckt=x --target-buckt --tag-s y",
            "--target-buckt=x, --target-buckt, --tag-s, y\n\nMaybe you meant:\n  \
             * --target-bucket (instead of --target-buckt)\n  * --tags (instead of --tag-s)",
        ),
    ];
    for (line, message) in cases {
        let parsed = parse(&format!("{COPY} {line}"));
        if message.is_empty() {
            assert!(matches!(parsed, Ok((_, Command::Operation(_)))), "{line}");
        } else {
            assert_eq!(parsed.expect_err(line), Failure::UnknownOptions(message.to_owned()), "{line}");
        }
    }
}

#[test]
fn global_options_are_found_wrong_in_one_order() {
    let scheme = "scheme is missing.  Must be of the form http://<hostname>/ or https://<hostname>/";
    let endpoint = |url: &str| Failure::validation(format!("Bad value for --endpoint-url \"{url}\": {scheme}"));
    let timeout = |word: &str| Failure::general(format!("invalid literal for int() with base 10: '{word}'"));
    let cases = [
        ("--endpoint-url foo --cli-read-timeout x nosuch", endpoint("foo")),
        ("--endpoint-url 127.0.0.1:9", endpoint("127.0.0.1:9")),
        ("--endpoint-url ''", endpoint("")),
        ("--endpoint-url http://[ --bogus", Failure::general("Invalid IPv6 URL")),
        ("--cli-connect-timeout y --cli-read-timeout x", timeout("x")),
        ("--cli-connect-timeout 1.5 describe-snapshots --bogus", timeout("1.5")),
    ];
    for (line, expected) in cases {
        assert_eq!(failure(&format!("elasticache {line}")), expected, "{line}");
    }
    assert!(matches!(failure("elasticache --endpoint-url foo --query ["), Failure::Validation(text)
        if text.starts_with("Bad value for --query [: ")));
}

#[test]
fn global_options_stand_anywhere() {
    let (globals, _) =
        parse(&format!("--out text {COPY} --no-p --profile '' --region x --cli-read 0 --no-cli-pager --query a"))
            .expect("a good line");
    assert_eq!((globals.output, globals.paginate, globals.pager), (Some(Format::Text), false, false));
    assert_eq!((globals.profile, globals.region.as_deref()), (None, Some("x")));
    assert_eq!((globals.read_timeout_s, globals.connect_timeout_s), (Some(0), None));
    assert!(globals.verify_ssl && globals.sign_request && globals.query.is_some());
}

#[test]
fn the_error_format_counts_once_the_words_are_split() {
    for (line, expected) in [
        ("--cli-error-format json elasticache nosuch", Some(ErrorFormat::Json)),
        ("--cli-error-format json elasticache --endpoint-url x", Some(ErrorFormat::Json)),
        ("--cli-error-format json nosuch", None),
        ("elasticache nosuch", None),
    ] {
        assert_eq!(read(line).0.error_format, expected, "{line}");
    }
}

#[test]
fn a_document_or_a_skeleton_frees_the_required_options() {
    let operation = "elasticache copy-snapshot";
    assert_eq!(call(&format!("{operation} --generate-cli-skeleton")).skeleton, Some(Skeleton::Input));
    assert_eq!(call(&format!("{operation} --generate-cli-skeleton yaml-input")).skeleton, Some(Skeleton::YamlInput));
    assert_eq!(call(&format!("{COPY} --generate-cli-skeleton=output")).skeleton, Some(Skeleton::Output));
    let with_document = call(&format!("{operation} --cli-input-json {{}}"));
    assert_eq!(with_document.cli_input(), Ok(Some(&CliInput::Json("{}".to_owned()))));
    let both = call(&format!("{operation} --cli-input-json 1 --cli-input-yaml 2"));
    let message = "Only one --cli-input- parameter may be specified.";
    assert_eq!(both.cli_input(), Err(Failure::validation(message)));
    for shortened in ["--generate-cli-skeleton=input", "--generate-cli", "--cli-input-j {}", "--cli-input-json={}"] {
        assert!(matches!(failure(&format!("{operation} {shortened}")), Failure::Usage(_)), "{shortened}");
    }
}

#[test]
fn paging_options_need_paging() {
    let describe = "elasticache describe-snapshots";
    let paging = call(&format!("{describe} --max-items ' 1_0 ' --page-size -9999999999999999999 --starting t")).paging;
    let expected = Paging { starting_token: Some("t".to_owned()), page_size: Some(i64::MIN), max_items: Some(10) };
    assert_eq!((paging.warning(), &paging), (None, &expected));
    assert!(call(&format!("{describe} --max-items 0")).paging.warning().is_some());
    for (line, options) in [
        ("--no-paginate --max-items 1 --starting-token x", "--starting-token, --max-items"),
        ("--marker x --page-size 2", "--page-size"),
        ("--max-records 20 --max-items 2 --generate-cli-skeleton", "--max-items"),
    ] {
        let message = format!("Cannot specify --no-paginate along with pagination arguments: {options}");
        assert_eq!(failure(&format!("{describe} {line}")), Failure::Validation(message), "{line}");
    }
    assert!(matches!(failure("sts get-caller-identity --max-items 3"), Failure::UnknownOptions(_)));
}

#[test]
fn help_is_found_at_every_level() {
    for (line, command) in [
        ("help", ""),
        ("help --bogus", ""),
        ("elasticache help x", "elasticache"),
        ("elasticache copy-snapshot help --region x", "elasticache copy-snapshot"),
        ("elasticache describe-snapshots help x", "elasticache describe-snapshots"),
        ("elasticache wait help", "elasticache wait"),
        ("elasticache wait cache-cluster-deleted help", "elasticache wait cache-cluster-deleted"),
    ] {
        let (_, parsed) = parse(line).expect(line);
        let Command::Help(topic) = parsed else { panic!("{line} is {parsed:?}") };
        assert_eq!(topic.command(), command, "{line}");
    }
    assert!(matches!(failure("elasticache copy-snapshot help --bogus"), Failure::Usage(_)));
}

#[test]
fn the_version_ends_the_reading() {
    for line in ["--version", "--vers nosuch", "elasticache --version --color x"] {
        assert!(matches!(parse(line), Ok((_, Command::Version))), "{line}");
    }
    for line in ["--color x --version", "--version --cli"] {
        assert!(matches!(failure(line), Failure::Usage(_)), "{line}");
    }
}

#[test]
fn waiters_of_the_description_and_our_own_take_the_options_of_their_operation() {
    let Ok((_, Command::Wait(waiter))) = parse("elasticache wait snapshot-exported --snapshot-name x") else {
        panic!("a good line");
    };
    assert_eq!(waiter.waiter.name, "SnapshotExported");
    assert_eq!((waiter.call.operation.name, waiter.call.given.len()), ("DescribeSnapshots", 1));
    let Ok((_, Command::Wait(waiter))) = parse("elasticache wait replication-group-deleted") else {
        panic!("a good line");
    };
    assert_eq!(waiter.waiter.name, "ReplicationGroupDeleted");
    let nameless = "usage: aws [options] elasticache wait <subcommand> [parameters]\naws: [ERROR]: too few arguments";
    assert_eq!(failure("elasticache wait"), Failure::validation(nameless));
    assert_eq!(failure("elasticache wait --bogus --b2"), Failure::validation("Unknown options: --bogus, --b2"));
}

#[test]
fn our_own_wait_is_taken_only_in_full() {
    assert!(call(&format!("{COPY} --wait")).wait);
    assert!(matches!(failure(&format!("{COPY} --w")), Failure::UnknownOptions(_)));
    assert!(matches!(failure("elasticache describe-snapshots --wait"), Failure::UnknownOptions(_)));
}

#[test]
fn services_that_are_not_ours_are_refused_in_our_words() {
    assert!(matches!(failure("ec2 describe-instances"), Failure::Validation(text) if text.contains("ec2")));
}

#[test]
fn configure_and_completion_keep_their_words() {
    let Ok((_, Command::Configure(words))) = parse("configure --region x set a --bogus") else { panic!("configure") };
    assert_eq!(words, ["set", "a", "--bogus"]);
    assert!(matches!(parse("completion bash"), Ok((_, Command::Completion(words))) if words == ["bash"]));
}

#[test]
fn aliases_stand_for_words_at_every_level() {
    let home = home_with_aliases(
        "[toplevel]\n\
         copy = elasticache snap --output text\n\
         elasticache = elasticache --color on\n\
         sh =\n  !exit 3\n\
         [command elasticache]\n\
         snap = --region q copy-snapshot --source-snapshot-name 'a b'\n\
         copy-snapshot = copy-snapshot --target-snapshot-name t\n\
         [command elasticache wait]\n\
         gone = cache-cluster-deleted\n\
         [command configure]\n\
         ls = list-profiles\n",
    );
    let (globals, command) = parse_at(home.path(), "copy --tags x").expect("an alias");
    let Command::Operation(call) = command else { panic!("{command:?}") };
    let given: Vec<_> = call.given.into_iter().map(|(_, given)| given).collect();
    assert_eq!(given, [word("a b"), word("t"), Given::Words(vec!["x".to_owned()])]);
    assert_eq!((globals.output, globals.region.as_deref()), (Some(Format::Text), Some("q")));
    assert!(matches!(parse_at(home.path(), "elasticache wait gone"), Ok((_, Command::Wait(_)))));
    assert!(matches!(parse_at(home.path(), "sh"), Ok((_, Command::Shell(_)))));
    assert!(matches!(parse_at(home.path(), "configure ls x"), Ok((_, Command::Configure(words)))
        if words == ["list-profiles", "x"]));
}

#[test]
fn aliases_that_cannot_be_used_are_refused() {
    let home =
        home_with_aliases("[toplevel]\na = b\nb = a\nopen = x 'y\nwho = elasticache --profile p\nnone = --debug\n");
    let cases = [
        ("a", Failure::general("maximum recursion depth exceeded")),
        (
            "open",
            Failure::general(
                "Value of alias \"open\" could not be parsed. Received error: No closing quotation when parsing:\nx 'y",
            ),
        ),
        (
            "who",
            Failure::general(
                "Global parameter \"--profile\" detected in alias \"who\" which is not supported in subcommand aliases.",
            ),
        ),
        ("none", Failure::Usage("the following arguments are required: command".to_owned())),
    ];
    for (line, expected) in cases {
        assert_eq!(read_at(home.path(), line).1.expect_err(line), expected, "{line}");
    }
}

#[test]
fn the_first_options_have_a_usage_text_of_their_own() {
    let message = "argument --profile: expected one argument\n\nusage: aws [--profile PROFILE] [--debug]\n";
    assert_eq!(super::check_first(&words("--version --profile")), Err(Failure::validation(message)));
    assert_eq!(super::check_first(&words("--profile x --bogus")), Ok(()));
}
