//! What follows from an operation's path, method, body and caller: said here once, so that no handler repeats it.
use actix_web::http::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Names of handlers that say nothing without their resource.
const PLAIN: [&str; 6] = ["list", "create", "show", "update", "delete", "replace"];

/// Where people's data is read, and it is written down by whom.
const READS_PEOPLE: [&str; 13] = [
    "/v1/audit-logs",
    "/v1/audit-logs/export",
    "/v1/audit-logs/{id}",
    "/v1/audit-logs/{id}/proof",
    "/v1/conversations",
    "/v1/conversations/{id}",
    "/v1/conversations/{id}/messages",
    "/v1/customers",
    "/v1/customers/export",
    "/v1/customers/{id}",
    "/v1/deletions/{id}",
    "/v1/members",
    "/v1/members/{id}",
];

/// What can be brought back once it is deleted, and what for it was deleted is written down.
const COMES_BACK: [&str; 8] = [
    "/v1/customers/{id}",
    "/v1/engagements/{id}",
    "/v1/integrations/{id}",
    "/v1/product-categories/{id}",
    "/v1/products/{id}",
    "/v1/products/{id}/variants/{variant_id}",
    "/v1/projects/{id}",
    "/v1/webhook-endpoints/{id}",
];

/// One method of one path.
pub(super) struct Operation<'a> {
    path: &'a str,
    method: &'a str,
    value: &'a mut Value,
}

#[expect(clippy::indexing_slicing, reason = "what is missing in a JSON object is made by its index")]
impl<'a> Operation<'a> {
    pub(super) fn new(path: &'a str, method: &'a str, value: &'a mut Value) -> Self {
        Self { path, method, value }
    }

    /// Adds all of it. `has_items` says whether there are paths to what stands in the list at this path; `has_versions` whether
    /// what is there is changed version by version; `versioned` whether a schema has a version.
    pub(super) fn complete(&mut self, has_items: bool, has_versions: bool, versioned: impl Fn(&str) -> bool) {
        self.name();
        // Whatever a bearer token opens, the same token in a cookie opens, too.
        let bearer = self.value.pointer("/security/0/bearer").cloned();
        let security = self.value.get_mut("security").and_then(Value::as_array_mut);
        if let (Some(needed), Some(security)) = (bearer, security) {
            security.push(json!({ "cookie": needed }));
        }
        let parameters = self.value.get_mut("parameters").and_then(Value::as_array_mut);
        let verb = parameters.into_iter().flatten().find(|it| it["name"] == "If-Match");
        if let Some(parameter) = verb {
            *parameter = if_match(false);
        }
        for parameter in self.headers(has_versions) {
            self.add_parameter(parameter);
        }
        self.describe_success(has_items, versioned);
        for status in self.refusals() {
            let reference = format!("#/components/responses/{}", response_name(status));
            self.value["responses"][status.to_string()] = json!({ "$ref": reference });
        }
    }

    /// Ids of operations are unique (OpenAPI 3.1, section 4.8.10), names of handlers are not.
    fn name(&mut self) {
        let handler = self.value["operationId"].as_str().unwrap_or_default().to_owned();
        let fixed = self.path.split('/').filter(|part| !part.is_empty() && *part != "v1" && !part.starts_with('{'));
        let mut words: Vec<String> = fixed.map(|part| part.replace('-', "_")).collect();
        if !PLAIN.contains(&handler.as_str()) {
            words.pop();
        }
        words.push(handler);
        self.value["operationId"] = words.join("_").into();
    }

