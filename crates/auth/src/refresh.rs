//! Renewing a session: each refresh token works once (RFC 9700, section 4.14.2).
use crate::{
    Auth, AuthProblem, Tokens,
    service::bare_scope,
    sessions::{self, Reason},
    tokens::RefreshToken,
};
use chrono::TimeDelta;
use purser_entity_auth::{
    refresh_token::{ActiveModel, Column, Entity, Model},
    session,
};
use purser_kernel::{Client, ExposeSecret, SecretString};
use purser_store::{AuditCategory, AuditSeverity, prelude::*};

/// How long a used token brings its successor again: the answer to a client may get lost, and two tabs may renew at once.
const GRACE: TimeDelta = TimeDelta::seconds(20);

/// What a token that was looked up is good for.
enum Renewal {
    Renewed(Tokens),
    /// A used token came back: two have it, and one of them has stolen it.
    Stolen,
    Refused,
}

impl Auth {
    /// Exchanges a refresh token for new tokens.
    ///
    /// `invalid_refresh_token` when it is unknown or expired, when its session, person or membership has ended, and when it
    /// was used before: that ends the session.
    pub async fn refresh(
        &self,
        refresh_token: &SecretString,
        client: Client,
        request_id: String,
    ) -> Result<Tokens, Problem> {
        let refused = || Problem::of(AuthProblem::InvalidRefreshToken);
        let token = RefreshToken::parse(refresh_token.expose_secret()).ok_or_else(refused)?;
        let holder = token.holder();
        self.prepare_signing_keys().await?;
        let scope = bare_scope(holder.organization, holder.user, client, request_id);
        let tx = self.store.write_in_any_state(&scope).await?;
        let renewal = match self.renew(&tx, &token).await? {
            Renewal::Stolen if sessions::end(&tx, holder, Reason::TokenReused).await? => {
                let entry = AuditEntry::new("session.refresh_token_reused", "session", holder.session);
                let entry = entry.category(AuditCategory::Security).failed(AuditSeverity::Critical);
                tx.audit(entry).await?;
                Renewal::Stolen
            }
            renewal => renewal,
        };
        match renewal {
            Renewal::Renewed(tokens) => {
                tx.commit().await?;
                Ok(tokens)
            }
            Renewal::Stolen => {
                tx.commit().await?;
                self.forget(holder).await;
                Err(refused())
            }
            Renewal::Refused => Err(refused()),
        }
    }

    async fn renew(&self, tx: &WriteTx, token: &RefreshToken) -> Result<Renewal, Problem> {
        let (now, holder) = (tx.now(), token.holder());
        let Some(row) = find(tx, token).await? else {
            return Ok(Renewal::Refused);
        };
        // Whoever vouches for the holder was to be asked first.
        if sessions::is_due(tx, holder).await? {
            return Ok(Renewal::Refused);
        }
        let Some(standing) = self.standing(tx, holder).await?.filter(|_| row.expires_at > now) else {
            return Ok(Renewal::Refused);
        };
        // Of two that come at once only one finds it unused; the other one then reads what the first has written.
        let unused = Column::Id.eq(row.id).and(Column::UsedAt.is_null());
        let first = tx.system().update_where(unused, |row: &mut ActiveModel| row.used_at = Set(Some(now))).await?;
        if first == 1 {
            self.rotate(tx, token, row, standing.session.ends_at).await
        } else {
            self.repeat(tx, token).await
        }
    }

    /// Gives out the successor for the first time.
    async fn rotate(
        &self,
        tx: &WriteTx,
        token: &RefreshToken,
        used: Model,
        ends_at: Timestamp,
    ) -> Result<Renewal, Problem> {
        let (now, holder) = (tx.now(), token.holder());
        let expires_at = ends_at.min(now + self.options.session_idle_lifetime);
        let open = session::Column::Id.eq(holder.session).and(session::Column::RevokedAt.is_null());
        let prolonged = tx
            .system()
            .update_where(open, |row: &mut session::ActiveModel| {
                row.last_seen_at = Set(now);
                row.expires_at = Set(expires_at);
            })
            .await?;
        if prolonged == 0 {
            return Ok(Renewal::Refused);
        }
        self.tenants.seen(tx, holder.user).await?;
        let successor = self.successors.of(tx.system(), token).await?;
        let kept = sessions::keep(tx, &successor, expires_at).await?;
        let used = Column::Id.eq(used.id);
        tx.system().update_where(used, |row: &mut ActiveModel| row.replaced_by = Set(Some(kept.id))).await?;
        let old = Column::SessionId.eq(holder.session).and(Column::ExpiresAt.lt(now));
        tx.system().remove(old).await?;
        self.tokens(holder, &successor, kept.expires_at, now).map(Renewal::Renewed)
    }

    /// Gives out the successor again, while it is unused and its predecessor was used a moment ago.
    async fn repeat(&self, tx: &WriteTx, token: &RefreshToken) -> Result<Renewal, Problem> {
        let now = tx.now();
        let used_at = find(tx, token).await?.and_then(|row| row.used_at);
        if used_at.is_none_or(|used_at| now - used_at > GRACE) {
            return Ok(Renewal::Stolen);
        }
        for successor in self.successors.each(token)? {
            if let Some(row) = find(tx, &successor).await?.filter(|row| row.used_at.is_none()) {
                return self.tokens(token.holder(), &successor, row.expires_at, now).map(Renewal::Renewed);
            }
        }
        Ok(Renewal::Stolen)
    }
}

/// The row of a token. All of the token is hashed, so a row is found only for whom it was given to.
async fn find(tx: &WriteTx, token: &RefreshToken) -> Result<Option<Model>, Problem> {
    let hash = Column::TokenHash.eq(token.hash()).and(Column::UserId.eq(token.holder().user));
    tx.global::<Entity>().filter(hash).one().await
}
