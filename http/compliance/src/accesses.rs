//! Who read what may be personal.
use actix_web::get;
use chrono::{DateTime, Utc};
use purser_compliance::{
    access::{self, AccessFilter},
    entity::data_access::Model,
};
use purser_http::{
    problem::Refusal,
    query::{self, Query},
    reply::Reply,
    routes::Routes,
    unit::Read,
    view::PageView,
};
use purser_kernel::{Moment, ids::DataAccessId};
use purser_store::{name_of, named};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list);
}

/// A reading of personal data.
#[derive(Serialize, ToSchema)]
pub struct DataAccessView {
    id: DataAccessId,
    /// `user`, `api_key`, `agent`, `platform_admin` or `system`.
    actor_kind: String,
    actor_id: Option<Uuid>,
    /// The person for whom somebody else acted.
    on_behalf_of: Option<Uuid>,
    /// Such as `customer`.
    resource: String,
    /// What was read, by its ids.
    #[schema(value_type = Vec<Uuid>)]
    record_ids: Value,
    record_count: i32,
    /// `select` for what was shown, `export` for what left in a file.
    operation: String,
    /// Whether it was about people as such; false where there may be something personal in it, as in a file.
    contains_pii: bool,
    /// What the reader said in `X-Purpose`.
    purpose: Option<String>,
    /// The request, as `X-Request-Id` named it.
    request_id: String,
    /// When it was read.
    created_at: DateTime<Utc>,
}

impl From<Model> for DataAccessView {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            actor_kind: row.actor_kind,
            actor_id: row.actor_id,
            on_behalf_of: row.on_behalf_of,
            resource: row.resource,
            record_ids: row.record_ids,
            record_count: row.record_count,
            operation: name_of(&row.operation),
            contains_pii: row.contains_pii,
            purpose: row.purpose,
            request_id: row.request_id,
            created_at: row.created_at,
        }
    }
}

/// Which readings.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListDataAccesses {
    /// Only those of then or later.
    #[param(value_type = Option<DateTime<Utc>>)]
    since: Option<Moment>,
    /// Only those before.
    #[param(value_type = Option<DateTime<Utc>>)]
    until: Option<Moment>,
    /// Only those by this actor.
    actor_id: Option<Uuid>,
    /// Only those of this kind of resource, such as `customer`.
    resource: Option<String>,
    /// Only `select` or `export`.
    operation: Option<String>,
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Who read what may be about people, the latest first. A reading is in it a moment after it happened.
#[utoipa::path(
    tag = "Audit",
    params(ListDataAccesses),
    responses((status = 200, body = PageView<DataAccessView>)),
    security(("bearer" = ["audit.read"])),
)]
#[get("/v1/data-access-audit")]
async fn list(unit: Read, Query(query): Query<ListDataAccesses>) -> Result<Reply, Refusal> {
    let page = query::page(query.limit, query.cursor)?;
    let filter = AccessFilter {
        since: query.since,
        until: query.until,
        actor_id: query.actor_id,
        resource: query.resource,
        operation: query.operation.map(|name| named("/operation", &name)).transpose()?,
    };
    let tx = unit.begin().await?;
    let page = access::list(&tx, filter, &page).await?;
    Ok(Reply::ok(&PageView::of(page, DataAccessView::from))?)
}
