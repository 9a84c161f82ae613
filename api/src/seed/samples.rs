//! The sample data.
use purser_kernel::{Currency, MoneyError, Percent, Problem, Quantity, UnitPrice};
use purser_ordering::{
    customers::{NewContact, NewCustomer},
    entity::price_tier::PricingModel,
    price_tiers::NewTier,
    products::NewProduct,
};
use serde_json::{Map, Value, json};

/// A product and its prices.
pub(super) struct Sample {
    pub(super) product: NewProduct,
    pub(super) tiers: Vec<NewTier>,
}

struct Row {
    sku: &'static str,
    name: &'static str,
    unit: &'static str,
    /// For the first 10, the next 40, and all beyond 50.
    prices: [&'static str; 3],
    aliases: &'static [&'static str],
    keywords: &'static [&'static str],
    /// How many units a box and a case have.
    packs: Option<(i64, i64)>,
}

const PRODUCTS: [Row; 4] = [
    Row {
        sku: "PAPER-A4",
        name: "Copier paper A4, 80 g, 500 sheets",
        unit: "ream",
        prices: ["4.90", "4.55", "4.20"],
        aliases: &["copy paper", "A4 paper", "printer paper"],
        keywords: &["paper", "A4", "ream"],
        packs: Some((5, 40)),
    },
    Row {
        sku: "PEN-BLUE",
        name: "Ballpoint pen, blue",
        unit: "piece",
        prices: ["0.85", "0.72", "0.6125"],
        aliases: &["blue pen", "blue biro"],
        keywords: &["pen", "biro", "ballpoint"],
        packs: Some((12, 144)),
    },
    Row {
        sku: "TONER-BK",
        name: "Laser toner, black, 3,000 pages",
        unit: "piece",
        prices: ["69.00", "64.50", "59.90"],
        aliases: &["black toner", "toner cartridge"],
        keywords: &["toner", "cartridge", "printer"],
        packs: None,
    },
    Row {
        sku: "SEAT-BUSINESS",
        name: "Purser Business, one seat for a month",
        unit: "seat",
        prices: ["29.00", "26.00", "22.50"],
        aliases: &["business seat"],
        keywords: &["seat", "licence", "subscription"],
        packs: None,
    },
];

pub(super) fn products() -> Result<Vec<Sample>, Problem> {
    PRODUCTS.iter().map(sample).collect::<Result<_, MoneyError>>().map_err(Problem::internal)
}

fn sample(row: &Row) -> Result<Sample, MoneyError> {
    let price = |text: &str| UnitPrice::parse(text, Currency::USD);
    let [first, next, beyond] = row.prices;
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let specs = row.packs.map(|(units_in_box, units_in_case)| {
        let packs: Value = json!({ "box": units_in_box, "case": units_in_case });
        Map::from_iter([("packs".to_owned(), packs)])
    });
    let product = NewProduct {
        sku: row.sku.to_owned(),
        name: row.name.to_owned(),
        description: None,
        category_id: None,
        unit: row.unit.to_owned(),
        base_price: price(first)?,
        aliases: texts(row.aliases),
        keywords: texts(row.keywords),
        ai_training_examples: Vec::new(),
        specs: specs.unwrap_or_default(),
        is_active: None,
    };
    let tier = |least: &str, most: Option<&str>, text: &str| {
        Ok(NewTier {
            model: PricingModel::Graduated,
            min_quantity: least.parse()?,
            max_quantity: most.map(str::parse::<Quantity>).transpose()?,
            unit_price: price(text)?,
        })
    };
    let tiers = vec![tier("0", Some("10"), first)?, tier("11", Some("50"), next)?, tier("51", None, beyond)?];
    Ok(Sample { product, tiers })
}

/// Months, and the discount for committing to them.
pub(super) fn terms() -> [(i32, Percent); 3] {
    let percent = |percent| Percent::from_basis_points(percent * 100);
    [(12, percent(0)), (24, percent(5)), (36, percent(10))]
}

/// A customer who orders over WhatsApp. The number is one that Ofcom keeps for fiction.
pub(super) fn customer() -> NewCustomer {
    NewCustomer {
        business_name: "Harbour Office Services".to_owned(),
        customer_code: Some("HARBOUR".to_owned()),
        email: Some("orders@harbour.example".to_owned()),
        phone: None,
        address: None,
        tax_id: None,
        currency: Some(Currency::USD),
        payment_terms: Some("30 days".to_owned()),
        contacts: vec![NewContact {
            id: None,
            name: Some("Bea Buyer".to_owned()),
            role: Some("buyer".to_owned()),
            email: Some("bea@harbour.example".to_owned()),
            phone: None,
            whatsapp: Some("+44 7700 900123".to_owned()),
        }],
    }
}
