//! The reader's index of each organization's catalogue, built once for each version of it.
use crate::{
    products::CATALOGUE_VERSION,
    reader::{Catalogue, CatalogueProduct, CatalogueVariant, Pack, VariantKind},
};
use moka::future::Cache;
use purser_entity_ordering::{
    product::{self, Column},
    product_variant::{self, VariantType},
};
use purser_kernel::{OrganizationId, Quantity};
use purser_store::prelude::*;
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use tokio::sync::Mutex;

/// Rows in one query.
const BATCH: u64 = 200;

/// An index with the version of the catalogue it is of.
type Versioned = (i64, Arc<Catalogue>);

/// Indexes that were used lately.
#[derive(Clone)]
pub(super) struct Catalogues {
    /// The lock lets one job build an organization's index while the others wait for it, with no transaction open.
    cache: Cache<OrganizationId, Arc<Mutex<Option<Versioned>>>>,
}

impl Catalogues {
    pub(super) fn new() -> Self {
        let cache = Cache::builder().max_capacity(1_000).time_to_idle(Duration::from_hours(1)).build();
        Self { cache }
    }

    /// The index of the organization's catalogue as it is now. Built off the async threads, with no transaction open.
    pub(super) async fn of(&self, store: &Store, scope: &Scope) -> Result<Arc<Catalogue>, Problem> {
        let slot = self.cache.get_with(scope.organization, async { Arc::default() }).await;
        let mut slot = slot.lock().await;
        let tx = store.read(scope).await?;
        let version = tx.current_number(CATALOGUE_VERSION).await?;
        if let Some((_, catalogue)) = slot.as_ref().filter(|(known, _)| *known == version) {
            return Ok(catalogue.clone());
        }
        let products = load(&tx).await?;
        drop(tx);
        let built = tokio::task::spawn_blocking(move || Arc::new(Catalogue::new(products)));
        let catalogue = built.await.map_err(Problem::internal)?;
        *slot = Some((version, catalogue.clone()));
        Ok(catalogue)
    }
}

/// Everything that can be ordered.
async fn load(tx: &ReadTx) -> Result<Vec<CatalogueProduct>, Problem> {
    let mut products = Vec::new();
    let mut cursor = None;
    loop {
        let request = PageRequest::new(Some(BATCH), cursor)?;
        let query = tx.find::<product::Entity>().filter(Column::IsActive.eq(true)).order_by(Column::Id, Asc);
        let page = query.page(&request).await?;
        let variants = tx.find::<product_variant::Entity>().order_by(product_variant::Column::Id, Asc);
        let variants = variants.of_each(&page.data).await?;
        let rows = page.data.into_iter().zip(variants);
        products.extend(rows.map(|(product, variants)| entry(product, variants)));
        cursor = page.next;
        if cursor.is_none() {
            return Ok(products);
        }
    }
}

fn entry(product: product::Model, variants: Vec<product_variant::Model>) -> CatalogueProduct {
    CatalogueProduct {
        id: product.id,
        sku: product.sku,
        name: product.name,
        unit: product.unit,
        aliases: product.aliases.0,
        keywords: product.keywords.0,
        packs: packs(&product.specs),
        variants: variants.into_iter().map(variant).collect(),
    }
}

fn variant(variant: product_variant::Model) -> CatalogueVariant {
    CatalogueVariant {
        id: variant.id,
        sku: variant.sku,
        kind: match variant.variant_type {
            VariantType::Size => VariantKind::Size,
            VariantType::Color => VariantKind::Color,
            VariantType::Volume => VariantKind::Volume,
            VariantType::Weight => VariantKind::Weight,
        },
        value: variant.value,
        aliases: variant.ai_aliases.0,
    }
}

/// `{"packs": {"case": 24}}`, numbers or decimal strings. What is neither is passed over: specs are free.
fn packs(specs: &Value) -> Vec<Pack> {
    let packs = specs.get("packs").and_then(Value::as_object);
    let pack = |(name, contains): (&String, &Value)| {
        let text = contains.as_str().map_or_else(|| contains.to_string(), str::to_owned);
        let contains = text.parse::<Quantity>().ok().filter(|contains| *contains > Quantity::ZERO)?;
        Some(Pack { name: name.clone(), contains })
    };
    packs.into_iter().flatten().filter_map(pack).collect()
}
