//! What is no HTTP does not reach a route: the server answers with a bare 4xx or hangs up, and goes on.
use purser_tests::{app::TestApp, database::Engine};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

fn request(lines: &[&str]) -> Vec<u8> {
    format!("POST /v1/customers HTTP/1.1\r\nHost: purser\r\n{}\r\n\r\n{{}}", lines.join("\r\n")).into_bytes()
}

#[tokio::test]
async fn what_is_no_http_is_hung_up_on() {
    let Some(app) = TestApp::start(Engine::Sqlite).await else { return };
    let address = app.url.trim_start_matches("http://");
    let long = format!("X: {}", "a".repeat(1024 * 1024));
    let many = vec!["X: a"; 10_000].join("\r\n");
    for bytes in [
        request(&["Content-Length: x"]),
        request(&["Content-Length: -1"]),
        request(&["Content-Length: 1.5"]),
        request(&["Content-Length: 18446744073709551616"]),
        request(&["Content-Length: 2", "Content-Length: 3"]),
        request(&["Content-Length: 2, 2"]),
        request(&["Content-Length: 2", "Transfer-Encoding: chunked"]),
        request(&["Transfer-Encoding: chunked, x"]),
        request(&["Transfer-Encoding: chunked", "", "no length"]),
        request(&["No colon"]),
        request(&["Name : a"]),
        request(&["Na\0me: a"]),
        request(&[&long]),
        request(&[&many]),
        b"POST\r\n\r\n".to_vec(),
        b"GET /\xff HTTP/1.1\r\n\r\n".to_vec(),
        b"GET / HTTP/9.9\r\n\r\n".to_vec(),
        b"G\0T / HTTP/1.1\r\n\r\n".to_vec(),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc".to_vec(),
    ] {
        let what = String::from_utf8_lossy(&bytes[..bytes.len().min(120)]).into_owned();
        let mut stream = TcpStream::connect(address).await.unwrap();
        // The server may hang up before it has read all of it.
        stream.write_all(&bytes).await.ok();
        stream.shutdown().await.ok();
        let mut answer = Vec::new();
        let heard = tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut answer)).await;
        assert!(heard.is_ok(), "{what}: the server keeps the connection");
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{what}: {answer}");
        app.anonymous("GET", "/health/live", None).await.expect(200);
    }
}
