//! Codes of customers to whom nobody gave one.
use purser_entity_ordering::customer::{self, Column};
use purser_store::prelude::*;
use std::collections::HashSet;

/// The sequence that codes are taken from when nobody gives one.
const CODES: &str = "customer_codes";
/// Codes that are looked up together where one after the other is taken.
const AT_ONCE: i64 = 1000;

/// The next code that nobody has taken by hand.
///
/// An import may have taken thousands in a row: once one is taken, many are looked up together, and the sequence goes on behind them.
pub(super) async fn free(tx: &WriteTx) -> Result<String, Problem> {
    let first = tx.next_number(CODES).await?;
    let (mut from, mut many) = (first, 1);
    loop {
        let numbers = from..from.saturating_add(many);
        let codes = Column::CustomerCode.is_in(numbers.clone().map(nth));
        let taken = tx.find::<customer::Entity>().filter(codes).all(many.unsigned_abs()).await?;
        let taken: HashSet<String> = taken.into_iter().map(|customer| customer.customer_code).collect();
        let mut codes = numbers.map(|number| (number, nth(number)));
        if let Some((number, code)) = codes.find(|(_, code)| !taken.contains(code)) {
            if number > first {
                tx.skip_numbers(CODES, number).await?;
            }
            return Ok(code);
        }
        (from, many) = (from.saturating_add(many), AT_ONCE);
    }
}

fn nth(number: i64) -> String {
    format!("C-{number:05}")
}
