//! Where the master key comes from.
use crate::{Config, Failure, data_dir};
use base64::{Engine, engine::general_purpose::STANDARD};
use purser_kernel::{ExposeSecret, random};
use purser_store::MasterKey;
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// How a key is made. The command's output is what `PURSER_MASTER_KEY` takes.
const MAKE_ONE: &str = "Make a key with `openssl rand -base64 32`, keep it where backups of the database are not, and give it \
                        to every process as PURSER_MASTER_KEY or, in a file, as PURSER_MASTER_KEY_FILE.";

/// The file that development keeps its key in.
pub fn file(config: &Config) -> PathBuf {
    config.data_dir.join("master.key")
}

/// The key of the configuration, with the one that it takes the place of; in development without one, the key in the data
/// directory, if there is one yet.
pub fn find(config: &Config) -> Result<Option<MasterKey>, Failure> {
    own(config)?.map(|key| in_place(key, config)).transpose()
}

fn own(config: &Config) -> Result<Option<MasterKey>, Failure> {
    if let Some(key) = &config.master_key {
        return parse(key.expose_secret())
            .map(Some)
            .ok_or_else(|| Failure::new("PURSER_MASTER_KEY is not a key of 32 bytes in base64").advise(MAKE_ONE));
    }
    if config.is_production() {
        return Err(Failure::new("Production needs a master key, and PURSER_MASTER_KEY is not set").advise(MAKE_ONE));
    }
    read(&file(config))
}

/// As [`find`], and development makes a key on its first start. Two first starts at once agree on one.
pub fn load(config: &Config) -> Result<MasterKey, Failure> {
    if let Some(key) = find(config)? {
        return Ok(key);
    }
    data_dir::prepare(&config.data_dir)?;
    let path = file(config);
    match create(&config.data_dir, &path) {
        Ok(()) => tracing::info!(path = %path.display(), "made a master key for development"),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => {
            return Err(Failure::new(format!("The master key {} cannot be written", path.display())).because(error));
        }
    }
    let key = read(&path)?.ok_or_else(|| Failure::new(format!("The master key {} vanished", path.display())))?;
    in_place(key, config)
}

/// The key with the one before it, as long as a rotation goes on.
fn in_place(key: MasterKey, config: &Config) -> Result<MasterKey, Failure> {
    let Some(previous) = &config.master_key_previous else {
        return Ok(key);
    };
    let previous = parse(previous.expose_secret());
    let unusable = || Failure::new("PURSER_MASTER_KEY_PREVIOUS is not a key of 32 bytes in base64");
    Ok(key.in_place_of(&previous.ok_or_else(unusable)?))
}

fn parse(text: &str) -> Option<MasterKey> {
    let bytes = STANDARD.decode(text.trim()).ok()?;
    bytes.try_into().ok().map(MasterKey::new)
}

fn read(path: &Path) -> Result<Option<MasterKey>, Failure> {
    let unreadable = || Failure::new(format!("The master key {} cannot be read", path.display()));
    match fs::read_to_string(path) {
        Ok(text) => parse(&text).map(Some).ok_or_else(|| {
            let advice =
                "Without it nothing that was sealed opens: bring it back from a backup, or delete the data directory.";
            unreadable().because("it is not 32 bytes in base64").advise(advice)
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable().because(error)),
    }
}

/// `AlreadyExists` when somebody was faster: the file appears whole and once, or not at all.
fn create(directory: &Path, path: &Path) -> io::Result<()> {
    let key = random::bytes::<32>().map_err(io::Error::other)?;
    // Readable by its owner alone, as every temporary file.
    let mut file = NamedTempFile::new_in(directory)?;
    writeln!(file, "{}", STANDARD.encode(key))?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    // The name survives a loss of power as the bytes do: a database outlives its key in no other way.
    File::open(directory)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Environment;
    use purser_kernel::SecretString;
    use std::sync::Barrier;

    fn in_dir(directory: &Path) -> Config {
        Config { data_dir: directory.join("data"), ..Config::default() }
    }

    fn fingerprint(key: &MasterKey) -> [u8; 32] {
        *key.derive("test").unwrap()
    }

    #[test]
    fn development_makes_one_and_keeps_it() {
        let dir = tempfile::tempdir().unwrap();
        let config = in_dir(dir.path());
        assert!(find(&config).unwrap().is_none(), "looking makes nothing");
        let made = load(&config).unwrap();
        assert_eq!(fingerprint(&made), fingerprint(&load(&config).unwrap()));
        assert!(!data_dir::open_to_others(&file(&config)).unwrap());
        assert!(!data_dir::open_to_others(&config.data_dir).unwrap());
    }

    #[test]
    fn first_starts_at_once_agree() {
        let dir = tempfile::tempdir().unwrap();
        let (config, start) = (in_dir(dir.path()), Barrier::new(8));
        let keys: Vec<_> = std::thread::scope(|scope| {
            let racer = || {
                start.wait();
                fingerprint(&load(&config).unwrap())
            };
            let racers: Vec<_> = (0..8).map(|_| scope.spawn(racer)).collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
        assert_eq!(fs::read_dir(&config.data_dir).unwrap().count(), 1, "the losers left nothing behind");
    }

    #[test]
    fn production_needs_one_and_is_told_how_to_make_it() {
        let dir = tempfile::tempdir().unwrap();
        let config = Config { environment: Environment::Production, ..in_dir(dir.path()) };
        let refused = load(&config).unwrap_err();
        assert!(refused.advice().unwrap().contains("openssl rand -base64 32"));
        assert!(!config.data_dir.exists());
    }

    #[test]
    fn a_previous_key_of_another_length_is_refused_and_not_shown() {
        let key = Some(SecretString::from(STANDARD.encode([7; 32])));
        let previous = Some(SecretString::from("hunter2"));
        let config = Config { master_key: key, master_key_previous: previous, ..Config::default() };
        let refused = load(&config).unwrap_err().to_string();
        assert!(refused.contains("PURSER_MASTER_KEY_PREVIOUS") && !refused.contains("hunter2"), "{refused}");
    }

    #[test]
    fn a_key_of_another_length_is_refused_and_not_shown() {
        for text in ["hunter2", "aHVudGVyMg==", ""] {
            let key = Some(SecretString::from(text));
            let refused = load(&Config { master_key: key, ..Config::default() }).unwrap_err().to_string();
            assert!(refused.contains("PURSER_MASTER_KEY") && !refused.contains("hunter2"), "{refused}");
        }
        let key = Some(SecretString::from(STANDARD.encode([7; 32])));
        assert!(load(&Config { master_key: key, ..Config::default() }).is_ok());
    }
}
