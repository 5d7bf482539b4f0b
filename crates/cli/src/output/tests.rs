//! Each format against texts that the reference prints for the same documents.
//!
//! A file has one block per document: `>>> ` and the document, what is printed, and `!!! ` before an error.

use super::*;
use crate::python;

/// Calls `check` with every document of `blocks` and what is to come of it.
fn each(blocks: &str, print: impl Fn(&Document, &mut String) -> Result<(), Failure>) {
    let mut count = 0;
    for block in blocks.split(">>> ").skip(1) {
        let (document, expected) = block.split_once('\n').expect("a document stands on one line");
        let document = python::json::parse(document).expect("the document is JSON");
        let mut printed = String::new();
        if let Err(failure) = print(&document, &mut printed) {
            let Failure::General(text) = failure else { panic!("{failure:?}") };
            printed += &format!("!!! {text}\n");
        }
        assert_eq!(printed, expected, "{block}");
        count += 1;
    }
    assert!(count >= 20, "only {count} documents are in the file");
}

#[test]
fn text_is_what_the_reference_prints() {
    each(include_str!("tests/text.txt"), text::write);
}

#[test]
fn tables_are_what_the_reference_prints() {
    each(include_str!("tests/table.txt"), |document, out| {
        out.push_str(&table::render("CopySnapshot", document, 80, Colors::Plain)?);
        Ok(())
    });
}

#[test]
fn yaml_is_what_the_reference_prints() {
    each(include_str!("tests/yaml.txt"), |document, out| {
        out.push_str(&yaml(document));
        Ok(())
    });
}

#[test]
fn yaml_streams_are_what_the_reference_prints() {
    each(include_str!("tests/yaml-stream.txt"), |document, out| {
        if !is_empty_map(document) {
            out.push_str(&yaml::dump(&vec![document.clone()].into()));
        }
        Ok(())
    });
}

