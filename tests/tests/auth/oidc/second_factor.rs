//! The second factor of people whom a provider vouches for: the provider asks for it, and says so.
use super::{House, ann};
use purser_tests::database::Engine;
use rstest::rstest;
use serde_json::{Value, json};

impl House {
    /// An organization that wants two factors, whose owner has an app.
    async fn that_wants_two(engine: Engine, second_factor: Value) -> Option<Self> {
        let house = Self::with(engine, |body| body["config"]["second_factor"] = second_factor).await?;
        house.map("sales", "viewer").await;
        let version = house.owner.get("/v1/organization/settings").await.expect(200).json()["version"].as_i64()?;
        let wanted = json!({ "require_mfa": true });
        house.owner.patch("/v1/organization/settings", version, &wanted).await.expect(200);
        Some(house)
    }

    /// What Ann gets when she asks for products, having signed in as the provider says.
    async fn products(&self, acr: Option<&str>, amr: &[&str]) -> String {
        let mut person = ann();
        person["acr"] = json!(acr);
        person["amr"] = json!(amr);
        self.provider.person("ann", person).await;
        let answer = self.signed_in("ann").await.get("/v1/products").await;
        if answer.status == 200 { "served".into() } else { answer.expect(403).problem() }
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_the_provider_says_of_it_is_held_against_what_was_agreed(#[case] engine: Engine) {
    let agreed = json!({ "acr_values": ["urn:example:gold"], "amr_values": ["mfa"] });
    let Some(house) = House::that_wants_two(engine, agreed).await else { return };
    for (acr, amr, what) in [
        (None, &["pwd"][..], "mfa_enrolment_required"),
        (Some("urn:example:silver"), &["pwd", "otp"], "mfa_enrolment_required"),
        (None, &["pwd", "mfa"], "served"),
        (Some("urn:example:gold"), &[], "served"),
    ] {
        assert_eq!(house.products(acr, amr).await, what, "{acr:?} {amr:?}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn without_an_agreement_nothing_the_provider_says_counts(#[case] engine: Engine) {
    let Some(house) = House::that_wants_two(engine, json!({})).await else { return };
    assert_eq!(house.products(Some("urn:example:gold"), &["mfa"]).await, "mfa_enrolment_required");
    // Nor can they have one here: nobody could look at their password.
    let ann = house.signed_in("ann").await;
    for path in ["/v1/auth/mfa/totp", "/v1/auth/mfa/totp/remove", "/v1/auth/mfa/recovery-codes"] {
        let refused = ann.post(path, &json!({ "password": "whatever it is" })).await.expect(409);
        assert_eq!(refused.problem(), "mfa_by_provider", "{path}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whoever_connects_a_provider_may_declare_that_it_always_asks(#[case] engine: Engine) {
    let Some(house) = House::that_wants_two(engine, json!({ "always": true })).await else { return };
    assert_eq!(house.products(None, &[]).await, "served");
}
