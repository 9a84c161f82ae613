//! The job that reads what waits in a conversation.
use super::{AGENT_TYPE, ConversationToRead, catalogue::Catalogues};
use crate::{
    orders::{self, OrderDraft, OrderWithLines},
    reader::{self, Catalogue, Effect, Intent, Message, OrderReader, Reading},
};
use async_trait::async_trait;
use purser_entity_ordering::{
    order::Channel,
    product::{self, Column as ProductColumn},
    product_variant::{self, Column as VariantColumn},
};
use purser_kernel::{
    Cost,
    clock::Stopwatch,
    ids::{CustomerId, MessageId},
};
use purser_store::{
    jobs::{Job, JobHandler},
    ports::{
        self, Answers, Approvals, InboundMessage, Inbox, NewAnswer, OrderItem, OrderSettings, Settings, Usage,
        UsageMeter,
    },
    prelude::*,
};
use serde_json::json;
use std::sync::Arc;

pub(super) const READ_CONVERSATION: &str = "ordering.read_conversation";
/// The attempt of the job that does not let one message hold up its conversation any longer.
const GIVE_UP_AFTER: i32 = 4;
/// How often a message is read again because the order it refers to has changed meanwhile.
const ATTEMPTS: usize = 5;

/// Reads the messages of a conversation that nobody has read yet, oldest first, and drafts or amends its order.
pub struct ReadConversation {
    reader: Arc<dyn OrderReader>,
    inbox: Arc<dyn Inbox>,
    answers: Arc<dyn Answers>,
    settings: Arc<dyn Settings>,
    meter: Arc<dyn UsageMeter>,
    approvals: Arc<dyn Approvals>,
    catalogues: Catalogues,
}

impl ReadConversation {
    /// The handler, with what it needs from other domains.
    pub fn new(
        reader: Arc<dyn OrderReader>,
        inbox: Arc<dyn Inbox>,
        answers: Arc<dyn Answers>,
        settings: Arc<dyn Settings>,
        meter: Arc<dyn UsageMeter>,
        approvals: Arc<dyn Approvals>,
    ) -> Self {
        Self { reader, inbox, answers, settings, meter, approvals, catalogues: Catalogues::new() }
    }
}

#[async_trait]
impl JobHandler for ReadConversation {
    fn kind(&self) -> &'static str {
        READ_CONVERSATION
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        let ConversationToRead { conversation_id } = job.payload()?;
        let scope = job.scope()?;
        let tx = store.read(&scope).await?;
        let waiting = self.inbox.unread_by_reader(&tx, conversation_id).await?;
        drop(tx);
        if waiting.is_empty() {
            return Ok(());
        }
        let catalogue = self.catalogues.of(store, &scope).await?;
        let last = waiting.last().copied();
        for message in waiting {
            let ends = (Some(message) == last).then_some(job);
            match self.read_one(store, &scope, &catalogue, message, ends).await {
                Ok(true) => {}
                // The conversation is nobody's yet: its messages wait until a person links it.
                Ok(false) => return Ok(()),
                Err(problem) if job.attempt() >= GIVE_UP_AFTER && !problem.is(CommonProblem::Unavailable) => {
                    tracing::error!(%message, problem = problem.kind().id, "the message cannot be read for orders");
                    self.leave_to_people(store, &scope, message, ends).await?;
                }
                Err(problem) => return Err(problem),
            }
        }
        Ok(())
    }
}

impl ReadConversation {
    /// Marks a message that cannot be read as read without an order, so that those behind it are. It stays unread for people.
    ///
    /// It ends the job `ends`, as reading it would have: a worker that has lost the job to another leaves the message to that one.
    async fn leave_to_people(
        &self,
        store: &Store,
        scope: &Scope,
        id: MessageId,
        ends: Option<&Job>,
    ) -> Result<(), Problem> {
        let tx = store.write(scope).await?;
        let nothing = ports::Reading { intent: name(Intent::Other), confidence: 0.0 };
        self.inbox.record_reading(&tx, id, nothing).await?;
        if let Some(job) = ends {
            tx.finish_job(job).await?;
        }
        tx.commit().await
    }

