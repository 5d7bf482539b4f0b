//! `valkeep env`: the variables of a shell, or an AWS profile, for the first identity of a directory.

use anyhow::{Context, bail};
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use valkeep_server::directory::{FirstIdentity, endpoint, first_identity};

#[derive(clap::Args, Debug)]
pub(crate) struct Env {
    /// Data directory of the service.
    #[arg(long = "data", value_name = "DIR", env = "VALKEEP_DATA", default_value = "valkeep-data")]
    directory: PathBuf,
    /// Write an AWS profile of this name instead.
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
}

impl Env {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let shown = self.directory.display();
        let identity = first_identity(&self.directory)
            .with_context(|| format!("{shown} is not the data directory of a service (or not yours to read)"))?;
        let Ok(endpoint) = endpoint(&self.directory) else {
            bail!("no service runs on {shown}; start one with `valkeep serve --data {shown}`");
        };
        match self.profile {
            None => print_variables(&endpoint, &identity),
            Some(name) => write_profile(&name, &endpoint, &identity)?,
        }
        Ok(())
    }
}

fn print_variables(endpoint: &str, identity: &FirstIdentity) {
    println!("export AWS_ENDPOINT_URL='{endpoint}'");
    println!("export AWS_ACCESS_KEY_ID='{}'", identity.access_key_id);
    println!("export AWS_SECRET_ACCESS_KEY='{}'", identity.secret_access_key);
    println!("export AWS_REGION='{}'", identity.region);
    println!("export AWS_DEFAULT_REGION='{}'", identity.region);
    println!("unset AWS_SESSION_TOKEN AWS_PROFILE");
}

fn write_profile(name: &str, endpoint: &str, identity: &FirstIdentity) -> anyhow::Result<()> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || !name.chars().all(plain) {
        bail!("a profile name is letters, digits, hyphens, underscores and dots");
    }
    let config = aws_file("AWS_CONFIG_FILE", "config")?;
    let credentials = aws_file("AWS_SHARED_CREDENTIALS_FILE", "credentials")?;
    let in_config = if name == "default" { "[default]".to_owned() } else { format!("[profile {name}]") };
    put_section(&config, &in_config, &[("region", &identity.region), ("endpoint_url", endpoint)])?;
    put_section(
        &credentials,
        &format!("[{name}]"),
        &[("aws_access_key_id", &identity.access_key_id), ("aws_secret_access_key", &identity.secret_access_key)],
    )?;
    println!("Profile {name} is in {} and {}.", config.display(), credentials.display());
    println!("  aws --profile {name} elasticache describe-snapshots");
    Ok(())
}

fn aws_file(variable: &str, name: &str) -> anyhow::Result<PathBuf> {
    if let Some(path) = std::env::var_os(variable) {
        return Ok(path.into());
    }
    let home = std::env::var_os("HOME").with_context(|| format!("neither {variable} nor HOME is set"))?;
    Ok(Path::new(&home).join(".aws").join(name))
}

/// Replaces the section of that head, or appends it; everything else in the file stays as it is.
fn put_section(path: &Path, head: &str, pairs: &[(&str, &str)]) -> anyhow::Result<()> {
    let old = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
    };
    let text = with_section(&old, head, pairs);
    let write = || -> std::io::Result<()> {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        let begun = path.with_extension("valkeep-new");
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&begun)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&begun, path)
    };
    write().with_context(|| format!("{} cannot be written", path.display()))
}

fn with_section(old: &str, head: &str, pairs: &[(&str, &str)]) -> String {
    let mut kept = String::new();
    let mut inside = false;
    for line in old.lines() {
        if line.trim_start().starts_with('[') {
            inside = line.trim() == head;
        }
        if !inside {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    if !kept.is_empty() && !kept.ends_with("\n\n") {
        kept.push('\n');
    }
    kept.push_str(head);
    kept.push('\n');
    for (name, value) in pairs {
        kept.push_str(&format!("{name} = {value}\n"));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::with_section;

    #[test]
    fn a_section_is_replaced_and_the_rest_is_kept() {
        let old = "# mine\n[default]\nregion = eu-west-1\n\n[valkeep]\nold = 1\n\n[other]\nx = 2\n";
        let new = with_section(old, "[valkeep]", &[("a", "b")]);
        assert_eq!(new, "# mine\n[default]\nregion = eu-west-1\n\n[other]\nx = 2\n\n[valkeep]\na = b\n");
        assert_eq!(with_section("", "[valkeep]", &[("a", "b")]), "[valkeep]\na = b\n");
    }
}
