//! Whether an organization may be written to, or entered at all: asked where every transaction of an organization begins, so that
//! no route, job or door can forget it.
use crate::{ReadTx, Store, WriteTx, error::internal, news, prelude::*};
use moka::future::Cache;
use purser_kernel::OrganizationId;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, LockType, Query, SelectStatement};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// How an organization stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Everything is possible.
    Open,
    /// It can be read, and re-activated.
    Suspended,
    /// Nobody gets in.
    Closed,
}

impl Standing {
    /// `organization_suspended` when the organization can only be read, `unauthenticated` when it is closed.
    pub(crate) fn must_be_open(self) -> Result<(), Problem> {
        match self {
            Self::Open => Ok(()),
            Self::Suspended => Err(Problem::of(CommonProblem::OrganizationSuspended)),
            Self::Closed => Err(Problem::of(CommonProblem::Unauthenticated)),
        }
    }
}

/// How long a change that another process has made may stay unnoticed.
pub(crate) const LIFETIME: Duration = Duration::from_secs(1);
const MAX_KNOWN: u64 = 100_000;

/// How organizations stood when they were last looked at.
#[derive(Clone)]
pub(crate) struct Standings {
    known: Cache<OrganizationId, Known>,
    /// Changes that this process has made. What was looked up before one of them counts no more, also when the look-up ends after
    /// it.
    changes: Arc<AtomicU64>,
}

#[derive(Clone, Copy)]
struct Known {
    standing: Standing,
    /// How many changes there were when the look-up began.
    at: u64,
}

impl Standings {
    pub(crate) fn new() -> Self {
        let known = Cache::builder().max_capacity(MAX_KNOWN).time_to_live(LIFETIME).build();
        Self { known, changes: Arc::default() }
    }

    /// For [`Standings::of`]: taken before the transaction begins.
    pub(crate) fn now(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// A change was committed.
    pub(crate) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
    }

    async fn known(&self, organization: OrganizationId) -> Option<Standing> {
        let known = self.known.get(&organization).await?;
        (known.at == self.now()).then_some(known.standing)
    }

    /// How the organization of `tx` stands. One that is not there yet is open: it is being founded.
    pub(crate) async fn of(&self, tx: &ReadTx, began: u64) -> Result<Standing, Problem> {
        let organization = tx.organization();
        if let Some(standing) = self.known(organization).await {
            return Ok(standing);
        }
        let standing = look(tx).await?.unwrap_or(Standing::Open);
        self.known.insert(organization, Known { standing, at: began }).await;
        Ok(standing)
    }
}

/// How the organization of `tx` stands now. `None` for one that is not there.
pub(crate) async fn look(tx: &ReadTx) -> Result<Option<Standing>, Problem> {
    ask(tx, &status_of(tx)).await
}

/// As [`look`], and it stands so until this transaction ends.
pub(crate) async fn hold(tx: &WriteTx) -> Result<Option<Standing>, Problem> {
    ask(tx, status_of(tx).lock(LockType::Share)).await
}

fn status_of(tx: &ReadTx) -> SelectStatement {
    // The organization's entity belongs to another crate; all that is needed of it here is this.
    Query::select().column("status").from("organizations").and_where(Expr::col("id").eq(tx.organization())).to_owned()
}

async fn ask(tx: &ReadTx, status: &SelectStatement) -> Result<Option<Standing>, Problem> {
    let row = tx.connection().query_one(status).await.map_err(internal)?;
    let status = row.map(|row| row.try_get_by_index::<String>(0)).transpose().map_err(internal)?;
    Ok(status.as_deref().map(|status| match status {
        "active" => Standing::Open,
        "suspended" => Standing::Suspended,
        // What nobody knows lets nobody in.
        _ => Standing::Closed,
    }))
}

impl Store {
    /// How the organization stands, at most a second ago.
    pub async fn standing(&self, organization: OrganizationId) -> Result<Standing, Problem> {
        if let Some(standing) = self.standings().known(organization).await {
            return Ok(standing);
        }
        let began = self.standings().now();
        let tx = self.read_in_any_state(&Scope::system(organization, "standing")).await?;
        self.standings().of(&tx, began).await
    }
}

impl WriteTx {
    /// Says that this transaction changes the status of its organization, so that this process knows it once it is committed;
    /// others do within a second. When it opens again, the jobs that were put off meanwhile are due.
    pub async fn note_standing(&self, now: Standing) -> Result<(), Problem> {
        self.standing_changed.store(true, Ordering::Relaxed);
        if now == Standing::Open {
            crate::jobs::resume(self).await?;
            self.note_queued([news::ANY]);
        }
        Ok(())
    }
}
