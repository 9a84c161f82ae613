//! What an entity writes compares and reads back the same on both databases.
use purser_entity_auth::user;
use purser_entity_billing::usage_event;
use purser_entity_integrations::integration;
use purser_entity_ordering::{address::Address, alternatives, customer, order, order_line};
use purser_entity_tenancy::{membership, organization};
use purser_kernel::ids::{CustomerId, IntegrationId, MembershipId, OrderId, OrderLineId, ProductId, UsageEventId};
use purser_kernel::{Cost, Currency, OrganizationId, Percent, Quantity, UserId};
use purser_tests::database::{Engine, TestDatabase};
use rstest::rstest;
use sea_orm::prelude::{Date, DateTimeUtc};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder,
};

/// Microseconds, as the clock gives them.
const NOW: &str = "2026-11-20T10:00:00.123456Z";

#[expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "the store is not what is tested here")]
async fn connect(url: &str) -> sea_orm::DatabaseConnection {
    let mut options = sea_orm::ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    sea_orm::Database::connect(options).await.unwrap()
}

/// Writes a row and says what is then read.
async fn keep<A, C>(connection: &C, row: <A::Entity as EntityTrait>::Model) -> <A::Entity as EntityTrait>::Model
where
    A: ActiveModelTrait + ActiveModelBehavior + Send,
    C: ConnectionTrait,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    row.into_active_model().reset_all().insert(connection).await.unwrap()
}

fn now() -> DateTimeUtc {
    NOW.parse().unwrap()
}

fn a_user() -> user::Model {
    user::Model {
        id: UserId::generate(),
        email: "Ann@Example.com".into(),
        email_normalized: Some("ann@example.com".into()),
        username: None,
        username_normalized: None,
        full_name: "Ann".into(),
        job_title: None,
        phone: None,
        avatar_url: None,
        is_active: true,
        is_platform_admin: false,
        email_verified_at: Some(now()),
        last_login_at: None,
        created_at: now(),
        updated_at: now(),
        deleted_at: None,
        deleted_by: None,
        version: 1,
    }
}

fn an_organization() -> organization::Model {
    organization::Model {
        id: OrganizationId::generate(),
        name: "Acme".into(),
        slug: "acme".into(),
        kind: None,
        description: None,
        email: None,
        phone: None,
        website: None,
        status: organization::Status::Active,
        suspended_at: None,
        suspension_reason: None,
        suspended_by_platform: false,
        closed_at: None,
        purge_after: None,
        purged_at: None,
        subscription_tier: organization::SubscriptionTier::Free,
        max_users: 50,
        max_projects: 10,
        max_storage_gb: 100,
        created_by: None,
        created_at: now(),
        updated_at: now(),
        deleted_at: None,
        deleted_by: None,
        version: 1,
    }
}

fn a_membership(organization_id: OrganizationId, user_id: UserId) -> membership::Model {
    membership::Model {
        organization_id,
        id: MembershipId::generate(),
        user_id,
        status: membership::Status::Active,
        onboarding_completed: true,
        extra_permissions: membership::ExtraPermissions { grants: vec!["orders.confirm".into()], denials: vec![] },
        last_active_at: None,
        sessions_valid_from: Some(now()),
        could_decide_until: None,
        created_by: None,
        created_at: now(),
        updated_at: now(),
        version: 1,
    }
}

fn a_customer(organization_id: OrganizationId, owner: UserId) -> customer::Model {
    customer::Model {
        organization_id,
        id: CustomerId::generate(),
        business_name: "Café Zürich".into(),
        name_search: "cafe zurich".into(),
        customer_code: "C-1".into(),
        status: customer::Status::NoOrdersYet,
        email: None,
        phone: None,
        address: Some(Address { country: Some("CH".into()), ..Address::default() }),
        tax_id: None,
        currency: Currency::EUR,
        payment_terms: None,
        total_orders: 0,
        total_spent_minor: i64::MAX,
        last_ordered_at: None,
        owner_id: Some(owner),
        created_by: Some(owner),
        created_at: now(),
        updated_at: now(),
        deleted_at: None,
        deleted_by: None,
        version: 1,
    }
}

fn an_order(organization_id: OrganizationId, customer_id: CustomerId) -> order::Model {
    order::Model {
        organization_id,
        id: OrderId::generate(),
        number: "SO-000001".into(),
        customer_id,
        distributor_id: None,
        lead_id: None,
        conversation_id: None,
        channel: order::Channel::Manual,
        customer_reference: None,
        status: order::Status::Draft,
        ai_generated: false,
        ai_confidence: Some(0.1 + 0.2),
        requires_review: true,
        reviewed_by: None,
        reviewed_at: None,
        currency: Currency::EUR,
        duration_id: None,
        subtotal_minor: 0,
        discount_total_minor: 0,
        tax_total_minor: 0,
        total_minor: 0,
        requested_delivery_on: Some("2026-12-01".parse::<Date>().unwrap()),
        notes: None,
        billing_metadata: serde_json::json!({ "nested": { "list": [1, "two", null] } }),
        approval_id: None,
        approval_status: None,
        confirmed_at: None,
        cancelled_at: None,
        created_by: None,
        created_at: now(),
        updated_at: now(),
        deleted_at: None,
        deleted_by: None,
        version: 1,
    }
}

