//! Files as programs write them: encodings, delimiters, ends of lines.
use super::{PRODUCTS, counts, dry_run, import, products, send};
use purser_tests::{
    app::{Answer, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::json;
use std::io::Write;

const TEXT: &str = "name;sku;description;unit;currency;base_price\r\n\
    \"Käse; jung\";K-1;\"Mild,\r\n\"\"cremig\"\" – ½ kg\";kg;EUR;9.90\r\n\
    Crème brûlée;C-1;;piece;EUR;2.50";

fn utf16(text: &str, bytes: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

/// Every character of the text has the same number in Windows-1252 but the dash.
fn windows_1252(text: &str) -> Vec<u8> {
    text.chars().map(|c| if c == '–' { 0x96 } else { u8::try_from(u32::from(c)).unwrap() }).collect()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_encoding_and_delimiter_reads_the_same(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let done = import(&owner, PRODUCTS, TEXT).await;
    assert_eq!((counts(&done), &done["delimiter"]), ([2, 0, 0, 0], &json!("semicolon")));
    let rows = products(&owner).await;
    assert_eq!((&rows[0]["name"], &rows[1]["name"]), (&json!("Käse; jung"), &json!("Crème brûlée")));
    assert_eq!(rows[0]["description"], "Mild,\r\n\"cremig\" – ½ kg");

    let marked = format!("\u{feff}{TEXT}");
    let files = [
        ("utf-8", "", marked.clone().into_bytes()),
        ("utf-8", "; charset=UTF-8", TEXT.into()),
        ("utf-16le", "", utf16(&marked, u16::to_le_bytes)),
        ("utf-16be", "", utf16(&marked, u16::to_be_bytes)),
        ("utf-16le", "; charset=utf-16", utf16(TEXT, u16::to_le_bytes)),
        ("utf-16be", "; charset=\"utf-16be\"", utf16(TEXT, u16::to_be_bytes)),
        ("windows-1252", "", windows_1252(TEXT)),
        ("windows-1252", "; charset=windows-1252", windows_1252(TEXT)),
        ("windows-1252", "; charset=iso-8859-1", windows_1252(TEXT)),
    ];
    for (encoding, parameter, bytes) in files {
        let request = owner.request("POST", PRODUCTS).header("Content-Type", format!("text/csv{parameter}"));
        let shown = Answer::of(request.body(bytes)).await.expect(200).json();
        assert_eq!((&shown["encoding"], counts(&shown)), (&json!(encoding), [0, 0, 2, 0]), "{parameter} {shown}");
    }
    let commas = "SKU,Unit,name\nC-1,piece,Crème brûlée\n";
    for (name, text) in [
        ("comma", commas.to_owned()),
        ("semicolon", commas.replace(',', ";")),
        ("tab", commas.replace(',', "\t")),
        ("tab", commas.replace(',', "\t").replace('\n', "\r\n")),
        ("semicolon", commas.replace(',', ";").replace('\n', "\r")),
    ] {
        let shown = dry_run(&owner, PRODUCTS, &text).await;
        assert_eq!((&shown["delimiter"], counts(&shown)), (&json!(name), [0, 0, 1, 0]), "{text:?}");
        let named = dry_run(&owner, &format!("{PRODUCTS}?delimiter={name}"), &text).await;
        assert_eq!(named, shown);
    }
    // Empty lines above the header do not hide it.
    let shown = dry_run(&owner, PRODUCTS, &format!("\r\n\n{}", commas.replace(',', ";"))).await;
    assert_eq!((&shown["delimiter"], counts(&shown)), (&json!("semicolon"), [0, 0, 1, 0]));
    // Named, it is taken at its word.
    let wrong = send(&owner, &format!("{PRODUCTS}?delimiter=tab"), commas).await.expect(422);
    assert_eq!(wrong.errors()[0].1, "unknown_column");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn empty_rows_and_a_header_alone_are_nothing(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    for text in ["sku,name", "sku,name\n", "sku,name\r\n\r\n,\r\n , \r\n", "\u{feff}sku,name\n"] {
        assert_eq!(counts(&import(&owner, PRODUCTS, text).await), [0, 0, 0, 0], "{text:?}");
    }
    // Empty rows count where a spreadsheet shows them.
    let text = "sku,name\n,\n,\nA,\n";
    assert_eq!(super::faults(&dry_run(&owner, PRODUCTS, text).await)[0].0, 4);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_compressed_file_is_read(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(b"sku,name\nA,\n").unwrap();
    let packed = packer.finish().unwrap();
    let send = async |bytes: &[u8], encoding| {
        Answer::of(super::file(&owner, PRODUCTS, bytes).header("Content-Encoding", encoding)).await
    };
    assert_eq!(counts(&send(&packed, "gzip").await.expect(200).json()), [0, 0, 0, 1]);
    crate::problem(&send(&packed[..packed.len() - 12], "gzip").await, 400, "malformed_request");
    crate::problem(&send(&packed, "br").await, 415, "unsupported_media_type");
}
