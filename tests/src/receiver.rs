//! Somebody who is sent webhooks, and answers as a test wants them to.
use crate::{app::eventually, certificates::certificates};
use std::{
    collections::BTreeMap,
    fmt, fs,
    path::Path,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpListener,
    sync::Semaphore,
    task::JoinHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

/// A request that came in.
#[derive(Clone, Debug)]
pub struct Received {
    /// With its query.
    pub path: String,
    /// By lower-case name.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
}

impl Received {
    /// A header, empty when it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The type of the event.
    pub fn event(&self) -> String {
        self.json()["type"].as_str().expect("an event has a type").to_owned()
    }
}

/// How a request is answered.
#[derive(Clone, Debug)]
pub enum Response {
    /// With this status and no more.
    Status(u16),
    /// With this status, these headers and this body.
    Full(u16, Vec<(&'static str, String)>, String),
    /// With this status, and the body that was announced never comes.
    Unfinished(u16),
    /// With this status, as soon as there is a permit.
    Held(Arc<Semaphore>, u16),
    /// Not at all.
    Never,
}

type Answering = Box<dyn FnMut(&Received) -> Response + Send>;

struct Shared {
    requests: Mutex<Vec<Received>>,
    answering: Mutex<Answering>,
    /// Requests that are kept waiting now, and the most that ever were.
    waiting: Mutex<(usize, usize)>,
    /// How many bytes went out of each answer that is over.
    sent: Mutex<Vec<usize>>,
}

/// A server on a port of its own, as long as it is kept.
pub struct Receiver {
    /// Where it is.
    pub url: String,
    shared: Arc<Shared>,
    listening: JoinHandle<()>,
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Receiver {
    /// Somebody who takes everything.
    pub async fn start() -> Self {
        Self::listen("http", None).await
    }

    /// As [`Receiver::start`], over TLS. The certificate of the authority that signed for it is in `folder`, as `authority.pem`.
    pub async fn start_tls(folder: &Path) -> Self {
        let authority = certificates(folder);
        fs::write(folder.join("authority.pem"), authority).expect("a file can be written");
        let certificate = CertificateDer::from_pem_file(folder.join("certificate.pem")).expect("a certificate");
        let key = PrivateKeyDer::from_pem_file(folder.join("key.pem")).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .expect("a server");
        Self::listen("https", Some(TlsAcceptor::from(Arc::new(config)))).await
    }

    async fn listen(scheme: &str, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("{scheme}://{}", listener.local_addr().expect("an address"));
        let answering: Answering = Box::new(|_| Response::Status(204));
        let shared = Arc::new(Shared {
            requests: Mutex::default(),
            answering: Mutex::new(answering),
            waiting: Mutex::default(),
            sent: Mutex::default(),
        });
        let kept = shared.clone();
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, kept) = (tls.clone(), kept.clone());
                tokio::spawn(async move {
                    match tls {
                        Some(tls) => serve(tls.accept(stream).await.ok()?, kept).await,
                        None => serve(stream, kept).await,
                    }
                });
            }
        });
        Self { url, shared, listening }
    }

    /// From now on requests are answered like this.
    pub fn answer(&self, answering: impl FnMut(&Received) -> Response + Send + 'static) {
        *self.shared.answering.lock().expect("nobody panics with it") = Box::new(answering);
    }

    /// From now on every request is answered with this status.
    pub fn answer_with(&self, status: u16) {
        self.answer(move |_| Response::Status(status));
    }

    /// From now on every request is answered with this status, one for each permit that the test adds.
    pub fn hold(&self, status: u16) -> Arc<Semaphore> {
        let free = Arc::new(Semaphore::new(0));
        let held = free.clone();
        self.answer(move |_| Response::Held(held.clone(), status));
        free
    }

    /// What came in so far.
    pub fn requests(&self) -> Vec<Received> {
        self.shared.requests.lock().expect("nobody panics with it").clone()
    }

    /// The most requests that were kept waiting at the same time.
    pub fn most_at_once(&self) -> usize {
        self.shared.waiting.lock().expect("nobody panics with it").1
    }

    /// Waits until so many requests came in.
    pub async fn wait(&self, count: usize) -> Vec<Received> {
        eventually(&format!("{count} requests"), || async {
            Some(self.requests()).filter(|requests| requests.len() >= count)
        })
        .await
    }

    /// Waits until so many answers are over, and says how many bytes of each went out before the other side had
    /// enough of it. What lies in sockets went out, too.
    pub async fn sent(&self, count: usize) -> Vec<usize> {
        eventually(&format!("{count} answers"), || async {
            let sent = self.shared.sent.lock().expect("nobody panics with it").clone();
            (sent.len() >= count).then_some(sent)
        })
        .await
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, shared: Arc<Shared>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let mut first = String::new();
    stream.read_line(&mut first).await.ok()?;
    let path = first.split(' ').nth(1)?.to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").map_or("0", String::as_str);
    let mut body = vec![0; length.parse().ok()?];
    stream.read_exact(&mut body).await.ok()?;
    let request = Received { path, headers, body: String::from_utf8(body).ok()? };
    let response = (shared.answering.lock().ok()?)(&request);
    shared.requests.lock().ok()?.push(request);
    let (status, headers, body) = match response {
        Response::Status(status) => (status, vec![], String::new()),
        Response::Full(status, headers, body) => (status, headers, body),
        Response::Held(free, status) => {
            free.acquire().await.ok()?.forget();
            (status, vec![], String::new())
        }
        Response::Unfinished(status) => {
            let head = format!("HTTP/1.1 {status} Said\r\nContent-Length: 1\r\n\r\n");
            stream.write_all(head.as_bytes()).await.ok()?;
            stream.read_u8().await.ok();
            return None;
        }
        // Until the other side gives up.
        Response::Never => {
            {
                let mut waiting = shared.waiting.lock().ok()?;
                waiting.0 += 1;
                waiting.1 = waiting.1.max(waiting.0);
            }
            stream.read_u8().await.ok();
            shared.waiting.lock().ok()?.0 -= 1;
            return None;
        }
    };
    let mut answer = format!("HTTP/1.1 {status} Said\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        answer.extend([name, ": ", &value, "\r\n"]);
    }
    answer.extend(["\r\n", &body]);
    let sent = send(&mut stream, answer.as_bytes()).await;
    shared.sent.lock().ok()?.push(sent);
    stream.shutdown().await.ok()
}

/// Sends until the other side takes no more. How many bytes went out.
async fn send(stream: &mut (impl AsyncWrite + Unpin), answer: &[u8]) -> usize {
    let mut sent = 0;
    while let Some(rest @ [_, ..]) = answer.get(sent..) {
        match stream.write(rest).await {
            Ok(count @ 1..) => sent += count,
            Ok(0) | Err(_) => break,
        }
    }
    sent
}
