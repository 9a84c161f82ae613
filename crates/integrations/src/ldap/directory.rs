//! What a directory is asked at sign-in.
use super::{
    LdapConfig, LdapGroupSearch,
    connection::{Connection, Settings, is_bound},
    filter::{self, PLACE, USERNAME},
};
use crate::problem::{self, unavailable};
use async_trait::async_trait;
use ldap3::{LdapError, Scope, SearchEntry, SearchOptions, SearchResult};
use purser_kernel::{ExposeSecret, Problem, SecretString};
use purser_store::ports::{PasswordDirectory, Vouched};
use std::{future::Future, sync::Arc};

/// An organization's directory.
pub(super) struct LdapDirectory(Arc<Settings>);

impl LdapDirectory {
    pub(super) fn new(settings: Settings) -> Self {
        Self(Arc::new(settings))
    }

    async fn ask<T, F, R>(&self, exchange: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(Arc<Settings>) -> R,
        R: Future<Output = Result<T, Problem>> + Send + 'static,
    {
        problem::patiently(exchange(self.0.clone())).await
    }
}

#[async_trait]
impl PasswordDirectory for LdapDirectory {
    async fn find(&self, username: &str) -> Result<Option<Vouched>, Problem> {
        let username = username.to_owned();
        self.ask(async move |settings| {
            let filter = filter::filled(&settings.config.user_filter, USERNAME, &username);
            person(&settings, &filter).await
        })
        .await
    }

    async fn is_password_of(&self, person: Option<&Vouched>, password: &SecretString) -> Result<bool, Problem> {
        if password.expose_secret().is_empty() {
            return Ok(false);
        }
        let (known, password) = (person.is_some(), password.clone());
        let place = person.map(|person| person.place.clone());
        self.ask(async move |settings| {
            // Nobody's place: the directory says the same as of a wrong password, and as late.
            let place = place.unwrap_or_else(|| format!("cn=nobody,{}", settings.config.base_dn));
            let mut connection = settings.connect().await?;
            let bound = is_bound(connection.ldap.simple_bind(&place, password.expose_secret()).await);
            if known { bound } else { Ok(false) }
        })
        .await
    }

    async fn look_up(&self, subject: &str) -> Result<Option<Vouched>, Problem> {
        let subject = subject.to_owned();
        self.ask(async move |settings| {
            let LdapConfig { user_filter, subject_attribute, .. } = &settings.config;
            let filter = filter::by_subject(user_filter, subject_attribute, &subject);
            let found = person(&settings, &filter).await?;
            // A directory that compares more loosely than we do has found somebody else.
            Ok(found.filter(|person| person.subject == subject))
        })
        .await
    }
}

/// The one person whom the filter finds, and their groups.
async fn person(settings: &Settings, filter: &str) -> Result<Option<Vouched>, Problem> {
    let config = &settings.config;
    let mut connection = settings.connect_as_service().await?;
    let mut attributes = vec![&*config.subject_attribute, &*config.email_attribute, &*config.name_attribute];
    attributes.extend(config.member_of_attribute.as_deref());
    // The second one shows that the filter does not name one person.
    let found = search(&mut connection, &config.base_dn, filter, attributes, 2).await?;
    let Some(mut person) = only(found).and_then(|entry| vouched(config, &entry)) else {
        return Ok(None);
    };
    if let Some(LdapGroupSearch { base_dn, filter, name_attribute }) = &config.group_search {
        let filter = filter::filled(filter, PLACE, &person.place);
        let groups = search(&mut connection, base_dn, &filter, vec![name_attribute], MAX_GROUPS).await?;
        person.groups.extend(groups.iter().flat_map(|group| texts(group, name_attribute)));
    }
    // Whoever hangs up is not waited for.
    let _ = connection.ldap.unbind().await;
    Ok(Some(person))
}

fn only(found: Vec<SearchEntry>) -> Option<SearchEntry> {
    let [entry] = <[SearchEntry; 1]>::try_from(found).ok()?;
    // A bind without a place is an anonymous one, which every password passes (RFC 4513, section 5.1.1).
    (!entry.dn.is_empty()).then_some(entry)
}

/// More groups than anybody is in.
const MAX_GROUPS: i32 = 1000;
/// Results of RFC 4511, section 4.1.9.
const SIZE_LIMIT_EXCEEDED: u32 = 4;
const NO_SUCH_OBJECT: u32 = 32;

async fn search(
    connection: &mut Connection,
    base_dn: &str,
    filter: &str,
    attributes: Vec<&str>,
    limit: i32,
) -> Result<Vec<SearchEntry>, Problem> {
    let ldap = connection.ldap.with_search_options(SearchOptions::new().sizelimit(limit));
    let SearchResult(found, result) =
        ldap.search(base_dn, Scope::Subtree, filter, attributes).await.map_err(unavailable)?;
    match result.rc {
        0 | SIZE_LIMIT_EXCEEDED | NO_SUCH_OBJECT => {
            let entries = found.into_iter().filter(|entry| !entry.is_ref() && !entry.is_intermediate());
            Ok(entries.map(SearchEntry::construct).collect())
        }
        _ => Err(unavailable(LdapError::from(result))),
    }
}

/// What the entry says of a person; `None` for one without a subject.
fn vouched(config: &LdapConfig, entry: &SearchEntry) -> Option<Vouched> {
    let subject = first(entry, &config.subject_attribute)?;
    let subject = filter::subject(&config.subject_attribute, subject)?;
    let text = |attribute: &str| texts(entry, attribute).into_iter().find(|text| !text.trim().is_empty());
    let groups = config.member_of_attribute.as_deref().map(|attribute| texts(entry, attribute));
    Some(Vouched {
        subject,
        place: entry.dn.clone(),
        email: text(&config.email_attribute),
        full_name: text(&config.name_attribute).unwrap_or_default(),
        groups: groups.unwrap_or_default(),
    })
}

/// Names of attributes are compared without regard to case (RFC 4512, section 2.5).
fn texts(entry: &SearchEntry, attribute: &str) -> Vec<String> {
    let named = entry.attrs.iter().filter(|(name, _)| name.eq_ignore_ascii_case(attribute));
    named.flat_map(|(_, values)| values.clone()).collect()
}

fn first<'e>(entry: &'e SearchEntry, attribute: &str) -> Option<&'e [u8]> {
    let text = entry.attrs.iter().find(|(name, _)| name.eq_ignore_ascii_case(attribute));
    let bytes = entry.bin_attrs.iter().find(|(name, _)| name.eq_ignore_ascii_case(attribute));
    let text = text.and_then(|(_, values)| values.first()).map(String::as_bytes);
    text.or_else(|| bytes.and_then(|(_, values)| values.first()).map(Vec::as_slice))
}
