//! Directories that vouch for members.
use super::integrations::IntegrationView;
use actix_web::{HttpResponse, get, patch, post, web::Data};
use purser_http::{
    body::Body,
    path::PathId,
    problem::Refusal,
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
};
use purser_integrations::{
    Providers,
    ldap::{LdapConfig, LdapCredentials, LdapGroupSearch, LdapPatch, LdapSecurity, NewLdap},
};
use purser_kernel::{
    SecretString,
    ids::{self, IntegrationId},
};
use serde::Deserialize;
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(create).service(show).service(update);
}

/// How the connection is kept from others.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SecurityBody {
    Ldaps,
    Starttls,
    /// Only to the server's own machine, in development.
    None,
}

impl From<SecurityBody> for LdapSecurity {
    fn from(security: SecurityBody) -> Self {
        match security {
            SecurityBody::Ldaps => Self::Ldaps,
            SecurityBody::Starttls => Self::Starttls,
            SecurityBody::None => Self::None,
        }
    }
}

/// Groups that name their members.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupSearchBody {
    #[schema(max_length = 1000)]
    base_dn: String,
    /// Finds the groups of the person at `{dn}`, such as `(&(objectClass=groupOfNames)(member={dn}))` (RFC 4515).
    #[schema(max_length = 1000)]
    filter: String,
    /// The attribute with the group's name; without one, `cn`.
    #[schema(max_length = 64)]
    name_attribute: Option<String>,
}

/// Where the directory is and how it is asked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LdapConfigBody {
    /// A name or an IPv4 address; the certificate must be of the same.
    #[schema(max_length = 253)]
    host: String,
    /// Without one, the usual port of `security`.
    #[schema(minimum = 1, maximum = 65535)]
    port: Option<u16>,
    security: SecurityBody,
    /// Who signed the directory's certificate, in PEM. Without it, those that the server's machine trusts.
    #[schema(max_length = 16384)]
    ca_certificate: Option<String>,
    /// The service account that looks people up.
    #[schema(max_length = 1000)]
    bind_dn: String,
    /// Where people are.
    #[schema(max_length = 1000)]
    base_dn: String,
    /// Finds whoever may sign in as `{username}`, such as `(&(objectClass=person)(uid={username}))` (RFC 4515). Whom it no
    /// longer finds is disabled.
    #[schema(max_length = 1000)]
    user_filter: String,
    /// The attribute that never changes about a person; without one, `entryUUID` (RFC 4530).
    #[schema(max_length = 64)]
    subject_attribute: Option<String>,
    /// Without one, `mail`.
    #[schema(max_length = 64)]
    email_attribute: Option<String>,
    /// Without one, `cn`.
    #[schema(max_length = 64)]
    name_attribute: Option<String>,
    /// The attribute of a person that names their groups, such as `memberOf`.
    #[schema(max_length = 64)]
    member_of_attribute: Option<String>,
    group_search: Option<GroupSearchBody>,
}

impl From<LdapConfigBody> for LdapConfig {
    fn from(body: LdapConfigBody) -> Self {
        let LdapConfigBody {
            host,
            port,
            security,
            ca_certificate,
            bind_dn,
            base_dn,
            user_filter,
            subject_attribute,
            email_attribute,
            name_attribute,
            member_of_attribute,
            group_search,
        } = body;
        let or = |given: Option<String>, usual: &str| given.unwrap_or_else(|| usual.to_owned());
        Self {
            host,
            port,
            security: security.into(),
            ca_certificate,
            bind_dn,
            base_dn,
            user_filter,
            subject_attribute: or(subject_attribute, "entryUUID"),
            email_attribute: or(email_attribute, "mail"),
            name_attribute: or(name_attribute, "cn"),
            member_of_attribute,
            group_search: group_search.map(|GroupSearchBody { base_dn, filter, name_attribute }| LdapGroupSearch {
                base_dn,
                filter,
                name_attribute: or(name_attribute, "cn"),
            }),
        }
    }
}

