//! The operator's commands. Each prints its answer as JSON.

use crate::Data;
use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use valkeep_domain::cluster::NodeTls;
use valkeep_server::admin::{AttachCommand, Command, command};

#[derive(Subcommand, Debug)]
pub(crate) enum Key {
    /// Make a key.
    Create {
        /// What the key is for.
        #[arg(long, default_value = "")]
        description: String,
        /// A name for it: `alias/NAME`.
        #[arg(long)]
        alias: Option<String>,
        #[command(flatten)]
        data: Data,
    },
    /// List all keys.
    List {
        #[command(flatten)]
        data: Data,
    },
    /// Show a key, named by id, ARN, alias or alias ARN.
    Describe(KeyName),
    /// Disable a key: snapshots under it can be listed and deleted, and nothing else.
    Disable(KeyName),
    /// Enable a key again.
    Enable(KeyName),
}

#[derive(Args, Debug)]
pub(crate) struct KeyName {
    /// Id, ARN, alias or alias ARN.
    key: String,
    #[command(flatten)]
    data: Data,
}

impl Key {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let (data, asked) = match self {
            Self::Create { description, alias, data } => (data, Command::CreateKey { description, alias }),
            Self::List { data } => (data, Command::ListKeys),
            Self::Describe(KeyName { key, data }) => (data, Command::DescribeKey { key }),
            Self::Disable(KeyName { key, data }) => (data, Command::DisableKey { key }),
            Self::Enable(KeyName { key, data }) => (data, Command::EnableKey { key }),
        };
        print(data, asked).await
    }
}

#[derive(Subcommand, Debug)]
pub(crate) enum Identity {
    /// Make an identity without rights; its secret is shown this once.
    Create(IdentityName),
    /// List all identities.
    List {
        #[command(flatten)]
        data: Data,
    },
    /// Delete an identity; its access key stops working at once.
    Delete(IdentityName),
    /// Give an identity a new access key; the old one stops working at once.
    Rotate(IdentityName),
}

#[derive(Args, Debug)]
pub(crate) struct IdentityName {
    /// Name of the identity.
    name: String,
    #[command(flatten)]
    data: Data,
}

impl Identity {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let (data, asked) = match self {
            Self::Create(IdentityName { name, data }) => (data, Command::CreateIdentity { name }),
            Self::List { data } => (data, Command::ListIdentities),
            Self::Delete(IdentityName { name, data }) => (data, Command::DeleteIdentity { name }),
            Self::Rotate(IdentityName { name, data }) => (data, Command::RotateIdentity { name }),
        };
        print(data, asked).await
    }
}

#[derive(Subcommand, Debug)]
pub(crate) enum Policy {
    /// Put an IAM policy on an identity, or replace it.
    Put {
        identity: String,
        policy: String,
        /// File with the policy document.
        #[arg(long, value_name = "FILE")]
        document: PathBuf,
        #[command(flatten)]
        data: Data,
    },
    /// Show one policy of an identity, or all.
    Get {
        identity: String,
        policy: Option<String>,
        #[command(flatten)]
        data: Data,
    },
    /// Take a policy from an identity.
    Delete {
        identity: String,
        policy: String,
        #[command(flatten)]
        data: Data,
    },
}

impl Policy {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let (data, asked) = match self {
            Self::Put { identity, policy, document, data } => {
                let document = std::fs::read_to_string(&document)
                    .with_context(|| format!("{} cannot be read", document.display()))?;
                (data, Command::PutPolicy { identity, policy, document })
            }
            Self::Get { identity, policy, data } => (data, Command::GetPolicies { identity, policy }),
            Self::Delete { identity, policy, data } => (data, Command::DeletePolicy { identity, policy }),
        };
        print(data, asked).await
    }
}

/// Registers servers that already run. Deleting the group later only forgets them.
#[derive(Args, Debug)]
pub(crate) struct Attach {
    /// Id of the new group.
    #[arg(long)]
    replication_group_id: String,
    /// A server; once for the primary and once for each replica, or one node of a cluster.
    #[arg(long = "node", value_name = "HOST:PORT", required = true)]
    nodes: Vec<String>,
    /// Description of the group.
    #[arg(long, default_value = "attached")]
    description: String,
    /// ACL user; it needs +sync +psync +replconf +info +ping, and +cluster|nodes in a cluster.
    #[arg(long, requires = "password_file")]
    username: Option<String>,
    /// File that holds the password.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Speak TLS to the servers.
    #[arg(long)]
    tls: bool,
    /// PEM file with the authority to trust.
    #[arg(long, value_name = "FILE", requires = "tls")]
    tls_ca: Option<PathBuf>,
    /// Name in the certificate, when it is not the host.
    #[arg(long, value_name = "NAME", requires = "tls")]
    tls_server_name: Option<String>,
    /// Trust any certificate.
    #[arg(long, requires = "tls", conflicts_with = "tls_ca")]
    tls_insecure: bool,
    /// Node type to show for the servers.
    #[arg(long, default_value = "cache.t3.micro")]
    cache_node_type: String,
    #[command(flatten)]
    data: Data,
}

impl Attach {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        if self.tls && self.tls_ca.is_none() && !self.tls_insecure {
            bail!("--tls needs --tls-ca FILE, or --tls-insecure to trust any certificate");
        }
        let read = |path: &PathBuf| {
            std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
        };
        let password = self.password_file.as_ref().map(read).transpose()?;
        let ca_pem = self.tls_ca.as_ref().map(read).transpose()?;
        let nodes = self.nodes.iter().map(|node| host_and_port(node)).collect::<anyhow::Result<_>>()?;
        let asked = Command::Attach(AttachCommand {
            replication_group_id: self.replication_group_id,
            description: self.description,
            nodes,
            username: self.username,
            password: password.map(|text| text.trim_end_matches(['\r', '\n']).to_owned().into()),
            tls: self.tls.then_some(NodeTls { ca_pem, server_name: self.tls_server_name }),
            node_type: self.cache_node_type,
        });
        print(self.data, asked).await
    }
}

fn host_and_port(text: &str) -> anyhow::Result<(String, u16)> {
    let (host, port) = text.rsplit_once(':').with_context(|| format!("{text} is not HOST:PORT"))?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let port = port.parse().with_context(|| format!("{text} is not HOST:PORT"))?;
    Ok((host.to_owned(), port))
}

async fn print(data: Data, asked: Command) -> anyhow::Result<()> {
    let answer = command(&data.directory, &data.load_config()?, asked, |_| ()).await?;
    println!("{}", serde_json::to_string_pretty(&answer)?);
    Ok(())
}
