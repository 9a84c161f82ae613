//! That an entry of the trail is in a seal.
use crate::seals::SealView;
use actix_web::{get, web::Data};
use purser_compliance::{
    Access, AccessLog,
    proof::{self, Inclusion, Proof},
};
use purser_http::{path::PathId, problem::Refusal, reply::Reply, routes::Routes, unit::Read};
use purser_kernel::{
    hex,
    ids::{self, AuditLogId},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(show);
}

/// Where an entry is in a seal.
#[derive(Serialize, ToSchema)]
pub struct InclusionView {
    seal: SealView,
    /// The entry's place in the tree, from 0; the tree has `seal.statement.count` leaves.
    leaf_index: u64,
    /// The audit path (RFC 6962, section 2.1.1), from the leaf upwards, in hexadecimal digits.
    audit_path: Vec<String>,
}

impl From<Inclusion> for InclusionView {
    fn from(inclusion: Inclusion) -> Self {
        let audit_path = inclusion.path.iter().map(|hash| hex::encode(hash)).collect();
        Self { seal: inclusion.seal.into(), leaf_index: inclusion.index, audit_path }
    }
}

/// An entry, and that it is in a seal.
#[derive(Serialize, ToSchema)]
pub struct ProofView {
    /// The entry as it is hashed: SHA-256 of a zero byte and this object in canonical form (RFC 8785).
    entry: Value,
    /// Null while the entry is not sealed yet, which takes some minutes.
    inclusion: Option<InclusionView>,
}

impl From<Proof> for ProofView {
    fn from(proof: Proof) -> Self {
        Self { entry: proof.entry, inclusion: proof.inclusion.map(InclusionView::from) }
    }
}

/// Shows that an entry of the trail is in a seal, to whoever has the public key.
#[utoipa::path(
    tag = "Audit",
    params(("id" = AuditLogId, Path)),
    responses((status = 200, body = ProofView)),
    security(("bearer" = ["audit.read"])),
)]
#[get("/v1/audit-logs/{id}/proof")]
async fn show(unit: Read, accesses: Data<AccessLog>, PathId(id): PathId<ids::AuditLog>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let proof = proof::proof(&tx, id).await?;
    accesses.note(unit.scope(), unit.purpose(), Access::select("audit_log", [id]))?;
    Ok(Reply::ok(&ProofView::from(proof))?)
}
