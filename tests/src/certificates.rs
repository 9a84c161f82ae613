//! Certificates for servers that tests start.
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use std::{fs, path::Path};

/// Writes a certificate for this machine, and returns that of the authority that signed it.
pub(crate) fn certificates(folder: &Path) -> String {
    let key = || KeyPair::generate().expect("a key");
    let mut authority = CertificateParams::new(Vec::new()).expect("no names");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = key();
    let root = authority.self_signed(&authority_key).expect("a root");
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let (own, own_key) = (CertificateParams::new(names).expect("names"), key());
    let own = own.signed_by(&own_key, &Issuer::new(authority, authority_key)).expect("a certificate");
    fs::write(folder.join("certificate.pem"), own.pem()).expect("a file can be written");
    fs::write(folder.join("key.pem"), own_key.serialize_pem()).expect("a file can be written");
    root.pem()
}
