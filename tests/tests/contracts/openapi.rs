//! docs/openapi.json.
use purser_tests::contract;

#[test]
fn the_openapi_document_is_the_one_that_was_agreed() {
    let document = serde_json::to_string_pretty(&purser_api::http::document()).unwrap();
    contract::hold("docs/openapi.json", &format!("{document}\n"));
}
