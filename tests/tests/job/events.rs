//! Events leave once each, in one order.
use crate::shop::Shop;
use purser_tests::{app::eventually, database::Engine};
use rstest::rstest;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn are_numbered_without_a_gap_and_dispatched(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    for text in ["4 white bread", "2 cases whole milk", "10 kg basmati"] {
        shop.write(text).await;
    }
    shop.all_read(3).await;
    let rows = eventually("every event to be dispatched", || async {
        let mut raw = shop.app.database.owner().await;
        let sql = "select cast(sequence as text), event_type from outbox_events order by sequence";
        let waiting =
            "select cast(count(*) as text) from outbox_events where sequence is null or dispatched_at is null";
        let waiting = raw.rows(waiting).await.unwrap();
        if waiting[0][0] != "0" {
            return None;
        }
        Some(raw.rows(sql).await.unwrap())
    })
    .await;
    let numbers: Vec<usize> = rows.iter().map(|row| row[0].parse().unwrap()).collect();
    assert_eq!(numbers, (1..=rows.len()).collect::<Vec<_>>());
    let of = |name: &str| rows.iter().filter(|row| row[1] == name).count();
    assert_eq!((of("customer.created"), of("message.received"), of("order.drafted")), (1, 3, 1));
}
