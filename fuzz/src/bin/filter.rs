#![no_main]
//! What a filter makes of an intact file is an intact file, with as many keys as it says, whatever the split.

use std::collections::BTreeSet;

use libfuzzer_sys::fuzz_target;
use valkeep_rdb::{Filter, FilterError, Filtered, Glob, Inspector, Selection, Type};

fuzz_target!(|data: &[u8]| {
    let Some(([what, which, split], file)) = data.split_first_chunk() else { return };
    let selection = selection(*what, *which);
    let Ok((out, filtered)) = filter(&selection, file, file.len().max(1)) else { return };
    let mut inspector = Inspector::new();
    assert_eq!(inspector.push(&out), Ok(out.len()));
    assert_eq!(inspector.finish().map(|facts| facts.keys), Ok(filtered.kept_keys));
    assert_eq!(filter(&selection, file, usize::from(*split).max(1)), Ok((out.clone(), filtered)));
    let again = filter(&selection, &out, out.len()).map(|(again, _)| again);
    assert_eq!(again, Ok(out));
});

/// A bit of `what` for each condition, `which` for its value.
fn selection(what: u8, which: u8) -> Selection {
    let has = |bit: u8| what >> bit & 1 == 1;
    Selection {
        slots: has(0).then(|| (0..u16::from(which) * 64).collect()),
        databases: has(1).then(|| BTreeSet::from([u32::from(which)])),
        patterns: has(2).then(|| vec![Glob::new(b"*[a-m]*"), Glob::new(&[b'*', which, b'*'])]),
        types: has(3).then(|| Type::ALL.into_iter().filter(|one| which >> (*one as u8) & 1 == 1).collect()),
        without_auxiliary: has(4),
        without_functions: has(5),
        without_module_data: has(6),
    }
}

fn filter(selection: &Selection, file: &[u8], piece: usize) -> Result<(Vec<u8>, Filtered), FilterError> {
    let mut filter = Filter::new(selection.clone());
    let mut out = Vec::new();
    for piece in file.chunks(piece) {
        filter.push(piece, &mut out)?;
    }
    filter.finish().map(|filtered| (out, filtered))
}
