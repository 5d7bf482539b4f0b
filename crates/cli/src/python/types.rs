//! What Python calls the type of a value.

use crate::document::Document;

/// Which of Python's two map types the reference holds maps in: it depends on where they come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Maps {
    /// `dict`: answers, `--cli-input-json`, `--cli-input-yaml`.
    Dict,
    /// `OrderedDict`: JSON given as the value of an option.
    OrderedDict,
}

/// The type as Python prints it, `<class 'datetime.date'>`.
pub(crate) fn type_name(document: &Document, maps: Maps) -> String {
    match module_and_word(document, maps) {
        ("", word) => format!("<class '{word}'>"),
        (module, word) => format!("<class '{module}.{word}'>"),
    }
}

/// The bare name of the type, `date`.
pub(crate) fn type_word(document: &Document, maps: Maps) -> &'static str {
    module_and_word(document, maps).1
}

/// What is built in has no module.
fn module_and_word(document: &Document, maps: Maps) -> (&'static str, &'static str) {
    match document {
        Document::Null => ("", "NoneType"),
        Document::Boolean(_) => ("", "bool"),
        Document::Integer(_) => ("", "int"),
        Document::Float(_) => ("", "float"),
        Document::String(_) => ("", "str"),
        Document::Bytes(_) => ("", "bytes"),
        Document::Date(_) => ("datetime", "date"),
        Document::DateTime(..) => ("datetime", "datetime"),
        Document::List(_) => ("", "list"),
        Document::Map(_) => match maps {
            Maps::Dict => ("", "dict"),
            Maps::OrderedDict => ("collections", "OrderedDict"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Map;

    #[test]
    fn types_have_pythons_names() {
        let cases = [
            (Document::Null, "<class 'NoneType'>"),
            (Document::Boolean(true), "<class 'bool'>"),
            (Document::from(1), "<class 'int'>"),
            (Document::from(1.0), "<class 'float'>"),
            (Document::from("x"), "<class 'str'>"),
            (Document::Bytes(Vec::new()), "<class 'bytes'>"),
            (Document::Date(chrono::NaiveDate::default()), "<class 'datetime.date'>"),
            (Document::DateTime(chrono::NaiveDateTime::default(), None), "<class 'datetime.datetime'>"),
            (Vec::new().into(), "<class 'list'>"),
            (Document::from(Map::new()), "<class 'dict'>"),
        ];
        for (document, name) in cases {
            assert_eq!(type_name(&document, Maps::Dict), name);
        }
        assert_eq!(type_name(&Map::new().into(), Maps::OrderedDict), "<class 'collections.OrderedDict'>");
    }
}
