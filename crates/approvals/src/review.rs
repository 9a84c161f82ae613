//! Open questions follow the policies: when these change, what is asked for is looked at again. A decision looks again in any case; this
//! is for the inbox, and for those who are told that something waits for them.
use crate::{
    ApprovalService,
    ask::{is_in_time, names},
    decide::is_shown,
    events::{StepsChanged, entry},
    requests::decisions_of,
    rules::open_steps,
    service::Requester,
};
use async_trait::async_trait;
use purser_entity_approvals::approval_request::{self, Column, Entity, Reasons, Status};
use purser_kernel::ids::ApprovalRequestId;
use purser_store::{
    jobs::{Job, JobHandler},
    prelude::*,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

const KIND: &str = "approvals.review";
/// Questions in one look at the list. Each is brought up to date in a transaction of its own.
const BATCH: u64 = 100;

#[derive(Serialize, Deserialize)]
struct Payload {
    subject: String,
}

/// The job that looks at the open questions about this kind of thing.
pub(crate) fn job(subject: &str) -> NewJob {
    NewJob::new(KIND, json!(Payload { subject: subject.to_owned() }))
}

/// Brings open questions up to date. Run again, it changes nothing more.
pub struct Review {
    approvals: ApprovalService,
}

impl Review {
    /// The handler.
    pub fn new(approvals: ApprovalService) -> Self {
        Self { approvals }
    }
}

#[async_trait]
impl JobHandler for Review {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        let Payload { subject } = job.payload()?;
        let scope = job.scope()?;
        let mut after: Option<ApprovalRequestId> = None;
        loop {
            let tx = store.read(&scope).await?;
            let open = Column::Subject.eq(subject.as_str()).and(Column::Status.eq(Status::Pending));
            let open = tx.find::<Entity>().filter(open).filter_if(after.map(|after| Column::Id.gt(after)));
            let open = open.order_by(Column::Id, Asc).all(BATCH).await?;
            drop(tx);
            let Some(last) = open.last() else {
                return Ok(());
            };
            after = Some(last.id);
            for request in &open {
                let tx = store.write(&scope).await?;
                self.approvals.review(&tx, request).await?;
                tx.commit().await?;
            }
        }
    }
}

impl ApprovalService {
    /// Writes down what the policies ask for now. What is no longer what was shown is closed and asked anew.
    async fn review(&self, tx: &WriteTx, seen: &approval_request::Model) -> Result<(), Problem> {
        let subject = self.subject(&seen.subject)?;
        let matter = subject.matter(tx, seen.subject_id).await?;
        let request = tx.get_for_update::<Entity>(seen.id).await?;
        if request.status != Status::Pending || !is_in_time(&request, tx.now()) {
            return Ok(());
        }
        let Some(matter) = matter.filter(|matter| is_shown(tx, &request, matter)) else {
            return self.outdated(tx, subject, request).await.map(|_| ());
        };
        let requester = Requester::of(&request);
        let rules = self.rules_of_question(tx, subject, request.subject_id, &matter, &requester).await?;
        let decisions = decisions_of(tx, &request).await?;
        let (open, _) = open_steps(&rules, &decisions, subject.permission());
        // Who was kept out when it was asked stays out.
        let separate = request.separation_of_duties || rules.separation_of_duties;
        let (steps, reasons) = (names(&rules.steps), Reasons(rules.reasons));
        let same = (&request.steps, &request.reasons) == (&steps, &reasons)
            && (request.permission.as_str(), request.separation_of_duties) == (open.as_str(), separate);
        if same {
            return Ok(());
        }
        let request = tx
            .update(request, |row| {
                row.steps = Set(steps);
                row.reasons = Set(reasons);
                row.permission = Set(open.as_str().to_owned());
                row.separation_of_duties = Set(separate);
            })
            .await?;
        tx.audit(entry("approval.change_steps", &request)).await?;
        tx.emit(&StepsChanged::of(&request)).await
    }
}
