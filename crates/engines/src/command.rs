//! The commands a node may hear from us: all of them, and no others. None changes data or configuration.

use zeroize::Zeroizing;

/// A command. The first words are those of the list that was agreed on (PING, AUTH, HELLO, CLIENT SETNAME, REPLCONF, PSYNC,
/// SYNC, INFO, ROLE, CLUSTER), as far as they are needed.
#[derive(Clone, Copy)]
pub(crate) enum Command<'a> {
    Auth { username: Option<&'a str>, password: &'a str },
    Info,
    ClusterNodes,
    Announce(Announcement),
    Sync,
    Psync,
}

/// What a replica says of itself before it asks for the data set. Neither `dual-channel` nor `skip-rdb-checksum` is ever
/// announced: the first moves the data to another connection, the second leaves them without checksum (measured: Valkey 9.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Announcement {
    /// Valkey 9.1 falls back to RDB 11 without it, which cannot hold every value (measured: 9.1.2). The version is above
    /// any real one: the receiver judges the format, not the sender.
    Version,
    /// Without it the node replaces the dump file on its own disk (measured: Redis 7.0.15, Valkey 9.1.2).
    EofMark,
    /// The data set and nothing after it (since Redis 6.2).
    RdbOnly,
}

impl Announcement {
    /// In the order they are sent.
    pub(crate) const ALL: [Self; 3] = [Self::Version, Self::EofMark, Self::RdbOnly];
}

impl Command<'_> {
    fn words(&self) -> Vec<&str> {
        match *self {
            Self::Auth { username: Some(username), password } => vec!["AUTH", username, password],
            Self::Auth { username: None, password } => vec!["AUTH", password],
            Self::Info => vec!["INFO"],
            Self::ClusterNodes => vec!["CLUSTER", "NODES"],
            Self::Announce(Announcement::Version) => vec!["REPLCONF", "version", "99.0.0"],
            Self::Announce(Announcement::EofMark) => vec!["REPLCONF", "capa", "eof"],
            Self::Announce(Announcement::RdbOnly) => vec!["REPLCONF", "rdb-only", "1"],
            Self::Sync => vec!["SYNC"],
            Self::Psync => vec!["PSYNC", "?", "-1"],
        }
    }

    /// As an array of bulk strings, which may hold a password.
    pub(crate) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let words = self.words();
        // Room for all of it, so that no copy of a password is left behind by growth.
        let room = words.iter().map(|word| word.len() + 32).sum::<usize>() + 32;
        let mut bytes = Zeroizing::new(Vec::with_capacity(room));
        bytes.extend_from_slice(format!("*{}\r\n", words.len()).as_bytes());
        for word in words {
            bytes.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
            bytes.extend_from_slice(word.as_bytes());
            bytes.extend_from_slice(b"\r\n");
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_hears_these_commands_and_no_others() {
        let login = Command::Auth { username: Some("u"), password: "p" };
        let commands = [login, Command::Info, Command::ClusterNodes, Command::Sync, Command::Psync];
        let announced = Announcement::ALL.map(Command::Announce);
        let spoken: Vec<String> = commands.iter().chain(&announced).map(|command| command.words().join(" ")).collect();
        let allowed = [
            "AUTH u p",
            "INFO",
            "CLUSTER NODES",
            "SYNC",
            "PSYNC ? -1",
            "REPLCONF version 99.0.0",
            "REPLCONF capa eof",
            "REPLCONF rdb-only 1",
        ];
        assert_eq!(spoken, allowed);
    }

    #[test]
    fn words_are_framed_by_their_length() {
        let login = Command::Auth { username: None, password: "a b\r\n" };
        assert_eq!(login.encode().as_slice(), b"*2\r\n$4\r\nAUTH\r\n$5\r\na b\r\n\r\n");
    }
}
