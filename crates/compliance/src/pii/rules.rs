//! Rules: those that every organization has, and its own.
mod predefined;

pub use predefined::PredefinedRules;
pub(super) use predefined::ensure;

use super::detect::{Detector, MAX_PATTERN, OwnPattern, Refused, Rule};
use crate::ComplianceProblem;
use purser_entity_compliance::pii_rule::{ActiveModel, Checksum, Column, Entity, Model, PiiType};
use purser_kernel::{Expected, Patch, ids::PiiRuleId, text::Findings};
use purser_store::{name_of, prelude::*};
use serde_json::{Value, json};

const MAX_NAME: usize = 60;
/// Own rules of an organization: every text is looked through for each of them.
const MAX_OWN: u64 = 50;
const NAME: &str = "uq_pii_rules_name_normalized";

/// A rule that is to be made.
#[derive(Clone, Debug)]
pub struct NewRule {
    /// Unique in the organization, in any spelling of upper and lower case.
    pub name: String,
    /// What it finds.
    pub pii_type: PiiType,
    /// A regular expression in the syntax of the regex crate. What it matches stands in one line and is no part of a word.
    pub pattern: String,
    /// What a hit has to have, too.
    pub checksum: Option<Checksum>,
    /// Whether it is used.
    pub is_active: bool,
}

/// What changes in a rule. What is left out stays.
#[derive(Clone, Debug, Default)]
pub struct RuleChange {
    /// As in [`NewRule`].
    pub name: Option<String>,
    /// As in [`NewRule`].
    pub pii_type: Option<PiiType>,
    /// As in [`NewRule`].
    pub pattern: Option<String>,
    /// As in [`NewRule`].
    pub checksum: Patch<Checksum>,
    /// As in [`NewRule`].
    pub is_active: Option<bool>,
}

impl RuleChange {
    /// Whether it says more than that the rule is turned off or on.
    fn is_of_own(&self) -> bool {
        let Self { name, pii_type, pattern, checksum, is_active: _ } = self;
        name.is_some() || pii_type.is_some() || pattern.is_some() || *checksum != Patch::Absent
    }
}

/// Rules in the order of their names.
pub async fn list(tx: &ReadTx, page: &PageRequest) -> Result<Page<Model>, Problem> {
    tx.scope().require(Permission::PiiRead)?;
    tx.find::<Entity>().order_by(Column::NameNormalized, Asc).page(page).await
}

/// One rule.
pub async fn get(tx: &ReadTx, id: PiiRuleId) -> Result<Model, Problem> {
    tx.scope().require(Permission::PiiRead)?;
    tx.get::<Entity>(id).await
}

/// Makes a rule. `pii_rule_taken` when there is one of this name, `too_many_pii_rules` as it says.
pub async fn create(tx: &WriteTx, new: NewRule) -> Result<Model, Problem> {
    tx.scope().require(Permission::PiiManage)?;
    let NewRule { name, pii_type, pattern, checksum, is_active } = new;
    let change = checked(RuleChange {
        name: Some(name),
        pii_type: Some(pii_type),
        pattern: Some(pattern),
        checksum: checksum.map_or(Patch::Null, Patch::Value),
        is_active: Some(is_active),
    })?;
    has_room(tx).await?;
    let mut row =
        ActiveModel { is_predefined: Set(false), created_by: Set(tx.scope().actor.user()), ..Default::default() };
    apply(change, &mut row);
    let rule = tx.insert(row).await.on_unique(NAME, taken)?;
    tx.audit(AuditEntry::new("pii_rule.create", "pii_rule", rule.id).after(&view(&rule))).await?;
    Ok(rule)
}

/// Changes a rule that has the version `expected`. `predefined_pii_rule` for more than turning a predefined one off or on.
pub async fn update(
    tx: &WriteTx,
    id: PiiRuleId,
    expected: impl Into<Expected>,
    change: RuleChange,
) -> Result<Model, Problem> {
    tx.scope().require(Permission::PiiManage)?;
    let before = tx.get::<Entity>(id).await?;
    tx.expect_version(&before, expected)?;
    let change = checked(change)?;
    if before.is_predefined && change.is_of_own() {
        return Err(Problem::of(ComplianceProblem::PredefinedPiiRule));
    }
    let was = view(&before);
    let rule = tx.update(before, |row| apply(change, row)).await.on_unique(NAME, taken)?;
    tx.audit(AuditEntry::new("pii_rule.update", "pii_rule", id).before(&was).after(&view(&rule))).await?;
    Ok(rule)
}

