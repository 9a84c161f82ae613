//! What others rely on, as files that a reviewer reads in a diff. A test makes each of them anew and compares.
use similar::TextDiff;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Writes every contract as the code has it now.
pub const ACCEPT: &str = "PURSER_ACCEPT=1 cargo test --workspace --test contracts";

/// The folder of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace's folder").to_owned()
}

/// Compares the file at `path`, seen from the workspace, with what the code makes now. With `PURSER_ACCEPT=1` it writes the
/// file instead.
#[track_caller]
pub fn hold(path: &str, made: &str) {
    let file = root().join(path);
    if env::var("PURSER_ACCEPT").is_ok_and(|value| value == "1") {
        fs::create_dir_all(file.parent().expect("a folder")).expect("the folder can be made");
        fs::write(&file, made).expect("the file can be written");
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    if kept != made {
        let diff = TextDiff::from_lines(kept.as_str(), made);
        let diff = diff.unified_diff().context_radius(3).header(path, "as the code has it").to_string();
        panic!(
            "{path} is not what the code makes:\n\n{diff}\nIf this is meant, accept it and commit the file: {ACCEPT}\n"
        );
    }
}
