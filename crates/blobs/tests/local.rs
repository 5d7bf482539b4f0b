//! Blobs in a directory keep the contract of their port, and fail as they should.

use rustix::fs::{CWD, FileType, Mode, mknodat};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::{Arc, Mutex};
use valkeep_blobs::LocalBlobs;
use valkeep_domain::ids::BlobId;
use valkeep_ports::blobs::{BlobError, BlobWriter, Blobs};
use valkeep_ports::conformance;

const ID: BlobId = BlobId([0xab; 16]);

fn committed(directory: &Path) -> std::path::PathBuf {
    directory.join("blobs/ab").join(ID.to_string())
}

fn begun(directory: &Path) -> std::path::PathBuf {
    directory.join("tmp").join(ID.to_string())
}

async fn written(blobs: &LocalBlobs, bytes: &[u8]) -> Box<dyn BlobWriter> {
    let mut writer = blobs.create(ID).await.expect("the store is in order");
    writer.write(bytes.to_vec().into()).await.expect("the store is in order");
    writer
}

#[tokio::test]
async fn blobs_in_a_directory_keep_the_contract() {
    let directories = Mutex::new(Vec::new());
    conformance::blobs(|| {
        let directory = tempfile::tempdir().unwrap();
        let blobs = LocalBlobs::open(directory.path()).unwrap();
        directories.lock().unwrap().push(directory);
        Arc::new(blobs)
    })
    .await;
}

#[tokio::test]
async fn a_committed_blob_lies_on_its_shelf_for_this_user_only() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("new/store");
    let blobs = LocalBlobs::open(&root).unwrap();
    written(&blobs, b"bytes").await.commit().await.unwrap();
    assert_eq!(fs::read(committed(&root)).unwrap(), b"bytes");
    assert!(!begun(&root).exists());
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&committed(&root)), 0o600);
    for path in [root.as_path(), &root.join("tmp"), &root.join("blobs"), &root.join("blobs/ab")] {
        assert_eq!(mode(path), 0o700, "{path:?}");
    }
}

#[tokio::test]
async fn blobs_are_there_after_a_restart_begun_ones_too() {
    let directory = tempfile::tempdir().unwrap();
    let blobs = LocalBlobs::open(directory.path()).unwrap();
    written(&blobs, b"bytes").await.commit().await.unwrap();
    // A process that is killed drops nothing.
    std::mem::forget(blobs.create(BlobId([1; 16])).await.unwrap());
    drop(blobs);
    let blobs = LocalBlobs::open(directory.path()).unwrap();
    assert_eq!(blobs.list().await.unwrap(), [BlobId([1; 16]), ID]);
    assert_eq!(blobs.open(ID).await.unwrap().read_at(0, 5).await.unwrap(), b"bytes");
    blobs.delete(BlobId([1; 16])).await.unwrap();
    assert_eq!(blobs.list().await.unwrap(), [ID]);
}

#[tokio::test]
async fn a_blob_that_is_given_up_takes_no_room() {
    let directory = tempfile::tempdir().unwrap();
    let blobs = LocalBlobs::open(directory.path()).unwrap();
    drop(written(&blobs, b"bytes").await);
    assert_eq!(blobs.list().await.unwrap(), []);
}

#[tokio::test]
async fn foreign_files_are_neither_listed_nor_touched() {
    let directory = tempfile::tempdir().unwrap();
    let blobs = LocalBlobs::open(directory.path()).unwrap();
    let names = ["notes", &ID.to_string().to_uppercase(), &format!("{ID}.bak")];
    names.iter().for_each(|name| fs::write(directory.path().join("tmp").join(name), b"").unwrap());
    assert!(blobs.list().await.unwrap().is_empty());
    assert_eq!(fs::read_dir(directory.path().join("tmp")).unwrap().count(), 3);
}

#[tokio::test]
async fn a_blob_larger_than_the_sync_interval_is_whole() {
    let directory = tempfile::tempdir().unwrap();
    let blobs = LocalBlobs::open(directory.path()).unwrap();
    let mut writer = blobs.create(ID).await.unwrap();
    for n in 0..=64_u8 {
        writer.write(vec![n; 1 << 20].into()).await.unwrap();
    }
    writer.commit().await.unwrap();
    let reader = blobs.open(ID).await.unwrap();
    assert_eq!(reader.len_bytes(), 65 << 20);
    for n in 0..=64_u8 {
        assert_eq!(reader.read_at(u64::from(n) << 20, 1 << 20).await.unwrap(), vec![n; 1 << 20]);
    }
}

