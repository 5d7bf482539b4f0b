//! What a command prints, as a formatter takes it: whole, or page by page.

use crate::document::Document;
use crate::failure::Failure;

/// The answer to one operation. A formatter takes either the pages or the whole, never both.
pub(crate) trait Answer {
    /// The next page as the service sent it, its marker included; `None` after the last.
    fn next_page(&mut self) -> Result<Option<Document>, Failure>;

    /// All pages as one document.
    fn whole(&mut self) -> Result<Document, Failure>;

    /// Where in a page its items stand, as a path such as `EngineDefaults.Parameters`; `None` when the
    /// answer does not come in pages.
    fn items_path(&self) -> Option<&str> {
        None
    }

    /// Once the last page is taken: what `--starting-token` continues with, when items are left.
    fn resume_token(&self) -> Option<&str> {
        None
    }
}

/// The answer of an operation without pages.
#[derive(Debug)]
pub(crate) struct Single(Option<Document>);

impl Single {
    pub(crate) fn new(document: Document) -> Self {
        Self(Some(document))
    }
}

impl Answer for Single {
    fn next_page(&mut self) -> Result<Option<Document>, Failure> {
        Ok(self.0.take())
    }

    fn whole(&mut self) -> Result<Document, Failure> {
        Ok(self.0.take().unwrap_or(Document::Null))
    }
}
