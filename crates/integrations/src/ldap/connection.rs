//! A connection to a directory: TLS first, then the service account.
use super::{LdapConfig, LdapCredentials, LdapSecurity};
use crate::{
    problem::{PATIENCE, unavailable},
    reach::Reach,
    tls,
};
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError, StdStream};
use purser_kernel::{ExposeSecret, Problem};
use std::sync::Arc;
use tokio::task::JoinHandle;

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
            .set_config(Arc::new(tls::client_config(self.config.ca_certificate.as_deref()).map_err(unavailable)?));
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
        let stream = self.reach.connect(&self.config.host, self.config.port(), PATIENCE).await;
        stream.map_err(unavailable)?.into_std().map_err(unavailable)
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
