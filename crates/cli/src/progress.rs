//! `--wait`: a command that ends when its work does, with a bar on a terminal.
