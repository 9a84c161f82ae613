//! Where the program is put together: which crate implements which port, who does which job, who hears of which event.
use crate::{Config, mail};
use actix_web::web::{Data, ServiceConfig};
use chrono::TimeDelta;
use purser_agents::AnswerBook;
use purser_approvals::{ApprovalService, DecisionLinks, Expire, Review, SendApprovalMail, Tell};
use purser_auth::{
    Auth, AuthOptions, Directory as PeopleDirectory, ForgetStrangers, Identities, Joins, MailNotice, MailSignUp,
    MailToken, RotateSigningKeys,
};
use purser_billing::{Meter, UsageEvents, rates::Rates};
use purser_compliance::{
    AccessLog, Deletions, PurgeDeleted, RetentionRules, SealTrail,
    pii::{
        Marks, Scanner,
        rules::PredefinedRules,
        scan::{ScanText, Sweep as SweepFindings, scan_triggers},
        scans::ScanTexts,
    },
};
use purser_integrations::{
    ProcessInbound, Providers, Reach,
    delivery::{Deliver, Deliveries, Fanout, SweepDeliveries, WebhookOptions},
    events::InboundEvents,
    streams::Streams,
    webhook_endpoints::{EndpointOwners, Targets, WebhookRules},
    webhooks::Doors,
};
use purser_kernel::{
    Links, Problem,
    ports::{BlobStore, Mailer},
};
use purser_media::{Folder, Media, RemoveBlob, Sweep};
use purser_messaging::{
    InboxService, MessageTexts,
    notifications::{Notifications, Notify, Parties, SendDigests, SendNotifications},
};
use purser_migration::{APPEND_ONLY, tenant_tables};
use purser_ordering::{
    Numbers,
    customers::{CustomerTexts, Customers, Directory},
    labels::PredefinedLabels,
    orders::{OrderConfirmation, OrderTexts, Orders},
    reader::{OrderReader, RuleReader},
    reading::{ReadConversation, ReadMessages},
};
use purser_store::{
    Analyze, MasterKey, Purge, Store,
    jobs::JobHandler,
    outbox::{Audience, Dispatcher, EventType, Subscriber, Trigger},
    ports::{
        Answers, CustomerDirectory, FreeTexts, Inbox, Memberships, NotificationSettings, People, Restorable, Settings,
        Tenants, UsageMeter,
    },
    retention::{Events, Expiring, RemoveExpired},
};
use purser_tenancy::{
    DirectoryMembers, PurgeClosed, Tenancy,
    invitations::{Invitations, SendInvitation},
    members::Members,
    role_changes::{RoleChangeSubject, RoleChanges},
};
use std::sync::{Arc, LazyLock};
use tokio_util::sync::CancellationToken;

/// Everything a handler may need.
pub struct Services {
    /// The database.
    pub store: Store,
    /// Sign-up, sign-in, sessions.
    pub auth: Auth,
    /// Members.
    pub members: Members,
    /// Invitations.
    pub invitations: Invitations,
    /// Those who accept them.
    pub joins: Joins,
    /// Promotions that a second person decides.
    pub role_changes: RoleChanges,
    /// Links in mails by which people decide.
    pub decision_links: DecisionLinks,
    /// What people approve before it is done.
    pub approvals: Arc<ApprovalService>,
    /// Sign-in with an organization's own directory or provider.
    pub identities: Identities,
    /// The directories and providers.
    pub providers: Providers,
    /// Members whom directories bring.
    pub memberships: Arc<dyn Memberships>,
    /// Who sends mails, for jobs.
    pub mailer: Arc<dyn Mailer>,
    /// Links in mails.
    pub links: Links,
    /// Who writes from an address.
    pub directory: Arc<dyn CustomerDirectory>,
    /// Customers.
    pub customers: Customers,
    /// Orders.
    pub orders: Orders,
    /// Files.
    pub media: Media,
    /// What was deleted.
    pub deletions: Deletions,
    /// Who reads what is about people.
    pub accesses: AccessLog,
    /// How long what is kept.
    pub retention: RetentionRules,
    /// Who looks for personal data in texts.
    pub scanner: Scanner,
    /// The organizations.
    pub tenants: Arc<dyn Tenants>,
    /// What is taken of webhook endpoints.
    pub webhook_rules: WebhookRules,
    /// Who knocks at providers' doors.
    pub doors: Doors,
    /// Events as they happen.
    pub streams: Streams,
    /// What people want to be told of.
    pub notification_settings: Arc<dyn NotificationSettings>,
    parties: Parties,
    webhooks: WebhookOptions,
    settings: Arc<dyn Settings>,
    inbox: Arc<dyn Inbox>,
    answers: Arc<dyn Answers>,
    meter: Arc<dyn UsageMeter>,
    reader: Arc<dyn OrderReader>,
    mail_token: Arc<MailToken>,
    mail_sign_up: Arc<MailSignUp>,
}

