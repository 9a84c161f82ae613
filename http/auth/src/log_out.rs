//! Signing out.
use actix_web::post;
use purser_http::{body::NoBody, cookies::Delivery, problem::Refusal, reply::Reply, routes::Routes, unit::Read};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(log_out);
}

/// Ends the caller's session at once.
#[utoipa::path(tag = "Auth", responses((status = 204)))]
#[post("/v1/auth/logout")]
async fn log_out(caller: Read, delivery: Delivery, _body: NoBody) -> Result<Reply, Refusal> {
    caller.auth().log_out(caller.scope(), caller.session()?).await?;
    Ok(delivery.cleared(Reply::no_content()))
}
