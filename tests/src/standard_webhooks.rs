//! Somebody else's signer and verifiers: the packages `standardwebhooks` and `svix` from PyPI. They and what they
//! depend on are for tests alone.
//!
//! Where Python or its venv is missing, the test says that it was not run; with
//! `PURSER_TEST_REQUIRE_STANDARDWEBHOOKS=1` and `PURSER_TEST_REQUIRE_SVIX=1` that is a failure.
use crate::{
    python::{self, Environment},
    receiver::Received,
};
use std::path::PathBuf;

static STANDARDWEBHOOKS: Environment = Environment::new("standardwebhooks", &["standardwebhooks==1.0.1"]);
// An environment of its own: it verifies by a version of the other package, and wants a newer one.
static SVIX: Environment = Environment::new("svix", &["svix==2.9.1", "standardwebhooks==1.1.0"]);
const VERIFY: &str = "
import importlib, json, sys
given = json.load(sys.stdin)
webhooks = importlib.import_module(given['package'] + '.webhooks')
webhooks.Webhook(given['secret']).verify(given['body'], given['headers'])
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
    package: &'static str,
    python: PathBuf,
}

impl StandardWebhooks {
    /// The package `standardwebhooks`. `None` where there is no Python, which was said then.
    pub fn find() -> Option<Self> {
        Self::of(&STANDARDWEBHOOKS)
    }

    /// Every package that can be had. What is missing was said then.
    pub fn all() -> Vec<Self> {
        [&STANDARDWEBHOOKS, &SVIX].into_iter().filter_map(Self::of).collect()
    }

    fn of(environment: &Environment) -> Option<Self> {
        Some(Self { package: environment.name(), python: environment.find()? })
    }

    /// Whether the request is signed with this secret, now. Meanwhile the server goes on, which has a part in the test's thread.
    pub async fn verifies(&self, secret: &str, request: &Received) -> bool {
        let given = serde_json::json!({
            "package": self.package, "secret": secret, "body": request.body, "headers": request.headers,
        });
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
