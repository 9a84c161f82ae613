//! Who is told of an event: the subscriber that makes notifications.
use super::{
    Kind, MailTiming, Parties, mail,
    preferences::{Channels, Kept},
    rules::{ANSWERS, Audience, EVENTS, Facts, QUESTIONS, RULES, Rule, Words},
};
use async_trait::async_trait;
use purser_entity_messaging::notification::{ActiveModel, Column, Entity};
use purser_kernel::UserId;
use purser_store::{
    outbox::{Event, Subscriber},
    ports::Concern,
    prelude::*,
};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// More people than are told of one event: of those who hold a permission, the oldest members.
const MAX_TOLD: usize = 1_000;
/// The number sequence that notifications take their place from.
const SEQUENCE: &str = "notifications";
const MAX_TITLE: usize = 200;
const MAX_BODY: usize = 1_000;

/// Makes notifications of events.
pub struct Notify {
    parties: Parties,
}

impl Notify {
    /// The subscriber.
    pub fn new(parties: Parties) -> Self {
        Self { parties }
    }

    /// Tells those whom the rule names. Delivered again, it tells nobody who was told.
    async fn tell(&self, tx: &WriteTx, event: &Event, rule: &Rule) -> Result<(), Problem> {
        let concern = match rule.audience {
            Audience::Concerned(resource) => match self.parties.concerns(resource)?.of(tx, event).await? {
                Some(concern) => Some(concern),
                None => return Ok(()),
            },
            Audience::Holders(_) | Audience::Named(_) => None,
        };
        let Some(words) = self.words(tx, event, rule, concern.as_ref()).await? else {
            return Ok(());
        };
        let people = self.people(tx, event, rule, concern).await?;
        let chosen = self.parties.settings.of(tx, &people).await?;
        let channels: HashMap<UserId, Channels> =
            chosen.into_iter().map(|(person, chosen)| (person, Kept::of(&chosen).channels(rule.kind))).collect();
        let mut told: Vec<(UserId, Channels)> = people
            .iter()
            .filter_map(|person| channels.get(person).map(|channels| (*person, *channels)))
            .filter(|(_, channels)| channels.in_app || channels.is_mailed())
            .collect();
        if told.is_empty() {
            return Ok(());
        }
        told.sort_unstable_by_key(|(person, _)| *person);
        // Late: the next one waits until this transaction ends, so that numbers are in the order in which rows become visible.
        let number = tx.next_number(SEQUENCE).await?;
        let rows =
            told.into_iter().map(|(person, channels)| row(tx, event, rule.kind, &words, number, person, channels));
        let made = tx.insert_many_if_absent(rows).await?;
        let at_once = made.iter().filter(|row| {
            channels.get(&row.user_id).is_some_and(|channels| channels.mail == Some(MailTiming::Immediately))
        });
        tx.enqueue_many(at_once.map(|row| mail::one(row.id)).collect()).await
    }

    async fn words(
        &self,
        tx: &ReadTx,
        event: &Event,
        rule: &Rule,
        concern: Option<&Concern>,
    ) -> Result<Option<Words>, Problem> {
        let person = rule.person.and_then(|field| named(event, field));
        let brief = self.parties.people.briefs(tx, person.as_slice()).await?;
        let name = person.and_then(|person| brief.get(&person)).map(|brief| brief.full_name.as_str());
        let (id, payload, occurred_at) = (event.resource_id, &event.payload, event.occurred_at);
        Ok((rule.words)(&Facts { id, payload, occurred_at, name, concern }))
    }

