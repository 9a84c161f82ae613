//! What readers and models answered, and what people taught them.
mod ai_responses;
mod training_examples;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.configure(ai_responses::routes).configure(training_examples::routes);
}
