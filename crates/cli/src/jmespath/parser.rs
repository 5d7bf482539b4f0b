//! Tokens in, a tree out: a parser by binding powers.

use super::ast::{Kind, MAX_HEIGHT, Node};
use super::error::SyntaxError;
use super::lexer::{Token, TokenKind, tokens};

/// What binds weaker than this ends a projection.
const PROJECTION_STOP: u8 = 10;

/// The powers by which parts bind what stands behind them.
mod power {
    pub(super) const ANY: u8 = 0;
    pub(super) const STAR: u8 = 20;
    pub(super) const FILTER: u8 = 21;
    pub(super) const DOT: u8 = 40;
    pub(super) const NOT: u8 = 45;
    pub(super) const FLATTEN: u8 = 9;
}

type Parsed = Result<Node, SyntaxError>;

pub(super) fn parse(text: &str) -> Parsed {
    let mut parser = Parser { tokens: tokens(text)?, next: 0, levels: 0 };
    let node = parser.expression(power::ANY)?;
    if *parser.peek() == TokenKind::End {
        return Ok(node);
    }
    Err(parser.wrong(format!("Unexpected token: {}", parser.peek().value())))
}

struct Parser {
    /// The last one is the end, and stays the next one for ever.
    tokens: Vec<Token>,
    next: usize,
    /// How many expressions are being read inside each other.
    levels: usize,
}

impl Parser {
    fn peek(&self) -> &TokenKind {
        self.look(0)
    }

    fn look(&self, ahead: usize) -> &TokenKind {
        self.tokens.get(self.next + ahead).map_or(&TokenKind::End, |token| &token.kind)
    }

    fn advance(&mut self) {
        self.next = (self.next + 1).min(self.tokens.len() - 1);
    }

    /// Steps over `kind` if it is next.
    fn take(&mut self, kind: &TokenKind) -> bool {
        let found = self.peek() == kind;
        if found {
            self.advance();
        }
        found
    }

    fn require(&mut self, kind: &TokenKind) -> Result<(), SyntaxError> {
        if self.take(kind) { Ok(()) } else { Err(self.wrong_or_incomplete(kind.name())) }
    }

    /// The next token is wrong.
    fn wrong(&self, problem: impl Into<String>) -> SyntaxError {
        wrong(&self.tokens[self.next], problem)
    }

    fn wrong_or_incomplete(&self, expected: &str) -> SyntaxError {
        if *self.peek() == TokenKind::End {
            return SyntaxError::Incomplete;
        }
        self.wrong(format!("Expecting: {expected}, got: {}", self.peek().name()))
    }

    /// Reads on while what comes binds stronger than `power`.
    fn expression(&mut self, power: u8) -> Parsed {
        if self.levels == MAX_HEIGHT {
            return Err(SyntaxError::TooDeep);
        }
        self.levels += 1;
        let token = self.tokens[self.next].clone();
        self.advance();
        let mut left = self.prefix(token)?;
        while power < self.peek().binding_power() {
            left = self.infix(left)?;
        }
        self.levels -= 1;
        Ok(left)
    }

    /// What a token means at the start of an expression.
    fn prefix(&mut self, token: Token) -> Parsed {
        match token.kind {
            TokenKind::Literal(document) => Node::new(Kind::Literal(document)),
            TokenKind::Unquoted(name) => Node::new(Kind::Field(name)),
            TokenKind::Quoted(name) => self.quoted(name),
            TokenKind::Current => Ok(Node::current()),
            TokenKind::Star => self.value_projection(Node::current(), power::STAR),
            TokenKind::Filter => self.filter(Node::current()),
            TokenKind::Flatten => self.flatten(Node::current()),
            TokenKind::LeftBrace => self.multi_map(),
            TokenKind::LeftBracket => self.bracket(),
            TokenKind::LeftParenthesis => self.parentheses(),
            TokenKind::Not => self.before(Kind::Not, power::NOT),
            TokenKind::Reference => self.before(Kind::Reference, power::ANY),
            TokenKind::End => Err(SyntaxError::Incomplete),
            TokenKind::Dot
            | TokenKind::RightBracket
            | TokenKind::Comma
            | TokenKind::Colon
            | TokenKind::RightParenthesis
            | TokenKind::RightBrace
            | TokenKind::Pipe
            | TokenKind::Or
            | TokenKind::And
            | TokenKind::Comparator(_)
            | TokenKind::Number(_) => Err(wrong(&token, "invalid token")),
        }
    }

