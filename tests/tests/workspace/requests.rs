//! What requests are made of.
use crate::sources::rust_files;

/// The fields of what a handler reads, by file: the lines of a type that is deserialized, but for its attributes and comments.
fn fields() -> Vec<(String, String)> {
    let mut fields = Vec::new();
    for (path, source) in rust_files("http") {
        for part in source.split("#[derive(").skip(1) {
            let (traits, item) = part.split_once(")]").unwrap();
            if !traits.contains("Deserialize") {
                continue;
            }
            let lines = item.split("\n}").next().unwrap().lines().map(str::trim);
            let lines = lines.filter(|line| !line.starts_with("#[") && !line.starts_with("//"));
            fields.extend(lines.map(|line| (path.clone(), line.to_owned())));
        }
    }
    fields
}

/// chrono reads times that no database keeps, and one that is not sorted makes a filter wrong without a word.
#[test]
fn no_request_takes_a_time_but_as_a_moment() {
    let fields = fields();
    for (path, line) in &fields {
        let any = ["DateTime", "Timestamp"].iter().any(|name| line.contains(name));
        assert!(!any, "{path}: {line} reads any year: take a purser_kernel::Moment");
    }
    let moments = fields.iter().filter(|(_, line)| line.contains("Moment")).count();
    assert!(moments >= 10, "only {moments} times in requests: this test does not see them");
}
