//! Expressions that fail on [`super::DOCUMENT`], and the texts of Python's `jmespath` 1.0.1 about them.

pub(super) const RUNTIME_ERRORS: &[(&str, &str)] = &[
    ("nope()", "Unknown function: nope()"),
    ("nope(nope2())", "Unknown function: nope2()"),
    ("length()", "Expected 1 argument for function length(), received 0"),
    ("length(a, b)", "Expected 1 argument for function length(), received 2"),
    ("merge()", "Expected at least 1 argument for function merge(), received 0"),
    ("not_null()", "Expected at least 1 argument for function not_null(), received 0"),
    ("contains(name)", "Expected 2 arguments for function contains(), received 1"),
    ("join(',')", "Expected 2 arguments for function join(), received 1"),
    ("sort_by(tags)", "Expected 2 arguments for function sort_by(), received 1"),
    (
        "length(size)",
        r#"In function length(), invalid type for value: 6379, expected one of: ['string', 'array', 'object'], received: "number""#,
    ),
    (
        "length(none)",
        r#"In function length(), invalid type for value: None, expected one of: ['string', 'array', 'object'], received: "null""#,
    ),
    (
        "abs(name)",
        r#"In function abs(), invalid type for value: orders, expected one of: ['number'], received: "string""#,
    ),
    (
        "abs(`true`)",
        r#"In function abs(), invalid type for value: True, expected one of: ['number'], received: "boolean""#,
    ),
    (
        "avg(name)",
        r#"In function avg(), invalid type for value: orders, expected one of: ['array-number'], received: "string""#,
    ),
    (
        "avg(words)",
        r#"In function avg(), invalid type for value: b, expected one of: ['array-number'], received: "str""#,
    ),
    (
        "avg(mixed)",
        r#"In function avg(), invalid type for value: a, expected one of: ['array-number'], received: "str""#,
    ),
    (
        "avg([on])",
        r#"In function avg(), invalid type for value: True, expected one of: ['array-number'], received: "bool""#,
    ),
    ("ceil(ratio, size)", "Expected 1 argument for function ceil(), received 2"),
    (
        "ceil(name)",
        r#"In function ceil(), invalid type for value: orders, expected one of: ['number'], received: "string""#,
    ),
    ("ceil(`NaN`)", "cannot convert float NaN to integer"),
    ("floor(`Infinity`)", "cannot convert float infinity to integer"),
    (
        "contains(size, `1`)",
        r#"In function contains(), invalid type for value: 6379, expected one of: ['array', 'string'], received: "number""#,
    ),
    ("contains(name, size)", "'in <string>' requires string as left operand, not int"),
    (
        "ends_with(name, size)",
        r#"In function ends_with(), invalid type for value: 6379, expected one of: ['string'], received: "number""#,
    ),
    (
        "ends_with(size, name)",
        r#"In function ends_with(), invalid type for value: 6379, expected one of: ['string'], received: "number""#,
    ),
    (
        "starts_with(none, name)",
        r#"In function starts_with(), invalid type for value: None, expected one of: ['string'], received: "null""#,
    ),
    (
        "join(',', numbers)",
        r#"In function join(), invalid type for value: 3, expected one of: ['array-string'], received: "int""#,
    ),
    (
        "join(',', mixed)",
        r#"In function join(), invalid type for value: 1, expected one of: ['array-string'], received: "int""#,
    ),
    (
        "join(size, words)",
        r#"In function join(), invalid type for value: 6379, expected one of: ['string'], received: "number""#,
    ),
    (
        "join(',', name)",
        r#"In function join(), invalid type for value: orders, expected one of: ['array-string'], received: "string""#,
    ),
    (
        "keys(words)",
        r#"In function keys(), invalid type for value: ['b', 'ä', 'a'], expected one of: ['object'], received: "array""#,
    ),
    (
        "values(name)",
        r#"In function values(), invalid type for value: orders, expected one of: ['object'], received: "string""#,
    ),
    (
        "keys(none)",
        r#"In function keys(), invalid type for value: None, expected one of: ['object'], received: "null""#,
    ),
    (
        "map(name, words)",
        r#"In function map(), invalid type for value: orders, expected one of: ['expref'], received: "string""#,
    ),
    ("map(&nope(), words)", "Unknown function: nope()"),
    (
        "map(&length(@), mixed)",
        r#"In function length(), invalid type for value: 1, expected one of: ['string', 'array', 'object'], received: "number""#,
    ),
    (
        "max(mixed)",
        r#"In function max(), invalid type for value: a, expected one of: ['array-number', 'array-string'], received: "str""#,
    ),
    (
        "max(tags)",
        r#"In function max(), invalid type for value: {'k': 'b', 'v': 2}, expected one of: ['array-number', 'array-string'], received: "dict""#,
    ),
    (
        "max(name)",
        r#"In function max(), invalid type for value: orders, expected one of: ['array-number', 'array-string'], received: "string""#,
    ),
    (
        "min([on])",
        r#"In function min(), invalid type for value: True, expected one of: ['array-number', 'array-string'], received: "bool""#,
    ),
    (
        "min([`[1]`])",
        r#"In function min(), invalid type for value: [1], expected one of: ['array-number', 'array-string'], received: "list""#,
    ),
    (
        "max_by(tags, &v)",
        r#"In function max_by(), invalid type for value: None, expected one of: ['number', 'string'], received: "null""#,
    ),
    (
        "max_by(tags, &[k])",
        r#"In function max_by(), invalid type for value: ['b'], expected one of: ['number', 'string'], received: "array""#,
    ),
    (
        "min_by(tags, name)",
        r#"In function min_by(), invalid type for value: orders, expected one of: ['expref'], received: "string""#,
    ),
    ("min_by(mixed, &@)", "'<' not supported between instances of 'str' and 'int'"),
    ("max_by(mixed, &@)", "'>' not supported between instances of 'str' and 'int'"),
    (
        "min_by(name, &@)",
        r#"In function min_by(), invalid type for value: orders, expected one of: ['array'], received: "string""#,
    ),
    ("merge(map, size)", "'int' object is not iterable"),
    ("merge(map, none)", "'NoneType' object is not iterable"),
    ("merge(map, name)", "dictionary update sequence element #0 has length 1; 2 is required"),
    ("merge(map, [words])", "dictionary update sequence element #0 has length 3; 2 is required"),
    (
        "merge(name)",
        r#"In function merge(), invalid type for value: orders, expected one of: ['object'], received: "string""#,
    ),
    (
        "reverse(size)",
        r#"In function reverse(), invalid type for value: 6379, expected one of: ['array', 'string'], received: "number""#,
    ),
    (
        "reverse(map)",
        r#"In function reverse(), invalid type for value: {'x': {'y': 1}, 'z': {'y': None}}, expected one of: ['array', 'string'], received: "object""#,
    ),
    (
        "sort(mixed)",
        r#"In function sort(), invalid type for value: a, expected one of: ['array-string', 'array-number'], received: "str""#,
    ),
    (
        "sort(tags)",
        r#"In function sort(), invalid type for value: {'k': 'b', 'v': 2}, expected one of: ['array-string', 'array-number'], received: "dict""#,
    ),
    (
        "sort(map)",
        r#"In function sort(), invalid type for value: {'x': {'y': 1}, 'z': {'y': None}}, expected one of: ['array-string', 'array-number'], received: "object""#,
    ),
    (
        "sort([none])",
        r#"In function sort(), invalid type for value: None, expected one of: ['array-string', 'array-number'], received: "NoneType""#,
    ),
    (
        "sort_by(tags, &v)",
        r#"In function sort_by(), invalid type for value: None, expected one of: ['number'], received: "null""#,
    ),
    (
        "sort_by(tags, &[k])",
        r#"In function sort_by(), invalid type for value: {'k': 'b', 'v': 2}, expected one of: ['string', 'number'], received: "array""#,
    ),
    (
        "sort_by(words, &none)",
        r#"In function sort_by(), invalid type for value: b, expected one of: ['string', 'number'], received: "null""#,
    ),
    (
        "sort_by(mixed, &@)",
        r#"In function sort_by(), invalid type for value: a, expected one of: ['number'], received: "string""#,
    ),
    (
        "sort_by(name, &@)",
        r#"In function sort_by(), invalid type for value: orders, expected one of: ['array'], received: "string""#,
    ),
    (
        "sum(words)",
        r#"In function sum(), invalid type for value: b, expected one of: ['array-number'], received: "str""#,
    ),
    (
        "sum(name)",
        r#"In function sum(), invalid type for value: orders, expected one of: ['array-number'], received: "string""#,
    ),
    ("size < name", "'<' not supported between instances of 'int' and 'str'"),
    ("name >= ratio", "'>=' not supported between instances of 'str' and 'float'"),
    ("numbers[::0]", "slice step cannot be zero"),
    ("tags[?v < k]", "'<' not supported between instances of 'int' and 'str'"),
    ("sum([`1e400`, `1`]) | ceil(@)", "cannot convert float infinity to integer"),
    (
        "avg([`9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999`])",
        "int too large to convert to float",
    ),
];
