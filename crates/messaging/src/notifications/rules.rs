//! Which events tell whom of what, and in which words.
//!
//! Titles and bodies hold names and numbers: never what somebody wrote in a message, nor why they decided.
use super::Kind;
use purser_kernel::{Permission, Timestamp};
use purser_store::ports::Concern;
use serde_json::Value;
use uuid::Uuid;

/// Whom a rule tells.
#[derive(Clone, Copy, Debug)]
pub(super) enum Audience {
    /// Whoever holds this permission in the organization.
    Holders(Permission),
    /// The person whose id the event has in this field.
    Named(&'static str),
    /// Those who are concerned, as the owner of this kind of thing says.
    Concerned(&'static str),
}

/// What words are made of.
pub(super) struct Facts<'f> {
    pub(super) id: Uuid,
    pub(super) payload: &'f Value,
    pub(super) occurred_at: Timestamp,
    /// The name of the person whose id the event has in `person`.
    pub(super) name: Option<&'f str>,
    pub(super) concern: Option<&'f Concern>,
}

impl Facts<'_> {
    fn text(&self, field: &str) -> &str {
        self.payload.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    fn about(&self) -> String {
        self.concern.map(|concern| concern.about.clone()).unwrap_or_default()
    }
}

/// What somebody is told.
pub(super) struct Words {
    pub(super) title: String,
    pub(super) body: String,
    /// A page of the front end.
    pub(super) link: Option<String>,
}

/// What follows from a type of event.
pub(super) struct Rule {
    pub(super) event_type: &'static str,
    pub(super) kind: Kind,
    pub(super) audience: Audience,
    /// Who is told where nobody of the audience may read it any more.
    pub(super) otherwise: Option<Permission>,
    /// The field with the id of the person whose name is in the words.
    pub(super) person: Option<&'static str>,
    /// Whether who was told of the same thing already is not told again.
    pub(super) once: bool,
    /// `None` when the event is not worth telling.
    pub(super) words: fn(&Facts<'_>) -> Option<Words>,
}

const fn rule(
    event_type: &'static str,
    kind: Kind,
    audience: Audience,
    words: fn(&Facts<'_>) -> Option<Words>,
) -> Rule {
    Rule { event_type, kind, audience, otherwise: None, person: None, once: false, words }
}

const REQUEST: Audience = Audience::Concerned("approval_request");
const ORDERS: Audience = Audience::Holders(Permission::OrdersManage);
const SECRETS: Audience = Audience::Holders(Permission::SecretsManage);

/// The rules. An event may have several.
pub(super) static RULES: &[Rule] = &[
    rule("order.drafted", Kind::OrderDrafted, ORDERS, |facts| Some(drafted(facts))),
    rule("order.confirmed", Kind::OrderConfirmed, ORDERS, |facts| Some(order(facts, "was confirmed"))),
    rule("order.cancelled", Kind::OrderCancelled, ORDERS, |facts| Some(order(facts, "was cancelled"))),
    rule("approval.requested", Kind::ApprovalAsked, REQUEST, |facts| {
        Some(approval(facts, "An approval waits for you"))
    }),
    rule("approval.advanced", Kind::ApprovalAsked, REQUEST, |facts| Some(approval(facts, "An approval waits for you"))),
    Rule {
        once: true,
        ..rule("approval.steps_changed", Kind::ApprovalAsked, REQUEST, |facts| {
            Some(approval(facts, "An approval waits for you"))
        })
    },
    rule("approval.reminded", Kind::ApprovalReminded, REQUEST, |facts| {
        Some(approval(facts, "An approval still waits for you"))
    }),
    rule("approval.approved", Kind::ApprovalDecided, REQUEST, |facts| {
        Some(approval(facts, "Approved: what you asked for"))
    }),
    rule("approval.rejected", Kind::ApprovalDecided, REQUEST, |facts| {
        Some(approval(facts, "Rejected: what you asked for"))
    }),
    rule("approval.expired", Kind::ApprovalExpired, REQUEST, |facts| {
        Some(approval(facts, "Expired: what you asked for"))
    }),
    Rule {
        person: Some("user_id"),
        ..rule("member.status_changed", Kind::MemberJoined, Audience::Holders(Permission::MembersManage), joined)
    },
    rule("member.roles_changed", Kind::RolesChanged, Audience::Named("user_id"), |_| Some(roles_changed())),
    rule("impersonation.started", Kind::ImpersonationStarted, Audience::Named("user_id"), |_| Some(impersonated())),
    rule("organization_secret.replaced", Kind::SecretChanged, SECRETS, |facts| Some(secret(facts, "was replaced"))),
    rule("organization_secret.deleted", Kind::SecretChanged, SECRETS, |facts| Some(secret(facts, "was removed"))),
    Rule {
        otherwise: Some(Permission::WebhooksManage),
        ..rule("webhook_endpoint.disabled", Kind::WebhookDisabled, Audience::Concerned("webhook_endpoint"), disabled)
    },
    rule("engagement.updated", Kind::EngagementChanged, Audience::Concerned("engagement"), |facts| {
        Some(engagement(facts))
    }),
];

/// After these events nobody has to answer what was asked about the same thing: it counts as read.
pub(super) const ANSWERS: [&str; 6] = [
    "approval.advanced",
    "approval.approved",
    "approval.rejected",
    "approval.expired",
    "approval.withdrawn",
    "approval.superseded",
];
/// What was asked.
pub(super) const QUESTIONS: [Kind; 2] = [Kind::ApprovalAsked, Kind::ApprovalReminded];

/// Every type of event that something follows from.
pub(super) const EVENTS: &[&str] = &[
    "approval.advanced",
    "approval.approved",
    "approval.expired",
    "approval.rejected",
    "approval.reminded",
    "approval.requested",
    "approval.steps_changed",
    "approval.superseded",
    "approval.withdrawn",
    "engagement.updated",
    "impersonation.started",
    "member.roles_changed",
    "member.status_changed",
    "order.cancelled",
    "order.confirmed",
    "order.drafted",
    "organization_secret.deleted",
    "organization_secret.replaced",
    "webhook_endpoint.disabled",
];

fn drafted(facts: &Facts<'_>) -> Words {
    let waits = match facts.text("status") {
        "review" => "Not all of it was understood: somebody has to look at it.",
        _ => "It waits to be confirmed.",
    };
    let words = order(facts, "was made from a message");
    Words { body: format!("{} {waits}", words.body), ..words }
}

fn order(facts: &Facts<'_>, what: &str) -> Words {
    let [number, total, currency] = ["number", "total", "currency"].map(|field| facts.text(field));
    Words {
        title: format!("Order {number} {what}"),
        body: format!("It comes to {total} {currency}."),
        link: Some(format!("orders/{}", facts.id)),
    }
}

fn approval(facts: &Facts<'_>, title: &str) -> Words {
    let link = Some(format!("approvals/{}", facts.id));
    Words { title: title.to_owned(), body: facts.about(), link }
}

/// Members become active by accepting an invitation, by a directory, and by being enabled.
fn joined(facts: &Facts<'_>) -> Option<Words> {
    let name = facts.name.filter(|_| facts.text("status") == "active")?;
    Some(Words {
        title: format!("{name} is an active member now"),
        body: "They have joined the organization, or were let in again.".to_owned(),
        link: Some(format!("members/{}", facts.id)),
    })
}

fn roles_changed() -> Words {
    Words {
        title: "Your roles were changed".to_owned(),
        body: "What you may do in the organization has changed. If that surprises you, ask who manages its members."
            .to_owned(),
        link: None,
    }
}

fn impersonated() -> Words {
    Words {
        title: "A platform administrator acts for you".to_owned(),
        body:
            "They see what you may see. What they do is written down as theirs, with their reason, in the audit trail."
                .to_owned(),
        link: None,
    }
}

fn secret(facts: &Facts<'_>, what: &str) -> Words {
    Words {
        title: format!("The secret {} {what}", facts.text("name")),
        body: "If nobody whom you know has done this, replace it at its provider.".to_owned(),
        link: Some("organization/secrets".to_owned()),
    }
}

/// Whoever switches one off knows.
fn disabled(facts: &Facts<'_>) -> Option<Words> {
    let why = match facts.text("reason") {
        "gone" => "It answered that it is gone for good (410).",
        "failing" => "Nothing that was sent to it in the last five days was taken.",
        _ => return None,
    };
    let id = facts.id;
    let since = facts.concern.and_then(|concern| concern.since).unwrap_or(facts.occurred_at);
    let since = since.format("%Y-%m-%dT%H:%M:%SZ");
    Some(Words {
        title: "A webhook endpoint was switched off".to_owned(),
        body: format!(
            "{}: {why} Once it works again, switch it on. Then have what it has missed sent again, as long as deliveries are kept: POST \
             /v1/webhook-endpoints/{id}/replay with since {since}.",
            facts.about()
        ),
        link: Some(format!("webhook-endpoints/{id}")),
    })
}

fn engagement(facts: &Facts<'_>) -> Words {
    Words {
        title: format!("The engagement {} was changed", facts.about()),
        body: format!("You lead it. It is {} now.", facts.text("status").replace('_', " ")),
        link: Some(format!("engagements/{}", facts.id)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use strum::VariantArray;

    #[test]
    fn what_is_heard_is_what_something_follows_from() {
        let rules = RULES.iter().map(|rule| rule.event_type);
        let expected: BTreeSet<&str> = rules.chain(ANSWERS).collect();
        assert_eq!(EVENTS.iter().copied().collect::<BTreeSet<_>>(), expected);
    }

    #[test]
    fn every_kind_has_a_rule() {
        for kind in Kind::VARIANTS {
            assert!(RULES.iter().any(|rule| rule.kind == *kind), "{kind:?}");
        }
    }
}
