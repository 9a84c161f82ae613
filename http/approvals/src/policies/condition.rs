//! When a policy holds.
use purser_approvals::entity::approval_policy::{Condition, Limit};
use purser_kernel::{Currency, Money, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// When a policy holds: all that is said must be so; always, when nothing is.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConditionView {
    /// The amount is more than this; exactly this is not. An amount in another currency is compared by an exchange rate; where there is
    /// none, or no amount, the policy holds. Decimal.
    #[schema(example = "1000.00")]
    amount_over: Option<String>,
    /// Of `amount_over`.
    currency: Option<Currency>,
    /// What was done or asked for with the same counterparty in so many days is added to the amount before it is compared.
    #[schema(minimum = 1, maximum = 366)]
    window_days: Option<i32>,
    /// The confidence of the reader or model that made it is less than this, from 0 to 1.
    #[schema(minimum = 0, maximum = 1)]
    confidence_below: Option<f64>,
    /// No person asks. Such a request needs approval in any case; the policy says whose.
    #[serde(default)]
    requester_is_agent: bool,
    /// Nothing was ever done with the counterparty, such as an order's customer.
    #[serde(default)]
    counterparty_is_new: bool,
}

impl From<Condition> for ConditionView {
    fn from(condition: Condition) -> Self {
        let Condition { amount_over, window_days, confidence_below, requester_is_agent, counterparty_is_new } =
            condition;
        Self {
            amount_over: amount_over.map(|limit| Money::from_minor(limit.minor, limit.currency).to_string()),
            currency: amount_over.map(|limit| limit.currency),
            window_days,
            confidence_below,
            requester_is_agent,
            counterparty_is_new,
        }
    }
}

impl ConditionView {
    /// An amount stands with its currency, or neither is there.
    pub(super) fn parsed(self) -> Result<Condition, Problem> {
        let Self { amount_over, currency, window_days, confidence_below, requester_is_agent, counterparty_is_new } =
            self;
        let missing = |pointer| Err(Problem::invalid(pointer, "required", "amount_over and currency stand together"));
        let amount_over = match (amount_over, currency) {
            (Some(amount), Some(currency)) => {
                let limit = Money::parse(&amount, currency).map_err(|error| error.at("/condition/amount_over"))?;
                Some(Limit { minor: limit.minor(), currency })
            }
            (None, None) => None,
            (Some(_), None) => return missing("/condition/currency"),
            (None, Some(_)) => return missing("/condition/amount_over"),
        };
        Ok(Condition { amount_over, window_days, confidence_below, requester_is_agent, counterparty_is_new })
    }
}
