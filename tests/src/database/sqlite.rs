//! SQLite: a file for each test, copied from one that was migrated once in this process.
use super::{Engine, Kept, TestDatabase, migrate};
use std::{fs, path::Path};
use tokio::sync::OnceCell;

static MIGRATED: OnceCell<Vec<u8>> = OnceCell::const_new();

pub(super) async fn migrated() -> TestDatabase {
    let template = MIGRATED
        .get_or_init(|| async {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let path = folder.path().join("template.db");
            migrate::up(&url(&path), None).await;
            fs::read(path).expect("the template can be read")
        })
        .await;
    database(template)
}

pub(super) fn empty() -> TestDatabase {
    database(&[])
}

fn database(content: &[u8]) -> TestDatabase {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("test.db");
    fs::write(&path, content).expect("the file can be written");
    TestDatabase {
        application_url: url(&path),
        owner_url: url(&path),
        engine: Engine::Sqlite,
        _kept: Kept::Folder { _folder: folder },
    }
}

fn url(path: &Path) -> String {
    format!("sqlite://{}?mode=rwc", path.display())
}
