//! Functions of numbers: whole ones stay whole.

use super::Made;
use super::signature::Argument;
use crate::document::Document;
use crate::python::Number;
use num_bigint::{BigInt, Sign, ToBigInt};

/// What Python says about a whole number beyond the largest float.
const TOO_LARGE: &str = "int too large to convert to float";

pub(super) fn abs(arguments: &[Argument<'_>]) -> Made {
    Ok(match arguments[0].number() {
        Number::Whole(number) if number.sign() == Sign::Minus => Document::Integer(-number),
        Number::Whole(number) => Document::Integer(number),
        Number::Float(number) => Document::Float(number.abs()),
    })
}

pub(super) fn ceil(arguments: &[Argument<'_>]) -> Made {
    round(&arguments[0], f64::ceil)
}

pub(super) fn floor(arguments: &[Argument<'_>]) -> Made {
    round(&arguments[0], f64::floor)
}

fn round(argument: &Argument<'_>, round: fn(f64) -> f64) -> Made {
    match argument.number() {
        Number::Whole(number) => Ok(Document::Integer(number)),
        Number::Float(number) if number.is_nan() => Err("cannot convert float NaN to integer".to_owned()),
        Number::Float(number) => {
            let rounded = round(number).to_bigint().map(Document::Integer);
            rounded.ok_or_else(|| "cannot convert float infinity to integer".to_owned())
        }
    }
}

pub(super) fn sum(arguments: &[Argument<'_>]) -> Made {
    total(&numbers(&arguments[0])).map(Document::from)
}

pub(super) fn avg(arguments: &[Argument<'_>]) -> Made {
    let numbers = numbers(&arguments[0]);
    if numbers.is_empty() {
        return Ok(Document::Null);
    }
    let total = match total(&numbers)? {
        Number::Whole(total) => as_float(&total)?,
        Number::Float(total) => total,
    };
    Ok(Document::Float(total / as_float(&numbers.len().into())?))
}

fn numbers(argument: &Argument<'_>) -> Vec<Number> {
    argument.list().iter().filter_map(Number::of).collect()
}

/// Exact for whole numbers. From the first float on it keeps what rounding loses and adds it at the end
/// (Neumaier's sum), as Python does since 3.12.
fn total(numbers: &[Number]) -> Result<Number, String> {
    let whole_ones = numbers.iter().map_while(|number| match number {
        Number::Whole(number) => Some(number),
        Number::Float(_) => None,
    });
    let count = whole_ones.clone().count();
    let whole: BigInt = whole_ones.sum();
    if count == numbers.len() {
        return Ok(Number::Whole(whole));
    }
    let (mut sum, mut lost) = (as_float(&whole)?, 0.0);
    for number in &numbers[count..] {
        let addend = match number {
            Number::Whole(number) => as_float(number)?,
            Number::Float(number) => *number,
        };
        let next = sum + addend;
        lost += if sum.abs() >= f64::abs(addend) { (sum - next) + addend } else { (addend - next) + sum };
        sum = next;
    }
    Ok(Number::Float(if f64::is_finite(lost) { sum + lost } else { sum }))
}

/// The nearest float.
fn as_float(number: &BigInt) -> Result<f64, String> {
    let float: f64 = number.to_string().parse().expect("digits are a number");
    if float.is_finite() { Ok(float) } else { Err(TOO_LARGE.to_owned()) }
}
