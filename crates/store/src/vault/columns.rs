//! Every column with something sealed in it: what a rotation goes through. `tests/tests/schema/sealed.rs` compares this with the
//! database's catalogue, so that none is forgotten.

/// A column that is sealed under a key of its organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SealedColumn {
    /// The tenants' table.
    pub table: &'static str,
    /// What is sealed.
    pub column: &'static str,
    /// The column that says by which key.
    pub key: &'static str,
}

/// A column of a global table that is sealed under the master key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SealedGlobally {
    /// The table.
    pub table: &'static str,
    /// What is sealed.
    pub column: &'static str,
    /// Whether each row is seen by its person alone.
    pub personal: bool,
}

/// What organizations' keys seal.
pub const SEALED: &[SealedColumn] = &[
    SealedColumn { table: "idempotency_keys", column: "response_ciphertext", key: "response_key_id" },
    SealedColumn { table: "integrations", column: "credentials_ciphertext", key: "credentials_key_id" },
    SealedColumn { table: "organization_secrets", column: "ciphertext", key: "key_id" },
    SealedColumn { table: "webhook_endpoints", column: "previous_secret_ciphertext", key: "previous_secret_key_id" },
    SealedColumn { table: "webhook_endpoints", column: "secret_ciphertext", key: "secret_key_id" },
];

/// What the master key seals, beside organizations' keys.
pub const SEALED_GLOBALLY: &[SealedGlobally] = &[
    SealedGlobally { table: "audit_seal_keys", column: "private_key_ciphertext", personal: false },
    SealedGlobally { table: "mfa_factors", column: "secret_ciphertext", personal: true },
    SealedGlobally { table: "sessions", column: "provider_token_ciphertext", personal: true },
    SealedGlobally { table: "signing_keys", column: "private_key_ciphertext", personal: false },
];
