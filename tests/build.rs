//! Gives the tests a name for the schema as it was compiled: a template database is kept under it.
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::{fs, io};

fn main() -> io::Result<()> {
    let sources = Path::new("../migration/src");
    let mut hasher = DefaultHasher::new();
    hash(sources, &mut hasher)?;
    println!("cargo::rerun-if-changed={}", sources.display());
    println!("cargo::rustc-env=PURSER_SCHEMA_HASH={:016x}", hasher.finish());
    Ok(())
}

fn hash(folder: &Path, hasher: &mut DefaultHasher) -> io::Result<()> {
    let mut paths: Vec<_> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            hash(&path, hasher)?;
        } else {
            path.hash(hasher);
            fs::read(&path)?.hash(hasher);
        }
    }
    Ok(())
}
