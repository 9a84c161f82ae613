//! The documentation has every kind with its rules, and no other.
use purser_messaging::notifications::{Kind, MailTiming, rules};
use std::{collections::BTreeSet, fs, path::Path};
use strum::VariantArray;

#[test]
fn the_table_says_what_the_code_does() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/domains/notifications.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, kinds) = page.split_once("## Kinds").unwrap();
    let (kinds, _) = kinds.split_once("\nWhoever did it").unwrap();
    let rows: Vec<Vec<&str>> = kinds
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), Kind::VARIANTS.len());
    for (kind, row) in Kind::VARIANTS.iter().zip(rows) {
        let spec = kind.spec();
        let always = if spec.always_in_app { " (always)" } else { "" };
        assert_eq!(row[1], format!("`{}`{always}", kind.as_str()));
        let named =
            |text: &str| -> BTreeSet<String> { text.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
        let events = rules().filter(|(_, of)| of == kind).map(|(event, _)| event.to_owned()).collect();
        assert_eq!(named(row[2]), events, "{kind:?}");
        assert_eq!(
            named(row[4]),
            spec.sees.iter().map(|permission| permission.as_str().to_owned()).collect(),
            "{kind:?}"
        );
        let mail = match spec.mail {
            Some(MailTiming::Immediately) => "`immediately`",
            Some(MailTiming::Digest) => "`digest`",
            Some(MailTiming::Off) => "`off`",
            None => row[5].trim_start_matches("by [approvals](approvals.md)").trim_start_matches("by approvals"),
        };
        assert!(if spec.mail.is_some() { row[5] == mail } else { mail.is_empty() }, "{kind:?}: {}", row[5]);
    }
}

#[test]
fn what_is_heard_is_published() {
    let published: BTreeSet<&str> = purser_api::wiring::event_types().iter().map(|event| event.name).collect();
    for (event, kind) in rules() {
        assert!(published.contains(event), "{kind:?} follows from {event}, which nobody publishes");
    }
}
