//! Signing in.
use crate::house::{House, PASSWORD, founder};
use chrono::TimeDelta;
use purser_auth::{Auth, AuthProblem, LogIn, platform::PlatformLogIn};
use purser_entity_auth::user;
use purser_kernel::{Client, CommonProblem, Email, OrganizationId, UserId};
use purser_store::prelude::*;
use purser_tests::database::Engine;
use rstest::rstest;
use std::time::Duration;

const ANN: &str = "ann@example.com";
const WRONG: &str = "wrong horse battery staple";

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn opens_a_session_of_its_own(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let signed_up = house.sign_up(ANN).await;
    house.advance(TimeDelta::hours(1));
    let first = house.log_in("ANN@example.com ", PASSWORD).await.unwrap();
    let second = house.log_in_to(ANN, PASSWORD, Some(signed_up.organization.id)).await.unwrap();
    assert_eq!(first.organization, signed_up.organization.id);
    assert_eq!(first.user.last_login_at, Some(house.clock.now()));
    let sessions = [
        house.authenticate(&first.tokens).await.unwrap().session_id,
        house.authenticate(&second.tokens).await.unwrap().session_id,
    ];
    assert_ne!(sessions[0], sessions[1]);
    assert_eq!(house.audited(signed_up.organization.id, "session.sign_in").await, 2);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn does_not_tell_what_is_wrong(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let ann = house.sign_up(ANN).await;
    let other = house.sign_up("bob@example.com").await;
    let nowhere = Some(OrganizationId::generate());
    let long = "x".repeat(10_000);
    let attempts = [
        (ANN, WRONG, None),
        (ANN, "", None),
        (ANN, long.as_str(), None),
        (ANN, PASSWORD, nowhere),
        (ANN, PASSWORD, Some(other.organization.id)),
        ("nobody@example.com", PASSWORD, None),
        ("nobody@example.com", WRONG, nowhere),
        ("no address", PASSWORD, None),
        ("", "", None),
    ];
    let expected = Problem::of(AuthProblem::InvalidCredentials).document();
    for (email, password, organization) in attempts {
        let problem = house.log_in_to(email, password, organization).await.unwrap_err();
        assert_eq!(problem.document(), expected, "{email:?}");
    }
    assert!(house.log_in_to(ANN, PASSWORD, Some(ann.organization.id)).await.is_ok());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_pause_follows_five_wrong_passwords_and_ends(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    house.sign_up(ANN).await;
    // Whether there is somebody or not, it looks the same.
    for email in [ANN, "nobody@example.com"] {
        for _ in 0..5 {
            assert!(house.log_in(email, WRONG).await.unwrap_err().is(AuthProblem::InvalidCredentials));
        }
        let problem = house.log_in(email, PASSWORD).await.unwrap_err();
        assert!(problem.is(CommonProblem::TooManyRequests), "{email}: {problem}");
        assert_eq!(problem.retry_delay(), Some(Duration::from_secs(5)));
    }
    house.advance(TimeDelta::seconds(5));
    assert!(house.log_in(ANN, WRONG).await.unwrap_err().is(AuthProblem::InvalidCredentials));
    let problem = house.log_in(ANN, PASSWORD).await.unwrap_err();
    assert_eq!(problem.retry_delay(), Some(Duration::from_secs(10)));
    house.advance(TimeDelta::seconds(10));
    house.log_in(ANN, PASSWORD).await.unwrap();
    // Success forgives everything.
    assert!(house.log_in(ANN, WRONG).await.unwrap_err().is(AuthProblem::InvalidCredentials));
    house.log_in(ANN, PASSWORD).await.unwrap();
}

/// Where else somebody is paused, and where not, would tell who has an account, and who is an administrator.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_is_paused_where_and_as_long_as_somebody_is(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    house.sign_up(ANN).await;
    let admin = house.sign_up("root@example.com").await.user;
    let root = Email::parse("/email", &admin.email).unwrap();
    let tx = house.store.person(admin.id).await.unwrap();
    let office = |row: &mut user::ActiveModel| row.is_platform_admin = Set(true);
    tx.system().update_where(user::Column::Id.eq(admin.id), office).await.unwrap();
    tx.commit().await.unwrap();
    let other = house.another_node();
    let addresses = [ANN, root.as_str(), "nobody@example.com"];
    let at = async |auth: &Auth, email: &str, organization_id| {
        let request = LogIn { email: email.into(), password: WRONG.into(), organization_id };
        auth.log_in(request, Client::default(), "test".into()).await.map(|_| ()).unwrap_err()
    };
    let at_desk = async |auth: &Auth, email: &str| {
        let request = PlatformLogIn { email: email.into(), password: WRONG.into() };
        auth.admin_log_in(request, Client::default(), "test".into()).await.map(|_| ()).unwrap_err()
    };
    for email in addresses {
        // Two at each door and one into an organization that nobody has, at one node and at another.
        let nowhere = Some(OrganizationId::generate());
        let failures = [
            at(&house.auth, email, None).await,
            at(&other, email, None).await,
            at_desk(&house.auth, email).await,
            at_desk(&other, email).await,
            at(&house.auth, email, nowhere).await,
        ];
        for problem in failures {
            assert!(problem.is(AuthProblem::InvalidCredentials), "{email}: {problem}");
        }
        let nodes = [&house.auth, &other, &house.another_node()];
        for auth in nodes {
            for problem in [at(auth, email, None).await, at(auth, email, nowhere).await, at_desk(auth, email).await] {
                assert_eq!(problem.retry_delay(), Some(Duration::from_secs(5)), "{email}: {problem}");
            }
        }
    }
    // Nor does the pause end by that somebody gets the address: from elsewhere, where it was earned.
    let newcomer = founder("nobody@example.com");
    house
        .auth
        .sign_up(newcomer, Client { ip: Some("192.0.2.7".into()), user_agent: None }, "test".into())
        .await
        .unwrap();
    assert_eq!(at(&house.auth, "nobody@example.com", None).await.retry_delay(), Some(Duration::from_secs(5)));
    house.log_in_from("192.0.2.7", "nobody@example.com", PASSWORD).await.unwrap();
    // A day without failures forgives those before, also where they were few.
    house.advance(TimeDelta::days(2));
    for _ in 0..3 {
        for email in addresses {
            for _ in 0..4 {
                let problem = at(&house.auth, email, None).await;
                assert!(problem.is(AuthProblem::InvalidCredentials), "{email}: {problem}");
            }
        }
        house.advance(TimeDelta::hours(25));
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_pause_is_never_for_good(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let ann = house.sign_up(ANN).await;
    for _ in 0..20 {
        house.log_in(ANN, WRONG).await.unwrap_err();
        house.advance(TimeDelta::minutes(15));
    }
    house.log_in(ANN, PASSWORD).await.unwrap();
    assert_eq!(house.audited(ann.organization.id, "session.sign_in").await, 21);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn guesses_at_once_do_not_outrun_the_pause(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let ann = house.sign_up(ANN).await;
    for email in [ANN, "nobody@example.com"] {
        let guesses = (0..30).map(|_| {
            let auth = house.auth.clone();
            let request = LogIn { email: email.into(), password: WRONG.into(), organization_id: None };
            tokio::spawn(async move { auth.log_in(request, Client::default(), "test".into()).await })
        });
        let mut looked_at = 0;
        for guess in guesses.collect::<Vec<_>>() {
            let problem = guess.await.unwrap().unwrap_err();
            if problem.is(AuthProblem::InvalidCredentials) {
                looked_at += 1;
            } else {
                assert!(problem.is(CommonProblem::TooManyRequests), "{problem}");
            }
        }
        assert_eq!(looked_at, 5, "{email}");
    }
    assert_eq!(house.audited(ann.organization.id, "session.sign_in").await, 5);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_was_disabled_stays_outside(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let ann = house.sign_up(ANN).await;
    house.disable_members(ann.organization.id).await;
    assert!(house.log_in(ANN, PASSWORD).await.unwrap_err().is(AuthProblem::InvalidCredentials));

    let bob = house.sign_up("bob@example.com").await;
    disable(&house, bob.user.id).await;
    assert!(house.log_in("bob@example.com", PASSWORD).await.unwrap_err().is(AuthProblem::InvalidCredentials));
    assert!(house.authenticate(&bob.tokens).await.unwrap_err().is(CommonProblem::Unauthenticated));
    let refused = house.refresh(&bob.tokens.refresh_token).await.unwrap_err();
    assert!(refused.is(AuthProblem::InvalidRefreshToken));
}

async fn disable(house: &House, person: UserId) {
    let tx = house.store.system().await.unwrap();
    let row = user::Column::Id.eq(person);
    tx.system().update_where(row, |row: &mut user::ActiveModel| row.is_active = Set(false)).await.unwrap();
    tx.commit().await.unwrap();
}
