//! What a session is worth now.
use crate::{Auth, people, sessions, tokens::Holder};
use purser_entity_auth::session;
use purser_store::{ports::Membership, prelude::*};

/// A session that is worth something.
pub(crate) struct Standing {
    pub(crate) session: session::Model,
    pub(crate) membership: Membership,
}

impl Auth {
    /// What the holder of a token is in their organization. `None` when the session has ended, by itself or with all others that
    /// the person had there, or when the person or the membership has.
    pub(crate) async fn standing(&self, tx: &ReadTx, holder: Holder) -> Result<Option<Standing>, Problem> {
        let Some(session) = sessions::open(tx, holder).await? else {
            return Ok(None);
        };
        let Some(person) = people::active(tx, holder.user).await? else {
            return Ok(None);
        };
        if let Some(admin) = session.acting_admin_id
            && !self.may_act(tx, admin, &person).await?
        {
            return Ok(None);
        }
        let membership = self.tenants.membership(tx, holder.user).await?;
        let valid =
            |membership: &Membership| membership.sessions_valid_from.is_none_or(|from| session.created_at >= from);
        Ok(membership.filter(valid).map(|membership| Standing { session, membership }))
    }
}
