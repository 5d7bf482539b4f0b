//! Pages of a Describe operation, walked by the client.
