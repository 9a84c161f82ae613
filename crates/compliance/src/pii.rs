//! Personal data in free text: by which rules it is found, what was found, and how it is masked.
//!
//! - [`detect`] finds it. It needs no database, takes time that grows with the length of the text, and never panics.
//! - [`mask`] puts signs in its place that leave its form.
//! - [`rules`] are those that every organization has and its own; [`scan`] looks at the texts of resources in jobs, and [`scans`] at all
//!   that are there; [`findings`] is what came out, for people to review. A finding holds a place and never what stands there.
//!
//! `docs/domains/pii.md` says what is found how well.
pub mod detect;
pub mod findings;
mod marks;
pub mod mask;
pub mod rules;
pub mod scan;
pub mod scans;

pub use detect::{Detector, Hit, Rule, Span};
pub use marks::Marks;
pub use purser_entity_compliance::pii_rule::{Checksum, PiiType};
pub use scan::Scanner;
