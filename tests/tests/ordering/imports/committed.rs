//! A commit does exactly what was shown, as a whole and once.
use super::{
    CUSTOMERS, GROCERY, PRODUCTS, audited, catalogue_version, committing, counts, dry_run, file, import, products, send,
};
use crate::{at, problem, product, refused};
use purser_tests::{
    app::{Answer, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};
use std::fmt::Write;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_shown_is_done_and_then_unchanged(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let done = import(&owner, PRODUCTS, GROCERY).await;
    assert_eq!(counts(&done), [3, 0, 0, 0]);
    let created = products(&owner).await;
    let shown: Vec<_> = created.iter().map(|row| (&row["sku"], &row["base_price"], &row["version"])).collect();
    let expected =
        [("MILK", "12.40"), ("RICE", "2.15"), ("BREAD", "1.05")].map(|(sku, price)| (json!(sku), json!(price)));
    assert_eq!(shown, expected.iter().map(|(sku, price)| (sku, price, &created[0]["version"])).collect::<Vec<_>>());
    assert_eq!(created[0]["version"], 1);
    // Found as any other product is, by its folded name, too.
    assert_eq!(crate::rows(&owner, "/v1/products?name_prefix=whole%20MILK").await.len(), 1);

    assert_eq!(counts(&dry_run(&owner, PRODUCTS, GROCERY).await), [0, 0, 3, 0]);
    let version = catalogue_version(&app).await;
    let changed = GROCERY.replace("12.40", "13.10").replace("Basmati", "Brown");
    assert_eq!(counts(&import(&owner, PRODUCTS, &changed).await), [0, 2, 1, 0]);
    assert_eq!(catalogue_version(&app).await, version + 1, "the catalogue changes once");
    let after = products(&owner).await;
    let versions: Vec<_> = after.iter().map(|row| row["version"].as_i64().unwrap()).collect();
    assert_eq!(versions, [2, 2, 1]);
    assert_eq!((&after[0]["base_price"], &after[1]["name"]), (&json!("13.10"), &json!("Brown Rice")));
    assert_eq!((&after[0]["created_at"], &after[0]["id"]), (&created[0]["created_at"], &created[0]["id"]));
    assert_eq!(after[2], created[2]);

    let trail = async |query: &str| crate::rows(&owner, &format!("/v1/audit-logs?{query}")).await;
    let of_milk = trail(&format!("resource_id={}", crate::id(&created[0]))).await;
    let actions: Vec<_> = of_milk.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["product.update", "product.create"]);
    assert_eq!(
        of_milk[0]["changes"],
        json!({ "before": { "base_price": "12.40" }, "after": { "base_price": "13.10" } })
    );
    let imports = trail("action=product.import").await;
    assert_eq!(imports.len(), 2);
    let rows = &imports[0]["changes"]["after"]["rows"];
    assert_eq!((&rows["total"], &rows["changed"]), (&json!(3), &json!(2)));
    assert_eq!(imports[0]["changes"]["after"]["file_sha256"].as_str().unwrap().len(), 64);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn another_file_or_another_state_is_refused_whole(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let (owner, stranger) = (app.tenant("Blue Harbor Foods").await, app.tenant("Red Valley Tools").await);
    let milk = product(&owner, "MILK").await;
    let shown = dry_run(&owner, PRODUCTS, GROCERY).await;
    assert_eq!(counts(&shown), [2, 1, 0, 0]);
    let commit = committing(PRODUCTS, &shown);
    let outdated = async |who, path: &str, text: &str| {
        problem(&send(who, path, text).await, 409, "import_outdated");
    };
    let (trail, version) = (audited(&app, "product.import").await, catalogue_version(&app).await);
    // One byte more, another reading of the same bytes, a token of another organization and one of another table.
    outdated(&owner, &commit, &format!("{GROCERY}\n")).await;
    let alone = committing(PRODUCTS, &dry_run(&owner, PRODUCTS, "sku\nA\n").await);
    outdated(&owner, &format!("{alone}&delimiter=tab"), "sku\nA\n").await;
    outdated(&stranger, &commit, GROCERY).await;
    let codes = "customer_code\nA\n";
    let other = dry_run(&owner, CUSTOMERS, codes).await;
    problem(&send(&owner, &committing(PRODUCTS, &other), "sku\nA\n").await, 409, "import_outdated");
    for token in ["", "x", "AAAA", &"A".repeat(42), &"A".repeat(44), "%00"] {
        let answer = send(&owner, &format!("{PRODUCTS}?commit={token}"), GROCERY).await;
        assert_eq!(answer.expect(422).problem(), "validation_failed", "{token}");
    }
    refused(&send(&owner, &format!("{PRODUCTS}?commit=x"), GROCERY).await, &[("/commit", "invalid_value")]);

    // What a row is compared with was changed, though the same columns differ as before.
    owner.patch(&at("/v1/products", &milk), 1, &json!({ "name": "Another" })).await.expect(200);
    outdated(&owner, &commit, GROCERY).await;
    // What was to be created is there by now.
    let commit = committing(PRODUCTS, &dry_run(&owner, PRODUCTS, GROCERY).await);
    let rice = product(&owner, "rice").await;
    outdated(&owner, &commit, GROCERY).await;
    owner.delete(&at("/v1/products", &rice), 1).await.expect(204);
    let left = products(&owner).await;
    assert_eq!((left.len(), &left[0]["name"], &left[0]["version"]), (1, &json!("Another"), &json!(2)));
    assert_eq!(products(&stranger).await, Vec::<Value>::new());
    assert_eq!(audited(&app, "product.import").await, trail);
    assert_eq!(catalogue_version(&app).await, version + 3, "what was refused counted nothing");

    // As it was when it was shown, and something else has changed meanwhile.
    product(&owner, "OTHER").await;
    assert_eq!(counts(&send(&owner, &commit, GROCERY).await.expect(200).json()), [2, 1, 0, 0]);
    // Once more it would do nothing, which is not what was shown.
    outdated(&owner, &commit, GROCERY).await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn rows_that_were_refused_are_left_out(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let text = format!("{GROCERY}EGGS,,box,2.50,EUR\nmilk,Milk again,case,1,EUR\n");
    assert_eq!(counts(&import(&owner, PRODUCTS, &text).await), [3, 0, 0, 2]);
    let skus: Vec<_> = products(&owner).await.iter().map(|row| row["sku"].as_str().unwrap().to_owned()).collect();
    assert_eq!(skus, ["MILK", "RICE", "BREAD"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn many_batches_are_one_import(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let file = |price: &str| {
        let mut text = "sku,name,unit,base_price,currency\n".to_owned();
        (0..1300).for_each(|number| writeln!(text, "SKU-{number},Product {number},piece,{price},EUR").unwrap());
        text
    };
    assert_eq!(counts(&import(&owner, PRODUCTS, &file("1.00")).await), [1300, 0, 0, 0]);
    assert_eq!(audited(&app, "product.create").await, 1300);
    // The last row of another file is wrong by now: none of the batches before it stays.
    let shown = dry_run(&owner, PRODUCTS, &file("2.00")).await;
    assert_eq!(counts(&shown), [0, 1300, 0, 0]);
    let last = crate::rows(&owner, "/v1/products?sku=sku-1299").await.remove(0);
    owner.patch(&at("/v1/products", &last), 1, &json!({ "name": "Faster" })).await.expect(200);
    problem(&send(&owner, &committing(PRODUCTS, &shown), file("2.00")).await, 409, "import_outdated");
    let first = crate::rows(&owner, "/v1/products?sku=sku-0").await.remove(0);
    assert_eq!((&first["base_price"], &first["version"]), (&json!("1.00"), &json!(1)));
    assert_eq!(audited(&app, "product.update").await, 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_retry_gets_the_first_answer(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let keyed =
        async |path: &str, text: &str| Answer::of(file(&owner, path, text).header("Idempotency-Key", "import-1")).await;
    // A dry run keeps nothing for a key, so its key is free for the commit.
    let shown = keyed(PRODUCTS, GROCERY).await.expect(200).json();
    let commit = committing(PRODUCTS, &shown);
    let first = keyed(&commit, GROCERY).await.expect(200);
    let again = keyed(&commit, GROCERY).await.expect(200);
    assert_eq!(again.body, first.body);
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
    assert_eq!(audited(&app, "product.import").await, 1);
    problem(&keyed(&commit, "sku\nA\n").await, 422, "idempotency_key_reused");
    problem(&keyed(&format!("{commit}&delimiter=comma"), GROCERY).await, 422, "idempotency_key_reused");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn two_at_once_are_one_after_the_other(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let commit = committing(PRODUCTS, &dry_run(&owner, PRODUCTS, GROCERY).await);
    let (one, two) = tokio::join!(send(&owner, &commit, GROCERY), send(&owner, &commit, GROCERY));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{one:?} {two:?}");
    assert_eq!(products(&owner).await.len(), 3);
}

/// A client that goes away has sent less than it announced, and nothing of it is taken.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_client_that_goes_away_leaves_nothing(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let commit = committing(PRODUCTS, &dry_run(&owner, PRODUCTS, GROCERY).await);
    // What arrives of the second is a good file of its own, and the token is of just that.
    let part: String = GROCERY.split_inclusive('\n').take(2).collect();
    let shown = dry_run(&owner, PRODUCTS, &part).await;
    assert_eq!(counts(&shown), [1, 0, 0, 0]);
    let commit_part = committing(PRODUCTS, &shown);
    let address = app.url.trim_start_matches("http://");
    for (commit, sent) in [(&commit, GROCERY), (&commit_part, &part)] {
        let mut client = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST {commit} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nContent-Type: text/csv\r\n\
             Content-Length: {}\r\n\r\n{sent}",
            owner.access_token,
            GROCERY.len() + 100,
        );
        client.write_all(head.as_bytes()).await.unwrap();
        client.shutdown().await.unwrap();
        // Until the server is done with it, which closes the connection then.
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).await.ok();
        assert!(!answer.starts_with(b"HTTP/1.1 2"), "{}", String::from_utf8_lossy(&answer));
    }
    // The next one is served, and finds everything as it was shown.
    assert_eq!(counts(&send(&owner, &commit, GROCERY).await.expect(200).json()), [3, 0, 0, 0]);
    assert_eq!(audited(&app, "product.import").await, 1);
}
