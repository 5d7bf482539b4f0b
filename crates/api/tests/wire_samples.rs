//! Every operation against botocore, through the samples that `data/wire_samples.py` writes.

use serde_json::Value as Json;
use valkeep_api::{ELASTICACHE, Operation, Parameters, Shape, Structure, Value, query, xml};

const REQUEST_ID: &str = "b1d7c3f2-6f0e-4f4e-9d5a-0c7a5e1f2a3b";

fn samples(text: &str) -> Vec<Json> {
    serde_json::from_str(text).expect("the sample file is JSON")
}

fn operation(sample: &Json) -> Operation {
    let name = sample["operation"].as_str().expect("a sample names its operation");
    Operation::parse(name).expect("the operation is known")
}

#[test]
fn requests_of_botocore_decode_to_what_was_sent() {
    let samples = samples(include_str!("data/requests.json"));
    assert_eq!(samples.len(), Operation::ALL.len());
    for sample in &samples {
        let model = operation(sample).model();
        for body in sample["bodies"].as_array().expect("a sample has bodies") {
            let body = body.as_str().expect("a body is text");
            let pairs = query::pairs(body.as_bytes()).expect("a well-formed body");
            let parameters = query::decode(model, &pairs).expect("a complete request");
            assert_structure(&parameters, model.input, &sample["parameters"]);
        }
    }
}

fn assert_structure(parameters: &Parameters<'_>, structure: &'static Structure, expected: &Json) {
    let expected = expected.as_object().expect("a structure is an object");
    assert_eq!(parameters.present().count(), expected.len(), "{}", structure.name);
    for (name, expected) in expected {
        let member = structure.member(name).expect("a member of the structure");
        assert_member(parameters, name, member.shape, expected);
    }
}

fn assert_member(parameters: &Parameters<'_>, name: &str, shape: Shape, expected: &Json) {
    match shape {
        Shape::String(_) => assert_eq!(parameters.string(name), expected.as_str(), "{name}"),
        Shape::Integer => assert_eq!(parameters.integer(name), expected.as_i64(), "{name}"),
        Shape::Boolean => assert_eq!(parameters.boolean(name), expected.as_bool(), "{name}"),
        Shape::Timestamp => assert_eq!(parameters.timestamp(name), expected.as_i64(), "{name}"),
        Shape::Structure(inner) => {
            let value = parameters.structure(name).expect("the structure was sent");
            assert_structure(&value, inner, expected);
        }
        Shape::List(list) => assert_list(parameters, name, list.member, expected),
        Shape::Double => unreachable!("no input of ElastiCache has a double"),
    }
}

fn assert_list(parameters: &Parameters<'_>, name: &str, element: Shape, expected: &Json) {
    let expected = expected.as_array().expect("a list is an array");
    assert_eq!(parameters.list(name).map(<[Value]>::len), Some(expected.len()));
    if let Shape::Structure(inner) = element {
        let elements = parameters.structures(name).expect("the list was sent");
        for (element, expected) in elements.iter().zip(expected) {
            assert_structure(element, inner, expected);
        }
    } else {
        let expected: Vec<&str> = expected.iter().filter_map(Json::as_str).collect();
        assert_eq!(parameters.strings(name), Some(expected));
    }
}

#[test]
fn answers_are_the_xml_that_botocore_parses_back() {
    let samples = samples(include_str!("data/answers.json"));
    let with_output = Operation::ALL.iter().filter(|operation| operation.model().output.is_some());
    assert_eq!(samples.len(), with_output.count());
    for sample in &samples {
        let model = operation(sample).model();
        let output = model.output.expect("only operations with an output have a sample");
        let result = value(Shape::Structure(output), &sample["result"]);
        let xml = xml::response(&ELASTICACHE, model, &result, REQUEST_ID);
        assert_eq!(Some(xml.as_str()), sample["xml"].as_str());
    }
}

fn value(shape: Shape, json: &Json) -> Value {
    match shape {
        Shape::Structure(structure) => {
            let field = |(name, json): (&String, &Json)| {
                let member = structure.member(name).expect("a member of the structure");
                (member.name, value(member.shape, json))
            };
            Value::Structure(json.as_object().expect("an object").iter().map(field).collect())
        }
        Shape::List(list) => {
            let elements = json.as_array().expect("an array");
            Value::List(elements.iter().map(|json| value(list.member, json)).collect())
        }
        Shape::String(_) => json.as_str().expect("a text").into(),
        Shape::Integer => json.as_i64().expect("a whole number").into(),
        Shape::Double => Value::Double(json.as_f64().expect("a number")),
        Shape::Boolean => json.as_bool().expect("a boolean").into(),
        Shape::Timestamp => Value::Timestamp(json.as_i64().expect("milliseconds")),
    }
}
