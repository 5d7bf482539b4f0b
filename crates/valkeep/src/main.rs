//! The one binary: subcommands, and nothing of how they work.

mod commands;
mod env;
mod serve;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Snapshots for Valkey and Redis OSS behind Amazon ElastiCache's own API.
#[derive(Parser, Debug)]
#[command(name = "valkeep", version, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

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

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Serve(serve) => serve.run().await,
        Command::Env(env) => env.run(),
        Command::Key(key) => key.run().await,
        Command::Identity(identity) => identity.run().await,
        Command::Policy(policy) => policy.run().await,
        Command::Attach(attach) => attach.run().await,
        #[cfg(feature = "crash-points")]
        Command::CrashPoints => {
            valkeep_server::crash_points().for_each(|name| println!("{name}"));
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("valkeep: {error:#}");
            ExitCode::FAILURE
        }
    }
}
