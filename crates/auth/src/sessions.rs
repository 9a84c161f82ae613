//! Sessions: a sign-in at one device, and the tokens that belong to it.
mod own;

use crate::{
    Auth, networks, platform,
    tokens::{Holder, RefreshToken},
};
use purser_entity_auth::{
    refresh_token,
    session::{self, Column},
};
use purser_kernel::{
    Client, ExposeSecret, PlatformScope, SecretString, UserId,
    ids::{IntegrationId, RefreshTokenId, SessionId},
};
use purser_store::{Place, prelude::*};

pub use own::OwnSession;

/// Why a session ended before its time, as it stands in `sessions.revoked_reason`.
#[derive(Clone, Copy, Debug, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(crate) enum Reason {
    /// By its holder.
    SignedOut,
    /// By its holder, from another session.
    Ended,
    /// A used refresh token came back.
    TokenReused,
    /// Its holder changed their password in another session.
    PasswordChanged,
    /// Its holder chose another password by a mail.
    PasswordReset,
    /// The directory or the provider no longer vouches for its holder.
    NotVouched,
    /// A platform administrator has disabled its holder.
    AccountDisabled,
    /// A platform administrator has taken its holder's second factor away.
    MfaReset,
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

/// Which connection vouches for the holder of a session.
#[derive(Clone)]
pub(crate) struct Voucher {
    pub(crate) integration: IntegrationId,
    /// When it is to be asked again.
    pub(crate) until: Timestamp,
    /// Whether it has asked for a second factor.
    pub(crate) second_factor: bool,
    /// What it is asked with, where it wants something.
    pub(crate) provider_token: Option<SecretString>,
}

impl Voucher {
    /// Of a directory, which looks at passwords and at nothing else.
    pub(crate) fn of_directory(integration: IntegrationId, until: Timestamp) -> Self {
        Self { integration, until, second_factor: false, provider_token: None }
    }
}

/// The longest network address (an IPv4 address mapped into IPv6) and client name that are kept.
const MAX_IP: usize = 45;
const MAX_USER_AGENT: usize = 512;
const MAX_FORGOTTEN: u64 = 1_000;

impl Auth {
    /// Opens a session of the caller in the organization of `tx`. The signing keys must have been read before it began.
    pub(crate) async fn open_session(&self, tx: &WriteTx, holder: Holder) -> Result<Tokens, Problem> {
        self.open_session_until(tx, holder, tx.now() + self.options.session_lifetime).await
    }

    /// As [`Auth::open_session`], with the time at which it ends however often it is renewed.
    pub(crate) async fn open_session_until(
        &self,
        tx: &WriteTx,
        holder: Holder,
        ends_at: Timestamp,
    ) -> Result<Tokens, Problem> {
        self.open(tx, holder, ends_at, None).await
    }

    /// As [`Auth::open_session`], for whom a directory vouches.
    pub(crate) async fn open_vouched_session(
        &self,
        tx: &WriteTx,
        holder: Holder,
        voucher: Voucher,
    ) -> Result<Tokens, Problem> {
        self.open(tx, holder, tx.now() + self.options.session_lifetime, Some(voucher)).await
    }

    async fn open(
        &self,
        tx: &WriteTx,
        holder: Holder,
        ends_at: Timestamp,
        voucher: Option<Voucher>,
    ) -> Result<Tokens, Problem> {
        let now = tx.now();
        forget_old(tx, holder.user).await?;
        let expires_at = ends_at.min(now + self.options.session_idle_lifetime);
        let provider_token = voucher.as_ref().and_then(|voucher| voucher.provider_token.as_ref());
        let provider_token = seal_provider_token(tx, holder.session, provider_token).await?;
        let row = session::ActiveModel {
            expires_at: Set(expires_at),
            ends_at: Set(ends_at),
            integration_id: Set(voucher.as_ref().map(|voucher| voucher.integration)),
            vouched_until: Set(voucher.as_ref().map(|voucher| voucher.until)),
            second_factor_vouched: Set(voucher.as_ref().is_some_and(|voucher| voucher.second_factor)),
            provider_token_ciphertext: Set(provider_token),
            ..row(tx, holder)
        };
        tx.system().insert(row).await?;
        networks::remember(tx.system(), holder.user, &tx.scope().client).await?;
        let refresh_token = RefreshToken::first(holder)?;
        keep(tx, &refresh_token, expires_at).await?;
        self.tokens(holder, &refresh_token, expires_at, now)
    }

