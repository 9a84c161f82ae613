//! Ids and names in paths.
use super::problem::Refusal;
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use purser_kernel::{Id, Problem};
use std::future::{Ready, ready};

/// The `{id}` of the path. What is no id names nothing: `not_found`, as for an id that never was.
pub struct PathId<K>(pub Id<K>);

impl<K: 'static> FromRequest for PathId<K> {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.match_info().get("id").and_then(|text| text.parse().ok());
        ready(id.map(Self).ok_or_else(|| Problem::not_found("resource").into()))
    }
}

/// The `{name}` of the path, which is no id: the service says what a name is.
pub struct PathName(pub String);

impl FromRequest for PathName {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let name = request.match_info().get("name").map(str::to_owned);
        ready(name.map(Self).ok_or_else(|| Problem::not_found("resource").into()))
    }
}

/// The two ids of a path to a part of something, such as `{id}` and `{variant_id}`, in their order.
pub struct PathIds<A, B>(pub Id<A>, pub Id<B>);

impl<A: 'static, B: 'static> FromRequest for PathIds<A, B> {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut parts = request.match_info().iter().map(|(_, text)| text);
        let outer = parts.next().and_then(|text| text.parse().ok());
        let inner = parts.next().and_then(|text| text.parse().ok());
        let ids = outer.zip(inner).map(|(outer, inner)| Self(outer, inner));
        ready(ids.ok_or_else(|| Problem::not_found("resource").into()))
    }
}
