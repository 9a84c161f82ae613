//! What a right password brings to somebody who has a second factor.
use crate::{
    AuthProblem,
    sessions::Voucher,
    tokens::{Holder, RefreshToken},
};
use chrono::TimeDelta;
use purser_entity_auth::mfa_challenge::{ActiveModel, Column, Entity, Model};
use purser_kernel::{ExposeSecret, SecretString, UserId, ids::MfaChallengeId};
use purser_store::prelude::*;

/// How long a person has for the second step.
const LIFETIME: TimeDelta = TimeDelta::minutes(5);

/// A token that stands for a right password, for the second step alone. It is built as refresh tokens are and carries the
/// session that will be opened; no other door takes it.
pub struct Challenge(RefreshToken);

impl Challenge {
    /// A new one for this person, of whom a directory may have looked at the password; kept for five minutes. Those of theirs that have run out are cleared away.
    pub(crate) async fn begin(
        tx: &WriteTx,
        holder: Holder,
        voucher: Option<&Voucher>,
    ) -> Result<SecretString, Problem> {
        let now = tx.now();
        let old = Column::UserId.eq(holder.user).and(Column::ExpiresAt.lt(now));
        tx.system().remove::<Entity>(old).await?;
        let token = RefreshToken::first(holder)?;
        let row = ActiveModel {
            id: Set(MfaChallengeId::generate()),
            user_id: Set(holder.user),
            organization_id: Set(holder.organization),
            integration_id: Set(voucher.map(|voucher| voucher.integration)),
            vouched_until: Set(voucher.map(|voucher| voucher.until)),
            token_hash: Set(token.hash()),
            expires_at: Set(now + LIFETIME),
            used_at: Set(None),
            ..Default::default()
        };
        tx.system().insert(row).await?;
        Ok(token.reveal())
    }

    /// Reads what a client sent. `None` when it was never given out.
    pub(super) fn parse(text: &SecretString) -> Option<Self> {
        RefreshToken::parse(text.expose_secret()).map(Self)
    }

    /// Whose session it opens, if it is genuine.
    pub(super) fn holder(&self) -> Holder {
        self.0.holder()
    }

    /// The row, while it can be used.
    pub(super) async fn open(&self, tx: &WriteTx) -> Result<Option<Model>, Problem> {
        let usable = Column::TokenHash
            .eq(self.0.hash())
            .and(Column::UserId.eq(self.holder().user))
            .and(Column::UsedAt.is_null())
            .and(Column::ExpiresAt.gt(tx.now()));
        tx.global::<Entity>().filter(usable).one().await
    }
}

/// Who has looked at the password, if that was a directory.
pub(super) fn voucher(challenge: &Model) -> Option<Voucher> {
    let (integration, until) = challenge.integration_id.zip(challenge.vouched_until)?;
    Some(Voucher::of_directory(integration, until))
}

/// Uses the challenge up. Of two at once one is refused.
pub(super) async fn spend(tx: &WriteTx, user: UserId, challenge: &Model) -> Result<(), Problem> {
    let now = tx.now();
    let unused = Column::Id.eq(challenge.id).and(Column::UserId.eq(user)).and(Column::UsedAt.is_null());
    let spent = tx.system().update_where(unused, |row: &mut ActiveModel| row.used_at = Set(Some(now))).await?;
    if spent == 1 { Ok(()) } else { Err(Problem::of(AuthProblem::InvalidMfaChallenge)) }
}
