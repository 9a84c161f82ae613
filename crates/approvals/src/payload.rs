//! What an approval is bound to.
use crate::canonical;
use purser_kernel::{Money, OrganizationId, Problem};
use purser_store::ports::Matter;
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Keeps these hashes apart from all others.
const DOMAIN: &[u8] = b"purser/approval/v1\n";

/// SHA-256 over the canonical form of all that is shown, and of what it is about: another order with the same content has
/// another hash, so that a copy of what was approved is not approved.
pub(crate) fn hash(organization: OrganizationId, subject: &str, id: Uuid, matter: &Matter) -> Result<Vec<u8>, Problem> {
    let shown = json!({
        "organization_id": organization,
        "subject": subject,
        "subject_id": id,
        "summary": matter.summary,
        "content": matter.content,
        "amount": matter.amount.map(|amount| amount.to_string()),
        "currency": matter.amount.map(Money::currency),
        "counterparty": matter.counterparty.map(|counterparty| json!({ "kind": counterparty.kind, "id": counterparty.id })),
    });
    let text = canonical::text(&shown)?;
    Ok(Sha256::new().chain_update(DOMAIN).chain_update(text).finalize().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_kernel::Currency;
    use purser_store::ports::Counterparty;
    use serde_json::Value;
    use std::collections::HashSet;

    fn matter(content: Value, minor: i64) -> Matter {
        Matter {
            summary: "Confirm".to_owned(),
            content,
            amount: Some(Money::from_minor(minor, Currency::EUR)),
            counterparty: None,
            counterparty_is_new: false,
            confidence: Some(0.5),
            last_edited_by: None,
            about: None,
        }
    }

    #[test]
    fn everything_that_is_shown_is_bound() {
        let (organization, id) = (OrganizationId::generate(), Uuid::from_u128(1));
        let base = || matter(json!({ "a": "1", "b": [1] }), 100);
        let of = |organization, subject, id, matter: &Matter| hash(organization, subject, id, matter).unwrap();
        let first = of(organization, "order", id, &base());
        assert_eq!(first, of(organization, "order", id, &matter(json!({ "b": [1], "a": "1" }), 100)));
        assert_eq!(first.len(), 32);
        let other = Counterparty { kind: "customer", id };
        let others = [
            of(OrganizationId::generate(), "order", id, &base()),
            of(organization, "invoice", id, &base()),
            of(organization, "order", Uuid::from_u128(2), &base()),
            of(organization, "order", id, &matter(json!({ "a": "1", "b": [2] }), 100)),
            of(organization, "order", id, &matter(json!({ "a": "1", "b": [1] }), 101)),
            of(organization, "order", id, &Matter { summary: "Cancel".to_owned(), ..base() }),
            of(organization, "order", id, &Matter { amount: Some(Money::from_minor(100, Currency::USD)), ..base() }),
            of(organization, "order", id, &Matter { counterparty: Some(other), ..base() }),
        ];
        let different: HashSet<Vec<u8>> = others.into_iter().chain([first]).collect();
        assert_eq!(different.len(), 9);
        // How sure a reader was is not what was shown.
        assert!(different.contains(&of(organization, "order", id, &Matter { confidence: None, ..base() })));
    }
}
