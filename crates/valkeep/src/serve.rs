//! `valkeep serve`.

use crate::Data;
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use tracing_subscriber::EnvFilter;
use valkeep_server::serve::{Running, serve};

#[derive(clap::Args, Debug)]
pub(crate) struct Serve {
    #[command(flatten)]
    data: Data,
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// Form of the log on standard error.
    #[arg(long, value_enum, default_value = "text")]
    log_format: LogFormat,
    /// PEM file with the certificate chain; the service then speaks TLS.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// PEM file with the private key.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Allow plain HTTP on an address that other machines can reach.
    #[arg(long)]
    allow_plaintext_remote: bool,
}

/// Blocks from this size on are the system's again as soon as they are freed. Unit: bytes. Our choice.
const MMAP_THRESHOLD_BYTES: &str = "262144";

/// The variable by which glibc is told so; it is read once, before `main`.
const MMAP_THRESHOLD: &str = "MALLOC_MMAP_THRESHOLD_";

/// Begins the program anew with an allocator that gives large buffers back. Otherwise glibc keeps those of ended jobs, thread by
/// thread (measured, glibc 2.36: 100 MiB after an export, 44 MiB with this). What the operator has set stays; where the
/// program cannot be begun anew, it goes on as it is.
pub(crate) fn settle_allocator() {
    if std::env::var_os(MMAP_THRESHOLD).is_some() {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    let mut words = std::env::args_os();
    let mut anew = std::process::Command::new(program);
    if let Some(name) = words.next() {
        anew.arg0(name);
    }
    let refused = anew.args(words).env(MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES).exec();
    eprintln!("valkeep: memory of ended jobs may be kept: {refused}");
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

impl Serve {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        start_log(self.log_format);
        let mut config = self.data.load_config()?;
        config.listen = self.listen.unwrap_or(config.listen);
        config.tls.cert = self.tls_cert.or(config.tls.cert);
        config.tls.key = self.tls_key.or(config.tls.key);
        config.allow_plaintext_remote |= self.allow_plaintext_remote;
        let directory = &self.data.directory;
        serve(directory, &config, |running| print_welcome(running, &directory.display().to_string())).await?;
        Ok(())
    }
}

/// Requests that the S3 library refuses are in our own line of the request; its own errors would be for strangers to cause.
const LOGGED: &str = "info,s3s=off";

fn start_log(format: LogFormat) {
    let filter = EnvFilter::try_from_env("VALKEEP_LOG").unwrap_or_else(|_| EnvFilter::new(LOGGED));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
}

fn print_welcome(running: &Running, directory: &str) {
    let Running { endpoint, account_id, region, access_key_id } = running;
    println!("valkeep is ready.");
    println!("  endpoint    {endpoint}");
    println!("  account     {account_id}");
    println!("  region      {region}");
    // Without its file, `valkeep env` does not know the first identity either.
    if let Some(access_key_id) = access_key_id {
        println!("  access key  {access_key_id}");
        println!("To use it from a shell:");
        println!("  eval \"$(valkeep env --data {directory})\"");
        println!("  aws elasticache describe-snapshots");
    }
}
