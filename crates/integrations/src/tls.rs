//! TLS with providers: whose certificates are believed.
use purser_kernel::Problem;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use std::{error::Error, sync::Arc};

const MAX_CERTIFICATES: usize = 16_384;

/// How TLS is spoken where `authority` has signed, in PEM. Without one, those that the machine trusts have.
pub(crate) fn client_config(authority: Option<&str>) -> Result<ClientConfig, Box<dyn Error + Send + Sync>> {
    let mut roots = RootCertStore::empty();
    match authority {
        Some(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                roots.add(certificate.map_err(|error| error.to_string())?)?;
            }
        }
        // What the machine has and rustls cannot read is none of our certificates.
        None => drop(roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs)),
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    Ok(builder.with_safe_default_protocol_versions()?.with_root_certificates(roots).with_no_client_auth())
}

/// Checks what somebody wrote at `/config/ca_certificate`.
pub(crate) fn checked_authority(pem: Option<&str>) -> Result<(), Problem> {
    let refuse = |why: &'static str| Err(Problem::invalid("/config/ca_certificate", "not_a_certificate", why));
    let Some(pem) = pem else { return Ok(()) };
    if pem.len() > MAX_CERTIFICATES {
        return refuse("is too long");
    }
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    match found {
        Ok(certificates) if !certificates.is_empty() => Ok(()),
        _ => refuse("must be certificates in PEM"),
    }
}
