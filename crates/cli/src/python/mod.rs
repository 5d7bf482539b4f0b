//! Python's ways with values, where users see them: JSON, numbers, and the names of types.
