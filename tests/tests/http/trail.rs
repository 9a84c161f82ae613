//! What a request leaves behind: each change an entry of a trail, each reading of what may be about people a row of its own.
use crate::{routes::Route, suspended::DRY_RUNS};
use purser_tests::app::{Answer, TestApp, eventually};

/// What changes nothing that anybody answers for, and leaves no entry.
const NO_ENTRY: [&str; 21] = [
    // Nothing but a mail that is queued; what it brings about leaves one.
    "POST /v1/auth/email/verification",
    "POST /v1/auth/password/forgot",
    "POST /v1/auth/signup/request",
    // The first of two steps: the second leaves one.
    "POST /v1/auth/mfa/totp",
    "POST /v1/platform/auth/login",
    // The same session, every ten minutes. A token that comes back too late leaves one.
    "POST /v1/auth/refresh",
    // What somebody has seen, and how they like to see it.
    "POST /v1/conversations/{id}/read",
    "PATCH /v1/me/notification-preferences",
    "PATCH /v1/me/preferences",
    "POST /v1/notifications/read-all",
    "POST /v1/notifications/{id}/read",
    "POST /v1/notifications/{id}/unread",
    // They show what a token is good for.
    "POST /v1/approval-links/preview",
    "POST /v1/invitations/preview",
    // What a provider sent is kept as it came (`inbound_events`), and what follows from it is a job's.
    "POST /v1/webhooks/hmac/{organization_id}/{integration_id}",
    "POST /v1/webhooks/sendgrid/{organization_id}/{integration_id}",
    "POST /v1/webhooks/twilio/{organization_id}/{integration_id}",
    "POST /v1/webhooks/whatsapp/{organization_id}/{integration_id}",
    // What the fixture asks for is so already. `messaging::linking`, `approvals::content` and `members::four_eyes` look at the rest.
    "POST /v1/conversations/{id}/link",
    "POST /v1/orders/{id}/request-confirmation",
    "POST /v1/role-change-requests",
];

/// What is shown of people, and so leaves a row; in the platform's trail where an administrator looks.
const PERSONAL: [&str; 23] = [
    "GET /v1/ai-responses",
    "GET /v1/approvals",
    "GET /v1/approvals/{id}",
    "GET /v1/audit-logs",
    "GET /v1/audit-logs/export",
    "GET /v1/audit-logs/{id}",
    "GET /v1/audit-logs/{id}/proof",
    "GET /v1/conversations",
    "GET /v1/conversations/{id}",
    "GET /v1/conversations/{id}/messages",
    "GET /v1/customers",
    "GET /v1/customers/export",
    "GET /v1/customers/{id}",
    "GET /v1/customers/{id}/labels",
    "GET /v1/invitations",
    "GET /v1/media-files/{id}/content",
    "GET /v1/members",
    "GET /v1/members/{id}",
    "GET /v1/orders",
    "GET /v1/orders/{id}",
    "GET /v1/platform/users",
    "GET /v1/platform/users/{id}",
    "GET /v1/webhook-deliveries/{id}",
];