    /// Those who are to be told and may read it. Whoever did it knows, and so does whom it is about where others are told.
    async fn people(
        &self,
        tx: &ReadTx,
        event: &Event,
        rule: &Rule,
        concern: Option<Concern>,
    ) -> Result<Vec<UserId>, Problem> {
        let holders = async |permission: Permission| {
            self.parties.tenants.holders(tx, rule.kind.spec().sees | permission, MAX_TOLD).await
        };
        let mut people = match rule.audience {
            Audience::Holders(permission) => holders(permission).await?,
            Audience::Named(field) => {
                let named: Vec<UserId> = named(event, field).into_iter().collect();
                self.parties.readers(tx, rule.kind, &named).await?
            }
            Audience::Concerned(_) => {
                let concerned = concern.map(|concern| concern.people).unwrap_or_default();
                self.parties.readers(tx, rule.kind, &concerned).await?
            }
        };
        if let Some(permission) = rule.otherwise.filter(|_| people.is_empty()) {
            people = holders(permission).await?;
        }
        let about = rule.person.and_then(|field| named(event, field));
        people.retain(|person| event.by != Some(*person) && about != Some(*person));
        if rule.once && !people.is_empty() {
            let told = already_told(tx, event, rule.kind, &people).await?;
            people.retain(|person| !told.contains(person));
        }
        Ok(people)
    }
}

async fn already_told(tx: &ReadTx, event: &Event, kind: Kind, people: &[UserId]) -> Result<HashSet<UserId>, Problem> {
    let same = Column::Kind.eq(kind.as_str()).and(Column::ResourceId.eq(event.resource_id));
    // Of this step: those of the steps before it were read when it began.
    let same = same.and(Column::ReadAt.is_null()).and(Column::UserId.is_in(people.iter().copied()));
    let told = tx.find::<Entity>().filter(same).aggregate().by(Column::UserId).count().rows::<(UserId, i64)>().await?;
    Ok(told.into_iter().map(|(person, _)| person).collect())
}

/// The person whose id the event has in this field.
fn named(event: &Event, field: &str) -> Option<UserId> {
    event.payload.get(field).and_then(Value::as_str).and_then(|id| id.parse().ok())
}

fn row(
    tx: &WriteTx,
    event: &Event,
    kind: Kind,
    words: &Words,
    number: i64,
    person: UserId,
    channels: Channels,
) -> ActiveModel {
    ActiveModel {
        user_id: Set(person),
        event_id: Set(event.id),
        number: Set(number),
        kind: Set(kind.as_str().to_owned()),
        resource_id: Set(event.resource_id),
        title: Set(text::fit(&words.title, MAX_TITLE)),
        body: Set(text::fit(&words.body, MAX_BODY)),
        link: Set(words.link.clone()),
        priority: Set(kind.spec().priority),
        in_app: Set(channels.in_app),
        digest_from: Set((channels.mail == Some(MailTiming::Digest)).then(|| tx.now())),
        digested_at: Set(None),
        read_at: Set(None),
        ..Default::default()
    }
}

/// Nobody has to answer these questions any more.
async fn answered(tx: &WriteTx, event: &Event) -> Result<(), Problem> {
    let open = Column::ResourceId
        .eq(event.resource_id)
        .and(Column::ReadAt.is_null())
        .and(Column::Kind.is_in(QUESTIONS.map(Kind::as_str)));
    let now = tx.now();
    tx.update_where(open, |row: &mut ActiveModel| row.read_at = Set(Some(now))).await.map(|_| ())
}

/// Another invitation brings nothing back that a member had before they were removed.
async fn forget(tx: &WriteTx, event: &Event) -> Result<(), Problem> {
    let removed = event.payload.get("status").and_then(Value::as_str) == Some("removed");
    match named(event, "user_id").filter(|_| removed) {
        Some(person) => {
            let theirs = Column::UserId.eq(person).and(Column::CreatedAt.lte(event.occurred_at));
            tx.remove::<Entity>(theirs).await.map(|_| ())
        }
        None => Ok(()),
    }
}

#[async_trait]
impl Subscriber for Notify {
    fn name(&self) -> &'static str {
        "messaging.notify"
    }

    fn event_types(&self) -> &'static [&'static str] {
        EVENTS
    }

    async fn handle(&self, tx: &WriteTx, event: &Event) -> Result<(), Problem> {
        let event_type = event.event_type.as_str();
        if ANSWERS.contains(&event_type) {
            answered(tx, event).await?;
        }
        if event_type == "member.status_changed" {
            forget(tx, event).await?;
        }
        for rule in RULES.iter().filter(|rule| rule.event_type == event_type) {
            self.tell(tx, event, rule).await?;
        }
        Ok(())
    }
}
