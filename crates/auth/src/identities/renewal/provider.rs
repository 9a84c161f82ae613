//! Asking an OpenID provider again, with the refresh token that it gave.
use super::Identities;
use crate::{
    group_roles,
    sessions::{self, Reason},
    tokens::Holder,
};
use chrono::TimeDelta;
use purser_entity_auth::{
    session::{ActiveModel, Column, Entity},
    user_identity,
};
use purser_kernel::SecretString;
use purser_store::{
    AuditCategory, AuditSeverity,
    ports::{OpenIdProvider, Renewal},
    prelude::*,
};
use std::time::Duration;

/// How long one request has the session's token for itself. Longer than a provider has to answer.
const CLAIM: TimeDelta = TimeDelta::seconds(30);

impl Identities {
    /// Asks about this session alone: each has a token of its own, and another one of the same person may be good.
    pub(super) async fn ask_provider(
        &self,
        scope: &Scope,
        holder: Holder,
        identity: user_identity::Model,
        provider: &dyn OpenIdProvider,
    ) -> Result<(), Problem> {
        let tx = self.auth.store.write_in_any_state(scope).await?;
        let Some(token) = claim(&tx, holder).await? else {
            // There is nothing to ask with: the session has lasted as long as it can.
            end(&tx, holder).await?;
            return tx.commit().await;
        };
        tx.commit().await?;
        let renewal = provider.renew(&identity.subject, token, self.auth.store.clock().now()).await;
        let tx = self.auth.store.write_in_any_state(scope).await?;
        match renewal {
            Ok(Some(Renewal { groups, refresh_token })) => {
                self.keep_for_next_time(&tx, holder, refresh_token).await?;
                if let Some(groups) = groups {
                    let memberships = &*self.memberships;
                    group_roles::follow(memberships, &tx, identity.integration_id, holder.user, &groups).await?;
                }
                tx.commit().await
            }
            Ok(None) => {
                end(&tx, holder).await?;
                tx.commit().await
            }
            Err(problem) => {
                tx.system()
                    .update_where(own(holder), |row: &mut ActiveModel| row.check_claimed_until = Set(None))
                    .await?;
                tx.commit().await?;
                Err(problem)
            }
        }
    }

    async fn keep_for_next_time(
        &self,
        tx: &WriteTx,
        holder: Holder,
        token: Option<SecretString>,
    ) -> Result<(), Problem> {
        let until = tx.now() + self.check_after;
        let sealed = sessions::seal_provider_token(tx, holder.session, token.as_ref()).await?;
        tx.system()
            .update_where(own(holder), |row: &mut ActiveModel| {
                row.vouched_until = Set(Some(until));
                row.check_claimed_until = Set(None);
                if sealed.is_some() {
                    row.provider_token_ciphertext = Set(sealed);
                }
            })
            .await
            .map(|_| ())
    }
}

/// Takes the session's token for a while: a provider takes each once, and ends all when one comes twice (RFC 9700, section 4.14.2).
/// `unavailable` while another request has it, or when that has just asked; `None` where the provider gave none.
async fn claim(tx: &WriteTx, holder: Holder) -> Result<Option<SecretString>, Problem> {
    let now = tx.now();
    let free = Column::CheckClaimedUntil.is_null().or(Column::CheckClaimedUntil.lt(now));
    let due = own(holder).and(Column::VouchedUntil.lte(now)).and(free);
    let until = now + CLAIM;
    let claimed =
        tx.system().update_where(due, |row: &mut ActiveModel| row.check_claimed_until = Set(Some(until))).await?;
    if claimed != 1 {
        return Err(Problem::of(CommonProblem::Unavailable).retry_after(Duration::from_secs(1)));
    }
    let session = tx.global::<Entity>().filter(own(holder)).one().await?;
    let Some(sealed) = session.and_then(|session| session.provider_token_ciphertext) else {
        return Ok(None);
    };
    let token = tx.vault().open_global(sessions::place(holder.session), &sealed)?;
    let token = std::str::from_utf8(&token).map_err(|_| Problem::internal("a provider's token cannot be read"))?;
    Ok(Some(token.into()))
}

/// The session, while it is open.
fn own(holder: Holder) -> Filter<Entity> {
    Column::Id.eq(holder.session).and(Column::UserId.eq(holder.user)).and(Column::RevokedAt.is_null())
}

async fn end(tx: &WriteTx, holder: Holder) -> Result<(), Problem> {
    sessions::end(tx, holder, Reason::NotVouched).await?;
    let entry = AuditEntry::new("session.not_vouched", "session", holder.session);
    tx.audit(entry.category(AuditCategory::Security).failed(AuditSeverity::Warning)).await
}
