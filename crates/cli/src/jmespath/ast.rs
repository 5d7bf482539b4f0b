//! The tree of an expression.

use super::error::SyntaxError;
use crate::document::Document;
use num_bigint::BigInt;

/// How many nodes may lie in each other. The reference fails at about as many.
pub(super) const MAX_HEIGHT: usize = 489;

/// An expression, or a part of one; never higher than [`MAX_HEIGHT`], so that it can be walked.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub(super) kind: Kind,
    height: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// `@`, and what is meant where nothing is written, as before `[0]`.
    Current,
    /// `name`, `"name"`
    Field(String),
    /// `` `1` ``, `'text'`
    Literal(Document),
    Index(BigInt),
    /// Start, stop, and step.
    Slice([Option<BigInt>; 3]),
    /// `a.b`, `a | b`: each is asked of what the one before gives.
    Chain(Vec<Node>),
    /// `a[0][1]`: like a chain, but a slice that is added to it projects nothing.
    Indexed(Vec<Node>),
    /// `list[*].each`
    Projection(Box<[Node; 2]>),
    /// `map.*.each`
    ValueProjection(Box<[Node; 2]>),
    /// `list[?condition].each`: list, each, condition.
    Filter(Box<[Node; 3]>),
    /// `list[]`
    Flatten(Box<Node>),
    Comparison(Comparator, Box<[Node; 2]>),
    Or(Box<[Node; 2]>),
    And(Box<[Node; 2]>),
    Not(Box<Node>),
    /// `[a, b]`
    MultiList(Vec<Node>),
    /// `{key: a}`
    MultiMap(Vec<(String, Node)>),
    Call(String, Vec<Node>),
    /// `&a`, for a function to ask.
    Reference(Box<Node>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Node {
    pub(super) fn new(kind: Kind) -> Result<Self, SyntaxError> {
        Self { height: 1 + kind.children_height(), kind }.bounded()
    }

    pub(super) fn current() -> Self {
        Self { kind: Kind::Current, height: 1 }
    }

    /// Adds `next` to the nodes of a chain or of an indexed node; no other kind takes it.
    pub(super) fn push(mut self, next: Self) -> Result<Self, SyntaxError> {
        if let Kind::Chain(nodes) | Kind::Indexed(nodes) = &mut self.kind {
            self.height = self.height.max(1 + next.height);
            nodes.push(next);
        }
        self.bounded()
    }

    fn bounded(self) -> Result<Self, SyntaxError> {
        if self.height > MAX_HEIGHT { Err(SyntaxError::TooDeep) } else { Ok(self) }
    }
}

impl Kind {
    /// The height of the highest child; 0 without children.
    fn children_height(&self) -> usize {
        let highest = |nodes: &[Node]| nodes.iter().map(|node| node.height).max().unwrap_or(0);
        match self {
            Self::Current | Self::Field(_) | Self::Literal(_) | Self::Index(_) | Self::Slice(_) => 0,
            Self::Chain(nodes) | Self::Indexed(nodes) | Self::MultiList(nodes) | Self::Call(_, nodes) => highest(nodes),
            Self::Projection(pair)
            | Self::ValueProjection(pair)
            | Self::Comparison(_, pair)
            | Self::Or(pair)
            | Self::And(pair) => highest(pair.as_slice()),
            Self::Filter(parts) => highest(parts.as_slice()),
            Self::Flatten(node) | Self::Not(node) | Self::Reference(node) => node.height,
            Self::MultiMap(pairs) => pairs.iter().map(|(_, node)| node.height).max().unwrap_or(0),
        }
    }
}
