//! The operator's commands: keys, identities, policies, attached groups, and what is stored.
//!
//! A command runs inside the service of the directory when one runs, over a socket in it that only its owner can open;
//! otherwise it opens the directory itself. Either way the same conversation is held: one line with the command, then a
//! line a second that says how far it is, and the answer as the last line.

mod attach;
mod conversation;
mod stored;

pub use attach::AttachCommand;
pub use conversation::Progress;
pub use stored::verify_file;

use crate::config::Config;
use crate::directory::{Directory, DirectoryError, control_socket};
use crate::wiring::{self, FIRST_IDENTITY, OpenError, Parts, first_identity_of};
use conversation::{ask, converse};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;
use valkeep_control::identities::NewAccessKey;
use valkeep_control::{Control, error_chain};
use valkeep_keys::{KeyDescription, Keyring};

/// What an operator can ask for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    CreateKey {
        description: String,
        alias: Option<String>,
    },
    ListKeys,
    DescribeKey {
        key: String,
    },
    DisableKey {
        key: String,
    },
    EnableKey {
        key: String,
    },
    CreateIdentity {
        name: String,
    },
    ListIdentities,
    DeleteIdentity {
        name: String,
    },
    RotateIdentity {
        name: String,
    },
    PutPolicy {
        identity: String,
        policy: String,
        document: String,
    },
    GetPolicies {
        identity: String,
        policy: Option<String>,
    },
    DeletePolicy {
        identity: String,
        policy: String,
    },
    Attach(AttachCommand),
    /// What is known of a snapshot without reading its data.
    Inspect {
        snapshot: String,
    },
    /// One snapshot, or all.
    Verify {
        snapshot: Option<String>,
    },
    /// A sealed blob in a file.
    VerifyBlob {
        file: PathBuf,
    },
    Scrub {
        now: bool,
    },
    Repair {
        apply: bool,
    },
}

impl Command {
    /// Whether it reads stored bytes: it takes as long as there are bytes.
    const fn is_long(&self) -> bool {
        matches!(self, Self::Verify { .. } | Self::VerifyBlob { .. } | Self::Scrub { .. } | Self::Repair { .. })
    }
}

/// Why a command is not done.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The words of the service.
    #[error("{0}")]
    Refused(String),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("the running service cannot be asked")]
    Connection(#[from] io::Error),
}

/// Longest that a command waits while a service holds the directory and takes no commands, since it starts or stops. Our choice.
const TURN: Duration = Duration::from_secs(2);

/// How often it is looked at meanwhile. Our choice.
const TURN_STEP: Duration = Duration::from_millis(20);

/// Runs a command on the directory, through its service if one runs. `told` hears how far it is.
///
/// # Errors
/// `Refused` with the service's words; `Open` and `Connection` when nobody could be asked.
pub async fn command(
    directory: &Path,
    config: &Config,
    command: Command,
    told: impl FnMut(Progress),
) -> Result<Value, CommandError> {
    match reach(directory).await? {
        Reached::Directory(held) => {
            // Only repair may find the catalog gone: it makes a new one.
            let makes_anew = matches!(command, Command::Repair { apply: true });
            let parts =
                if makes_anew { wiring::open_lost(held, config).await? } else { wiring::open(held, config).await? };
            let (ours, theirs) = tokio::io::duplex(1 << 16);
            let (_stop, stopped) = watch::channel(false);
            let talk = converse(theirs, Operator::of(&parts), stopped);
            let (answer, ()) = tokio::join!(ask(ours, &command, told), talk);
            parts.catalog.close().await;
            answer
        }
        Reached::Service(stream) => ask(stream, &command, told).await,
    }
}

/// Who can answer a command.
enum Reached {
    /// No service runs; the directory is ours now.
    Directory(Directory),
    Service(UnixStream),
}

/// A service that starts or stops holds its directory and takes no commands for a moment, which is waited out.
async fn reach(directory: &Path) -> Result<Reached, CommandError> {
    let until = Instant::now() + TURN;
    loop {
        let path = match Directory::hold(directory) {
            Ok(held) => return Ok(Reached::Directory(held)),
            Err(DirectoryError::InUse(path)) => path,
            Err(error) => return Err(OpenError::from(error).into()),
        };
        match UnixStream::connect(control_socket(&path)).await {
            Ok(stream) => return Ok(Reached::Service(stream)),
            Err(error) if Instant::now() >= until => return Err(error.into()),
            Err(_) => tokio::time::sleep(TURN_STEP).await,
        }
    }
}

