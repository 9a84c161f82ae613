//! **Where a new route is entered**: what its requests are made of. The matrices do the rest.
//!
//! A route that takes a body gets it in [`body`]; a new kind of thing whose id stands in a request is made in [`Shop::open`]. A
//! text such as `{CustomerId}` is replaced by that id of the shop. The body names every id that the route understands, because
//! each is replaced by another tenant's once. What is missing fails the suite, which says what and where.
mod bodies;

use chrono::TimeDelta;
use purser_kernel::{Clock, Permission, PermissionSet, ids::JobId};
use purser_tests::{
    app::{Administrator, PASSWORD, Tenant, TestApp, eventually, grocery},
    database::uuid_literal,
    doors,
    totp::code_at,
    whatsapp,
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};

pub(crate) use bodies::body;

/// An organization with one of everything that a request can name.
pub(crate) struct Shop {
    pub(crate) owner: Tenant,
    /// Who administers the platform, where somebody has asked for one.
    admin: Option<Administrator>,
    /// What stands for `{name}` in a body, and for an id of the kind `name`.
    names: BTreeMap<&'static str, String>,
}

/// What only those routes get that cannot do without: [`Shop::read_mails`], [`Shop::get_app`].
const NOT_YET: [(&str, &str); 5] = [
    ("mfa challenge", "from signing in"),
    ("mfa code", "from an app"),
    ("reset token", "from a mail"),
    ("sign-up token", "from a mail"),
    ("verify token", "from a mail"),
];