/// Deletes a rule that has the version `expected`, and what it has found. `predefined_pii_rule` when every organization has it.
pub async fn delete(tx: &WriteTx, id: PiiRuleId, expected: impl Into<Expected>) -> Result<(), Problem> {
    tx.scope().require(Permission::PiiManage)?;
    let rule = tx.get_for_update::<Entity>(id).await?;
    tx.expect_version(&rule, expected)?;
    if rule.is_predefined {
        return Err(Problem::of(ComplianceProblem::PredefinedPiiRule));
    }
    tx.remove::<Entity>(Column::Id.eq(id)).await?;
    tx.audit(AuditEntry::new("pii_rule.delete", "pii_rule", id).before(&view(&rule))).await
}

/// A detector by the rules that are turned on. An organization that has none yet is looked at by the predefined ones.
pub async fn detector(tx: &ReadTx) -> Result<Detector, Problem> {
    let most = MAX_OWN.saturating_add(u64::try_from(super::detect::PREDEFINED.len()).unwrap_or_default());
    let rules = tx.find::<Entity>().order_by(Column::Id, Asc).all(most).await?;
    if rules.is_empty() {
        return Ok(Detector::predefined(&super::detect::PREDEFINED));
    }
    Ok(Detector::new(rules.into_iter().filter(|rule| rule.is_active).filter_map(ready).collect()))
}

/// The rule as it is used. A pattern that this version of the program does not take any more finds nothing.
fn ready(rule: Model) -> Option<Rule> {
    let own = if rule.is_predefined {
        None
    } else {
        let pattern = OwnPattern::new(&rule.pattern, rule.checksum);
        Some(pattern.inspect_err(|why| tracing::warn!(rule = %rule.id, ?why, "a pattern is not taken any more")).ok()?)
    };
    Some(Rule { id: rule.id, pii_type: rule.pii_type, own })
}

/// Whoever makes a rule holds the predefined ones, so that two at once do not both make the last.
async fn has_room(tx: &WriteTx) -> Result<(), Problem> {
    ensure(tx).await?;
    let predefined = tx.find_for_update::<Entity>().filter(Column::IsPredefined.eq(true)).order_by(Column::Id, Asc);
    predefined.all(MAX_OWN).await?;
    let count = tx.find::<Entity>().filter(Column::IsPredefined.eq(false)).count().await?;
    if u64::try_from(count).is_ok_and(|count| count < MAX_OWN) {
        return Ok(());
    }
    let detail = format!("An organization has at most {MAX_OWN} rules of its own.");
    Err(Problem::of(ComplianceProblem::TooManyPiiRules).detail(detail))
}

fn taken() -> Problem {
    Problem::of(ComplianceProblem::PiiRuleTaken).with("pointer", "/name")
}

fn checked(change: RuleChange) -> Result<RuleChange, Problem> {
    let mut found = Findings::new();
    let name = change.name.map(|name| text::line_in_any_case("/name", &name, MAX_NAME)).transpose();
    let name = found.check(name)?.flatten();
    let pattern = found.check(change.pattern.as_deref().map(checked_pattern).transpose())?.flatten();
    found.finish()?;
    Ok(RuleChange { name, pattern, ..change })
}

fn checked_pattern(pattern: &str) -> Result<String, Problem> {
    let invalid = |code, message: &str| Problem::invalid("/pattern", code, message.to_owned());
    // Not trimmed: a space may be a part of it.
    if pattern.is_empty() {
        return Err(invalid("required", "must not be empty"));
    }
    if pattern.chars().any(char::is_control) {
        return Err(invalid("control_character", "must not contain control characters"));
    }
    if pattern.chars().count() > MAX_PATTERN {
        return Err(Problem::invalid("/pattern", "too_long", format!("must have at most {MAX_PATTERN} characters")));
    }
    match OwnPattern::new(pattern, None) {
        Ok(_) => Ok(pattern.to_owned()),
        Err(Refused::Syntax) => {
            Err(invalid("not_a_pattern", "must be a regular expression without look-around and back-references"))
        }
        Err(Refused::TooLarge) => Err(invalid("too_large", "must not repeat so much: compiled it would be too large")),
        Err(Refused::MatchesNothing) => Err(invalid("matches_nothing", "must not match the empty text")),
    }
}

fn apply(change: RuleChange, row: &mut ActiveModel) {
    let RuleChange { name, pii_type, pattern, checksum, is_active } = change;
    if let Some(name) = name {
        row.name_normalized = Set(text::normalized(&name));
        row.name = Set(name);
    }
    purser_store::set_if(&mut row.pii_type, pii_type);
    purser_store::set_if(&mut row.pattern, pattern);
    purser_store::set_if(&mut row.checksum, checksum.into_change());
    purser_store::set_if(&mut row.is_active, is_active);
}

/// A rule as the audit trail shows it.
fn view(rule: &Model) -> Value {
    json!({
        "name": rule.name,
        "pii_type": name_of(&rule.pii_type),
        "pattern": rule.pattern,
        "checksum": rule.checksum.as_ref().map(name_of),
        "is_active": rule.is_active,
    })
}
