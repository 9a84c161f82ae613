//! Customers by their codes.
use super::{CUSTOMERS, audited, committing, counts, dry_run, faults, found, import, send};
use crate::{at, problem, rows};
use purser_tests::{app::TestApp, database::Engine};
use rstest::rstest;
use serde_json::{Value, json};
use std::fmt::Write;

const LIST: &str = "/v1/customers";

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn customers_are_created_and_changed_by_their_codes(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let cafe = owner.customer("Corner Café", "4915112345678").await;
    let text = "customer_code,business_name,email,address_city,address_country,currency\n\
        k-1,Harbour Bistro,chef@example.com,Kiel,de,EUR\n\
        K-2,Station Kiosk,,,,\n";
    assert_eq!(counts(&import(&owner, CUSTOMERS, text).await), [2, 0, 0, 0]);
    let list = rows(&owner, LIST).await;
    let (kiosk, bistro) = (&list[0], &list[1]);
    assert_eq!((&bistro["customer_code"], &bistro["email"]), (&json!("K-1"), &json!("chef@example.com")));
    assert_eq!((&bistro["address"]["city"], &bistro["address"]["country"]), (&json!("Kiel"), &json!("DE")));
    assert_eq!((&kiosk["address"], &kiosk["email"], &kiosk["version"]), (&json!(null), &json!(null), &json!(1)));
    assert_eq!((&kiosk["status"], &kiosk["total_orders"]), (&json!("no_orders_yet"), &json!(0)));
    // As for every customer that is created, somebody may listen.
    let events = "select cast(count(*) as text) from outbox_events where event_type = 'customer.created'";
    assert_eq!(found(&app, events).await, "3");
    assert_eq!((audited(&app, "customer.create").await, audited(&app, "customer.import").await), (3, 1));
    assert_eq!(counts(&dry_run(&owner, CUSTOMERS, text).await), [0, 0, 2, 0]);

    // Only what the file names; contacts are not in it.
    let code = cafe["customer_code"].as_str().unwrap();
    let text = format!("customer_code,address_line1,phone\nK-1,Pier 1,+49 431 123456\n{code},,0431 99999\n");
    let done = import(&owner, CUSTOMERS, &text).await;
    assert_eq!(counts(&done), [0, 2, 0, 0]);
    let bistro = owner.get(&at(LIST, bistro)).await.json();
    assert_eq!((&bistro["address"]["line1"], &bistro["address"]["city"]), (&json!("Pier 1"), &json!("Kiel")));
    assert_eq!((&bistro["version"], &bistro["email"]), (&json!(2), &json!("chef@example.com")));
    let after = owner.get(&at(LIST, &cafe)).await.json();
    assert_eq!((&after["phone"], &after["contacts"]), (&json!("0431 99999"), &cafe["contacts"]));
    assert_eq!(found(&app, events).await, "3");
    // Emptied part by part, an address is none.
    import(&owner, CUSTOMERS, "customer_code,address_line1,address_city,address_country\nK-1,,,\n").await;
    assert_eq!(owner.get(&at(LIST, &bistro)).await.json()["address"], json!(null));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn rows_are_refused_by_the_rules_of_customers(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    import(&owner, CUSTOMERS, "customer_code,business_name,currency\nA,Acme,EUR\n").await;
    let text = "customer_code,business_name,email,phone,address_country,currency\n\
        A,Acme,,,,USD\n\
        ,Nobody,,,,\n\
        B,,,,,\n\
        C,C,not a mail,,,\n\
        D,D,,call me,,\n\
        E,E,,,Germany,\n\
        F,F,,,,XXX\n\
        a,Acme,,,,EUR\n";
    let shown = dry_run(&owner, CUSTOMERS, text).await;
    let found = faults(&shown);
    let places: Vec<_> = found.iter().map(|(row, column, code)| (*row, column.as_str(), code.as_str())).collect();
    assert_eq!(
        places,
        [
            (2, "currency", "not_changeable"),
            (3, "customer_code", "required"),
            (4, "business_name", "required"),
            (5, "email", "not_an_email"),
            (6, "phone", "not_a_phone_number"),
            (7, "address_country", "not_a_country"),
            (8, "currency", "unknown_currency"),
            (9, "customer_code", "duplicate"),
        ]
    );
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_customer_that_changed_since_is_not_overwritten(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let text = "customer_code,business_name\nA,Acme\nB,Bistro\n";
    import(&owner, CUSTOMERS, text).await;
    let text = text.replace("Acme", "Acme Ltd").replace("Bistro", "Bistro Ltd");
    let shown = dry_run(&owner, CUSTOMERS, &text).await;
    let bistro = rows(&owner, "/v1/customers?customer_code=b").await.remove(0);
    owner.patch(&at(LIST, &bistro), 1, &json!({ "business_name": "Café" })).await.expect(200);
    problem(&send(&owner, &committing(CUSTOMERS, &shown), text.as_str()).await, 409, "import_outdated");
    let names: Vec<_> = rows(&owner, LIST).await.iter().map(|row| row["business_name"].clone()).collect();
    assert_eq!(names, ["Café", "Acme"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_a_new_customer_would_be_is_what_was_shown(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let text = "customer_code,business_name\nA,Acme\n";
    let shown = dry_run(&owner, CUSTOMERS, text).await;
    let mut raw = app.database.owner().await;
    raw.execute("update organization_settings set default_currency = 'CHF'").await.unwrap();
    problem(&send(&owner, &committing(CUSTOMERS, &shown), text).await, 409, "import_outdated");
    assert_eq!(rows(&owner, LIST).await, Vec::<Value>::new());
    import(&owner, CUSTOMERS, text).await;
    assert_eq!(rows(&owner, LIST).await[0]["currency"], "CHF");
}

/// As the codes of another program are moved over: who is created by hand next gets the first that is free.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn codes_go_on_behind_those_that_were_imported(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let mut text = "customer_code,business_name\n".to_owned();
    for number in (1..=2500).filter(|number| *number != 1700) {
        writeln!(text, "C-{number:05},Customer {number}").unwrap();
    }
    assert_eq!(counts(&import(&owner, CUSTOMERS, &text).await), [2499, 0, 0, 0]);
    let next = async || {
        let created = owner.create(LIST, &json!({ "business_name": "By hand" })).await;
        created["customer_code"].as_str().unwrap().to_owned()
    };
    assert_eq!([next().await, next().await, next().await], ["C-01700", "C-02501", "C-02502"]);
    let given = "select cast(next_value as text) from number_sequences where name = 'customer_codes'";
    assert_eq!(found(&app, given).await, "2503");
}

/// Each batch locks its rows: files with the same customers in opposite orders would meet in the middle.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn two_files_in_opposite_orders_do_not_wait_for_one_another(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let file = |column: &str, cell: &str, backwards: bool| {
        let mut lines: Vec<String> = (0..2000).map(|number| format!("K-{number},{cell}\n")).collect();
        if backwards {
            lines.reverse();
        }
        format!("customer_code,{column}\n{}", lines.concat())
    };
    import(&owner, CUSTOMERS, &file("business_name", "Acme", false)).await;
    let (terms, tax) = (file("payment_terms", "net_30", false), file("tax_id", "DE1", true));
    let commit_terms = committing(CUSTOMERS, &dry_run(&owner, CUSTOMERS, &terms).await);
    let commit_tax = committing(CUSTOMERS, &dry_run(&owner, CUSTOMERS, &tax).await);
    let (one, two) = tokio::join!(send(&owner, &commit_terms, terms), send(&owner, &commit_tax, tax));
    for done in [one, two] {
        assert_eq!(counts(&done.expect(200).json()), [0, 2000, 0, 0]);
    }
}