    /// `false` when the message has to wait. What is written for it ends the job `ends`.
    async fn read_one(
        &self,
        store: &Store,
        scope: &Scope,
        catalogue: &Catalogue,
        id: MessageId,
        ends: Option<&Job>,
    ) -> Result<bool, Problem> {
        for _ in 0..ATTEMPTS {
            let tx = store.read(scope).await?;
            let message = self.inbox.message(&tx, id).await?;
            let Some(customer_id) = message.customer_id else {
                return Ok(false);
            };
            if message.is_read {
                return Ok(true);
            }
            let open = orders::open_draft(&tx, message.conversation_id, customer_id).await?;
            let found = self.read_items(&tx, &message).await?;
            drop(tx);
            let watch = Stopwatch::start();
            let (reading, model) = match found {
                Some(reading) => (reading, "exact_items"),
                None => (self.read_text(catalogue, &message, open.as_ref()).await?, self.reader.name()),
            };
            let read = Read { message, customer_id, reading, model, latency_ms: watch.elapsed_ms() };
            match self.act(store, scope, read, open, ends).await {
                // The order was changed between reading and acting: read again, against what it is now.
                Err(problem) if problem.is(CommonProblem::Stale) || problem.is(CommonProblem::AlreadyExists) => {}
                Err(problem) if problem.is(CommonProblem::IllegalTransition) => {}
                done => return done.map(|()| true),
            }
        }
        Err(Problem::of(CommonProblem::Unavailable).detail("The order changed each time it was read."))
    }

    async fn read_text(
        &self,
        catalogue: &Catalogue,
        message: &InboundMessage,
        open: Option<&OrderWithLines>,
    ) -> Result<Reading, Problem> {
        let lines = open.map(|open| open.lines.as_slice()).unwrap_or_default();
        let draft: Vec<reader::DraftLine> = lines
            .iter()
            .filter_map(|line| {
                Some(reader::DraftLine {
                    product_id: line.product_id?,
                    variant_id: line.variant_id,
                    quantity: line.quantity_e4,
                    original_text: line.ai_original_text.clone().unwrap_or_default(),
                })
            })
            .collect();
        self.reader.read(catalogue, &Message { text: &message.text, draft: &draft }).await
    }

    /// The items of an order message, which need no reader: their SKUs are exact. `None` for every other message.
    async fn read_items(&self, tx: &ReadTx, message: &InboundMessage) -> Result<Option<Reading>, Problem> {
        if message.items.is_empty() {
            return Ok(None);
        }
        let skus: Vec<String> = message.items.iter().map(|item| text::normalized(&item.sku)).collect();
        let limit = u64::try_from(skus.len()).unwrap_or(u64::MAX);
        let products = tx
            .find::<product::Entity>()
            .filter(ProductColumn::SkuNormalized.is_in(skus.iter().cloned()).and(ProductColumn::IsActive.eq(true)));
        let products = products.all(limit).await?;
        let variants = VariantColumn::SkuNormalized.is_in(skus.iter().cloned());
        let variants = tx.find::<product_variant::Entity>().filter(variants).all(limit).await?;
        let line = |item: &OrderItem| {
            let sku = text::normalized(&item.sku);
            let variant = variants.iter().find(|row| row.sku_normalized.as_ref() == Some(&sku));
            let product = products.iter().find(|row| row.sku_normalized == sku).map(|row| row.id);
            let product_id = product.or(variant.map(|row| row.product_id));
            let matched =
                product_id.map(|product_id| reader::Match { product_id, variant_id: variant.map(|row| row.id) });
            reader::ReadLine {
                original_text: format!("{} × {}", item.quantity, item.sku),
                effect: Effect::Add,
                product: matched,
                quantity: item.quantity,
                unit: None,
                confidence: if matched.is_some() { 1.0 } else { 0.0 },
                alternatives: Vec::new(),
            }
        };
        let lines: Vec<_> = message.items.iter().map(line).collect();
        let confidence = lines.iter().map(|line| line.confidence).fold(1.0, f64::min);
        Ok(Some(Reading { intent: Intent::Order, intent_confidence: 1.0, confidence, lines, cancel: false }))
    }

