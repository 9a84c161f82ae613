//! Answers that tell nothing by how soon they come.
//!
//! What is written down about somebody's wrong password takes longer than what is kept of an address that nobody has, and a row that is found
//! takes longer to read than one that is not. Behind [`refusal_time`](crate::AuthOptions::refusal_time) neither shows.
use crate::{Auth, AuthProblem};
use purser_kernel::{Problem, clock::Stopwatch};

impl Auth {
    /// Lets a refused sign-in take as long as any other.
    pub(crate) async fn unhurried<T>(&self, sign_in: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
        let watch = Stopwatch::start();
        let outcome = sign_in.await;
        if outcome.as_ref().is_err_and(|problem| problem.is(AuthProblem::InvalidCredentials)) {
            self.take_time(watch).await;
        }
        outcome
    }

    /// Waits until as much time has passed since `watch` was started as a refusal takes at the least. No transaction is to be open.
    pub(crate) async fn take_time(&self, watch: Stopwatch) {
        tokio::time::sleep(self.options.refusal_time.saturating_sub(watch.elapsed())).await;
    }
}
