//! What a token is worth, and until when.
use crate::house::{House, PASSWORD, authenticate};
use chrono::TimeDelta;
use purser_auth::AuthProblem;
use purser_entity_tenancy::{membership_role, role};
use purser_kernel::{Client, CommonProblem, OrganizationId, SystemRole};
use purser_store::prelude::*;
use purser_tests::database::Engine;
use rstest::rstest;

const ANN: &str = "ann@example.com";

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn signing_out_ends_the_session_at_once(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let ann = house.sign_up(ANN).await;
    let other = house.log_in(ANN, PASSWORD).await.unwrap();
    let caller = house.authenticate(&ann.tokens).await.unwrap();
    for _ in 0..2 {
        house.auth.log_out(&caller.scope, caller.session().unwrap()).await.unwrap();
    }
    assert!(house.authenticate(&ann.tokens).await.unwrap_err().is(CommonProblem::Unauthenticated));
    let elsewhere = authenticate(&house.another_node(), &ann.tokens).await;
    assert!(elsewhere.unwrap_err().is(CommonProblem::Unauthenticated));
    let renewed = house.refresh(&ann.tokens.refresh_token).await;
    assert!(renewed.unwrap_err().is(AuthProblem::InvalidRefreshToken));
    house.authenticate(&other.tokens).await.unwrap();
    assert_eq!(house.audited(ann.organization.id, "session.sign_out").await, 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_ends_the_session_of_another(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let ann = house.sign_up(ANN).await;
    let bob = house.sign_up("bob@example.com").await;
    let (caller, victim) =
        (house.authenticate(&bob.tokens).await.unwrap(), house.authenticate(&ann.tokens).await.unwrap());
    house.auth.log_out(&caller.scope, victim.session().unwrap()).await.unwrap();
    authenticate(&house.another_node(), &ann.tokens).await.unwrap();
    house.refresh(&ann.tokens.refresh_token).await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_access_token_runs_out(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let ann = house.sign_up(ANN).await;
    house.advance(TimeDelta::minutes(10));
    house.authenticate(&ann.tokens).await.unwrap();
    house.advance(TimeDelta::seconds(5));
    assert!(house.authenticate(&ann.tokens).await.unwrap_err().is(CommonProblem::Unauthenticated));
    for token in ["", "Bearer", "a.b.c"] {
        let problem = house.auth.authenticate(token, Client::default(), "test".into()).await.unwrap_err();
        assert!(problem.is(CommonProblem::Unauthenticated));
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_membership_that_ends_ends_every_token(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let ann = house.sign_up(ANN).await;
    house.disable_members(ann.organization.id).await;
    let elsewhere = authenticate(&house.another_node(), &ann.tokens).await;
    assert!(elsewhere.unwrap_err().is(CommonProblem::Unauthenticated));
    let renewed = house.refresh(&ann.tokens.refresh_token).await;
    assert!(renewed.unwrap_err().is(AuthProblem::InvalidRefreshToken));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_role_gives_what_the_code_says(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let ann = house.sign_up(ANN).await;
    give(&house, ann.organization.id, SystemRole::Viewer).await;
    let caller = authenticate(&house.another_node(), &ann.tokens).await.unwrap();
    assert_eq!(caller.scope.permissions, SystemRole::Viewer.permissions());
    assert!(caller.scope.require(Permission::OrdersConfirm).is_err());
}

/// Gives the organization's one assignment of a role to another role.
async fn give(house: &House, organization: OrganizationId, to: SystemRole) {
    let tx = house.store.write(&Scope::system(organization, "test")).await.unwrap();
    let role = tx.find::<role::Entity>().filter(role::Column::Name.eq(to.as_str())).one().await.unwrap().unwrap();
    let all = membership_role::Column::RoleId.ne(role.id);
    let set = |row: &mut membership_role::ActiveModel| row.role_id = Set(role.id);
    assert_eq!(tx.update_where(all, set).await.unwrap(), 1);
    tx.commit().await.unwrap();
}
