//! What an API key is worth at another node, and by a clock that tests move.
use crate::house::House;
use chrono::TimeDelta;
use purser_auth::{
    Auth, Authenticated,
    api_keys::{self, Issued, NewApiKey},
};
use purser_kernel::{Actor, Client, CommonProblem, ExposeSecret, Moment, Permission, Problem, Scope, SecretString};
use purser_tests::database::Engine;
use rstest::rstest;

async fn authenticate(auth: &Auth, secret: &SecretString) -> Result<Authenticated, Problem> {
    auth.authenticate(secret.expose_secret(), Client::default(), "test".into()).await
}

async fn issue(house: &House, scope: &Scope, lifetime: Option<TimeDelta>) -> Issued {
    let tx = house.store.write(scope).await.unwrap();
    let new = NewApiKey {
        name: "Webshop".into(),
        scopes: vec![Permission::OrdersRead],
        expires_at: lifetime.and_then(|lifetime| Moment::new(tx.now() + lifetime)),
        allowed_ips: None,
    };
    let issued = api_keys::create(&tx, new).await.unwrap();
    tx.commit().await.unwrap();
    issued
}

fn refused(result: Result<Authenticated, Problem>) -> bool {
    result.unwrap_err().is(CommonProblem::Unauthenticated)
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn ends_when_it_was_said_to(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let ann = house.sign_up("ann@example.com").await;
    let scope = house.authenticate(&ann.tokens).await.unwrap().scope;
    let (short, endless) = (issue(&house, &scope, Some(TimeDelta::hours(1))).await, issue(&house, &scope, None).await);
    let caller = authenticate(&house.auth, &short.secret).await.unwrap();
    assert_eq!(caller.scope.actor, Actor::ApiKey(short.key.id.as_uuid()));
    assert_eq!(caller.scope.permissions, Permission::OrdersRead);
    assert!(caller.session().is_err());
    // Also while what it was looked up as is still remembered.
    house.advance(TimeDelta::hours(1));
    assert!(refused(authenticate(&house.auth, &short.secret).await));
    assert!(refused(authenticate(&house.another_node(), &short.secret).await));
    house.advance(TimeDelta::days(3650));
    authenticate(&house.auth, &endless.secret).await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_secret_that_was_rotated_away_works_on_for_the_overlap(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let ann = house.sign_up("ann@example.com").await;
    let scope = house.authenticate(&ann.tokens).await.unwrap().scope;
    let first = issue(&house, &scope, None).await;
    let tx = house.store.write(&scope).await.unwrap();
    let second = api_keys::rotate(&tx, first.key.id, None).await.unwrap();
    tx.commit().await.unwrap();
    let node = house.another_node();
    house.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    authenticate(&node, &first.secret).await.unwrap();
    house.advance(TimeDelta::seconds(1));
    assert!(refused(authenticate(&node, &first.secret).await));
    authenticate(&node, &second.secret).await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn another_node_hears_of_the_end_within_a_second(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let ann = house.sign_up("ann@example.com").await;
    let scope = house.authenticate(&ann.tokens).await.unwrap().scope;
    let issued = issue(&house, &scope, None).await;
    let node = house.another_node();
    authenticate(&node, &issued.secret).await.unwrap();
    let tx = house.store.write(&scope).await.unwrap();
    api_keys::revoke(&tx, issued.key.id).await.unwrap();
    tx.commit().await.unwrap();
    house.auth.forget_api_key(issued.key.organization_id, issued.key.id).await;
    assert!(refused(authenticate(&house.auth, &issued.secret).await));
    assert!(refused(authenticate(&house.another_node(), &issued.secret).await));
    purser_tests::app::within_a_second("the other node to hear of it", || async {
        authenticate(&node, &issued.secret).await.is_err().then_some(())
    })
    .await;
}
