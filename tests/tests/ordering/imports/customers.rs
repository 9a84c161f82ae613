//! Customers by their codes.
use super::{CUSTOMERS, audited, committing, counts, dry_run, faults, found, import, send};
use crate::{at, problem, rows};
use purser_tests::{app::TestApp, database::Engine};
use rstest::rstest;
use serde_json::json;

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
        places[..3],
        [(2, "currency", "not_changeable"), (3, "customer_code", "required"), (4, "business_name", "required"),]
    );
    let columns: Vec<_> = places[3..].iter().map(|(row, column, _)| (*row, *column)).collect();
    assert_eq!(columns, [(5, "email"), (6, "phone"), (7, "address_country"), (8, "currency"), (9, "customer_code")]);
    assert_eq!(places[7].2, "duplicate");
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
