//! Words in, a checked command out, by the rules of the reference's argument parser.

use crate::jmespath::Expression;
use crate::output::{Color, ErrorFormat, Format};

/// The global options of the page, as given on the command line.
#[derive(Debug, Default)]
pub struct Globals {
    pub debug: bool,
    pub endpoint_url: Option<String>,
    /// `--no-verify-ssl` makes it `false`.
    pub verify_ssl: bool,
    pub paginate: bool,
    pub output: Option<Format>,
    pub query: Option<Expression>,
    pub profile: Option<String>,
    pub region: Option<String>,
    pub color: Color,
    pub sign_request: bool,
    pub ca_bundle: Option<String>,
    /// In seconds; 0 waits for ever. 60 by default.
    pub read_timeout_s: Option<u64>,
    /// In seconds; 0 waits for ever. 60 by default.
    pub connect_timeout_s: Option<u64>,
    pub binary_format: Option<String>,
    pub pager: bool,
    pub error_format: Option<ErrorFormat>,
}

/// What was given for one option of an operation.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    Flag(bool),
    Word(String),
    Words(Vec<String>),
}