    /// What the next token means behind `left`.
    fn infix(&mut self, left: Node) -> Parsed {
        match *self.peek() {
            TokenKind::Dot => self.dot(left),
            TokenKind::Pipe => self.pipe(left),
            TokenKind::Or => self.between(Kind::Or, left),
            TokenKind::And => self.between(Kind::And, left),
            TokenKind::Comparator(comparator) => self.between(|sides| Kind::Comparison(comparator, sides), left),
            TokenKind::Flatten => {
                self.advance();
                self.flatten(left)
            }
            TokenKind::Filter => {
                self.advance();
                self.filter(left)
            }
            TokenKind::LeftBracket => self.index(left),
            TokenKind::LeftParenthesis => self.call(left),
            TokenKind::Star
            | TokenKind::RightBracket
            | TokenKind::Comma
            | TokenKind::Colon
            | TokenKind::Current
            | TokenKind::RightParenthesis
            | TokenKind::LeftBrace
            | TokenKind::RightBrace
            | TokenKind::Reference
            | TokenKind::Not
            | TokenKind::Unquoted(_)
            | TokenKind::Quoted(_)
            | TokenKind::Number(_)
            | TokenKind::Literal(_)
            | TokenKind::End => Err(self.wrong("invalid token")),
        }
    }

    /// What stands right of an operator, which is next.
    fn operand(&mut self) -> Parsed {
        let power = self.peek().binding_power();
        self.advance();
        self.expression(power)
    }

    fn pipe(&mut self, left: Node) -> Parsed {
        let right = self.operand()?;
        chain(left, right)
    }

    /// An operator between two operands.
    fn between(&mut self, kind: impl FnOnce(Box<[Node; 2]>) -> Kind, left: Node) -> Parsed {
        let right = self.operand()?;
        Node::new(kind(Box::new([left, right])))
    }

    /// An operator in front of its operand.
    fn before(&mut self, kind: fn(Box<Node>) -> Kind, power: u8) -> Parsed {
        let operand = self.expression(power)?;
        Node::new(kind(Box::new(operand)))
    }

    fn parentheses(&mut self) -> Parsed {
        let inside = self.expression(power::ANY)?;
        self.require(&TokenKind::RightParenthesis)?;
        Ok(inside)
    }

    fn quoted(&mut self, name: String) -> Parsed {
        if *self.peek() != TokenKind::LeftParenthesis {
            return Node::new(Kind::Field(name));
        }
        Err(SyntaxError::Token {
            place: 0,
            value: self.peek().value(),
            kind: self.peek().name(),
            problem: "Quoted identifier not allowed for function names.".to_owned(),
        })
    }

    /// `.name`, `.*`, `.[…]`, `.{…}`
    fn dot(&mut self, left: Node) -> Parsed {
        self.advance();
        if self.take(&TokenKind::Star) {
            return self.value_projection(left, power::DOT);
        }
        let right = self.behind_dot(power::DOT)?;
        chain(left, right)
    }

    fn behind_dot(&mut self, power: u8) -> Parsed {
        if self.take(&TokenKind::LeftBracket) {
            return self.multi_list();
        }
        if self.take(&TokenKind::LeftBrace) {
            return self.multi_map();
        }
        if matches!(self.peek(), TokenKind::Quoted(_) | TokenKind::Unquoted(_) | TokenKind::Star) {
            return self.expression(power);
        }
        let expected = "['quoted_identifier', 'unquoted_identifier', 'lbracket', 'lbrace']";
        Err(self.wrong(format!("Expecting: {expected}, got: {}", self.peek().name())))
    }

    fn value_projection(&mut self, left: Node, power: u8) -> Parsed {
        let each = self.each(power)?;
        Node::new(Kind::ValueProjection(Box::new([left, each])))
    }

    fn projection(&mut self, left: Node, power: u8) -> Parsed {
        let each = self.each(power)?;
        Node::new(Kind::Projection(Box::new([left, each])))
    }

    fn flatten(&mut self, left: Node) -> Parsed {
        let flat = Node::new(Kind::Flatten(Box::new(left)))?;
        self.projection(flat, power::FLATTEN)
    }

    fn filter(&mut self, left: Node) -> Parsed {
        let condition = self.expression(power::ANY)?;
        self.require(&TokenKind::RightBracket)?;
        let each = self.each(power::FILTER)?;
        Node::new(Kind::Filter(Box::new([left, each, condition])))
    }

    /// What a projection asks of each element.
    fn each(&mut self, power: u8) -> Parsed {
        if self.peek().binding_power() < PROJECTION_STOP {
            return Ok(Node::current());
        }
        if matches!(self.peek(), TokenKind::LeftBracket | TokenKind::Filter) {
            return self.expression(power);
        }
        if self.take(&TokenKind::Dot) {
            return self.behind_dot(power);
        }
        Err(self.wrong("syntax error"))
    }

