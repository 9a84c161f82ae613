//! Whom an event about a request concerns: those who can decide the open step, and whoever asked.
use crate::{ApprovalService, ask::is_in_time};
use async_trait::async_trait;
use purser_entity_approvals::approval_request::{self, Status};
use purser_kernel::Id;
use purser_store::{
    outbox::Event,
    ports::{Concern, Concerns},
    prelude::*,
};

#[async_trait]
impl Concerns for ApprovalService {
    fn resource(&self) -> &'static str {
        "approval_request"
    }

    async fn of(&self, tx: &ReadTx, event: &Event) -> Result<Option<Concern>, Problem> {
        let found = tx.find_by_id::<approval_request::Entity>(Id::from_uuid(event.resource_id)).await?;
        let Some(request) = found else {
            return Ok(None);
        };
        let people = match event.event_type.as_str() {
            "approval.approved" | "approval.rejected" | "approval.expired" => {
                request.accountable_user.into_iter().collect()
            }
            _ if request.status != Status::Pending || !is_in_time(&request, tx.now()) => return Ok(None),
            _ => self.deciders(tx, &request).await?,
        };
        Ok(Some(Concern { people, about: request.summary, since: None }))
    }
}
