//! What no source file may contain.
use crate::members;
use std::path::{Path, PathBuf};
use std::{collections::BTreeSet, fs};

/// The Rust files below `folder`, from the root.
pub(crate) fn rust_files(folder: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    let root = members::root();
    let mut files = Vec::new();
    walk(&root.join(folder), &mut files);
    let relative = |path: &Path| path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
    files.iter().map(|path| (relative(path), fs::read_to_string(path).unwrap())).collect()
}

/// Whether the source names the library, other than in a text such as a log's filter.
fn names(source: &str, library: &str) -> bool {
    source.lines().any(|line| line.split('"').step_by(2).any(|code| code.contains(library)))
}

/// The source without what only its own tests are: what these ask is theirs.
fn without_tests(source: &str) -> String {
    let mut kept = Vec::new();
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        let Some(indent) = line.strip_suffix("#[cfg(test)]") else {
            kept.push(line);
            continue;
        };
        let item = lines.by_ref().find(|line| !line.trim_start().starts_with("#["));
        if item.is_some_and(|item| item.ends_with('{')) {
            let end = format!("{indent}}}");
            lines.by_ref().find(|line| *line == end);
        }
    }
    kept.join("\n")
}

#[test]
fn what_stands_behind_tests_is_read() {
    let source = "a\n#[cfg(test)]\nmod tests;\nb\n    #[cfg(test)]\n    fn c() {\n        {\n        }\n    }\nd";
    assert_eq!(without_tests(source), "a\nb\nd");
}

/// As short as those of the houses in this field that are read with pleasure.
#[test]
fn files_are_short() {
    let folders = ["api", "crates", "entity", "http", "migration", "tests"];
    let files = folders.iter().flat_map(|folder| rust_files(folder));
    let mut lengths: Vec<usize> = files.map(|(_, source)| source.lines().count()).collect();
    lengths.sort_unstable();
    let (median, nine_of_ten) = (lengths[lengths.len() / 2], lengths[lengths.len() * 9 / 10]);
    assert!(median <= 130 && nine_of_ten < 400, "half have up to {median} lines, nine of ten up to {nine_of_ten}");
}

/// A lint is silenced with `#[expect(…, reason = "…")]`, which says why and complains once there is nothing to silence.
#[test]
fn no_lint_is_silenced_for_good() {
    let forbidden = [concat!("#[", "allow("), concat!("#![", "allow(")];
    for member in members::read() {
        for (path, source) in rust_files(&member.folder) {
            for (number, line) in source.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
                assert!(!forbidden.iter().any(|text| line.contains(text)), "{path}:{}: {line}", number + 1);
            }
        }
    }
}

/// Handlers know units of work and services; only what starts the program and migrates knows of SeaORM.
#[test]
fn nobody_above_the_domains_names_a_database_library() {
    const KNOW: [&str; 3] = ["api/src/wiring", "api/src/commands", "api/src/migrations"];
    for (path, source) in rust_files("api/src").into_iter().chain(rust_files("http")) {
        if KNOW.iter().any(|start| path.starts_with(start)) {
            continue;
        }
        for name in ["sea_orm::", "sea_orm_migration::", "sea_query::", "sqlx::"] {
            assert!(!names(&source, name), "{path} names {name}");
        }
    }
}

/// A domain's crate has the database's types from the store's prelude alone.
#[test]
fn no_domain_names_a_database_library() {
    for (path, source) in rust_files("crates") {
        if path.starts_with("crates/store/") || path.starts_with("crates/kernel/") {
            continue;
        }
        for name in ["sea_orm::", "sea_query::", "sqlx::", "actix_web::"] {
            assert!(!names(&source, name), "{path} names {name}");
        }
    }
}

/// What differs between the databases is known in few places: their SQL in the dialect, how they are opened beside it, what only a
/// server of its own can have (notices, roles) where processes start, and tables in migrations.
#[test]
fn nobody_else_asks_which_database_it_is() {
    const KNOW: [&str; 13] = [
        "api/src/app/process.rs",
        "api/src/commands/doctor.rs",
        "api/src/migrations.rs",
        "crates/store/src/columns.rs",
        "crates/store/src/connect.rs",
        "crates/store/src/connection.rs",
        "crates/store/src/connection/transaction.rs",
        "crates/store/src/dialect.rs",
        "crates/store/src/verify.rs",
        "migration/src/grants.rs",
        "migration/src/partitions.rs",
        "migration/src/roles.rs",
        "migration/src/table/postgres.rs",
    ];
    const ASKING: [&str; 5] = ["is_postgres()", "is_sqlite()", "DbBackend::", "DatabaseBackend::", "Engine::Postgres"];
    let mut asked = BTreeSet::new();
    for folder in ["api/src", "crates", "entity", "http", "migration"] {
        for (path, source) in rust_files(folder) {
            let code = without_tests(&source);
            if !path.contains("/tests") && ASKING.iter().any(|asking| names(&code, asking)) {
                asked.insert(path);
            }
        }
    }
    assert_eq!(asked, KNOW.map(str::to_owned).into());
}
