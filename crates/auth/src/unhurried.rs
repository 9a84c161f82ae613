//! Answers that tell nothing by how soon they come.
//!
//! What is written down about somebody's wrong password takes longer than what is kept of an address that nobody has, and a row that is found
//! takes longer to read than one that is not. Behind [`refusal_time`](crate::AuthOptions::refusal_time) neither shows.
use crate::{Auth, AuthProblem};
use purser_kernel::{CommonProblem, Problem, clock::Stopwatch};
use std::time::Duration;

impl Auth {
    /// Lets a refused sign-in take as long as any other.
    pub(crate) async fn unhurried<T>(&self, sign_in: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
        let watch = Stopwatch::start();
        let outcome = sign_in.await;
        let is_refusal = |problem: &Problem| {
            problem.is(AuthProblem::InvalidCredentials) || problem.is(CommonProblem::TooManyRequests)
        };
        if outcome.as_ref().is_err_and(is_refusal) {
            self.take_time(watch).await;
        }
        outcome
    }

    /// Waits until as much time has passed since `watch` was started as a refusal takes at the least, or a multiple of that where it took
    /// longer, so that nothing shows then either. No transaction is to be open.
    pub(crate) async fn take_time(&self, watch: Stopwatch) {
        let time = self.options.refusal_time;
        let over = watch.elapsed().as_nanos().checked_rem(time.as_nanos()).unwrap_or_default();
        tokio::time::sleep(time.saturating_sub(Duration::from_nanos(u64::try_from(over).unwrap_or_default()))).await;
    }
}
