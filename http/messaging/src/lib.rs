//! Conversations with customers, and what people are told of.
mod conversations;
mod notification_preferences;
mod notifications;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .configure(conversations::routes)
        .configure(notifications::routes)
        .configure(notification_preferences::routes);
}
