//! What a person decides before it is done: policies say when and who, requests ask, decisions answer.
//!
//! [`ApprovalService`] is what other crates see: it implements [`Approvals`](purser_store::ports::Approvals), which they ask inside
//! the state change itself. A kind of thing that needs approval is added by one implementation of
//! [`ApprovalSubject`](purser_store::ports::ApprovalSubject).
//!
//! An approval is bound to the SHA-256 of a canonical form of exactly what was shown. Everything is looked at again in the
//! transaction of the decision: what would be done, the policies, and what the person may do.
mod ask;
mod authority;
mod canonical;
mod concerns;
mod decide;
mod deciders;
pub mod delegations;
mod events;
mod expire;
mod letters;
mod links;
mod mail;
mod payload;
pub mod policies;
mod problems;
pub mod requests;
mod review;
mod rules;
mod service;
mod tell;

pub use decide::{Answer, Outcome};
pub use events::event_types;
pub use expire::Expire;
pub use links::DecisionLinks;
pub use mail::SendApprovalMail;
pub use problems::ApprovalProblem;
/// The rows that the functions of this crate return.
pub use purser_entity_approvals as entity;
pub use review::Review;
pub use service::ApprovalService;
pub use tell::Tell;
