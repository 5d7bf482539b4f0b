//! Any bytes, in pieces of any size, give the same events as in one piece, or the same refusal at the same place.
//! The first byte chooses the pieces; what follows it is the file.

#![no_main]

use valkeep_rdb::{Event, Walker};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((size, file)) = data.split_first() else { return };
    assert_eq!(walk(file.chunks(usize::from(*size).max(1))), walk([file].into_iter()));
});

/// All that a walk tells, with the place where each event ends.
fn walk<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Vec<(usize, String)> {
    let mut walker = Walker::new();
    let mut told = Vec::new();
    let mut at = 0;
    for mut piece in pieces {
        while !piece.is_empty() {
            let (used, event) = match walker.advance(piece) {
                Ok(step) => step,
                // The refusal names its place itself; what was taken before it depends on the pieces.
                Err(error) => {
                    told.push((0, error.to_string()));
                    return told;
                }
            };
            (at, piece) = (at + used, &piece[used..]);
            if event != Event::More {
                told.push((at, format!("{event:?}")));
            }
            if let Event::End(_) = event {
                return told;
            }
        }
    }
    told
}
