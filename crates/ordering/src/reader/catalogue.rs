//! What goes in: the tenant's products, the message, and the draft order it may refer to.
use purser_kernel::Quantity;
use purser_kernel::ids::{ProductId, ProductVariantId};
use serde::{Deserialize, Serialize};

/// A product as the reader knows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CatalogueProduct {
    /// The product.
    pub id: ProductId,
    /// Its stock number; matched in any case, with or without its hyphens.
    pub sku: String,
    /// Its name.
    pub name: String,
    /// What a quantity of one means: `bottle`, `case`, `kg`, `m`.
    pub unit: String,
    /// Other names that mean this product and no other.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Words that point to it but may point to others too ("rice").
    #[serde(default)]
    pub keywords: Vec<String>,
    /// The packs it is bought in.
    #[serde(default)]
    pub packs: Vec<Pack>,
    /// Its variants.
    #[serde(default)]
    pub variants: Vec<CatalogueVariant>,
}

/// A pack of a product: a case of 24 bottles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pack {
    /// What customers call it: `case`, `box`.
    pub name: String,
    /// How many of the product's unit it holds.
    pub contains: Quantity,
}

/// A variant of a product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CatalogueVariant {
    /// The variant.
    pub id: ProductVariantId,
    /// Its own stock number, if it has one.
    pub sku: Option<String>,
    /// In what it differs.
    pub kind: VariantKind,
    /// Its value as people write it: `500 ml`, `XL`, `red`, `5kg`, `6-pack`.
    pub value: String,
    /// Other words for the value.
    #[serde(default)]
    pub aliases: Vec<String>,
}

/// In what a variant differs from its siblings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VariantKind {
    /// A size, a length or a pack size.
    Size,
    /// A colour.
    Color,
    /// A volume.
    Volume,
    /// A weight.
    Weight,
}

/// The message to read.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// Its text as it came in. What lies past the first 64 KiB is not read.
    pub text: &'a str,
    /// The lines of the conversation's open draft order, oldest first; empty where there is none.
    pub draft: &'a [DraftLine],
}

/// A line of the open draft order.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftLine {
    /// The line's product.
    pub product_id: ProductId,
    /// Its variant, if one was chosen.
    pub variant_id: Option<ProductVariantId>,
    /// How many of the product's unit.
    pub quantity: Quantity,
    /// The words it was read from.
    pub original_text: String,
}
