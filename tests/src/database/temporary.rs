//! A PostgreSQL server for the life of this process, made from installed binaries.
use sqlx::postgres::PgConnectOptions;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::{env, fs};

/// Makes a cluster, says where, and throws it away when the pipe closes: that happens however our process ends. Not synced to
/// disk, since nobody wants it back. Interrupts are for the tests; what they leave is still cleared away.
const SCRIPT: &str = r#"
trap '' INT HUP
bin=$1 port=$2
dir=$(mktemp -d) || exit 1
clear() { "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1; rm -rf "$dir"; }
"$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C -N >"$dir/log" 2>&1 &&
"$bin/pg_ctl" -D "$dir/data" -w -l "$dir/log" -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=200" start >>"$dir/log" 2>&1 &&
echo ready || { tail -n 1 "$dir/log" >&2; clear; exit 1; }
while read -r order; do
    [ "$order" = restart ] &&
        "$bin/pg_ctl" -D "$dir/data" -w -l "$dir/log" -m immediate restart >>"$dir/log" 2>&1 && echo restarted || echo failed
done
clear
"#;

/// The process that holds the server.
#[derive(Debug)]
pub(super) struct Temporary {
    _holder: Child,
    /// Open as long as the server is wanted.
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Temporary {
    /// Stops the server as a crash does, and starts it again at the same port. Blocks until it serves.
    pub(super) fn restart(&mut self) {
        self.orders.write_all(b"restart\n").expect("the holder lives");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("the holder answers");
        assert_eq!(answer.trim(), "restarted", "the server starts again");
    }
}

/// Starts a server; where there is none, why.
pub(super) fn start() -> Result<(Temporary, PgConnectOptions), String> {
    let binaries = binaries().ok_or("initdb and pg_ctl are not installed")?;
    let port = free_port().map_err(|error| error.to_string())?;
    let mut holder = command()
        .arg(SCRIPT)
        .arg("purser-test-postgres")
        .arg(binaries)
        .arg(port.to_string())
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let orders = holder.stdin.take().expect("the holder's input is a pipe");
    let mut answers = BufReader::new(holder.stdout.take().expect("the holder's output is a pipe"));
    let mut answer = String::new();
    answers.read_line(&mut answer).map_err(|error| error.to_string())?;
    if answer.trim() != "ready" {
        return Err("a temporary server could not be started".to_owned());
    }
    let admin =
        PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(port).username("postgres").database("postgres");
    Ok((Temporary { _holder: holder, orders, answers }, admin))
}

/// A shell that reads a script, as a user that PostgreSQL starts for: it refuses root.
fn command() -> Command {
    let output = Command::new("id").arg("-u").output();
    let root = output.is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    if !root {
        let mut shell = Command::new("sh");
        shell.arg("-c");
        return shell;
    }
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let known = passwd.lines().any(|line| line.starts_with("postgres:"));
    let mut shell = Command::new("runuser");
    shell.args(["-u", if known { "postgres" } else { "nobody" }, "--", "sh", "-c"]);
    shell
}

/// The folder of `initdb` and `pg_ctl`: in the path, else the newest where Debian keeps them.
fn binaries() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut kept: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    kept.sort();
    let kept = kept.into_iter().rev().map(|(_, folder)| folder);
    env::split_paths(&path).chain(kept).find(|folder| is_whole(folder))
}

fn is_whole(folder: &Path) -> bool {
    folder.join("initdb").is_file() && folder.join("pg_ctl").is_file()
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
