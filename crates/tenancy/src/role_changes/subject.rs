//! Promotions, as approvals see them.
use super::{
    Entity, RoleChangeRequest, SUBJECT, Status, end,
    plan::{self, Plan},
    second, shown,
};
use crate::authority;
use async_trait::async_trait;
use purser_kernel::{
    Money,
    ids::{ApprovalRequestId, RoleChangeRequestId},
};
use purser_store::{
    ports::{ApprovalSubject, Approvals, Counterparty, Ending, Matter, People},
    prelude::*,
};
use std::sync::Arc;
use uuid::Uuid;

/// What waits is done when a second person has approved it, and looked at again then.
pub struct RoleChangeSubject {
    /// Who people are.
    pub people: Arc<dyn People>,
}

/// The request while it waits, locked, and what it would do.
async fn waiting(tx: &WriteTx, id: Uuid) -> Result<Option<(RoleChangeRequest, Option<Plan>)>, Problem> {
    authority::lock(tx).await?;
    let id = RoleChangeRequestId::from_uuid(id);
    let row = tx.find_for_update::<Entity>().filter(super::Column::Id.eq(id)).one().await?;
    let Some(row) = row.filter(|row| row.status == Status::Pending) else {
        return Ok(None);
    };
    let plan = plan::of(tx, &row).await?;
    Ok(Some((row, plan)))
}

#[async_trait]
impl ApprovalSubject for RoleChangeSubject {
    fn kind(&self) -> &'static str {
        SUBJECT
    }

    fn permission(&self) -> Permission {
        second::DECIDES
    }

    async fn matter(&self, tx: &WriteTx, id: Uuid) -> Result<Option<Matter>, Problem> {
        match waiting(tx, id).await? {
            Some((row, Some(plan))) => shown::matter(tx, self.people.as_ref(), &row, &plan).await.map(Some),
            _ => Ok(None),
        }
    }

    async fn done_since(&self, _: &WriteTx, _: Counterparty, _: Timestamp, _: Uuid) -> Result<Vec<Money>, Problem> {
        Ok(Vec::new())
    }

    async fn asked_anew(&self, tx: &WriteTx, id: Uuid, request: ApprovalRequestId) -> Result<(), Problem> {
        if let Some((row, _)) = waiting(tx, id).await? {
            tx.update(row, |row| row.approval_id = Set(Some(request))).await?;
        }
        Ok(())
    }

    async fn ended(&self, tx: &WriteTx, id: Uuid, _: ApprovalRequestId, how: Ending) -> Result<(), Problem> {
        let Some((row, _)) = waiting(tx, id).await? else {
            return Ok(());
        };
        let status = match how {
            Ending::Rejected => Status::Rejected,
            Ending::Expired => Status::Expired,
            Ending::Withdrawn => Status::Withdrawn,
            Ending::Superseded => Status::Superseded,
        };
        end(tx, row, status).await
    }

    async fn approved(&self, tx: &WriteTx, id: Uuid, approvals: &dyn Approvals) -> Result<(), Problem> {
        let Some((row, Some(plan))) = waiting(tx, id).await? else {
            return Err(Problem::internal("what was just approved is there"));
        };
        let approval = approvals.redeem(tx, SUBJECT, id).await?;
        approval.ok_or_else(|| Problem::internal("what was just approved has its approval"))?;
        plan.carry_out(tx, approvals).await?;
        end(tx, row, Status::Applied).await
    }
}
