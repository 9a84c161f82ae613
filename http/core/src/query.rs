//! Query parameters.
use super::problem::Refusal;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use percent_encoding::percent_decode_str;
use purser_kernel::{Cursor, PageRequest, Problem};
use serde::{Deserialize, de::DeserializeOwned};
use std::future::{Ready, ready};
use utoipa::IntoParams;

/// The query parameters as a `T`; anything else is `validation_failed`.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        // Characters that are none would be read as others.
        let Ok(text) = percent_decode_str(request.query_string()).decode_utf8() else {
            return ready(Err(Problem::invalid("", "invalid_query", "must be UTF-8").into()));
        };
        if text.contains('\0') {
            // PostgreSQL keeps no NUL, so nothing can be found by one.
            return ready(Err(Problem::invalid("", "invalid_query", "must not contain the character U+0000").into()));
        }
        let parsed = web::Query::<T>::from_query(request.query_string());
        let described = parsed.map(|query| Self(query.into_inner())).map_err(|error| {
            let message: String = error.to_string().chars().take(300).collect();
            Problem::invalid("", "invalid_query", message).into()
        });
        ready(described)
    }
}

/// Which part of a list. Lists without filters take it as it is, others repeat its two fields beside their own (serde cannot
/// flatten and refuse unknown fields at once).
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl PageQuery {
    /// The page that is asked for.
    pub fn page(self) -> Result<PageRequest, Problem> {
        page(self.limit, self.cursor)
    }
}

/// The page that is asked for.
pub fn page(limit: Option<u64>, cursor: Option<String>) -> Result<PageRequest, Problem> {
    let cursor = cursor.map(|text| text.parse::<Cursor>()).transpose()?;
    PageRequest::new(limit, cursor)
}
