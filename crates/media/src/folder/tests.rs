use super::*;
use bytes::Bytes;
use futures_util::TryStreamExt;
use purser_kernel::ids::MediaFileId;
use tempfile::TempDir;

fn folder() -> (TempDir, Folder, BlobKey) {
    let directory = tempfile::tempdir().unwrap();
    let folder = Folder::new(directory.path().join("media"));
    (directory, folder, BlobKey::of(OrganizationId::generate(), MediaFileId::generate()))
}

async fn keys(folder: &Folder, organization: OrganizationId) -> Vec<String> {
    let entries: Vec<BlobEntry> = folder.list(organization).await.unwrap().try_collect().await.unwrap();
    entries.iter().map(|entry| entry.key.name().to_owned()).collect()
}

async fn bytes(folder: &Folder, key: &BlobKey, range: Range<u64>) -> Option<Vec<u8>> {
    let stream = folder.read(key, range).await.unwrap()?;
    Some(stream.try_collect::<Vec<Bytes>>().await.unwrap().concat())
}

#[tokio::test]
async fn a_blob_is_there_when_it_is_finished_and_not_before() {
    let (_directory, folder, key) = folder();
    assert_eq!(keys(&folder, key.organization()).await, [""; 0], "nobody has a folder yet");
    let mut writer = folder.create(&key).await.unwrap();
    writer.write(Bytes::from_static(b"hello ")).await.unwrap();
    writer.write(Bytes::from_static(b"world")).await.unwrap();
    assert_eq!(bytes(&folder, &key, 0..11).await, None);
    assert_eq!(keys(&folder, key.organization()).await, [format!("{}.part", key.name())], "a sweep sees it");
    writer.finish().await.unwrap();
    assert_eq!(keys(&folder, key.organization()).await, [key.name()]);
    assert_eq!(bytes(&folder, &key, 0..11).await.unwrap(), b"hello world");
    assert_eq!(bytes(&folder, &key, 4..8).await.unwrap(), b"o wo");
    folder.delete(&key).await.unwrap();
    folder.delete(&key).await.unwrap();
    assert_eq!(bytes(&folder, &key, 0..11).await, None);
}

#[tokio::test]
async fn what_is_given_up_leaves_nothing() {
    let (_directory, folder, key) = folder();
    let mut writer = folder.create(&key).await.unwrap();
    writer.write(Bytes::from_static(b"half")).await.unwrap();
    drop(writer);
    assert_eq!(keys(&folder, key.organization()).await, [""; 0]);
}

/// As a sweep that came before the end of an upload that had stood still.
#[tokio::test]
async fn what_was_swept_away_cannot_be_finished() {
    let (_directory, folder, key) = folder();
    let mut writer = folder.create(&key).await.unwrap();
    writer.write(Bytes::from_static(b"half")).await.unwrap();
    let unfinished = BlobKey::named(key.organization(), &format!("{}.part", key.name())).unwrap();
    folder.delete(&unfinished).await.unwrap();
    assert!(writer.finish().await.unwrap_err().is(CommonProblem::Unavailable));
    assert_eq!(bytes(&folder, &key, 0..4).await, None);
}

#[tokio::test]
async fn an_organization_goes_with_all_it_has_and_no_other() {
    let (_directory, folder, key) = folder();
    let other = BlobKey::of(OrganizationId::generate(), MediaFileId::generate());
    for key in [&key, &other] {
        let mut writer = folder.create(key).await.unwrap();
        writer.write(Bytes::from_static(b"x")).await.unwrap();
        writer.finish().await.unwrap();
    }
    folder.delete_all(key.organization()).await.unwrap();
    folder.delete_all(key.organization()).await.unwrap();
    assert_eq!((bytes(&folder, &key, 0..1).await, bytes(&folder, &other, 0..1).await), (None, Some(b"x".to_vec())));
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_on_the_machine_reads_it() {
    use std::os::unix::fs::PermissionsExt;
    let (directory, folder, key) = folder();
    let mut writer = folder.create(&key).await.unwrap();
    writer.write(Bytes::from_static(b"x")).await.unwrap();
    writer.finish().await.unwrap();
    let mode = |path: PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(directory.path().join("media")), 0o700);
    assert_eq!(mode(folder.path(&key)), 0o600);
}
