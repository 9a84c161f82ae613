//! Mails by SMTP (RFC 5321), over TLS.
use super::compose::Composer;
use async_trait::async_trait;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    transport::smtp::{Error, authentication::Credentials, extension::ClientId},
};
use percent_encoding::percent_decode_str;
use purser_kernel::{
    ExposeSecret, Problem, SecretString,
    ports::{Mail, Mailer},
};
use reqwest::Url;
use std::{borrow::Cow, net::IpAddr, time::Duration};

/// How long one answer of the mail server is waited for.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Ports by custom: submission with STARTTLS (RFC 6409), submission within TLS (RFC 8314).
const SUBMISSION: u16 = 587;
const SUBMISSIONS: u16 = 465;

/// Whether and how the connection is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Security {
    /// From the first byte on.
    Tls,
    /// By STARTTLS before anything else, or not at all.
    StartTls,
    /// Not. To this machine only.
    None,
}

/// The mail server that takes our mails.
#[derive(Clone, Debug)]
pub struct Relay {
    host: String,
    port: u16,
    security: Security,
    credentials: Option<(String, SecretString)>,
}

impl Relay {
    /// Reads `smtps://user:password@host:port` (TLS) or `smtp://…` (STARTTLS, without which nothing is sent). `?tls=none` turns
    /// encryption off, for a server on this machine only. What is wrong with it otherwise, without showing any of it.
    pub fn parse(url: &str) -> Result<Self, &'static str> {
        let url = Url::parse(url.trim()).map_err(|_| "must be a URL such as smtps://user:password@mail.example.com")?;
        let host = url.host_str().map(|host| host.trim_matches(['[', ']'])).filter(|host| !host.is_empty());
        let host = host.ok_or("must name a host")?.to_owned();
        let plain = match url.query() {
            None => false,
            Some("tls=none") => true,
            Some(_) => return Err("knows no parameter but tls=none"),
        };
        let (security, usual_port) = match (url.scheme(), plain) {
            ("smtps", false) => (Security::Tls, SUBMISSIONS),
            ("smtp", false) => (Security::StartTls, SUBMISSION),
            ("smtp", true) if is_this_machine(&host) => (Security::None, SUBMISSION),
            ("smtp", true) => return Err("may leave out TLS for a server on this machine only"),
            _ => return Err("must begin with smtps:// or smtp://"),
        };
        if !["", "/"].contains(&url.path()) || url.fragment().is_some() {
            return Err("must end behind the host and its port");
        }
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().map(Cow::into_owned);
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            (user, Some(password)) if !user.is_empty() => {
                let unreadable = |_| "has a user or password that is not UTF-8";
                Some((decoded(user).map_err(unreadable)?, decoded(password).map_err(unreadable)?.into()))
            }
            _ => return Err("must have both user and password, or neither"),
        };
        Ok(Self { host, port: url.port().unwrap_or(usual_port), security, credentials })
    }

    fn transport(&self, name: &str) -> Result<AsyncSmtpTransport<Tokio1Executor>, Error> {
        let host = self.host.as_str();
        let mut builder = match self.security {
            Security::Tls => AsyncSmtpTransport::<Tokio1Executor>::relay(host)?,
            Security::StartTls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(host)?,
            Security::None => AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host),
        };
        if let Some((user, password)) = &self.credentials {
            builder = builder.credentials(Credentials::new(user.clone(), password.expose_secret().to_owned()));
        }
        let client = ClientId::Domain(name.to_owned());
        Ok(builder.port(self.port).hello_name(client).timeout(Some(TIMEOUT)).build())
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Hands mails to a mail server, each over a connection of its own.
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    composer: Composer,
}

impl SmtpMailer {
    pub(super) fn new(relay: &Relay, composer: Composer) -> Result<Self, Problem> {
        let transport = relay.transport(composer.domain()).map_err(|error| Problem::internal(why(&error)))?;
        Ok(Self { transport, composer })
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: Mail) -> Result<(), Problem> {
        let message = self.composer.message(mail)?;
        let sent = self.transport.send(message).await;
        sent.map(|_| ()).map_err(|error| Problem::internal(why(&error)))
    }
}

/// What went wrong, for the log. What a mail server says may quote the address, so its code has to do.
fn why(error: &Error) -> String {
    if let Some(code) = error.status() {
        return format!("the mail server answered {code}");
    }
    let kind = if error.is_tls() {
        "the connection to the mail server is not secure"
    } else if error.is_timeout() {
        "the mail server does not answer in time"
    } else if error.is_response() {
        return "the mail server speaks something else than SMTP".to_owned();
    } else {
        "the mail could not be sent"
    };
    match std::error::Error::source(error) {
        Some(cause) => format!("{kind}: {cause}"),
        None => kind.to_owned(),
    }
}

#[cfg(test)]
mod tests;