impl Shop {
    /// Opens a shop, with a customer whose first order waits to be confirmed.
    pub(crate) async fn open(app: &TestApp, name: &str) -> Self {
        let owner = app.tenant(name).await;
        let products = grocery(&owner).await;
        let variant = json!({ "variant_type": "size", "value": "large", "price_delta": "0.10" });
        let variant = owner.create(&format!("/v1/products/{}/variants", id(&products[0])), &variant).await;
        let category = owner.create("/v1/product-categories", &json!({ "name": "Dairy" })).await;
        let parent = owner.create("/v1/product-categories", &json!({ "name": "Food" })).await;
        let deletion = deletion(&owner).await;
        let customer = owner.customer("Corner Café", "4915112345678").await;
        let label = label(&owner, &customer).await;
        let role = owner.create("/v1/roles", &json!({ "name": "Packer", "permissions": [] })).await;
        app.member(&owner, PermissionSet::empty()).await;
        let (project, engagement) = undertakings(&owner).await;
        let invited = format!("invited-{}", owner.email);
        let loader = owner.create("/v1/roles", &json!({ "name": "Loader", "permissions": [] })).await;
        let invitation = owner.create("/v1/invitations", &json!({ "email": invited, "role_id": id(&loader) })).await;
        let integration = owner.create("/v1/integrations", &whatsapp::integration()).await;
        let directory = owner.create("/v1/integrations/ldap", &directory(true)).await;
        let provider = owner.create("/v1/integrations/oidc", &provider(false)).await;
        let mut names = connected(&owner).await;
        let (endpoint, delivery) = webhooks(&owner).await;
        let message = whatsapp::messages(&[whatsapp::text("4915112345678", "4 white bread")]);
        owner.deliver(integration["callback_path"].as_str().unwrap(), &message).await.expect(200);
        let order = owner.order_with_status("pending").await;
        let conversation = order["conversation_id"].as_str().unwrap().to_owned();
        named(&owner).await;
        let key = owner.create("/v1/api-keys", &json!({ "name": "Webshop", "scopes": ["products.read"] })).await;
        let colleague = app.member(&owner, Permission::ApprovalsRead.into()).await;
        let decider = app.member(&owner, Permission::ApprovalsRead | Permission::OrdersConfirm).await;
        app.verify(&decider).await;
        let policy = json!({ "name": "Large", "subject": "order", "condition": { "amount_over": "9999.00", "currency": "EUR" },
            "steps": [{ "permission": "orders.confirm" }] });
        let policy = owner.create("/v1/approval-policies", &policy).await;
        let request = format!("/v1/orders/{}/request-confirmation", id(&order));
        let order = owner.verb(&request).await.expect(202).json();
        let approval = order["approval_id"].as_str().unwrap().to_owned();
        let shown = owner.get(&format!("/v1/approvals/{approval}")).await.expect(200).json();
        let four_eyes = json!({ "role_changes_need_approval": true });
        owner.patch("/v1/organization/settings", 1, &four_eyes).await.expect(200);
        let switch_off = json!({ "role_changes_need_approval": false });
        let role_change = owner.post("/v1/role-change-requests", &switch_off).await.expect(202).json();
        let delegation = json!({ "to_user": colleague.user_id, "until": in_days(30) });
        let delegation = owner.create("/v1/approval-delegations", &delegation).await;
        let file = owner.upload("?filename=order.txt", "text/plain", "4 white bread").await.expect(201).json();
        names.extend(personal_data(&owner).await);
        app.seal(&owner).await;
        let first = async |path: &str| id(&owner.get(path).await.expect(200).json()["data"][0]);
        names.extend([
            ("ApiKeyId", id(&key)),
            ("ApprovalDelegationId", id(&delegation)),
            ("ApprovalPolicyId", id(&policy)),
            ("ApprovalRequestId", approval),
            ("AuditLogId", first("/v1/audit-logs").await),
            ("CustomerContactId", id(&customer["contacts"][0])),
            ("CustomerId", id(&customer)),
            ("CustomerLabelId", id(&label)),
            ("DeletionId", deletion),
            ("EngagementId", id(&engagement)),
            ("ProjectId", id(&project)),
            ("InboundEventId", first("/v1/inbound-events").await),
            ("IntegrationId", id(&integration)),
            ("MembershipId", first("/v1/members").await),
            ("IntegrationId of a directory", id(&directory)),
            ("IntegrationId of a provider", id(&provider)),
            ("MessageId", first(&format!("/v1/conversations/{conversation}/messages")).await),
            ("ConversationId", conversation),
            ("MediaFileId", id(&file)),
            ("InvitationId", id(&invitation)),
            ("JobId", dead_job(app, &owner.organization_id).await),
            ("invitation token", app.mail(&invited, "invites you").await.token()),
            ("NotificationId", told(&owner).await),
            ("OrderId", id(&order)),
            ("OrderLineId", id(&order["lines"][0])),
            ("OrganizationId", owner.organization_id.clone()),
            ("name in /v1/organization/secrets/{name}", "openai_api_key".to_owned()),
            ("name in /v1/retention-rules/{name}", "events".to_owned()),
            ("SessionId", first("/v1/auth/sessions").await),
            ("ProductCategoryId", id(&category)),
            ("another ProductCategoryId", id(&parent)),
            ("ProductId", id(&products[0])),
            ("ProductVariantId", id(&variant)),
            ("RoleId", id(&role)),
            ("UserId", owner.user_id.clone()),
            ("WebhookDeliveryId", id(&delivery)),
            ("WebhookEndpointId", id(&endpoint)),
            // Of any kind, as the audit trail has them.
            ("actor_id", owner.user_id.clone()),
            ("resource_id", id(&customer)),
            ("colleague", colleague.user_id.clone()),
            ("RoleChangeRequestId", id(&role_change)),
            ("decision token", app.mail(&decider.email, "An approval waits").await.token()),
            ("payload hash", shown["payload_hash"].as_str().unwrap().to_owned()),
            ("email", owner.email.clone()),
            ("refresh token", owner.refresh_token.clone()),
        ]);
        names.extend(NOT_YET.map(|(name, whence)| (name, whence.to_owned())));
        Self { owner, admin: None, names }
    }

