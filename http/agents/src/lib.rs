//! What readers and models answered, and what people taught them.
mod ai_responses;
mod training_examples;

use purser_http::routes::Routes;

/// The routes.
pub fn routes(routes: &mut Routes<'_>) {
    routes.configure(ai_responses::routes).configure(training_examples::routes);
}
