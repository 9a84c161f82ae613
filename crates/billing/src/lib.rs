//! Metering: what an organization uses, counted once, and what it costs.
//!
//! [`Meter`] is the [`UsageMeter`](purser_store::ports::UsageMeter) that every other domain records its uses with, in the
//! transaction of the use itself. [`usage`] reads them back.
mod meter;
mod period;
pub mod rates;
mod retention;
pub mod usage;

pub use meter::Meter;
pub use period::BillingPeriod;
pub use purser_entity_billing::usage_event::Model as UsageEvent;
pub use retention::UsageEvents;
