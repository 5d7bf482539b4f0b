//! Help pages in our own words: the texts of `text/`, laid out with what the service's tables know.

mod layout;
mod page;
mod syntax;
mod text;
mod topic;

#[cfg(test)]
mod tests;

use crate::failure::Failure;
use crate::output::Sink;
use crate::session::Session;
use crate::terminal;

pub(crate) use layout::Look;
pub(crate) use page::page;
pub(crate) use syntax::values;
pub(crate) use text::OptionText;
pub(crate) use topic::{Topic, global_options};

/// Shows the page about `topic`: through the pager on a terminal, plain otherwise.
pub(crate) fn show(session: Session<'_>, topic: Topic) -> Result<(), Failure> {
    let look = Look { width: terminal::columns(std::io::stdout()), bold: terminal::is_output() };
    Sink::new(session)?.write(&page(topic, &session.surroundings.program, look))
}
