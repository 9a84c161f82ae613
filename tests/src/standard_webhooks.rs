//! Somebody else's signer and verifier: the package `standardwebhooks` from PyPI.
//!
//! Where Python or its venv is missing, the test says that it was not run; with `PURSER_TEST_REQUIRE_STANDARDWEBHOOKS=1` that is a
//! failure.
use crate::{
    python::{self, Environment},
    receiver::Received,
};
use std::path::PathBuf;

static ENVIRONMENT: Environment = Environment::new("standardwebhooks", &["standardwebhooks==1.0.1"]);
const VERIFY: &str = "
import json, sys
from standardwebhooks.webhooks import Webhook
given = json.load(sys.stdin)
Webhook(given['secret']).verify(given['body'], given['headers'])
";
const SIGN: &str = "
import json, sys
from datetime import datetime, timezone
from standardwebhooks.webhooks import Webhook
given = json.load(sys.stdin)
at = datetime.fromtimestamp(given['at'], tz=timezone.utc)
print(Webhook(given['secret']).sign(given['id'], at, given['body']))
";

/// Signs requests, and says whether they are signed, as Standard Webhooks has it.
#[derive(Clone, Debug)]
pub struct StandardWebhooks {
    python: PathBuf,
}

impl StandardWebhooks {
    /// The package. `None` where there is no Python, which was said then.
    pub fn find() -> Option<Self> {
        Some(Self { python: ENVIRONMENT.find()? })
    }

    /// Whether the request is signed with this secret, now. Meanwhile the server goes on, which has a part in the test's thread.
    pub async fn verifies(&self, secret: &str, request: &Received) -> bool {
        let given = serde_json::json!({ "secret": secret, "body": request.body, "headers": request.headers });
        let python = self.python.clone();
        let verifying = tokio::task::spawn_blocking(move || python::tell(&python, VERIFY, &given).is_some());
        verifying.await.expect("python is asked")
    }

    /// The value of `webhook-signature` for this body, sent as `id` at this second.
    pub fn sign(&self, secret: &str, id: &str, at: i64, body: &str) -> String {
        let given = serde_json::json!({ "secret": secret, "id": id, "at": at, "body": body });
        python::tell(&self.python, SIGN, &given).expect("it signs")
    }
}
