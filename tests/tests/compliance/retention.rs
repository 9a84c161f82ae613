//! How long what is kept.
use chrono::TimeDelta;
use purser_kernel::Clock;
use purser_store::{jobs::NewJob, retention::RemoveExpired};
use purser_tests::{
    app::{Tenant, TestApp, eventually},
    database::{Engine, uuid_literal},
    program, whatsapp,
};
use rstest::rstest;
use serde_json::{Value, json};

async fn rule(tenant: &Tenant, what: &str) -> Value {
    let rules = tenant.get("/v1/retention-rules").await.expect(200).json();
    rules["data"].as_array().unwrap().iter().find(|rule| rule["what"] == what).unwrap().clone()
}

fn says(rule: &Value) -> (Option<i64>, &str) {
    (rule["keep_days"].as_i64(), rule["source"].as_str().unwrap())
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_rule_goes_before_the_settings_and_these_before_what_is_usual(#[case] engine: Engine) {
    let Some(app) = TestApp::start_with(engine, |config| config.webhook_retention_days = 45).await else { return };
    let owner = app.tenant("Acme").await;
    assert_eq!(says(&rule(&owner, "audit_trail").await), (None, "default"));
    assert_eq!(says(&rule(&owner, "events").await), (Some(90), "default"));
    assert_eq!(says(&rule(&owner, "webhook_deliveries").await), (Some(45), "default"));

    owner.patch("/v1/organization/settings", 1, &json!({ "data_retention_days": 20 })).await.expect(200);
    assert_eq!(says(&rule(&owner, "events").await), (Some(20), "settings"));
    assert_eq!(says(&rule(&owner, "usage_events").await), (Some(90), "settings"), "never less than they have to be");
    // Whoever is looked after by them does not thin them out by a setting.
    assert_eq!(says(&rule(&owner, "audit_trail").await), (None, "default"));
    assert_eq!(says(&rule(&owner, "data_access").await), (None, "default"));

    let path = "/v1/retention-rules/events";
    let set = owner.put(path, &json!({ "keep_days": 30 })).await.expect(200).json();
    assert_eq!(says(&set), (Some(30), "rule"));
    let set = owner.put(path, &json!({ "keep_days": null })).await.expect(200).json();
    assert_eq!(says(&set), (None, "rule"));
    assert_eq!(says(&rule(&owner, "events").await), (None, "rule"));
    owner.request("DELETE", path).send().await.unwrap().error_for_status().unwrap();
    assert_eq!(says(&rule(&owner, "events").await), (Some(20), "settings"));
    let gone = owner.request("DELETE", path).send().await.unwrap();
    assert_eq!(gone.status(), 404);

    let trail = owner.get("/v1/audit-logs?action=retention_rule.change").await.expect(200).json();
    let trail = trail["data"].as_array().unwrap();
    assert_eq!(trail.len(), 3);
    assert_eq!(trail[0]["changes"]["before"], json!({ "keep_days": null, "source": "rule" }));
    assert_eq!(trail[0]["changes"]["after"], json!({ "keep_days": 20, "source": "settings" }));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nothing_is_kept_for_less_than_it_has_to_be(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Acme").await;
    for (what, least) in
        [("audit_trail", 90), ("data_access", 90), ("events", 7), ("inbound_events", 7), ("usage_events", 90)]
    {
        let path = format!("/v1/retention-rules/{what}");
        for days in [i64::from(i32::MIN), -1, 0, least - 1, 36_501] {
            let refused = owner.put(&path, &json!({ "keep_days": days })).await.expect(422);
            assert_eq!(refused.errors()[0].0, "/keep_days", "{what} {days}");
        }
        assert_eq!(rule(&owner, what).await["source"], "default");
        owner.put(&path, &json!({ "keep_days": least })).await.expect(200);
        owner.put(&path, &json!({})).await.expect(422);
    }
    owner.put("/v1/retention-rules/orders", &json!({ "keep_days": 100 })).await.expect(404);
}

struct Kept {
    app: TestApp,
    clock: Clock,
}

impl Kept {
    /// Rows of one organization.
    async fn count(&self, tenant: &Tenant, of: &str) -> i64 {
        let own = uuid_literal(self.app.database.engine, &tenant.organization_id);
        let sql = format!("select cast(count(*) as text) from {of}");
        let sql = if of.contains(" where ") { format!("{sql} and") } else { format!("{sql} where") };
        let rows = self.app.database.owner().await.rows(&format!("{sql} organization_id = {own}")).await.unwrap();
        rows[0][0].parse().unwrap()
    }

    /// Every event is numbered, and everything that came in is read.
    async fn settled(&self) {
        self.app.settle().await;
        eventually("nothing to wait for", || async {
            let open = "select 'event' from outbox_events where sequence is null
                        union all select 'inbound' from inbound_events where status = 'received'";
            self.app.database.owner().await.rows(open).await.unwrap().is_empty().then_some(())
        })
        .await;
    }

    /// The job of the night.
    async fn night(&self) {
        let tx = self.app.app().services().store.system().await.unwrap();
        tx.enqueue(NewJob::new(RemoveExpired::KIND, json!({}))).await.unwrap();
        tx.commit().await.unwrap();
        self.settled().await;
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_old_goes_in_the_night_and_what_is_not_or_is_anothers_stays(#[case] engine: Engine) {
    let clock = Clock::fixed(Clock::system().now());
    let Some(app) = TestApp::start_at(engine, clock.clone(), |_| {}).await else { return };
    let kept = Kept { app, clock };
    let mut both = [kept.app.tenant("Acme").await, kept.app.tenant("Other").await];
    for tenant in &both {
        let callback = tenant.connect_whatsapp().await;
        tenant.deliver(&callback, &whatsapp::messages(&[whatsapp::text("4915112345678", "Hello")])).await.expect(200);
    }
    kept.settled().await;
    let [acme, other] = &both;
    let events = kept.count(other, "outbox_events").await;
    assert!(events > 0);
    for (what, days) in [("events", 7), ("inbound_events", 7), ("usage_events", 90)] {
        let path = format!("/v1/retention-rules/{what}");
        acme.put(&path, &json!({ "keep_days": days })).await.expect(200);
    }
    kept.settled().await;

    kept.clock.advance(TimeDelta::days(7) - TimeDelta::seconds(1));
    kept.night().await;
    assert_eq!(kept.count(acme, "inbound_events").await, 1, "not yet");

    kept.clock.advance(TimeDelta::seconds(2));
    for tenant in &mut both {
        *tenant = tenant.signed_in_at(&kept.app.url).await;
    }
    let [acme, other] = &both;
    acme.customer("Corner Café", "4915112345678").await;
    kept.settled().await;
    let usage = kept.count(acme, "usage_events").await;
    kept.night().await;
    assert_eq!(kept.count(acme, "inbound_events").await, 0);
    assert_eq!(kept.count(acme, "inbound_event_keys").await, 1, "that it came is known longer");
    assert_eq!(kept.count(acme, "outbox_events where event_type <> 'customer.created'").await, 0);
    assert_eq!(kept.count(acme, "outbox_events where event_type = 'customer.created'").await, 1, "it is young");
    assert_eq!(kept.count(acme, "usage_events").await, usage, "a bill asks for them");
    assert_eq!((kept.count(other, "inbound_events").await, kept.count(other, "outbox_events").await), (1, events));

    kept.clock.advance(TimeDelta::days(84));
    kept.night().await;
    assert!(kept.count(acme, "usage_events").await < usage);
    assert_eq!(kept.count(acme, "inbound_event_keys").await, 0);
    assert_eq!(
        (kept.count(other, "inbound_events").await, kept.count(other, "outbox_events").await),
        (0, 0),
        "90 days"
    );
    assert_eq!(kept.count(other, "inbound_event_keys").await, 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_read_what_goes_by_the_hand_of_the_owner(#[case] engine: Engine) {
    let clock = Clock::fixed(Clock::system().now() - TimeDelta::days(91));
    let Some(app) = TestApp::start_at(engine, clock.clone(), |_| {}).await else { return };
    let kept = Kept { app, clock };
    let owner = kept.app.tenant("Acme").await;
    owner.customer("Corner Café", "4915112345678").await;
    owner.get("/v1/customers").await.expect(200);
    let accesses = async || kept.count(&owner, "data_access_audit").await;
    eventually("the access to be written", || async { (accesses().await == 1).then_some(()) }).await;
    let (well, said) = program::run(&kept.app.database, &["maintain"]).await;
    assert!(well && accesses().await == 1, "for ever, unless somebody says otherwise: {said}");
    owner.put("/v1/retention-rules/data_access", &json!({ "keep_days": 90 })).await.expect(200);
    kept.night().await;
    assert_eq!(accesses().await, 1, "the server only adds");
    let (well, said) = program::run(&kept.app.database, &["maintain"]).await;
    assert!(well && accesses().await == 0, "{said}");
}