    /// Gets the platform an administrator, who acts for a member and waits to sign in once more.
    pub(crate) async fn get_admin(&mut self, app: &TestApp) {
        let mut admin = app.administrator().await;
        let settings = self.owner.get("/v1/organization/settings").await.expect(200).json();
        let version = settings["version"].as_i64().unwrap();
        let allowed = json!({ "allow_impersonation": true });
        self.owner.patch("/v1/organization/settings", version, &allowed).await.expect(200);
        let acting = json!({
            "organization_id": self.owner.organization_id, "user_id": self.owner.user_id, "reason": "a question",
        });
        let acting = admin.desk.create("/v1/platform/impersonations", &acting).await;
        let sessions = admin.desk.get("/v1/platform/auth/sessions").await.expect(200).json();
        self.names.insert("ImpersonationId", id(&acting));
        self.names.insert("PlatformSessionId", id(&sessions["data"][0]));
        self.names.insert("admin email", admin.person.email.clone());
        self.names.insert("admin challenge", app.admin_challenge(&admin.person.email).await);
        self.names.insert("admin code", admin.codes.pop().unwrap());
        self.admin = Some(admin);
    }

    /// Whether the platform has an administrator.
    pub(crate) fn has_admin(&self) -> bool {
        self.admin.is_some()
    }

    /// The administrator at their desk.
    pub(crate) fn admin(&self, route: &str) -> &Tenant {
        let admin = self.admin.as_ref().unwrap_or_else(|| panic!("{route} asks for an administrator: Shop::get_admin"));
        &admin.desk
    }

    /// The shop as seen from a server that was started again.
    pub(crate) fn at(mut self, url: &str) -> Self {
        self.owner = self.owner.at(url);
        if let Some(admin) = &mut self.admin {
            (admin.person, admin.desk) = (admin.person.at(url), admin.desk.at(url));
        }
        self
    }

    /// Reads the mails that the owner is sent, for routes that take a token from one.
    pub(crate) async fn read_mails(&mut self, app: &TestApp) {
        let forgot = json!({ "email": self.owner.email });
        app.anonymous("POST", "/v1/auth/password/forgot", Some(&forgot)).await.expect(202);
        for (name, subject) in [("reset token", "Choose a new password"), ("verify token", "Confirm your mail address")]
        {
            self.names.insert(name, app.mail(&self.owner.email, subject).await.token());
        }
        let newcomer = format!("new.{}", self.owner.email);
        app.anonymous("POST", "/v1/auth/signup/request", Some(&json!({ "email": newcomer }))).await.expect(202);
        self.names.insert("sign-up token", app.mail(&newcomer, "Finish signing up").await.token());
    }

    /// Gets the owner an authenticator app, as far as it is needed by the route that has `name`.
    pub(crate) async fn get_app(&mut self, app: &TestApp, name: &str) {
        let begun = self.owner.post("/v1/auth/mfa/totp", &json!({ "password": PASSWORD })).await.expect(200).json();
        let code = code_at(begun["secret"].as_str().unwrap(), 0);
        if name.ends_with("/confirm") {
            self.names.insert("mfa code", code);
            return;
        }
        let confirmed = self.owner.post("/v1/auth/mfa/totp/confirm", &json!({ "code": code })).await.expect(200).json();
        self.names.insert("mfa code", confirmed["recovery_codes"][0].as_str().unwrap().to_owned());
        let body = json!({ "email": self.owner.email, "password": PASSWORD });
        let answer = app.anonymous("POST", "/v1/auth/login", Some(&body)).await.expect(401).json();
        self.names.insert("mfa challenge", answer["challenge"].as_str().unwrap().to_owned());
    }

