//! Which thing here is which thing there.
use purser_integrations::mappings::{self, Mapping};
use purser_kernel::{CommonProblem, Scope, ids::OrderId};
use purser_tests::{database::Engine, world::World};
use rstest::rstest;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_thing_is_one_thing_there(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let integration = connection.id().parse().unwrap();
    let scope = Scope::system(world.owner.organization_id.parse().unwrap(), "test");
    let tx = world.app.app().services().store.write(&scope).await.unwrap();
    let mapping = |local: OrderId, external: &str| Mapping {
        integration_id: integration,
        resource: "order",
        local_id: local.as_uuid(),
        external_id: external.to_owned(),
    };
    let (one, two) = (OrderId::generate(), OrderId::generate());
    for _ in 0..2 {
        mappings::put(&tx, mapping(one, "A-1")).await.unwrap();
    }
    for taken in [mapping(two, "A-1"), mapping(one, "A-2")] {
        assert!(mappings::put(&tx, taken).await.unwrap_err().is(CommonProblem::AlreadyExists));
    }
    assert_eq!(mappings::find(&tx, integration, "order", "A-1").await.unwrap(), Some(one.as_uuid()));
    assert_eq!(mappings::find(&tx, integration, "customer", "A-1").await.unwrap(), None);
}
