//! Somebody else's signers, in Python: the packages `twilio`, `cryptography` and `google-auth` from PyPI.
//!
//! Where Python or its venv is missing, the test says that it was not run; with `PURSER_TEST_REQUIRE_SIGNERS=1` that is a failure.
use crate::python::{self, Environment};
use serde_json::json;
use std::path::PathBuf;

static ENVIRONMENT: Environment =
    Environment::new("signers", &["twilio==9.13.0", "cryptography==50.0.2", "google-auth==2.62.2"]);

const TWILIO: &str = "
import json, sys
from twilio.request_validator import RequestValidator
given = json.load(sys.stdin)
print(RequestValidator(given['token']).compute_signature(given['url'], given['params']))
";
const TWILIO_HASH: &str = "
import json, sys
from twilio.request_validator import RequestValidator
print(RequestValidator('').compute_hash(json.load(sys.stdin)['body']))
";
const SENDGRID: &str = "
import base64, json, sys
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
given = json.load(sys.stdin)
key = ec.derive_private_key(int(given['secret'], 16), ec.SECP256R1())
public = key.public_key().public_bytes(
    serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
signed = (given['timestamp'] + given['body']).encode()
print(base64.b64encode(public).decode(), base64.b64encode(key.sign(signed, ec.ECDSA(hashes.SHA256()))).decode())
";
const GOOGLE: &str = "
import json, sys
from google.auth import crypt, jwt
given = json.load(sys.stdin)
signer = crypt.RSASigner.from_string(given['key'], given['kid'])
print(jwt.encode(signer, given['claims']).decode())
";

/// Signs as providers do.
#[derive(Clone, Debug)]
pub struct Signers {
    python: PathBuf,
}

impl Signers {
    /// The packages. `None` where there is no Python, which was said then.
    pub fn find() -> Option<Self> {
        Some(Self { python: ENVIRONMENT.find()? })
    }

    /// The value of `X-Twilio-Signature`.
    pub fn twilio(&self, token: &str, url: &str, params: &[(&str, &str)]) -> String {
        let params: serde_json::Map<_, _> =
            params.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let given = json!({ "token": token, "url": url, "params": params });
        python::tell(&self.python, TWILIO, &given).expect("it signs")
    }

    /// The value of `bodySHA256` in the URL of a body that is no form.
    pub fn twilio_hash(&self, body: &str) -> String {
        python::tell(&self.python, TWILIO_HASH, &json!({ "body": body })).expect("it hashes")
    }

    /// The public key and the signature, as SendGrid shows and sends them.
    pub fn sendgrid(&self, secret: &str, timestamp: &str, body: &str) -> (String, String) {
        let given = json!({ "secret": secret, "timestamp": timestamp, "body": body });
        let said = python::tell(&self.python, SENDGRID, &given).expect("it signs");
        let (key, signature) = said.split_once(' ').expect("two words");
        (key.to_owned(), signature.to_owned())
    }

    /// A token as Google signs one.
    pub fn google(&self, key: &str, kid: &str, claims: &serde_json::Value) -> String {
        let given = json!({ "key": key, "kid": kid, "claims": claims });
        python::tell(&self.python, GOOGLE, &given).expect("it signs")
    }
}
