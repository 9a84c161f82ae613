//! The rules that every organization has.
use super::super::detect::{PREDEFINED, shown_pattern};
use async_trait::async_trait;
use purser_entity_compliance::pii_rule::{ActiveModel, Checksum, Column, Entity, PiiType};
use purser_store::{
    outbox::{Event, Subscriber},
    prelude::*,
};

/// Gives the predefined rules to each organization that is founded.
pub struct PredefinedRules;

#[async_trait]
impl Subscriber for PredefinedRules {
    fn name(&self) -> &'static str {
        "compliance.predefined_pii_rules"
    }

    fn event_types(&self) -> &'static [&'static str] {
        &["organization.created"]
    }

    async fn handle(&self, tx: &WriteTx, _: &Event) -> Result<(), Problem> {
        ensure(tx).await
    }
}

/// Adds the predefined rules that the organization does not have: it may have been founded before there was one, or a moment ago.
pub(in crate::pii) async fn ensure(tx: &WriteTx) -> Result<(), Problem> {
    let predefined = tx.find::<Entity>().filter(Column::IsPredefined.eq(true)).count().await?;
    if usize::try_from(predefined).is_ok_and(|count| count == PREDEFINED.len()) {
        return Ok(());
    }
    let row = |pii_type: PiiType| {
        let name = name(pii_type);
        ActiveModel {
            name: Set(name.to_owned()),
            name_normalized: Set(text::normalized(name)),
            pii_type: Set(pii_type),
            pattern: Set(shown_pattern(pii_type).unwrap_or_default().to_owned()),
            checksum: Set(checksum(pii_type)),
            is_active: Set(true),
            is_predefined: Set(true),
            created_by: Set(None),
            ..Default::default()
        }
    };
    tx.insert_many_if_absent(PREDEFINED.map(row)).await.map(|_| ())
}

/// With a word in it that nobody calls a rule of their own by, so that it is free.
fn name(pii_type: PiiType) -> &'static str {
    match pii_type {
        PiiType::Email => "Mail addresses (predefined)",
        PiiType::Phone => "Telephone numbers (predefined)",
        PiiType::CreditCard => "Payment cards (predefined)",
        PiiType::Iban => "IBANs (predefined)",
        PiiType::Ssn => "US Social Security numbers (predefined)",
        PiiType::Ip => "IP addresses (predefined)",
        PiiType::Address => "Addresses (predefined)",
        PiiType::Person => "Persons (predefined)",
    }
}

fn checksum(pii_type: PiiType) -> Option<Checksum> {
    match pii_type {
        PiiType::CreditCard => Some(Checksum::Luhn),
        PiiType::Iban => Some(Checksum::Mod97),
        _ => None,
    }
}