/// What only the directory and this organization know. Kept encrypted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LdapCredentialsBody {
    /// The password of the service account.
    #[schema(value_type = String, format = Password, write_only, max_length = 1024)]
    bind_password: SecretString,
}

impl From<LdapCredentialsBody> for LdapCredentials {
    fn from(LdapCredentialsBody { bind_password }: LdapCredentialsBody) -> Self {
        Self { bind_password }
    }
}

/// A directory that is to be connected.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateLdapIntegration {
    #[schema(max_length = 200)]
    name: String,
    /// Whether members can sign in with it; without it, yes. One at a time is switched on.
    is_active: Option<bool>,
    config: LdapConfigBody,
    credentials: LdapCredentialsBody,
}

impl From<CreateLdapIntegration> for NewLdap {
    fn from(body: CreateLdapIntegration) -> Self {
        let CreateLdapIntegration { name, is_active, config, credentials } = body;
        Self { name, is_active: is_active.unwrap_or(true), config: config.into(), credentials: credentials.into() }
    }
}

/// What changes in a directory. Fields that are left out keep their value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateLdapIntegration {
    #[schema(max_length = 200)]
    name: Option<String>,
    is_active: Option<bool>,
    /// Replaces all of it.
    config: Option<LdapConfigBody>,
    credentials: Option<LdapCredentialsBody>,
}

impl From<UpdateLdapIntegration> for LdapPatch {
    fn from(body: UpdateLdapIntegration) -> Self {
        let UpdateLdapIntegration { name, is_active, config, credentials } = body;
        Self { name, is_active, config: config.map(Into::into), credentials: credentials.map(Into::into) }
    }
}

/// Connects an LDAP directory, with which members sign in.
#[utoipa::path(
    tag = "Integrations",
    request_body = CreateLdapIntegration,
    responses((status = 201, body = IntegrationView)),
    security(("bearer" = ["integrations.manage", "identities.manage"])),
)]
#[post("/v1/integrations/ldap")]
async fn create(
    unit: Write,
    providers: Data<Providers>,
    body: Body<CreateLdapIntegration>,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let integration = providers.create_ldap(&tx, body.into_inner().into()).await?;
    let (version, location) = (integration.version, format!("/v1/integrations/{}", integration.id));
    let view = IntegrationView::new(unit.scope().organization, integration);
    unit.commit(tx, Reply::created(&view)?.etag(version).location(location)).await
}

/// One directory.
#[utoipa::path(
    tag = "Integrations",
    params(("id" = IntegrationId, Path)),
    responses((status = 200, body = IntegrationView)),
    security(("bearer" = ["integrations.read"])),
)]
#[get("/v1/integrations/{id}/ldap")]
async fn show(unit: Read, providers: Data<Providers>, PathId(id): PathId<ids::Integration>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let integration = providers.get_ldap(&tx, id).await?;
    let version = integration.version;
    Ok(Reply::ok(&IntegrationView::new(unit.scope().organization, integration))?.etag(version))
}

/// Changes the connection with a directory.
#[utoipa::path(
    tag = "Integrations",
    params(("id" = IntegrationId, Path)),
    request_body = UpdateLdapIntegration,
    responses((status = 200, body = IntegrationView)),
    security(("bearer" = ["integrations.manage", "identities.manage"])),
)]
#[patch("/v1/integrations/{id}/ldap")]
async fn update(
    unit: Write,
    providers: Data<Providers>,
    PathId(id): PathId<ids::Integration>,
    body: Body<UpdateLdapIntegration>,
) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&body).await?;
    let integration = providers.update_ldap(&tx, id, expected, body.into_inner().into()).await?;
    let version = integration.version;
    let view = IntegrationView::new(unit.scope().organization, integration);
    unit.commit(tx, Reply::ok(&view)?.etag(version)).await
}
