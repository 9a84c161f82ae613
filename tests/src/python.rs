//! Others' programs in Python, in environments of their own below `target/tools`.
//!
//! Where Python or its venv is missing, the test says that it was not run; with `PURSER_TEST_REQUIRE_<name>=1` that is a failure.
use serde_json::Value;
use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};
use tempfile::TempDir;

/// An environment that is installed once in this process.
#[derive(Debug)]
pub(crate) struct Environment {
    name: &'static str,
    packages: &'static [&'static str],
    installed: OnceLock<Result<PathBuf, String>>,
}

impl Environment {
    /// The environment `name` with these packages from PyPI.
    pub(crate) const fn new(name: &'static str, packages: &'static [&'static str]) -> Self {
        Self { name, packages, installed: OnceLock::new() }
    }

    /// How it is called.
    pub(crate) const fn name(&self) -> &'static str {
        self.name
    }

    /// Its Python. `None` where there is none, which was said then.
    pub(crate) fn find(&self) -> Option<PathBuf> {
        match self.installed.get_or_init(|| self.install()) {
            Ok(python) => Some(python.clone()),
            Err(why) => {
                let required = format!("PURSER_TEST_REQUIRE_{}", self.name.to_uppercase());
                let required = env::var(required).is_ok_and(|value| value == "1");
                assert!(!required, "{} is required: {why}", self.name);
                // Past the test harness, which keeps what tests print to itself.
                std::io::stderr().write_all(format!("{}: not run ({why})\n", self.name).as_bytes()).ok();
                None
            }
        }
    }

    fn install(&self) -> Result<PathBuf, String> {
        let target = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
        let tools = target.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target")).join("tools");
        let python = tools.join(self.name).join("bin/python");
        if python.exists() {
            return Ok(python);
        }
        fs::create_dir_all(&tools).map_err(|error| error.to_string())?;
        let fresh = TempDir::new_in(&tools).map_err(|error| error.to_string())?;
        let place = fresh.path().join(self.name);
        run(Command::new("python3").args(["-m", "venv"]).arg(&place), "python3 -m venv")?;
        let mut pip = Command::new(place.join("bin/python"));
        run(pip.args(["-m", "pip", "install", "--quiet"]).args(self.packages), "pip install")?;
        // Complete or not there at all; another suite may have been faster with the same.
        fs::rename(&place, tools.join(self.name)).ok();
        Ok(python)
    }
}

/// What the program writes when it is given `input`; `None` when it fails.
pub(crate) fn tell(python: &Path, program: &str, input: &Value) -> Option<String> {
    let mut python = Command::new(python)
        .args(["-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("python runs");
    let mut stdin = python.stdin.take().expect("a pipe");
    stdin.write_all(input.to_string().as_bytes()).expect("python reads");
    drop(stdin);
    let done = python.wait_with_output().expect("python ends");
    done.status.success().then(|| String::from_utf8_lossy(&done.stdout).trim().to_owned())
}

fn run(command: &mut Command, what: &str) -> Result<(), String> {
    let done = command.stdin(Stdio::null()).output().map_err(|error| format!("{what}: {error}"))?;
    if done.status.success() {
        return Ok(());
    }
    Err(format!("{what}: {}", String::from_utf8_lossy(&done.stderr).trim()))
}
