//! Fetching from a provider: no more than anybody needs.
use super::config::is_private;
use crate::{http, problem::PATIENCE, reach::Reach};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use std::{error::Error, future::Future, io, pin::Pin};
use url::Url;

/// Metadata, keys and tokens are a few kilobytes.
const MAX_ANSWER: usize = 262_144;

/// Fetches from providers.
pub(super) struct Http(http::Http);

impl Http {
    /// `authority` has signed the provider's certificate, in PEM; without one, those that the machine trusts have.
    pub(super) fn new(reach: Reach, authority: Option<&str>) -> Result<Self, Box<dyn Error + Send + Sync>> {
        http::Http::new(reach, authority, PATIENCE).map(Self)
    }

    async fn fetch(&self, request: HttpRequest) -> io::Result<HttpResponse> {
        let url = Url::parse(&request.uri().to_string()).map_err(io::Error::other)?;
        if url.has_host() && !is_private(&url, self.0.reach()) {
            return Err(io::Error::other("an address that others could read along"));
        }
        let mut answer = self.0.send(&url, request.map(|body| Full::new(Bytes::from(body)))).await?;
        let body = Limited::new(answer.response.body_mut(), MAX_ANSWER).collect().await.map_err(io::Error::other)?;
        Ok(answer.response.map(|_| body.to_bytes().to_vec()))
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<HttpResponse>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.fetch(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    const DESK: Reach = Reach { loopback: true, private: false };

    /// A server that says this to one request, and where it is.
    async fn server(answer: String) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            assert!(stream.read(&mut request).await.unwrap() > 0);
            stream.write_all(answer.as_bytes()).await.ok();
        });
        format!("http://{address}/path?query")
    }

    async fn fetch(reach: Reach, url: &str) -> io::Result<HttpResponse> {
        let request = openidconnect::http::Request::get(url).body(Vec::new()).unwrap();
        Http::new(reach, None).unwrap().call(request).await
    }

    #[tokio::test]
    async fn no_redirect_is_followed_and_no_answer_read_without_end() {
        let elsewhere =
            server("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n".into());
        assert_eq!(fetch(DESK, &elsewhere.await).await.unwrap().status(), 302);
        let answer = |length: usize| {
            server(format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{}", "x".repeat(length)))
        };
        assert_eq!(fetch(DESK, &answer(MAX_ANSWER).await).await.unwrap().body().len(), MAX_ANSWER);
        assert!(fetch(DESK, &answer(MAX_ANSWER + 1).await).await.is_err());
    }

    #[tokio::test]
    async fn nothing_is_said_where_it_must_not_be() {
        let readable = "an address that others could read along";
        let unreachable = "its address is not one that may be spoken with";
        let production = Reach { loopback: false, private: true };
        for (reach, url, why) in [
            (DESK, "http://192.0.2.1/", readable),
            (DESK, "http://id.example.com/", readable),
            (production, "http://127.0.0.1/", readable),
            (production, "https://127.0.0.1/", unreachable),
            (production, "https://169.254.169.254/latest/meta-data", unreachable),
            (DESK, "https://10.0.0.1/", unreachable),
            (DESK, "https://[fe80::1]/", unreachable),
        ] {
            assert_eq!(fetch(reach, url).await.unwrap_err().to_string(), why, "{url}");
        }
    }
}
