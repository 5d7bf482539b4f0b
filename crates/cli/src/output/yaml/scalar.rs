//! How a text is written: plain, in single quotes or in double quotes, and where its lines are broken.

use super::{WIDTH, Writer};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Single,
    Double,
}

impl Style {
    /// The plainest style that reads back as the same text. `reads_as_text` says that the bare word
    /// would not be taken for a number, a date or the like.
    pub(super) fn of(text: &str, reads_as_text: bool) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let pair = |first: fn(char) -> bool, second: fn(char) -> bool| {
            chars.windows(2).any(|pair| first(pair[0]) && second(pair[1]))
        };
        let is_blank = |c: char| c == ' ';
        if !chars.iter().copied().all(is_printable) || pair(is_blank, is_break) || pair(is_break, is_blank) {
            return Self::Double;
        }
        let edge = |c: Option<&char>| c.is_none_or(|&c| is_blank(c));
        let plain = reads_as_text
            && !edge(chars.first())
            && !edge(chars.last())
            && !chars.iter().copied().any(is_break)
            && !has_indicator(&chars);
        if plain { Self::Plain } else { Self::Single }
    }
}

/// Whether a character would say something else than itself outside quotes, in block style.
fn has_indicator(chars: &[char]) -> bool {
    let ends_word = |place: usize| chars.get(place).is_none_or(|&c| matches!(c, ' ' | '\t') || is_break(c));
    chars.starts_with(&['-'; 3])
        || chars.starts_with(&['.'; 3])
        || chars.iter().enumerate().any(|(place, c)| match c {
            ':' => ends_word(place + 1),
            '#' => place == 0 || ends_word(place - 1),
            '?' | '-' => place == 0 && ends_word(place + 1),
            _ => place == 0 && ",[]{}&*!|>'\"%@`".contains(*c),
        })
}

/// What libyaml writes as it is. The plane above U+FFFF is not in it, nor are tabs and carriage returns.
fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}') && c != '\u{feff}'
}

/// What ends a line. NEL and carriage return do too, but are never written as they are.
pub(super) fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

impl Writer {
    /// A text whose further lines start at `indent`. Only one that `may_fold` is broken where it is long.
    pub(super) fn scalar(&mut self, text: &str, style: Style, indent: usize, may_fold: bool) {
        self.blank();
        match style {
            Style::Plain => self.plain(text, indent, may_fold),
            Style::Single => self.single(text, indent, may_fold),
            Style::Double => self.double(text, indent, may_fold),
        }
    }

    fn plain(&mut self, text: &str, indent: usize, may_fold: bool) {
        let mut after_blank = false;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let folds = may_fold && c == ' ' && !after_blank && chars.peek() != Some(&' ') && self.column > WIDTH;
            if folds {
                self.line(indent)
            } else {
                self.put(c)
            }
            after_blank = c == ' ';
        }
    }

    fn single(&mut self, text: &str, indent: usize, may_fold: bool) {
        self.put('\'');
        let (mut after_blank, mut after_break) = (true, false);
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            if is_break(c) {
                self.line_break(c, after_break);
            } else {
                if after_break {
                    self.line(indent);
                }
                let lone = c == ' ' && !after_blank && chars.peek().is_some_and(|&next| next != ' ');
                if may_fold && lone && self.column > WIDTH {
                    self.line(indent);
                } else {
                    self.put(c);
                    if c == '\'' {
                        self.put(c);
                    }
                }
            }
            (after_blank, after_break) = (c == ' ', is_break(c));
        }
        if after_break {
            self.line(indent);
        }
        self.put('\'');
    }

    /// A line break of a text in single quotes; the first of several is doubled, or it would be folded away.
    fn line_break(&mut self, c: char, after_break: bool) {
        if c == '\n' && !after_break {
            self.text.push('\n');
        }
        self.text.push(c);
        self.column = 0;
        self.needs_blank = false;
        self.line_is_open = true;
    }

    fn double(&mut self, text: &str, indent: usize, may_fold: bool) {
        self.put('"');
        let mut after_blank = true;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let lone = c == ' ' && !after_blank && chars.peek().is_some();
            if may_fold && lone && self.column > WIDTH {
                self.line(indent);
                if chars.peek() == Some(&' ') {
                    self.put('\\');
                }
            } else {
                self.escaped(c);
            }
            after_blank = c == ' ';
        }
        self.put('"');
    }

    fn escaped(&mut self, c: char) {
        let letter = match c {
            '\0' => '0',
            '\x07' => 'a',
            '\x08' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\x0b' => 'v',
            '\x0c' => 'f',
            '\r' => 'r',
            '\x1b' => 'e',
            '\u{85}' => 'N',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            '"' | '\\' => c,
            _ if is_printable(c) => return self.put(c),
            _ => return hexadecimal(c).chars().for_each(|c| self.put(c)),
        };
        self.put('\\');
        self.put(letter);
    }
}

fn hexadecimal(c: char) -> String {
    match u32::from(c) {
        code @ ..=0xff => format!("\\x{code:02X}"),
        code @ ..=0xffff => format!("\\u{code:04X}"),
        code => format!("\\U{code:08X}"),
    }
}
