use super::*;
use proptest::prelude::*;

fn currency() -> impl Strategy<Value = Currency> {
    prop::sample::select(vec!["JPY", "EUR", "USD", "KWD", "CLF"]).prop_map(|code| code.parse().unwrap())
}

/// The same product in another way: exact as a fraction over 10^12, rounded by comparing with both neighbours.
fn nearest(wide: i128, divisor: i128) -> Vec<i128> {
    let floor = wide.div_euclid(divisor);
    let distance = |candidate: i128| (wide - candidate * divisor).abs();
    match distance(floor).cmp(&distance(floor + 1)) {
        std::cmp::Ordering::Less => vec![floor],
        std::cmp::Ordering::Greater => vec![floor + 1],
        std::cmp::Ordering::Equal => vec![if wide < 0 { floor } else { floor + 1 }],
    }
}

proptest! {
    /// What is written is read back as the same amount.
    #[test]
    fn money_reads_what_it_writes(minor: i64, currency in currency()) {
        let money = Money::from_minor(minor, currency);
        prop_assert_eq!(Money::parse(&money.to_string(), currency), Ok(money));
    }

    #[test]
    fn prices_and_quantities_read_what_they_write(e4: i64, currency in currency(), bp: i32) {
        let price = UnitPrice::from_e4(e4, currency);
        prop_assert_eq!(UnitPrice::parse(&price.to_string(), currency), Ok(price));
        prop_assert_eq!(Quantity::from_e4(e4).to_string().parse(), Ok(Quantity::from_e4(e4)));
        prop_assert_eq!(Percent::from_basis_points(bp).to_string().parse(), Ok(Percent::from_basis_points(bp)));
        prop_assert_eq!(Cost::from_nanos(e4).to_string().parse(), Ok(Cost::from_nanos(e4)));
    }

    /// No text makes the parser panic, and only plain decimals pass.
    #[test]
    fn only_plain_decimals_are_read(text in "\\PC{0,30}") {
        if Money::parse(&text, Currency::EUR).is_ok() {
            prop_assert!(text.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '-'));
        }
    }

    /// A line total is the exact product rounded once, half away from zero.
    #[test]
    fn line_total_is_rounded_once(price in -10_000_000_000_i64..10_000_000_000, quantity in 0_i64..10_000_000_000, bp in 0_i32..=10_000, currency in currency()) {
        let parts = [(UnitPrice::from_e4(price, currency), Quantity::from_e4(quantity))];
        let total = UnitPrice::line_total(currency, parts, Percent::from_basis_points(bp));
        let wide = i128::from(price) * i128::from(quantity) * (10_000 - i128::from(bp));
        let expected = nearest(wide, 10_i128.pow(12 - currency.places()));
        match total {
            Ok(total) => prop_assert_eq!(vec![i128::from(total.minor())], expected),
            Err(error) => {
                prop_assert_eq!(error, MoneyError::Overflow);
                prop_assert!(expected.iter().all(|minor| i64::try_from(*minor).is_err()));
            }
        }
    }

    /// Cutting a quantity in two parts at one price changes nothing.
    #[test]
    fn parts_at_one_price_cost_what_the_whole_costs(price in 0_i64..1_000_000_000, a in 0_i64..1_000_000_000, b in 0_i64..1_000_000_000) {
        let price = UnitPrice::from_e4(price, Currency::EUR);
        let total = |parts: &[i64]| {
            let parts = parts.iter().map(|part| (price, Quantity::from_e4(*part)));
            UnitPrice::line_total(Currency::EUR, parts, Percent::ZERO)
        };
        prop_assert_eq!(total(&[a, b]), total(&[a + b]));
    }

    /// Addition is exact or refused.
    #[test]
    fn addition_is_exact_or_refused(a: i64, b: i64) {
        let sum = Money::from_minor(a, Currency::EUR).checked_add(Money::from_minor(b, Currency::EUR));
        prop_assert_eq!(sum.ok().map(Money::minor), a.checked_add(b));
    }
}

#[test]
fn currencies_keep_their_places() {
    let shown = |minor, code: &str| Money::from_minor(minor, code.parse().unwrap()).to_string();
    assert_eq!(shown(1240, "EUR"), "12.40");
    assert_eq!(shown(-5, "EUR"), "-0.05");
    assert_eq!(shown(1240, "JPY"), "1240");
    assert_eq!(shown(1240, "KWD"), "1.240");
    assert_eq!(Money::parse("12.405", Currency::EUR), Err(MoneyError::Places(2)));
    assert_eq!(Money::parse("12.4000", Currency::EUR), Ok(Money::from_minor(1240, Currency::EUR)));
}

#[test]
fn unit_prices_show_the_places_they_need() {
    assert_eq!(UnitPrice::from_e4(124_000, Currency::EUR).to_string(), "12.40");
    assert_eq!(UnitPrice::from_e4(125, Currency::EUR).to_string(), "0.0125");
    assert_eq!(
        UnitPrice::from_e4(5, Currency::EUR).checked_add(UnitPrice::from_e4(1, Currency::USD)),
        Err(MoneyError::Currencies(Currency::EUR, Currency::USD))
    );
}

#[test]
fn halves_are_rounded_away_from_zero() {
    let total = |e4| {
        UnitPrice::line_total(Currency::EUR, [(UnitPrice::from_e4(e4, Currency::EUR), Quantity::ONE)], Percent::ZERO)
            .unwrap()
            .minor()
    };
    assert_eq!((total(50), total(49), total(-50), total(-49)), (1, 0, -1, 0));
}

#[test]
fn odd_texts_are_refused() {
    for text in ["", "-", ".", "1.", ".5", "+1", "1e3", "1,5", " 1", "0x1", "--1", "1.2.3", "٣"] {
        assert!(Money::parse(text, Currency::EUR).is_err(), "{text:?} was read");
    }
    assert!("XXX".parse::<Currency>().is_err());
    assert!("eur".parse::<Currency>().is_err());
}