    fn headers(&self, has_versions: bool) -> Vec<Value> {
        let mut headers = Vec::new();
        if self.method == "post" && self.is_keyed() {
            headers.push(json!({
                "name": "Idempotency-Key", "in": "header", "required": false,
                "description": "Makes a retry safe: the same key gives the same answer for 24 hours.",
                "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" },
            }));
        }
        let purpose = match self.method {
            "get" if READS_PEOPLE.contains(&self.path) => Some("What it is for: written down with who has read what."),
            "delete" if COMES_BACK.contains(&self.path) => Some("What it is for: `reason` of the deletion."),
            _ => None,
        };
        if let Some(description) = purpose {
            headers.push(json!({
                "name": "X-Purpose", "in": "header", "required": false, "description": description,
                "schema": { "type": "string", "minLength": 1, "maxLength": 200 },
            }));
        }
        if matches!(self.method, "patch" | "put" | "delete") && has_versions {
            // Who replaces the whole need not have seen what was there before.
            headers.push(if_match(self.method != "put"));
        }
        headers
    }

    fn add_parameter(&mut self, parameter: Value) {
        match self.value.get_mut("parameters").and_then(Value::as_array_mut) {
            Some(parameters) => parameters.push(parameter),
            None => self.value["parameters"] = json!([parameter]),
        }
    }

    fn describe_success(&mut self, has_items: bool, versioned: impl Fn(&str) -> bool) {
        let replayed = self.method == "post" && self.is_keyed();
        for (status, response) in self.value["responses"].as_object_mut().into_iter().flatten() {
            if !status.starts_with('2') {
                continue;
            }
            let code = status.parse().ok().and_then(|code: u16| StatusCode::from_u16(code).ok());
            response["description"] = code.and_then(|code| code.canonical_reason()).unwrap_or_default().into();
            let headers = &mut response["headers"];
            headers["X-Request-Id"] = shared_header("X-Request-Id");
            if self.path.starts_with("/v1/") {
                headers["RateLimit"] = shared_header("RateLimit");
                headers["RateLimit-Policy"] = shared_header("RateLimit-Policy");
            }
            if replayed {
                headers["Idempotency-Replayed"] = shared_header("Idempotency-Replayed");
            }
            if status == "201" && has_items {
                headers["Location"] = shared_header("Location");
            }
            let schema = response.pointer("/content/application~1json/schema/$ref").and_then(Value::as_str);
            if schema.is_some_and(&versioned) {
                response["headers"]["ETag"] = shared_header("ETag");
            }
        }
    }

    /// The statuses of what may be refused. What only this operation refuses stands in its annotation, without a body.
    fn refusals(&self) -> BTreeSet<u16> {
        let own = self.value["responses"].as_object().into_iter().flat_map(|responses| responses.keys());
        let mut statuses: BTreeSet<u16> =
            own.filter_map(|status| status.parse().ok()).filter(|it| *it >= 400).collect();
        let parameter = |place: &str| self.parameters().any(|it| it["in"] == place);
        if self.path != "/health/live" {
            statuses.extend([500, 503]);
        }
        if self.path.starts_with("/v1/") {
            statuses.insert(429);
        }
        if self.is_guarded() {
            statuses.extend([401, 403]);
        }
        if parameter("path") {
            statuses.insert(404);
        }
        if parameter("query") {
            statuses.extend([400, 422]);
        }
        if matches!(self.method, "post" | "put" | "patch") {
            statuses.extend([400, 409, 413, 422]);
        }
        if self.method == "delete" {
            statuses.extend([409, 422]);
        }
        if self.value.get("requestBody").is_some() {
            statuses.insert(415);
        }
        if self.parameters().any(|it| it["name"] == "X-Purpose") {
            statuses.insert(422);
        }
        for header in self.parameters().filter(|it| it["name"] == "If-Match") {
            statuses.insert(412);
            if header["required"] == true {
                statuses.insert(428);
            }
        }
        statuses
    }

    fn parameters(&self) -> impl Iterator<Item = &Value> {
        self.value["parameters"].as_array().into_iter().flatten()
    }

    /// An empty requirement in the list means that no token is needed.
    fn is_guarded(&self) -> bool {
        let security = self.value["security"].as_array();
        security.is_none_or(|list| !list.iter().any(|one| one.as_object().is_some_and(serde_json::Map::is_empty)))
    }

    fn is_keyed(&self) -> bool {
        let is_apart = ["/v1/auth", "/v1/platform", "/v1/admin"].iter().any(|start| self.path.starts_with(start));
        self.path.starts_with("/v1/") && !is_apart && self.is_guarded()
    }
}

/// `If-Match`. A verb that takes it, too, names it in its annotation.
fn if_match(required: bool) -> Value {
    json!({
        "name": "If-Match", "in": "header", "required": required,
        "description": "The ETag of the version that the change was made from, several of them, or `*` for any.",
        "schema": { "type": "string", "pattern": r#"^(\*|"[0-9]{1,18}"(, "[0-9]{1,18}"){0,9})$"# },
    })
}

/// A header that is described once.
pub(super) fn shared_header(name: &str) -> Value {
    json!({ "$ref": format!("#/components/headers/{name}") })
}

/// The name of the response that all problems of a status share.
pub(super) fn response_name(status: u16) -> String {
    format!("Problem{status}")
}
