//! People, as the others in their organization see them.
use crate::{api_keys, mfa, people};
use async_trait::async_trait;
use purser_entity_auth::{
    api_key,
    user::{Column, Entity, Model},
};
use purser_kernel::{Email, UserId, ids::ApiKeyId};
use purser_store::{
    ports::{Mailbox, People, PersonBrief},
    prelude::*,
};
use std::collections::HashMap;
use uuid::Uuid;

/// Implements the port by which tenancy shows who its members are. It has no state: everything is in the transaction it is given.
#[derive(Clone, Copy, Debug, Default)]
pub struct Directory;

fn brief(user: Model) -> PersonBrief {
    PersonBrief { id: user.id, email: user.email, full_name: user.full_name }
}

#[async_trait]
impl People for Directory {
    async fn briefs(&self, tx: &ReadTx, ids: &[UserId]) -> Result<HashMap<UserId, PersonBrief>, Problem> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let limit = u64::try_from(ids.len()).unwrap_or(u64::MAX);
        let users = tx.global::<Entity>().filter(Column::Id.is_in(ids.iter().copied())).all(limit).await?;
        Ok(users.into_iter().map(|user| (user.id, brief(user))).collect())
    }

    async fn mailbox(&self, tx: &ReadTx, person: UserId) -> Result<Option<Mailbox>, Problem> {
        let Some(user) = people::active(tx, person).await? else {
            return Ok(None);
        };
        let own = user.email_normalized.is_some() && user.email_verified_at.is_some();
        let suffices = own && !mfa::is_enrolled(tx.system(), person).await?;
        Ok(Some(Mailbox { email: Email::parse("/email", &user.email)?, suffices }))
    }

    async fn key_holder(&self, tx: &ReadTx, key: Uuid) -> Result<Option<UserId>, Problem> {
        let key = tx.find_by_id::<api_key::Entity>(ApiKeyId::from_uuid(key)).await?;
        Ok(key.map(|key| key.created_by))
    }

    async fn end_keys(&self, tx: &WriteTx, person: UserId) -> Result<(), Problem> {
        api_keys::end_all(tx, person).await
    }

    async fn with_email(&self, tx: &ReadTx, email: &Email) -> Result<Option<UserId>, Problem> {
        let user = tx.global::<Entity>().filter(Column::EmailNormalized.eq(email.normalized())).one().await?;
        Ok(user.map(|user| user.id))
    }
}
