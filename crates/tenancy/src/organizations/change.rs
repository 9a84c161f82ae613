//! What an organization says of itself.
use super::{MAX, row, view};
use crate::{TenancyProblem, slug};
use purser_entity_tenancy::organization::{self, ActiveModel};
use purser_kernel::{Email, Expected, Patch, text::Findings};
use purser_store::{prelude::*, set_if};
use serde::Serialize;
use url::Url;
use utoipa::ToSchema;
use uuid::Uuid;

/// What becomes different in an organization. What is left out stays.
#[derive(Clone, Debug, Default)]
pub struct OrganizationChange {
    /// One line of at most 200 characters.
    pub name: Option<String>,
    /// The name in addresses: 3 to 48 lower-case letters and digits, with single hyphens between them. No other organization has
    /// ever had it.
    pub slug: Option<String>,
    /// What line of business it is in.
    pub kind: Patch<String>,
    /// Several lines.
    pub description: Patch<String>,
    /// A mail address.
    pub email: Patch<String>,
    /// A telephone number.
    pub phone: Patch<String>,
    /// An address that begins with `http://` or `https://`.
    pub website: Patch<String>,
}

/// What an organization says of itself has changed.
#[derive(Serialize, ToSchema)]
pub(crate) struct OrganizationUpdated<'a> {
    #[serde(skip)]
    id: Uuid,
    name: &'a str,
    slug: &'a str,
    version: i64,
}

impl DomainEvent for OrganizationUpdated<'_> {
    const TYPE: &'static str = "organization.updated";
    const RESOURCE: &'static str = "organization";
    const READERS: Readers = Readers::Holding(Permission::OrganizationRead);

    fn resource_id(&self) -> Uuid {
        self.id
    }

    fn example() -> Self {
        Self { id: example_id::<()>().as_uuid(), name: "Acme", slug: "acme", version: 2 }
    }
}

/// Changes the organization of `tx`, if it has a version that the caller expects.
///
/// `slug_taken` when another organization has the slug or once had it.
pub async fn update(
    tx: &WriteTx,
    expected: impl Into<Expected>,
    change: OrganizationChange,
) -> Result<organization::Model, Problem> {
    tx.scope().require(Permission::OrganizationManage)?;
    let before = row(tx).await?;
    tx.expect_version(&before, expected)?;
    let change = checked(change)?;
    if let Some(slug) = change.slug.as_ref().filter(|slug| **slug != before.slug)
        && !slug::reserve(tx, slug).await?
    {
        return Err(Problem::of(TenancyProblem::SlugTaken).with("pointer", "/slug"));
    }
    let was = view(&before);
    let organization = tx.system().update(before, |row| apply(change, row)).await?;
    let entry = AuditEntry::new("organization.update", "organization", organization.id);
    tx.audit(entry.before(&was).after(&view(&organization))).await?;
    let organization::Model { id, name, slug, version, .. } = &organization;
    tx.emit(&OrganizationUpdated { id: id.as_uuid(), name, slug, version: *version }).await?;
    Ok(organization)
}

fn checked(change: OrganizationChange) -> Result<OrganizationChange, Problem> {
    let mut found = Findings::new();
    let name = found.check(text::optional_line("/name", change.name.as_deref(), MAX.name))?.flatten();
    let slug = found.check(change.slug.map(|slug| slug::parse("/slug", slug)).transpose())?.flatten();
    let mut patch = |patch: Patch<String>, parse: &dyn Fn(&str) -> Result<String, Problem>| {
        found.check(patch.try_map(|value| parse(&value))).map(Option::unwrap_or_default)
    };
    let kind = patch(change.kind, &|kind| text::line("/kind", kind, MAX.kind))?;
    let description = patch(change.description, &|words| text::lines("/description", words, MAX.description))?;
    let email = patch(change.email, &|email| Email::parse("/email", email).map(|email| email.as_str().to_owned()))?;
    let phone = patch(change.phone, &|phone| text::phone("/phone", phone).map(|_| phone.trim().to_owned()))?;
    let website = patch(change.website, &website)?;
    found.finish()?;
    Ok(OrganizationChange { name, slug, kind, description, email, phone, website })
}

fn website(address: &str) -> Result<String, Problem> {
    let address = text::line("/website", address, MAX.website)?;
    let known = Url::parse(&address).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let message = "must be an address that begins with http:// or https://";
    if known { Ok(address) } else { Err(Problem::invalid("/website", "not_an_address", message)) }
}

fn apply(change: OrganizationChange, row: &mut ActiveModel) {
    let OrganizationChange { name, slug, kind, description, email, phone, website } = change;
    set_if(&mut row.name, name);
    set_if(&mut row.slug, slug);
    set_if(&mut row.kind, kind.into_change());
    set_if(&mut row.description, description.into_change());
    set_if(&mut row.email, email.into_change());
    set_if(&mut row.phone, phone.into_change());
    set_if(&mut row.website, website.into_change());
}