    /// Writes down what was read, and does to the conversation's order what it says. One transaction.
    async fn act(
        &self,
        store: &Store,
        scope: &Scope,
        read: Read,
        open: Option<OrderWithLines>,
        ends: Option<&Job>,
    ) -> Result<(), Problem> {
        let tx = store.write(scope).await?;
        let Reading { intent, intent_confidence, .. } = read.reading;
        let found = ports::Reading { intent: name(intent), confidence: intent_confidence };
        if !self.inbox.record_reading(&tx, read.message.id, found).await? {
            return Ok(());
        }
        self.keep_answer(&tx, &read).await?;
        let mut usage = Usage::one("ordering", read.message.id.to_string(), "message_read", tx.now());
        usage.model = Some(read.model.to_owned());
        usage.latency_ms = Some(read.latency_ms);
        self.meter.record(&tx, &[usage]).await?;
        let changes = read.reading.lines.iter().any(|line| line.effect == Effect::Add || open.is_some());
        match open {
            Some(open) if read.reading.cancel => {
                orders::cancel_by_message(&tx, self.approvals.as_ref(), open, read.message.id).await?;
            }
            open if intent == Intent::Order && changes => {
                let draft = draft(read, self.settings.for_orders(&tx).await?);
                match open {
                    Some(open) => orders::amend(&tx, self.approvals.as_ref(), open, draft).await?,
                    None => orders::create(&tx, draft).await?,
                };
            }
            _ => {}
        }
        if let Some(job) = ends {
            tx.finish_job(job).await?;
        }
        tx.commit().await
    }

    async fn keep_answer(&self, tx: &WriteTx, read: &Read) -> Result<(), Problem> {
        let answer = NewAnswer {
            message_id: read.message.id,
            agent_type: AGENT_TYPE,
            model: read.model.to_owned(),
            content: json!(read.reading),
            confidence: read.reading.confidence,
            cost: Cost::ZERO,
            latency_ms: read.latency_ms,
        };
        self.answers.keep_answer(tx, answer).await
    }
}

/// A message and what was found in it.
struct Read {
    message: InboundMessage,
    customer_id: CustomerId,
    reading: Reading,
    model: &'static str,
    latency_ms: i64,
}

/// What was read, as an order.
fn draft(read: Read, settings: OrderSettings) -> OrderDraft {
    let line = |line: reader::ReadLine| orders::DraftLine {
        effect: line.effect,
        product_id: line.product.map(|matched| matched.product_id),
        variant_id: line.product.and_then(|matched| matched.variant_id),
        quantity: line.quantity,
        unit: line.unit,
        original_text: line.original_text,
        confidence: line.confidence,
        alternatives: line
            .alternatives
            .into_iter()
            .map(|other| (other.product_id, other.variant_id, other.confidence))
            .collect(),
    };
    OrderDraft {
        customer_id: read.customer_id,
        conversation_id: read.message.conversation_id,
        message_id: read.message.id,
        channel: channel(&read.message.channel),
        default_currency: settings.default_currency,
        threshold: settings.ai_confidence_threshold,
        lines: read.reading.lines.into_iter().map(line).collect(),
    }
}

fn name(intent: Intent) -> &'static str {
    match intent {
        Intent::Order => "order",
        Intent::Question => "question",
        Intent::Complaint => "complaint",
        Intent::Greeting => "greeting",
        Intent::Other => "other",
    }
}

fn channel(channel: &str) -> Channel {
    match channel {
        "whatsapp" => Channel::Whatsapp,
        "sms" => Channel::Sms,
        "email" => Channel::Email,
        _ => Channel::Web,
    }
}
