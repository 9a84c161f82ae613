//! What a person says of themselves, the same in all their organizations.
use crate::{AuthProblem, people, sign_up::MAX_NAME};
use purser_entity_auth::user::{ActiveModel, Model};
use purser_kernel::{Expected, Patch, text, text::Findings};
use purser_store::{prelude::*, set_if};
use std::fmt;
use url::Url;

/// The length of the column.
const MAX_URL: usize = 2048;
/// The lengths of a name that is one word.
const USERNAME: std::ops::RangeInclusive<usize> = 3..=64;

/// A person's profile. Its `Debug` shows nothing of it: all of it is personal data.
pub struct Profile {
    /// Their name.
    pub full_name: String,
    /// A name of one word that nobody else has, however it is written.
    pub username: Option<String>,
    /// What they do.
    pub job_title: Option<String>,
    /// Where they are called.
    pub phone: Option<String>,
    /// The address of a picture of them.
    pub avatar_url: Option<String>,
    /// Changes with everything that is written of them, signing in too.
    pub version: i64,
}

impl From<Model> for Profile {
    fn from(user: Model) -> Self {
        let Model { full_name, username, job_title, phone, avatar_url, version, .. } = user;
        Self { full_name, username, job_title, phone, avatar_url, version }
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile").field("version", &self.version).finish_non_exhaustive()
    }
}

/// What changes in a profile. What is left out stays. It has no `Debug`, as [`Profile`] shows nothing in its.
#[derive(Default)]
pub struct ProfileChange {
    /// One line of at most 200 characters.
    pub full_name: Option<String>,
    /// 3 to 64 letters and digits of ASCII, and `.`, `_` or `-` between them.
    pub username: Patch<String>,
    /// One line of at most 200 characters.
    pub job_title: Patch<String>,
    /// A telephone number.
    pub phone: Patch<String>,
    /// `https://…`, at most 2,048 characters.
    pub avatar_url: Patch<String>,
}

/// The caller's profile. `not_found` for an actor who is no person. Asks for no permission: everybody may see themselves.
pub async fn get(tx: &ReadTx) -> Result<Profile, Problem> {
    own(tx).await.map(Profile::from)
}

/// Changes the caller's profile, if it has a version that is expected. `username_taken` when somebody has the name, also when
/// two choose it at once.
pub async fn update(tx: &WriteTx, expected: impl Into<Expected>, change: ProfileChange) -> Result<Profile, Problem> {
    let before = own(tx).await?;
    tx.expect_version(&before, expected)?;
    let change = checked(change)?;
    let changed = tx.system().update(before, |row| apply(change, row)).await;
    let user = changed.on_unique("uq_users_username_normalized", || {
        Problem::of(AuthProblem::UsernameTaken).with("pointer", "/username")
    })?;
    // Without what it says: personal data stays out of the trail.
    tx.audit(AuditEntry::new("user.update_profile", "user", user.id)).await?;
    Ok(user.into())
}

async fn own(tx: &ReadTx) -> Result<Model, Problem> {
    let person = match tx.scope().actor.user() {
        Some(user) => people::active(tx, user).await?,
        None => None,
    };
    person.ok_or_else(|| Problem::not_found("person"))
}

fn checked(change: ProfileChange) -> Result<ProfileChange, Problem> {
    let mut found = Findings::new();
    let full_name = found.check(text::optional_line("/full_name", change.full_name.as_deref(), MAX_NAME))?.flatten();
    let mut patch = |patch: Patch<String>, parse: &dyn Fn(&str) -> Result<String, Problem>| {
        found.check(patch.try_map(|value| parse(&value))).map(Option::unwrap_or_default)
    };
    let username = patch(change.username, &username)?;
    let job_title = patch(change.job_title, &|title| text::line("/job_title", title, MAX_NAME))?;
    let phone = patch(change.phone, &|phone| text::phone("/phone", phone).map(|_| phone.trim().to_owned()))?;
    let avatar_url = patch(change.avatar_url, &avatar)?;
    found.finish()?;
    Ok(ProfileChange { full_name, username, job_title, phone, avatar_url })
}

/// Letters that look like others would let somebody pass for somebody else.
fn username(name: &str) -> Result<String, Problem> {
    let inside = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let ends = [name.chars().next(), name.chars().last()];
    let known = USERNAME.contains(&name.len())
        && name.chars().all(inside)
        && ends.iter().all(|end| end.is_some_and(|c| c.is_ascii_alphanumeric()));
    let message = "must be 3 to 64 letters and digits of ASCII, with '.', '_' or '-' between them";
    if known { Ok(name.to_owned()) } else { Err(Problem::invalid("/username", "not_a_username", message)) }
}

/// Whoever looks at the picture is not to be sent to an address that others can read or change on the way.
fn avatar(address: &str) -> Result<String, Problem> {
    let address = text::line("/avatar_url", address, MAX_URL)?;
    let known = Url::parse(&address).is_ok_and(|url| url.scheme() == "https" && url.has_host());
    let message = "must be an address that begins with https://";
    if known { Ok(address) } else { Err(Problem::invalid("/avatar_url", "not_an_address", message)) }
}

fn apply(change: ProfileChange, row: &mut ActiveModel) {
    let ProfileChange { full_name, username, job_title, phone, avatar_url } = change;
    set_if(&mut row.full_name, full_name);
    if let Some(username) = username.into_change() {
        row.username_normalized = Set(username.as_deref().map(str::to_ascii_lowercase));
        row.username = Set(username);
    }
    set_if(&mut row.job_title, job_title.into_change());
    set_if(&mut row.phone, phone.into_change());
    set_if(&mut row.avatar_url, avatar_url.into_change());
}
