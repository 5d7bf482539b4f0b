//! The global options of one command, and the values that some of them choose from.

use crate::jmespath::Expression;

/// The global options, as given on the command line.
#[derive(Clone, Debug)]
pub(crate) struct Globals {
    pub debug: bool,
    pub endpoint_url: Option<String>,
    /// `--no-verify-ssl` makes it `false`.
    pub verify_ssl: bool,
    /// `--no-paginate` makes it `false`.
    pub paginate: bool,
    pub output: Option<Format>,
    pub query: Option<Expression>,
    pub profile: Option<String>,
    pub region: Option<String>,
    pub color: ColorChoice,
    /// `--no-sign-request` makes it `false`.
    pub sign_request: bool,
    pub ca_bundle: Option<String>,
    /// In seconds; 0 waits for ever, less is refused when the first connection is made. 60 by default.
    pub read_timeout_s: Option<i64>,
    /// In seconds; 0 waits for ever, less is refused when the first connection is made. 60 by default.
    pub connect_timeout_s: Option<i64>,
    /// `--no-cli-pager` makes it `false`.
    pub pager: bool,
    pub error_format: Option<ErrorFormat>,
}

impl Default for Globals {
    /// A command line without global options.
    fn default() -> Self {
        Self {
            debug: false,
            endpoint_url: None,
            verify_ssl: true,
            paginate: true,
            output: None,
            query: None,
            profile: None,
            region: None,
            color: ColorChoice::default(),
            sign_request: true,
            ca_bundle: None,
            read_timeout_s: None,
            connect_timeout_s: None,
            pager: true,
            error_format: None,
        }
    }
}

/// The values of `--output`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Text,
    Table,
    Yaml,
    YamlStream,
    Off,
}

impl Format {
    pub(crate) const NAMES: [(&'static str, Self); 6] = [
        ("json", Self::Json),
        ("text", Self::Text),
        ("table", Self::Table),
        ("yaml", Self::Yaml),
        ("yaml-stream", Self::YamlStream),
        ("off", Self::Off),
    ];
}

/// The values of `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ColorChoice {
    On,
    Off,
    #[default]
    Auto,
}

impl ColorChoice {
    pub(crate) const NAMES: [(&'static str, Self); 3] = [("on", Self::On), ("off", Self::Off), ("auto", Self::Auto)];
}

/// The values of `--cli-error-format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ErrorFormat {
    /// As before there were formats: the code is told only where a service answered it.
    Legacy,
    Json,
    Yaml,
    Text,
    Table,
    Enhanced,
}

impl ErrorFormat {
    pub(crate) const NAMES: [(&'static str, Self); 6] = [
        ("legacy", Self::Legacy),
        ("json", Self::Json),
        ("yaml", Self::Yaml),
        ("text", Self::Text),
        ("table", Self::Table),
        ("enhanced", Self::Enhanced),
    ];
}
