//! Who is told of what: those who can decide that something waits for them, and whoever asked what came of it.
use crate::{
    DecisionLinks,
    ask::is_in_time,
    mail::{self, About},
    requests::decisions_of,
};
use async_trait::async_trait;
use chrono::TimeDelta;
use purser_entity_approvals::{
    approval_link::{self, Column},
    approval_request::{self, Status},
};
use purser_kernel::{Id, UserId, ids::ApprovalLinkId};
use purser_store::{
    outbox::{Event, Subscriber},
    prelude::*,
};
use std::collections::HashMap;

/// How long a link can be used, if its request does not expire before.
const LIFETIME: TimeDelta = TimeDelta::days(7);
/// Questions that one person is sent within [`WINDOW`]. The inbox has the others.
const MOST: i64 = 20;
const WINDOW: TimeDelta = TimeDelta::hours(1);

/// Hears what becomes of requests, makes links and queues mails.
pub struct Tell {
    links: DecisionLinks,
}

impl Tell {
    /// The subscriber.
    pub fn new(links: DecisionLinks) -> Self {
        Self { links }
    }

    /// Puts the open step to those who can decide it: each of them once, and all of them again as a reminder.
    async fn ask(&self, tx: &WriteTx, request: &approval_request::Model, reminder: bool) -> Result<(), Problem> {
        if request.status != Status::Pending || !is_in_time(request, tx.now()) {
            return Ok(());
        }
        let now = tx.now();
        let of_step = || Column::RequestId.eq(request.id).and(Column::Step.eq(request.step));
        tx.remove::<approval_link::Entity>(of_step().and(Column::UsedAt.is_null()).and(Column::ExpiresAt.lte(now)))
            .await?;
        let people = self.links.approvals.deciders(tx, request).await?;
        let lately = lately(tx, &people).await?;
        let mut rows = Vec::new();
        for person in people.iter().filter(|person| lately.get(person).is_none_or(|count| *count < MOST)) {
            let id = ApprovalLinkId::generate();
            rows.push(approval_link::ActiveModel {
                id: Set(id),
                request_id: Set(request.id),
                user_id: Set(*person),
                step: Set(request.step),
                token_hash: Set(self.links.token(tx, id, *person, request).await?.hash()),
                expires_at: Set(request.due_at.map_or(now + LIFETIME, |due| due.min(now + LIFETIME))),
                used_at: Set(None),
                ..Default::default()
            });
        }
        let mut links = tx.insert_many_if_absent(rows).await?;
        if reminder {
            let theirs = of_step().and(Column::UsedAt.is_null()).and(Column::UserId.is_in(people.iter().copied()));
            let most = u64::try_from(people.len()).unwrap_or(u64::MAX);
            links = tx.find::<approval_link::Entity>().filter(theirs).all(most).await?;
        }
        let job = |link: approval_link::Model| mail::job(link.user_id, About::Decide { link_id: link.id, reminder });
        tx.enqueue_many(links.into_iter().map(job).collect()).await
    }

    /// Tells whoever asked what came of it, unless they decided it themselves.
    async fn answer(&self, tx: &WriteTx, request: &approval_request::Model) -> Result<(), Problem> {
        let Some(person) = request.accountable_user else {
            return Ok(());
        };
        let decisions = decisions_of(tx, request).await?;
        if decisions.last().is_some_and(|decision| decision.decided_by == person) {
            return Ok(());
        }
        tx.enqueue(mail::job(person, About::Outcome { request_id: request.id })).await
    }
}

/// How many questions each of these people was sent lately.
async fn lately(tx: &ReadTx, people: &[UserId]) -> Result<HashMap<UserId, i64>, Problem> {
    let recent = Column::UserId.is_in(people.iter().copied()).and(Column::CreatedAt.gt(tx.now() - WINDOW));
    let counted = tx.find::<approval_link::Entity>().filter(recent).aggregate().by(Column::UserId).count();
    Ok(counted.rows::<(UserId, i64)>().await?.into_iter().collect())
}

#[async_trait]
impl Subscriber for Tell {
    fn name(&self) -> &'static str {
        "approvals.tell"
    }

    fn event_types(&self) -> &'static [&'static str] {
        &[
            "approval.requested",
            "approval.advanced",
            "approval.steps_changed",
            "approval.reminded",
            "approval.approved",
            "approval.rejected",
            "approval.expired",
            "approval.withdrawn",
            "approval.superseded",
        ]
    }

    async fn handle(&self, tx: &WriteTx, event: &Event) -> Result<(), Problem> {
        let found = tx.find_by_id::<approval_request::Entity>(Id::from_uuid(event.resource_id)).await?;
        let Some(request) = found else {
            return Ok(());
        };
        match event.event_type.as_str() {
            "approval.requested" | "approval.advanced" | "approval.steps_changed" => {
                return self.ask(tx, &request, false).await;
            }
            "approval.reminded" => return self.ask(tx, &request, true).await,
            "approval.approved" | "approval.rejected" | "approval.expired" => self.answer(tx, &request).await?,
            _ => {}
        }
        // Nobody decides any more.
        let unused = Column::RequestId.eq(request.id).and(Column::UsedAt.is_null());
        tx.remove::<approval_link::Entity>(unused).await.map(|_| ())
    }
}
