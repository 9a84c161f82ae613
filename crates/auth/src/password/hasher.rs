//! Hashing, which costs memory and a processor on purpose: off the asynchronous threads and only a few at once.
use super::Password;
use crate::AuthOptions;
use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::{
        self,
        phc::{Output, ParamsString, PasswordHash, Salt},
    },
};
use purser_kernel::{CommonProblem, Problem, random};
use std::{sync::Arc, time::Duration};
use tokio::{
    runtime::{Builder, Runtime},
    sync::Semaphore,
};

/// When a caller may try again that found the queue full.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// Argon2id (RFC 9106) behind a queue. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Hasher {
    params: Params,
    /// A hash that no password has, compared with where there is none.
    nobody: Arc<str>,
    /// Hashes that run or wait.
    admitted: Arc<Semaphore>,
    /// Hashes that run.
    running: Arc<Semaphore>,
    threads: Arc<Threads>,
}

/// Threads for hashes alone, as many as run at once. The common ones would be a new one now and then, and each would keep the memory
/// of a hash for itself.
struct Threads(Option<Runtime>);

impl Threads {
    fn new(count: usize) -> Result<Self, Problem> {
        let mut builder = Builder::new_current_thread();
        let runtime = builder.max_blocking_threads(count).thread_name("hash").build();
        Ok(Self(Some(runtime.map_err(Problem::internal)?)))
    }
}

impl Drop for Threads {
    /// Whoever drops the last may be an asynchronous thread, which must not wait.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Hasher {
    pub(crate) fn new(options: &AuthOptions) -> Result<Self, Problem> {
        let (memory, passes, lanes) =
            (options.argon2_memory_kib, options.argon2_iterations, options.argon2_parallelism);
        let params = Params::new(memory, passes, lanes, None).map_err(|error| Problem::internal(error.to_string()))?;
        let running = options.max_concurrent_hashes.max(1);
        let admitted = running.saturating_add(options.max_waiting_hashes).min(Semaphore::MAX_PERMITS);
        Ok(Self {
            nobody: nobody(&params)?.into(),
            params,
            admitted: Arc::new(Semaphore::new(admitted)),
            running: Arc::new(Semaphore::new(running)),
            threads: Arc::new(Threads::new(running)?),
        })
    }

