//! Small fields that may be torn between two pushes.

use crate::error::Reason;
use crate::length::{self, Length};

/// The longest field that is looked at as a whole: a decimal score, one length byte and at most 252 digits.
const FIELD_BYTES_MAX: usize = 253;

/// Collects the pieces of one small field; holds nothing between fields.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gatherer<const MAX: usize = FIELD_BYTES_MAX> {
    held: usize,
    bytes: [u8; MAX],
}

impl<const MAX: usize> Gatherer<MAX> {
    pub(crate) fn new() -> Self {
        Self { held: 0, bytes: [0; MAX] }
    }

    /// Whether the next byte starts a field.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.held == 0
    }

    /// Takes one field off the front of `input`, or all of `input` when the field goes on in the next push (then `None`).
    /// `size` gives the bytes of the whole field, at least one and at most `MAX`, by its first byte.
    #[inline]
    pub(crate) fn take<'field, 'input: 'field>(
        &'field mut self,
        input: &mut &'input [u8],
        size: impl Fn(u8) -> Result<usize, Reason>,
    ) -> Result<Option<&'field [u8]>, Reason> {
        let head = match (self.held, input.first()) {
            (_, None) => return Ok(None),
            (0, Some(head)) => *head,
            (_, Some(_)) => self.bytes[0],
        };
        let size = size(head)?;
        if self.held == 0
            && let Some((field, rest)) = input.split_at_checked(size)
        {
            *input = rest;
            return Ok(Some(field));
        }
        let (part, rest) = input.split_at(input.len().min(size - self.held));
        self.bytes[self.held..self.held + part.len()].copy_from_slice(part);
        self.held += part.len();
        *input = rest;
        if self.held < size {
            return Ok(None);
        }
        self.held = 0;
        Ok(Some(&self.bytes[..size]))
    }

    /// Takes one field of `N` bytes.
    #[inline]
    pub(crate) fn take_array<const N: usize>(&mut self, input: &mut &[u8]) -> Option<[u8; N]> {
        const { assert!(0 < N && N <= MAX) };
        self.take(input, |_| Ok(N)).ok().flatten().and_then(|field| field.try_into().ok())
    }
}

/// Takes a number in the length encoding; `None` when it goes on in the next push.
#[inline]
pub(crate) fn number(input: &mut &[u8], gatherer: &mut Gatherer) -> Result<Option<u64>, Reason> {
    match gatherer.take(input, length::size)? {
        None => Ok(None),
        Some(field) => match length::decode(field) {
            Length::Plain(number) => Ok(Some(number)),
            Length::Encoded(_) => Err(Reason::BadLength(field[0])),
        },
    }
}

/// Takes at most `left` bytes off `input` and off `left`.
#[inline]
pub(crate) fn take_up_to<'input>(left: &mut u64, input: &mut &'input [u8]) -> &'input [u8] {
    let bytes = usize::try_from(*left).map_or(input.len(), |left| left.min(input.len()));
    let (taken, rest) = input.split_at(bytes);
    *input = rest;
    *left -= bytes as u64;
    taken
}
