//! What can go wrong in this domain.
use purser_kernel::{ProblemKind, ProblemType};

/// The problems of customers, catalogue and orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::VariantArray, strum::EnumMessage)]
pub enum OrderingProblem {
    /// Another product or variant has the SKU.
    SkuTaken,
    /// Another customer has the code.
    CustomerCodeTaken,
    /// Another contact has the WhatsApp number.
    WhatsappTaken,
    /// Another label has the name.
    CustomerLabelTaken,
    /// Every organization has the label.
    PredefinedLabel,
    /// What is to come back belongs to what is deleted, too: `resource` and `resource_id` name it.
    ParentDeleted,
    /// The product has as many variants as one may have.
    VariantsFull,
    /// A category would be below itself.
    CategoryCycle,
    /// There is such a term already.
    DurationTaken,
    /// The order is past the point where it can be edited.
    OrderNotEditable,
    /// The order has no lines, or lines without a product.
    OrderIncomplete,
    /// The file or what it is compared with is not what the dry run saw.
    ImportOutdated,
}

impl ProblemKind for OrderingProblem {
    fn definition(self) -> ProblemType {
        let (id, status, title) = match self {
            Self::SkuTaken => ("sku_taken", 409, "Another product has this SKU"),
            Self::CustomerCodeTaken => ("customer_code_taken", 409, "Another customer has this code"),
            Self::WhatsappTaken => ("whatsapp_taken", 409, "Another contact has this WhatsApp number"),
            Self::CustomerLabelTaken => ("customer_label_taken", 409, "Another label has this name"),
            Self::PredefinedLabel => ("predefined_label", 409, "A predefined label cannot be deleted"),
            Self::ParentDeleted => ("parent_deleted", 409, "What it belongs to is deleted"),
            Self::VariantsFull => ("variants_full", 409, "The product has as many variants as one may have"),
            Self::CategoryCycle => ("category_cycle", 409, "A category cannot be below itself"),
            Self::DurationTaken => ("duration_taken", 409, "There is a term of this length already"),
            Self::OrderNotEditable => ("order_not_editable", 409, "The order cannot be edited any more"),
            Self::ImportOutdated => ("import_outdated", 409, "The import would not do what its dry run showed"),
            Self::OrderIncomplete => ("order_incomplete", 409, "The order has lines that a person must resolve first"),
        };
        ProblemType::new(id, status, title)
    }
}
