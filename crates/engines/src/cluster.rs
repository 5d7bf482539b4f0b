//! The cluster that a node is part of, as it tells it: CLUSTER NODES, which has one form from Redis 3 to Valkey 9.
//!
//! One line for each node: `id address flags primary ping pong epoch link slot…`. The address is `host:port@bus`, with a host
//! name after a comma where the node announces one. A slot is `7`, `0-5460`, or on the line of the node itself
//! `[93->-id]` and `[77-<-id]` for slots on their way (Redis cluster specification; measured: Redis 7.0.15, Valkey 9.1.2).

use crate::command::Command;
use crate::link::{Answer, Link, printable, refusal};
use std::collections::HashSet;
use tokio::io::{AsyncRead, AsyncWrite};
use valkeep_domain::slots::SlotRanges;
use valkeep_ports::engines::{ClusterNode, ClusterView, EngineError};

/// Most nodes of a cluster. Source: the Redis cluster specification.
const NODES_MAX: usize = 1000;

/// Longest host, in bytes. Source: DNS.
const HOST_BYTES_MAX: usize = 255;

/// Asks a node that is reached at `host`, which it may not know itself.
///
/// # Errors
/// `Unreachable`, `TimedOut`; `NotReady`, `NotPermitted` and `Refused` by the answer.
pub(crate) async fn view<S: AsyncRead + AsyncWrite + Unpin>(
    link: &mut Link<S>,
    host: &str,
) -> Result<ClusterView, EngineError> {
    match link.ask(Command::ClusterNodes).await? {
        Answer::Bulk(announced) => {
            let text = link.bulk(&announced).await?;
            parse(&String::from_utf8_lossy(&text), host)
        }
        Answer::Error(text) => Err(refusal("CLUSTER NODES", text)),
        Answer::Status(text) => Err(unreadable("answer", &text)),
    }
}

/// Reads what CLUSTER NODES told at `host`.
pub(crate) fn parse(text: &str, host: &str) -> Result<ClusterView, EngineError> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    if lines.len() > NODES_MAX {
        return Err(EngineError::Refused(format!("CLUSTER NODES tells {} nodes", lines.len())));
    }
    let (mut own, mut others) = (None, Vec::new());
    for line in &lines {
        let read = node(line, host).ok_or_else(|| unreadable("line", line))?;
        match (read.is_own, &own) {
            (true, None) => own = Some(read),
            (true, Some(_)) => return Err(unreadable("second self", line)),
            (false, _) => others.push(read.node),
        }
    }
    let Some(Line { node: own, moving_slots, .. }) = own else {
        return Err(unreadable("self", "none of the nodes"));
    };
    let all = || others.iter().chain([&own]);
    let different: HashSet<&str> = all().map(|node| node.id.as_str()).collect();
    if different.len() < lines.len() {
        return Err(EngineError::Refused("CLUSTER NODES tells a node twice".to_owned()));
    }
    SlotRanges::union(all().map(|node| &node.slots))
        .map_err(|error| EngineError::Refused(format!("CLUSTER NODES: {error}")))?;
    Ok(ClusterView { own, others, moving_slots })
}

struct Line {
    node: ClusterNode,
    is_own: bool,
    moving_slots: usize,
}

/// `None` for what is no line of a node.
fn node(line: &str, own_host: &str) -> Option<Line> {
    let mut words = line.split(' ');
    let mut next = || words.next();
    let (id, address, flags, primary) = (next()?, next()?, next()?, next()?);
    let (_ping, _pong, epoch, _link) = (next()?, next()?, next()?, next()?);
    let has = |flag| flags.split(',').any(|one| one == flag);
    let (moving, slots): (Vec<&str>, Vec<&str>) = words.partition(|slot| slot.starts_with('['));
    let is_own = has("myself");
    let node = ClusterNode {
        id: node_id(id)?,
        address: endpoint(address, is_own.then_some(own_host))?,
        follows: if primary == "-" { None } else { Some(node_id(primary)?) },
        failed: has("fail") || has("noaddr") || has("handshake"),
        epoch: epoch.parse().ok()?,
        slots: SlotRanges::parse(&slots.join(",")).ok()?,
    };
    Some(Line { node, is_own, moving_slots: moving.len() })
}

fn node_id(text: &str) -> Option<String> {
    let id = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    id.then(|| text.to_owned())
}

