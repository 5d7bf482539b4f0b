//! Help pages in our own words.
