//! Events as they happen.
use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{self, ContentEncoding},
    web::{Bytes, Data},
};
use async_trait::async_trait;
use purser_http::{lasting::Lasting, observe::is_headers_only, problem::Refusal, query::Query, routes::Routes};
use purser_integrations::streams::{Caller, EventFilter, EventStream, Streams};
use purser_kernel::{Problem, Scope};
use serde::Deserialize;
use std::convert::Infallible;
use utoipa::IntoParams;
use uuid::Uuid;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(follow);
}

/// Which events are followed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FollowEvents {
    /// Only those of these types, with commas between, such as `order.confirmed,order.cancelled`.
    #[param(pattern = "^[a-z_]+[.][a-z_]+(,[a-z_]+[.][a-z_]+)*$")]
    r#type: Option<String>,
    /// Only those about this kind of resource, such as `order`.
    #[param(pattern = "^[a-z_]+$")]
    resource: Option<String>,
    /// Only those about this resource.
    resource_id: Option<Uuid>,
}

impl From<FollowEvents> for EventFilter {
    fn from(query: FollowEvents) -> Self {
        let FollowEvents { r#type, resource, resource_id } = query;
        let types = r#type.map(|list| list.split(',').map(str::to_owned).collect());
        Self { types, resource, resource_id }
    }
}

/// Who follows.
struct Watcher(Lasting);

#[async_trait]
impl Caller for Watcher {
    async fn now(&self) -> Result<Scope, Problem> {
        self.0.now().await
    }
}

/// Events as they happen, as Server-Sent Events, for as long as the client stays and its token is good.
///
/// Each event is sent to whoever may read what it is about, at the time at which it is sent. `event` is its type, `id` its place in the
/// order of the organization's events, `data` what is sent to webhook endpoints, with `resource` and `resource_id`. Begin again with the
/// last `id` as `Last-Event-ID`, and everything behind it is sent, once; with 0 everything there is. Comments show that the
/// stream is there, and an `id` without data how far it is. The last event, `stream.ended`, says why it ends: `unauthenticated`,
/// `organization_suspended`, `too_slow`, `events_gone`, `unavailable` or `shutting_down`.
#[utoipa::path(
    tag = "Events",
    params(
        FollowEvents,
        ("Last-Event-ID" = Option<String>, Header, description = "The `id` that was sent last; what happens from now on when left out.",
            pattern = "^(0|[1-9][0-9]{0,18})$"),
    ),
    responses(
        (status = 200, body = String, content_type = "text/event-stream"),
        (status = 410),
    ),
)]
#[get("/v1/events/stream")]
async fn follow(
    caller: Lasting,
    Query(query): Query<FollowEvents>,
    streams: Data<Streams>,
    request: HttpRequest,
) -> Result<HttpResponse, Refusal> {
    let scope = caller.scope().clone();
    let sent = request.headers().get("last-event-id");
    // What is no text is no number either.
    let last_event_id = sent.map(|value| value.to_str().unwrap_or("?"));
    let stream = streams.open(Box::new(Watcher(caller)), &scope, query.into(), last_event_id).await?;
    Ok(answer(stream, is_headers_only(&request)))
}

fn answer(stream: EventStream, headers_only: bool) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // Packed, or gathered by a proxy (nginx), events would come late.
        .insert_header(ContentEncoding::Identity)
        .insert_header(("x-accel-buffering", "no"))
        .force_close();
    if headers_only {
        return response.finish();
    }
    let next = async |mut stream: EventStream| {
        let text = stream.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from(text)), stream))
    };
    response.streaming(futures_util::stream::unfold(stream, next))
}
