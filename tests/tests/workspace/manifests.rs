//! Every manifest takes from the workspace what is shared.
use crate::{members, sources::rust_files};
use std::fs;

const SHARED: [&str; 5] = ["version", "edition", "rust-version", "license", "publish"];

#[test]
fn every_member_has_the_workspaces_lints() {
    for member in members::read() {
        let manifest = fs::read_to_string(&member.manifest).unwrap();
        assert!(manifest.contains("\n[lints]\nworkspace = true"), "{}", member.folder);
        for field in SHARED {
            assert!(manifest.contains(&format!("\n{field}.workspace = true\n")), "{}: {field}", member.folder);
        }
    }
}

/// A version or a feature of its own would build the world a second time.
#[test]
fn versions_stand_in_the_workspace_alone() {
    for member in members::read() {
        let manifest = fs::read_to_string(&member.manifest).unwrap();
        let mut inside = false;
        for line in manifest.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if line.starts_with('[') {
                inside = line.contains("dependencies");
                assert!(!line.contains("dependencies."), "{}: {line}", member.folder);
            } else if inside {
                let shared = line.contains(".workspace = true") || line.contains("workspace = true");
                assert!(shared && !line.contains("version"), "{}: {line}", member.folder);
            }
        }
    }
}

/// Each library whose tests cargo looks for is compiled once more for them, and once more for those in its documentation.
#[test]
fn tests_are_looked_for_where_there_are_some() {
    for member in members::read() {
        let Some(library) = &member.lib else { continue };
        let sources = rust_files(&format!("{}/src", member.folder));
        let any = |marks: &[&str]| sources.iter().any(|(_, source)| marks.iter().any(|mark| source.contains(mark)));
        assert_eq!(library.tested, any(&["#[test]", "#[tokio::test]", "#[rstest]"]), "test in {}", member.folder);
        assert_eq!(library.documentation_tested, any(&["/// ```", "//! ```"]), "doctest in {}", member.folder);
    }
}