impl Services {
    /// Puts the services together over an open database.
    pub fn build(config: &Config, store: Store, master_key: MasterKey) -> Result<Self, Problem> {
        let tenants: Arc<dyn Tenants> = Arc::new(Tenancy);
        let settings: Arc<dyn Settings> = Arc::new(Tenancy);
        let people: Arc<dyn People> = Arc::new(PeopleDirectory);
        let directory: Arc<dyn CustomerDirectory> = Arc::new(Directory);
        let answers: Arc<dyn Answers> = Arc::new(AnswerBook);
        let approvals = Arc::new(ApprovalService::new(
            vec![Arc::new(OrderConfirmation), Arc::new(RoleChangeSubject { people: people.clone() })],
            tenants.clone(),
            people.clone(),
            Arc::new(Rates),
        ));
        let decision_links = DecisionLinks::new((*approvals).clone(), people.clone(), &master_key)?;
        let role_changes = RoleChanges { approvals: approvals.clone() };
        let options = AuthOptions {
            argon2_memory_kib: config.argon2_memory_kib,
            argon2_iterations: config.argon2_iterations,
            network_free_failures: config.network_free_failures,
            sign_up: config.sign_up,
            password_min_length: config.password_min_length,
            breached_passwords: config.breached_passwords.clone(),
            session_idle_lifetime: TimeDelta::days(config.session_idle_days.into()),
            session_lifetime: TimeDelta::days(config.session_max_days.into()),
            ..AuthOptions::default()
        };
        let mailer = mail::mailer(config, store.clock().clone())?;
        let auth = Auth::new(store.clone(), tenants.clone(), &master_key, options)?;
        let invitations = Invitations::new(people.clone(), role_changes.clone(), &master_key)?;
        let memberships: Arc<dyn Memberships> = Arc::new(DirectoryMembers { role_changes: role_changes.clone() });
        let reach = Reach { loopback: !config.is_production(), private: config.private_providers };
        let notification_settings: Arc<dyn NotificationSettings> = Arc::new(Tenancy);
        let parties = Parties {
            tenants: tenants.clone(),
            people: people.clone(),
            settings: notification_settings.clone(),
            concerns: vec![approvals.clone(), Arc::new(EndpointOwners), Arc::new(Tenancy)],
        };
        let blobs: Arc<dyn BlobStore> = Arc::new(Folder::new(config.media_folder()));
        let providers = Providers { reach, redirect_uri: config.links().page("oidc/callback") };
        Ok(Self {
            joins: Joins { auth: auth.clone(), invitations: Arc::new(invitations.clone()) },
            identities: Identities::new(auth.clone(), Arc::new(providers.clone()), memberships.clone(), &master_key)?,
            auth,
            members: Members { people, role_changes: role_changes.clone() },
            role_changes,
            decision_links,
            invitations,
            doors: Doors::new(config.links(), &config.google_keys_url, reach)?,
            providers,
            memberships,
            customers: Customers { settings: settings.clone() },
            orders: Orders { answers: answers.clone(), approvals: approvals.clone() },
            media: Media { blobs, limits: Arc::new(Tenancy), max_bytes: config.max_media_bytes },
            deletions: Deletions::new(restorables(), settings.clone()),
            accesses: AccessLog::new(store.clone()),
            scanner: Scanner::new(texts(), Arc::new(Numbers), Marks::new(&master_key)?),
            inbox: Arc::new(InboxService::new(directory.clone())),
            meter: Arc::new(Meter),
            retention: retention(config),
            reader: Arc::new(RuleReader),
            webhook_rules: WebhookRules {
                targets: Targets::new(config.webhook_ports.clone(), config.webhooks_allow_loopback),
                event_types: event_types().iter().map(|event| event.name).collect(),
            },
            webhooks: config.webhooks(),
            streams: Streams::new(store.clone(), event_types(), vec![Arc::new(Tenancy)], config.streams()),
            notification_settings,
            parties,
            mail_token: Arc::new(MailToken::new(&master_key, mailer.clone(), config.links())?),
            mail_sign_up: Arc::new(MailSignUp::new(&master_key, mailer.clone(), config.links())?),
            mailer,
            links: config.links(),
            store,
            approvals,
            directory,
            tenants,
            settings,
            answers,
        })
    }

