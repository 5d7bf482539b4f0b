//! What botocore's three files say, read strictly.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value as Json};

type Object = Map<String, Json>;

/// Everything that goes into the tables.
pub(super) struct Description {
    pub(super) version: String,
    pub(super) namespace: String,
    pub(super) operations: Vec<Operation>,
    /// Shapes that an operation reaches, by name; faults apart.
    pub(super) shapes: BTreeMap<String, Shape>,
    pub(super) faults: BTreeMap<String, Fault>,
    pub(super) waiters: Vec<Waiter>,
}

pub(super) struct Operation {
    pub(super) name: String,
    pub(super) input: String,
    pub(super) output: Option<String>,
    pub(super) result_wrapper: Option<String>,
    pub(super) errors: Vec<String>,
    /// Input token, output token, limit key, result key.
    pub(super) paginator: Option<[String; 4]>,
}

pub(super) struct Fault {
    pub(super) code: String,
    pub(super) status: u64,
    pub(super) sender: bool,
}

pub(super) enum Shape {
    Structure(Vec<Member>),
    List { member: String, member_name: String, min: Option<u64>, max: Option<u64> },
    String { values: Vec<String>, pattern: Option<String>, min: Option<u64>, max: Option<u64> },
    Integer,
    Double,
    Boolean,
    Timestamp,
}

pub(super) struct Member {
    pub(super) name: String,
    pub(super) location: String,
    pub(super) shape: String,
    pub(super) required: bool,
}

pub(super) struct Waiter {
    pub(super) name: String,
    pub(super) operation: String,
    pub(super) delay_s: u64,
    pub(super) max_attempts: u64,
    pub(super) acceptors: Vec<Acceptor>,
}

pub(super) struct Acceptor {
    pub(super) matcher: Matcher,
    pub(super) success: bool,
}

pub(super) enum Matcher {
    PathAll { path: String, expected: String },
    PathAny { path: String, expected: String },
    Error { code: String },
}

impl Description {
    pub(super) fn read(service: &Json, paginators: &Json, waiters: &Json) -> Result<Self> {
        let metadata = object(field(service, "metadata")?)?;
        ensure!(text(at(metadata, "protocol")?)? == "query", "the tables fit the query protocol only");
        let all = object(field(service, "shapes")?)?;
        let mut description = Self {
            version: text(at(metadata, "apiVersion")?)?,
            namespace: text(at(metadata, "xmlNamespace")?)?,
            operations: operations(service, paginators)?,
            shapes: BTreeMap::new(),
            faults: faults(all)?,
            waiters: read_waiters(waiters)?,
        };
        for operation in &description.operations {
            for root in [Some(&operation.input), operation.output.as_ref()].into_iter().flatten() {
                reach(root, all, &mut Vec::new(), &mut description.shapes)?;
            }
        }
        Ok(description)
    }
}

/// Reads `name` and every shape below it. The codecs recurse along the shapes, so a cycle is
/// refused: it would let a caller choose the depth.
fn reach(name: &str, all: &Object, above: &mut Vec<String>, read: &mut BTreeMap<String, Shape>) -> Result<()> {
    ensure!(!above.iter().any(|known| known == name), "the shape {name} contains itself");
    if read.contains_key(name) {
        return Ok(());
    }
    let raw = object(all.get(name).with_context(|| format!("no shape {name}"))?)?;
    let shape = shape(raw, all).with_context(|| format!("shape {name}"))?;
    above.push(name.to_owned());
    match &shape {
        Shape::Structure(members) => {
            for member in members {
                reach(&member.shape, all, above, read)?;
            }
        }
        Shape::List { member, .. } => reach(member, all, above, read)?,
        Shape::String { .. } | Shape::Integer | Shape::Double | Shape::Boolean | Shape::Timestamp => {}
    }
    above.pop();
    read.insert(name.to_owned(), shape);
    Ok(())
}

fn shape(raw: &Object, all: &Object) -> Result<Shape> {
    let kind = text(at(raw, "type")?)?;
    let length = |name: &str| raw.get(name).map(number).transpose();
    match kind.as_str() {
        "structure" => {
            only(raw, &["type", "members", "required", "wrapper"])?;
            Ok(Shape::Structure(members(raw, all)?))
        }
        "list" => {
            only(raw, &["type", "member", "min", "max", "locationName"])?;
            let member = object(at(raw, "member")?)?;
            only(member, &["shape", "locationName"])?;
            Ok(Shape::List {
                member: text(at(member, "shape")?)?,
                member_name: member.get("locationName").map_or(Ok("member".to_owned()), text)?,
                min: length("min")?,
                max: length("max")?,
            })
        }
        "string" => {
            only(raw, &["type", "enum", "pattern", "min", "max"])?;
            Ok(Shape::String {
                values: raw.get("enum").map_or(Ok(Vec::new()), texts)?,
                pattern: raw.get("pattern").map(text).transpose()?,
                min: length("min")?,
                max: length("max")?,
            })
        }
        scalar => {
            only(raw, &["type"])?;
            match scalar {
                "integer" => Ok(Shape::Integer),
                "double" => Ok(Shape::Double),
                "boolean" => Ok(Shape::Boolean),
                "timestamp" => Ok(Shape::Timestamp),
                other => bail!("the tables have no type {other}"),
            }
        }
    }
}

