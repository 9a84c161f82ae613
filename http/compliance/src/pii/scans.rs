//! Looks at all texts that are there already.
use actix_web::{HttpResponse, get, post, web::Data};
use chrono::{DateTime, Utc};
use purser_compliance::{
    entity::pii_scan::Model,
    pii::{Scanner, scans},
};
use purser_http::{
    body::Body,
    path::PathId,
    problem::Refusal,
    query::{PageQuery, Query},
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
    view::PageView,
};
use purser_kernel::ids::{PiiScan, PiiScanId, UserId};
use purser_store::name_of;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(begin).service(show);
}

/// A look at all texts.
#[derive(Debug, Serialize, ToSchema)]
pub struct PiiScanView {
    id: PiiScanId,
    /// `running`, also while it waits for a worker, or `done`.
    status: String,
    /// The only kind of resource that it looks at; nothing for all.
    resource: Option<String>,
    /// The kind of resource that it has come to.
    at: Option<String>,
    /// Resources that it has looked at.
    scanned: i64,
    /// Findings that they have now.
    found: i64,
    created_by: Option<UserId>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
}

impl From<Model> for PiiScanView {
    fn from(scan: Model) -> Self {
        Self {
            id: scan.id,
            status: name_of(&scan.status),
            resource: scan.only_resource,
            at: scan.resource,
            scanned: scan.scanned,
            found: scan.found,
            created_by: scan.created_by,
            created_at: scan.created_at,
            updated_at: scan.updated_at,
            finished_at: scan.finished_at,
        }
    }
}

/// What is to be looked at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginPiiScan {
    /// `message`, `order` or `customer`; all when left out.
    resource: Option<String>,
}

/// Scans, the latest first.
#[utoipa::path(
    tag = "Personal data",
    security(("bearer" = ["pii.read"])),
    params(PageQuery),
    responses((status = 200, body = PageView<PiiScanView>)),
)]
#[get("/v1/pii-scans")]
async fn list(unit: Read, Query(query): Query<PageQuery>) -> Result<Reply, Refusal> {
    let page = query.page()?;
    let tx = unit.begin().await?;
    let page = scans::list(&tx, &page).await?;
    Ok(Reply::ok(&PageView::of(page, PiiScanView::from))?)
}

/// Begins to look at all texts that are there. One scan runs at a time.
#[utoipa::path(
    tag = "Personal data",
    security(("bearer" = ["pii.manage"])),
    request_body = BeginPiiScan,
    responses((status = 202, body = PiiScanView)),
)]
#[post("/v1/pii-scans")]
async fn begin(unit: Write, scanner: Data<Scanner>, body: Body<BeginPiiScan>) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let view = PiiScanView::from(scans::begin(&tx, &scanner, body.into_inner().resource).await?);
    let location = format!("/v1/pii-scans/{}", view.id);
    unit.commit(tx, Reply::waits(&view)?.location(location)).await
}

/// One scan, and how far it has come.
#[utoipa::path(
    tag = "Personal data",
    security(("bearer" = ["pii.read"])),
    params(("id" = PiiScanId, Path)),
    responses((status = 200, body = PiiScanView)),
)]
#[get("/v1/pii-scans/{id}")]
async fn show(unit: Read, PathId(id): PathId<PiiScan>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    Ok(Reply::ok(&PiiScanView::from(scans::get(&tx, id).await?))?)
}
