//! The only door to the database.
//!
//! A service sees [`ReadTx`], [`WriteTx`] and [`Scoped`]; the connection beneath is private, so a query that does not name
//! its tenant cannot be written against them. What happens in a [`WriteTx`] happens as a
//! whole: rows, their [audit](WriteTx::audit), their [events](WriteTx::emit), their [jobs](WriteTx::enqueue) and the
//! [answer](WriteTx::keep_answer) that an idempotency key gives again.
//!
//! Global tables are reached through [`System`], which touches nothing else.
mod aggregate;
mod audit;
mod columns;
mod connect;
mod connection;
mod deletions;
pub mod dialect;
mod erase;
mod error;
mod filter;
mod idempotency;
pub mod jobs;
mod mail_tokens;
mod maintenance;
mod media;
mod names;
mod news;
mod organizations;
pub mod outbox;
mod page;
mod platform_audit;
mod pool;
pub mod ports;
mod query;
mod read;
pub mod retention;
mod rights;
mod schedules;
mod sequences;
mod standing;
mod statistics;
mod system;
mod vault;
mod verify;
mod write;

#[cfg(test)]
mod tests;

pub use aggregate::Aggregate;
pub use audit::{AuditEntry, AuditFilter, AuditLog, audit_log, audit_logs, details_hash};
pub use connect::{DatabaseOptions, connect_owner};
pub use connection::Store;
pub use deletions::Deletion;
pub use error::UniqueViolation;
pub use filter::{Field, Filter};
pub use idempotency::{Answer, KeyClaim, KeyedRequest};
pub use mail_tokens::{MailToken, MailTokens};
pub use maintenance::Purge;
pub use media::{MediaKind, NewMediaFile};
pub use names::{name_of, named};
pub use news::{Announcer, Listener};
pub use organizations::EachOrganization;
pub use platform_audit::{PlatformAuditEntry, PlatformAuditFilter, PlatformAuditLog, platform_audit_logs};
pub use query::Scoped;
pub use read::ReadTx;
pub use schedules::Scheduler;
pub use standing::Standing;
pub use statistics::Analyze;
pub use system::{Global, System, SystemTx};
pub use vault::{
    DerivedKeys, KeysLeft, MasterKey, MasterRotation, MissingMasterKey, OrganizationKeys, Place, Resealed, Rewrapped,
    SEALED, SEALED_GLOBALLY, Sealed, SealedColumn, SealedGlobally, Vault,
};
pub use verify::{Finding, verify};
pub use write::{WriteTx, set_if};

pub use purser_entity_platform::audit_log::{
    Category as AuditCategory, Outcome as AuditOutcome, Severity as AuditSeverity,
};

/// What a service imports.
pub mod prelude {
    pub use crate::error::Unique;
    pub use crate::{
        AuditEntry, Field, Filter, ReadTx, Scoped, Store, System, WriteTx,
        jobs::NewJob,
        outbox::{DomainEvent, EventType, Readers, example_id},
    };
    pub use purser_entity_core::{IdOf, SoftDelete, TenantEntity, Versioned};
    pub use purser_kernel::{
        CommonProblem, Moment, Page, PageRequest, Permission, Problem, ProblemKind, Scope, Timestamp, text,
    };
    pub use sea_orm::ActiveValue::{NotSet, Set};
    pub use sea_orm::Order::{Asc, Desc};
}
