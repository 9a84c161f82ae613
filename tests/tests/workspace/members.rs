//! The packages of this workspace, as cargo describes them.
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A package of this workspace.
pub(crate) struct Member {
    pub(crate) name: String,
    /// Its folder, from the root: `crates/store`.
    pub(crate) folder: String,
    pub(crate) manifest: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) lib: Option<Library>,
}

/// Where cargo looks for a library's tests.
pub(crate) struct Library {
    /// In its code.
    pub(crate) tested: bool,
    /// In its documentation.
    pub(crate) documentation_tested: bool,
}

/// What a member asks for in its manifest.
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// Only its tests see it.
    pub(crate) dev: bool,
}

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// All of them.
pub(crate) fn read() -> Vec<Member> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().iter().map(member).collect()
}

fn member(package: &Value) -> Member {
    let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap());
    let folder = manifest.parent().unwrap().strip_prefix(root()).unwrap();
    let dependencies = package["dependencies"].as_array().unwrap().iter().map(|dependency| Dependency {
        name: dependency["name"].as_str().unwrap().to_owned(),
        dev: dependency["kind"] == "dev",
    });
    let library = package["targets"].as_array().unwrap().iter().find(|target| target["kind"][0] == "lib");
    let library = library
        .map(|library| Library { tested: library["test"] == true, documentation_tested: library["doctest"] == true });
    Member {
        name: package["name"].as_str().unwrap().to_owned(),
        folder: folder.to_str().unwrap().replace('\\', "/"),
        dependencies: dependencies.collect(),
        manifest,
        lib: library,
    }
}
