//! What a person decides before it is done, by the failures that real systems have had.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]
mod content;
mod deciders;
mod delegations;
mod desk;
mod inbox;
mod limits;
mod links;
mod machines;
mod notified;
mod policies;
mod review;
mod time;
mod told;

use purser_tests::app::Answer;

/// The answer is this problem.
#[track_caller]
fn problem(answer: &Answer, status: u16, id: &str) {
    assert_eq!((answer.status, answer.problem().as_str()), (status, id), "{answer:?}");
}