    /// The shop's id of this kind.
    pub(crate) fn id(&self, kind: &str, route: &str) -> String {
        let directories = ["/ldap", "/group-roles"];
        let kind = match kind {
            "IntegrationId" if route.contains("/oidc") => "IntegrationId of a provider",
            "IntegrationId" if route.contains("/twilio") => "IntegrationId of twilio",
            "IntegrationId" if route.contains("/sendgrid") => "IntegrationId of sendgrid",
            "IntegrationId" if route.contains("/gmail") => "IntegrationId of gmail",
            "IntegrationId" if route.contains("/hmac") => "IntegrationId of hmac",
            "IntegrationId" if directories.iter().any(|part| route.contains(part)) => "IntegrationId of a directory",
            kind => kind,
        };
        let found = self.names.get(kind);
        found.unwrap_or_else(|| panic!("{route} takes a {kind}, which Shop::open does not make")).clone()
    }

    /// What stands in a path and is no id, such as the name of a secret.
    pub(crate) fn name(&self, parameter: &str, path: &str) -> String {
        let found = self.names.get(&*format!("{parameter} in {path}"));
        found.unwrap_or_else(|| panic!("Shop::open makes no {parameter} in {path}")).clone()
    }

    /// Every id of the shop.
    pub(crate) fn ids(&self) -> impl Iterator<Item = (&&'static str, &String)> {
        self.names.iter().filter(|(_, value)| value.len() == 36)
    }

