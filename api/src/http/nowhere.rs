//! What is asked for where there is no route.
use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    http::header::{self, HeaderValue},
    web::Data,
};
use purser_http::{
    problem::Refusal,
    routes::{Methods, Routes, methods},
};
use purser_kernel::{CommonProblem, Problem};

/// Which methods each path has.
pub(super) struct Paths(Methods);

impl Paths {
    /// Of what is listed.
    pub(super) fn of(list: fn(&mut Routes<'_>)) -> Self {
        Self(methods(list))
    }

    /// The methods of `path`, with commas between; nothing when there is no such path.
    fn methods(&self, path: &str) -> Option<String> {
        let (_, methods) = self.0.iter().find(|(template, _)| fits(template, path))?;
        Some(methods.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
    }
}

/// Whether the template's segments are those of the path, and something stands for each parameter.
fn fits(template: &str, path: &str) -> bool {
    let segment = |(template, path): (&str, &str)| template == path || (template.starts_with('{') && !path.is_empty());
    template.split('/').count() == path.split('/').count() && template.split('/').zip(path.split('/')).all(segment)
}

/// 405 with the methods there are when the path exists, else 404.
pub(super) async fn answer(request: HttpRequest, paths: Data<Paths>) -> Result<HttpResponse, Refusal> {
    let Some(methods) = paths.methods(request.path()) else {
        return Err(Problem::not_found("route").into());
    };
    let refusal = Refusal::from(Problem::of(CommonProblem::MethodNotAllowed));
    let mut response = refusal.error_response();
    // RFC 9110, section 15.5.6.
    if let Ok(allow) = HeaderValue::from_str(&methods) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    Ok(response)
}
