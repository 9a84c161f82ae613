//! A trail, its seals, and an auditor with an export and the public keys.
use chrono::TimeDelta;
use purser_compliance::{
    keys,
    sealer::{LATE, seal},
    statement::PublicKey,
    verify::{Finding, Report, verify},
};
use purser_kernel::{Clock, OrganizationId, Scope};
use purser_store::{AuditEntry, Store};
use purser_tests::{
    app::{Tenant, TestApp, grocery},
    database::{Engine, uuid_literal},
};
use serde_json::Value;

/// An organization with a trail.
pub(crate) struct Trail {
    pub(crate) app: TestApp,
    pub(crate) tenant: Tenant,
    pub(crate) clock: Clock,
}

impl Trail {
    /// A trail of a dozen entries, none of them sealed. Nothing is sealed but by the test.
    pub(crate) async fn new(engine: Engine) -> Option<Self> {
        Self::begun(engine, TimeDelta::zero()).await
    }

    /// As [`Trail::new`], so long ago.
    pub(crate) async fn begun(engine: Engine, ago: TimeDelta) -> Option<Self> {
        let clock = Clock::fixed(Clock::system().now() - ago);
        let app = TestApp::start_at(engine, clock.clone(), |config| config.workers = 0).await?;
        let tenant = app.tenant("Acme").await;
        grocery(&tenant).await;
        tenant.customer("Corner Café", "4915112345678").await;
        Some(Self { app, tenant, clock })
    }

    pub(crate) fn store(&self) -> &Store {
        &self.app.app().services().store
    }

    pub(crate) fn organization(&self) -> OrganizationId {
        self.tenant.organization_id.parse().unwrap()
    }

    /// The organization, as SQL has it.
    pub(crate) fn own(&self) -> String {
        self.id(&self.tenant.organization_id)
    }

    /// An id, as SQL has it.
    pub(crate) fn id(&self, id: &str) -> String {
        uuid_literal(self.app.database.engine, id)
    }

    /// Some more entries.
    pub(crate) async fn more(&self, entries: usize) {
        let tx = self.store().write(&Scope::system(self.organization(), "more")).await.unwrap();
        tx.audit_many((0..entries).map(|_| AuditEntry::of_many("test.more", "test"))).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Seals what is not sealed yet, and says how many seals that took.
    pub(crate) async fn seal(&self) -> usize {
        seal(self.store(), self.organization(), "test", LATE).await.unwrap()
    }

    /// Time goes by, and the owner signs in once more.
    pub(crate) async fn wait(&mut self, time: TimeDelta) {
        self.clock.advance(time);
        self.tenant = self.tenant.signed_in_at(&self.app.url).await;
    }

    pub(crate) async fn export(&self) -> String {
        self.tenant.get("/v1/audit-logs/export").await.expect(200).body
    }

    pub(crate) async fn keys(&self) -> Vec<PublicKey> {
        keys::published(self.store()).await.unwrap().into_iter().map(|key| key.key).collect()
    }

    /// What an auditor finds.
    pub(crate) async fn verify(&self) -> Report {
        check(&self.export().await, &self.keys().await)
    }

    /// What an auditor finds first.
    pub(crate) async fn finding(&self) -> Finding {
        let report = self.verify().await;
        report.findings.into_iter().next().unwrap()
    }

    /// What somebody does who owns the database. Each statement changes something.
    pub(crate) async fn tamper(&self, statements: &[String]) {
        let mut owner = self.app.database.owner().await;
        for sql in statements {
            assert!(owner.execute(sql).await.unwrap() > 0, "{sql}");
        }
    }

    /// The one text that a query finds.
    pub(crate) async fn find(&self, sql: &str) -> String {
        self.app.database.owner().await.rows(sql).await.unwrap().remove(0).remove(0)
    }

    /// The ids of the entries of a seal, in their order, as an export has them.
    pub(crate) async fn sealed(&self, seal: i64) -> Vec<String> {
        let entries = lines(&self.export().await);
        let places = entries.iter().filter(|line| line["place"]["seal"] == seal);
        places.map(|line| line["place"]["audit_id"].as_str().unwrap().to_owned()).collect()
    }
}

pub(crate) fn check(export: &str, keys: &[PublicKey]) -> Report {
    verify(export.as_bytes(), keys, &[]).unwrap()
}

/// The lines of an export.
pub(crate) fn lines(export: &str) -> Vec<Value> {
    export.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
