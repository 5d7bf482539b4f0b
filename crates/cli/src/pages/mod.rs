//! The pages of a Describe operation: asked for one by one, cut by `--max-items`, gone on with by `--starting-token`.

mod token;

use valkeep_api::{OperationModel, Paginator};

use self::token::{StartingToken, Token};
use crate::answer::Answer;
use crate::arguments::Paging;
use crate::call::Client;
use crate::document::{Document, Map};
use crate::failure::Failure;

/// Where the whole answer says how to go on.
const NEXT_TOKEN: &str = "NextToken";

/// Whether `parameters` page by hand, which turns paging off.
pub(crate) fn are_by_hand(operation: &OperationModel, parameters: &Map) -> bool {
    let Some(paginator) = &operation.paginator else { return false };
    [paginator.input_token, paginator.limit_key].iter().any(|key| parameters.get(key).is_some())
}

/// The pages of one call.
#[derive(Debug)]
pub(crate) struct Pages<'c, 'a> {
    source: Source<'c, 'a>,
    paginator: &'static Paginator,
    /// Of the next request.
    parameters: Map,
    max_items: Option<i64>,
    /// The token of the next request.
    token: Token,
    /// Items to leave out at the begin of the first page, while it is still to come.
    skip: Option<Document>,
    /// Whether the token came with an answer, so that the same one must not come again.
    is_token_answered: bool,
    items_taken: i64,
    resume_token: Option<String>,
    ahead: Ahead,
}

/// What comes after the pages that were taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ahead {
    Page,
    End,
    /// The page that was just taken.
    Circle,
}

/// Where pages come from.
#[derive(Debug)]
enum Source<'c, 'a> {
    Service {
        client: &'c mut Client<'a>,
        operation: &'static OperationModel,
    },
    #[cfg(test)]
    Prepared {
        pages: std::collections::VecDeque<Document>,
        requests: Vec<Map>,
    },
}

impl Source<'_, '_> {
    fn page(&mut self, parameters: &Map) -> Result<Document, Failure> {
        match self {
            Self::Service { client, operation } => client.call(operation, parameters),
            #[cfg(test)]
            Self::Prepared { pages, requests } => {
                requests.push(parameters.clone());
                Ok(pages.pop_front().expect("as many pages as are asked for"))
            }
        }
    }
}

impl<'c, 'a> Pages<'c, 'a> {
    /// Nothing is asked for before the first page is taken.
    ///
    /// # Errors
    /// A starting token that the reference cannot make sense of.
    pub(crate) fn new(
        client: &'c mut Client<'a>,
        operation: &'static OperationModel,
        paginator: &'static Paginator,
        parameters: Map,
        paging: &Paging,
    ) -> Result<Self, Failure> {
        Self::from(Source::Service { client, operation }, paginator, parameters, paging)
    }

    fn from(
        source: Source<'c, 'a>,
        paginator: &'static Paginator,
        parameters: Map,
        paging: &Paging,
    ) -> Result<Self, Failure> {
        let starting = paging.starting_token.as_deref();
        let starting = starting.map(|text| StartingToken::parse(text, paginator.input_token)).transpose()?;
        let is_resumed = starting.is_some();
        let StartingToken { token, skip } = starting.unwrap_or_else(|| StartingToken::begin(paginator.input_token));
        let mut pages = Self {
            source,
            paginator,
            parameters,
            max_items: paging.max_items,
            token: Token::default(),
            skip: is_resumed.then_some(skip),
            is_token_answered: false,
            items_taken: 0,
            resume_token: None,
            ahead: Ahead::Page,
        };
        if let Some(size) = paging.page_size {
            pages.parameters.insert(paginator.limit_key, size);
        }
        pages.go_on_with(token);
        Ok(pages)
    }

    /// Makes `token` part of the next request.
    fn go_on_with(&mut self, token: Token) {
        for (name, value) in token.iter() {
            if *value == Document::Null {
                self.parameters.remove(name);
            } else {
                self.parameters.insert(name, value.clone());
            }
        }
        self.token = token;
    }