fn members(raw: &Object, all: &Object) -> Result<Vec<Member>> {
    let required = raw.get("required").map_or(Ok(Vec::new()), texts)?;
    object(at(raw, "members")?)?
        .iter()
        .map(|(name, member)| {
            let member = object(member)?;
            only(member, &["shape", "deprecated"])?;
            let shape = text(at(member, "shape")?)?;
            // A name that a list shape carries itself renames every member of that shape.
            let location = all.get(&shape).and_then(|shape| shape.get("locationName"));
            Ok(Member {
                name: name.clone(),
                location: location.map_or(Ok(name.clone()), text)?,
                shape,
                required: required.contains(name),
            })
        })
        .collect()
}

fn operations(service: &Json, paginators: &Json) -> Result<Vec<Operation>> {
    let paginators = object(field(paginators, "pagination")?)?;
    let mut operations = object(field(service, "operations")?)?
        .iter()
        .map(|(name, raw)| {
            operation(name, object(raw)?, paginators.get(name)).with_context(|| format!("operation {name}"))
        })
        .collect::<Result<Vec<_>>>()?;
    operations.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(operations)
}

fn operation(name: &str, raw: &Object, paginator: Option<&Json>) -> Result<Operation> {
    only(raw, &["name", "http", "input", "output", "errors"])?;
    let input = object(at(raw, "input")?)?;
    only(input, &["shape"])?;
    let output = raw.get("output").map(object).transpose()?;
    if let Some(output) = output {
        only(output, &["shape", "resultWrapper"])?;
    }
    let errors = match raw.get("errors") {
        Some(errors) => errors
            .as_array()
            .context("errors is a list")?
            .iter()
            .map(|error| text(field(error, "shape")?))
            .collect::<Result<_>>()?,
        None => Vec::new(),
    };
    Ok(Operation {
        name: name.to_owned(),
        input: text(at(input, "shape")?)?,
        output: output.map(|output| at(output, "shape").and_then(text)).transpose()?,
        result_wrapper: output.map(|output| at(output, "resultWrapper").and_then(text)).transpose()?,
        errors,
        paginator: paginator.map(read_paginator).transpose()?,
    })
}

fn read_paginator(raw: &Json) -> Result<[String; 4]> {
    let raw = object(raw)?;
    let keys = ["input_token", "output_token", "limit_key", "result_key"];
    only(raw, &keys)?;
    let [input, output, limit, result] = keys.map(|key| at(raw, key).and_then(text));
    Ok([input?, output?, limit?, result?])
}

fn faults(all: &Object) -> Result<BTreeMap<String, Fault>> {
    let mut faults = BTreeMap::new();
    for (name, raw) in all {
        let Some(error) = raw.get("error") else { continue };
        let error = object(error)?;
        only(error, &["code", "httpStatusCode", "senderFault"])?;
        let fault = Fault {
            code: text(at(error, "code")?)?,
            status: number(at(error, "httpStatusCode")?)?,
            sender: at(error, "senderFault")?.as_bool().context("senderFault is a boolean")?,
        };
        faults.insert(name.clone(), fault);
    }
    Ok(faults)
}

fn read_waiters(waiters: &Json) -> Result<Vec<Waiter>> {
    object(field(waiters, "waiters")?)?
        .iter()
        .map(|(name, raw)| {
            let raw = object(raw)?;
            only(raw, &["acceptors", "delay", "description", "maxAttempts", "operation"])?;
            let acceptors = at(raw, "acceptors")?.as_array().context("acceptors is a list")?;
            Ok(Waiter {
                name: name.clone(),
                operation: text(at(raw, "operation")?)?,
                delay_s: number(at(raw, "delay")?)?,
                max_attempts: number(at(raw, "maxAttempts")?)?,
                acceptors: acceptors.iter().map(acceptor).collect::<Result<_>>()?,
            })
        })
        .collect()
}

fn acceptor(raw: &Json) -> Result<Acceptor> {
    let expected = text(field(raw, "expected")?)?;
    let path = || text(field(raw, "argument")?);
    let matcher = match text(field(raw, "matcher")?)?.as_str() {
        "pathAll" => Matcher::PathAll { path: path()?, expected },
        "pathAny" => Matcher::PathAny { path: path()?, expected },
        "error" => Matcher::Error { code: expected },
        other => bail!("the tables have no matcher {other}"),
    };
    let success = match text(field(raw, "state")?)?.as_str() {
        "success" => true,
        "failure" => false,
        other => bail!("the tables have no waiter state {other}"),
    };
    Ok(Acceptor { matcher, success })
}

/// Refuses fields that this reader does not understand. Prose is always allowed and never read.
fn only(raw: &Object, known: &[&str]) -> Result<()> {
    for name in raw.keys() {
        ensure!(
            name == "documentation" || known.contains(&name.as_str()),
            "the description has a field {name} here that the tables cannot hold"
        );
    }
    Ok(())
}

fn field<'a>(raw: &'a Json, name: &str) -> Result<&'a Json> {
    at(object(raw)?, name)
}

fn at<'a>(raw: &'a Object, name: &str) -> Result<&'a Json> {
    raw.get(name).with_context(|| format!("the description lacks {name}"))
}

fn object(raw: &Json) -> Result<&Object> {
    raw.as_object().context("an object is expected")
}

fn text(raw: &Json) -> Result<String> {
    Ok(raw.as_str().context("a text is expected")?.to_owned())
}

fn texts(raw: &Json) -> Result<Vec<String>> {
    raw.as_array().context("a list is expected")?.iter().map(text).collect()
}

fn number(raw: &Json) -> Result<u64> {
    raw.as_u64().context("a whole number is expected")
}
