//! The routes, as the OpenAPI document lists them.
use crate::{
    fixtures,
    shape::{self, Field},
};
use purser_tests::app::TestApp;
use serde_json::Value;

/// The served document.
pub(crate) struct Api {
    pub(crate) document: Value,
    pub(crate) routes: Vec<Route>,
}

impl Api {
    pub(crate) async fn of(app: &TestApp) -> Self {
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
        Self { routes: routes.collect(), document }
    }

    /// The ids of the published problems.
    pub(crate) fn problems(&self) -> Vec<String> {
        let kinds = self.document["x-problems"].as_array().unwrap();
        kinds.iter().map(|kind| kind["id"].as_str().unwrap().to_owned()).collect()
    }

    /// What a JSON body of the route may have in it; nothing when it takes none.
    pub(crate) fn fields(&self, route: &Route) -> Vec<Field> {
        let body = fixtures::body(&route.name()).unwrap_or_default();
        route.json_schema().map(|schema| shape::fields(&self.document, schema, &body)).unwrap_or_default()
    }

    /// Everywhere in a request of the route where an id stands.
    pub(crate) fn ids(&self, route: &Route) -> Vec<Place> {
        let mut places = Vec::new();
        for parameter in route.parameters("path").chain(route.parameters("query")) {
            let name = parameter["name"].as_str().unwrap().to_owned();
            let field = shape::field(&self.document, &name, &parameter["schema"]);
            let at = if parameter["in"] == "path" { At::Path(name) } else { At::Query(name) };
            places.extend(field.id_kind().map(|kind| Place { kind, at }));
        }
        for field in self.fields(route) {
            places.extend(field.id_kind().map(|kind| Place { kind, at: At::Body(field.pointer) }));
        }
        places
    }
}

/// Where an id stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// The placeholder of this name.
    Path(String),
    /// The parameter of this name.
    Query(String),
    /// The JSON pointer into the body.
    Body(String),
}

/// An id in a request.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Such as `CustomerId`; the name of the field where the document does not say what the id is of.
    pub(crate) kind: String,
    pub(crate) at: At,
}

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
    /// Such as `POST /v1/products`.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Whether a token is required.
    pub(crate) fn is_guarded(&self) -> bool {
        // An empty requirement in the list means that none is needed.
        let security = self.operation.get("security").and_then(Value::as_array);
        security.is_none_or(|list| !list.iter().any(|one| one.as_object().is_some_and(serde_json::Map::is_empty)))
    }

    /// Whether it is a platform administrator's, who is in no organization.
    pub(crate) fn is_platform(&self) -> bool {
        ["/v1/platform/", "/v1/admin/"].iter().any(|start| self.path.starts_with(start))
    }

    /// The names of the permissions that are needed.
    pub(crate) fn permissions(&self) -> Vec<String> {
        let names = self.operation["security"][0]["bearer"].as_array();
        names.into_iter().flatten().map(|name| name.as_str().unwrap().to_owned()).collect()
    }

    /// Whether a body of this media type is read.
    pub(crate) fn takes(&self, media_type: &str) -> bool {
        self.operation["requestBody"]["content"].get(media_type).is_some()
    }

    /// What the document says of a JSON body.
    pub(crate) fn json_schema(&self) -> Option<&Value> {
        self.operation.pointer("/requestBody/content/application~1json/schema")
    }

    /// The parameters in `place`: `path`, `query` or `header`.
    pub(crate) fn parameters<'r>(&'r self, place: &'r str) -> impl Iterator<Item = &'r Value> {
        let all = self.operation["parameters"].as_array().into_iter().flatten();
        all.filter(move |parameter| parameter["in"] == place)
    }

    /// Whether the document names this header; `Some(true)` when it is required.
    pub(crate) fn header(&self, name: &str) -> Option<bool> {
        let found = self.parameters("header").find(|parameter| parameter["name"] == name)?;
        Some(found["required"] == true)
    }
}

/// Every route of the served document.
pub(crate) async fn routes(app: &TestApp) -> Vec<Route> {
    Api::of(app).await.routes
}
