//! Erasing a blob by its key: the head, which holds the wrapped data key, is overwritten before the file goes. What the disk
//! keeps of the rest cannot be opened any more, not even by who has the master key.
//!
//! This reaches as far as the disk overwrites in place. See `docs/configuration.md` for what does not.

use crate::layout::open_blob;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use valkeep_seal::{Decoded, Header};

/// Enough of a blob to tell how long its head is, in bytes: magic, version and length ("Head" in `docs/blob-format.md`).
const PREFIX_BYTES: u64 = 14;

/// Overwrites the head of a blob with zeros that are on the disk when this returns. What is no blob stays as it is, and
/// a missing file is success.
pub(crate) fn erase_head(path: &Path) -> io::Result<()> {
    let Some(file) = open_blob(path, File::options().read(true).write(true))? else { return Ok(()) };
    let head_bytes = head_bytes(&file)?;
    file.write_all_at(&vec![0; head_bytes], 0)?;
    file.sync_data()
}

/// Length of the head as far as the file holds it; 0 for what is no blob.
fn head_bytes(file: &File) -> io::Result<usize> {
    let len_bytes = file.metadata()?.len();
    let within = |bytes: u64| usize::try_from(bytes.min(len_bytes)).map_err(io::Error::other);
    let mut prefix = vec![0; within(PREFIX_BYTES)?];
    file.read_exact_at(&mut prefix, 0)?;
    match Header::decode(&prefix) {
        Ok(Decoded::NeedMore(bytes) | Decoded::Complete { head_bytes: bytes, .. }) => within(bytes as u64),
        Err(_) => Ok(0),
    }
}
