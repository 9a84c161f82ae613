//! A list of words or sentences in one column.
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// What people call a thing, or write when they mean it. Short, read as a whole, and never searched in SQL.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Texts(pub Vec<String>);
