//! Scripts that complete commands in a shell, and the candidates they ask for.
