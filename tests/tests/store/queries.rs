//! Queries across a relation, and sums.
use crate::world::{World, add_category, add_customer, add_order};
use purser_entity_ordering::{order, order_line, product_category};
use purser_kernel::{CommonProblem, Scope};
use purser_store::{WriteTx, prelude::*};
use purser_tests::database::Engine;
use rstest::rstest;

/// Three orders: `A` of bolts and nuts, `B` of nuts, `C` of bolts twice.
async fn orders(world: &World, scope: &Scope) -> (WriteTx, Vec<order::Model>) {
    let tx = world.store.write(scope).await.unwrap();
    let customer = add_customer(&tx).await;
    let mut orders = Vec::new();
    for (number, products) in [("A", &["bolt", "nut"][..]), ("B", &["nut"]), ("C", &["bolt", "bolt"])] {
        orders.push(add_order(&tx, customer, number, products).await);
    }
    (tx, orders)
}

fn numbers(orders: &[order::Model]) -> Vec<&str> {
    orders.iter().map(|order| order.number.as_str()).collect()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn having_never_repeats_a_row(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (tx, _) = orders(&world, &world.tenant().await).await;

    let bolts = tx.find::<order::Entity>().having(order_line::Column::ProductName.eq("bolt"));
    let found = bolts.order_by(order::Column::Number, Asc).all(10).await.unwrap();

    assert_eq!(numbers(&found), ["A", "C"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn join_narrows_by_the_other_side(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (tx, orders) = orders(&world, &world.tenant().await).await;
    let of_a = || tx.find::<order_line::Entity>().join(order::Column::Number.eq("A"));

    assert_eq!(of_a().count().await.unwrap(), 2);

    let now = tx.now();
    tx.update(orders[0].clone(), |row| row.deleted_at = Set(Some(now))).await.unwrap();
    assert_eq!(of_a().count().await.unwrap(), 0, "the lines of a deleted order");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn lines_of_orders_come_in_the_order_of_the_orders(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (tx, mut orders) = orders(&world, &world.tenant().await).await;
    let lines = || tx.find::<order_line::Entity>().order_by(order_line::Column::LineNumber, Asc);

    let of_one = lines().of(&orders[0]).all(10).await.unwrap();
    assert_eq!(of_one.iter().map(|line| line.product_name.as_str()).collect::<Vec<_>>(), ["bolt", "nut"]);

    orders.reverse();
    let of_each = lines().of_each(&orders).await.unwrap();
    let counted: Vec<_> = of_each.iter().map(Vec::len).collect();
    assert_eq!(counted, [2, 1, 2]);
    for (order, lines) in orders.iter().zip(&of_each) {
        assert!(lines.iter().all(|line| line.order_id == order.id));
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn sums_are_exact_and_an_overflow_is_an_error(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (tx, orders) = orders(&world, &world.tenant().await).await;
    let sum = || tx.find::<order_line::Entity>().aggregate().sum(order_line::Column::LineTotalMinor);

    let mut by_product = tx
        .find::<order_line::Entity>()
        .aggregate()
        .by(order_line::Column::ProductName)
        .sum(order_line::Column::LineTotalMinor)
        .count()
        .rows::<(String, i64, i64)>()
        .await
        .unwrap();
    by_product.sort();
    assert_eq!(by_product, [("bolt".to_owned(), 400, 3), ("nut".to_owned(), 300, 2)]);
    assert_eq!(sum().one::<(i64,)>().await.unwrap(), (700,));
    assert_eq!(sum().one::<(i64,)>().await.unwrap(), (700,));

    let of_first = order_line::Column::OrderId.eq(orders[0].id);
    tx.update_where(of_first, |row: &mut order_line::ActiveModel| row.line_total_minor = Set(i64::MAX)).await.unwrap();
    assert!(sum().one::<(i64,)>().await.is_err());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_prefix_is_taken_literally(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    let tx = world.store.write(&scope).await.unwrap();
    for name in ["100% wool", "100 pieces", "a_b", "axb", r"c\d"] {
        add_category(&tx, name).await.unwrap();
    }
    let found = async |prefix: &str| {
        let named = tx.find::<product_category::Entity>().filter(product_category::Column::Name.starts_with(prefix));
        let rows = named.order_by(product_category::Column::Name, Asc).all(10).await.unwrap();
        rows.into_iter().map(|row| row.name).collect::<Vec<_>>()
    };

    assert_eq!(found("100%").await, ["100% wool"]);
    assert_eq!(found("a_").await, ["a_b"]);
    assert_eq!(found(r"c\").await, [r"c\d"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_reference_to_nothing_is_the_callers_fault(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (tx, orders) = orders(&world, &world.tenant().await).await;
    let lost = order::ActiveModel {
        id: Set(purser_kernel::Id::generate()),
        number: Set("D".to_owned()),
        customer_id: Set(purser_kernel::Id::generate()),
        ..orders[0].clone().into()
    };

    assert!(tx.insert(lost).await.unwrap_err().is(CommonProblem::ValidationFailed));
}
