//! The inbox: what waits to be decided, and what was.
use crate::{ApprovalService, delegations};
use purser_entity_approvals::{
    approval_decision,
    approval_request::{self, Column, Status},
};
use purser_kernel::{PermissionSet, UserId, ids::ApprovalRequestId};
use purser_store::prelude::*;

/// A request and what was decided about it, the first decision first.
#[derive(Clone, Debug)]
pub struct RequestWithDecisions {
    /// The request.
    pub request: approval_request::Model,
    /// The decisions.
    pub decisions: Vec<approval_decision::Model>,
}

/// Which requests are asked for.
#[derive(Clone, Debug, Default)]
pub struct RequestFilter {
    /// Only open ones whose current step the caller may decide.
    pub assigned_to_me: bool,
    /// Only those of this status.
    pub status: Option<Status>,
    /// Only those about this kind of thing.
    pub subject: Option<String>,
}

/// More decisions than a request can have steps.
const MAX_DECISIONS: u64 = 200;

/// One request.
pub async fn get(tx: &ReadTx, id: ApprovalRequestId) -> Result<RequestWithDecisions, Problem> {
    tx.scope().require(Permission::ApprovalsRead)?;
    load(tx, tx.get::<approval_request::Entity>(id).await?).await
}

impl ApprovalService {
    /// Requests, the newest first.
    pub async fn list(
        &self,
        tx: &ReadTx,
        filter: RequestFilter,
        page: &PageRequest,
    ) -> Result<Page<RequestWithDecisions>, Problem> {
        tx.scope().require(Permission::ApprovalsRead)?;
        let mut found = tx
            .find::<approval_request::Entity>()
            .filter_if(filter.status.map(|status| Column::Status.eq(status)))
            .filter_if(filter.subject.map(|subject| Column::Subject.eq(subject)));
        if filter.assigned_to_me {
            let Some(me) = tx.scope().actor.user() else {
                // Nobody else decides anything.
                return Ok(Page { data: Vec::new(), next: None });
            };
            let decided = approval_decision::Column::DecidedBy.eq(me).or(approval_decision::Column::OnBehalfOf.eq(me));
            found = found.filter(self.assigned(tx, me).await?).lacking::<approval_decision::Entity>(decided);
        }
        let page = found.order_by(Column::CreatedAt, Desc).page(page).await?;
        let decisions = tx
            .find::<approval_decision::Entity>()
            .order_by(approval_decision::Column::Id, Asc)
            .of_each(&page.data)
            .await?;
        let data = page.data.into_iter().zip(decisions);
        let data = data.map(|(request, decisions)| RequestWithDecisions { request, decisions }).collect();
        Ok(Page { data, next: page.next })
    }

    /// The open requests whose step the person may decide, by their own right or by that of somebody who delegated to them.
    async fn assigned(&self, tx: &ReadTx, me: UserId) -> Result<Filter<approval_request::Entity>, Problem> {
        let open = Column::Status.eq(Status::Pending).and(Column::DueAt.is_null().or(Column::DueAt.gt(tx.now())));
        let mut mine = decided_by(tx.scope().permissions);
        let delegations = delegations::current(tx, me).await?;
        let from: Vec<UserId> = delegations.iter().map(|delegation| delegation.from_user).collect();
        let rights = self.tenants.permissions_of(tx, &from).await?;
        for delegation in delegations {
            let held = rights.get(&delegation.from_user).copied().unwrap_or_default();
            let mut theirs = decided_by(held).and(apart_from(delegation.from_user));
            if let Some(subject) = delegation.subject {
                theirs = theirs.and(Column::Subject.eq(subject));
            }
            mine = mine.or(theirs);
        }
        Ok(open.and(mine).and(apart_from(me)))
    }
}

/// Requests whose open step one of these permissions decides.
fn decided_by(permissions: PermissionSet) -> Filter<approval_request::Entity> {
    Column::Permission.is_in(permissions.iter().map(Permission::as_str))
}

/// Requests that are not about the person, and of which they are no part where duties are separated.
fn apart_from(person: UserId) -> Filter<approval_request::Entity> {
    let did_not_ask = Column::AccountableUser.is_null().or(Column::AccountableUser.ne(person));
    let did_not_edit = Column::LastEditedBy.is_null().or(Column::LastEditedBy.ne(person));
    let not_about = Column::AboutUser.is_null().or(Column::AboutUser.ne(person));
    Column::SeparationOfDuties.eq(false).or(did_not_ask.and(did_not_edit)).and(not_about)
}

/// The request with its decisions.
pub(crate) async fn load(tx: &ReadTx, request: approval_request::Model) -> Result<RequestWithDecisions, Problem> {
    let decisions = decisions_of(tx, &request).await?;
    Ok(RequestWithDecisions { request, decisions })
}

pub(crate) async fn decisions_of(
    tx: &ReadTx,
    request: &approval_request::Model,
) -> Result<Vec<approval_decision::Model>, Problem> {
    let decisions = tx.find::<approval_decision::Entity>().of(request);
    decisions.order_by(approval_decision::Column::Id, Asc).all(MAX_DECISIONS).await
}
