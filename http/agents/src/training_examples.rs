//! What should have been answered.
use actix_web::{get, web::Data};
use chrono::{DateTime, Utc};
use purser_agents::{
    TrainingExample,
    training_examples::{self, TrainingExampleFilter},
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
    UserId,
    ids::{MessageId, OrderId, TrainingExampleId},
};
use purser_store::{name_of, named};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list);
}

/// An example.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrainingExampleView {
    id: TrainingExampleId,
    /// `manual_entry`, `corrected_ai_output` or `accepted_ai_output`.
    source: String,
    /// Such as `order_processing`.
    agent_type: String,
    /// What the customer wrote.
    input_text: String,
    /// What is right.
    expected_output: Value,
    /// What was answered.
    ai_output: Option<Value>,
    /// Null until a person says that agents may learn from it.
    approved_by: Option<UserId>,
    approved_at: Option<DateTime<Utc>>,
    message_id: Option<MessageId>,
    order_id: Option<OrderId>,
    created_by: Option<UserId>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<TrainingExample> for TrainingExampleView {
    fn from(example: TrainingExample) -> Self {
        Self {
            id: example.id,
            source: name_of(&example.source),
            agent_type: example.agent_type,
            input_text: example.input_text,
            expected_output: example.expected_output,
            ai_output: example.ai_output,
            approved_by: example.approved_by,
            approved_at: example.approved_at,
            message_id: example.message_id,
            order_id: example.order_id,
            created_by: example.created_by,
            version: example.version,
            created_at: example.created_at,
            updated_at: example.updated_at,
        }
    }
}

/// Which examples.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListTrainingExamples {
    /// Only those that are `manual_entry`, `corrected_ai_output` or `accepted_ai_output`.
    #[param(pattern = "^(manual_entry|corrected_ai_output|accepted_ai_output)$")]
    source: Option<String>,
    /// Only those for this kind of agent, such as `order_processing`.
    agent_type: Option<String>,
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Examples, the newest first.
#[utoipa::path(
    tag = "Agents",
    params(ListTrainingExamples),
    responses((status = 200, body = PageView<TrainingExampleView>)),
    security(("bearer" = ["training.read"])),
)]
#[get("/v1/training-examples")]
async fn list(
    unit: Read,
    accesses: Data<AccessLog>,
    Query(query): Query<ListTrainingExamples>,
) -> Result<Reply, Refusal> {
    let page = query::page(query.limit, query.cursor)?;
    let source = query.source.map(|name| named("/source", &name)).transpose()?;
    let filter = TrainingExampleFilter { source, agent_type: query.agent_type };
    let tx = unit.begin().await?;
    let page = training_examples::list(&tx, filter, &page).await?;
    let seen = page.data.iter().map(|example| example.id);
    accesses.note(unit.scope(), unit.purpose(), Access::select("training_example", seen))?;
    Ok(Reply::ok(&PageView::of(page, TrainingExampleView::from))?)
}
