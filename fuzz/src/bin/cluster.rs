#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| valkeep_engines::fuzzing::cluster_from(data));
