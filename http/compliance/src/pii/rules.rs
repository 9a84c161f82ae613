//! Rules by which personal data is found.
use actix_web::{HttpResponse, delete, get, patch, post};
use chrono::{DateTime, Utc};
use purser_compliance::{
    entity::pii_rule::{Checksum, Model, PiiType},
    pii::rules::{self, NewRule, RuleChange},
};
use purser_http::{
    body::Body,
    path::PathId,
    problem::Refusal,
    query::{PageQuery, Query},
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
    view::PageView,
};
use purser_kernel::{
    Patch, Problem,
    ids::{PiiRule, PiiRuleId},
};
use purser_store::{name_of, named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(create).service(show).service(update).service(delete);
}

/// What a rule finds.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum PiiTypeName {
    Email,
    Phone,
    Address,
    Ssn,
    CreditCard,
    Iban,
    Ip,
    Person,
}

impl From<PiiTypeName> for PiiType {
    fn from(name: PiiTypeName) -> Self {
        match name {
            PiiTypeName::Email => Self::Email,
            PiiTypeName::Phone => Self::Phone,
            PiiTypeName::Address => Self::Address,
            PiiTypeName::Ssn => Self::Ssn,
            PiiTypeName::CreditCard => Self::CreditCard,
            PiiTypeName::Iban => Self::Iban,
            PiiTypeName::Ip => Self::Ip,
            PiiTypeName::Person => Self::Person,
        }
    }
}

/// Check digits that a hit has to have.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
enum ChecksumName {
    /// Luhn's, as payment cards have it (ISO/IEC 7812-1).
    #[serde(rename = "luhn")]
    Luhn,
    /// MOD 97-10, as IBANs have it (ISO/IEC 7064).
    #[serde(rename = "mod_97")]
    Mod97,
}

impl From<ChecksumName> for Checksum {
    fn from(name: ChecksumName) -> Self {
        match name {
            ChecksumName::Luhn => Self::Luhn,
            ChecksumName::Mod97 => Self::Mod97,
        }
    }
}

/// A rule by which personal data is found.
#[derive(Debug, Serialize, ToSchema)]
pub struct PiiRuleView {
    id: PiiRuleId,
    name: String,
    /// What it finds: `email`, `phone`, `address`, `ssn`, `credit_card`, `iban`, `ip` or `person`.
    pii_type: String,
    /// A regular expression. Of a predefined rule it is what is looked for before numbers are checked.
    pattern: String,
    /// `luhn` or `mod_97`, where a hit has to have check digits.
    checksum: Option<String>,
    is_active: bool,
    /// Every organization has it: it can be turned off and on, and nothing else.
    is_predefined: bool,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Model> for PiiRuleView {
    fn from(rule: Model) -> Self {
        Self {
            id: rule.id,
            name: rule.name,
            pii_type: name_of(&rule.pii_type),
            pattern: rule.pattern,
            checksum: rule.checksum.as_ref().map(name_of),
            is_active: rule.is_active,
            is_predefined: rule.is_predefined,
            version: rule.version,
            created_at: rule.created_at,
            updated_at: rule.updated_at,
        }
    }
}

/// A rule that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreatePiiRule {
    /// Unique in the organization, in any spelling of upper and lower case.
    #[schema(max_length = 60)]
    name: String,
    #[schema(inline)]
    pii_type: PiiTypeName,
    /// A regular expression in the syntax of Rust's regex crate, without look-around and back-references. What it matches stands in one line,
    /// and is no part of a word. It must not match the empty text.
    #[schema(max_length = 500, example = "EMP-[0-9]{6}")]
    pattern: String,
    /// Check digits that a hit has to have.
    #[schema(inline)]
    checksum: Option<ChecksumName>,
    /// `true` when left out.
    is_active: Option<bool>,
}

