//! Whether amounts are more than a limit. What cannot be compared is never assumed to be within.
use purser_kernel::Money;

/// How amounts compare with a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Compared {
    /// At most the limit: exactly the limit is within.
    Within,
    /// More than the limit.
    Over,
    /// It cannot be said, and why.
    Unknown(String),
}

/// Compares the sum of `amounts` with `limit`.
pub(super) fn compare(amounts: &[Money], limit: Money) -> Compared {
    if amounts.is_empty() {
        return Compared::Unknown("there is no amount".to_owned());
    }
    let mut sum: i128 = 0;
    for amount in amounts {
        if amount.currency() != limit.currency() {
            let (from, to) = (amount.currency(), limit.currency());
            return Compared::Unknown(format!("there is no exchange rate from {from} to {to}"));
        }
        // A sum of i64 does not reach the end of i128.
        sum = sum.saturating_add(i128::from(amount.minor()));
    }
    if sum > i128::from(limit.minor()) { Compared::Over } else { Compared::Within }
}