    /// A bracket at the start: `[0]`, `[1:2]`, `[*]`, or a list of expressions.
    fn bracket(&mut self) -> Parsed {
        if matches!(self.peek(), TokenKind::Number(_) | TokenKind::Colon) {
            let right = self.index_or_slice()?;
            return self.indexed(vec![Node::current(), right]);
        }
        if *self.peek() == TokenKind::Star && *self.look(1) == TokenKind::RightBracket {
            self.advance();
            self.advance();
            return self.projection(Node::current(), power::STAR);
        }
        self.multi_list()
    }

    /// A bracket behind `left`: `[0]`, `[1:2]`, `[*]`.
    fn index(&mut self, left: Node) -> Parsed {
        self.advance();
        if !matches!(self.peek(), TokenKind::Number(_) | TokenKind::Colon) {
            self.require(&TokenKind::Star)?;
            self.require(&TokenKind::RightBracket)?;
            return self.projection(left, power::STAR);
        }
        let right = self.index_or_slice()?;
        if matches!(left.kind, Kind::Indexed(_)) { left.push(right) } else { self.indexed(vec![left, right]) }
    }

    /// An index asks once; a slice projects.
    fn indexed(&mut self, nodes: Vec<Node>) -> Parsed {
        let projects = nodes.iter().any(|node| matches!(node.kind, Kind::Slice(_)));
        let indexed = Node::new(Kind::Indexed(nodes))?;
        if projects { self.projection(indexed, power::STAR) } else { Ok(indexed) }
    }

    fn index_or_slice(&mut self) -> Parsed {
        if let TokenKind::Number(number) = self.peek()
            && *self.look(1) != TokenKind::Colon
        {
            let index = Kind::Index(number.clone());
            self.advance();
            self.require(&TokenKind::RightBracket)?;
            return Node::new(index);
        }
        self.slice()
    }

    fn slice(&mut self) -> Parsed {
        let mut parts = [None, None, None];
        let mut part = 0;
        while !self.take(&TokenKind::RightBracket) {
            if let TokenKind::Number(number) = self.peek() {
                parts[part] = Some(number.clone());
            } else if *self.peek() == TokenKind::Colon && part < 2 {
                part += 1;
            } else {
                return Err(self.wrong("syntax error"));
            }
            self.advance();
        }
        Node::new(Kind::Slice(parts))
    }

    /// A call, whose opening parenthesis is next. Commas may be left out.
    fn call(&mut self, left: Node) -> Parsed {
        let Kind::Field(name) = left.kind else {
            let before = &self.tokens[self.next - 1];
            return Err(wrong(before, format!("Invalid function name '{}'", before.kind.value())));
        };
        self.advance();
        let mut arguments = Vec::new();
        while !self.take(&TokenKind::RightParenthesis) {
            arguments.push(self.expression(power::ANY)?);
            self.take(&TokenKind::Comma);
        }
        Node::new(Kind::Call(name, arguments))
    }

    fn multi_list(&mut self) -> Parsed {
        let mut nodes = Vec::new();
        loop {
            nodes.push(self.expression(power::ANY)?);
            if self.take(&TokenKind::RightBracket) {
                return Node::new(Kind::MultiList(nodes));
            }
            self.require(&TokenKind::Comma)?;
        }
    }

    /// Keys and expressions; commas may be left out.
    fn multi_map(&mut self) -> Parsed {
        let mut pairs = Vec::new();
        loop {
            let (TokenKind::Quoted(key) | TokenKind::Unquoted(key)) = self.peek() else {
                return Err(self.wrong_or_incomplete("['quoted_identifier', 'unquoted_identifier']"));
            };
            let key = key.clone();
            self.advance();
            self.require(&TokenKind::Colon)?;
            pairs.push((key, self.expression(power::ANY)?));
            if !self.take(&TokenKind::Comma) && self.take(&TokenKind::RightBrace) {
                return Node::new(Kind::MultiMap(pairs));
            }
        }
    }
}

/// `right`, asked of what `left` gives. Long chains stay flat.
fn chain(left: Node, right: Node) -> Parsed {
    if matches!(left.kind, Kind::Chain(_)) { left.push(right) } else { Node::new(Kind::Chain(vec![left, right])) }
}

fn wrong(token: &Token, problem: impl Into<String>) -> SyntaxError {
    let Token { kind, start } = token;
    SyntaxError::Token { place: *start, value: kind.value(), kind: kind.name(), problem: problem.into() }
}