/// Takes commands on the socket of the directory until `stop` changes.
pub(crate) fn listen(parts: &Parts, mut stop: watch::Receiver<bool>) -> io::Result<JoinHandle<()>> {
    let path = control_socket(parts.directory.path());
    // The lock of the directory is ours, so a socket that is there belongs to nobody.
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    let operator = Operator::of(parts);
    Ok(tokio::spawn(async move {
        let mut conversations = JoinSet::new();
        loop {
            tokio::select! {
                _ = stop.changed() => break,
                Ok((stream, _)) = listener.accept() => {
                    conversations.spawn(converse(stream, operator.clone(), stop.clone()));
                }
                Some(_) = conversations.join_next() => {}
            }
        }
        while conversations.join_next().await.is_some() {}
    }))
}

/// What the commands work on.
#[derive(Clone, Debug)]
struct Operator {
    directory: Arc<Directory>,
    control: Arc<Control>,
    keyring: Arc<Keyring>,
}

impl Operator {
    fn of(parts: &Parts) -> Self {
        let Parts { directory, control, keyring, .. } = parts;
        Self { directory: directory.clone(), control: control.clone(), keyring: keyring.clone() }
    }

    /// Does what the operator asks for; the error is for the operator.
    async fn run(&self, command: Command, progress: &watch::Sender<Progress>) -> Result<Value, String> {
        tracing::info!(?command, "operator");
        use Command as C;
        let (control, keyring) = (self.control.as_ref(), self.keyring.as_ref());
        match command {
            C::CreateKey { description, alias } => {
                keyring.create(&description, alias.as_deref()).await.map(|key| shown_key(&key)).map_err(chained)
            }
            C::ListKeys => {
                let keys = keyring.list().await.map_err(chained)?;
                Ok(json!({ "Keys": keys.iter().map(shown_key).collect::<Vec<_>>() }))
            }
            C::DescribeKey { key } => keyring.describe(&key).await.map(|key| shown_key(&key)).map_err(chained),
            C::DisableKey { key } => set_enabled(keyring, &key, false).await,
            C::EnableKey { key } => set_enabled(keyring, &key, true).await,
            C::CreateIdentity { name } => control.create_identity(&name).await.map(shown_access_key).map_err(chained),
            C::RotateIdentity { name } => self.rotate(&name).await,
            C::DeleteIdentity { name } => self.delete(&name).await,
            C::ListIdentities => {
                let identities = control.list_identities().await.map_err(chained)?;
                let shown = identities.iter().map(|identity| {
                    json!({
                        "Name": identity.name,
                        "UserId": identity.user_id,
                        "AccessKeyId": identity.access_key_id,
                        "Policies": identity.policies.keys().collect::<Vec<_>>(),
                    })
                });
                Ok(json!({ "Identities": shown.collect::<Vec<_>>() }))
            }
            C::PutPolicy { identity, policy, document } => {
                control.put_policy(&identity, &policy, &document).await.map_err(chained)?;
                Ok(json!({ "Identity": identity, "Policy": policy }))
            }
            C::DeletePolicy { identity, policy } => {
                control.delete_policy(&identity, &policy).await.map_err(chained)?;
                Ok(json!({ "Deleted": policy }))
            }
            C::GetPolicies { identity, policy } => policies(control, &identity, policy).await,
            C::Attach(request) => attach::run(control, request).await,
            C::Inspect { snapshot } => stored::inspect(control, &snapshot).await,
            C::Verify { snapshot } => stored::verify(control, snapshot, progress).await,
            C::VerifyBlob { file } => stored::verify_blob(control, &file, progress).await,
            C::Scrub { now } => stored::scrub(control, now, progress).await,
            C::Repair { apply } => stored::repair(control, keyring, apply, progress).await,
        }
    }

    /// The file of the first identity follows its access key. The new secret is shown even if the file cannot be written.
    async fn rotate(&self, name: &str) -> Result<Value, String> {
        let key = self.control.rotate_identity(name).await.map_err(chained)?;
        if name == FIRST_IDENTITY {
            self.directory.renew_first_identity(&first_identity_of(self.control.place(), &key)).unwrap_or_else(untold);
        }
        Ok(shown_access_key(key))
    }

    async fn delete(&self, name: &str) -> Result<Value, String> {
        self.control.delete_identity(name).await.map_err(chained)?;
        if name == FIRST_IDENTITY {
            self.directory.remove_first_identity().unwrap_or_else(untold);
        }
        Ok(json!({ "Deleted": name }))
    }
}

