//! Views that every domain shares.
use purser_kernel::Page;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageView<T> {
    /// The rows.
    pub data: Vec<T>,
    /// Where the next page begins; null on the last.
    pub next_cursor: Option<String>,
}

impl<T> PageView<T> {
    /// The page with each row as its view.
    pub fn of<M>(page: Page<M>, view: impl FnMut(M) -> T) -> Self {
        let page = page.map(view);
        Self { data: page.data, next_cursor: page.next.map(|cursor| cursor.to_string()) }
    }
}

/// Where a request for approval stands, in the inbox and at what is to be approved.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalStatus {
    /// Waits for a decision.
    Pending,
    /// Done as it was shown.
    Approved,
    /// Somebody said no.
    Rejected,
    /// Nobody decided in time.
    Expired,
    /// Whoever asked no longer wants it.
    Withdrawn,
    /// What was asked about was changed or is gone.
    Superseded,
}
