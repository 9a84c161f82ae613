//! Mails as files, for development: nothing leaves the machine, and whoever develops can read what would have been sent.
use super::compose::Composer;
use crate::data_dir;
use async_trait::async_trait;
use purser_kernel::{
    Problem,
    ports::{Mail, Mailer},
};
use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// Where the mails are, in the data directory.
pub fn directory(data_dir: &Path) -> PathBuf {
    data_dir.join("mail")
}

/// A directory with a file for each mail, `<reference>.eml`. The same mail again is the same file.
pub struct FileMailbox {
    directory: PathBuf,
    composer: Composer,
}

impl FileMailbox {
    pub(super) fn new(directory: PathBuf, composer: Composer) -> Self {
        Self { directory, composer }
    }
}

#[async_trait]
impl Mailer for FileMailbox {
    async fn send(&self, mail: Mail) -> Result<(), Problem> {
        let name = format!("{}.eml", mail.reference);
        let message = self.composer.message(mail)?.formatted();
        let directory = self.directory.clone();
        let written = tokio::task::spawn_blocking(move || {
            data_dir::prepare(&directory).map_err(Problem::internal)?;
            put(&directory, &name, &message).map_err(Problem::internal)
        });
        written.await.map_err(Problem::internal)?
    }
}

/// The file appears whole or not at all, readable by its owner alone: mails hold tokens.
fn put(directory: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    let mut file = NamedTempFile::new_in(directory)?;
    file.write_all(content)?;
    file.persist(directory.join(name)).map(|_| ()).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_kernel::{Clock, Email};
    use std::fs;
    use uuid::Uuid;

    #[tokio::test]
    async fn a_mail_is_one_file_however_often_it_is_sent() {
        let folder = tempfile::tempdir().unwrap();
        let mails = directory(folder.path());
        let composer = Composer::new("purser@example.com".parse().unwrap(), Clock::system());
        let mailbox = FileMailbox::new(mails.clone(), composer);
        let mail = |number, text: &str| Mail {
            to: Email::parse("/to", "ann@example.com").unwrap(),
            subject: "Hello".into(),
            text: text.into(),
            html: None,
            reference: Uuid::from_u128(number),
        };
        for mail in [mail(1, "first"), mail(2, "second"), mail(1, "first")] {
            mailbox.send(mail).await.unwrap();
        }
        assert_eq!(fs::read_dir(&mails).unwrap().count(), 2);
        let file = mails.join(format!("{}.eml", Uuid::from_u128(1)));
        assert!(fs::read_to_string(&file).unwrap().contains("first"));
        assert!(!data_dir::open_to_others(&mails).unwrap() && !data_dir::open_to_others(&file).unwrap());
    }
}
