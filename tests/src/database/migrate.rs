//! Migrations, as their own command runs them.
use purser_migration::{Migrator, MigratorTrait, apply_grants};
use sea_orm::TransactionTrait;

/// The role of the server under test.
pub(super) const APPLICATION_ROLE: &str = "purser_test_app";

#[expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "migrations run on SeaORM's own connection")]
async fn connect(url: &str) -> sea_orm::DatabaseConnection {
    let mut options = sea_orm::ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    sea_orm::Database::connect(options).await.expect("the owner can connect")
}

pub(super) async fn up(url: &str, steps: Option<u32>) {
    let connection = connect(url).await;
    Migrator::up(&connection, steps).await.expect("migrations run");
    connection.close().await.expect("the connection closes");
}

pub(super) async fn down(url: &str, steps: Option<u32>) {
    let connection = connect(url).await;
    Migrator::down(&connection, steps).await.expect("migrations are taken back");
    connection.close().await.expect("the connection closes");
}

pub(super) async fn grant(url: &str) {
    let connection = connect(url).await;
    let transaction = connection.begin().await.expect("a transaction begins");
    apply_grants(&transaction, APPLICATION_ROLE).await.expect("the owner can grant");
    transaction.commit().await.expect("the grants are kept");
    connection.close().await.expect("the connection closes");
}
