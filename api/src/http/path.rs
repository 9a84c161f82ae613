//! Ids in paths.
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