/// The host name where one is announced, else the IP address; a node that does not know its own is where it was asked.
#[expect(clippy::option_option, reason = "an address that is unknown is not one that cannot be read")]
fn endpoint(text: &str, own_host: Option<&str>) -> Option<Option<(String, u16)>> {
    let mut parts = text.split(',');
    let (ip, port) = parts.next()?.split('@').next()?.rsplit_once(':')?;
    let port: u16 = port.parse().ok()?;
    // What follows the name are `key=value`, since Redis 7.
    let name = parts.next().filter(|name| !name.is_empty() && !name.contains('='));
    let ip = if ip.is_empty() { own_host.unwrap_or_default() } else { ip };
    let host = name.unwrap_or(ip);
    let sound = host.len() <= HOST_BYTES_MAX && host.chars().all(|char| char.is_ascii_graphic());
    let known = port > 0 && !matches!(host, "" | "?");
    sound.then(|| known.then(|| (host.to_owned(), port)))
}

fn unreadable(what: &str, text: &str) -> EngineError {
    let shown: String = printable(text.as_bytes()).chars().take(200).collect();
    EngineError::Refused(format!("CLUSTER NODES tells an unknown {what}: {shown}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three shards of Redis 7: a primary whose slots move both ways, one with a host name and a replica, one that failed.
    const NODES: &str = "\
        07c37dfeb235213a872192d90877d0cd55635b91 127.0.0.1:30004@31004,,tls-port=0,shard-id=1 slave \
        e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca 0 1426238317239 4 connected\n\
        67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1 10.0.0.2:30002@31002,two.example master - 0 1426238316232 2 connected \
        5461-10922\n\
        292f8b365bb7edb5e285caf0b7e6ddc7265d2f4f 127.0.0.1:30003@31003 master,fail - 0 1426238318243 3 connected \
        10923-16383\n\
        e7d1eecce10fd6bb5eb35b9f99a514335d9ba9ca :30001@31001 myself,master - 0 0 1 connected 0-5459 5460 \
        [93->-292f8b365bb7edb5e285caf0b7e6ddc7265d2f4f] [77-<-67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1]\n\
        6ec23923021cf3ffec47632106199cb7f496ce01 :0@0 slave,noaddr 67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1 0 0 5 \
        disconnected\n";

    #[test]
    fn the_cluster_is_read_from_the_lines() {
        let view = parse(NODES, "shop.example").unwrap();
        let at = |host: &str, port| Some((host.to_owned(), port));
        assert_eq!(view.own.address, at("shop.example", 30001));
        assert_eq!((view.own.epoch, view.own.slots.to_string(), view.moving_slots), (1, "0-5460".to_owned(), 2));
        let told: Vec<_> = view.others.iter().map(|node| (node.address.clone(), node.failed)).collect();
        let expected = [
            (at("127.0.0.1", 30004), false),
            (at("two.example", 30002), false),
            (at("127.0.0.1", 30003), true),
            (None, true),
        ];
        assert_eq!(told, expected);
        assert_eq!(view.others[0].follows.as_ref(), Some(&view.own.id));
        assert_eq!(view.others[1].follows, None);
        assert!(view.others[0].slots.is_empty());
    }

    #[test]
    fn what_is_no_cluster_is_refused() {
        let line = NODES.lines().next().unwrap().trim();
        let cases = [
            (String::new(), "unknown self"),
            (NODES.replace("myself,", ""), "unknown self"),
            (NODES.replace("5461-10922", "5460-10922"), "slot 5460 is named twice"),
            (NODES.replace("5461-10922", "5461-99999"), "unknown line"),
            (NODES.replace("07c37", "zzzzz"), "unknown line"),
            (NODES.replace("30004@", "300004@"), "unknown line"),
            (NODES.replace("10.0.0.2", &"h".repeat(300)).replace(",two.example", ""), "unknown line"),
            (NODES.replace(" 1426238317239 4", " x -4"), "unknown line"),
            (NODES.replace("slave e7d", "myself,slave e7d"), "unknown second self"),
            (format!("{NODES}{line}\n"), "a node twice"),
            (format!("{line}\n").repeat(1001), "1001 nodes"),
        ];
        for (text, expected) in cases {
            let Err(EngineError::Refused(told)) = parse(&text, "h") else { panic!("{expected}") };
            assert!(told.contains(expected) && told.len() < 300, "{expected}: {told}");
        }
    }
}