    /// Leaves out what the starting token skips. Answers how many items that asks for.
    fn skip_items(&mut self, page: &mut Document) -> Result<i64, Failure> {
        let Some(skip) = self.skip.take() else { return Ok(0) };
        let skip = token::index(&skip)
            .ok_or_else(|| Failure::general("slice indices must be integers or None or have an __index__ method"))?;
        if let Some(items) = items_of(page, self.paginator.result_key) {
            items.drain(..place(items.len(), skip));
        }
        Ok(skip)
    }

    /// Cuts the page when it has too many items, and says whether it had.
    fn cut(&mut self, page: &mut Document, skipped: i64) -> bool {
        let items = items_of(page, self.paginator.result_key);
        let count = items.as_ref().map_or(0, |items| length(items));
        let surplus = self.max_items.map_or(0, |max| self.items_taken.saturating_add(count).saturating_sub(max));
        self.items_taken += count;
        if surplus <= 0 {
            return false;
        }
        let keep = count.saturating_sub(surplus);
        if let Some(items) = items {
            items.truncate(place(items.len(), keep));
        }
        self.resume_token = Some(self.token.at_item(keep.saturating_add(skipped)).encode());
        true
    }

    /// Looks where the next page is; without one, this was the last. The reference looks once the page is printed, so
    /// that what is wrong here is told when the next page is wanted.
    fn look_ahead(&mut self, page: &Document) {
        let next = Token::answered(self.paginator.input_token, find(page, self.paginator.output_token));
        if next.is_end() {
            self.ahead = Ahead::End;
        } else if self.max_items == Some(self.items_taken) {
            self.resume_token = Some(next.encode());
            self.ahead = Ahead::End;
        } else if self.is_token_answered && self.token == next {
            self.ahead = Ahead::Circle;
        } else {
            self.is_token_answered = true;
            self.go_on_with(next);
        }
    }
}

impl Answer for Pages<'_, '_> {
    fn next_page(&mut self) -> Result<Option<Document>, Failure> {
        match self.ahead {
            Ahead::Page => {}
            Ahead::End => return Ok(None),
            Ahead::Circle => {
                let token = self.token.print();
                let message = format!("Error during pagination: The same next token was received twice: {token}");
                return Err(Failure::General(message));
            }
        }
        let mut page = self.source.page(&self.parameters)?;
        let skipped = self.skip_items(&mut page)?;
        if self.cut(&mut page, skipped) {
            self.ahead = Ahead::End;
        } else {
            self.look_ahead(&page);
        }
        Ok(Some(page))
    }

    fn whole(&mut self) -> Result<Document, Failure> {
        let path = self.paginator.result_key;
        let mut whole = Document::Map(Map::new());
        while let Some(mut page) = self.next_page()? {
            let Some(items) = items_of(&mut page, path).map(std::mem::take) else { continue };
            match items_of(&mut whole, path) {
                Some(collected) => collected.extend(items),
                None => whole = nested(path, items.into()),
            }
        }
        if let (Document::Map(whole), Some(token)) = (&mut whole, &self.resume_token) {
            whole.insert(NEXT_TOKEN, token.as_str());
        }
        Ok(whole)
    }

    fn items_path(&self) -> Option<&str> {
        Some(self.paginator.result_key)
    }

    fn resume_token(&self) -> Option<&str> {
        self.resume_token.as_deref()
    }
}

/// The items at `path`, when there is a list.
fn items_of<'d>(document: &'d mut Document, path: &str) -> Option<&'d mut Vec<Document>> {
    let mut place = document;
    for name in path.split('.') {
        let Document::Map(map) = place else { return None };
        place = map.get_mut(name)?;
    }
    if let Document::List(items) = place { Some(items) } else { None }
}

fn find<'d>(document: &'d Document, path: &str) -> Option<&'d Document> {
    path.split('.').try_fold(document, |place, name| {
        let Document::Map(map) = place else { return None };
        map.get(name)
    })
}

/// A document with `value` at `path` and nothing else.
fn nested(path: &str, value: Document) -> Document {
    path.rsplit('.').fold(value, |inner, name| Map::from_iter([(name, inner)]).into())
}

fn length(items: &[Document]) -> i64 {
    i64::try_from(items.len()).unwrap_or(i64::MAX)
}

/// Where in a list of so many items Python sees an index; a negative one counts from the end.
fn place(length: usize, index: i64) -> usize {
    let distance = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
    if index < 0 { length.saturating_sub(distance) } else { length.min(distance) }
}

#[cfg(test)]
mod tests;
