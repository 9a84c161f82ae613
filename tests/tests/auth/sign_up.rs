//! Signing up.
use crate::house::{House, PASSWORD, founder};
use purser_auth::{AuthProblem, people};
use purser_kernel::{Client, Currency, OrganizationId, PermissionSet, Scope};
use purser_store::ports::{Settings, Tenants};
use purser_tenancy::{Tenancy, members};
use purser_tests::database::Engine;
use rstest::rstest;
use std::collections::HashSet;

async fn organizations(house: &House) -> Vec<OrganizationId> {
    let tx = house.store.system_read().await.unwrap();
    Tenancy.page(tx.system(), None, 100).await.unwrap()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn founds_an_organization_that_can_work(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let ann = house.sign_up("Ann@Example.com").await;
    assert_eq!(ann.organization.slug, "blue-harbor-foods");
    assert_eq!(ann.user.email, "Ann@Example.com");

    let caller = house.authenticate(&ann.tokens).await.unwrap();
    assert_eq!(caller.scope.organization, ann.organization.id);
    assert_eq!(caller.scope.permissions, PermissionSet::all());

    let tx = house.store.read(&caller.scope).await.unwrap();
    let standing = members::me(&tx).await.unwrap();
    assert_eq!(standing.organization.name, "Blue Harbor Foods");
    assert_eq!(standing.membership.roles, ["owner"]);
    assert_eq!(people::me(&tx).await.unwrap().id, ann.user.id);
    let settings = Tenancy.for_orders(&tx).await.unwrap();
    assert_eq!((settings.ai_confidence_threshold, settings.default_currency), (0.85, Currency::USD));
    drop(tx);
    house.store.vault().check(&house.store, ann.organization.id).await.unwrap();
    for action in ["user.sign_up", "organization.create"] {
        assert_eq!(house.audited(ann.organization.id, action).await, 1, "{action}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_address_is_given_once_in_whatever_case(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    house.sign_up("ann@example.com").await;
    let again = house.auth.sign_up(founder("ANN@example.COM"), Client::default(), "test".into()).await;
    assert!(again.unwrap_err().is(AuthProblem::EmailTaken));
    assert_eq!(organizations(&house).await.len(), 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn of_ten_at_once_one_wins(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let attempts = (0..10).map(|_| {
        let auth = house.auth.clone();
        tokio::spawn(async move { auth.sign_up(founder("ann@example.com"), Client::default(), "test".into()).await })
    });
    let mut won = 0;
    for attempt in attempts.collect::<Vec<_>>() {
        match attempt.await.unwrap() {
            Ok(_) => won += 1,
            Err(problem) => assert!(problem.is(AuthProblem::EmailTaken), "{problem}"),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(organizations(&house).await.len(), 1);
    assert!(house.log_in("ann@example.com", PASSWORD).await.is_ok());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn organizations_of_one_name_have_slugs_of_their_own(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let attempts = (0..8).map(|number| {
        let auth = house.auth.clone();
        let request = founder(&format!("ann{number}@example.com"));
        tokio::spawn(async move { auth.sign_up(request, Client::default(), "test".into()).await })
    });
    let mut slugs = HashSet::new();
    for attempt in attempts.collect::<Vec<_>>() {
        slugs.insert(attempt.await.unwrap().unwrap().organization.slug);
    }
    assert_eq!(slugs.len(), 8);
    assert!(slugs.contains("blue-harbor-foods"));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn names_every_field_that_cannot_be(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let mut request = founder("nobody");
    request.organization_name = " ".into();
    request.full_name = "x".repeat(201);
    request.password = "short".into();
    let problem = house.auth.sign_up(request, Client::default(), "test".into()).await.unwrap_err();
    let pointers: Vec<&str> = problem.errors().iter().map(|error| error.pointer.as_str()).collect();
    assert_eq!(pointers, ["/organization_name", "/full_name", "/email", "/password"]);
    assert!(organizations(&house).await.is_empty());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn keeps_neither_secret_nor_address_where_logs_could_find_them(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let shown = format!("{:?}", house.sign_up("ann@example.com").await);
    for secret in ["ann@example.com", "Ann Example", "eyJ"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    let scope = Scope::system(organizations(&house).await[0], "test");
    let tx = house.store.read(&scope).await.unwrap();
    assert!(people::me(&tx).await.is_err());
    assert!(members::me(&tx).await.is_err());
}

/// What looks like an address that somebody has, and what a mail server would take for the same.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_look_alike_of_an_address_is_none(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    house.sign_up("ann@example.com").await;
    let look_alikes = [
        "\u{430}nn@example.com",   // Cyrillic
        "ann@ex\u{430}mple.com",   // Cyrillic, in the domain
        "ann\u{ff20}example.com",  // a wide @
        "\u{ff41}nn@example.com",  // a wide letter, which NFKC makes an a
        "a\u{200b}nn@example.com", // a space that nobody sees
        "ann@example.com.",        // the root of the domain names
        "ann.@example.com",
        "ann@example..com",
        "\"ann\"@example.com",
        "ann@example.com\0",
    ];
    for address in look_alikes {
        let problem = house.auth.sign_up(founder(address), Client::default(), "test".into()).await.unwrap_err();
        assert_eq!(problem.errors()[0].pointer, "/email", "{address:?}");
        assert!(house.log_in(address, PASSWORD).await.unwrap_err().is(AuthProblem::InvalidCredentials), "{address:?}");
    }
    house.log_in(" ANN@Example.COM", PASSWORD).await.unwrap();
    assert_eq!(organizations(&house).await.len(), 1);
}