    /// Hands the handlers what they name: `orders: Data<Orders>`.
    pub fn share(&self, config: &mut ServiceConfig) {
        config
            .app_data(Data::new(self.store.clone()))
            .app_data(Data::new(self.auth.clone()))
            .app_data(Data::new(self.members.clone()))
            .app_data(Data::new(self.invitations.clone()))
            .app_data(Data::new(self.joins.clone()))
            .app_data(Data::new(self.role_changes.clone()))
            .app_data(Data::new(self.decision_links.clone()))
            .app_data(Data::from(self.approvals.clone()))
            .app_data(Data::new(self.identities.clone()))
            .app_data(Data::new(self.providers.clone()))
            .app_data(Data::from(self.memberships.clone()))
            .app_data(Data::from(self.directory.clone()))
            .app_data(Data::from(self.notification_settings.clone()))
            .app_data(Data::new(self.customers.clone()))
            .app_data(Data::new(self.orders.clone()))
            .app_data(Data::new(self.media.clone()))
            .app_data(Data::new(self.deletions.clone()))
            .app_data(Data::new(self.accesses.clone()))
            .app_data(Data::new(self.retention.clone()))
            .app_data(Data::new(self.scanner.clone()))
            .app_data(Data::new(self.webhook_rules.clone()))
            .app_data(Data::new(self.doors.clone()))
            .app_data(Data::new(self.streams.clone()))
            .app_data(Data::new(event_types()));
    }

    /// Who does which kind of job.
    pub fn job_handlers(&self) -> Vec<Arc<dyn JobHandler>> {
        let subscribers: Vec<Arc<dyn Subscriber>> = vec![
            Arc::new(PredefinedLabels),
            Arc::new(PredefinedRules),
            Arc::new(Tell::new(self.decision_links.clone())),
            Arc::new(Notify::new(self.parties.clone())),
        ];
        let mut triggers: Vec<Arc<dyn Trigger>> = vec![Arc::new(ReadMessages)];
        triggers.extend(scan_triggers(&texts()));
        let read = ReadConversation::new(
            self.reader.clone(),
            self.inbox.clone(),
            self.answers.clone(),
            self.settings.clone(),
            self.meter.clone(),
            self.approvals.clone(),
        );
        let mut handlers: Vec<Arc<dyn JobHandler>> = vec![
            Arc::new(ProcessInbound::new(self.inbox.clone())),
            Arc::new(read),
            self.mail_token.clone(),
            self.mail_sign_up.clone(),
            Arc::new(ForgetStrangers),
            Arc::new(MailNotice::new(self.mailer.clone())),
            Arc::new(RotateSigningKeys::new(self.auth.clone())),
            Arc::new(SendInvitation::new(&self.invitations, self.mailer.clone(), self.links.clone())),
            Arc::new(SendApprovalMail::new(self.decision_links.clone(), self.mailer.clone(), self.links.clone())),
            Arc::new(Purge::new(self.tenants.clone())),
            Arc::new(PurgeClosed::new(erasable(), self.media.blobs.clone())),
            Arc::new(RemoveBlob::new(self.media.blobs.clone())),
            Arc::new(Sweep::new(self.media.blobs.clone(), self.tenants.clone())),
            Arc::new(Analyze),
            Arc::new(Expire::new((*self.approvals).clone())),
            Arc::new(Review::new((*self.approvals).clone())),
            Arc::new(ScanText::new(self.scanner.clone())),
            Arc::new(ScanTexts::new(self.scanner.clone())),
            Arc::new(SweepFindings::new(self.scanner.clone(), self.tenants.clone())),
            Arc::new(SweepDeliveries::new(self.tenants.clone())),
            Arc::new(SendNotifications::new(self.parties.clone(), self.mailer.clone(), self.links.clone())),
            Arc::new(SendDigests::new(self.parties.clone())),
        ];
        let expiring: Vec<Arc<dyn Expiring>> = vec![
            Arc::new(Deliveries),
            Arc::new(Events),
            Arc::new(InboundEvents),
            Arc::new(Notifications),
            Arc::new(UsageEvents),
        ];
        handlers.push(Arc::new(RemoveExpired::new(self.tenants.clone(), Arc::new(self.retention.clone()), expiring)));
        let audience: Vec<Arc<dyn Audience>> = vec![Arc::new(Fanout)];
        handlers.extend(SealTrail::handlers(&self.tenants));
        handlers.extend(PurgeDeleted::handlers(&self.deletions, &self.tenants));
        handlers.extend(Dispatcher::handlers(subscribers, triggers, audience, self.meter.clone()));
        handlers
    }

