//! Views that the doors of auth share with those that show the caller to themselves.
use chrono::{DateTime, Utc};
use purser_auth::{Person, Tokens};
use purser_http::cookies::{self, Signed};
use purser_kernel::{ExposeSecret, OrganizationId, UserId};
use purser_store::ports::Founded;
use purser_tenancy::entity::organization;
use serde::Serialize;
use utoipa::ToSchema;

/// A person, as they see themselves.
#[derive(Serialize, ToSchema)]
pub struct PersonView {
    id: UserId,
    email: String,
    full_name: String,
    /// When they showed that mails to the address reach them; null before that.
    email_verified_at: Option<DateTime<Utc>>,
    last_login_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl From<Person> for PersonView {
    fn from(person: Person) -> Self {
        let Person { id, email, full_name, email_verified_at, last_login_at, created_at } = person;
        Self { id, email, full_name, email_verified_at, last_login_at, created_at }
    }
}

/// An organization, in short.
#[derive(Serialize, ToSchema)]
pub struct OrganizationBrief {
    /// Its id.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
    /// The name in addresses; unique.
    pub slug: String,
}

impl From<Founded> for OrganizationBrief {
    fn from(organization: Founded) -> Self {
        let Founded { id, name, slug } = organization;
        Self { id, name, slug }
    }
}

impl From<organization::Model> for OrganizationBrief {
    fn from(organization: organization::Model) -> Self {
        Self { id: organization.id, name: organization.name, slug: organization.slug }
    }
}

/// What signs requests, and what renews it.
#[derive(Serialize, ToSchema)]
pub struct TokensView {
    /// For the header `Authorization: Bearer`. Left out where it is in a cookie.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token: Option<String>,
    /// `Bearer`.
    token_type: &'static str,
    /// Seconds for which the access token is valid (RFC 6749, section 5.1).
    expires_in: i64,
    access_token_expires_at: DateTime<Utc>,
    /// For `POST /v1/auth/refresh`, once. Left out where it is in a cookie.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    refresh_token_expires_at: DateTime<Utc>,
}

impl From<Tokens> for TokensView {
    fn from(tokens: Tokens) -> Self {
        let Tokens { access_token, access_token_expires_at, expires_in, refresh_token, refresh_token_expires_at } =
            tokens;
        Self {
            access_token: Some(access_token.expose_secret().to_owned()),
            token_type: "Bearer",
            expires_in,
            access_token_expires_at,
            refresh_token: Some(refresh_token.expose_secret().to_owned()),
            refresh_token_expires_at,
        }
    }
}

impl Signed for TokensView {
    fn take(&mut self) -> cookies::Tokens {
        cookies::Tokens {
            access: self.access_token.take().unwrap_or_default(),
            access_expires_at: self.access_token_expires_at,
            refresh: self.refresh_token.take().unwrap_or_default(),
            refresh_expires_at: self.refresh_token_expires_at,
        }
    }
}
