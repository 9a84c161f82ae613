//! One request to a machine that somebody has named: over a connection with an address that was looked at, without following
//! redirects and without a proxy.
use crate::{reach::Reach, tls};
use http_body_util::Full;
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    client::conn::http1,
    header,
};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, pki_types::ServerName};
use std::{error::Error, io, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    task::JoinSet,
};
use tokio_rustls::TlsConnector;
use url::{Position, Url};

/// Sends requests.
#[derive(Clone)]
pub(crate) struct Http {
    reach: Reach,
    tls: Arc<ClientConfig>,
    patience: Duration,
}

/// An answer whose body is still to be read. The connection ends with it.
pub(crate) struct Answer {
    /// Status, headers and body.
    pub(crate) response: Response<Incoming>,
    _driver: JoinSet<hyper::Result<()>>,
}

impl Http {
    /// `authority` has signed the other side's certificate, in PEM; without one, those that the machine trusts have. Whoever asks waits
    /// for `patience` and no longer, which is theirs to see to: here it says how long each address of a name is tried.
    pub(crate) fn new(
        reach: Reach,
        authority: Option<&str>,
        patience: Duration,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Ok(Self { reach, tls: Arc::new(tls::client_config(authority)?), patience })
    }

    /// Which machines are spoken with.
    pub(crate) fn reach(&self) -> Reach {
        self.reach
    }

    /// Sends the request to `url`, which the caller has looked at: over TLS unless it begins with `http:`.
    pub(crate) async fn send(&self, url: &Url, request: Request<Full<Bytes>>) -> io::Result<Answer> {
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
            return Err(io::Error::other("an address without a host"));
        };
        let name = host.trim_matches(['[', ']']);
        let stream = self.reach.connect(name, port, self.patience).await?;
        if url.scheme() == "http" {
            return ask(stream, url, request).await;
        }
        let name = ServerName::try_from(name.to_owned()).map_err(io::Error::other)?;
        let stream = TlsConnector::from(self.tls.clone()).connect(name, stream).await?;
        ask(stream, url, request).await
    }
}

async fn ask<S>(stream: S, url: &Url, mut request: Request<Full<Bytes>>) -> io::Result<Answer>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let path = &url[Position::BeforePath..Position::AfterQuery];
    *request.uri_mut() = path.parse().map_err(io::Error::other)?;
    let authority = &url[Position::BeforeHost..Position::AfterPort];
    request.headers_mut().insert(header::HOST, authority.parse().map_err(io::Error::other)?);
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    // Ends with the answer, however that ends.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let response = sender.send_request(request).await.map_err(io::Error::other)?;
    Ok(Answer { response, _driver: driver })
}
