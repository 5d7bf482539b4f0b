//! What the sections of both files mean: profiles, sign-on sessions, services.

use super::ini::Section;
use crate::shell;
use std::collections::BTreeMap;

/// All profiles of both files in the order of their first appearance, and the other named sections.
#[derive(Debug, Default)]
pub(crate) struct Profiles {
    profiles: Named,
    /// The profiles as the configuration file alone has them.
    in_config_file: BTreeMap<String, Section>,
    /// The profiles as the credentials file alone has them.
    in_credentials_file: BTreeMap<String, Section>,
    sso_sessions: Named,
    services: Named,
    /// Sections of the configuration file that are none of the above, by their whole header.
    others: Named,
}

/// Sections by name.
#[derive(Debug, Default)]
struct Named {
    sections: BTreeMap<String, Section>,
    order: Vec<String>,
}

impl Named {
    fn set(&mut self, name: &str, section: Section) {
        if self.sections.insert(name.to_owned(), section).is_none() {
            self.order.push(name.to_owned());
        }
    }

    fn merge(&mut self, name: &str, section: Section) {
        match self.sections.get_mut(name) {
            Some(known) => known.merge(section),
            None => self.set(name, section),
        }
    }
}

impl Profiles {
    /// Joins the sections of the configuration file and those of the credentials file, whose keys win.
    ///
    /// A profile of the configuration file is `[profile NAME]` or `[default]`, one of the credentials
    /// file is any section. A header is read by a shell's rules of quoting, and one that breaks them
    /// is passed over. The later of `[default]` and `[profile default]` hides the earlier.
    pub(crate) fn new(config: Vec<(String, Section)>, credentials: Vec<(String, Section)>) -> Self {
        let mut all = Self::default();
        for (header, section) in config {
            all.add(&header, section);
        }
        all.in_config_file = all.profiles.sections.clone();
        all.in_credentials_file = credentials.iter().cloned().collect();
        for (name, section) in credentials {
            all.profiles.merge(&name, section);
        }
        all
    }

    fn add(&mut self, header: &str, section: Section) {
        let Ok(words) = shell::split(header) else { return };
        let named = match header {
            "default" => return self.profiles.set(header, section),
            _ if header.starts_with("profile") => &mut self.profiles,
            _ if header.starts_with("sso-session") => &mut self.sso_sessions,
            _ if header.starts_with("services") => &mut self.services,
            _ => return self.others.set(header, section),
        };
        if let [_, name] = words.as_slice() {
            named.set(name, section);
        }
    }

    pub(crate) fn profile(&self, name: &str) -> Option<&Section> {
        self.profiles.sections.get(name)
    }

    /// The profile as the configuration file alone has it.
    pub(crate) fn in_config_file(&self, name: &str) -> Option<&Section> {
        self.in_config_file.get(name)
    }

    /// The profile as the credentials file alone has it.
    pub(crate) fn in_credentials_file(&self, name: &str) -> Option<&Section> {
        self.in_credentials_file.get(name)
    }

    /// The names of all profiles in the order of their first appearance.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.profiles.order.iter().map(String::as_str)
    }

    pub(crate) fn sso_session(&self, name: &str) -> Option<&Section> {
        self.sso_sessions.sections.get(name)
    }

    pub(crate) fn services(&self, name: &str) -> Option<&Section> {
        self.services.sections.get(name)
    }

    /// A section of the configuration file that is none of the above, such as `[plugins]`.
    pub(crate) fn other(&self, header: &str) -> Option<&Section> {
        self.others.sections.get(header)
    }
}
