//! Looks at all texts that are there already: after a rule was made or changed, and for what came before there were rules.
//!
//! A scan is one job. It goes through the resources in batches, each a transaction that also says how far it has come: whoever takes
//! the job over from a process that died goes on from there.
use super::{Scanner, rules};
use crate::ComplianceProblem;
use async_trait::async_trait;
use purser_entity_compliance::pii_scan::{ActiveModel, Column, Entity, Model, Status};
use purser_kernel::ids::PiiScanId;
use purser_store::{
    jobs::{Job, JobHandler},
    prelude::*,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

const KIND: &str = "compliance.scan_texts";
/// Resources in one transaction.
const BATCH: u64 = 100;
const ONE: &str = "uq_pii_scans_status";

#[derive(Serialize, Deserialize)]
struct Begun {
    scan_id: PiiScanId,
}

/// Scans, the latest first.
pub async fn list(tx: &ReadTx, page: &PageRequest) -> Result<Page<Model>, Problem> {
    tx.scope().require(Permission::PiiRead)?;
    tx.find::<Entity>().page(page).await
}

/// One scan.
pub async fn get(tx: &ReadTx, id: PiiScanId) -> Result<Model, Problem> {
    tx.scope().require(Permission::PiiRead)?;
    tx.get::<Entity>(id).await
}

/// Begins a scan of all resources, or of one kind. `pii_scan_running` while there is one.
pub async fn begin(tx: &WriteTx, scanner: &Scanner, only: Option<String>) -> Result<Model, Problem> {
    tx.scope().require(Permission::PiiManage)?;
    if let Some(only) = &only
        && !scanner.resources().any(|resource| resource == only)
    {
        let names: Vec<_> = scanner.resources().collect();
        return Err(Problem::invalid("/resource", "unknown_value", format!("must be one of {}", names.join(", "))));
    }
    let row = ActiveModel {
        only_resource: Set(only),
        status: Set(Status::Running),
        resource: Set(None),
        resource_id: Set(None),
        scanned: Set(0),
        found: Set(0),
        created_by: Set(tx.scope().actor.user()),
        finished_at: Set(None),
        ..Default::default()
    };
    let running = || Problem::of(ComplianceProblem::PiiScanRunning);
    let scan = tx.insert(row).await.on_unique(ONE, running)?;
    tx.enqueue(NewJob::new(KIND, json!(Begun { scan_id: scan.id })).priority(-20)).await?;
    let view = json!({ "resource": scan.only_resource });
    tx.audit(AuditEntry::new("pii_scan.begin", "pii_scan", scan.id).after(&view)).await?;
    Ok(scan)
}

/// Does a scan.
pub struct ScanTexts {
    scanner: Scanner,
}

impl ScanTexts {
    /// The handler.
    pub fn new(scanner: Scanner) -> Self {
        Self { scanner }
    }

    /// The next batch. Whether it was the last one, and then its job is done, too.
    async fn some(&self, store: &Store, job: &Job, id: PiiScanId) -> Result<bool, Problem> {
        let tx = store.write(&job.scope()?).await?;
        // Who has lost the job to another waits here, and goes on behind what that one has done.
        let scan = tx.get_for_update::<Entity>(id).await?;
        let is_last = scan.status == Status::Done || self.batch(&tx, scan).await?;
        if is_last {
            tx.finish_job(job).await?;
        }
        tx.commit().await?;
        Ok(is_last)
    }

    /// Looks at the resources behind the place to which the scan has come, and writes down the new one.
    async fn batch(&self, tx: &WriteTx, scan: Model) -> Result<bool, Problem> {
        let mut kinds =
            self.scanner.resources().filter(|kind| scan.only_resource.as_deref().is_none_or(|only| only == *kind));
        let at = match &scan.resource {
            None => kinds.next(),
            Some(resource) => kinds.find(|kind| kind == resource),
        };
        let following = kinds.next();
        let (mut resource, mut resource_id) = (at, scan.resource_id);
        let (mut scanned, mut found) = (scan.scanned, scan.found);
        if let Some(kind) = at {
            let source = self.scanner.source(kind)?;
            let ids = source.page(tx, scan.resource_id, BATCH).await?;
            rules::ensure(tx).await?;
            let detector = rules::detector(tx).await?;
            let some = self.scanner.scan(tx, &detector, source, &ids).await?;
            scanned = scanned.saturating_add(i64::try_from(some.resources).unwrap_or(i64::MAX));
            found = found.saturating_add(i64::try_from(some.findings).unwrap_or(i64::MAX));
            resource_id = ids.last().copied();
            if u64::try_from(ids.len()).is_ok_and(|count| count < BATCH) {
                (resource, resource_id) = (following, None);
            }
        }
        let is_last = resource.is_none();
        let now = tx.now();
        tx.update_where::<Entity>(Column::Id.eq(scan.id), |row| {
            row.resource = Set(resource.map(str::to_owned));
            row.resource_id = Set(resource_id);
            row.scanned = Set(scanned);
            row.found = Set(found);
            if is_last {
                row.status = Set(Status::Done);
                row.finished_at = Set(Some(now));
            }
        })
        .await?;
        Ok(is_last)
    }
}

#[async_trait]
impl JobHandler for ScanTexts {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        let Begun { scan_id } = job.payload()?;
        while !self.some(store, job, scan_id).await? {}
        Ok(())
    }
}
