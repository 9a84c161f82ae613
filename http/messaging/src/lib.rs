//! Conversations with customers, and what people are told of.
mod conversations;
mod notification_preferences;
mod notifications;

use purser_http::routes::Routes;

/// The routes.
pub fn routes(routes: &mut Routes<'_>) {
    routes
        .configure(conversations::routes)
        .configure(notifications::routes)
        .configure(notification_preferences::routes);
}
