//! The directory with the embedded database and, in development, the master key: its owner's alone.
use crate::Failure;
use std::{fs, io, path::Path};

/// Makes the directory if it is missing, for its owner alone. One that is there stays as it is.
pub fn prepare(directory: &Path) -> Result<(), Failure> {
    create(directory).map_err(|error| {
        Failure::new(format!("The data directory {} cannot be made", directory.display()))
            .because(error)
            .advise("Make it for the user that Purser runs as, or name another with PURSER_DATA_DIR.")
    })
}

#[cfg(unix)]
fn create(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

#[cfg(not(unix))]
fn create(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)
}

/// Whether others than the owner of a file or directory may do anything with it. Nobody can tell where there are no modes.
#[cfg(unix)]
pub fn open_to_others(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::metadata(path)?.permissions().mode() & 0o077 != 0)
}

/// Whether others than the owner of a file or directory may do anything with it. Nobody can tell where there are no modes.
#[cfg(not(unix))]
pub fn open_to_others(path: &Path) -> io::Result<bool> {
    fs::metadata(path).map(|_| false)
}
