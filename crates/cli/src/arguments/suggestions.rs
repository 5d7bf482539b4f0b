//! What a mistyped word may have meant: the rules of Python's `difflib`.

use std::cmp::Ordering;

/// How alike a suggestion must at least be; 1 is equal. Source: measured against the reference.
const LIKENESS: f64 = 0.8;

/// Most suggestions that are made. Source: measured against the reference.
const SUGGESTIONS: usize = 3;

/// The text about a word that is none of `choices`, with what it may have meant.
pub(super) fn invalid_choice(word: &str, choices: &[&str]) -> String {
    let close = close_matches(word, choices);
    if close.is_empty() {
        return format!("Found invalid choice '{word}'\n");
    }
    let close: Vec<String> = close.iter().map(|choice| format!("  * {choice}")).collect();
    format!("Found invalid choice '{word}'\n\nMaybe you meant:\n\n{}", close.join("\n"))
}

/// What is said about words that no option takes: the words, and the options that they may have meant.
pub(super) fn unknown_options<'a>(words: &[String], known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().filter_map(|option| option.strip_prefix("--")).collect();
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        let option = word.split_once('=').map_or(word.as_str(), |(option, _)| option);
        let Some(name) = option.strip_prefix("--") else { continue };
        for close in close_matches(name, &known) {
            let line = format!("  * --{close} (instead of {option})");
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    let words = words.join(", ");
    if lines.is_empty() { words } else { format!("{words}\n\nMaybe you meant:\n{}", lines.join("\n")) }
}

/// The choices most like `word`, the closest first; equally close ones from the end of the alphabet.
fn close_matches<'a>(word: &str, choices: &[&'a str]) -> Vec<&'a str> {
    let word: Vec<char> = word.chars().collect();
    let scored = choices.iter().filter_map(|choice| {
        let letters: Vec<char> = choice.chars().collect();
        // Even if the shorter were wholly part of the longer, they would not be alike enough.
        let best = ratio(letters.len().min(word.len()), letters.len() + word.len());
        let score = if best < LIKENESS { best } else { likeness(&letters, &word) };
        (score >= LIKENESS).then_some((score, *choice))
    });
    let mut scored: Vec<(f64, &str)> = scored.collect();
    scored.sort_by(|a, b| b.0.partial_cmp(&a.0).unwrap_or(Ordering::Equal).then(b.1.cmp(a.1)));
    scored.dedup();
    scored.into_iter().take(SUGGESTIONS).map(|(_, choice)| choice).collect()
}

fn ratio(matches: usize, length: usize) -> f64 {
    if length == 0 { 1.0 } else { 2.0 * matches as f64 / length as f64 }
}

fn likeness(a: &[char], b: &[char]) -> f64 {
    ratio(matching_letters(a, b), a.len() + b.len())
}

/// The letters in the longest common run, and in those on either side of it.
fn matching_letters(a: &[char], b: &[char]) -> usize {
    let mut sum = 0;
    let mut open = vec![(a, b)];
    while let Some((a, b)) = open.pop() {
        let (at_a, at_b, length) = longest_run(a, b);
        if length > 0 {
            sum += length;
            open.push((&a[..at_a], &b[..at_b]));
            open.push((&a[at_a + length..], &b[at_b + length..]));
        }
    }
    sum
}

/// The longest common run: where it begins in `a` and in `b`, and its length. Of equally long ones the first in `a`,
/// then the first in `b`.
fn longest_run(a: &[char], b: &[char]) -> (usize, usize, usize) {
    let mut best = (0, 0, 0);
    let mut runs = vec![0; b.len() + 1];
    for (i, letter) in a.iter().enumerate() {
        let mut above = 0;
        for (j, other) in b.iter().enumerate() {
            let length = if letter == other { above + 1 } else { 0 };
            above = std::mem::replace(&mut runs[j + 1], length);
            if length > best.2 {
                best = (i + 1 - length, j + 1 - length, length);
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_choices_come_first_and_at_most_three() {
        let choices = [
            "create-cache-subnet-group",
            "delete-cache-security-group",
            "delete-cache-subnet-group",
            "delete-user-group",
            "delete-cache-parameter-group",
        ];
        let close = ["delete-cache-subnet-group", "create-cache-subnet-group", "delete-cache-security-group"];
        assert_eq!(close_matches("delete-cache-subnet-grou", &choices), close);
    }

    #[test]
    fn equally_close_choices_come_from_the_end_of_the_alphabet() {
        assert_eq!(close_matches("abcde", &["abcdx", "abcdy", "zbcde"]), ["zbcde", "abcdy", "abcdx"]);
    }

    #[test]
    fn a_word_unlike_all_choices_gets_no_suggestion() {
        assert_eq!(invalid_choice("zzzz", &["elasticache", "sts"]), "Found invalid choice 'zzzz'\n");
        assert_eq!(close_matches("", &["sts"]), [""; 0]);
    }
}
