//! The list of routes, from which they are served, and described.
//!
//! actix-web tries the patterns of an application one after the other, each by a regex of its own. Here those that begin alike, such as
//! `/v1/orders`, are tried only for what begins so. A list is described where somebody asks for it, not by each thread that serves it.
use actix_web::{
    Scope,
    dev::HttpServiceFactory,
    guard::GuardContext,
    web::{self, ServiceConfig},
};
use percent_encoding::percent_decode_str;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::openapi::{Components, OpenApi};
use utoipa_actix_web::OpenApiFactory;

/// Segments in which routes begin alike: `/v1` and the one after it.
const BEGINNING: usize = 2;

/// A handler with its method, its path, and what `#[utoipa::path]` says of it.
pub trait Route: HttpServiceFactory + OpenApiFactory + utoipa::Path + 'static {}

impl<R: HttpServiceFactory + OpenApiFactory + utoipa::Path + 'static> Route for R {}

/// The methods of each path, such as `GET` of `/v1/orders/{id}`.
pub type Methods = BTreeMap<String, BTreeSet<String>>;

/// Routes while they are listed.
pub struct Routes<'r>(Purpose<'r>);

/// What they are listed for.
enum Purpose<'r> {
    Serving(&'r mut BTreeMap<String, Scope>),
    Describing(&'r mut OpenApi),
    Naming(&'r mut Methods),
}

impl Routes<'_> {
    /// Takes one more.
    pub fn service<R: Route>(&mut self, route: R) -> &mut Self {
        match &mut self.0 {
            Purpose::Serving(scopes) => {
                let beginning = beginning(&R::path());
                let scope = scopes.remove(&beginning).unwrap_or_else(|| scope_of(beginning.clone()));
                scopes.insert(beginning, scope.service(route));
            }
            Purpose::Describing(document) => {
                let mut schemas = Vec::new();
                route.schemas(&mut schemas);
                document.components.get_or_insert_with(Components::new).schemas.extend(schemas);
                document.paths.merge(route.paths());
            }
            Purpose::Naming(methods) => {
                let names = R::methods().into_iter().filter_map(|method| json!(method).as_str().map(str::to_uppercase));
                methods.entry(R::path()).or_default().extend(names);
            }
        }
        self
    }

    /// Takes those of a part.
    pub fn configure(&mut self, part: fn(&mut Routes<'_>)) -> &mut Self {
        part(self);
        self
    }
}

/// Serves what is listed.
pub fn serve(list: fn(&mut Routes<'_>), config: &mut ServiceConfig) {
    let mut scopes = BTreeMap::new();
    list(&mut Routes(Purpose::Serving(&mut scopes)));
    // From the back: `/v1/orders` before `/v1`.
    for (_, scope) in scopes.into_iter().rev() {
        config.service(scope);
    }
}

/// Adds what is listed to the document.
pub fn describe(list: fn(&mut Routes<'_>), mut document: OpenApi) -> OpenApi {
    list(&mut Routes(Purpose::Describing(&mut document)));
    document
}

/// The methods of what is listed.
pub fn methods(list: fn(&mut Routes<'_>)) -> Methods {
    let mut methods = Methods::new();
    list(&mut Routes(Purpose::Naming(&mut methods)));
    methods
}

/// What stands before the first parameter, and no more than routes begin alike in.
fn beginning(path: &str) -> String {
    let fixed = path.split_inclusive('/').take(BEGINNING + 1).take_while(|segment| !segment.starts_with('{'));
    fixed.collect::<String>().trim_end_matches('/').to_owned()
}

/// For whatever begins so; the routes in it have their whole paths.
fn scope_of(beginning: String) -> Scope {
    web::scope("").guard(move |asked: &GuardContext<'_>| begins(asked.head().uri.path(), &beginning))
}

/// Whether the path has these segments first, its letters escaped or not (RFC 3986, section 6.2.2.2).
fn begins(path: &str, beginning: &str) -> bool {
    let mut path = percent_decode_str(path);
    beginning.bytes().all(|byte| path.next() == Some(byte)) && path.next().is_none_or(|byte| byte == b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_begin_with_what_is_fixed() {
        assert_eq!(beginning("/v1/orders/{id}/confirm"), "/v1/orders");
        assert_eq!(beginning("/v1/orders"), "/v1/orders");
        assert_eq!(beginning("/v1/{id}/confirm"), "/v1");
        assert_eq!(beginning("/healthz"), "/healthz");
        assert_eq!(beginning("/{id}"), "");
    }

    #[test]
    fn whole_segments_are_compared() {
        for path in ["/v1/orders", "/v1/orders/", "/v1/orders/7/confirm", "/v1/%6Frder%73", "/v1%2forders"] {
            assert!(begins(path, "/v1/orders"), "{path}");
        }
        for path in ["/v1/order", "/v1/ordersx", "/v1/orders%20", "/v1/Orders", "/v1", ""] {
            assert!(!begins(path, "/v1/orders"), "{path}");
        }
    }
}
