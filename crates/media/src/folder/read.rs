//! A file, piece by piece.
use super::failed;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use purser_kernel::ports::BlobBytes;
use std::{
    io::{self, SeekFrom},
    ops::Range,
    path::PathBuf,
};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt},
};

/// Bytes that are read at a time.
const CHUNK: u64 = 64 * 1024;

pub(super) async fn open(path: PathBuf, range: Range<u64>) -> io::Result<BlobBytes> {
    let mut file = File::open(path).await?;
    if range.start > 0 {
        file.seek(SeekFrom::Start(range.start)).await?;
    }
    let left = range.end.saturating_sub(range.start);
    let chunks = stream::try_unfold((file, left), |(mut file, left)| async move {
        let mut chunk = vec![0; usize::try_from(left.min(CHUNK)).unwrap_or_default()];
        let read = file.read(&mut chunk).await?;
        chunk.truncate(read);
        let left = left.saturating_sub(u64::try_from(read).unwrap_or(u64::MAX));
        Ok((read > 0).then(|| (Bytes::from(chunk), (file, left))))
    });
    Ok(chunks.map(|chunk| chunk.map_err(failed)).boxed())
}
