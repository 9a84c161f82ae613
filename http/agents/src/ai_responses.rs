//! What readers and models answered.
use actix_web::{get, web::Data};
use chrono::{DateTime, Utc};
use purser_agents::{
    AiResponse,
    ai_responses::{self, AiResponseFilter},
};
use purser_compliance::{Access, AccessLog};
use purser_http::{
    problem::Refusal,
    query::{self, Query},
    reply::Reply,
    routes::Routes,
    unit::Read,
    view::PageView,
};
use purser_kernel::{
    Cost, UserId,
    ids::{AiResponseId, MessageId},
};
use purser_store::{name_of, named};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list);
}

/// An answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct AiResponseView {
    id: AiResponseId,
    message_id: Option<MessageId>,
    run_id: Option<Uuid>,
    /// Such as `order_processing`.
    agent_type: String,
    /// The model, or the name and version of a reader that needs none.
    model: String,
    content: Value,
    /// From 0 to 1.
    confidence: Option<f64>,
    tokens_in: i64,
    tokens_out: i64,
    cost_usd: Cost,
    latency_ms: i64,
    /// `good`, `bad` or `corrected`; null until somebody says.
    human_feedback: Option<String>,
    feedback_by: Option<UserId>,
    feedback_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl From<AiResponse> for AiResponseView {
    fn from(answer: AiResponse) -> Self {
        Self {
            id: answer.id,
            message_id: answer.message_id,
            run_id: answer.run_id,
            agent_type: answer.agent_type,
            model: answer.model,
            content: answer.content,
            confidence: answer.confidence,
            tokens_in: answer.tokens_in,
            tokens_out: answer.tokens_out,
            cost_usd: answer.cost_nanos,
            latency_ms: answer.latency_ms,
            human_feedback: answer.human_feedback.as_ref().map(name_of),
            feedback_by: answer.feedback_by,
            feedback_at: answer.feedback_at,
            created_at: answer.created_at,
        }
    }
}

/// Which answers.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListAiResponses {
    /// Only those of this kind of agent, such as `order_processing`.
    agent_type: Option<String>,
    /// Only those to this message.
    message_id: Option<MessageId>,
    /// Only those that people called `good`, `bad` or `corrected`.
    #[param(pattern = "^(good|bad|corrected)$")]
    human_feedback: Option<String>,
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Answers, the newest first.
#[utoipa::path(
    tag = "Agents",
    params(ListAiResponses),
    responses((status = 200, body = PageView<AiResponseView>)),
    security(("bearer" = ["training.read"])),
)]
#[get("/v1/ai-responses")]
async fn list(unit: Read, accesses: Data<AccessLog>, Query(query): Query<ListAiResponses>) -> Result<Reply, Refusal> {
    let page = query::page(query.limit, query.cursor)?;
    let human_feedback = query.human_feedback.map(|name| named("/human_feedback", &name)).transpose()?;
    let filter = AiResponseFilter { agent_type: query.agent_type, message_id: query.message_id, human_feedback };
    let tx = unit.begin().await?;
    let page = ai_responses::list(&tx, filter, &page).await?;
    let seen = page.data.iter().map(|answer| answer.id);
    accesses.note(unit.scope(), unit.purpose(), Access::select("ai_response", seen).unsure())?;
    Ok(Reply::ok(&PageView::of(page, AiResponseView::from))?)
}
