//! The one table of settings, and the one rule by which a value is found.

use super::ini::Section;
use super::profiles::Profiles;
use super::{file, ini};
use crate::Surroundings;
use crate::failure::Failure;
use crate::python;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

macro_rules! settings {
    ($($(#[$comment:meta])* $name:ident: $key:expr, $variables:expr, $default:expr;)*) => {
        /// A value that the environment, a profile or a default decides.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Setting {
            $($(#[$comment])* $name,)*
        }

        impl Setting {
            fn row(self) -> Row {
                match self {
                    $(Self::$name => Row { key: $key, variables: $variables, default: $default },)*
                }
            }
        }
    };
}

/// Where a setting is looked for.
struct Row {
    /// The key in a profile.
    key: &'static str,
    /// The variables of the environment; the first that is there is taken, also when it is empty.
    variables: &'static [&'static str],
    default: Option<&'static str>,
}

settings! {
    Region: "region", &["AWS_REGION", "AWS_DEFAULT_REGION"], None;
    Output: "output", &["AWS_DEFAULT_OUTPUT"], Some("json");
    CaBundle: "ca_bundle", &["AWS_CA_BUNDLE"], None;
    CliPager: "cli_pager", &["AWS_PAGER"], None;
    CliTimestampFormat: "cli_timestamp_format", &[], Some("iso8601");
    CliBinaryFormat: "cli_binary_format", &[], None;
    CliAutoPrompt: "cli_auto_prompt", &["AWS_CLI_AUTO_PROMPT"], Some("off");
    CliErrorFormat: "cli_error_format", &["AWS_CLI_ERROR_FORMAT"], None;
    RetryMode: "retry_mode", &["AWS_RETRY_MODE"], Some("standard");
    MaxAttempts: "max_attempts", &["AWS_MAX_ATTEMPTS"], None;

    EndpointUrl: "endpoint_url", &["AWS_ENDPOINT_URL"], None;
    /// The name of the `[services NAME]` section of the profile.
    Services: "services", &[], None;
    UseFipsEndpoint: "use_fips_endpoint", &["AWS_USE_FIPS_ENDPOINT"], None;
    UseDualstackEndpoint: "use_dualstack_endpoint", &["AWS_USE_DUALSTACK_ENDPOINT"], None;
    IgnoreConfiguredEndpointUrls: "ignore_configured_endpoint_urls", &["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"], None;

    MetadataServiceTimeout: "metadata_service_timeout", &["AWS_METADATA_SERVICE_TIMEOUT"], Some("1");
    MetadataServiceNumAttempts:
        "metadata_service_num_attempts", &["AWS_METADATA_SERVICE_NUM_ATTEMPTS"], Some("1");
    MetadataServiceEndpoint: "ec2_metadata_service_endpoint", &["AWS_EC2_METADATA_SERVICE_ENDPOINT"], None;
    MetadataServiceEndpointMode:
        "ec2_metadata_service_endpoint_mode", &["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"], None;
    MetadataV1Disabled: "ec2_metadata_v1_disabled", &["AWS_EC2_METADATA_V1_DISABLED"], None;
    ImdsUseIpv6: "imds_use_ipv6", &["AWS_IMDS_USE_IPV6"], None;
}

/// How time stamps are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimestampFormat {
    /// As the service sent them.
    Wire,
    Iso8601,
}

/// Where a value was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// One of these variables.
    Environment(&'static [&'static str]),
    Profile,
    Default,
}

