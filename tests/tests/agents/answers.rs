//! Answers, and corrections that become training examples.
use purser_agents::AnswerBook;
use purser_kernel::{
    Cost, OrganizationId, PermissionSet, Scope, UserId,
    ids::{MessageId, OrderId},
};
use purser_store::ports::{Answers, Correction, NewAnswer};
use purser_tests::{
    app::{Tenant, TestApp, grocery},
    database::Engine,
    whatsapp,
};
use rstest::rstest;
use serde_json::{Value, json};

const AGENT: &str = "taster";

/// An organization with an order that was read from a message.
struct World {
    app: TestApp,
    tenant: Tenant,
    message: MessageId,
    order: OrderId,
}

impl World {
    async fn new(engine: Engine) -> Option<Self> {
        let app = TestApp::start(engine).await?;
        let tenant = app.tenant("Acme").await;
        grocery(&tenant).await;
        tenant.customer("Corner Shop", "+447700900123").await;
        let door = tenant.connect_whatsapp().await;
        let message = whatsapp::text("447700900123", "2 cases of milk please");
        tenant.deliver(&door, &whatsapp::messages(&[message])).await.expect(200);
        let answer = purser_tests::app::eventually("an answer", || async {
            let answers = list(&tenant, "ai-responses", "").await;
            answers.first().cloned()
        })
        .await;
        let orders = purser_tests::app::eventually("an order", || async {
            let orders = list(&tenant, "orders", "").await;
            orders.first().cloned()
        })
        .await;
        let message = answer["message_id"].as_str().unwrap().parse().unwrap();
        let order = orders["id"].as_str().unwrap().parse().unwrap();
        Some(Self { app, tenant, message, order })
    }

    fn scope(&self) -> Scope {
        let organization: OrganizationId = self.tenant.organization_id.parse().unwrap();
        let user: UserId = self.tenant.user_id.parse().unwrap();
        Scope::user(organization, user, PermissionSet::all())
    }

    async fn answer(&self, confidence: f64) {
        let tx = self.app.app().services().store.write(&self.scope()).await.unwrap();
        let answer = NewAnswer {
            message_id: self.message,
            agent_type: AGENT,
            model: "palate-1".to_owned(),
            content: json!({ "taste": "sweet" }),
            confidence,
            cost: Cost::from_nanos(250),
            latency_ms: 12,
        };
        AnswerBook.keep_answer(&tx, answer).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn correct(&self, corrections: &[(&str, &str)]) {
        let tx = self.app.app().services().store.write(&self.scope()).await.unwrap();
        let correction = |(said, right): &(&str, &str)| Correction {
            message_id: Some(self.message),
            order_id: self.order,
            agent_type: AGENT,
            input_text: (*said).to_owned(),
            proposed: json!({ "taste": "sweet" }),
            right: json!({ "taste": right }),
        };
        let corrections = corrections.iter().map(correction).collect();
        AnswerBook.keep_corrections(&tx, corrections).await.unwrap();
        tx.commit().await.unwrap();
    }
}

async fn list(tenant: &Tenant, what: &str, query: &str) -> Vec<Value> {
    let page = tenant.get(&format!("/v1/{what}?{query}")).await.expect(200).json();
    page["data"].as_array().unwrap().clone()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_agent_answers_a_message_once(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    world.answer(0.25).await;
    world.answer(0.75).await;
    let answers = list(&world.tenant, "ai-responses", &format!("agent_type={AGENT}")).await;
    assert_eq!(answers.len(), 1);
    let answer = &answers[0];
    assert_eq!((&answer["confidence"], &answer["cost_usd"]), (&json!(0.25), &json!("0.00000025")));
    assert_eq!((&answer["human_feedback"], &answer["feedback_by"]), (&Value::Null, &Value::Null));
    // The reader's own answer stands beside it.
    assert_eq!(list(&world.tenant, "ai-responses", &format!("message_id={}", world.message)).await.len(), 2);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn corrections_become_examples_and_mark_the_answer(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    world.answer(0.5).await;
    world.correct(&[("lemons", "sour"), ("chips", "salty")]).await;

    let tenant = &world.tenant;
    let examples = list(tenant, "training-examples", &format!("agent_type={AGENT}")).await;
    assert_eq!(examples.len(), 2);
    for example in &examples {
        assert_eq!((&example["source"], &example["version"]), (&json!("corrected_ai_output"), &json!(1)));
        assert_eq!(example["created_by"], tenant.user_id);
        assert_eq!(example["approved_by"], Value::Null);
        assert_eq!((&example["ai_output"], &example["order_id"]), (&json!({ "taste": "sweet" }), &json!(world.order)));
    }
    let lemons = examples.iter().find(|example| example["input_text"] == "lemons").unwrap();
    assert_eq!(lemons["expected_output"], json!({ "taste": "sour" }));

    let corrected = list(tenant, "ai-responses", "human_feedback=corrected").await;
    assert_eq!(corrected.len(), 1, "the other agent's answer is as it was");
    assert_eq!((&corrected[0]["agent_type"], &corrected[0]["feedback_by"]), (&json!(AGENT), &json!(tenant.user_id)));
    assert!(corrected[0]["feedback_at"].is_string());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn filters_narrow_and_others_see_nothing(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    world.answer(0.5).await;
    world.correct(&[("lemons", "sour")]).await;
    let tenant = &world.tenant;
    let of_agent = format!("agent_type={AGENT}");
    assert_eq!(list(tenant, "training-examples", &format!("{of_agent}&source=corrected_ai_output")).await.len(), 1);
    assert!(list(tenant, "training-examples", &format!("{of_agent}&source=manual_entry")).await.is_empty());
    assert!(list(tenant, "ai-responses", &format!("{of_agent}&human_feedback=bad")).await.is_empty());
    let refused = tenant.get("/v1/training-examples?source=hearsay").await.expect(422);
    assert_eq!(refused.errors(), [("/source".to_owned(), "unknown_value".to_owned())]);
    assert_eq!(tenant.get("/v1/ai-responses?human_feedback=meh").await.status, 422);

    let stranger = world.app.tenant("Other").await;
    for what in ["ai-responses", "training-examples"] {
        assert!(list(&stranger, what, "").await.is_empty());
        assert_eq!(world.app.anonymous("GET", &format!("/v1/{what}"), None).await.status, 401);
    }
}
