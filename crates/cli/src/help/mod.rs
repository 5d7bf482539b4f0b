//! Help pages in our own words: the texts of `text/`, laid out with what the service's tables know.

mod layout;
mod page;
mod syntax;
mod text;
mod topic;

#[cfg(test)]
mod tests;

pub use layout::Look;
pub use page::page;
pub use syntax::values;
pub use text::OptionText;
pub use topic::{Topic, global_options, kebab};
