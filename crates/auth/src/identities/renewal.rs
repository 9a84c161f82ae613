//! Renewing a session for which somebody vouches.
mod provider;

use super::Identities;
use crate::{
    Tokens, group_roles,
    service::bare_scope,
    sessions::{self, Reason},
    tokens::{Holder, RefreshToken},
};
use purser_entity_auth::session;
use purser_kernel::{Client, ExposeSecret, SecretString, ids::IntegrationId};
use purser_store::{AuditCategory, AuditSeverity, ports::Vouched, prelude::*};

impl Identities {
    /// As [`Auth::refresh`](crate::Auth::refresh), and asks the directory or the provider first where it is time to: whom it no
    /// longer vouches for has no session any more, and roles follow the groups.
    ///
    /// `provider_unavailable` when it is time and it cannot be asked: the session waits. `unavailable` while somebody else asks.
    pub async fn refresh(
        &self,
        refresh_token: &SecretString,
        client: Client,
        request_id: String,
    ) -> Result<Tokens, Problem> {
        if let Some(token) = RefreshToken::parse(refresh_token.expose_secret()) {
            let holder = token.holder();
            let scope = bare_scope(holder.organization, holder.user, client.clone(), request_id.clone());
            self.check(&scope, holder).await?;
        }
        self.auth.refresh(refresh_token, client, request_id).await
    }

    /// Asks about the holder of the session, if it is one that somebody vouched for some time ago.
    async fn check(&self, scope: &Scope, holder: Holder) -> Result<(), Problem> {
        let tx = self.auth.store.read_in_any_state(scope).await?;
        let session = sessions::open(&tx, holder).await?;
        let due = session.filter(|session| session.vouched_until.is_some_and(|until| until <= tx.now()));
        let Some(integration) = due.and_then(|session| session.integration_id) else {
            return Ok(());
        };
        let identity = self.identity_of(&tx, integration, holder.user).await?;
        let directory = self.providers.directory(&tx, integration).await?;
        let provider = self.providers.openid(&tx, integration).await?;
        drop(tx);
        let person = match (identity, directory, provider) {
            (Some(identity), Some(directory), _) => directory.look_up(&identity.subject).await?,
            (Some(identity), None, Some(provider)) => {
                let (this, scope) = (self.clone(), scope.clone());
                // To its end, whoever hangs up: what the provider gives for next time must be kept.
                let asked = async move { this.ask_provider(&scope, holder, identity, &*provider).await };
                return tokio::spawn(asked).await.map_err(Problem::internal)?;
            }
            // The connection was switched off.
            _ => None,
        };
        let tx = self.auth.store.write_in_any_state(scope).await?;
        match person {
            Some(person) => self.vouch_again(&tx, holder, integration, &person).await?,
            None => end_all(&tx, holder, integration).await?,
        }
        tx.commit().await
    }

    async fn vouch_again(
        &self,
        tx: &WriteTx,
        holder: Holder,
        integration: IntegrationId,
        person: &Vouched,
    ) -> Result<(), Problem> {
        let until = tx.now() + self.check_after;
        // Those that have run out are whoever's who signs in just now: they forget them.
        let open = theirs(holder, integration).and(session::Column::ExpiresAt.gt(tx.now()));
        tx.system().update_where(open, |row| row.vouched_until = Set(Some(until))).await?;
        group_roles::follow(&*self.memberships, tx, integration, holder.user, &person.groups).await
    }
}

/// The holder's open sessions that this connection vouches for.
fn theirs(holder: Holder, integration: IntegrationId) -> Filter<session::Entity> {
    session::Column::UserId
        .eq(holder.user)
        .and(session::Column::OrganizationId.eq(holder.organization))
        .and(session::Column::IntegrationId.eq(integration))
        .and(session::Column::RevokedAt.is_null())
}

async fn end_all(tx: &WriteTx, holder: Holder, integration: IntegrationId) -> Result<(), Problem> {
    let (now, reason): (_, &'static str) = (tx.now(), Reason::NotVouched.into());
    tx.system()
        .update_where(theirs(holder, integration), |row| {
            row.revoked_at = Set(Some(now));
            row.revoked_reason = Set(Some(reason.to_owned()));
        })
        .await?;
    let entry = AuditEntry::new("session.not_vouched", "session", holder.session);
    tx.audit(entry.category(AuditCategory::Security).failed(AuditSeverity::Warning)).await
}
