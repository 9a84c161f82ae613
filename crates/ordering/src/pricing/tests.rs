use super::*;
use proptest::prelude::*;

const EUR: Currency = Currency::EUR;

fn euro(e4: i64) -> UnitPrice {
    UnitPrice::from_e4(e4, EUR)
}

/// The tiers 0–10 at 1.00, 11–50 at 0.90, 51 and more at 0.80.
fn sample(model: PricingModel) -> Vec<Tier> {
    let tier = |min, max: Option<i64>, e4| Tier {
        model,
        min: Quantity::from_units(min).unwrap(),
        max: max.map(|max| Quantity::from_units(max).unwrap()),
        unit_price: euro(e4),
    };
    vec![tier(0, Some(10), 10_000), tier(11, Some(50), 9_000), tier(51, None, 8_000)]
}

fn total(model: PricingModel, quantity: &str) -> String {
    let priced = price(EUR, euro(20_000), euro(0), &sample(model), quantity.parse().unwrap()).unwrap();
    priced.total.to_string()
}

#[test]
fn the_upper_bound_belongs_to_its_tier() {
    let cases = [("10", "10.00", "10.00"), ("11", "10.90", "9.90"), ("50", "46.00", "45.00"), ("51", "46.80", "40.80")];
    for (quantity, graduated, volume) in cases {
        assert_eq!(total(PricingModel::Graduated, quantity), graduated);
        assert_eq!(total(PricingModel::Volume, quantity), volume);
    }
}

#[test]
fn what_lies_between_two_whole_bounds_is_of_the_upper_tier() {
    assert_eq!(total(PricingModel::Volume, "10.5"), "9.45");
    assert_eq!(total(PricingModel::Graduated, "10.5"), "10.45");
}

#[test]
fn a_variant_adds_its_difference_to_every_unit() {
    let quantity = Quantity::from_units(11).unwrap();
    let priced = price(EUR, euro(0), euro(500), &sample(PricingModel::Graduated), quantity).unwrap();
    assert_eq!((priced.total.to_string(), priced.unit_price), ("11.45".to_owned(), euro(9_500)));
}

#[test]
fn a_variant_never_costs_less_than_nothing() {
    let quantity = Quantity::from_units(60).unwrap();
    let priced = price(EUR, euro(0), euro(-9_500), &sample(PricingModel::Graduated), quantity).unwrap();
    // Only the first ten, at 1.00, cost more than the difference.
    assert_eq!((priced.total.to_string(), priced.unit_price), ("0.50".to_owned(), euro(0)));
}

#[test]
fn where_no_tier_reaches_the_base_price_holds() {
    let mut tiers = sample(PricingModel::Graduated);
    tiers.pop();
    let quantity = Quantity::from_units(60).unwrap();
    assert_eq!(price(EUR, euro(20_000), euro(0), &tiers, quantity).unwrap().total.to_string(), "66.00");
    assert_eq!(price(EUR, euro(20_000), euro(0), &[], quantity).unwrap().total.to_string(), "120.00");
}

proptest! {
    /// Graduated prices are whole: each unit is priced once, whatever the bounds.
    #[test]
    fn graduated_parts_make_up_the_quantity(bounds in prop::collection::btree_set(1_i64..100_000_000, 0..6), quantity in 1_i64..200_000_000) {
        let mut below = 0;
        let mut tiers = Vec::new();
        for max in bounds {
            tiers.push(Tier { model: PricingModel::Graduated, min: Quantity::from_e4(below + 1), max: Some(Quantity::from_e4(max)), unit_price: euro(max) });
            below = max;
        }
        let parts = split(euro(7), &tiers, Quantity::from_e4(quantity)).unwrap();
        prop_assert_eq!(parts.iter().map(|(_, part)| part.e4()).sum::<i64>(), quantity);
        prop_assert!(parts.iter().all(|(_, part)| part.e4() > 0));
    }

    /// With falling prices, one unit more never makes a graduated line cheaper, and volume never costs more than graduated.
    #[test]
    fn more_never_costs_less_where_prices_fall(quantity in 1_i64..2_000_000) {
        let of = |model, e4| price(EUR, euro(20_000), euro(0), &sample(model), Quantity::from_e4(e4)).unwrap().total.minor();
        prop_assert!(of(PricingModel::Graduated, quantity) <= of(PricingModel::Graduated, quantity + 10_000));
        prop_assert!(of(PricingModel::Volume, quantity) <= of(PricingModel::Graduated, quantity));
    }
}
