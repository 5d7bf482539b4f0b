//! Which servers load a file: by its format, and in relaxed mode by the types that occur.
//!
//! A server refuses formats that are newer than its own, and Valkey those of Redis from 12 on, which it holds to be foreign. With
//! `rdb-version-check relaxed` Valkey 8.1 takes newer formats of its own family, and from 9.0 on those of Redis too, as long as no type
//! occurs that it does not have. Sources: `rdb.h` of Redis 2.6 .. 8.4 and Valkey 7.2 .. 9.1; librdb `redisver.h` for 8.6 and 8.8;
//! valkey-io/valkey pull requests 1604 and 2543. Measured: Redis 6.2.14, 7.0.15, 7.4.1, 8.0.2, 8.2.3; Valkey 8.1.8, 9.0.0, 9.1.2, the
//! last three in relaxed mode too.

use serde::Serialize;

use crate::event::Encoding;
use crate::facts::Facts;
use crate::format::{Family, Format};

/// A release line of a server, and whether it loads a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Load {
    pub engine: &'static str,
    pub version: &'static str,
    pub verdict: Verdict,
}

/// Whether a server loads a file, given the modules that the file names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Yes,
    /// With `rdb-version-check relaxed`.
    WhenRelaxed,
    No,
}

struct Line {
    engine: &'static str,
    version: &'static str,
    strict: Newest,
    relaxed: Newest,
}

/// The newest formats that are taken; 0: none.
#[derive(Clone, Copy)]
struct Newest {
    redis: u16,
    valkey: u16,
}

const NOTHING: Newest = Newest { redis: 0, valkey: 0 };
/// Formats from Redis 8.6 on are left out: their streams and keys may carry what no Valkey reads.
const RELAXED_9: Newest = Newest { redis: 12, valkey: 81 };

const fn redis(version: &'static str, newest: u16) -> Line {
    Line { engine: "redis", version, strict: Newest { redis: newest, valkey: 0 }, relaxed: NOTHING }
}

const fn valkey(version: &'static str, newest: u16, relaxed: Newest) -> Line {
    Line { engine: "valkey", version, strict: Newest { redis: 11, valkey: newest }, relaxed }
}

const LINES: &[Line] = &[
    redis("2.6", 6),
    redis("2.8", 6),
    redis("3.0", 6),
    redis("3.2", 7),
    redis("4.0", 8),
    redis("5.0", 9),
    redis("6.0", 9),
    redis("6.2", 9),
    redis("7.0", 10),
    redis("7.2", 11),
    redis("7.4", 12),
    redis("8.0", 12),
    redis("8.2", 12),
    redis("8.4", 12),
    redis("8.6", 13),
    redis("8.8", 14),
    valkey("7.2", 0, NOTHING),
    valkey("8.0", 0, NOTHING),
    valkey("8.1", 0, Newest { redis: 0, valkey: 81 }),
    valkey("9.0", 80, RELAXED_9),
    valkey("9.1", 80, RELAXED_9),
];

impl Facts {
    /// Which release lines load this file, oldest first; nothing when the format is not known. What they need besides: the modules in
    /// `modules`, and a setting `databases` above `highest_database` (16 unless configured).
    #[must_use]
    pub fn loads(&self) -> Vec<Load> {
        let Ok(format) = Format::parse(self.format.as_bytes()) else { return Vec::new() };
        LINES
            .iter()
            .map(|line| Load { engine: line.engine, version: line.version, verdict: self.judge(format, line) })
            .collect()
    }

    fn judge(&self, format: Format, line: &Line) -> Verdict {
        if format.version <= line.strict.of(format.family) {
            Verdict::Yes
        } else if format.version <= line.relaxed.of(format.family) && !self.has_types_foreign_to(format, line) {
            Verdict::WhenRelaxed
        } else {
            Verdict::No
        }
    }

    /// Whether types occur that a line does not have: hashes whose fields expire, unless it writes that family's hashes itself.
    fn has_types_foreign_to(&self, format: Format, line: &Line) -> bool {
        let foreign = [Encoding::HashExpiries, Encoding::HashListpackExpiries].map(Encoding::name);
        let occurs = self.encodings.iter().any(|named| foreign.contains(&named.name.as_str()));
        occurs && !(format.is_valkey() && line.strict.valkey > 0)
    }
}

impl Newest {
    fn of(self, family: Family) -> u16 {
        match family {
            Family::Redis => self.redis,
            Family::Valkey => self.valkey,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Named;

    fn verdict(format: &str, encoding: Encoding, server: (&str, &str)) -> Option<Verdict> {
        let encodings = vec![Named { name: encoding.name().to_owned(), ..Named::default() }];
        let facts = Facts { format: format.to_owned(), encodings, ..Facts::default() };
        facts.loads().into_iter().find(|load| (load.engine, load.version) == server).map(|load| load.verdict)
    }

    /// The load matrix, as measured.
    #[test]
    fn servers_load_what_they_were_measured_to_load() {
        use Verdict::{No, WhenRelaxed, Yes};
        let servers = [
            ("redis", "6.2"),
            ("redis", "7.0"),
            ("redis", "7.4"),
            ("redis", "8.2"),
            ("valkey", "8.1"),
            ("valkey", "9.0"),
            ("valkey", "9.1"),
        ];
        let table = [
            ("REDIS0009", [Yes, Yes, Yes, Yes, Yes, Yes, Yes]),
            ("REDIS0010", [No, Yes, Yes, Yes, Yes, Yes, Yes]),
            ("REDIS0011", [No, No, Yes, Yes, Yes, Yes, Yes]),
            ("REDIS0012", [No, No, Yes, Yes, No, WhenRelaxed, WhenRelaxed]),
            ("VALKEY080", [No, No, No, No, WhenRelaxed, Yes, Yes]),
            ("VALKEY081", [No, No, No, No, WhenRelaxed, WhenRelaxed, WhenRelaxed]),
        ];
        for (format, verdicts) in table {
            for (server, expected) in servers.into_iter().zip(verdicts) {
                assert_eq!(verdict(format, Encoding::String, server), Some(expected), "{format} {server:?}");
            }
        }
    }

    #[test]
    fn a_foreign_type_is_refused_in_relaxed_mode_too() {
        assert_eq!(verdict("REDIS0012", Encoding::HashExpiries, ("valkey", "9.1")), Some(Verdict::No));
        assert_eq!(verdict("VALKEY080", Encoding::HashExpiries, ("valkey", "8.1")), Some(Verdict::No));
        assert_eq!(verdict("VALKEY080", Encoding::HashExpiries, ("valkey", "9.0")), Some(Verdict::Yes));
        assert_eq!(verdict("VALKEY081", Encoding::HashExpiries, ("valkey", "9.0")), Some(Verdict::WhenRelaxed));
        assert_eq!(verdict("REDIS0013", Encoding::Stream, ("valkey", "9.1")), Some(Verdict::No));
    }

    #[test]
    fn of_an_unknown_format_nothing_is_said() {
        assert!(Facts::default().loads().is_empty());
    }
}
