//! The folder in which the server keeps files, as an operator sees it.
use purser_tests::app::{Tenant, TestApp, eventually};
use std::{fs, path::PathBuf};

/// Where the tenant's files are.
pub(crate) fn of(app: &TestApp, tenant: &Tenant) -> PathBuf {
    app.database.folder.path().join("media").join(&tenant.organization_id)
}

/// The names of all that the tenant has there.
pub(crate) fn names(app: &TestApp, tenant: &Tenant) -> Vec<String> {
    let entries = fs::read_dir(of(app, tenant)).into_iter().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Waits until the tenant has so many files there.
pub(crate) async fn has(app: &TestApp, tenant: &Tenant, count: usize) {
    let what = format!("{count} files in the folder");
    eventually(&what, || async { (names(app, tenant).len() == count).then_some(()) }).await;
}
