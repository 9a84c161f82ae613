//! A file that is there as a whole or not at all.
//!
//! It is written under another name, brought to the disk, and renamed: after a crash there is either the whole file under its name
//! or a part under the other one.
use super::{UNFINISHED, failed};
use async_trait::async_trait;
use bytes::Bytes;
use purser_kernel::{Problem, ports::BlobWriter};
use std::{
    fs::{DirBuilder, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};
use tempfile::TempPath;
use tokio::{fs, io::AsyncWriteExt, task};

pub(super) struct Writer {
    file: fs::File,
    /// Gone when it is dropped, unless the file was finished.
    unfinished: TempPath,
    root: PathBuf,
    path: PathBuf,
}

/// Begins the file at `path`, in a directory below `root`.
pub(super) async fn begin(root: &Path, path: PathBuf) -> Result<Writer, Problem> {
    let root = root.to_owned();
    blocking(move || {
        make(path.parent().unwrap_or(&root))?;
        let unfinished = with_ending(&path);
        let file = options().open(&unfinished)?;
        Ok(Writer { file: fs::File::from_std(file), unfinished: TempPath::try_from_path(unfinished)?, root, path })
    })
    .await
}

#[async_trait]
impl BlobWriter for Writer {
    async fn write(&mut self, bytes: Bytes) -> Result<(), Problem> {
        self.file.write_all(&bytes).await.map_err(failed)
    }

    async fn finish(self: Box<Self>) -> Result<(), Problem> {
        let Self { mut file, unfinished, root, path } = *self;
        file.flush().await.map_err(failed)?;
        let file = file.into_std().await;
        blocking(move || {
            file.sync_all()?;
            unfinished.persist(&path)?;
            // The names are on the disk when their directories are; the directory may be as new as the file.
            path.parent().map_or(Ok(()), sync)?;
            sync(&root)
        })
        .await
    }
}

fn with_ending(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(UNFINISHED);
    PathBuf::from(name)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, Problem> {
    task::spawn_blocking(work).await.map_err(Problem::internal)?.map_err(failed)
}

#[cfg(unix)]
fn make(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

#[cfg(not(unix))]
fn make(directory: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(directory)
}

#[cfg(unix)]
fn options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = File::options();
    options.write(true).create_new(true).mode(0o600);
    options
}

#[cfg(not(unix))]
fn options() -> OpenOptions {
    let mut options = File::options();
    options.write(true).create_new(true);
    options
}

#[cfg(unix)]
fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Elsewhere a directory cannot be opened as a file; renaming is as lasting as the system makes it.
#[cfg(not(unix))]
fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}
