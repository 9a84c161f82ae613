//! A connection to a directory: TLS first, then the service account.
use super::{LdapConfig, LdapCredentials, LdapSecurity};
use crate::{IntegrationProblem, reach::Reach};
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError, StdStream};
use purser_kernel::{ExposeSecret, Problem};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use std::{sync::Arc, time::Duration};
use tokio::{net::TcpStream, task::JoinHandle};

/// Everything that a directory is asked for at one sign-in: it answers in milliseconds, or somebody waits in vain.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// A directory that cannot be asked. What it said is for the log.
pub(super) fn unavailable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Problem {
    Problem::of(IntegrationProblem::ProviderUnavailable).retry_after(Duration::from_secs(5)).caused_by(cause)
}

/// A connection, and the task that reads from it. Dropped, both end.
pub(super) struct Connection {
    pub(super) ldap: Ldap,
    driver: JoinHandle<()>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// Where a directory is and how to speak with it.
pub(super) struct Settings {
    pub(super) config: LdapConfig,
    pub(super) credentials: LdapCredentials,
    pub(super) reach: Reach,
}

impl Settings {
    /// A connection on which nobody has said who they are.
    pub(super) async fn connect(&self) -> Result<Connection, Problem> {
        let LdapConfig { host, security, .. } = &self.config;
        let stream = self.stream().await?;
        let settings = LdapConnSettings::new()
            .set_conn_timeout(PATIENCE)
            .set_std_stream(StdStream::Tcp(stream))
            .set_starttls(*security == LdapSecurity::Starttls)
            .set_config(Arc::new(self.tls()?));
        let scheme = if *security == LdapSecurity::Ldaps { "ldaps" } else { "ldap" };
        let url = format!("{scheme}://{host}:{}", self.config.port());
        let (connection, ldap) = LdapConnAsync::with_settings(settings, &url).await.map_err(unavailable)?;
        let driver = tokio::spawn(async move {
            if let Err(error) = connection.drive().await {
                tracing::debug!(%error, "a connection to a directory ended");
            }
        });
        Ok(Connection { ldap, driver })
    }

    /// A connection of the service account.
    pub(super) async fn connect_as_service(&self) -> Result<Connection, Problem> {
        let mut connection = self.connect().await?;
        let password = self.credentials.bind_password.expose_secret();
        let bound = connection.ldap.simple_bind(&self.config.bind_dn, password).await;
        bound.and_then(ldap3::LdapResult::success).map_err(unavailable)?;
        Ok(connection)
    }

    async fn stream(&self) -> Result<std::net::TcpStream, Problem> {
        let addresses = self.reach.resolve(&self.config.host, self.config.port()).await.map_err(unavailable)?;
        let mut last = None;
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(stream) => return stream.into_std().map_err(unavailable),
                Err(error) => last = Some(error),
            }
        }
        Err(last.map_or_else(|| unavailable("its address is not one that may be spoken with"), unavailable))
    }

    fn tls(&self) -> Result<ClientConfig, Problem> {
        let mut roots = RootCertStore::empty();
        match &self.config.ca_certificate {
            Some(pem) => {
                for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                    let certificate = certificate.map_err(|error| unavailable(error.to_string()))?;
                    roots.add(certificate).map_err(unavailable)?;
                }
            }
            // What the machine has and rustls cannot read is none of our certificates.
            None => drop(roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs)),
        }
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().map_err(unavailable)?;
        Ok(builder.with_root_certificates(roots).with_no_client_auth())
    }
}

/// The result of RFC 4511, section 4.1.9, that says that name and password do not belong together.
const INVALID_CREDENTIALS: u32 = 49;
/// Refused although they might: a locked account (section 4.1.9: `unwillingToPerform`, `insufficientAccessRights`,
/// `constraintViolation`), or one without a password (`inappropriateAuthentication`).
const REFUSED: [u32; 4] = [19, 48, 50, 53];

/// Whether a bind says that the password is right.
pub(super) fn is_bound(bound: Result<ldap3::LdapResult, LdapError>) -> Result<bool, Problem> {
    let result = bound.map_err(unavailable)?;
    match result.rc {
        0 => Ok(true),
        INVALID_CREDENTIALS => Ok(false),
        code if REFUSED.contains(&code) => Ok(false),
        _ => Err(unavailable(LdapError::from(result))),
    }
}
