//! What the API is measured against: the same statements in the same transactions and the same JSON, and nothing else. No
//! token is looked at, nothing is logged, no permission is asked for, nothing is built that could be written down.
mod accesses;
mod engine;
mod view;

use accesses::Accesses;
use actix_web::{
    App, HttpResponse, HttpServer,
    error::{ErrorInternalServerError, ErrorNotFound},
    get, post,
    web::{Data, Path, Query},
};
use chrono::{DateTime, Utc};
use clap::Parser;
use engine::{postgres, sqlite};
use serde::Deserialize;
use sqlx::{
    PgPool, SqlitePool,
    postgres::PgPoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{net::SocketAddr, str::FromStr};
use uuid::Uuid;

/// The bare handler.
#[derive(Clone, Debug, Parser)]
struct Options {
    #[arg(long)]
    url: String,
    #[arg(long)]
    listen: SocketAddr,
    #[arg(long)]
    threads: usize,
    #[arg(long)]
    pool: u32,
    /// Whose rows.
    #[arg(long)]
    organization: Uuid,
    /// Who confirms.
    #[arg(long)]
    user: Uuid,
}

/// The database, and for whom it is asked.
#[derive(Clone)]
struct State {
    database: Database,
    accesses: Accesses,
    organization: Uuid,
    user: Uuid,
}

#[derive(Clone)]
enum Database {
    Postgres(PgPool),
    Sqlite { writer: SqlitePool, readers: SqlitePool },
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = Options::parse();
    let database = open(&options).await?;
    let (accesses, noted) = Accesses::new();
    let state = State { database, accesses, organization: options.organization, user: options.user };
    tokio::spawn(accesses::write(state.clone(), noted));
    HttpServer::new(move || App::new().app_data(Data::new(state.clone())).service(show).service(list).service(confirm))
        .workers(options.threads)
        .bind(options.listen)?
        .run()
        .await?;
    Ok(())
}

async fn open(options: &Options) -> Result<Database, sqlx::Error> {
    if options.url.starts_with("postgres") {
        let pool = PgPoolOptions::new().max_connections(options.pool).test_before_acquire(false);
        return pool.connect(&options.url).await.map(Database::Postgres);
    }
    let connect = SqliteConnectOptions::from_str(&options.url)?
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool = |connections| SqlitePoolOptions::new().max_connections(connections).test_before_acquire(false);
    Ok(Database::Sqlite {
        writer: pool(1).connect_with(connect.clone()).await?,
        readers: pool(options.pool).connect_with(connect.pragma("query_only", "ON")).await?,
    })
}

#[get("/v1/orders/{id}")]
async fn show(state: Data<State>, id: Path<Uuid>) -> actix_web::Result<HttpResponse> {
    let order = match &state.database {
        Database::Postgres(pool) => postgres::show(pool, &state, *id).await,
        Database::Sqlite { readers, .. } => sqlite::show(readers, &state, *id).await,
    };
    let order = order.map_err(ErrorInternalServerError)?.ok_or_else(|| ErrorNotFound("no such order"))?;
    state.accesses.note([&order]);
    Ok(HttpResponse::Ok().json(order))
}

/// Where a page begins.
#[derive(Deserialize)]
struct After {
    created_at: DateTime<Utc>,
    id: Uuid,
}

#[get("/v1/orders")]
async fn list(state: Data<State>, Query(after): Query<After>) -> actix_web::Result<HttpResponse> {
    let page = match &state.database {
        Database::Postgres(pool) => postgres::page(pool, &state, after).await,
        Database::Sqlite { readers, .. } => sqlite::page(readers, &state, after).await,
    };
    let page = page.map_err(ErrorInternalServerError)?;
    state.accesses.note(&page.data);
    Ok(HttpResponse::Ok().json(page))
}

#[post("/v1/orders/{id}/confirm")]
async fn confirm(state: Data<State>, id: Path<Uuid>) -> actix_web::Result<HttpResponse> {
    let order = match &state.database {
        Database::Postgres(pool) => postgres::confirm(pool, &state, *id).await,
        Database::Sqlite { writer, .. } => sqlite::confirm(writer, &state, *id).await,
    };
    let order = order.map_err(ErrorInternalServerError)?.ok_or_else(|| ErrorNotFound("no such order to confirm"))?;
    Ok(HttpResponse::Ok().json(order))
}
