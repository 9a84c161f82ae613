//! The trail as a file.
use actix_web::{
    HttpResponse, get,
    http::header::{self, ContentDisposition, DispositionParam, DispositionType},
    web::{Bytes, Data},
};
use futures_util::stream;
use purser_compliance::{
    Access, AccessLog,
    export::{Lines, Part, Sheet},
};
use purser_http::{problem::Refusal, query::Query, routes::Routes, unit::Read};
use purser_kernel::{Moment, Problem};
use purser_store::{AuditFilter, ReadTx, named};
use serde::Deserialize;
use std::io;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(export);
}

/// The form of the file.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ExportFormat {
    /// One JSON value in each line: what `purser audit verify` checks.
    #[default]
    JsonLines,
    /// A table, for spreadsheets.
    Csv,
}

/// Which entries, and in which form.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportAuditLogs {
    /// `json_lines` when left out.
    #[param(inline)]
    format: Option<ExportFormat>,
    /// Whether personal data is masked; `false` when left out. A masked file cannot be verified.
    mask: Option<bool>,
    /// Only what was done then or later.
    #[param(value_type = Option<DateTime<Utc>>)]
    since: Option<Moment>,
    /// Only what was done before.
    #[param(value_type = Option<DateTime<Utc>>)]
    until: Option<Moment>,
    /// Only this category: `change`, `security`, `access`, `approval` or `system`.
    category: Option<String>,
    /// Only what matters so much: `info`, `warning` or `critical`.
    severity: Option<String>,
    /// Only what came to this: `success` or `failure`.
    outcome: Option<String>,
    /// Only this action, such as `order.confirm`.
    action: Option<String>,
    /// Only this kind of resource, such as `order`.
    resource: Option<String>,
    /// Only this resource.
    resource_id: Option<Uuid>,
    /// Only what this kind of actor did: `user`, `api_key`, `agent`, `platform_admin` or `system`.
    actor_kind: Option<String>,
    /// Only what this actor did.
    actor_id: Option<Uuid>,
    /// Only what this request did.
    request_id: Option<String>,
}

impl ExportAuditLogs {
    fn filter(self) -> Result<AuditFilter, Problem> {
        Ok(AuditFilter {
            since: self.since,
            until: self.until,
            category: self.category.map(|name| named("/category", &name)).transpose()?,
            severity: self.severity.map(|name| named("/severity", &name)).transpose()?,
            outcome: self.outcome.map(|name| named("/outcome", &name)).transpose()?,
            action: self.action,
            resource: self.resource,
            resource_id: self.resource_id,
            actor_kind: self.actor_kind,
            actor_id: self.actor_id,
            request_id: self.request_id,
        })
    }
}

/// A file in the making.
enum File {
    Lines(Lines),
    Sheet(Sheet),
}

impl File {
    fn new(format: ExportFormat, filter: AuditFilter, is_masked: bool) -> Self {
        match format {
            ExportFormat::JsonLines => Self::Lines(Lines::new(filter).masked(is_masked)),
            ExportFormat::Csv => Self::Sheet(Sheet::new(filter).masked(is_masked)),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Lines(_) => "audit-logs.jsonl",
            Self::Sheet(_) => "audit-logs.csv",
        }
    }

    fn content_type(&self) -> &'static str {
        match self {
            Self::Lines(_) => "application/x-ndjson",
            Self::Sheet(_) => "text/csv; charset=utf-8; header=present",
        }
    }

    async fn next(&mut self, tx: &ReadTx) -> Result<Option<Part>, Problem> {
        match self {
            Self::Lines(lines) => lines.next(tx).await,
            Self::Sheet(sheet) => sheet.next(tx).await,
        }
    }
}

/// The trail as a file.
///
/// Without filters, `json_lines` is what `purser audit verify` checks with the keys at `/.well-known/audit-seal-keys.json` alone: the
/// seals, then the entries in the order in which they were sealed. Otherwise the oldest entry comes first. What goes wrong at the beginning is a
/// problem; later the answer breaks off, and the last line is missing.
#[utoipa::path(
    tag = "Audit",
    params(ExportAuditLogs),
    responses((status = 200, content((String = "application/x-ndjson"), (String = "text/csv")))),
    security(("bearer" = ["audit.read"])),
)]
#[get("/v1/audit-logs/export")]
async fn export(
    unit: Read,
    accesses: Data<AccessLog>,
    Query(query): Query<ExportAuditLogs>,
) -> Result<HttpResponse, Refusal> {
    let (format, is_masked) = (query.format.unwrap_or_default(), query.mask.unwrap_or_default());
    let mut file = File::new(format, query.filter()?, is_masked);
    let disposition = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename(file.name().to_owned())],
    };
    let mut response = HttpResponse::Ok();
    response.insert_header(disposition).insert_header((header::CACHE_CONTROL, "no-store"));
    response.content_type(file.content_type());
    let first = next(&unit, &accesses, &mut file).await?;
    let parts = stream::try_unfold((unit, accesses, file, first), |(unit, accesses, mut file, ready)| async move {
        let Some(bytes) = ready else {
            return Ok(None);
        };
        let following = next(&unit, &accesses, &mut file).await.map_err(broken)?;
        Ok::<_, io::Error>(Some((bytes, (unit, accesses, file, following))))
    });
    Ok(response.streaming(Box::pin(parts)))
}

/// The next part that has something in it, whose entries are noted as read.
async fn next(unit: &Read, accesses: &AccessLog, file: &mut File) -> Result<Option<Bytes>, Refusal> {
    loop {
        let tx = unit.begin().await?;
        let Some(part) = file.next(&tx).await? else {
            return Ok(None);
        };
        accesses.note(unit.scope(), unit.purpose(), Access::export("audit_log", part.ids))?;
        // An empty chunk would end the answer.
        if !part.bytes.is_empty() {
            return Ok(Some(Bytes::from(part.bytes)));
        }
    }
}

fn broken(refusal: Refusal) -> io::Error {
    tracing::warn!(%refusal, "an export broke off");
    io::Error::other("the export broke off")
}
