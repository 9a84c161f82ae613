//! Keyset pages.
use crate::world::{World, category};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use purser_entity_ordering::product_category::{self, Column, Entity};
use purser_kernel::{CommonProblem, Cursor, Scope, page::Key};
use purser_store::prelude::*;
use purser_tests::database::Engine;
use rstest::rstest;
use sea_orm::Order;
use tokio::runtime::Runtime;

/// Every row of the organization, by pages of `limit`.
async fn walk(store: &Store, scope: &Scope, limit: u64, order: Order) -> Result<Vec<product_category::Model>, Problem> {
    let (mut rows, mut cursor) = (Vec::new(), None);
    loop {
        let tx = store.read(scope).await?;
        let query = tx.find::<Entity>().order_by(Column::SortOrder, order.clone());
        let page = query.page(&PageRequest::new(Some(limit), cursor)?).await?;
        assert!(u64::try_from(page.data.len()).unwrap() <= limit);
        rows.extend(page.data);
        // As it goes over the wire.
        let Some(next) = page.next else { return Ok(rows) };
        cursor = Some(next.to_string().parse()?);
    }
}

/// Whatever the size of a page, and however many rows have the same key: every row comes once, in order.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
fn pages_walk_every_row_once_in_order(#[case] engine: Engine) {
    let runtime = Runtime::new().unwrap();
    let Some(world) = runtime.block_on(World::new(engine)) else { return };
    let mut runner = TestRunner::new(ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() });
    let cases = (prop::collection::vec(-3_i32..3, 0..30), 1_u64..12, any::<bool>());

    let held = runner.run(&cases, |(keys, limit, ascending)| {
        let rows = runtime.block_on(async {
            let scope = world.tenant().await;
            let tx = world.store.write(&scope).await.unwrap();
            let row = |key: &i32| product_category::ActiveModel { sort_order: Set(*key), ..category("c") };
            tx.insert_many(keys.iter().map(row)).await.unwrap();
            tx.commit().await.unwrap();
            walk(&world.store, &scope, limit, if ascending { Asc } else { Desc }).await.unwrap()
        });
        let mut expected: Vec<_> = rows.iter().map(|row| (row.sort_order, row.id)).collect();
        expected.sort();
        expected.dedup();
        if !ascending {
            expected.reverse();
        }
        let walked: Vec<_> = rows.iter().map(|row| (row.sort_order, row.id)).collect();
        prop_assert_eq!(walked.len(), keys.len());
        prop_assert_eq!(walked, expected);
        Ok(())
    });

    held.unwrap();
    runtime.block_on(async { drop(world) });
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn rows_written_meanwhile_shift_nothing(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    let tx = world.store.write(&scope).await.unwrap();
    let row = |name: &str, key| product_category::ActiveModel { sort_order: Set(key), ..category(name) };
    tx.insert_many([row("a", 1), row("b", 2), row("c", 3), row("d", 4)]).await.unwrap();
    let list = || tx.find::<Entity>().order_by(Column::SortOrder, Asc);
    let first = list().page(&PageRequest::new(Some(2), None).unwrap()).await.unwrap();

    tx.insert(row("before", 0)).await.unwrap();
    tx.remove::<Entity>(Column::Name.eq("b")).await.unwrap();

    let second = list().page(&PageRequest::new(Some(2), first.next).unwrap()).await.unwrap();
    assert_eq!(second.data.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["c", "d"]);
    assert_eq!(second.next, None);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_cursor_belongs_to_its_query(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let (ours, theirs) = (world.tenant().await, world.tenant().await);
    for scope in [&ours, &theirs] {
        let tx = world.store.write(scope).await.unwrap();
        tx.insert_many(["a", "b", "c"].map(category)).await.unwrap();
        tx.commit().await.unwrap();
    }
    let tx = world.store.read(&ours).await.unwrap();
    let foreign = world.store.read(&theirs).await.unwrap();
    let by_name = || tx.find::<Entity>().order_by(Column::Name, Asc);
    let cursor = by_name().page(&PageRequest::new(Some(1), None).unwrap()).await.unwrap().next;
    let next = PageRequest::new(Some(1), cursor).unwrap();

    assert_eq!(by_name().page(&next).await.unwrap().data[0].name, "b");
    let others = [
        by_name().filter(Column::Name.ne("x")),
        tx.find().order_by(Column::Name, Desc),
        tx.find().order_by(Column::SortOrder, Asc),
        tx.find(),
        foreign.find().order_by(Column::Name, Asc),
    ];
    for other in others {
        assert!(other.page(&next).await.unwrap_err().is(CommonProblem::InvalidCursor));
    }
}

/// A cursor is only base64: whoever changes the kind of a key in it must not bring a statement to fail.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_cursor_with_keys_of_another_kind_is_refused(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let scope = world.tenant().await;
    let tx = world.store.write(&scope).await.unwrap();
    tx.insert_many(["a", "b", "c"].map(category)).await.unwrap();
    let list = |sort| tx.find::<Entity>().order_by(sort, Asc);
    let id = Key::Uuid(scope.organization.as_uuid());
    let far = Timestamp::MAX_UTC;
    let forged = [
        (Column::Name, vec![Key::Integer(1), id.clone()]),
        (Column::Name, vec![Key::Text("a".to_owned()), Key::Text("a".to_owned())]),
        (Column::Name, vec![Key::Text("a\0".to_owned()), id.clone()]),
        (Column::SortOrder, vec![Key::Text("1".to_owned()), id.clone()]),
        (Column::SortOrder, vec![Key::Integer(i64::MAX), id.clone()]),
        (Column::CreatedAt, vec![Key::Time(far), id.clone()]),
        (Column::CreatedAt, vec![id.clone(), id]),
    ];
    for (sort, keys) in forged {
        let next = list(sort).page(&PageRequest::new(Some(1), None).unwrap()).await.unwrap().next.unwrap();
        let forged = PageRequest::new(Some(1), Some(Cursor { keys: keys.clone(), ..next })).unwrap();
        let answer = list(sort).page(&forged).await;
        // A number or a time of the right kind that no row has is fine: it has a place in the order.
        let allowed = matches!(keys.first(), Some(Key::Integer(i64::MAX)));
        match answer {
            Ok(_) => assert!(allowed, "{keys:?}"),
            Err(problem) => assert!(problem.is(CommonProblem::InvalidCursor), "{keys:?}: {problem}"),
        }
    }
}
