use super::*;
use proptest::prelude::*;

fn currency() -> impl Strategy<Value = Currency> {
    prop::sample::select(vec!["JPY", "EUR", "USD", "KWD"]).prop_map(|code| code.parse().unwrap())
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

    /// Addition and subtraction are exact or refused.
    #[test]
    fn sums_and_differences_are_exact_or_refused(a: i64, b: i64) {
        let money = [a, b].map(|minor| Money::from_minor(minor, Currency::EUR));
        prop_assert_eq!(money[0].checked_add(money[1]).ok().map(Money::minor), a.checked_add(b));
        prop_assert_eq!(Money::sum(Currency::EUR, money).ok().map(Money::minor), a.checked_add(b));
        let price = [a, b].map(|e4| UnitPrice::from_e4(e4, Currency::EUR));
        prop_assert_eq!(price[0].checked_add(price[1]).ok().map(UnitPrice::e4), a.checked_add(b));
        let quantity = [a, b].map(Quantity::from_e4);
        prop_assert_eq!(quantity[0].checked_add(quantity[1]).ok().map(Quantity::e4), a.checked_add(b));
        prop_assert_eq!(quantity[0].checked_sub(quantity[1]).ok().map(Quantity::e4), a.checked_sub(b));
    }

    /// A product of quantities is exact, or refused for the reason that holds.
    #[test]
    fn products_of_quantities_are_exact_or_refused(a: i64, b in -100_000_000_i64..100_000_000) {
        let wide = i128::from(a) * i128::from(b);
        let expected = if wide % 10_000 == 0 {
            i64::try_from(wide / 10_000).map(Quantity::from_e4).map_err(|_| MoneyError::Overflow)
        } else {
            Err(MoneyError::Places(4))
        };
        prop_assert_eq!(Quantity::from_e4(a).checked_mul(Quantity::from_e4(b)), expected);
    }

    /// Digits behind the point that are zero, and zeros in front, change nothing.
    #[test]
    fn zeros_around_a_number_change_nothing(minor: i64, before in 0_usize..40, behind in 0_usize..40) {
        let money = Money::from_minor(minor, Currency::EUR);
        let shown = money.to_string();
        let (sign, digits) = shown.strip_prefix('-').map_or(("", shown.as_str()), |digits| ("-", digits));
        let padded = format!("{sign}{}{digits}{}", "0".repeat(before), "0".repeat(behind));
        prop_assert_eq!(Money::parse(&padded, Currency::EUR), Ok(money));
    }
}

#[test]
fn a_quantity_of_whole_units() {
    assert_eq!(Quantity::from_units(3).map(Quantity::e4), Some(30_000));
    assert_eq!(Quantity::from_units(i64::MAX / 10_000 + 1), None);
    let times = |a: &str, b: &str| a.parse::<Quantity>().unwrap().checked_mul(b.parse().unwrap());
    assert_eq!(times("2", "24").unwrap().to_string(), "48");
    assert_eq!(times("0.5", "0.5").unwrap().to_string(), "0.25");
    assert_eq!(times("0.01", "0.001"), Err(MoneyError::Places(4)));
}

#[test]
fn the_largest_amounts_are_read_and_larger_ones_are_refused() {
    let yen: Currency = "JPY".parse().unwrap();
    for minor in [i64::MAX, i64::MIN] {
        assert_eq!(Money::parse(&minor.to_string(), yen), Ok(Money::from_minor(minor, yen)));
    }
    for text in ["9223372036854775808", "-9223372036854775809", "18446744073709551616", &"9".repeat(50)] {
        assert_eq!(Money::parse(text, yen), Err(MoneyError::Overflow), "{text}");
    }
    // Fits as digits, and no longer as cents or as 1/10,000.
    let most = i64::MAX.to_string();
    assert_eq!(Money::parse(&most, Currency::EUR), Err(MoneyError::Overflow));
    assert_eq!(UnitPrice::parse(&most, Currency::EUR), Err(MoneyError::Overflow));
    assert_eq!(UnitPrice::parse(&"9".repeat(38), Currency::EUR), Err(MoneyError::Overflow));
    assert_eq!("21474836.48".parse::<Percent>(), Err(MoneyError::Overflow));
}

#[test]
fn a_total_that_is_too_large_is_refused() {
    let total = |parts: &[(i64, i64)]| {
        let parts = parts.iter().map(|(price, by)| (UnitPrice::from_e4(*price, Currency::EUR), Quantity::from_e4(*by)));
        UnitPrice::line_total(Currency::EUR, parts, Percent::ZERO)
    };
    assert_eq!(total(&[(i64::MAX, 10_000)]).map(Money::minor), Ok(92_233_720_368_547_758));
    assert_eq!(total(&[(i64::MAX, i64::MAX)]), Err(MoneyError::Overflow));
    assert_eq!(total(&[(i64::MAX, i64::MAX); 3]), Err(MoneyError::Overflow));
}

#[test]
fn a_discount_is_taken_off_the_whole_line() {
    let total = |percent: &str, currency: Currency| {
        let price = UnitPrice::parse("0.05", currency).unwrap();
        let parts = [(price, Quantity::from_units(3).unwrap()), (price, Quantity::ONE)];
        UnitPrice::line_total(currency, parts, percent.parse().unwrap()).unwrap().to_string()
    };
    assert_eq!(total("0", Currency::EUR), "0.20");
    assert_eq!(total("12.5", Currency::EUR), "0.18");
    assert_eq!(total("100", Currency::EUR), "0.00");
    assert_eq!(total("12.5", "KWD".parse().unwrap()), "0.175");
}

#[test]
fn amounts_of_two_currencies_never_meet() {
    let (euro, dollar) = (Money::from_minor(5, Currency::EUR), Money::from_minor(1, Currency::USD));
    let mixed = MoneyError::Currencies(Currency::EUR, Currency::USD);
    assert_eq!(euro.checked_add(dollar), Err(mixed));
    assert_eq!(Money::sum(Currency::EUR, [dollar]), Err(mixed));
    let dollars = (UnitPrice::from_e4(1, Currency::USD), Quantity::ONE);
    assert_eq!(UnitPrice::line_total(Currency::EUR, [dollars], Percent::ZERO), Err(mixed));
    assert_eq!((dollar.currency(), dollars.0.currency()), (Currency::USD, Currency::USD));
}

#[test]
fn a_fault_names_its_field_and_its_code() {
    let faults = [
        (MoneyError::Currencies(Currency::EUR, Currency::USD), "currency_mismatch"),
        (MoneyError::Overflow, "out_of_range"),
        (MoneyError::NotDecimal, "not_a_decimal"),
        (MoneyError::Places(2), "too_many_places"),
    ];
    for (fault, code) in faults {
        assert_eq!(fault.code(), code);
        let [error] = &fault.at("/price").into_errors()[..] else { panic!("one field is at fault") };
        assert_eq!(error, &crate::FieldError::new("/price", code, fault.to_string()));
    }
}

#[test]
fn what_is_shown_to_developers_names_the_currency() {
    assert_eq!(format!("{:?}", Money::from_minor(1240, Currency::EUR)), "12.40 EUR");
    assert_eq!(format!("{:?}", UnitPrice::from_e4(125, Currency::EUR)), "0.0125 EUR");
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
