//! SQLite: a file for each test, copied from one that was migrated once in this process.
use super::{Engine, Kept, TestDatabase, folder, migrate};
use std::{fs, path::Path};
use tokio::sync::OnceCell;

static MIGRATED: OnceCell<Vec<u8>> = OnceCell::const_new();

pub(super) async fn migrated() -> TestDatabase {
    let template = MIGRATED
        .get_or_init(|| async {
            let folder = folder();
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
    let folder = folder();
    let path = folder.path().join("test.db");
    fs::write(&path, content).expect("the file can be written");
    TestDatabase {
        application_url: url(&path),
        owner_url: url(&path),
        engine: Engine::Sqlite,
        folder,
        _kept: Kept::File,
    }
}

fn url(path: &Path) -> String {
    format!("sqlite://{}?mode=rwc", path.display())
}