#[tokio::test]
async fn a_vanished_directory_fails_every_call_and_commits_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("store");
    let blobs = LocalBlobs::open(&root).unwrap();
    let writer = written(&blobs, b"bytes").await;
    fs::remove_dir_all(&root).unwrap();
    assert!(matches!(writer.commit().await, Err(BlobError::Failed(_))));
    assert!(matches!(blobs.create(ID).await, Err(BlobError::Failed(_))));
    assert!(matches!(blobs.list().await, Err(BlobError::Failed(_))));
    assert!(matches!(blobs.open(ID).await, Err(BlobError::NotFound(ID))));
    LocalBlobs::open(&root).unwrap();
    written(&blobs, b"bytes").await.commit().await.unwrap();
}

#[tokio::test]
async fn a_commit_that_fails_leaves_nothing_to_read_and_can_be_done_anew() {
    let directory = tempfile::tempdir().unwrap();
    let blobs = LocalBlobs::open(directory.path()).unwrap();
    let writer = written(&blobs, b"first").await;
    let shelf = directory.path().join("blobs/ab");
    fs::remove_dir(&shelf).unwrap();
    assert!(matches!(writer.commit().await, Err(BlobError::Failed(_))));
    assert!(matches!(blobs.open(ID).await, Err(BlobError::NotFound(ID))));
    fs::create_dir(&shelf).unwrap();
    written(&blobs, b"second").await.commit().await.unwrap();
    assert_eq!(blobs.open(ID).await.unwrap().read_at(0, 6).await.unwrap(), b"second");
}

#[tokio::test]
async fn a_path_that_is_no_directory_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, b"").unwrap();
    assert!(matches!(LocalBlobs::open(&file), Err(BlobError::Failed(_))));
}

/// Bytes that begin as a blob with a head of that length does.
fn like_a_blob(head_bytes: u32, total: usize) -> Vec<u8> {
    let mut bytes = [&b"valkblob"[..], &[0, 1], &head_bytes.to_be_bytes()].concat();
    bytes.resize(total, b'x');
    bytes
}

#[tokio::test]
async fn a_deleted_blob_loses_its_head_on_the_disk() {
    let directory = tempfile::tempdir().unwrap();
    let blobs = LocalBlobs::open(directory.path()).unwrap();
    let disk = directory.path().join("disk");
    for (bytes, left) in [
        (like_a_blob(300, 1000), [vec![0; 300], vec![b'x'; 700]].concat()),
        // Cut inside the head.
        (like_a_blob(300, 200), vec![0; 200]),
        (b"valk".to_vec(), vec![0; 4]),
        (b"no blob at all".to_vec(), b"no blob at all".to_vec()),
        (Vec::new(), Vec::new()),
    ] {
        written(&blobs, &bytes).await.commit().await.unwrap();
        // Another name stands in for what a disk keeps of a removed file.
        fs::hard_link(committed(directory.path()), &disk).unwrap();
        blobs.delete(ID).await.unwrap();
        assert_eq!(fs::read(&disk).unwrap(), left);
        assert!(matches!(blobs.open(ID).await, Err(BlobError::NotFound(ID))));
        fs::remove_file(&disk).unwrap();
    }
}

/// Neither waited for nor followed.
#[tokio::test]
async fn what_is_no_plain_file_is_no_blob() {
    let (directory, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (blobs, place) = (LocalBlobs::open(directory.path()).unwrap(), committed(directory.path()));
    let target = outside.path().join("target");
    fs::write(&target, like_a_blob(300, 1000)).unwrap();
    mknodat(CWD, &place, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    assert!(matches!(blobs.open(ID).await, Err(BlobError::NotFound(ID))));
    blobs.delete(ID).await.unwrap();
    symlink(&target, &place).unwrap();
    assert!(matches!(blobs.open(ID).await, Err(BlobError::NotFound(ID))));
    blobs.delete(ID).await.unwrap();
    assert!(!place.is_symlink());
    assert_eq!(fs::read(&target).unwrap(), like_a_blob(300, 1000));
    fs::create_dir(&place).unwrap();
    assert!(matches!(blobs.open(ID).await, Err(BlobError::NotFound(ID))));
}
