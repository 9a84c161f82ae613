//! The OpenAPI document, made from the routes, and the page that shows it.
use super::{problem, server};
use actix_web::{HttpResponse, Responder, get, web};
use purser_kernel::Permission;
use serde_json::{Value, json};
use std::sync::LazyLock;
use utoipa::openapi::{Info, OpenApi, OpenApiBuilder};
use utoipa_actix_web::AppExt;
use utoipa_swagger_ui::{Config, SwaggerUi};

static DOCUMENT: LazyLock<Value> = LazyLock::new(build);

/// The OpenAPI 3.1 document.
pub fn document() -> &'static Value {
    &DOCUMENT
}

/// The document, and which methods each of its paths has.
pub(super) struct Document {
    paths: Vec<(Vec<String>, Vec<String>)>,
}

impl Document {
    pub(super) fn new() -> Self {
        let paths = document().get("paths").and_then(Value::as_object);
        let paths = paths.into_iter().flatten().map(|(path, item)| {
            let methods = item.as_object().into_iter().flat_map(|item| item.keys());
            (segments(path), methods.map(|method| method.to_uppercase()).collect())
        });
        Self { paths: paths.collect() }
    }

    /// The methods of `path`; empty when there is no such path.
    pub(super) fn methods(&self, path: &str) -> Vec<String> {
        let path = segments(path);
        let same = |template: &[String]| {
            let fits = |(a, b): (&String, &String)| a == b || (a.starts_with('{') && !b.is_empty());
            template.len() == path.len() && template.iter().zip(&path).all(fits)
        };
        let found = self.paths.iter().find(|(template, _)| same(template));
        found.map(|(_, methods)| methods.clone()).unwrap_or_default()
    }
}

fn segments(path: &str) -> Vec<String> {
    path.split('/').map(str::to_owned).collect()
}

pub(super) fn serve(config: &mut web::ServiceConfig) {
    let page = SwaggerUi::new("/docs/{_:.*}")
        .config(Config::from("/openapi.json").try_it_out_enabled(true).validator_url("none"));
    config.service(openapi_json).service(problem_page).service(web::redirect("/docs", "/docs/")).service(page);
}

#[get("/openapi.json")]
async fn openapi_json() -> impl Responder {
    HttpResponse::Ok().json(document())
}

/// The registry that a problem's `type` points to.
#[get("/problems/{id}")]
async fn problem_page(id: web::Path<String>) -> Result<HttpResponse, problem::Refusal> {
    let found = problem::registry().into_iter().find(|published| published.kind.id == id.as_str());
    match found {
        Some(kind) => Ok(HttpResponse::Ok().json(kind)),
        None => Err(purser_kernel::Problem::not_found("problem").into()),
    }
}

fn build() -> Value {
    let info = Info::builder()
        .title("Purser")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("The operations backend for B2B companies. Agents propose, people approve."))
        .build();
    let base: OpenApi = OpenApiBuilder::new().info(info).build();
    let (_, api) = actix_web::App::new().into_utoipa_app().openapi(base).configure(server::routes).split_for_parts();
    let mut document = serde_json::to_value(api).unwrap_or_default();
    complete(&mut document);
    document
}

/// Adds what holds for every route, so that no handler has to repeat it.
#[expect(clippy::indexing_slicing, reason = "what is missing in a JSON object is made by its index")]
fn complete(document: &mut Value) {
    let registry = problem::registry();
    let ids: Vec<&str> = registry.iter().map(|published| published.kind.id).collect();
    if let Some(schemas) = document.pointer_mut("/components/schemas") {
        schemas["Problem"] = problem_schema(&ids);
        schemas["Permission"] = permission_schema();
    }
    document["components"]["securitySchemes"]["bearer"] =
        json!({ "type": "http", "scheme": "bearer", "bearerFormat": "JWT" });
    document["security"] = json!([{ "bearer": [] }]);
    document["x-problems"] = json!(registry);
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else {
        return;
    };
    for (path, item) in paths {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            operation["responses"]["default"] = json!({
                "description": "A problem (RFC 9457)",
                "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
            });
            for parameter in headers_of(path, method) {
                match operation.get_mut("parameters").and_then(Value::as_array_mut) {
                    Some(parameters) => parameters.push(parameter),
                    None => operation["parameters"] = json!([parameter]),
                }
            }
        }
    }
}

fn headers_of(path: &str, method: &str) -> Vec<Value> {
    let header = |name: &str, required: bool, description: &str| {
        json!({ "name": name, "in": "header", "required": required, "description": description,
                "schema": { "type": "string" } })
    };
    let keyed = path.starts_with("/v1/") && !path.starts_with("/v1/auth") && !path.starts_with("/v1/webhooks");
    let mut headers = Vec::new();
    if method == "post" && keyed {
        let description = "Makes a retry safe: the same key gives the same answer for 24 hours.";
        headers.push(header("Idempotency-Key", false, description));
    }
    if matches!(method, "patch" | "put" | "delete") {
        // Who replaces the whole need not have seen what was there before.
        let required = method != "put";
        headers.push(header("If-Match", required, "The ETag of the version that the change was made from."));
    }
    headers
}

fn problem_schema(ids: &[&str]) -> Value {
    json!({
        "type": "object",
        "required": ["type", "id", "title", "status"],
        "properties": {
            "type": { "type": "string", "format": "uri-reference" },
            "id": { "type": "string", "enum": ids },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string" },
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["pointer", "code", "message"],
                    "properties": {
                        "pointer": { "type": "string", "description": "JSON pointer (RFC 6901) to the field" },
                        "code": { "type": "string" },
                        "message": { "type": "string" },
                    },
                },
            },
        },
    })
}

fn permission_schema() -> Value {
    let names: Vec<&str> =
        <Permission as strum::VariantArray>::VARIANTS.iter().map(|permission| permission.as_str()).collect();
    json!({ "type": "string", "enum": names })
}
