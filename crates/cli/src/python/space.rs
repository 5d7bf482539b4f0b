//! What Python takes for a blank: Unicode's white space, and four separators of ASCII.

pub(crate) fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character)
}

/// The text without the blanks around it.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// The text without the blanks before it.
pub(crate) fn trim_start(text: &str) -> &str {
    text.trim_start_matches(is_space)
}
