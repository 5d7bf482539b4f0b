//! `--cli-auto-prompt`: a prompt that completes the command.