#[test]
fn a_table_is_as_wide_as_the_terminal_lets_it_be() {
    let document = python::json::parse(r#"{"aaaaaaaaaaaaaaa":1,"bbbbbbbbbbbbbbbb":2}"#).expect("the document is JSON");
    let wide = "\
-----------------------------------------
|             CopySnapshot              |
+------------------+--------------------+
|  aaaaaaaaaaaaaaa | bbbbbbbbbbbbbbbb   |
+------------------+--------------------+
|  1               |  2                 |
+------------------+--------------------+
";
    let narrow = "\
---------------------------
|      CopySnapshot       |
+--------------------+----+
|  aaaaaaaaaaaaaaa   |  1 |
|  bbbbbbbbbbbbbbbb  |  2 |
+--------------------+----+
";
    for (columns, expected) in [(500, wide), (41, wide), (40, narrow), (1, narrow), (0, narrow)] {
        let table = table::render("CopySnapshot", &document, columns, Colors::Plain);
        assert_eq!(table.as_deref(), Ok(expected), "{columns}");
    }
}

#[test]
fn a_colored_table_has_yellow_bars_and_blue_values() {
    let document = python::json::parse(r#"{"Snapshot":{"SnapshotName":"n"}}"#).expect("the document is JSON");
    let bar = "\x1b[2m\x1b[33m|\x1b[0m";
    let expected = format!(
        "\
-------------------------
|     CopySnapshot      |
+-----------------------+
{bar}|      Snapshot       |{bar}
{bar}+----------------+----+{bar}
{bar}|  \x1b[1m\x1b[34mSnapshotName\x1b[0m  |  \x1b[1m\x1b[34mn\x1b[0m |{bar}
{bar}+----------------+----+{bar}
"
    );
    assert_eq!(table::render("CopySnapshot", &document, 80, Colors::Colored), Ok(expected));
}

#[test]
fn without_a_pager_colors_end_behind_every_part_of_a_line() {
    let document = python::json::parse(r#"{"a":1,"b":2}"#).expect("the document is JSON");
    let expected = "--------------\n\
        \x1b[0m\x1b[0m|CopySnapshot|\x1b[0m\x1b[0m\n\
        \x1b[0m\x1b[0m+-----+------+\x1b[0m\x1b[0m\n\
        \x1b[0m\x1b[0m|  a  |  b   |\x1b[0m\x1b[0m\n\
        \x1b[0m\x1b[0m+-----+------+\x1b[0m\x1b[0m\n\
        \x1b[0m\x1b[0m|  \x1b[1m\x1b[34m1\x1b[0m  |  \x1b[1m\x1b[34m2\x1b[0m   |\x1b[0m\x1b[0m\n\
        \x1b[0m\x1b[0m+-----+------+\x1b[0m\x1b[0m\n\x1b[0m";
    let table = table::render("CopySnapshot", &document, 80, Colors::ColoredWithResets);
    assert_eq!(table.as_deref(), Ok(expected));
}

#[test]
fn only_the_items_of_a_page_are_text() {
    let page = python::json::parse(r#"{"Defaults":{"Marker":"m","Parameters":[1]},"Marker":"n"}"#);
    let page = page.expect("the document is JSON");
    let cases = [
        ("Marker", r#"{"Marker":"n"}"#),
        ("Defaults.Parameters", r#"{"Defaults":{"Parameters":[1]}}"#),
        ("Defaults.Absent", r#"{"Defaults":{"Absent":null}}"#),
        ("Absent.Parameters", r#"{"Absent":{"Parameters":null}}"#),
    ];
    for (path, expected) in cases {
        assert_eq!(python::json::dense(&only(path, &page)), expected, "{path}");
    }
}

#[test]
fn json_shows_everything_but_an_empty_structure() {
    each(include_str!("tests/json.txt"), |document, out| {
        out.push_str(&json(document));
        Ok(())
    });
}

#[test]
fn the_error_format_is_the_options_or_a_settings() {
    let settings = |value: &str| {
        let surroundings = crate::Surroundings {
            program: "aws".into(),
            arguments: Vec::new(),
            variables: [("AWS_CLI_ERROR_FORMAT".into(), value.into())].into(),
            now: chrono::DateTime::default,
        };
        Settings::load(&surroundings).expect("there are no files")
    };
    let globals = Globals { error_format: Some(ErrorFormat::Yaml), ..Globals::default() };
    assert_eq!(error_format(Some(&globals), Some(&settings("json"))), ErrorFormat::Yaml);
    assert_eq!(error_format(Some(&Globals::default()), Some(&settings("json"))), ErrorFormat::Json);
    assert_eq!(error_format(None, None), ErrorFormat::Enhanced);
    for (value, format) in [
        ("JSON", ErrorFormat::Json),
        ("table", ErrorFormat::Table),
        (" json ", ErrorFormat::Enhanced),
        ("xml", ErrorFormat::Enhanced),
        ("", ErrorFormat::Enhanced),
    ] {
        assert_eq!(error_format(None, Some(&settings(value))), format, "{value:?}");
    }
}

#[test]
fn yaml_writes_what_stands_in_several_places_once() {
    let document = python::json::parse(r#"{"m":{"a":{"b":1}},"l":[[1],[2]],"t":"text","e":[]}"#);
    let document = document.expect("the document is JSON");
    let cases = [
        ("[m, m]", "- &id001\n  a:\n    b: 1\n- *id001\n"),
        ("{x: l, y: l}", "x: &id001\n- - 1\n- - 2\ny: *id001\n"),
        (
            "[m.a, m, l, m, l[1]]",
            "- &id001\n  b: 1\n- &id002\n  a: *id001\n- - - 1\n  - &id003\n    - 2\n- *id002\n- *id003\n",
        ),
        ("l[].[@, @]", "- - 1\n  - 1\n- - 2\n  - 2\n"),
        ("[l[0:1], l[0:1]]", "- - &id001\n    - 1\n- - *id001\n"),
        ("[t, t, e, e]", "- text\n- text\n- &id001 []\n- *id001\n"),
        ("map(&`[1]`, l)", "- &id001\n  - 1\n- *id001\n"),
        ("[`[1]`, `[1]`]", "- - 1\n- - 1\n"),
    ];
    for (query, expected) in cases {
        let found = crate::jmespath::Expression::parse(query).and_then(|query| query.search(&document));
        assert_eq!(found.map(|found| yaml(&found)).as_deref(), Ok(expected), "{query}");
    }
}
