//! The endpoint as AWS's own client sees it.

mod buckets;
mod lists;
mod objects;
mod uploads;
