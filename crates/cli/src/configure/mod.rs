//! `configure`, its subcommands, and the writing of both files.
