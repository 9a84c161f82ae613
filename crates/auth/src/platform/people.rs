//! People as administrators see them: accounts, and nothing of what they do in organizations.
use super::{MAX_REASON, sessions as admin_sessions};
use crate::{
    Auth, AuthProblem,
    mail_notice::{MailNotice, Notice},
    mfa,
    sessions::{self, Reason},
};
use purser_entity_auth::user::{ActiveModel, Column, Entity, Model};
use purser_kernel::{Email, PlatformScope, UserId};
use purser_store::{PlatformAuditEntry, SystemTx, prelude::*};
use serde_json::json;

/// Which people are asked for.
#[derive(Clone, Debug, Default)]
pub struct PersonFilter {
    /// Only the one with this address, in whatever case it is written.
    pub email: Option<String>,
    /// Only those who may sign in, or may not.
    pub is_active: Option<bool>,
    /// Only platform administrators, or only others.
    pub is_platform_admin: Option<bool>,
}

/// People, the newest first. Who was shown is written down: the transaction has to be committed.
pub async fn list(
    system: System<'_>,
    who: &PlatformScope,
    filter: PersonFilter,
    page: &PageRequest,
) -> Result<Page<Model>, Problem> {
    let email = filter.email.map(|email| Email::parse("/email", &email)).transpose()?;
    let page = system
        .find::<Entity>()
        .filter_if(email.map(|email| Column::EmailNormalized.eq(email.normalized())))
        .filter_if(filter.is_active.map(|is_active| Column::IsActive.eq(is_active)))
        .filter_if(filter.is_platform_admin.map(|is_admin| Column::IsPlatformAdmin.eq(is_admin)))
        .page(page)
        .await?;
    if !page.data.is_empty() {
        let shown: Vec<UserId> = page.data.iter().map(|person| person.id).collect();
        system.platform_audit(who, PlatformAuditEntry::new("user.list").details(&json!({ "shown": shown }))).await?;
    }
    Ok(page)
}

/// One person, which is written down: the transaction has to be committed. `not_found` for an id that nobody has.
pub async fn get(system: System<'_>, who: &PlatformScope, id: UserId) -> Result<Model, Problem> {
    let person = find(system, id).await?;
    system.platform_audit(who, PlatformAuditEntry::new("user.show").person(id)).await?;
    Ok(person)
}

async fn find(system: System<'_>, id: UserId) -> Result<Model, Problem> {
    let person = system.find::<Entity>().filter(Column::Id.eq(id)).one().await?;
    person.ok_or_else(|| Problem::not_found("person"))
}

impl Auth {
    /// Shuts a person out of everything: all their sessions end at once, and their API keys are worth nothing. Again changes nothing.
    /// `own_account` for the caller's own.
    pub async fn disable_person(&self, who: &PlatformScope, id: UserId, reason: &str) -> Result<Model, Problem> {
        let reason = text::line("/reason", reason, MAX_REASON)?;
        if who.admin == Some(id) {
            return Err(Problem::of(AuthProblem::OwnAccount));
        }
        let (tx, before) = self.person_for_change(id).await?;
        if !before.is_active {
            return Ok(before);
        }
        let system = tx.system();
        let person = system.update(before, |row: &mut ActiveModel| row.is_active = Set(false)).await?;
        let ended = sessions::end_others(system, who, id, None, Reason::AccountDisabled).await?;
        admin_sessions::end_all(system, id).await?;
        let entry = PlatformAuditEntry::new("user.disable").person(id).details(&json!({ "reason": reason }));
        system.platform_audit(who, entry).await?;
        tx.commit().await?;
        self.forget_all(&ended).await;
        self.forget_rights();
        Ok(person)
    }

    /// Lets a person in again; they sign in anew. Again changes nothing.
    pub async fn enable_person(&self, who: &PlatformScope, id: UserId) -> Result<Model, Problem> {
        let (tx, before) = self.person_for_change(id).await?;
        if before.is_active {
            return Ok(before);
        }
        let system = tx.system();
        let person = system.update(before, |row: &mut ActiveModel| row.is_active = Set(true)).await?;
        system.platform_audit(who, PlatformAuditEntry::new("user.enable").person(id)).await?;
        tx.commit().await?;
        self.forget_rights();
        Ok(person)
    }

    /// Takes the second factor of somebody away who has lost it and their recovery codes, ends all their sessions, and tells them by
    /// mail. Their password still opens the first door, and what an organization asks for it asks for again.
    ///
    /// `platform_administrator` for one: a command takes the office from them first. `mfa_not_enrolled` when there is nothing to take.
    pub async fn reset_mfa(&self, who: &PlatformScope, id: UserId, reason: &str) -> Result<(), Problem> {
        let reason = text::line("/reason", reason, MAX_REASON)?;
        let (tx, person) = self.person_for_change(id).await?;
        if person.is_platform_admin {
            return Err(Problem::of(AuthProblem::PlatformAdministrator));
        }
        let system = tx.system();
        mfa::for_update(system, id).await?;
        mfa::remove_all(system, id).await?;
        let ended = sessions::end_others(system, who, id, None, Reason::MfaReset).await?;
        let entry = PlatformAuditEntry::new("user.reset_mfa").person(id).details(&json!({ "reason": reason }));
        system.platform_audit(who, entry).await?;
        tx.enqueue(MailNotice::job(id, Notice::MfaReset)).await?;
        tx.commit().await?;
        self.forget_all(&ended).await;
        self.forget_rights();
        Ok(())
    }

    /// The transaction that changes a person, whom nobody else changes until it ends.
    async fn person_for_change(&self, id: UserId) -> Result<(SystemTx, Model), Problem> {
        let tx = self.store.person(id).await?;
        let person = find(tx.system(), id).await?;
        Ok((tx, person))
    }

    /// Makes this node look up anew what anybody may do; others do so within a second.
    fn forget_rights(&self) {
        self.rights.invalidate_all();
        self.api_keys.valid.invalidate_all();
    }
}
