//! Customers and their contacts.
use crate::{at, deletes, id, keeps_versions, problem, refused, rows};
use purser_tests::{app::TestApp, database::Engine};
use rstest::rstest;
use serde_json::{Value, json};

const LIST: &str = "/v1/customers";

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_customer_is_kept_as_it_was_sent(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let body = json!({
        "business_name": "Corner Store Ltd", "customer_code": " cs-1 ", "email": "Office@Corner.example", "phone": "+44 20 7946 0018",
        "address": { "line1": "1 High Street", "line2": null, "city": "London", "region": null, "postal_code": "E1 6AN", "country": "gb" },
        "tax_id": "GB123", "currency": "GBP", "payment_terms": "net_30",
        "contacts": [
            { "name": "Paula", "role": "buyer", "phone": "+44 20 7946 0019", "whatsapp": "+44 7946 000180", "email": "paula@corner.example" },
            { "whatsapp": "447946000181" },
        ],
    });
    let created = owner.post(LIST, &body).await.expect(201);
    let row = created.json();
    assert_eq!((created.header("etag"), created.header("location")), ("\"1\"", &*at(LIST, &row)));
    assert_eq!(row["customer_code"], "CS-1");
    assert_eq!(row["address"]["country"], "GB");
    for field in ["business_name", "email", "phone", "tax_id", "currency", "payment_terms"] {
        assert_eq!(row[field], body[field], "{field}");
    }
    for field in ["name", "role", "phone", "whatsapp", "email"] {
        assert_eq!(row["contacts"][0][field], body["contacts"][0][field], "{field}");
    }
    assert_eq!((&row["contacts"][1]["name"], &row["contacts"][1]["whatsapp"]), (&Value::Null, &json!("447946000181")));
    assert_eq!(row["status"], "no_orders_yet");
    assert_eq!((&row["total_orders"], &row["total_spent"]), (&json!(0), &json!("0.00")));
    assert_eq!(row["last_ordered_at"], Value::Null);
    assert_eq!(owner.get(&at(LIST, &row)).await.expect(200).json(), row);
    assert_eq!(rows(&owner, LIST).await, std::slice::from_ref(&row));

    let change = json!({ "business_name": "Corner Shop", "email": null, "address": null, "payment_terms": "prepaid" });
    let changed = owner.patch(&at(LIST, &row), 1, &change).await.expect(200).json();
    for (field, value) in change.as_object().unwrap() {
        assert_eq!(&changed[field], value, "{field}");
    }
    for field in ["customer_code", "phone", "tax_id", "contacts", "currency", "created_at"] {
        assert_eq!(changed[field], row[field], "{field}");
    }
    keeps_versions(&owner, &at(LIST, &row), &json!({ "contacts": [] })).await;
    assert_eq!(owner.get(&at(LIST, &row)).await.json()["contacts"], json!([]));
    deletes(&owner, LIST, &at(LIST, &row)).await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_customer_needs_no_more_than_a_name(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    owner.create(LIST, &json!({ "business_name": "By hand", "customer_code": "C-00002" })).await;
    let mut codes = Vec::new();
    for name in ["A", "B"] {
        let row = owner.create(LIST, &json!({ "business_name": name })).await;
        assert_eq!((&row["currency"], &row["contacts"]), (&json!("USD"), &json!([])));
        codes.push(row["customer_code"].clone());
    }
    // The one that was taken by hand is passed over.
    assert_eq!(codes, ["C-00001", "C-00003"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_code_belongs_to_one_customer_in_any_case(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let first = owner.create(LIST, &json!({ "business_name": "A", "customer_code": "shop-1" })).await;
    let second = owner.create(LIST, &json!({ "business_name": "B" })).await;
    let taken = owner.post(LIST, &json!({ "business_name": "C", "customer_code": "Shop-1" })).await;
    problem(&taken, 409, "customer_code_taken");
    assert_eq!(taken.json()["pointer"], "/customer_code");
    problem(
        &owner.patch(&at(LIST, &second), 1, &json!({ "customer_code": "SHOP-1" })).await,
        409,
        "customer_code_taken",
    );
    owner.delete(&at(LIST, &first), 1).await.expect(204);
    owner.patch(&at(LIST, &second), 1, &json!({ "customer_code": "SHOP-1" })).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn contacts_are_replaced_and_those_that_are_named_stay(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let contacts =
        json!([{ "name": "Ann", "whatsapp": "447946000001" }, { "name": "Bob", "whatsapp": "447946000002" }]);
    let row = owner.create(LIST, &json!({ "business_name": "A", "contacts": contacts })).await;
    let (ann, bob) = (row["contacts"][0]["id"].clone(), row["contacts"][1]["id"].clone());
    let path = at(LIST, &row);

    // Two numbers change hands in one change.
    let swapped = json!([
        { "id": ann, "name": "Ann", "whatsapp": "447946000002" },
        { "id": bob, "name": "Bob", "whatsapp": "447946000001" },
    ]);
    let changed = owner.patch(&path, 1, &json!({ "contacts": swapped })).await.expect(200).json();
    let seen: Vec<_> =
        changed["contacts"].as_array().unwrap().iter().map(|row| (&row["id"], &row["whatsapp"])).collect();
    assert_eq!(seen, [(&ann, &json!("447946000002")), (&bob, &json!("447946000001"))]);

    let left = json!([{ "id": bob, "name": "Robert" }, { "name": "Cleo" }]);
    let changed = owner.patch(&path, 2, &json!({ "contacts": left })).await.expect(200).json();
    assert_eq!(changed["contacts"].as_array().unwrap().len(), 2);
    assert_eq!((&changed["contacts"][0]["id"], &changed["contacts"][0]["name"]), (&bob, &json!("Robert")));
    assert_eq!(changed["contacts"][0]["whatsapp"], Value::Null);
    assert_eq!(changed["contacts"][1]["name"], "Cleo");

    let other = owner.create(LIST, &json!({ "business_name": "B", "contacts": [{ "name": "Dan" }] })).await;
    for (contact, code) in [(&other["contacts"][0]["id"], "unknown_reference"), (&ann, "unknown_reference")] {
        let contacts = json!([{ "id": bob, "name": "Bob" }, { "id": contact, "name": "x" }]);
        let answer = owner.patch(&path, 3, &json!({ "contacts": contacts })).await;
        refused(&answer, &[("/contacts/1/id", code)]);
    }
    let twice = json!([{ "id": bob, "name": "Bob" }, { "id": bob, "name": "Rob" }]);
    refused(&owner.patch(&path, 3, &json!({ "contacts": twice })).await, &[("/contacts/1/id", "duplicate")]);
    let new = json!({ "business_name": "C", "contacts": [{ "id": bob, "name": "Bob" }] });
    refused(&owner.post(LIST, &new).await, &[("/contacts/0/id", "unknown_reference")]);
    assert_eq!(owner.get(&path).await.expect(200).json(), changed);
    assert_eq!(rows(&owner, LIST).await.len(), 2);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_whatsapp_number_leads_to_one_contact(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let first = owner.customer("A", "+44 7946 000180").await;
    let second = owner.create(LIST, &json!({ "business_name": "B" })).await;
    let contacts = json!([{ "name": "Other", "whatsapp": "0044 (7946) 000-180" }]);
    let taken = owner.post(LIST, &json!({ "business_name": "C", "contacts": contacts })).await;
    problem(&taken, 409, "whatsapp_taken");
    problem(&owner.patch(&at(LIST, &second), 1, &json!({ "contacts": contacts })).await, 409, "whatsapp_taken");
    let twice = json!([{ "whatsapp": "+44 7946 000181" }, { "whatsapp": "447946000181" }]);
    let answer = owner.post(LIST, &json!({ "business_name": "C", "contacts": twice })).await;
    refused(&answer, &[("/contacts/1/whatsapp", "duplicate")]);
    // What was refused left nothing behind.
    assert_eq!(rows(&owner, LIST).await.len(), 2);
    assert_eq!(owner.get(&at(LIST, &second)).await.json(), second);

    owner.delete(&at(LIST, &first), 1).await.expect(204);
    owner.patch(&at(LIST, &second), 1, &json!({ "contacts": contacts })).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_fault_is_named_at_its_field(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let with = |field: &str, value: Value| {
        let mut body = json!({ "business_name": "A" });
        body[field] = value;
        body
    };
    let too_many: Vec<Value> = (0..101).map(|n| json!({ "name": n.to_string() })).collect();
    for (body, pointer, code) in [
        (with("business_name", json!("\u{200b}\u{7}")), "/business_name", "control_character"),
        (with("customer_code", json!("x".repeat(41))), "/customer_code", "too_long"),
        (with("customer_code", json!("ß".repeat(30))), "/customer_code", "too_long"),
        (with("phone", json!(format!("+44{}123456", "-".repeat(40)))), "/phone", "not_a_phone_number"),
        (with("email", json!("nobody")), "/email", "not_an_email"),
        (with("phone", json!("call me")), "/phone", "not_a_phone_number"),
        (with("currency", json!("XYZ")), "/currency", "unknown_currency"),
        (with("address", json!({ "country": "Germany" })), "/address/country", "not_a_country"),
        (with("address", json!({ "street": "x" })), "/address/street", "invalid_value"),
        (with("address", json!("x")), "/address", "invalid_value"),
        (with("contacts", json!([{}])), "/contacts/0", "required"),
        (with("contacts", json!([{ "name": "A" }, { "role": "buyer" }])), "/contacts/1", "required"),
        (with("contacts", json!([{ "email": "@" }])), "/contacts/0/email", "not_an_email"),
        (with("contacts", json!([{ "whatsapp": "12345" }])), "/contacts/0/whatsapp", "not_a_phone_number"),
        (with("contacts", json!([{ "name": "A", "fax": "1" }])), "/contacts/0/fax", "invalid_value"),
        (with("contacts", json!(too_many)), "/contacts", "too_many"),
        (with("status", json!("ordering")), "/status", "invalid_value"),
        (with("total_orders", json!(7)), "/total_orders", "invalid_value"),
    ] {
        refused(&owner.post(LIST, &body).await, &[(pointer, code)]);
    }
    let many = json!({ "business_name": "", "email": "x", "phone": "x", "tax_id": "" });
    let faults = [
        ("/business_name", "required"),
        ("/email", "not_an_email"),
        ("/phone", "not_a_phone_number"),
        ("/tax_id", "required"),
    ];
    refused(&owner.post(LIST, &many).await, &faults);
    assert_eq!(rows(&owner, LIST).await, Vec::<Value>::new());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_list_shows_what_its_filters_say(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    for (name, code) in [("Corner Store", "a"), ("Corner Shop", "b"), ("Great  Market", "c")] {
        owner.create(LIST, &json!({ "business_name": name, "customer_code": code })).await;
    }
    let codes = async |query: &str| {
        let rows = rows(&owner, &format!("{LIST}?{query}")).await;
        rows.iter().map(|row| row["customer_code"].as_str().unwrap().to_owned()).collect::<String>()
    };
    assert_eq!(codes("").await, "CBA");
    assert_eq!(codes("customer_code=%20B").await, "B");
    assert_eq!(codes("name_prefix=corner").await, "BA");
    assert_eq!(codes("name_prefix=CORNER%20S&customer_code=a").await, "A");
    assert_eq!(codes("name_prefix=great%20market").await, "C");
    assert_eq!(codes("status=no_orders_yet").await, "CBA");
    assert_eq!(codes("status=ordering").await, "");
    problem(&owner.get(&format!("{LIST}?status=asleep")).await, 422, "validation_failed");
    let row = rows(&owner, &format!("{LIST}?customer_code=c")).await.remove(0);
    assert_eq!(owner.get(&format!("{LIST}/{}", id(&row))).await.json(), row);
}
