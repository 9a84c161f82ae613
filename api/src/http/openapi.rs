//! The OpenAPI document, made from the routes, and the page that shows it.
mod conventions;
mod texts;
mod webhooks;

use super::{
    problems::{self, PublishedProblem},
    routes,
};
use actix_web::{
    HttpResponse, get,
    http::header::ContentType,
    web::{self, Bytes},
};
use conventions::Operation;
use purser_http::{cookies, problem::Refusal, routes::describe};
use purser_kernel::{Permission, Problem};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::LazyLock};
use utoipa::openapi::{Info, OpenApi, OpenApiBuilder};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// As it is served. Made when somebody asks for it first: most servers are never asked.
static JSON: LazyLock<Bytes> = LazyLock::new(|| document().to_string().into());

pub(super) fn serve(config: &mut web::ServiceConfig) {
    let page = SwaggerUi::new("/docs/{_:.*}")
        .config(Config::from("/openapi.json").try_it_out_enabled(true).validator_url("none"));
    config.service(openapi_json).service(problem_page).service(web::redirect("/docs", "/docs/")).service(page);
}

#[get("/openapi.json")]
async fn openapi_json() -> Result<HttpResponse, Refusal> {
    // To make it takes longer than what the thread does meanwhile may wait.
    let json = web::block(|| JSON.clone()).await.map_err(Problem::internal)?;
    Ok(HttpResponse::Ok().content_type(ContentType::json()).body(json))
}

/// The registry that a problem's `type` points to.
#[get("/problems/{id}")]
async fn problem_page(id: web::Path<String>) -> Result<HttpResponse, Refusal> {
    let found = problems::registry().into_iter().find(|published| published.kind.id == id.as_str());
    match found {
        Some(kind) => Ok(HttpResponse::Ok().json(kind)),
        None => Err(Problem::not_found("problem").into()),
    }
}

/// The OpenAPI 3.1 document, made from the routes.
pub fn document() -> Value {
    let info = Info::builder()
        .title("Purser")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("The operations backend for B2B companies. Agents propose, people approve."))
        .build();
    let base: OpenApi = OpenApiBuilder::new().info(info).build();
    let mut document = serde_json::to_value(describe(routes::all, base)).unwrap_or_default();
    complete(&mut document);
    document
}

/// Adds what holds for every route, so that no handler has to repeat it.
#[expect(clippy::indexing_slicing, reason = "what is missing in a JSON object is made by its index")]
fn complete(document: &mut Value) {
    let registry = problems::registry();
    let ids: Vec<&str> = registry.iter().map(|published| published.kind.id).collect();
    if let Some(schemas) = document.pointer_mut("/components/schemas") {
        schemas["Problem"] = problem_schema(&ids);
        schemas["Permission"] = permission_schema();
        webhooks::name_events(schemas);
    }
    document["components"]["securitySchemes"]["bearer"] =
        json!({ "type": "http", "scheme": "bearer", "description": "An access token, or an API key: `purser_…`." });
    document["components"]["securitySchemes"]["cookie"] = cookies::scheme();
    document["components"]["securitySchemes"]["platform"] = json!({
        "type": "http", "scheme": "bearer",
        "description": "An access token of a platform administrator: from `POST /v1/platform/auth/mfa/verify`.",
    });
    document["security"] = json!([{ "bearer": [] }, { "cookie": [] }]);
    document["x-problems"] = json!(registry);
    document["webhooks"] = webhooks::webhooks();
    document["components"]["responses"] = responses(&registry);
    document["components"]["headers"] = headers();
    let schemas = document["components"]["schemas"].clone();
    let versioned = |reference: &str| {
        let name = reference.rsplit('/').next().unwrap_or_default();
        !schemas[name]["properties"]["version"].is_null()
    };
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else {
        return;
    };
    let all: Vec<String> = paths.keys().cloned().collect();
    for (path, item) in paths {
        let has_items = all.iter().any(|other| is_item_of(other, path));
        // What is put and taken as a whole has no versions, nor has what is shown without one.
        let is_link = item.get("put").is_some() && item.get("delete").is_some();
        let shown = item.pointer("/get/responses/200/content/application~1json/schema/$ref").and_then(Value::as_str);
        let has_versions = !is_link && (item.get("put").is_some() || shown.is_some_and(versioned));
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            Operation::new(path, method, operation).complete(has_items, has_versions, versioned);
        }
    }
    texts::complete(document);
}

fn is_item_of(path: &str, list: &str) -> bool {
    let rest = path.strip_prefix(list).and_then(|rest| rest.strip_prefix("/{"));
    rest.is_some_and(|rest| !rest.contains('/'))
}

/// One response for each status, so that an operation need only name it.
fn responses(registry: &[PublishedProblem]) -> Value {
    let mut by_status = BTreeMap::<u16, Vec<String>>::new();
    for PublishedProblem { kind, .. } in registry {
        by_status.entry(kind.status).or_default().push(format!("{} (`{}`)", kind.title, kind.id));
    }
    let responses = by_status.into_iter().map(|(status, titles)| {
        let mut headers = vec!["X-Request-Id"];
        match status {
            401 => headers.push("WWW-Authenticate"),
            429 => headers.extend(["RateLimit", "RateLimit-Policy", "Retry-After"]),
            503 => headers.push("Retry-After"),
            _ => {}
        }
        let headers = headers.into_iter().map(|name| (name.to_owned(), conventions::shared_header(name)));
        let schema = json!({ "$ref": "#/components/schemas/Problem" });
        let response = json!({
            "description": titles.join("; "),
            "headers": headers.collect::<serde_json::Map<_, _>>(),
            "content": { "application/problem+json": { "schema": schema } },
        });
        (conventions::response_name(status), response)
    });
    Value::Object(responses.collect())
}

fn headers() -> Value {
    let header = |required: bool, description: &str, schema: Value| json!({ "required": required, "description": description, "schema": schema });
    let text = |pattern: &str| json!({ "type": "string", "pattern": pattern });
    json!({
        "X-Request-Id": header(true, "Names the request in logs and in the audit trail.", text("^[0-9A-Za-z_.-]{1,64}$")),
        "ETag": header(true, "The version, for `If-Match`.", text("^\"[0-9]+\"$")),
        "Location": header(true, "Where the new resource is.", text("^/v1/")),
        "Idempotency-Replayed": header(false, "There when the answer is an earlier one.", text("^true$")),
        "WWW-Authenticate": header(true, "How to authenticate.", text("^Bearer$")),
        "RateLimit": header(false, "What is left of each limit; `t` is when it is whole again, in seconds.", json!({ "type": "string" })),
        "RateLimit-Policy": header(false, "The limits that the request counts against: `q` requests in `w` seconds.", json!({ "type": "string" })),
        "Retry-After": header(false, "Seconds.", json!({ "type": "integer", "minimum": 0 })),
    })
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
