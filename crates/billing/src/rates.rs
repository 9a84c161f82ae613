//! Exchange rates: read by whoever compares amounts, brought in by an operator.
mod sheet;

use async_trait::async_trait;
use chrono::{Datelike, NaiveDate, TimeDelta};
use purser_entity_billing::exchange_rate::{self, Column, Entity};
use purser_kernel::{Currency, ids::ExchangeRateId};
use purser_store::{
    ports::{ExchangeRate, ExchangeRates},
    prelude::*,
};
use std::collections::{BTreeMap, HashMap};

/// A rate of before that is no longer gone by: it spans a weekend and a week of holidays.
const MAX_AGE: TimeDelta = TimeDelta::days(14);
/// The most decimal places of a rate.
const MAX_SCALE: usize = 12;
/// More rates than there are between one currency and all others in so many days.
const MAX_RATES: u64 = 10_000;
/// The longest name of a source.
const MAX_SOURCE: usize = 64;

/// Reads `exchange_rates`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rates;

#[async_trait]
impl ExchangeRates for Rates {
    async fn between(
        &self,
        tx: &ReadTx,
        currencies: &[Currency],
        quote: Currency,
    ) -> Result<Vec<ExchangeRate>, Problem> {
        let today = tx.now().date_naive();
        let direct = Column::Base.is_in(currencies.iter().copied()).and(Column::Quote.eq(quote));
        let inverse = Column::Quote.is_in(currencies.iter().copied()).and(Column::Base.eq(quote));
        let young = Column::ValidOn.lte(today).and(Column::ValidOn.gte(today - MAX_AGE));
        let rows = tx.global::<Entity>().filter(direct.or(inverse)).filter(young);
        let mut newest: HashMap<Currency, ExchangeRate> = HashMap::new();
        for row in rows.order_by(Column::ValidOn, Asc).order_by(Column::Base, Asc).all(MAX_RATES).await? {
            let other = if row.quote == quote { row.base } else { row.quote };
            let scale = u32::try_from(row.scale).map_err(Problem::internal)?;
            let rate = ExchangeRate { base: row.base, quote: row.quote, on: row.valid_on, rate: row.rate, scale };
            newest.insert(other, rate);
        }
        Ok(newest.into_values().collect())
    }
}

pub use sheet::{Fault, read};

/// A rate that is brought in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRate {
    /// Currencies, day and value.
    pub rate: ExchangeRate,
    /// Whose word it is, such as `ecb`.
    pub source: String,
}

impl NewRate {
    /// Reads a rate as people write it: `1.0842` dollars for a euro of 20 November. Each fault is named at its field.
    pub fn parse(base: &str, quote: &str, on: &str, rate: &str, source: &str) -> Result<Self, Problem> {
        let mut found = text::Findings::new();
        let base = found.check(Currency::parse("/base", base.trim()))?;
        let quote = found.check(Currency::parse("/quote", quote.trim()))?;
        // On SQLite, where days are texts, those of other years are not sorted.
        let day = on.trim().parse::<NaiveDate>().ok().filter(|day| (1..=9999).contains(&day.year()));
        let day = day.ok_or_else(|| Problem::invalid("/on", "not_a_date", "must be a day such as 2026-11-20"));
        let day = found.check(day)?;
        let number = found.check(number(rate.trim()))?;
        let source = found.check(text::line("/source", source, MAX_SOURCE))?;
        if base.is_some() && base == quote {
            let same = Problem::invalid("/quote", "same_currency", "must be another currency");
            found.check::<()>(Err(same))?;
        }
        found.finish()?;
        let (Some(base), Some(quote), Some(on), Some((rate, scale)), Some(source)) = (base, quote, day, number, source)
        else {
            return Err(Problem::internal("what was checked is there"));
        };
        Ok(Self { rate: ExchangeRate { base, quote, on, rate, scale }, source })
    }
}

/// A decimal number of more than 0 as an integer and its places.
fn number(text: &str) -> Result<(i64, u32), Problem> {
    let wrong = |code: &'static str, message: &str| Problem::invalid("/rate", code, message.to_owned());
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return Err(wrong("not_a_decimal", "must be a decimal number such as 1.0842"));
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > MAX_SCALE {
        return Err(wrong("too_many_places", "must have at most 12 decimal places"));
    }
    let rate = format!("{whole}{fraction}").parse::<i64>();
    let rate = rate.map_err(|_| wrong("out_of_range", "is too large"))?;
    if rate == 0 {
        return Err(wrong("out_of_range", "must be more than 0"));
    }
    Ok((rate, u32::try_from(fraction.len()).unwrap_or_default()))
}

/// Writes rates down; one of the same currencies and day is replaced, the last of several counts. Returns how many there were. For an operator, not for a
/// tenant: there is no permission to it.
pub async fn import(system: System<'_>, rates: Vec<NewRate>) -> Result<usize, Problem> {
    let key = |new: &NewRate| (new.rate.base.code(), new.rate.quote.code(), new.rate.on);
    let rates: BTreeMap<_, _> = rates.into_iter().map(|new| (key(&new), new)).collect();
    let count = rates.len();
    let rows = rates.into_values().map(|NewRate { rate, source }| exchange_rate::ActiveModel {
        id: Set(ExchangeRateId::generate()),
        base: Set(rate.base),
        quote: Set(rate.quote),
        valid_on: Set(rate.on),
        rate: Set(rate.rate),
        scale: Set(i32::try_from(rate.scale).unwrap_or_default()),
        source: Set(source),
        ..Default::default()
    });
    let key = [Column::Base, Column::Quote, Column::ValidOn];
    let columns = [Column::Rate, Column::Scale, Column::Source, Column::UpdatedAt];
    system.upsert_many(rows, key, columns).await?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_read_exactly() {
        for (text, read) in [("1.0842", (10_842, 4)), ("163.50", (1635, 1)), ("0.000001", (1, 6)), ("7", (7, 0))] {
            assert_eq!(number(text).unwrap(), read, "{text}");
        }
        for text in ["", "0", "0.00", "-1", "1,5", ".5", "1e3", "+1", "0.0000000000001", "9223372036854775808"] {
            assert!(number(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_fault_of_a_rate_is_named() {
        let refused = NewRate::parse("eur", "XXX", "20.11.2026", "x", "").unwrap_err();
        let pointers: Vec<&str> = refused.errors().iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, ["/base", "/quote", "/on", "/rate", "/source"]);
        assert!(NewRate::parse("EUR", "EUR", "2026-11-20", "1", "ecb").is_err());
        assert!(NewRate::parse("EUR", "JPY", "2026-11-20", "163.5", "ecb").is_ok());
    }
}
