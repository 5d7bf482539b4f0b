//! An expression, asked of a document.

use super::ast::{Comparator, Kind, Node};
use super::functions::{self, Argument};
use crate::document::{Document, Map};
use crate::python::{self, Maps};
use num_bigint::BigInt;
use std::borrow::Cow;
use std::cmp::Ordering;

/// What an expression gives; a part of the document where it can.
pub(super) type Found<'a> = Result<Cow<'a, Document>, String>;

const NOTHING: Cow<'static, Document> = Cow::Owned(Document::Null);

pub(super) fn evaluate<'a>(node: &'a Node, current: &'a Document) -> Found<'a> {
    match &node.kind {
        Kind::Current => Ok(Cow::Borrowed(current)),
        Kind::Field(name) => Ok(field(name, current)),
        Kind::Literal(document) => Ok(Cow::Borrowed(document)),
        Kind::Index(index) => Ok(element(index, current)),
        Kind::Slice(parts) => slice(parts, current),
        Kind::Chain(nodes) | Kind::Indexed(nodes) => chain(nodes, current),
        Kind::Projection(parts) => projection(parts, current),
        Kind::ValueProjection(parts) => value_projection(parts, current),
        Kind::Filter(parts) => filter(parts, current),
        Kind::Flatten(source) => flatten(source, current),
        Kind::Comparison(comparator, sides) => comparison(*comparator, sides, current),
        Kind::Or(sides) => either(sides, current, false),
        Kind::And(sides) => either(sides, current, true),
        Kind::Not(operand) => Ok(owned(!is_true(evaluate(operand, current)?.as_ref()))),
        Kind::MultiList(nodes) => multi_list(nodes, current),
        Kind::MultiMap(pairs) => multi_map(pairs, current),
        Kind::Call(name, nodes) => call(name, nodes, current),
        Kind::Reference(_) => Err(functions::NOT_PRINTABLE.to_owned()),
    }
}

fn owned<'a>(value: impl Into<Document>) -> Cow<'a, Document> {
    Cow::Owned(value.into())
}

fn field<'a>(name: &str, current: &'a Document) -> Cow<'a, Document> {
    current.as_map().and_then(|map| map.get(name)).map_or(NOTHING, Cow::Borrowed)
}

/// A negative index counts from the end.
fn element<'a>(index: &BigInt, current: &'a Document) -> Cow<'a, Document> {
    let Some(elements) = current.as_list() else {
        return NOTHING;
    };
    let place = match i64::try_from(index) {
        Ok(index @ 0..) => usize::try_from(index).ok(),
        Ok(index) => usize::try_from(index.unsigned_abs()).ok().and_then(|back| elements.len().checked_sub(back)),
        Err(_) => None,
    };
    place.and_then(|place| elements.get(place)).map_or(NOTHING, Cow::Borrowed)
}

fn slice<'a>(parts: &[Option<BigInt>; 3], current: &'a Document) -> Found<'a> {
    let Document::List(elements) = current else {
        return Ok(NOTHING);
    };
    let [start, stop, step] = parts.each_ref().map(|part| part.as_ref().map(saturated));
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err("slice step cannot be zero".to_owned());
    }
    let length = i64::try_from(elements.len()).unwrap_or(i64::MAX);
    // Walking back starts at the last element and ends before the first.
    let (lowest, highest) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let place = |part: i64| {
        let from_start = if part < 0 { part.saturating_add(length) } else { part };
        from_start.clamp(lowest, highest)
    };
    let (first, last) = if step > 0 { (lowest, highest) } else { (highest, lowest) };
    let (mut next, end) = (start.map_or(first, place), stop.map_or(last, place));
    let mut taken = Vec::new();
    while if step > 0 { next < end } else { next > end } {
        taken.extend(usize::try_from(next).ok().and_then(|next| elements.get(next)).cloned());
        next = next.saturating_add(step);
    }
    Ok(owned(taken))
}

fn saturated(number: &BigInt) -> i64 {
    let limit = if number.sign() == num_bigint::Sign::Minus { i64::MIN } else { i64::MAX };
    i64::try_from(number).unwrap_or(limit)
}

fn chain<'a>(nodes: &'a [Node], current: &'a Document) -> Found<'a> {
    nodes.iter().try_fold(Cow::Borrowed(current), |found, node| match found {
        Cow::Borrowed(document) => evaluate(node, document),
        Cow::Owned(document) => Ok(Cow::Owned(evaluate(node, &document)?.into_owned())),
    })
}

/// What `each` gives for the elements, without what is null.
fn collect<'d>(each: &Node, elements: impl Iterator<Item = &'d Document>) -> Result<Vec<Document>, String> {
    let mut collected = Vec::new();
    for element in elements {
        let found = evaluate(each, element)?;
        if *found != Document::Null {
            collected.push(found.into_owned());
        }
    }
    Ok(collected)
}

fn projection<'a>([source, each]: &'a [Node; 2], current: &'a Document) -> Found<'a> {
    match evaluate(source, current)?.as_list() {
        Some(elements) => collect(each, elements.iter()).map(owned),
        None => Ok(NOTHING),
    }
}

