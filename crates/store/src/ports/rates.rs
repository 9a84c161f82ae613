//! What one currency is worth in another.
use crate::ReadTx;
use async_trait::async_trait;
use chrono::NaiveDate;
use purser_kernel::{Currency, Problem};

/// One unit of `base` is `rate` / 10^`scale` units of `quote`, both in their major units. Integers, so that comparisons are exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExchangeRate {
    /// What is exchanged.
    pub base: Currency,
    /// For what.
    pub quote: Currency,
    /// The day from which it holds.
    pub on: NaiveDate,
    /// More than 0.
    pub rate: i64,
    /// Decimal places of `rate`, from 0 to 12.
    pub scale: u32,
}

/// Implemented by billing.
#[async_trait]
pub trait ExchangeRates: Send + Sync {
    /// The newest rate between each of these currencies and `quote` on the day of `tx`, in whichever direction it is kept. A currency
    /// without one that is young enough to go by is left out.
    async fn between(
        &self,
        tx: &ReadTx,
        currencies: &[Currency],
        quote: Currency,
    ) -> Result<Vec<ExchangeRate>, Problem>;
}
