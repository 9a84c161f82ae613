//! The seals.
use actix_web::get;
use purser_compliance::seals::{self, Seal};
use purser_http::{
    problem::Refusal,
    query::{PageQuery, Query},
    reply::Reply,
    routes::Routes,
    unit::Read,
    view::PageView,
};
use purser_kernel::OrganizationId;
use serde::Serialize;
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list);
}

/// What is signed of a seal: the line `purser audit seal v1` and this object in canonical form (RFC 8785), by Ed25519.
#[derive(Serialize, ToSchema)]
pub struct StatementView {
    organization_id: OrganizationId,
    /// From 1, without a gap.
    number: i64,
    /// How many entries it has.
    count: i32,
    /// The root of the Merkle tree over its entries (RFC 6962), in hexadecimal digits.
    merkle_root: String,
    /// That of the seal before; of the empty tree before the first.
    previous_root: String,
    /// When its latest entry was written.
    #[schema(value_type = DateTime<Utc>)]
    through: String,
    /// When it was closed.
    #[schema(value_type = DateTime<Utc>)]
    sealed_at: String,
    /// The key that signed it, of those at `/.well-known/audit-seal-keys.json`.
    key_id: String,
}

/// A seal over a run of entries of the audit trail.
#[derive(Serialize, ToSchema)]
pub struct SealView {
    statement: StatementView,
    /// 64 bytes in hexadecimal digits.
    signature: String,
}

impl From<Seal> for SealView {
    fn from(seal: Seal) -> Self {
        let said = seal.statement;
        let statement = StatementView {
            organization_id: said.organization_id,
            number: said.number,
            count: said.count,
            merkle_root: said.merkle_root,
            previous_root: said.previous_root,
            through: said.through,
            sealed_at: said.sealed_at,
            key_id: said.key_id,
        };
        Self { statement, signature: seal.signature }
    }
}

/// The seals over the trail, the newest first. Keep the root of the newest elsewhere: with it nobody can cut off what was sealed by then.
#[utoipa::path(
    tag = "Audit",
    params(PageQuery),
    responses((status = 200, body = PageView<SealView>)),
    security(("bearer" = ["audit.read"])),
)]
#[get("/v1/audit-seals")]
async fn list(unit: Read, Query(query): Query<PageQuery>) -> Result<Reply, Refusal> {
    let page = query.page()?;
    let tx = unit.begin().await?;
    let page = seals::list(&tx, &page).await?;
    Ok(Reply::ok(&PageView::of(page, SealView::from))?)
}