fn value_projection<'a>([source, each]: &'a [Node; 2], current: &'a Document) -> Found<'a> {
    match evaluate(source, current)?.as_map() {
        Some(map) => collect(each, map.iter().map(|(_, value)| value)).map(owned),
        None => Ok(NOTHING),
    }
}

fn filter<'a>([source, each, condition]: &'a [Node; 3], current: &'a Document) -> Found<'a> {
    let source = evaluate(source, current)?;
    let Document::List(elements) = source.as_ref() else {
        return Ok(NOTHING);
    };
    let mut collected = Vec::new();
    for element in elements {
        if is_true(evaluate(condition, element)?.as_ref()) {
            collected.extend(collect(each, std::iter::once(element))?);
        }
    }
    Ok(owned(collected))
}

fn flatten<'a>(source: &'a Node, current: &'a Document) -> Found<'a> {
    let source = evaluate(source, current)?;
    let Document::List(elements) = source.as_ref() else {
        return Ok(NOTHING);
    };
    let mut flat = Vec::new();
    for element in elements {
        if let Document::List(inner) = element { flat.extend_from_slice(inner) } else { flat.push(element.clone()) }
    }
    Ok(owned(flat))
}

fn multi_list<'a>(nodes: &'a [Node], current: &'a Document) -> Found<'a> {
    if *current == Document::Null {
        return Ok(NOTHING);
    }
    let list: Result<Vec<_>, _> = nodes.iter().map(|node| Ok(evaluate(node, current)?.into_owned())).collect();
    list.map(owned)
}

fn multi_map<'a>(pairs: &'a [(String, Node)], current: &'a Document) -> Found<'a> {
    if *current == Document::Null {
        return Ok(NOTHING);
    }
    let mut map = Map::new();
    for (key, node) in pairs {
        map.insert(key, evaluate(node, current)?.into_owned());
    }
    Ok(owned(map))
}

/// The right side when the left one is true (`&&`) or is not (`||`); else the left one.
fn either<'a>([left, right]: &'a [Node; 2], current: &'a Document, on_true: bool) -> Found<'a> {
    let found = evaluate(left, current)?;
    if is_true(&found) == on_true { evaluate(right, current) } else { Ok(found) }
}

fn call<'a>(name: &str, nodes: &'a [Node], current: &'a Document) -> Found<'a> {
    let mut arguments = Vec::new();
    for node in nodes {
        arguments.push(if let Kind::Reference(inside) = &node.kind {
            Argument::Reference(inside)
        } else {
            Argument::Value(evaluate(node, current)?)
        });
    }
    functions::call(name, &arguments).map(Cow::Owned)
}

/// Null, `false`, and whatever is empty is not true; every number is.
fn is_true(document: &Document) -> bool {
    match document {
        Document::Null => false,
        Document::Boolean(flag) => *flag,
        Document::String(text) => !text.is_empty(),
        Document::List(elements) => !elements.is_empty(),
        Document::Map(map) => !map.is_empty(),
        Document::Integer(_) | Document::Float(_) | Document::Bytes(_) | Document::Date(_) | Document::DateTime(..) => {
            true
        }
    }
}

fn comparison<'a>(comparator: Comparator, [left, right]: &'a [Node; 2], current: &'a Document) -> Found<'a> {
    let (left, right) = (evaluate(left, current)?, evaluate(right, current)?);
    let fits: fn(Ordering) -> bool = match comparator {
        Comparator::Equal => return Ok(owned(equal(&left, &right))),
        Comparator::NotEqual => return Ok(owned(!equal(&left, &right))),
        Comparator::Less => Ordering::is_lt,
        Comparator::LessOrEqual => Ordering::is_le,
        Comparator::Greater => Ordering::is_gt,
        Comparator::GreaterOrEqual => Ordering::is_ge,
    };
    if !(has_order(&left) && has_order(&right)) {
        return Ok(NOTHING);
    }
    let order = order(&left, &right, comparator.symbol())?;
    Ok(owned(order.is_some_and(fits)))
}

fn has_order(document: &Document) -> bool {
    matches!(document, Document::Integer(_) | Document::Float(_) | Document::String(_))
}

/// Python's `==`, but `1` is not `true` and `0` is not `false`.
fn equal(left: &Document, right: &Document) -> bool {
    let mixed = matches!(left, Document::Boolean(_)) != matches!(right, Document::Boolean(_));
    !mixed && python::equal(left, right)
}

/// The order of two numbers or two texts; none where one is no number. Anything else has no order in
/// Python, which says so with the operator `symbol`.
pub(super) fn order(left: &Document, right: &Document, symbol: &str) -> Result<Option<Ordering>, String> {
    python::order(left, right).map_err(|_| {
        let [left, right] = [left, right].map(|side| python::type_word(side, Maps::Dict));
        format!("'{symbol}' not supported between instances of '{left}' and '{right}'")
    })
}