    /// The value with the shop's names put in.
    pub(crate) fn named(&self, value: &mut Value) {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        match value {
            Value::String(text) => {
                if text.contains("{new}") {
                    *text = text.replace("{new}", &NEXT.fetch_add(1, Ordering::Relaxed).to_string());
                }
                if text.contains("{new digits}") {
                    let digits = format!("{:032x}", NEXT.fetch_add(1, Ordering::Relaxed));
                    *text = text.replace("{new digits}", &digits);
                }
                let name = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
                if let Some(name) = name {
                    let found = self.names.get(name);
                    *text = found.unwrap_or_else(|| panic!("Shop::open makes no {name}")).clone();
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.named(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.named(member)),
            _ => {}
        }
    }
}

/// A category that is deleted.
async fn deletion(owner: &Tenant) -> String {
    let gone = owner.create("/v1/product-categories", &json!({ "name": "Gone" })).await;
    owner.delete(&format!("/v1/product-categories/{}", id(&gone)), 1).await.expect(204);
    id(&owner.get(&format!("/v1/deletions?resource_id={}", id(&gone))).await.expect(200).json()["data"][0])
}

/// A label that the customer has.
async fn label(owner: &Tenant, customer: &Value) -> Value {
    let label = owner.create("/v1/customer-labels", &json!({ "name": "Route", "color": "#0a0b0c" })).await;
    let labelled = format!("/v1/customers/{}/labels/{}", id(customer), id(&label));
    owner.put(&labelled, &json!({ "value": "north, ask ana@example.com" })).await.expect(200);
    label
}

/// A rule, what was found in what the label says, and a look at all texts that is over.
async fn personal_data(owner: &Tenant) -> [(&'static str, String); 3] {
    let rule = json!({ "name": "Staff", "pii_type": "person", "pattern": "EMP-[0-9]{4}" });
    let rule = owner.create("/v1/pii-rules", &rule).await;
    let first =
        async |path: &str| owner.get(path).await.expect(200).json()["data"].as_array().unwrap().first().cloned();
    let finding =
        eventually("what the label says to be looked at", || first("/v1/pii-findings?resource=customer")).await;
    owner.post("/v1/pii-scans", &json!({ "resource": "order" })).await.expect(202);
    let scan = eventually("the scan to be over", || async {
        first("/v1/pii-scans").await.filter(|scan| scan["status"] == "done")
    });
    [("PiiRuleId", id(&rule)), ("PiiFindingId", id(&finding)), ("PiiScanId", id(&scan.await))]
}

/// What is known by a name and has no id.
async fn named(owner: &Tenant) {
    let secret = json!({ "value": "sk-0123456789abcdef" });
    owner.put("/v1/organization/secrets/openai_api_key", &secret).await.expect(200);
    owner.put("/v1/retention-rules/events", &json!({ "keep_days": 30 })).await.expect(200);
}

/// A project and an engagement, both with the owner in them.
async fn undertakings(owner: &Tenant) -> (Value, Value) {
    let project = owner.create("/v1/projects", &json!({ "name": "Move" })).await;
    let member = format!("/v1/projects/{}/members/{}", id(&project), owner.user_id);
    owner.put(&member, &json!({})).await.expect(200);
    let engagement = json!({ "name": "Move", "client_name": "Northwind" });
    let engagement = owner.create("/v1/engagements", &engagement).await;
    let access = format!("/v1/engagements/{}/access/{}", id(&engagement), owner.user_id);
    owner.put(&access, &json!({ "level": "admin" })).await.expect(200);
    (project, engagement)
}

/// What the owner was told of: an order was made from a message.
async fn told(owner: &Tenant) -> String {
    eventually("the owner to be told of the order", || async {
        let list = owner.get("/v1/notifications?kind=order_drafted").await.expect(200).json();
        list["data"].get(0).map(id)
    })
    .await
}

/// A job that has died, so that it can begin anew as well as be given up.
async fn dead_job(app: &TestApp, organization: &str) -> String {
    let job = JobId::generate().to_string();
    let [id, organization] = [&*job, organization].map(|id| uuid_literal(app.database.engine, id));
    let sql = format!(
        "insert into jobs (id, organization_id, lane, kind, payload, status, priority, run_at, attempts, max_attempts,
             last_error, created_at, updated_at)
         values ({id}, {organization}, {organization}, 'of.nobody', '{{}}', 'dead', 0, '2026-01-01 00:00:00+00:00', 12, 12,
             'unavailable', '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00')"
    );
    app.database.owner().await.execute(&sql).await.unwrap();
    job
}

/// The ids of connections with the providers that have a route of their own.
async fn connected(owner: &Tenant) -> BTreeMap<&'static str, String> {
    let connect =
        async |provider: &str, body: Value| id(&owner.create(&format!("/v1/integrations/{provider}"), &body).await);
    BTreeMap::from([
        ("IntegrationId of twilio", connect("twilio", doors::twilio::integration()).await),
        ("IntegrationId of sendgrid", connect("sendgrid", doors::sendgrid::integration()).await),
        ("IntegrationId of gmail", connect("gmail", doors::gmail::integration()).await),
        ("IntegrationId of hmac", connect("hmac", doors::hmac::integration()).await),
    ])
}

/// An endpoint at which nobody listens, and a delivery to it that is tried once.
async fn webhooks(owner: &Tenant) -> (Value, Value) {
    let endpoint = json!({ "url": "http://127.0.0.1:1/", "event_types": ["webhook.test"], "max_attempts": 1 });
    let endpoint = owner.create("/v1/webhook-endpoints", &endpoint).await;
    let delivery = owner.verb(&format!("/v1/webhook-endpoints/{}/test", id(&endpoint))).await.expect(202).json();
    (endpoint, delivery)
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

/// Does what has to be done before the route can do anything.
pub(crate) async fn prepare(route: &str, shop: &Shop, caller: &Tenant) {
    if route.contains("/v1/engagements/{id}") {
        let access = format!("/v1/engagements/{}/access/{}", shop.id("EngagementId", route), caller.user_id);
        shop.owner.put(&access, &json!({ "level": "admin" })).await.expect(200);
    }
    // A directory or a provider: one of them vouches at a time.
    if route.starts_with("POST /v1/auth/oidc/") {
        for (kind, is_active) in [("IntegrationId of a directory", false), ("IntegrationId of a provider", true)] {
            let path = format!("/v1/integrations/{}", shop.id(kind, route));
            shop.owner.patch(&path, 1, &json!({ "is_active": is_active })).await.expect(200);
        }
    }
    if route == "POST /v1/platform/organizations/{id}/reactivate" {
        let suspend = format!("/v1/platform/organizations/{}/suspend", shop.owner.organization_id);
        shop.admin(route).post(&suspend, &json!({ "reason": "to be ended" })).await.expect(200);
    }
    if route == "POST /v1/organization/reactivate" {
        let reason = json!({ "reason": "to be ended" });
        shop.owner.post("/v1/organization/suspend", &reason).await.expect(200);
    }
}

/// The file that a route takes instead of a JSON body, behind its media type.
pub(crate) fn file(route: &str) -> Option<(&'static str, &'static str)> {
    match route {
        "POST /v1/customers/import" => Some(("text/csv", "customer_code,business_name\nTAKEN,Taken\n")),
        "POST /v1/products/import" => {
            Some(("text/csv", "sku,name,unit,base_price,currency\nTAKEN,Taken,piece,1.00,EUR\n"))
        }
        "POST /v1/media-files" => Some(("application/octet-stream", "\u{1}\u{2}\u{3}")),
        _ => None,
    }
}

/// What the route asks for behind its path. Without an entry: nothing.
pub(crate) fn query(route: &str) -> Vec<(String, String)> {
    let pairs: &[(&str, &str)] = match route {
        "GET /v1/webhooks/whatsapp/{organization_id}/{integration_id}" => {
            &[("hub.mode", "subscribe"), ("hub.verify_token", whatsapp::VERIFY_TOKEN), ("hub.challenge", "1")]
        }
        _ => &[],
    };
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Ids of which nobody has one that the route would take, so that its body leaves them out.
pub(crate) const NEVER_TAKEN: [(&str, &str); 1] = [
    // A contact of a customer that is not there yet.
    ("POST /v1/customers", "/contacts/0/id"),
];

/// A directory at which nobody listens.
fn directory(is_active: bool) -> Value {
    json!({
        "name": "Directory", "is_active": is_active,
        "config": {
            "host": "127.0.0.1", "port": 1, "security": "ldaps", "ca_certificate": null, "bind_dn": "cn=purser",
            "base_dn": "dc=example", "user_filter": "(uid={username})", "subject_attribute": "entryUUID",
            "email_attribute": "mail", "name_attribute": "cn", "member_of_attribute": "memberOf",
            "group_search": { "base_dn": "dc=example", "filter": "(member={dn})", "name_attribute": "cn" },
        },
        "credentials": { "bind_password": PASSWORD },
    })
}

/// A provider at which nobody listens.
fn provider(is_active: bool) -> Value {
    json!({
        "name": "Provider", "is_active": is_active,
        "config": {
            "issuer": "http://127.0.0.1:1", "client_id": "purser", "ca_certificate": null,
            "redirect_uri": "http://127.0.0.1:1/", "scopes": ["email"], "groups_claim": "groups",
            "second_factor": { "always": false, "acr_values": ["gold"], "amr_values": ["mfa"] },
        },
        "credentials": { "client_secret": PASSWORD },
    })
}
/// Routes that refuse what is asked of a shop, and how: a shop has an owner.
pub(crate) const NOT_OF_A_SHOP: [(&str, u16); 1] = [("POST /v1/platform/organizations/{id}/invite-owner", 409)];

/// Routes that ask a machine which the matrices do not have, and what they answer then.
pub(crate) const NOBODY_ANSWERS: [(&str, u16); 4] = [
    ("POST /v1/auth/ldap/{organization_id}/{integration_id}/login", 503),
    ("POST /v1/auth/oidc/{organization_id}/{integration_id}/start", 503),
    // Only Google can sign.
    ("POST /v1/webhooks/gmail/{organization_id}/{integration_id}", 401),
    // Nobody has begun anything.
    ("POST /v1/auth/oidc/{organization_id}/{integration_id}/callback", 401),
];

/// A time as it stands in a request.
fn in_days(days: i64) -> String {
    (Clock::system().now() + TimeDelta::days(days)).to_rfc3339()
}
