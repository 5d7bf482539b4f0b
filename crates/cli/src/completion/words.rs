//! A command line as a shell splits it.

/// The words of a line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// The last word is the one that is not finished; it is empty behind a blank.
    pub words: Vec<String>,
    /// Where the last word begins, in bytes.
    pub last_start: usize,
    /// Whether a quote is still open.
    pub open: bool,
}

impl Line {
    /// Splits as a POSIX shell does: blanks between words, `'…'` as it stands, `\` before any character, also in `"…"`.
    pub(crate) fn parse(text: &str) -> Self {
        let mut words = vec![String::new()];
        let mut last_start = 0;
        let mut quote = None;
        let mut inside = false;
        let mut characters = text.char_indices();
        while let Some((place, character)) = characters.next() {
            if quote.is_none() && character.is_whitespace() {
                if inside {
                    words.push(String::new());
                }
                inside = false;
                last_start = place + character.len_utf8();
                continue;
            }
            inside = true;
            match (quote, character) {
                (None, '\'' | '"') => quote = Some(character),
                (Some(open), _) if character == open => quote = None,
                (None | Some('"'), '\\') => push(&mut words, characters.next().map(|(_, escaped)| escaped)),
                _ => push(&mut words, Some(character)),
            }
        }
        Self { words, last_start, open: quote.is_some() }
    }

    /// All words, without the empty one behind a last blank.
    pub(crate) fn finished(mut self) -> Vec<String> {
        if self.words.last().is_some_and(String::is_empty) {
            self.words.pop();
        }
        self.words
    }
}

fn push(words: &mut [String], character: Option<char>) {
    if let (Some(word), Some(character)) = (words.last_mut(), character) {
        word.push(character);
    }
}

/// `word` so that a shell reads it back.
pub(crate) fn quote(word: &str) -> String {
    if word.is_empty() {
        return "''".to_owned();
    }
    // A line that ends in a backslash goes on in the next: a line feed has to stand in quotes.
    if word.contains('\n') {
        return format!("'{}'", word.replace('\'', r"'\''"));
    }
    let plain = |letter: char| letter.is_alphanumeric() || "-_./:=,@%+".contains(letter);
    word.chars().flat_map(|letter| (!plain(letter)).then_some('\\').into_iter().chain([letter])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_split_as_a_shell_does() {
        for (text, words, last_start, open) in [
            ("", vec![""], 0, false),
            ("aws ", vec!["aws", ""], 4, false),
            ("aws  elasti", vec!["aws", "elasti"], 5, false),
            ("a 'b c' d", vec!["a", "b c", "d"], 8, false),
            (r#"a "b \" c"d"#, vec!["a", "b \" cd"], 2, false),
            (r"a b\ c", vec!["a", "b c"], 2, false),
            (r"a 'b\'", vec!["a", r"b\"], 2, false),
            ("a 'b c", vec!["a", "b c"], 2, true),
            ("ä é", vec!["ä", "é"], 3, false),
            ("a\\", vec!["a"], 0, false),
        ] {
            let words = words.into_iter().map(str::to_owned).collect();
            assert_eq!(Line::parse(text), Line { words, last_start, open }, "{text}");
        }
    }

    #[test]
    fn a_quoted_word_is_read_back() {
        for word in ["plain", "two words", "it's", "", "$HOME", "a\\b", "Key=a,Value=b", "it's\n"] {
            let line = Line::parse(&quote(word));
            assert_eq!(line.words, [word], "{word}");
            assert!(!line.open);
        }
    }
}
