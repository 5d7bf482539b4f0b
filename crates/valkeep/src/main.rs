//! The one binary: subcommands, and nothing of how they work.

mod commands;
mod env;
mod inspect;
mod serve;
mod stored;

use clap::{CommandFactory, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Snapshots for Valkey and Redis OSS behind Amazon ElastiCache's own API.
#[derive(Parser, Debug)]
#[command(name = "valkeep", after_help = CLIENT, disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const CLIENT: &str = "\
As a client, with the arguments of the AWS CLI v2:
  elasticache  Call ElastiCache: this service, or Amazon's
  configure    Read and write the AWS configuration
  sts          Ask who you are: sts get-caller-identity
  completion   Print a script that completes commands: bash, zsh, fish or powershell

`valkeep help` tells of the client, `valkeep elasticache help` of its operations.";

#[derive(Subcommand, Debug)]
enum Command {
    /// Run the service.
    Serve(serve::Serve),
    /// Print the environment of a shell that talks to the service.
    Env(env::Env),
    /// Manage the embedded keys.
    #[command(subcommand)]
    Key(commands::Key),
    /// Manage who may call.
    #[command(subcommand)]
    Identity(commands::Identity),
    /// Manage what an identity may do.
    #[command(subcommand)]
    Policy(commands::Policy),
    /// Register servers that already run as a replication group.
    Attach(commands::Attach),
    Inspect(inspect::Inspect),
    Verify(stored::Verify),
    Scrub(stored::Scrub),
    Repair(stored::Repair),
    /// Print the places where a test can end the process.
    #[cfg(feature = "crash-points")]
    #[command(hide = true)]
    CrashPoints,
}

/// Where the service keeps everything.
#[derive(clap::Args, Debug)]
struct Data {
    /// Data directory of the service.
    #[arg(long = "data", value_name = "DIR", env = "VALKEEP_DATA", default_value = "valkeep-data")]
    directory: PathBuf,
    /// Configuration file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Data {
    fn load_config(&self) -> anyhow::Result<valkeep_server::config::Config> {
        Ok(valkeep_server::config::Config::load(self.config.as_deref(), unicode_variables())?)
    }
}

/// Variables that are no text cannot be ours.
fn unicode_variables() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

fn main() -> ExitCode {
    let surroundings = valkeep_cli::Surroundings::of_this_process();
    if surroundings.program != "aws" && is_for_the_service(&surroundings.arguments) {
        return serve_or_manage();
    }
    ExitCode::from(valkeep_cli::run(surroundings))
}

/// Whether the words name one of our own commands. All others are the client's, and under the name `aws` all are.
fn is_for_the_service(words: &[String]) -> bool {
    match words {
        [only] if only == "--help" || only == "-h" => true,
        [first, ..] => Arguments::command().get_subcommands().any(|command| command.get_name() == first),
        [] => false,
    }
}

/// Longest that work on the disk that nobody waits for may keep the process. Our choice.
const LINGER: Duration = Duration::from_secs(5);

fn serve_or_manage() -> ExitCode {
    let command = Arguments::parse().command;
    if matches!(command, Command::Serve(_)) {
        serve::settle_allocator();
    }
    let done = tokio::runtime::Runtime::new().map_err(anyhow::Error::from).and_then(|runtime| {
        let done = runtime.block_on(command.run());
        // Everything that is promised is written by now. A disk that never answers must not keep the process.
        runtime.shutdown_timeout(LINGER);
        done
    });
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("valkeep: {error:#}");
            ExitCode::FAILURE
        }
    }
}

impl Command {
    async fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Serve(serve) => serve.run().await,
            Self::Env(env) => env.run(),
            Self::Key(key) => key.run().await,
            Self::Identity(identity) => identity.run().await,
            Self::Policy(policy) => policy.run().await,
            Self::Attach(attach) => attach.run().await,
            Self::Inspect(inspect) => return Ok(inspect.run().await),
            Self::Verify(verify) => return Ok(verify.run().await),
            Self::Scrub(scrub) => return Ok(scrub.run().await),
            Self::Repair(repair) => return Ok(repair.run().await),
            #[cfg(feature = "crash-points")]
            Self::CrashPoints => {
                valkeep_server::crash_points().for_each(|name| println!("{name}"));
                Ok(())
            }
        }?;
        Ok(ExitCode::SUCCESS)
    }
}