/// The command is done; only its trace in the directory is not.
fn untold(error: DirectoryError) {
    tracing::error!(error = &error as &dyn std::error::Error, "the file of the first identity is out of date");
}

async fn set_enabled(keyring: &Keyring, key: &str, enabled: bool) -> Result<Value, String> {
    keyring.set_enabled(key, enabled).await.map_err(chained)?;
    keyring.describe(key).await.map(|key| shown_key(&key)).map_err(chained)
}

async fn policies(control: &Control, name: &str, policy: Option<String>) -> Result<Value, String> {
    let identity = control.identity(name).await.map_err(chained)?;
    let document = |text: &String| serde_json::from_str::<Value>(text).unwrap_or(Value::Null);
    match policy {
        None => {
            let all: serde_json::Map<_, _> =
                identity.policies.iter().map(|(name, text)| (name.clone(), document(text))).collect();
            Ok(Value::Object(all))
        }
        Some(policy) => match identity.policies.get(&policy) {
            Some(text) => Ok(document(text)),
            None => Err(format!("policy {policy} of identity {name} does not exist")),
        },
    }
}

fn shown_key(key: &KeyDescription) -> Value {
    json!({
        "KeyId": key.id,
        "Arn": key.arn,
        "Description": key.description,
        "CreationDate": chrono::DateTime::from_timestamp_millis(key.created_at.ms()).map(|at| at.to_rfc3339()),
        "Enabled": key.enabled,
        "Aliases": key.aliases,
    })
}

/// The only place that shows a secret.
fn shown_access_key(key: NewAccessKey) -> Value {
    json!({
        "Name": key.identity,
        "AccessKeyId": key.access_key_id,
        "SecretAccessKey": key.secret.expose(),
    })
}

/// The operator may see all causes.
fn chained(error: impl std::error::Error) -> String {
    error_chain(&error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::first_identity;

    #[tokio::test]
    async fn the_file_of_the_first_identity_follows_its_access_key() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        let parts = wiring::open(Directory::make(path).unwrap(), &Config::default()).await.unwrap();
        parts.catalog.close().await;
        drop(parts);
        let ask = |asked: Command| async move { command(path, &Config::default(), asked, |_| ()).await.unwrap() };
        let rotate = || ask(Command::RotateIdentity { name: FIRST_IDENTITY.to_owned() });
        let shown = rotate().await;
        let written = first_identity(path).unwrap();
        assert_eq!(shown["AccessKeyId"], written.access_key_id);
        assert_eq!(shown["SecretAccessKey"], written.secret_access_key);
        // Another identity is no business of the file.
        ask(Command::CreateIdentity { name: "other".to_owned() }).await;
        ask(Command::RotateIdentity { name: "other".to_owned() }).await;
        assert_eq!(first_identity(path).unwrap().access_key_id, written.access_key_id);
        // A file that the operator took away stays away.
        let file = path.join("credentials.json");
        std::fs::rename(&file, path.join("elsewhere")).unwrap();
        rotate().await;
        assert!(!file.exists());
        std::fs::rename(path.join("elsewhere"), &file).unwrap();
        ask(Command::DeleteIdentity { name: FIRST_IDENTITY.to_owned() }).await;
        assert!(!file.exists());
    }

    #[tokio::test]
    async fn a_running_service_and_its_directory_answer_alike() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        let ask = |asked: Command| async move { command(path, &Config::default(), asked, |_| ()).await };
        let parts = wiring::open(Directory::make(path).unwrap(), &Config::default()).await.unwrap();
        let (stop, stopped) = watch::channel(false);
        let listening = listen(&parts, stopped).unwrap();
        let commands = || {
            [
                Command::Verify { snapshot: None },
                Command::Scrub { now: true },
                Command::Scrub { now: false },
                Command::Repair { apply: true },
                Command::ListKeys,
            ]
        };
        let mut answers = Vec::new();
        for asked in commands() {
            answers.push(ask(asked).await.unwrap());
        }
        let refused = ask(Command::Verify { snapshot: Some("none".to_owned()) }).await;
        assert!(matches!(refused, Err(CommandError::Refused(text)) if text == "Snapshot not found: none"));
        stop.send_replace(true);
        listening.await.unwrap();
        parts.catalog.close().await;
        drop(parts);
        for (asked, answer) in commands().into_iter().zip(answers) {
            assert_eq!(ask(asked).await.unwrap(), answer);
        }
    }
}
