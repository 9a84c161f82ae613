//! What is logged holds no secret and no words of a customer.
use purser_tests::{
    app::{PASSWORD, TestApp},
    database::Engine,
    whatsapp,
};
use rstest::rstest;
use serde_json::json;
use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Kept {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

static KEPT: std::sync::LazyLock<Kept> = std::sync::LazyLock::new(|| {
    let kept = Kept::default();
    // Everything, down to what libraries say.
    let filter = tracing_subscriber::EnvFilter::new("trace,hyper=info,hyper_util=info,mio=info,h2=info");
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(kept.clone()).finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    kept
});

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn hold_no_secret_and_no_message(#[case] engine: Engine) {
    let kept = KEPT.clone();
    let Some(app) = TestApp::start(engine).await else { return };
    let tenant = app.tenant("Harbour Wholesale").await;
    purser_tests::app::grocery(&tenant).await;
    tenant.customer("Corner Café", "4915112345678").await;
    let callback = tenant.connect_whatsapp().await;
    let words = "4 white bread for the secret wedding of Xanthippe";
    tenant.deliver(&callback, &whatsapp::messages(&[whatsapp::text("4915112345678", words)])).await.expect(200);
    tenant.order_with_status("pending").await;
    let wrong = json!({ "email": tenant.email, "password": "not the password at all" });
    app.anonymous("POST", "/v1/auth/login", Some(&wrong)).await.expect(401);
    let refresh = json!({ "refresh_token": tenant.refresh_token });
    let refreshed = app.anonymous("POST", "/v1/auth/refresh", Some(&refresh)).await.expect(200).json();

    let log = String::from_utf8_lossy(&kept.0.lock().unwrap().clone()).into_owned();
    assert!(log.contains("request answered"), "the log was heard");
    let secrets = [
        PASSWORD,
        "not the password at all",
        &tenant.access_token,
        &tenant.refresh_token,
        refreshed["refresh_token"].as_str().unwrap(),
        whatsapp::APP_SECRET,
        whatsapp::VERIFY_TOKEN,
        whatsapp::ACCESS_TOKEN,
        "Xanthippe",
    ];
    for secret in secrets {
        assert!(!log.contains(secret), "the log has {secret}");
    }
}
