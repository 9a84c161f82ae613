//! The tables that exist after the last migration. A test compares these lists with the live schema.

/// Tables that belong to no organization.
pub const GLOBAL_TABLES: &[&str] = &[
    "audit_seal_keys",
    "exchange_rates",
    "impersonations",
    "jobs",
    "master_keys",
    "mfa_challenges",
    "mfa_factors",
    "one_time_tokens",
    "organization_slugs",
    "organizations",
    "platform_audit_logs",
    "platform_sessions",
    "refresh_tokens",
    "schedules",
    "sessions",
    "sign_in_networks",
    "sign_in_strangers",
    "sign_ups",
    "signing_keys",
    "user_credentials",
    "users",
];

/// Global tables with a person's secrets: PostgreSQL shows a row only to the person in `app.user_id`.
pub const PERSON_TABLES: &[&str] = &[
    "mfa_challenges",
    "mfa_factors",
    "one_time_tokens",
    "platform_sessions",
    "refresh_tokens",
    "sessions",
    "sign_in_networks",
    "user_credentials",
];

/// Tables in which the server may write a row but never change or delete one.
pub const APPEND_ONLY: &[&str] = &[
    "approval_decisions",
    "audit_logs",
    "audit_seal_entries",
    "audit_seals",
    "data_access_audit",
    "order_status_history",
    "platform_audit_logs",
];

/// Where the migrations that ran are written down.
pub const HISTORY_TABLE: &str = "seaql_migrations";

const TENANT_TABLES: &[&str] = &[
    "ai_responses",
    "api_keys",
    "approval_decisions",
    "approval_delegations",
    "approval_links",
    "approval_policies",
    "approval_requests",
    "audit_details",
    "audit_logs",
    "audit_seal_entries",
    "audit_seals",
    "conversations",
    "customer_contacts",
    "customer_label_assignments",
    "customer_labels",
    "customers",
    "data_access_audit",
    "deletions",
    "durations",
    "encryption_keys",
    "engagement_access",
    "engagements",
    "external_mappings",
    "idempotency_keys",
    "identity_group_roles",
    "inbound_event_keys",
    "inbound_events",
    "inbound_positions",
    "integrations",
    "invitations",
    "media_files",
    "membership_roles",
    "memberships",
    "message_attachments",
    "messages",
    "notifications",
    "number_sequences",
    "oidc_sign_ins",
    "order_lines",
    "order_messages",
    "order_status_history",
    "orders",
    "organization_secrets",
    "organization_settings",
    "outbox_events",
    "pii_findings",
    "pii_rules",
    "pii_scans",
    "price_tiers",
    "product_categories",
    "product_variants",
    "products",
    "project_members",
    "projects",
    "retention_rules",
    "role_change_requests",
    "role_permissions",
    "roles",
    "training_examples",
    "usage_event_keys",
    "usage_events",
    "user_identities",
    "user_preferences",
    "webhook_attempts",
    "webhook_deliveries",
    "webhook_endpoint_states",
    "webhook_endpoints",
];

/// Tables whose rows belong to an organization, by name.
pub fn tenant_tables() -> &'static [&'static str] {
    TENANT_TABLES
}

/// Tables that belong to no organization, by name.
pub fn global_tables() -> &'static [&'static str] {
    GLOBAL_TABLES
}
