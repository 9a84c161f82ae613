//! The routes, as the OpenAPI document lists them.
use purser_tests::app::TestApp;
use serde_json::Value;

/// One method of one path.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    /// In upper case.
    pub(crate) method: String,
    /// With its placeholders.
    pub(crate) path: String,
    pub(crate) operation: Value,
}

impl Route {
    /// Whether a token is required.
    pub(crate) fn is_guarded(&self) -> bool {
        // An empty requirement in the list means that none is needed.
        let security = self.operation.get("security").and_then(Value::as_array);
        security.is_none_or(|list| !list.iter().any(|one| one.as_object().is_some_and(serde_json::Map::is_empty)))
    }

    pub(crate) fn takes_body(&self) -> bool {
        self.operation.get("requestBody").is_some()
    }
}

/// Every route of the served document.
pub(crate) async fn routes(app: &TestApp) -> Vec<Route> {
    let document = app.anonymous("GET", "/openapi.json", None).await.expect(200).json();
    let paths = document["paths"].as_object().unwrap().clone();
    let routes = paths.into_iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().clone();
        methods.into_iter().map(move |(method, operation)| Route {
            method: method.to_uppercase(),
            path: path.clone(),
            operation,
        })
    });
    routes.collect()
}
