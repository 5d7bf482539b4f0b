//! The way to a node: TCP, TLS where it is wanted, and the login.

use crate::CaptureLimits;
use crate::command::Command;
use crate::link::{Answer, Link, refusal, within};
use crate::tls;
use std::io;
use std::net::{IpAddr, Ipv6Addr};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use valkeep_ports::engines::{EngineError, NodeAccess};

/// A connection, whatever protects it.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A connection to a node that knows who we are.
pub(crate) type NodeLink = Link<Box<dyn Stream>>;

/// # Errors
/// `Unreachable`, `TimedOut`; `NotReady` and `Refused` by the answer to the login.
pub(crate) async fn open(node: &NodeAccess, limits: &CaptureLimits) -> Result<NodeLink, EngineError> {
    let stream = within("connecting", limits.connect_s, connect(node)).await?;
    let mut link = Link::new(stream, limits.idle_s);
    if let Some(password) = &node.password {
        log_in(&mut link, node.username.as_deref(), password).await?;
    }
    Ok(link)
}

async fn connect(node: &NodeAccess) -> Result<Box<dyn Stream>, EngineError> {
    let found = lookup_host((node.host.as_str(), node.port)).await.map_err(EngineError::Unreachable)?;
    let addresses: Vec<_> = found.filter(|address| !is_of_metadata(address.ip())).collect();
    if addresses.is_empty() {
        return Err(EngineError::Refused(format!("{} has no address but link-local ones", node.host)));
    }
    let socket = TcpStream::connect(addresses.as_slice()).await.map_err(EngineError::Unreachable)?;
    socket.set_nodelay(true).map_err(EngineError::Unreachable)?;
    let Some(tls) = &node.tls else { return Ok(Box::new(socket)) };
    let name = tls::server_name(tls, &node.host)?;
    match tls::connector(tls)?.connect(name, socket).await {
        Ok(stream) => Ok(Box::new(stream)),
        Err(error) => Err(handshake_failure(error)),
    }
}

/// Amazon's metadata service over IPv6, which is not link-local. Source: the EC2 user guide.
const METADATA_OVER_IPV6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// The network of a machine's own metadata service, which is nobody's node.
fn is_of_metadata(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local() || address == METADATA_OVER_IPV6,
    }
}

/// A refusal when TLS itself failed, as with a certificate of somebody else.
fn handshake_failure(error: io::Error) -> EngineError {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(reason) => EngineError::Refused(format!("TLS: {reason}")),
        None => EngineError::Unreachable(error),
    }
}

async fn log_in(link: &mut NodeLink, username: Option<&str>, password: &str) -> Result<(), EngineError> {
    match link.ask(Command::Auth { username, password }).await? {
        Answer::Status(_) => Ok(()),
        Answer::Error(text) => Err(login_refusal(text)),
        Answer::Bulk(_) => Err(EngineError::Refused("not an answer to AUTH".to_owned())),
    }
}

/// An error after AUTH is one of the login, unless it passes: servers name the reason in different ways.
fn login_refusal(text: String) -> EngineError {
    let refused = refusal("AUTH", text);
    if let EngineError::Refused(text) = refused { EngineError::LoginRefused(text) } else { refused }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_addresses_are_no_nodes() {
        let cases = [
            ("169.254.169.254", true),
            ("::ffff:169.254.169.254", true),
            ("fe80::1", true),
            ("fd00:ec2::254", true),
            ("fd00:ec2::1", false),
            ("127.0.0.1", false),
            ("10.0.0.1", false),
            ("::1", false),
        ];
        for (address, refused) in cases {
            assert_eq!(is_of_metadata(address.parse().unwrap()), refused, "{address}");
        }
    }

    #[tokio::test]
    async fn a_port_where_nobody_listens_is_unreachable() {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let node = NodeAccess {
            host: "127.0.0.1".to_owned(),
            port,
            username: None,
            password: None,
            tls: None,
            spawned_as: None,
        };
        let opened = open(&node, &CaptureLimits::default()).await;
        assert!(matches!(opened, Err(EngineError::Unreachable(_))));
    }
}