impl From<CreatePiiRule> for NewRule {
    fn from(body: CreatePiiRule) -> Self {
        let CreatePiiRule { name, pii_type, pattern, checksum, is_active } = body;
        Self {
            name,
            pii_type: pii_type.into(),
            pattern,
            checksum: checksum.map(Into::into),
            is_active: is_active.unwrap_or(true),
        }
    }
}

/// What changes in a rule. What is left out stays. Of a predefined rule only `is_active` changes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdatePiiRule {
    #[schema(max_length = 60)]
    name: Option<String>,
    #[schema(inline)]
    pii_type: Option<PiiTypeName>,
    #[schema(max_length = 500)]
    pattern: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    checksum: Patch<String>,
    is_active: Option<bool>,
}

impl UpdatePiiRule {
    fn change(self) -> Result<RuleChange, Problem> {
        let Self { name, pii_type, pattern, checksum, is_active } = self;
        let checksum = checksum.try_map(|name| named("/checksum", &name))?;
        Ok(RuleChange { name, pii_type: pii_type.map(Into::into), pattern, checksum, is_active })
    }
}

/// Rules in the order of their names. An organization has the predefined ones soon after its founding.
#[utoipa::path(
    tag = "Personal data",
    security(("bearer" = ["pii.read"])),
    params(PageQuery),
    responses((status = 200, body = PageView<PiiRuleView>)),
)]
#[get("/v1/pii-rules")]
async fn list(unit: Read, Query(query): Query<PageQuery>) -> Result<Reply, Refusal> {
    let page = query.page()?;
    let tx = unit.begin().await?;
    let page = rules::list(&tx, &page).await?;
    Ok(Reply::ok(&PageView::of(page, PiiRuleView::from))?)
}

/// Makes a rule. It holds for what is written from now on; a scan looks at what is there.
#[utoipa::path(
    tag = "Personal data",
    security(("bearer" = ["pii.manage"])),
    request_body = CreatePiiRule,
    responses((status = 201, body = PiiRuleView)),
)]
#[post("/v1/pii-rules")]
async fn create(unit: Write, body: Body<CreatePiiRule>) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let view = PiiRuleView::from(rules::create(&tx, body.into_inner().into()).await?);
    let location = format!("/v1/pii-rules/{}", view.id);
    unit.commit(tx, Reply::created(&view)?.etag(view.version).location(location)).await
}

/// One rule.
#[utoipa::path(
    tag = "Personal data",
    security(("bearer" = ["pii.read"])),
    params(("id" = PiiRuleId, Path)),
    responses((status = 200, body = PiiRuleView)),
)]
#[get("/v1/pii-rules/{id}")]
async fn show(unit: Read, PathId(id): PathId<PiiRule>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let view = PiiRuleView::from(rules::get(&tx, id).await?);
    Ok(Reply::ok(&view)?.etag(view.version))
}

/// Changes a rule, or turns one off or on.
#[utoipa::path(
    tag = "Personal data",
    security(("bearer" = ["pii.manage"])),
    params(("id" = PiiRuleId, Path)),
    request_body = UpdatePiiRule,
    responses((status = 200, body = PiiRuleView)),
)]
#[patch("/v1/pii-rules/{id}")]
async fn update(unit: Write, PathId(id): PathId<PiiRule>, body: Body<UpdatePiiRule>) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&body).await?;
    let view = PiiRuleView::from(rules::update(&tx, id, expected, body.into_inner().change()?).await?);
    unit.commit(tx, Reply::ok(&view)?.etag(view.version)).await
}

/// Deletes a rule that is not predefined, and what it has found.
#[utoipa::path(
    tag = "Personal data",
    security(("bearer" = ["pii.manage"])),
    params(("id" = PiiRuleId, Path)),
    responses((status = 204)),
)]
#[delete("/v1/pii-rules/{id}")]
async fn delete(unit: Write, PathId(id): PathId<PiiRule>) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&()).await?;
    rules::delete(&tx, id, expected).await?;
    unit.commit(tx, Reply::no_content()).await
}
