//! The database itself refuses what would mix two organizations.
use purser_kernel::{Id, OrganizationId, UserId, ids::CustomerId};
use purser_tests::database::{Engine, Raw, TestDatabase, code, uuid_literal};
use rstest::rstest;

const NOW: &str = "'2026-11-20 10:00:00+00:00'";

/// An organization with one member and one customer.
pub(crate) struct Tenant {
    pub(crate) organization: OrganizationId,
    pub(crate) person: UserId,
    pub(crate) customer: CustomerId,
}

/// Writes SQL in which `{}` is an id or a text, one after the other.
pub(crate) fn fill(engine: Engine, sql: &str, ids: &[&dyn std::fmt::Display]) -> String {
    let mut sql = sql.replace("now()", NOW);
    for id in ids {
        sql = sql.replacen("{}", &uuid_literal(engine, id), 1);
    }
    sql
}

pub(crate) async fn tenant(raw: &mut Raw, engine: Engine) -> Tenant {
    let tenant = Tenant {
        organization: OrganizationId::generate(),
        person: UserId::generate(),
        customer: CustomerId::generate(),
    };
    let Tenant { organization, person, customer } = &tenant;
    let email = format!("{person}@example.com");
    let statements = [
        fill(
            engine,
            &format!(
                "insert into users (id, email, email_normalized, full_name, created_at, updated_at)
                 values ({{}}, '{email}', '{email}', 'Ann', now(), now())"
            ),
            &[person],
        ),
        fill(
            engine,
            &format!(
                "insert into organizations (id, name, slug, status, subscription_tier, created_at, updated_at)
                 values ({{}}, 'Acme', '{organization}', 'active', 'free', now(), now())"
            ),
            &[organization],
        ),
        fill(
            engine,
            "insert into memberships (organization_id, id, user_id, status, created_at, updated_at)
             values ({}, {}, {}, 'active', now(), now())",
            &[organization, &Id::<()>::generate(), person],
        ),
        fill(engine, NEW_CUSTOMER, &[organization, customer, person]),
    ];
    for statement in statements {
        raw.execute(&statement).await.unwrap();
    }
    tenant
}

const NEW_CUSTOMER: &str =
    "insert into customers (organization_id, id, owner_id, business_name, name_search, customer_code, status,
        currency, created_at, updated_at)
    values ({}, {}, {}, 'Corner shop', 'corner shop', 'C-1', 'no_orders_yet', 'EUR', now(), now())";
const NEW_CONTACT: &str = "insert into customer_contacts (organization_id, id, customer_id, created_at, updated_at)
    values ({}, {}, {}, now(), now())";

pub(crate) fn is_foreign_key(engine: Engine, error: &sqlx::Error) -> bool {
    code(error)
        == match engine {
            Engine::Sqlite => "787",
            Engine::Postgres => "23503",
        }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn no_row_points_into_another_organization(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else {
        return;
    };
    // The owner, so that on PostgreSQL it is the key that refuses and not the policy.
    let mut raw = database.owner().await;
    let (ours, theirs) = (tenant(&mut raw, engine).await, tenant(&mut raw, engine).await);

    let own = fill(engine, NEW_CONTACT, &[&ours.organization, &Id::<()>::generate(), &ours.customer]);
    raw.execute(&own).await.unwrap();

    let foreign = fill(engine, NEW_CONTACT, &[&ours.organization, &Id::<()>::generate(), &theirs.customer]);
    let refused = raw.execute(&foreign).await.unwrap_err();
    assert!(is_foreign_key(engine, &refused), "{refused}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_from_outside_owns_anything(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else {
        return;
    };
    let mut raw = database.owner().await;
    let (ours, theirs) = (tenant(&mut raw, engine).await, tenant(&mut raw, engine).await);

    let stranger = fill(engine, NEW_CUSTOMER, &[&ours.organization, &CustomerId::generate(), &theirs.person])
        .replace("'C-1'", "'C-2'");
    let refused = raw.execute(&stranger).await.unwrap_err();
    assert!(is_foreign_key(engine, &refused), "{refused}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_code_is_free_again_once_its_row_is_deleted(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else {
        return;
    };
    let mut raw = database.owner().await;
    let ours = tenant(&mut raw, engine).await;
    let same_code = fill(engine, NEW_CUSTOMER, &[&ours.organization, &CustomerId::generate(), &ours.person]);

    let refused = raw.execute(&same_code).await.unwrap_err();
    assert!(refused.as_database_error().unwrap().is_unique_violation(), "{refused}");

    raw.execute(&format!("update customers set deleted_at = {NOW}")).await.unwrap();
    raw.execute(&same_code).await.unwrap();
}

#[tokio::test]
async fn policies_show_an_organization_its_own_rows_only() {
    let Some(database) = TestDatabase::new(Engine::Postgres).await else {
        return;
    };
    let engine = Engine::Postgres;
    let mut owner = database.owner().await;
    let (ours, theirs) = (tenant(&mut owner, engine).await, tenant(&mut owner, engine).await);
    let mut server = database.application().await;
    let customers = "select id::text from customers";

    assert!(server.rows(customers).await.unwrap().is_empty(), "no organization, no rows");
    server.act_for(ours.organization).await;
    assert_eq!(server.rows(customers).await.unwrap(), [[ours.customer.to_string()]]);
    assert_eq!(server.execute("update customers set tax_id = 'x'").await.unwrap(), 1);

    let foreign = fill(engine, NEW_CONTACT, &[&theirs.organization, &Id::<()>::generate(), &theirs.customer]);
    assert_eq!(code(&server.execute(&foreign).await.unwrap_err()), "42501");
    let moved = format!("update customers set organization_id = '{}'", theirs.organization);
    assert_eq!(code(&server.execute(&moved).await.unwrap_err()), "42501");

    // Reads '' from now on, which is not an id and must not be an error.
    server.execute("reset app.organization_id").await.unwrap();
    assert!(server.rows(customers).await.unwrap().is_empty());
    server.execute("begin; set local app.organization_id = ''; commit").await.unwrap();
    assert!(server.rows(customers).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_person_sees_their_own_memberships_and_secrets_only() {
    let Some(database) = TestDatabase::new(Engine::Postgres).await else {
        return;
    };
    let engine = Engine::Postgres;
    let mut owner = database.owner().await;
    let (ours, theirs) = (tenant(&mut owner, engine).await, tenant(&mut owner, engine).await);
    for person in [&ours.person, &theirs.person] {
        let credential = fill(
            engine,
            "insert into user_credentials (id, user_id, created_at, updated_at) values ({}, {}, now(), now())",
            &[&Id::<()>::generate(), person],
        );
        owner.execute(&credential).await.unwrap();
    }
    let mut server = database.application().await;
    let memberships = "select user_id::text from memberships";
    let credentials = "select user_id::text from user_credentials";

    assert!(server.rows(credentials).await.unwrap().is_empty());
    server.execute(&format!("set app.user_id = '{}'", ours.person)).await.unwrap();
    assert_eq!(server.rows(memberships).await.unwrap(), [[ours.person.to_string()]]);
    assert_eq!(server.rows(credentials).await.unwrap(), [[ours.person.to_string()]]);
    // Seen, not changed: that takes the organization.
    assert_eq!(server.execute("update memberships set onboarding_completed = true").await.unwrap(), 0);
}
