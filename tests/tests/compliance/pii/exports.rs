//! Files that show nobody whole.
use purser_compliance::verify::Finding;
use purser_tests::{
    app::{Tenant, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};

const PERSONAL: [&str; 6] =
    ["ana.diaz@example.com", "20 7946 0018", "219-09-9998", "Long Lane", "DE89 3704 0044 0532 0130 00", "203.0.113.47"];

async fn shop(engine: Engine) -> Option<(TestApp, Tenant)> {
    let app = TestApp::start_without_workers(engine).await?;
    let tenant = app.tenant("Acme").await;
    let body = json!({
        "business_name": "Deli, IBAN DE89 3704 0044 0532 0130 00, ip 203.0.113.47", "email": "ana.diaz@example.com",
        "phone": "+44 20 7946 0018", "tax_id": "219-09-9998", "customer_code": "C-1",
        "address": { "line1": "1 Long Lane", "city": "London", "country": "GB" },
    });
    tenant.create("/v1/customers", &body).await;
    Some((app, tenant))
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn customers_leave_with_masks(#[case] engine: Engine) {
    let Some((_app, tenant)) = shop(engine).await else { return };
    let plain = tenant.get("/v1/customers/export").await.expect(200);
    assert!(plain.body.contains("ana.diaz@example.com") && plain.body.contains("Long Lane"));
    let masked = tenant.get("/v1/customers/export?mask=true").await.expect(200);
    assert!(masked.header("content-disposition").contains("customers-masked.csv"));
    for personal in PERSONAL {
        assert!(!masked.body.contains(personal), "{personal} in {}", masked.body);
    }
    let mut reader = csv::Reader::from_reader(masked.body.strip_prefix('\u{feff}').unwrap().as_bytes());
    let columns = reader.headers().unwrap().clone();
    let row = reader.records().next().unwrap().unwrap();
    let cell = |name: &str| row[columns.iter().position(|column| column == name).unwrap()].to_owned();
    assert_eq!(cell("business_name"), "Deli, IBAN DE** **** **** **** **30 00, ip 203.*.*.*");
    assert_eq!((cell("email"), cell("tax_id")), ("a***@example.com".to_owned(), "***-**-****".to_owned()));
    // A plus at the beginning of a cell is disarmed for spreadsheets.
    assert_eq!(cell("phone"), "'+** ** **** **18");
    assert_eq!((cell("address_line1"), cell("customer_code")), ("* **** ****".to_owned(), "C-1".to_owned()));
    // What is no customer is found by the rules that are turned on.
    let rule = json!({ "name": "Deli", "pii_type": "person", "pattern": "Deli" });
    tenant.create("/v1/pii-rules", &rule).await;
    let masked = tenant.get("/v1/customers/export?mask=true&delimiter=semicolon").await.expect(200);
    assert!(masked.body.contains("\"****, IBAN DE**"), "{}", masked.body);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_trail_leaves_with_masks_and_is_no_proof_then(#[case] engine: Engine) {
    let Some((app, tenant)) = shop(engine).await else { return };
    app.seal(&tenant).await;
    let whole = tenant.get("/v1/audit-logs/export").await.expect(200).body;
    assert!(whole.contains("ana.diaz@example.com"));
    for query in ["mask=true", "mask=true&format=csv", "mask=true&resource=customer"] {
        let file = tenant.get(&format!("/v1/audit-logs/export?{query}")).await.expect(200).body;
        for personal in PERSONAL.into_iter().chain([&*tenant.email, "127.0.0.1", "Olive Owner"]) {
            assert!(!file.contains(personal), "{query}: {personal} in {file}");
        }
        assert!(file.contains("customer.create") && file.contains(&tenant.organization_id) || query.contains("csv"));
    }
    let masked = tenant.get("/v1/audit-logs/export?mask=true").await.expect(200).body;
    let lines: Vec<Value> = masked.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["masked"], &lines.last().unwrap()["type"]), (&json!(true), &json!("end")));
    assert_eq!(whole.lines().count(), lines.len());
    assert!(!whole.contains("\"masked\""));
    let keys = purser_compliance::verify::verify(masked.as_bytes(), &[], &[]).unwrap();
    assert_eq!(keys.findings, [Finding::Masked]);
}