/// By whom the profile was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice<'a> {
    /// `--profile`
    Flag(&'a str),
    /// One of [`PROFILE_VARIABLES`]
    Environment(&'a str),
    /// Nobody: the profile `default`, which may be missing.
    Nobody,
}

const CONFIG_FILE: &str = "~/.aws/config";
const CREDENTIALS_FILE: &str = "~/.aws/credentials";

/// The variables that name the profile; the first that is there is taken, also when it is empty.
pub(crate) const PROFILE_VARIABLES: &[&str] = &["AWS_PROFILE", "AWS_DEFAULT_PROFILE"];

/// The environment and both files, seen through one profile.
#[derive(Debug)]
pub(crate) struct Settings {
    variables: BTreeMap<String, String>,
    profiles: Profiles,
    /// The profile of `--profile`.
    flag: Option<String>,
    config_file: PathBuf,
    credentials_file: PathBuf,
}

impl Settings {
    /// Reads both files. A file that is missing is empty.
    ///
    /// # Errors
    /// A file that cannot be parsed is a failure, even for `--version`.
    pub(crate) fn load(surroundings: &Surroundings) -> Result<Self, Failure> {
        let config_file = file::path(surroundings, "AWS_CONFIG_FILE", CONFIG_FILE);
        let credentials_file = file::path(surroundings, "AWS_SHARED_CREDENTIALS_FILE", CREDENTIALS_FILE);
        Ok(Self {
            variables: surroundings.variables.clone(),
            profiles: Profiles::new(sections(&config_file)?, sections(&credentials_file)?),
            flag: None,
            config_file,
            credentials_file,
        })
    }

    /// Looks through this profile from now on; `--profile` beats the environment. An empty name chooses nothing.
    pub(crate) fn select_profile(&mut self, name: &str) {
        self.flag = Some(name.to_owned()).filter(|name| !name.is_empty());
    }

    /// The value of a setting, from the environment, the profile, or its default, in this order.
    ///
    /// # Errors
    /// The profile does not exist. The environment is asked first, so that a variable hides this.
    pub(crate) fn get(&self, setting: Setting) -> Result<Option<String>, Failure> {
        Ok(self.find(setting)?.map(|(value, _)| value.to_owned()))
    }

    /// Like [`Self::get`], with the place where the value was found.
    pub(crate) fn find(&self, setting: Setting) -> Result<Option<(&str, Source)>, Failure> {
        let Row { key, variables, default } = setting.row();
        if let Some(value) = self.variable(variables) {
            return Ok(Some((value, Source::Environment(variables))));
        }
        let configured = self.selected_profile()?.and_then(|profile| profile.text(key));
        let configured = configured.map(|value| (value, Source::Profile));
        Ok(configured.or(default.map(|value| (value, Source::Default))))
    }

    /// Whether a setting says `true`, in any case of letters. Every other text means no.
    pub(crate) fn is_true(&self, setting: Setting) -> Result<bool, Failure> {
        Ok(self.find(setting)?.is_some_and(|(value, _)| value.eq_ignore_ascii_case("true")))
    }

    /// How time stamps are printed. The reference asks for it before every command, also where it prints none,
    /// and a profile that is missing is no failure yet.
    ///
    /// # Errors
    /// `cli_timestamp_format` is neither `wire` nor `iso8601`.
    pub(crate) fn timestamp_format(&self) -> Result<TimestampFormat, Failure> {
        match self.find(Setting::CliTimestampFormat) {
            Ok(Some(("wire", _))) => Ok(TimestampFormat::Wire),
            Ok(Some(("iso8601", _))) | Ok(None) | Err(_) => Ok(TimestampFormat::Iso8601),
            Ok(Some((other, _))) => Err(Failure::Configuration(format!(
                "Unknown cli_timestamp_format value: {other}, valid values are \"wire\" or \"iso8601\""
            ))),
        }
    }

    /// Looks at a setting that has no effect here, no parameter being a blob, as the reference does before every command
    /// that has no `--cli-binary-format`. A profile that is missing is no failure yet.
    ///
    /// # Errors
    /// `cli_binary_format` is none of `formats`; Python's words about a key that is missing.
    pub(crate) fn check_binary_format(&self, formats: &[&str]) -> Result<(), Failure> {
        match self.find(Setting::CliBinaryFormat) {
            Ok(Some((format, _))) if !formats.contains(&format) => Err(Failure::general(python::str_repr(format))),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// By whom the profile was chosen. Keys of the environment lose to [`Choice::Flag`] only.
    pub(crate) fn choice(&self) -> Choice<'_> {
        match (&self.flag, self.variable(PROFILE_VARIABLES)) {
            (Some(name), _) => Choice::Flag(name),
            (None, Some(name)) => Choice::Environment(name),
            (None, None) => Choice::Nobody,
        }
    }

    /// The name of the profile, `default` when nobody chose one.
    pub(crate) fn profile_name(&self) -> &str {
        match self.choice() {
            Choice::Flag(name) | Choice::Environment(name) => name,
            Choice::Nobody => "default",
        }
    }

    /// The profile that the settings are seen through; `None` when nobody chose one and there is no `default`.
    ///
    /// # Errors
    /// The chosen profile is in neither file.
    pub(crate) fn selected_profile(&self) -> Result<Option<&Section>, Failure> {
        let name = self.profile_name();
        match (self.profiles.profile(name), self.choice()) {
            (None, Choice::Flag(_) | Choice::Environment(_)) => {
                Err(Failure::general(format!("The config profile ({name}) could not be found")))
            }
            (profile, _) => Ok(profile),
        }
    }

    /// All profiles and named sections of both files.
    pub(crate) fn profiles(&self) -> &Profiles {
        &self.profiles
    }

    /// The name of the configuration file as the environment writes it, `~/.aws/config` when it does not.
    pub(crate) fn config_file_name(&self) -> &str {
        self.variable(&["AWS_CONFIG_FILE"]).unwrap_or(CONFIG_FILE)
    }

    pub(crate) fn config_file(&self) -> &Path {
        &self.config_file
    }

    pub(crate) fn credentials_file(&self) -> &Path {
        &self.credentials_file
    }

    fn variable(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.variables.get(*name)).map(String::as_str)
    }
}

fn sections(path: &Path) -> Result<Vec<(String, Section)>, Failure> {
    let text = file::read(path)?.unwrap_or_default();
    ini::parse(&text).map_err(|ini::Malformed| file::unparsable(path))
}
