//! `wait`: one operation called again and again until a state is reached.
