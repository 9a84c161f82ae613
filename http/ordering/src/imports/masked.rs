//! What a file shows of people when it is to be masked.
use purser_compliance::pii::{Detector, PiiType, mask};

/// A cell of the file of customers: what is personal by its column as a whole, and what is found in the others.
pub(super) fn cell(detector: &Detector, column: &str, text: &str) -> String {
    match column {
        "email" => mask::value(PiiType::Email, text),
        "phone" => mask::value(PiiType::Phone, text),
        // Of who trades under their own name it is theirs.
        "tax_id" => mask::value(PiiType::Person, text),
        "address_line1" | "address_line2" | "address_postal_code" => mask::value(PiiType::Address, text),
        _ => mask::text(detector, text).into_owned(),
    }
}
