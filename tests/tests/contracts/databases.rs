//! tests/contracts/schema.….txt: all that each database says about its schema.
use purser_tests::{
    contract,
    database::{Engine, TestDatabase},
    schema::dump,
};
use rstest::rstest;

/// SQLite keeps a table's definition as one long line: each part of it on a line of its own.
fn readable(definition: &str) -> String {
    if !definition.starts_with("table ") {
        return definition.to_owned();
    }
    let (mut depth, mut text) = (0_usize, String::new());
    for character in definition.chars() {
        let closes = character == ')' && depth == 1;
        depth = match character {
            '(' => depth + 1,
            ')' => depth.saturating_sub(1),
            _ => depth,
        };
        match character {
            '(' if depth == 1 => text += "(\n   ",
            ',' if depth == 1 => text += ",\n   ",
            _ if closes => text += "\n)",
            other => text.push(other),
        }
    }
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[rstest]
#[case::sqlite(Engine::Sqlite, "sqlite")]
#[case::postgres(Engine::Postgres, "postgres")]
#[tokio::test]
async fn the_schema_is_the_one_that_was_agreed(#[case] engine: Engine, #[case] name: &str) {
    let Some(database) = TestDatabase::new(engine).await else {
        return;
    };
    let lines = dump(&database).await;
    let lines: Vec<String> = match engine {
        Engine::Sqlite => lines.iter().map(|line| readable(line)).collect(),
        Engine::Postgres => lines,
    };
    contract::hold(&format!("tests/contracts/schema.{name}.txt"), &format!("{}\n", lines.join("\n")));
}
