//! The shells that can complete: their scripts, and the lines they read back.

use super::Candidate;
use super::words::quote;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shell {
    Bash,
    Zsh,
    Fish,
    Power,
}

impl Shell {
    pub(super) fn parse(name: &str) -> Option<Self> {
        match name {
            "bash" => Some(Self::Bash),
            "zsh" => Some(Self::Zsh),
            "fish" => Some(Self::Fish),
            "powershell" => Some(Self::Power),
            _ => None,
        }
    }

    /// The script that makes the shell complete `program`.
    pub(super) fn script(self, program: &str) -> String {
        let script = match self {
            Self::Bash => include_str!("scripts/bash.sh"),
            Self::Zsh => include_str!("scripts/zsh.zsh"),
            Self::Fish => include_str!("scripts/fish.fish"),
            Self::Power => include_str!("scripts/powershell.ps1"),
        };
        script.replace("PROGRAM", program)
    }

    /// A candidate for `word`, as a line that the script reads.
    pub(super) fn line(self, candidate: &Candidate, word: &str) -> String {
        let text = quote(&candidate.text);
        match self {
            Self::Power if text != candidate.text => {
                format!("'{}'\t{}\n", candidate.text.replace('\'', "''"), candidate.about)
            }
            // To bash, `=` and `:` end a word, and only what follows is replaced.
            Self::Bash => format!("{}\n", &text[word.rfind(['=', ':']).map_or(0, |place| place + 1).min(text.len())..]),
            // Fish quotes by itself.
            Self::Fish => format!("{}\t{}\n", candidate.text, candidate.about),
            Self::Zsh | Self::Power => format!("{text}\t{}\n", candidate.about),
        }
    }
}
