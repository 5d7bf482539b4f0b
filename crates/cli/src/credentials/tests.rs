//! The chain as a whole, with files in a folder and services on the loopback.
