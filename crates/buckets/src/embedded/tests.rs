//! The endpoint as AWS's own client sees it.

mod broken_off;
mod buckets;
mod lists;
mod objects;
mod uploads;