/// What shows nobody but the caller, or nothing of people but their ids.
const NOT_PERSONAL: [&str; 80] = [
    // For everybody, without a token.
    "GET /.well-known/audit-seal-keys.json",
    "GET /.well-known/jwks.json",
    "GET /health/live",
    "GET /health/ready",
    "GET /v1/webhooks/whatsapp/{organization_id}/{integration_id}",
    // The caller's own.
    "GET /v1/auth/mfa",
    "GET /v1/auth/sessions",
    "GET /v1/me",
    "GET /v1/me/notification-preferences",
    "GET /v1/me/preferences",
    "GET /v1/me/profile",
    "GET /v1/notifications",
    "GET /v1/notifications/unread-count",
    "GET /v1/organizations",
    "GET /v1/platform/auth/sessions",
    // How the organization is set up.
    "GET /v1/api-keys",
    "GET /v1/api-keys/{id}",
    "GET /v1/approval-delegations",
    "GET /v1/approval-delegations/{id}",
    "GET /v1/approval-policies",
    "GET /v1/approval-policies/{id}",
    "GET /v1/event-types",
    "GET /v1/integrations",
    "GET /v1/integrations/{id}",
    "GET /v1/integrations/{id}/gmail",
    "GET /v1/integrations/{id}/group-roles",
    "GET /v1/integrations/{id}/hmac",
    "GET /v1/integrations/{id}/ldap",
    "GET /v1/integrations/{id}/oidc",
    "GET /v1/integrations/{id}/sendgrid",
    "GET /v1/integrations/{id}/twilio",
    "GET /v1/organization",
    "GET /v1/organization/secrets",
    "GET /v1/organization/settings",
    "GET /v1/permissions",
    "GET /v1/pii-rules",
    "GET /v1/pii-rules/{id}",
    "GET /v1/retention-rules",
    "GET /v1/roles",
    "GET /v1/roles/{id}",
    "GET /v1/webhook-endpoints",
    "GET /v1/webhook-endpoints/{id}",
    // What is sold, and how much is used.
    "GET /v1/durations",
    "GET /v1/product-categories",
    "GET /v1/product-categories/{id}",
    "GET /v1/products",
    "GET /v1/products/export",
    "GET /v1/products/{id}",
    "GET /v1/products/{id}/price-tiers",
    "GET /v1/products/{id}/variants",
    "GET /v1/products/{id}/variants/{variant_id}",
    "GET /v1/usage",
    // What there is and where it stands: people by their ids, and what colleagues call things and give as their reasons.
    "GET /v1/admin/jobs",
    "GET /v1/audit-seals",
    "GET /v1/customer-labels",
    "GET /v1/customer-labels/{id}",
    "GET /v1/data-access-audit",
    "GET /v1/deletions",
    "GET /v1/engagements",
    "GET /v1/engagements/{id}",
    "GET /v1/engagements/{id}/access",
    "GET /v1/inbound-events",
    "GET /v1/inbound-events/{id}",
    "GET /v1/media-files",
    "GET /v1/media-files/{id}",
    "GET /v1/orders/{id}/status-history",
    "GET /v1/pii-findings",
    "GET /v1/pii-findings/{id}",
    "GET /v1/pii-scans",
    "GET /v1/pii-scans/{id}",
    "GET /v1/projects",
    "GET /v1/projects/{id}",
    "GET /v1/projects/{id}/members",
    "GET /v1/role-change-requests",
    "GET /v1/role-change-requests/{id}",
    "GET /v1/webhook-deliveries",
    // Of the platform's own doings, by its administrators.
    "GET /v1/platform/audit-logs",
    "GET /v1/platform/impersonations",
    "GET /v1/platform/organizations",
    "GET /v1/platform/organizations/{id}",
];

/// What would leave a row and shows nothing personal here: a deleted category, and no example, because the order was right.
/// `compliance::deletions` has others.
const NOTHING_SHOWN: [&str; 3] = [
    "GET /v1/deletions/{id}",
    // What happens is told as webhooks are sent it: by what the caller may follow, and to nobody in particular.
    "GET /v1/events/stream",
    "GET /v1/training-examples",
];

/// What is wrong with what this answer has left behind.
pub(crate) async fn fault(app: &TestApp, route: &Route, answer: &Answer) -> Option<String> {
    let name = &*route.name();
    let expected = if route.method == "GET" {
        let is_listed = [&PERSONAL[..], &NOT_PERSONAL, &NOTHING_SHOWN].iter().any(|list| list.contains(&name));
        if !is_listed {
            return Some(format!("{name} may show something personal: enter it in trail.rs"));
        }
        PERSONAL.contains(&name)
    } else {
        !NO_ENTRY.contains(&name) && !DRY_RUNS.contains(&name)
    };
    let request = answer.header("x-request-id");
    let table = if route.method == "GET" { "data_access_audit" } else { "audit_logs" };
    let of = |table: &str| format!("select request_id from {table} where request_id = '{request}'");
    let sql = [of(table), of("platform_audit_logs")].join(" union all ");
    if route.method == "GET" {
        app.app().services().accesses.flush().await.unwrap();
    }
    let look = async || !app.database.owner().await.rows(&sql).await.unwrap().is_empty();
    if expected && route.method == "GET" {
        // The server's own writer may have it in its hands.
        eventually(&format!("what {name} leaves"), || async { look().await.then_some(()) }).await;
    }
    let is_left = look().await;
    (is_left != expected).then(|| format!("{name} leaves something: {is_left}, which was not agreed"))
}