    /// The password's hash as a PHC string. `unavailable` when too many wait.
    pub(crate) async fn hash(&self, password: Password) -> Result<String, Problem> {
        let salt = random::bytes::<16>()?;
        self.run(move |argon2| {
            let hash = argon2.hash_password_with_salt(password.as_bytes(), &salt).map_err(broken)?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether `hash` is the password's. Without a hash it is not, and that takes as long to find out. `unavailable` when too
    /// many wait.
    pub(crate) async fn verify(&self, password: Password, hash: Option<&str>) -> Result<bool, Problem> {
        let comparable = hash.is_some();
        let hash = hash.unwrap_or(&self.nobody).to_owned();
        self.run(move |argon2| {
            let hash = PasswordHash::new(&hash).map_err(|error| Problem::internal(error.to_string()))?;
            match argon2.verify_password(password.as_bytes(), &hash) {
                Ok(()) => Ok(comparable),
                Err(password_hash::Error::PasswordInvalid) => Ok(false),
                Err(error) => Err(broken(error)),
            }
        })
        .await
    }

    /// The hash of a password that was just found right, if `hash` was made by other parameters than are configured now. Not
    /// while many wait: it can be done the next time.
    pub(crate) async fn renew(&self, password: Password, hash: &str) -> Result<Option<String>, Problem> {
        if self.is_current(hash) {
            return Ok(None);
        }
        match self.hash(password).await {
            Ok(hash) => Ok(Some(hash)),
            Err(problem) if problem.is(CommonProblem::Unavailable) => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    fn is_current(&self, hash: &str) -> bool {
        let Ok(hash) = PasswordHash::new(hash) else { return false };
        let params = ParamsString::try_from(&self.params);
        hash.algorithm == Algorithm::Argon2id.ident()
            && hash.version == Some(Version::V0x13.into())
            && params.is_ok_and(|params| params == hash.params)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(Argon2<'static>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let admitted = self.admitted.clone().try_acquire_owned().map_err(|_| {
            Problem::of(CommonProblem::Unavailable)
                .detail("Too many people are signing in at the moment.")
                .retry_after(RETRY_AFTER)
        })?;
        let running = self.running.clone().acquire_owned().await.map_err(Problem::internal)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params.clone());
        let threads = self.threads.0.as_ref().ok_or_else(|| Problem::internal("the threads end with the hasher"))?;
        let task = threads.spawn_blocking(move || {
            // A caller that goes away does not stop the work, so the places stay taken until it is done.
            let _places = (admitted, running);
            work(argon2)
        });
        task.await.map_err(Problem::internal)?
    }
}

/// A hash with the same parameters as every new one, of no known password.
fn nobody(params: &Params) -> Result<String, Problem> {
    let (salt, output) = (random::bytes::<16>()?, random::bytes::<32>()?);
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).map_err(broken)?,
        salt: Some(Salt::new(&salt).map_err(|error| Problem::internal(error.to_string()))?),
        hash: Some(Output::new(&output).map_err(|error| Problem::internal(error.to_string()))?),
    };
    Ok(hash.to_string())
}

fn broken(error: password_hash::Error) -> Problem {
    Problem::internal(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(waiting: usize) -> AuthOptions {
        AuthOptions {
            argon2_memory_kib: 64,
            max_concurrent_hashes: 1,
            max_waiting_hashes: waiting,
            ..AuthOptions::default()
        }
    }

    fn hasher(waiting: usize) -> Hasher {
        Hasher::new(&options(waiting)).unwrap()
    }

    fn password(text: &str) -> Password {
        Password::given(&text.into()).unwrap()
    }

    #[tokio::test]
    async fn knows_its_own_hashes() {
        let hasher = hasher(8);
        let hash = hasher.hash(password("correct horse battery")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{hash}");
        assert!(hasher.verify(password("correct horse battery"), Some(&hash)).await.unwrap());
        assert!(!hasher.verify(password("Correct horse battery"), Some(&hash)).await.unwrap());
        assert_ne!(hash, hasher.hash(password("correct horse battery")).await.unwrap());
    }

    #[tokio::test]
    async fn compares_with_nobody_at_the_same_cost() {
        let hasher = hasher(8);
        assert!(hasher.nobody.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{}", hasher.nobody);
        assert!(!hasher.verify(password(""), None).await.unwrap());
    }

    #[tokio::test]
    async fn a_hash_by_other_parameters_is_renewed() {
        let (old, new) = (hasher(8), Hasher::new(&AuthOptions { argon2_memory_kib: 128, ..options(8) }).unwrap());
        let (known, hash) =
            (password("correct horse battery"), old.hash(password("correct horse battery")).await.unwrap());
        assert_eq!(old.renew(known.clone(), &hash).await.unwrap(), None);
        let renewed = new.renew(known.clone(), &hash).await.unwrap().unwrap();
        assert!(renewed.starts_with("$argon2id$v=19$m=128,t=1,p=1$"), "{renewed}");
        assert!(
            old.verify(known.clone(), Some(&renewed)).await.unwrap(),
            "a hash says by which parameters it was made"
        );
        let (_places, full) = (new.admitted.clone().try_acquire_many_owned(9).unwrap(), new);
        assert_eq!(full.renew(known, &hash).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_full_queue_says_when_to_come_back() {
        let hasher = hasher(0);
        let place = hasher.admitted.clone().try_acquire_owned().unwrap();
        let problem = hasher.hash(password("correct horse battery")).await.unwrap_err();
        assert!(problem.is(CommonProblem::Unavailable));
        assert!(problem.retry_delay().is_some());
        drop(place);
        assert!(hasher.hash(password("correct horse battery")).await.is_ok());
    }
}
