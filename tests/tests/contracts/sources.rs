//! What the entities' source files say about tables and columns: the comments, which are gone when the program runs.
use purser_tests::contract::root;
use std::collections::BTreeMap;
use std::fs;

/// A table as its file describes it.
pub(crate) struct Described {
    /// The domain that it belongs to.
    pub(crate) domain: String,
    /// What it holds.
    pub(crate) about: String,
    /// What a column means, where its name does not say it.
    pub(crate) columns: BTreeMap<String, String>,
}

/// The tables by name.
pub(crate) fn read() -> BTreeMap<String, Described> {
    let mut tables = BTreeMap::new();
    for domain in fs::read_dir(root().join("entity")).unwrap().map(Result::unwrap) {
        for file in fs::read_dir(domain.path().join("src")).unwrap().map(Result::unwrap) {
            let source = fs::read_to_string(file.path()).unwrap();
            if let Some((table, columns)) = model(&source) {
                let domain = domain.file_name().into_string().unwrap();
                let about = comment(source.lines().take_while(|line| line.starts_with("//!")), "//!");
                tables.insert(table, Described { domain, about, columns });
            }
        }
    }
    tables
}

fn model(source: &str) -> Option<(String, BTreeMap<String, String>)> {
    let table = source.split_once("table_name = \"")?.1.split_once('"')?.0.to_owned();
    let body = source.split_once("pub struct Model {")?.1.split_once("\n}")?.0;
    let (mut columns, mut above) = (BTreeMap::new(), Vec::new());
    for line in body.lines().map(str::trim) {
        if line.starts_with("///") {
            above.push(line);
        } else if let Some(field) = line.strip_prefix("pub ") {
            let name = field.split_once(':')?.0.trim_start_matches("r#").to_owned();
            columns.insert(name, comment(above.drain(..), "///"));
        }
    }
    Some((table, columns))
}

fn comment<'a>(lines: impl Iterator<Item = &'a str>, sign: &str) -> String {
    lines.map(|line| line.trim_start_matches(sign).trim()).collect::<Vec<_>>().join(" ").trim().to_owned()
}
