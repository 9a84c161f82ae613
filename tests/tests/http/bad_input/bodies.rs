//! Bodies that are no JSON or no CSV, or say that they are something else.
use super::trial::Trial;
use crate::routes::Route;
use purser_tests::database::Engine;
use rstest::rstest;
use serde_json::Value;
use std::io::Write;

/// Larger than any JSON that is taken.
const HUGE: usize = 5 * 1024 * 1024;

fn writes(route: &Route) -> bool {
    // What is signed at a provider's door is taken and read later, whatever it is (`tests/integrations/doors/bad.rs`). Files have a test
    // of their own.
    let is_door = route.path.contains("/webhooks/");
    let is_file = ["text/csv", "application/octet-stream"].iter().any(|media_type| route.takes(media_type));
    matches!(&*route.method, "POST" | "PUT" | "PATCH") && !is_door && !is_file
}

fn utf_16(text: &str) -> Vec<u8> {
    [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn nested(open: &str, close: &str) -> Vec<u8> {
    format!("{}1{}", open.repeat(20_000), close.repeat(20_000)).into_bytes()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_no_json_of_the_right_shape_is_refused(#[case] engine: Engine) {
    let Some(mut trial) = Trial::begin(engine).await else { return };
    for route in trial.routes(writes) {
        let call = trial.call(&route).await;
        let right = call.body.as_ref().map_or_else(|| "{}".to_owned(), ToString::to_string);
        let values = call.body.as_ref().and_then(Value::as_object).into_iter().flat_map(|body| body.values());
        let mut bodies = vec![
            ("the values in a list", values.cloned().collect::<Value>().to_string().into_bytes()),
            ("the beginning", right.as_bytes()[..right.len() - 1].to_vec()),
            ("two values", format!("{right} {right}").into_bytes()),
            ("a comma too many", right.replace('}', ",}").into_bytes()),
            ("a list", b"[]".to_vec()),
            ("a text", b"\"{}\"".to_vec()),
            ("a number", b"1e400".to_vec()),
            ("no number", b"NaN".to_vec()),
            ("white space", b" \n".to_vec()),
            ("a form", b"name=a&sku=b".to_vec()),
            ("a NUL", b"\0".to_vec()),
            ("a NUL behind it", format!("{right}\0").into_bytes()),
            ("a byte order mark", format!("\u{feff}{right}").into_bytes()),
            ("UTF-16", utf_16(&right)),
            ("not UTF-8", b"{\"name\":\"\xff\xfe\"}".to_vec()),
            ("deep lists", nested("[", "]")),
            ("deep objects", nested("{\"a\":", "}")),
            ("deep in a field", [b"{\"specs\":".to_vec(), nested("[", "]"), b"}".to_vec()].concat()),
            ("huge", vec![b' '; HUGE]),
            ("a huge text", format!("{{\"name\":\"{}\"}}", "a".repeat(HUGE)).into_bytes()),
        ];
        if route.operation["requestBody"]["required"] == true {
            bodies.push(("nothing", Vec::new()));
            bodies.push(("null", b"null".to_vec()));
        }
        for (what, body) in bodies {
            let request = trial.json(&call, body);
            trial.refuse(&format!("{what} to {}", route.name()), request).await;
        }
        trial.unchanged(&route.name()).await;
    }
    trial.end(300);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_says_that_it_is_something_else_is_refused(#[case] engine: Engine) {
    let Some(mut trial) = Trial::begin(engine).await else { return };
    for route in trial.routes(|route| route.json_schema().is_some() && writes(route)) {
        let call = trial.call(&route).await;
        let right = call.body.as_ref().unwrap().to_string();
        for media_type in [
            "",
            "json",
            "text/plain",
            "text/xml",
            "application/xml",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/jsonx",
            "application/json; charset=utf-16",
            "application/merge-patch+json",
        ] {
            let request = trial.request(&call).header("Content-Type", media_type).body(right.clone());
            let answer = trial.refuse(&format!("{media_type:?} to {}", route.name()), request).await;
            if answer.status != 415 {
                trial.fault(format!("{media_type:?} to {}: {answer:?}", route.name()));
            }
        }
        let bomb = trial.json(&call, packed(&vec![b' '; HUGE])).header("Content-Encoding", "gzip");
        let answer = trial.refuse(&format!("5 MiB in 5 KiB to {}", route.name()), bomb).await;
        if answer.status != 413 {
            trial.fault(format!("5 MiB in 5 KiB to {}: {answer:?}", route.name()));
        }
        for encoding in ["gzip", "deflate", "br", "zstd", "compress", "gzip, gzip", "no-such"] {
            let request = trial.json(&call, right.clone().into_bytes()).header("Content-Encoding", encoding);
            trial.refuse(&format!("plain JSON as {encoding} to {}", route.name()), request).await;
        }
        trial.unchanged(&route.name()).await;
    }
    trial.end(200);
}

/// A file is a dry run, which may find any number of rows in it. What cannot be read is refused, also where it is to be committed.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_file_that_is_none_changes_nothing(#[case] engine: Engine) {
    let Some(mut trial) = Trial::begin(engine).await else { return };
    for route in trial.routes(|route| route.takes("text/csv")) {
        let call = trial.call(&route).await;
        let (_, right) = call.file.unwrap();
        let (header, row) = right.split_once('\n').unwrap();
        let unreadable = [
            ("nothing", Vec::new()),
            ("a byte order mark", b"\xef\xbb\xbf".to_vec()),
            ("lines", b"\r\n\n\n\r".to_vec()),
            ("JSON", br#"{"sku": "A"}"#.to_vec()),
            ("a form", b"name=a&sku=b".to_vec()),
            ("a NUL", b"\0".to_vec()),
            ("a picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()),
            ("gzip that says nothing of it", packed(right.as_bytes())),
            ("a row without a header", row.as_bytes().to_vec()),
            ("UTF-16 without a mark", utf_16(right)[2..].to_vec()),
            ("half of a unit of UTF-16", utf_16(right).split_last().unwrap().1.to_vec()),
            ("not UTF-8 and nothing else", [right.as_bytes(), b"\xc3\xa4\x81"].concat()),
            ("a quote that stays open", format!("{header}\n\"{row}").into_bytes()),
            ("something behind a quote", format!("{header}\n\"A\"{row}").into_bytes()),
            ("many columns", "a,".repeat(100_000).into_bytes()),
            ("one column for all", header.replace(',', "|").into_bytes()),
            ("a huge cell", format!("{header}\n{}", "a".repeat(HUGE)).into_bytes()),
        ];
        for (what, file) in unreadable {
            let request = trial.request(&call).header("Content-Type", "text/csv").body(file.clone());
            trial.refuse(&format!("{what} to {}", route.name()), request).await;
            let token = "A".repeat(43);
            let commit = trial.request(&call).query(&[("commit", token)]).header("Content-Type", "text/csv").body(file);
            trial.refuse(&format!("{what} to be committed to {}", route.name()), commit).await;
        }
        let bomb = trial.request(&call).header("Content-Type", "text/csv").header("Content-Encoding", "gzip");
        let bomb = bomb.body(packed(&vec![b'\n'; 101 << 20]));
        trial.refuse(&format!("101 MiB in 100 KiB to {}", route.name()), bomb).await;
        let readable = [
            ("the right one", right.as_bytes().to_vec()),
            ("UTF-16", utf_16(right)),
            ("no rows", header.as_bytes().to_vec()),
            ("a NUL in a cell", right.replace("Taken", "Ta\0ken").into_bytes()),
            ("cells without end", format!("{header}\n{}", ",".repeat(100_000)).into_bytes()),
            ("nothing in many rows", format!("{header}\n{}", ",\n".repeat(100_000)).into_bytes()),
            ("quotes", format!("{header}\n{}", "\"\"\"\"".repeat(10_000)).into_bytes()),
            ("overlong cells", right.replace("Taken", &"T".repeat(100_000)).into_bytes()),
        ];
        for (what, file) in readable {
            let what = format!("{what} to {}", route.name());
            let request = trial.request(&call).header("Content-Type", "text/csv").body(file.clone());
            if !trial.endure(&what, request).await {
                trial.fault(format!("{what} is refused"));
            }
            let token = "A".repeat(43);
            let commit = trial.request(&call).query(&[("commit", token)]).header("Content-Type", "text/csv").body(file);
            trial.refuse(&format!("{what} without a token of its own"), commit).await;
        }
        trial.unchanged(&route.name()).await;
    }
    trial.end(100);
}

/// Any bytes are a file, so what is wrong is around them.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn bytes_that_cannot_be_kept_change_nothing(#[case] engine: Engine) {
    let Some(mut trial) = Trial::begin(engine).await else { return };
    for route in trial.routes(|route| route.takes("application/octet-stream")) {
        let call = trial.call(&route).await;
        let (right, file) = call.file.unwrap();
        for media_type in
            ["", "x", "*/*", "text/*", "text/", "/plain", "a b/c", "multipart/form-data; boundary=x", "t\u{e9}xt/plain"]
        {
            let request = trial.request(&call).header("Content-Type", media_type).body(file);
            let answer = trial.refuse(&format!("{media_type:?} to {}", route.name()), request).await;
            if answer.status != 415 {
                trial.fault(format!("{media_type:?} to {}: {answer:?}", route.name()));
            }
        }
        let nothing = trial.request(&call).header("Content-Type", right);
        trial.refuse(&format!("nothing to {}", route.name()), nothing).await;
        for encoding in ["gzip", "deflate", "br", "zstd", "gzip, gzip", "no-such"] {
            let request = trial.request(&call).header("Content-Type", right).header("Content-Encoding", encoding);
            trial.refuse(&format!("plain bytes as {encoding} to {}", route.name()), request.body(file)).await;
        }
        for query in
            ["kind=", "kind=no_such", "kind=image", "filename=%00", "filename=%FF", "no_such=1", "kind=pdf&kind=pdf"]
        {
            let address = format!("{}?{query}", call.address());
            let request = trial.shop.owner.request(&route.method, &address).header("Content-Type", right).body(file);
            trial.refuse(&format!("{query} to {}", route.name()), request).await;
        }
        trial.unchanged(&route.name()).await;
    }
    trial.end(20);
}
