//! Sends what is wrong and gathers what was answered otherwise than it should be.
use crate::{
    call::Call,
    fixtures::Shop,
    routes::{Api, Route},
    tenants::shops,
};
use purser_tests::{
    app::{Answer, TestApp},
    database::{Engine, Watch},
};
use reqwest::RequestBuilder;

/// What a refused request may leave behind, by route and table: a wrong password is counted.
const MAY_RECORD: [(&str, &str); 6] = [
    ("POST /v1/auth/login", "user_credentials:"),
    ("POST /v1/auth/login", "audit_logs:"),
    ("POST /v1/platform/auth/login", "user_credentials:"),
    ("POST /v1/platform/auth/login", "platform_audit_logs:"),
    ("POST /v1/platform/auth/mfa/verify", "mfa_factors:"),
    ("POST /v1/platform/auth/mfa/verify", "platform_audit_logs:"),
];

/// A shop behind whose door somebody sends nonsense.
pub(super) struct Trial {
    pub(super) app: TestApp,
    pub(super) api: Api,
    pub(super) shop: Shop,
    watch: Watch,
    problems: Vec<String>,
    faults: Vec<String>,
    sent: usize,
}

impl Trial {
    pub(super) async fn begin(engine: Engine) -> Option<Self> {
        let (app, [shop]) = shops(engine, ["Harbour Wholesale"]).await?;
        let (api, watch) = (Api::of(&app).await, Watch::over_changes(&app.database).await);
        Some(Self { problems: api.problems(), app, api, shop, watch, faults: Vec::new(), sent: 0 })
    }

    /// The routes for which `wanted` holds.
    pub(super) fn routes(&self, wanted: impl Fn(&Route) -> bool) -> Vec<Route> {
        self.api.routes.iter().filter(|route| wanted(route)).cloned().collect()
    }

    /// A request of the route with everything right.
    pub(super) async fn call(&self, route: &Route) -> Call {
        Call::of(&self.api, route, &self.shop).await
    }

    /// The request of `call`, without its body.
    pub(super) fn request(&self, call: &Call) -> RequestBuilder {
        call.request(&self.app, &self.shop.owner)
    }

    /// Sends JSON as it stands, right or wrong.
    pub(super) fn json(&self, call: &Call, body: Vec<u8>) -> RequestBuilder {
        self.request(call).header("Content-Type", "application/json").body(body)
    }

    /// Must be refused with a published problem. Returns the answer for a closer look.
    pub(super) async fn refuse(&mut self, what: &str, request: RequestBuilder) -> Answer {
        let answer = Answer::of(request).await;
        self.look(what, &answer, false);
        answer
    }

    /// May be taken or refused, and is no reason to break. Whether it was taken.
    pub(super) async fn endure(&mut self, what: &str, request: RequestBuilder) -> bool {
        let answer = Answer::of(request).await;
        self.look(what, &answer, true);
        (200..300).contains(&answer.status)
    }

    /// Something is not as it should be.
    pub(super) fn fault(&mut self, fault: String) {
        self.faults.push(fault);
    }

    fn look(&mut self, what: &str, answer: &Answer, may_be_taken: bool) {
        self.sent += 1;
        if may_be_taken && (200..300).contains(&answer.status) {
            return;
        }
        let is_problem = answer.header("content-type") == "application/problem+json";
        let published = is_problem && self.problems.contains(&answer.problem());
        if !(400..500).contains(&answer.status) || !published {
            self.faults.push(format!("{what}: {answer:?}"));
        }
    }

    /// Whether the route has changed anything since this was last asked.
    pub(super) async fn unchanged(&mut self, route: &str) {
        let recorded =
            |change: &String| MAY_RECORD.iter().any(|(known, table)| *known == route && change[2..].starts_with(table));
        let changes: Vec<String> = self.watch.changes().await.into_iter().filter(|change| !recorded(change)).collect();
        if !changes.is_empty() {
            self.faults.push(format!("{route} changed {changes:#?}"));
        }
    }

    /// What has changed until now was meant to.
    pub(super) async fn look_again(&mut self) {
        self.watch.changes().await;
    }

    /// Everything can still be shown.
    pub(super) async fn shown(&mut self, after: &str) {
        for route in self.routes(|route| route.method == "GET" && route.is_guarded()) {
            let answer = self.call(&route).await.send(&self.app, &self.shop.owner).await;
            if answer.status != 200 {
                self.faults.push(format!("after {after}, {}: {answer:?}", route.name()));
            }
        }
    }

    pub(super) fn end(self, at_least: usize) {
        assert!(self.faults.is_empty(), "{} faults in {} requests: {:#?}", self.faults.len(), self.sent, self.faults);
        assert!(self.sent >= at_least, "only {} requests", self.sent);
    }
}
