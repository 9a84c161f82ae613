//! How much waits, for those who watch.
use crate::{error::internal, name_of, prelude::*};
use purser_entity_platform::job::{self, Column, Status};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ActiveEnum, ConnectionTrait};

/// The jobs of one kind and status.
#[derive(Clone, Debug)]
pub struct Depth {
    /// Their kind, of whichever version.
    pub kind: String,
    /// `ready`, `running` or `dead`; `scheduled` for those that are ready and whose time has not come.
    pub status: &'static str,
    /// How many there are.
    pub jobs: i64,
    /// When the first of them was to run.
    pub oldest: Timestamp,
}

/// The names that a status can have here.
pub const STATUSES: [&str; 4] = ["ready", "scheduled", "running", "dead"];

/// All jobs that are not over, counted by kind and status.
pub async fn depth(system: System<'_>) -> Result<Vec<Depth>, Problem> {
    let is_later =
        || Expr::col(Column::Status).eq(Status::Ready.to_value()).and(Expr::col(Column::RunAt).gt(system.now()));
    let later = || Expr::case(is_later(), "scheduled").finally(Expr::col(Column::Status));
    let unfinished = [Status::Ready, Status::Running, Status::Dead].map(|status| name_of(&status));
    let counted = Query::select()
        .column(Column::Kind)
        .expr_as(later(), "state")
        .expr_as(Expr::col(Column::Id).count(), "jobs")
        .expr_as(Expr::col(Column::RunAt).min(), "oldest")
        .from(job::Entity)
        .and_where(Expr::col(Column::Status).is_in(unfinished))
        .group_by_col(Column::Kind)
        .add_group_by([Expr::col("state")])
        .to_owned();
    let rows = system.connection().query_all(&counted).await.map_err(internal)?;
    let depths = rows.iter().map(|row| {
        let state: String = row.try_get("", "state")?;
        Ok(Depth {
            kind: row.try_get("", "kind")?,
            status: STATUSES.into_iter().find(|status| *status == state).unwrap_or_default(),
            jobs: row.try_get("", "jobs")?,
            oldest: row.try_get("", "oldest")?,
        })
    });
    depths.collect::<Result<_, sea_orm::DbErr>>().map_err(internal)
}
