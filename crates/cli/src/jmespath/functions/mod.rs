//! The built-in functions: one table of names, signatures, and what they do.

mod collections;
mod conversions;
mod numbers;
mod ordering;
mod signature;
mod texts;

pub(super) use signature::Argument;

use crate::document::Document;
use signature::{Type, check};

/// What the reference says when a reference to an expression, `&a`, would have to be printed.
pub(super) const NOT_PRINTABLE: &str = "Encountered unrecognized type in JSON encoder.";

/// What a function makes of its arguments, which fit its signature.
type Made = Result<Document, String>;

struct Function {
    name: &'static str,
    /// For each parameter the types it may have; none for any.
    parameters: &'static [&'static [Type]],
    /// Whether the last parameter may come again and again.
    variadic: bool,
    run: fn(&[Argument<'_>]) -> Made,
}

const fn function(
    name: &'static str,
    parameters: &'static [&'static [Type]],
    run: fn(&[Argument<'_>]) -> Made,
) -> Function {
    Function { name, parameters, variadic: false, run }
}

const ANY: &[Type] = &[];

const FUNCTIONS: &[Function] = &[
    function("abs", &[&[Type::Number]], numbers::abs),
    function("avg", &[&[Type::Numbers]], numbers::avg),
    function("ceil", &[&[Type::Number]], numbers::ceil),
    function("contains", &[&[Type::Array, Type::String], ANY], collections::contains),
    function("ends_with", &[&[Type::String], &[Type::String]], texts::ends_with),
    function("floor", &[&[Type::Number]], numbers::floor),
    function("join", &[&[Type::String], &[Type::Strings]], texts::join),
    function("keys", &[&[Type::Object]], collections::keys),
    function("length", &[&[Type::String, Type::Array, Type::Object]], collections::length),
    function("map", &[&[Type::Reference], &[Type::Array]], collections::map),
    function("max", &[&[Type::Numbers, Type::Strings]], ordering::max),
    function("max_by", &[&[Type::Array], &[Type::Reference]], ordering::max_by),
    Function { name: "merge", parameters: &[&[Type::Object]], variadic: true, run: collections::merge },
    function("min", &[&[Type::Numbers, Type::Strings]], ordering::min),
    function("min_by", &[&[Type::Array], &[Type::Reference]], ordering::min_by),
    Function { name: "not_null", parameters: &[ANY], variadic: true, run: conversions::not_null },
    function("reverse", &[&[Type::Array, Type::String]], collections::reverse),
    function("sort", &[&[Type::Strings, Type::Numbers]], ordering::sort),
    function("sort_by", &[&[Type::Array], &[Type::Reference]], ordering::sort_by),
    function("starts_with", &[&[Type::String], &[Type::String]], texts::starts_with),
    function("sum", &[&[Type::Numbers]], numbers::sum),
    function("to_array", &[ANY], conversions::to_array),
    function("to_number", &[ANY], conversions::to_number),
    function("to_string", &[ANY], conversions::to_string),
    function("type", &[ANY], conversions::type_of),
    function("values", &[&[Type::Object]], collections::values),
];

/// Calls the function `name`, whose arguments are evaluated already.
pub(super) fn call(name: &str, arguments: &[Argument<'_>]) -> Made {
    let function = FUNCTIONS.iter().find(|function| function.name == name);
    let function = function.ok_or_else(|| format!("Unknown function: {name}()"))?;
    let (expected, received) = (function.parameters.len(), arguments.len());
    let fits = if function.variadic { received >= expected } else { received == expected };
    if !fits {
        let at_least = if function.variadic { "at least " } else { "" };
        let plural = if expected == 1 { "" } else { "s" };
        return Err(format!(
            "Expected {at_least}{expected} argument{plural} for function {name}(), received {received}"
        ));
    }
    for (argument, types) in arguments.iter().zip(function.parameters) {
        check(name, argument, types)?;
    }
    (function.run)(arguments)
}
