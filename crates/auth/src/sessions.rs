//! Sessions: a sign-in at one device, and the tokens that belong to it.
use crate::{
    Auth,
    tokens::{Holder, RefreshToken},
};
use purser_entity_auth::{refresh_token, session};
use purser_kernel::{SecretString, UserId, ids::RefreshTokenId};
use purser_store::prelude::*;

/// Why a session ended before its time, as it stands in `sessions.revoked_reason`.
#[derive(Clone, Copy, Debug, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(crate) enum Reason {
    /// By its holder.
    SignedOut,
    /// A used refresh token came back.
    TokenReused,
}

/// What a client signs its requests with, and what renews it. `Debug` shows neither.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// A JWT for the header `Authorization: Bearer`.
    pub access_token: SecretString,
    /// Until when it is valid.
    pub access_token_expires_at: Timestamp,
    /// How long that is, in whole seconds (RFC 6749, section 5.1).
    pub expires_in: i64,
    /// Good for one renewal.
    pub refresh_token: SecretString,
    /// Until when it is valid.
    pub refresh_token_expires_at: Timestamp,
}

/// The longest network address (an IPv4 address mapped into IPv6) and client name that are kept.
const MAX_IP: usize = 45;
const MAX_USER_AGENT: usize = 512;

impl Auth {
    /// Opens a session of the caller in the organization of `tx`.
    pub(crate) async fn open_session(&self, tx: &WriteTx, holder: Holder) -> Result<Tokens, Problem> {
        let (now, client) = (tx.now(), &tx.scope().client);
        forget_old(tx, holder.user).await?;
        let row = session::ActiveModel {
            id: Set(holder.session),
            user_id: Set(holder.user),
            organization_id: Set(Some(holder.organization)),
            ip: Set(client.ip.clone().filter(|ip| ip.len() <= MAX_IP)),
            user_agent: Set(client.user_agent.as_ref().map(|name| name.chars().take(MAX_USER_AGENT).collect())),
            last_seen_at: Set(now),
            expires_at: Set(now + self.options.session_idle_lifetime),
            revoked_at: Set(None),
            revoked_reason: Set(None),
            ..Default::default()
        };
        tx.system().insert(row).await?;
        let refresh_token = RefreshToken::first(holder)?;
        let kept = self.keep(tx, &refresh_token).await?;
        self.tokens(holder, &refresh_token, kept.expires_at, now)
    }

    /// Keeps a refresh token that is about to be given out.
    pub(crate) async fn keep(&self, tx: &WriteTx, token: &RefreshToken) -> Result<refresh_token::Model, Problem> {
        let (now, holder) = (tx.now(), token.holder());
        let row = refresh_token::ActiveModel {
            id: Set(RefreshTokenId::generate()),
            session_id: Set(holder.session),
            user_id: Set(holder.user),
            token_hash: Set(token.hash()),
            issued_at: Set(now),
            used_at: Set(None),
            expires_at: Set(now + self.options.session_idle_lifetime),
            replaced_by: Set(None),
        };
        tx.system().insert(row).await
    }

    /// A new access token beside this refresh token.
    pub(crate) fn tokens(
        &self,
        holder: Holder,
        refresh_token: &RefreshToken,
        refresh_token_expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Tokens, Problem> {
        let (access_token, access_token_expires_at) = self.access_tokens.issue(holder, now)?;
        Ok(Tokens {
            access_token,
            access_token_expires_at,
            expires_in: (access_token_expires_at - now).num_seconds(),
            refresh_token: refresh_token.reveal(),
            refresh_token_expires_at,
        })
    }

    /// Makes this node refuse the session's access tokens from now on; others notice within a second.
    pub(crate) async fn forget(&self, holder: Holder) {
        self.ended.insert(holder.session, ()).await;
        self.rights.invalidate(&holder).await;
    }
}

/// The session, while it is open.
pub(crate) async fn open(tx: &ReadTx, holder: Holder) -> Result<Option<session::Model>, Problem> {
    let open = session::Column::Id
        .eq(holder.session)
        .and(session::Column::UserId.eq(holder.user))
        .and(session::Column::OrganizationId.eq(holder.organization))
        .and(session::Column::RevokedAt.is_null())
        .and(session::Column::ExpiresAt.gt(tx.now()));
    tx.global::<session::Entity>().filter(open).one().await
}

/// Ends the session. `false` when it had ended before.
pub(crate) async fn end(tx: &WriteTx, holder: Holder, reason: Reason) -> Result<bool, Problem> {
    let not_ended = session::Column::Id
        .eq(holder.session)
        .and(session::Column::UserId.eq(holder.user))
        .and(session::Column::RevokedAt.is_null());
    let (now, reason): (_, &'static str) = (tx.now(), reason.into());
    let ended = tx
        .system()
        .update_where(not_ended, |row: &mut session::ActiveModel| {
            row.revoked_at = Set(Some(now));
            row.revoked_reason = Set(Some(reason.to_owned()));
        })
        .await?;
    Ok(ended == 1)
}

/// Clears away what the person's sessions that ran out have left behind; refresh tokens go with their session.
async fn forget_old(tx: &WriteTx, user: UserId) -> Result<(), Problem> {
    let ran_out = session::Column::UserId.eq(user).and(session::Column::ExpiresAt.lt(tx.now()));
    tx.system().remove(ran_out).await.map(|_| ())
}
