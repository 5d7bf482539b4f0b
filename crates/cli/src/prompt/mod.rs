//! `--cli-auto-prompt`: a prompt that completes the command.

mod history;
mod menu;
mod mode;

pub(crate) use mode::Mode;

use crate::Surroundings;
use crate::completion::{Line, quote};
use crate::failure::Failure;
use crate::output;
use history::History;
use menu::Menu;
use reedline::{
    DescriptionMode, EditCommand, Emacs, IdeMenu, KeyCode, KeyModifiers, MenuBuilder, Prompt, PromptEditMode,
    PromptHistorySearch, Reedline, ReedlineEvent, ReedlineMenu, Signal, ValidationResult, Validator,
    default_emacs_keybindings,
};
use std::borrow::Cow;
use std::io::IsTerminal;

const MENU: &str = "candidates";

/// Asks for the command, beginning with `words`, and returns the words of the one to run.
///
/// Ctrl-C and Ctrl-D are [`Failure::Interrupted`]. Without a terminal there is a warning, and a failure without words.
pub(crate) fn ask(surroundings: &Surroundings, words: &[String]) -> Result<Vec<String>, Failure> {
    if !std::io::stdin().is_terminal() {
        output::to_stderr("Warning: Input is not a terminal (fd=0).\n");
        return Err(Failure::general(""));
    }
    let mut history = History::load(surroundings);
    let mut editor = editor(surroundings, &history);
    editor.run_edit_commands(&[EditCommand::InsertString(beginning(words))]);
    let name = Name(format!("> {} ", surroundings.program));
    loop {
        match editor.read_line(&name) {
            Ok(Signal::Success(line)) => {
                history.add(&line);
                return Ok(Line::parse(&line).finished());
            }
            Ok(Signal::CtrlC | Signal::CtrlD) => return Err(Failure::Interrupted),
            // Other signals come from features that are not used here.
            Ok(_) => {}
            Err(error) => return Err(Failure::general(error.to_string())),
        }
    }
}

/// The words as one types them, without those that led here, and ready for the next.
fn beginning(words: &[String]) -> String {
    let words = words.iter().filter(|word| *word != mode::ON);
    words.map(|word| quote(word) + " ").collect()
}

fn editor(surroundings: &Surroundings, history: &History) -> Reedline {
    let mut keys = default_emacs_keybindings();
    let next = vec![ReedlineEvent::Menu(MENU.to_owned()), ReedlineEvent::MenuNext];
    keys.add_binding(KeyModifiers::NONE, KeyCode::Tab, ReedlineEvent::UntilFound(next));
    keys.add_binding(KeyModifiers::SHIFT, KeyCode::BackTab, ReedlineEvent::MenuPrevious);
    // As in the reference, Ctrl-D ends the prompt also when there is text.
    keys.add_binding(KeyModifiers::CONTROL, KeyCode::Char('d'), ReedlineEvent::CtrlC);
    let candidates =
        IdeMenu::default().with_name(MENU).with_default_border().with_description_mode(DescriptionMode::PreferRight);
    Reedline::create()
        .with_history(history.for_editor())
        .with_completer(Box::new(Menu::new(surroundings)))
        .with_menu(ReedlineMenu::EngineCompleter(Box::new(candidates)))
        .with_quick_completions(true)
        .with_partial_completions(true)
        .with_edit_mode(Box::new(Emacs::new(keys)))
        .with_validator(Box::new(Quotes))
}

/// A line with an open quote goes on.
struct Quotes;

impl Validator for Quotes {
    fn validate(&self, line: &str) -> ValidationResult {
        if Line::parse(line).open { ValidationResult::Incomplete } else { ValidationResult::Complete }
    }
}

/// The program's name before the line.
struct Name(String);

impl Prompt for Name {
    fn render_prompt_left(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }

    fn render_prompt_right(&self) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    fn render_prompt_indicator(&self, _mode: PromptEditMode) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    fn render_prompt_multiline_indicator(&self) -> Cow<'_, str> {
        Cow::Borrowed("> ")
    }

    fn render_prompt_history_search_indicator(&self, search: PromptHistorySearch) -> Cow<'_, str> {
        Cow::Owned(format!("({}) ", search.term))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prompt_begins_with_the_words_that_led_to_it() {
        let words = ["elasticache", "copy-snapshot", "--cli-auto-prompt", "--source-snapshot-name", "a b"];
        let words = words.map(str::to_owned);
        assert_eq!(beginning(&words), "elasticache copy-snapshot --source-snapshot-name a\\ b ");
        assert_eq!(beginning(&[]), "");
    }

    #[test]
    fn a_line_with_an_open_quote_goes_on() {
        assert!(matches!(Quotes.validate("a 'b"), ValidationResult::Incomplete));
        assert!(matches!(Quotes.validate("a 'b'"), ValidationResult::Complete));
    }
}
