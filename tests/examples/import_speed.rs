//! How fast products are imported on both databases, and how much memory that takes:
//!
//! ```sh
//! cargo run --release -p purser-tests --example import_speed -- [rows, 100000 and 300000 when left out]
//! ```
//!
//! Everything goes over HTTP, from a file to a server in this process. Memory is the process's peak while a request runs (`VmHWM`), with
//! SQLite in it and PostgreSQL beside it; on systems without `/proc` it is left out.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a command that prints figures"
)]
use purser_kernel::clock::Stopwatch;
use purser_tests::{
    app::{Tenant, TestApp},
    database::Engine,
};
use serde_json::Value;
use std::{
    fs,
    io::{BufWriter, Write},
    path::Path,
};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::TcpStream,
};

#[tokio::main]
async fn main() {
    let rows: Vec<u64> = std::env::args().skip(1).map(|rows| rows.parse().unwrap()).collect();
    let rows = if rows.is_empty() { vec![100_000, 300_000] } else { rows };
    let folder = tempfile::tempdir().unwrap();
    println!("| database | rows | step | seconds | rows/s | peak MiB |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for rows in rows {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            measure(engine, rows, folder.path()).await;
        }
    }
}

async fn measure(engine: Engine, rows: u64, folder: &Path) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let tenant = app.tenant("Measured").await;
    let (first, second) = (folder.join("first.csv"), folder.join("second.csv"));
    write(&first, rows, 0);
    write(&second, rows, 1);
    for (step, file, outcome) in
        [("create", &first, "created"), ("nothing new", &first, "unchanged"), ("change", &second, "changed")]
    {
        let shown = timed(&app, &tenant, &format!("{step}: dry run"), "", file, rows).await;
        assert_eq!(shown["rows"][outcome], rows, "{shown}");
        let commit = format!("?commit={}", shown["token"].as_str().unwrap());
        timed(&app, &tenant, &format!("{step}: commit"), &commit, file, rows).await;
    }
}

/// Products as a wholesaler has them; another `edition` has other prices.
fn write(path: &Path, rows: u64, edition: u64) {
    let mut file = BufWriter::new(fs::File::create(path).unwrap());
    writeln!(file, "sku,name,description,unit,base_price,currency,aliases,keywords").unwrap();
    for row in 0..rows {
        // Not in the order of the index, as real SKUs are not.
        let sku = row.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 24;
        let price = format!("{}.{:02}", row % 90 + 1 + edition, row % 100);
        writeln!(
            file,
            "WH-{sku:010X},Stainless steel screw M{} x {row},\"Pack of 100, hexagon head, ISO 4017\",box,{price},EUR,\
             \"screw {row}\nbolt {row}\",fastener",
            row % 20
        )
        .unwrap();
    }
    file.flush().unwrap();
}

async fn timed(app: &TestApp, tenant: &Tenant, step: &str, query: &str, file: &Path, rows: u64) -> Value {
    // From here on the peak is this request's.
    let _ = fs::write("/proc/self/clear_refs", "5");
    let watch = Stopwatch::start();
    let answer = post(app, tenant, query, file).await;
    let seconds = watch.elapsed().as_secs_f64();
    let speed = u32::try_from(rows).map_or(f64::NAN, f64::from) / seconds;
    let database = app.database.engine;
    println!("| {database:?} | {rows} | {step} | {seconds:.2} | {speed:.0} | {} |", peak());
    answer
}

/// Sends the file without having it in memory.
async fn post(app: &TestApp, tenant: &Tenant, query: &str, file: &Path) -> Value {
    let address = app.url.trim_start_matches("http://");
    let (mut server, mut file) = (TcpStream::connect(address).await.unwrap(), File::open(file).await.unwrap());
    let head = format!(
        "POST /v1/products/import{query} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nContent-Type: text/csv\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        tenant.access_token,
        file.metadata().await.unwrap().len(),
    );
    server.write_all(head.as_bytes()).await.unwrap();
    copy(&mut file, &mut server).await.unwrap();
    let mut answer = String::new();
    server.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    serde_json::from_str(body).unwrap()
}

/// The most memory since the last request began, in MiB.
fn peak() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.map_or_else(String::new, |kib| (kib / 1024).to_string())
}