    /// A new access token beside this refresh token. The signing keys must have been read before the transaction began.
    pub(crate) fn tokens(
        &self,
        holder: Holder,
        refresh_token: &RefreshToken,
        refresh_token_expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Tokens, Problem> {
        let keys = self.keys.known()?;
        let (access_token, access_token_expires_at) = self.access_tokens.issue(&keys.signer, holder, now)?;
        Ok(Tokens {
            access_token,
            access_token_expires_at,
            expires_in: (access_token_expires_at - now).num_seconds(),
            refresh_token: refresh_token.reveal(),
            refresh_token_expires_at,
        })
    }

    /// As [`Auth::forget`], of several sessions.
    pub(crate) async fn forget_all(&self, holders: &[Holder]) {
        for holder in holders {
            self.forget(*holder).await;
        }
    }

    /// Makes this node refuse the session's access tokens from now on; others notice within a second.
    pub(crate) async fn forget(&self, holder: Holder) {
        self.ended.insert(holder.session, ()).await;
        self.rights.invalidate(&holder).await;
    }
}

/// Where the provider's token of a session is sealed for.
pub(crate) fn place(session: SessionId) -> Place {
    Place { table: "sessions", column: "provider_token_ciphertext", row: session.as_uuid() }
}

/// A provider's token, as it is kept with the session.
pub(crate) async fn seal_provider_token(
    tx: &WriteTx,
    session: SessionId,
    token: Option<&SecretString>,
) -> Result<Option<Vec<u8>>, Problem> {
    let Some(token) = token else { return Ok(None) };
    tx.system().seal_global(place(session), token.expose_secret().as_bytes()).await.map(Some)
}

/// What every session has, whoever opens it and however long it lasts.
pub(crate) fn row(tx: &WriteTx, holder: Holder) -> session::ActiveModel {
    let Client { ip, user_agent } = &tx.scope().client;
    session::ActiveModel {
        id: Set(holder.session),
        user_id: Set(holder.user),
        organization_id: Set(Some(holder.organization)),
        integration_id: Set(None),
        vouched_until: Set(None),
        second_factor_vouched: Set(false),
        provider_token_ciphertext: Set(None),
        check_claimed_until: Set(None),
        acting_admin_id: Set(None),
        ip: Set(ip.clone().filter(|ip| ip.len() <= MAX_IP)),
        user_agent: Set(user_agent.as_ref().map(|name| name.chars().take(MAX_USER_AGENT).collect())),
        last_seen_at: Set(tx.now()),
        revoked_at: Set(None),
        revoked_reason: Set(None),
        ..Default::default()
    }
}

/// Keeps a refresh token that is about to be given out. It is as good as its session.
pub(crate) async fn keep(
    tx: &WriteTx,
    token: &RefreshToken,
    expires_at: Timestamp,
) -> Result<refresh_token::Model, Problem> {
    let holder = token.holder();
    let row = refresh_token::ActiveModel {
        id: Set(RefreshTokenId::generate()),
        session_id: Set(holder.session),
        user_id: Set(holder.user),
        token_hash: Set(token.hash()),
        issued_at: Set(tx.now()),
        used_at: Set(None),
        expires_at: Set(expires_at),
        replaced_by: Set(None),
    };
    tx.system().insert(row).await
}

/// The session, while it is open.
pub(crate) async fn open(tx: &ReadTx, holder: Holder) -> Result<Option<session::Model>, Problem> {
    let open = Column::Id
        .eq(holder.session)
        .and(Column::UserId.eq(holder.user))
        .and(Column::OrganizationId.eq(holder.organization))
        .and(Column::RevokedAt.is_null())
        .and(Column::ExpiresAt.gt(tx.now()));
    tx.global::<session::Entity>().filter(open).one().await
}

/// Whether somebody vouches for the holder of the session who has not been asked for too long.
pub(crate) async fn is_due(tx: &ReadTx, holder: Holder) -> Result<bool, Problem> {
    let session = open(tx, holder).await?;
    Ok(session.is_some_and(|session| session.vouched_until.is_some_and(|until| until <= tx.now())))
}

/// Ends the session. `false` when it had ended before.
pub(crate) async fn end(tx: &WriteTx, holder: Holder, reason: Reason) -> Result<bool, Problem> {
    let not_ended = Column::Id.eq(holder.session).and(Column::UserId.eq(holder.user)).and(Column::RevokedAt.is_null());
    let (now, reason): (_, &'static str) = (tx.now(), reason.into());
    let ended = tx
        .system()
        .update_where(not_ended, |row: &mut session::ActiveModel| {
            row.revoked_at = Set(Some(now));
            row.revoked_reason = Set(Some(reason.to_owned()));
        })
        .await?;
    platform::note_ends(tx.system(), &PlatformScope::from(tx.scope()), [holder.session]).await?;
    Ok(ended == 1)
}

/// Ends the person's sessions but `kept`, in whichever organization, and returns those that were open.
pub(crate) async fn end_others(
    system: System<'_>,
    who: &PlatformScope,
    user: UserId,
    kept: Option<SessionId>,
    reason: Reason,
) -> Result<Vec<Holder>, Problem> {
    let others = || {
        let open = Column::UserId.eq(user).and(Column::RevokedAt.is_null());
        match kept {
            Some(kept) => open.and(Column::Id.ne(kept)),
            None => open,
        }
    };
    // This node refuses so many at once; what more there are it refuses within a second, as the others do.
    let open = system.find::<session::Entity>().filter(others()).all(MAX_FORGOTTEN).await?;
    let (now, reason): (_, &'static str) = (system.now(), reason.into());
    system
        .update_where(others(), |row: &mut session::ActiveModel| {
            row.revoked_at = Set(Some(now));
            row.revoked_reason = Set(Some(reason.to_owned()));
        })
        .await?;
    platform::note_ends(system, who, open.iter().map(|session| session.id)).await?;
    let holder =
        |row: session::Model| row.organization_id.map(|organization| Holder { organization, user, session: row.id });
    Ok(open.into_iter().filter_map(holder).collect())
}

/// Clears away what the person's sessions that ran out have left behind; refresh tokens go with their session.
async fn forget_old(tx: &WriteTx, user: UserId) -> Result<(), Problem> {
    let ran_out = Column::UserId.eq(user).and(Column::ExpiresAt.lt(tx.now()));
    tx.system().remove(ran_out).await.map(|_| ())
}
