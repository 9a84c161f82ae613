//! Who can decide the step that is open.
use crate::{ApprovalService, decide::barred, requests::decisions_of};
use purser_entity_approvals::{
    approval_delegation::{self, Column},
    approval_request,
};
use purser_kernel::UserId;
use purser_store::prelude::*;

/// More people who hold a permission than are looked at.
const MAX_HOLDERS: usize = 200;
/// More people than one question is put to.
const MAX_ASKED: usize = 50;

impl ApprovalService {
    /// The people who can decide the open step, by their own right or for somebody else, those with the right first. Of very many the
    /// oldest members alone: the inbox has it for all.
    pub(crate) async fn deciders(
        &self,
        tx: &ReadTx,
        request: &approval_request::Model,
    ) -> Result<Vec<UserId>, Problem> {
        let Ok(permission) = request.permission.parse::<Permission>() else {
            return Ok(Vec::new());
        };
        let barred = barred(request, &decisions_of(tx, request).await?, request.separation_of_duties);
        let mut people = self.tenants.holders(tx, permission.into(), MAX_HOLDERS).await?;
        people.retain(|person| !barred.contains(person));
        let now = tx.now();
        let current = Column::FromUser
            .is_in(people.iter().copied())
            .and(Column::Since.lte(now).and(Column::Until.gt(now)))
            .and(Column::Subject.is_null().or(Column::Subject.eq(request.subject.as_str())));
        let delegations = tx.find::<approval_delegation::Entity>().filter(current).order_by(Column::Id, Asc);
        for delegation in delegations.all(u64::try_from(MAX_HOLDERS).unwrap_or(u64::MAX)).await? {
            if !people.contains(&delegation.to_user) && !barred.contains(&delegation.to_user) {
                people.push(delegation.to_user);
            }
        }
        let rights = self.tenants.permissions_of(tx, &people).await?;
        people.retain(|person| rights.get(person).is_some_and(|held| held.contains(Permission::ApprovalsRead)));
        people.truncate(MAX_ASKED);
        Ok(people)
    }
}