fn a_line(order: &order::Model, line_number: i32) -> order_line::Model {
    let alternative = alternatives::Alternative {
        product_id: ProductId::generate(),
        variant_id: None,
        product_name: "Mineral water".into(),
        confidence: 0.5,
    };
    order_line::Model {
        organization_id: order.organization_id,
        id: OrderLineId::generate(),
        order_id: order.id,
        line_number,
        message_id: None,
        product_id: None,
        variant_id: None,
        product_name: "water".into(),
        quantity_e4: Quantity::from_e4(15_000),
        unit: "case".into(),
        unit_price_e4: 123_456,
        discount_bp: Percent::from_basis_points(250),
        tax_rate_id: None,
        line_total_minor: 1_806,
        ai_extracted: true,
        ai_original_text: Some("1,5 cases of water 💧".into()),
        ai_confidence: None,
        alternatives: alternatives::Alternatives(vec![alternative]),
        created_at: now(),
        updated_at: now(),
    }
}

fn an_integration(organization_id: OrganizationId) -> integration::Model {
    integration::Model {
        organization_id,
        id: IntegrationId::generate(),
        kind: integration::Kind::Messaging,
        provider: "whatsapp_cloud".into(),
        name: "WhatsApp".into(),
        config: serde_json::json!({}),
        credentials_ciphertext: None,
        credentials_key_id: None,
        external_account: Some("106540352242922".into()),
        is_active: true,
        last_health_at: None,
        health: Some(integration::Health::Healthy),
        created_by: None,
        created_at: now(),
        updated_at: now(),
        deleted_at: None,
        deleted_by: None,
        version: 1,
    }
}

fn a_use(organization_id: OrganizationId, person: UserId) -> usage_event::Model {
    usage_event::Model {
        organization_id,
        id: UsageEventId::generate(),
        source: "agents".into(),
        idempotency_key: "1".into(),
        resource_type: "llm_call".into(),
        quantity_e4: Quantity::ONE,
        unit: "call".into(),
        cost_nanos: Cost::from_nanos(1),
        provider: None,
        model: None,
        success: true,
        latency_ms: Some(12),
        tokens_in: 1,
        tokens_cached: 0,
        tokens_reasoning: 0,
        tokens_out: 2,
        user_id: Some(person),
        project_id: None,
        engagement_id: None,
        agent_run_id: None,
        billing_period: "2026-11".into(),
        occurred_at: now(),
        extra: serde_json::json!([]),
        created_at: now(),
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn rows_read_as_they_were_written(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else {
        return;
    };
    let connection = connect(&database.owner_url).await;

    let person = a_user();
    assert_eq!(keep::<user::ActiveModel, _>(&connection, person.clone()).await, person);
    let organization = an_organization();
    assert_eq!(keep::<organization::ActiveModel, _>(&connection, organization.clone()).await, organization);
    let membership = a_membership(organization.id, person.id);
    assert_eq!(keep::<membership::ActiveModel, _>(&connection, membership.clone()).await, membership);
    let customer = a_customer(organization.id, person.id);
    assert_eq!(keep::<customer::ActiveModel, _>(&connection, customer.clone()).await, customer);
    let order = an_order(organization.id, customer.id);
    assert_eq!(keep::<order::ActiveModel, _>(&connection, order.clone()).await, order);
    let line = a_line(&order, 1);
    assert_eq!(keep::<order_line::ActiveModel, _>(&connection, line.clone()).await, line);
    let integration = an_integration(organization.id);
    assert_eq!(keep::<integration::ActiveModel, _>(&connection, integration.clone()).await, integration);
    let usage = a_use(organization.id, person.id);
    assert_eq!(keep::<usage_event::ActiveModel, _>(&connection, usage.clone()).await, usage);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn ids_and_times_compare_in_their_order(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else {
        return;
    };
    let connection = connect(&database.owner_url).await;
    let (person, organization) = (a_user(), an_organization());
    keep::<user::ActiveModel, _>(&connection, person.clone()).await;
    keep::<organization::ActiveModel, _>(&connection, organization.clone()).await;
    keep::<membership::ActiveModel, _>(&connection, a_membership(organization.id, person.id)).await;
    let customer = a_customer(organization.id, person.id);
    keep::<customer::ActiveModel, _>(&connection, customer.clone()).await;
    // Written with 0, 3 and 6 places: text on SQLite.
    let times =
        ["2026-11-20T10:00:00Z", "2026-11-20T10:00:00.5Z", "2026-11-20T10:00:00.500001Z", "2026-11-20T10:00:01Z"];
    let mut orders = Vec::new();
    for (number, time) in times.iter().enumerate() {
        let order = order::Model {
            number: format!("SO-{number}"),
            created_at: time.parse().unwrap(),
            ..an_order(organization.id, customer.id)
        };
        orders.push(keep::<order::ActiveModel, _>(&connection, order).await);
    }

    let after = order::Entity::find()
        .filter(order::Column::OrganizationId.eq(organization.id))
        .filter(order::Column::Id.gt(orders[1].id))
        .order_by_asc(order::Column::Id)
        .all(&connection)
        .await
        .unwrap();
    assert_eq!(after, orders[2..]);
    let before = order::Entity::find()
        .filter(order::Column::CreatedAt.lt(orders[2].created_at))
        .order_by_desc(order::Column::CreatedAt)
        .all(&connection)
        .await
        .unwrap();
    assert_eq!(before, [orders[1].clone(), orders[0].clone()]);
}

#[tokio::test]
async fn sqlite_keeps_ids_as_sixteen_bytes() {
    let database = TestDatabase::new(Engine::Sqlite).await.unwrap();
    let connection = connect(&database.owner_url).await;
    let organization = keep::<organization::ActiveModel, _>(&connection, an_organization()).await;

    let stored = "select typeof(id), cast(length(id) as text), hex(id) from organizations";
    let stored = database.owner().await.rows(stored).await.unwrap();
    let hex = organization.id.to_string().replace('-', "").to_uppercase();
    assert_eq!(stored, [["blob".to_owned(), "16".to_owned(), hex]]);
}
