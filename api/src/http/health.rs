//! Whether the process lives, and whether it can serve.
use actix_web::get;
use purser_http::{problem::Refusal, reply::Reply, routes::Routes, unit::Anyone};
use serde::Serialize;
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(live).service(ready);
}

/// How it goes.
#[derive(Serialize, ToSchema)]
struct Health {
    /// `ok`.
    status: &'static str,
}

/// The process runs. Says nothing about the database.
#[utoipa::path(tag = "Health", responses((status = 200, body = Health)), security(()))]
#[get("/health/live")]
async fn live() -> Result<Reply, Refusal> {
    Ok(Reply::ok(&Health { status: "ok" })?)
}

/// The process can serve: the database answers. 503 while it does not.
#[utoipa::path(tag = "Health", responses((status = 200, body = Health)), security(()))]
#[get("/health/ready")]
async fn ready(anyone: Anyone) -> Result<Reply, Refusal> {
    anyone.store().system_read().await?;
    Ok(Reply::ok(&Health { status: "ok" })?)
}
