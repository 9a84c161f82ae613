//! Work that is stopped half-way.
use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};

/// What comes of `work` within so many steps; `None` where it needs more. A step ends with each wait, such as for an answer of the database.
/// Afterwards it can be dropped, as by whoever dies, or go on.
pub async fn within<F: Future + ?Sized>(steps: usize, mut work: Pin<&mut F>) -> Option<F::Output> {
    let mut left = steps;
    poll_fn(|context| {
        left = left.saturating_sub(1);
        match work.as_mut().poll(context) {
            Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
