//! Signing up, in and out; API keys.
mod api_keys;
mod log_in;
mod log_out;
mod refresh;
mod sign_up;
pub(super) mod view;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.configure(sign_up::routes).configure(log_in::routes).configure(refresh::routes).configure(log_out::routes);
    config.configure(api_keys::routes);
}