    /// Who sends events to endpoints, and to how many at once: for a worker of its own, because requests that hang are to hold up no
    /// other kind of job. Nothing more is sent when `stop` is cancelled.
    pub fn webhook_handler(&self, stop: CancellationToken) -> Result<(Arc<dyn JobHandler>, usize), Problem> {
        let (targets, options) = (self.webhook_rules.targets.clone(), self.webhooks.clone());
        let concurrency = options.concurrency;
        let handler = Deliver::new(targets, options, self.store.clock().clone(), self.meter.clone(), stop)?;
        Ok((Arc::new(handler), concurrency))
    }

    /// Every kind of job.
    pub fn job_kinds(&self) -> Vec<&'static str> {
        let mut kinds: Vec<_> = self.job_handlers().iter().map(|handler| handler.kind()).collect();
        kinds.push(Deliver::KIND);
        kinds.sort_unstable();
        kinds
    }

    /// Kinds of jobs that come again, and when: five fields as in crontab(5), in UTC.
    pub fn schedules() -> &'static [(&'static str, &'static str)] {
        &[
            (Expire::KIND, "*/5 * * * *"),
            (SealTrail::KIND, "*/5 * * * *"),
            (SealTrail::KIND_LATE, "7 4 * * *"),
            (RotateSigningKeys::KIND, "7 * * * *"),
            (ForgetStrangers::KIND, "12 * * * *"),
            (Purge::KIND, "17 3 * * *"),
            (PurgeClosed::KIND, "27 3 * * *"),
            (PurgeDeleted::KIND, "32 3 * * *"),
            (Sweep::KIND, "37 3 * * *"),
            (RemoveExpired::KIND, "57 3 * * *"),
            // There are time zones that begin at every quarter of an hour.
            (SendDigests::KIND, "*/15 * * * *"),
            (SweepFindings::KIND, "17 4 * * *"),
            (Analyze::KIND, "47 3 * * *"),
            (SweepDeliveries::KIND, "*/15 * * * *"),
        ]
    }
}

/// How long organizations keep what.
pub fn retention(config: &Config) -> RetentionRules {
    let days = |days: u32| i32::try_from(days).unwrap_or(i32::MAX);
    RetentionRules {
        settings: Arc::new(Tenancy),
        notification_days: days(config.notification_retention_days),
        webhook_delivery_days: days(config.webhook_retention_days),
    }
}

/// Where people write freely.
fn texts() -> Vec<Arc<dyn FreeTexts>> {
    vec![Arc::new(CustomerTexts), Arc::new(MessageTexts), Arc::new(OrderTexts)]
}

/// Tables that organizations' rows can be removed from. What the server only adds to goes with what it is a part of, but for the audit
/// trail, which stays.
fn erasable() -> Vec<&'static str> {
    tenant_tables().iter().copied().filter(|table| !APPEND_ONLY.contains(table)).collect()
}

/// Every table whose rows people delete and can bring back, as its domain has it.
pub fn restorables() -> Vec<Arc<dyn Restorable>> {
    let mut all = purser_tenancy::restorables();
    all.extend(purser_integrations::restorables());
    all.extend(purser_ordering::restorables());
    all
}

/// Every event that is published, by name.
pub fn event_types() -> &'static [EventType] {
    static ALL: LazyLock<Vec<EventType>> = LazyLock::new(|| {
        let mut all = purser_tenancy::event_types();
        all.extend(purser_auth::platform::event_types());
        all.extend(purser_approvals::event_types());
        all.extend(purser_integrations::webhook_endpoints::event_types());
        all.extend(purser_integrations::events::event_types());
        all.extend(purser_compliance::event_types());
        all.extend(purser_messaging::event_types());
        all.extend(purser_ordering::event_types());
        all.sort_by_key(|event| event.name);
        all
    });
    &ALL
}
