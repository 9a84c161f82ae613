//! Hashing, which costs memory and a processor on purpose: off the asynchronous threads and only a few at once.
use super::{Password, memory::Memory};
use crate::AuthOptions;
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};
use purser_kernel::{CommonProblem, Problem, random};
use std::{fmt::Display, sync::Arc, time::Duration};
use subtle::ConstantTimeEq;
use tokio::{
    runtime::{Builder, Runtime},
    sync::Semaphore,
};

/// When a caller may try again that found the queue full.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// The length of a new hash, in bytes.
const HASH_LENGTH: usize = 32;

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
    /// Of the admitted, those who may wait.
    waiting: usize,
    memory: Arc<Memory>,
    threads: Arc<Threads>,
}

/// Threads for hashes alone, as many as run at once: in the common ones they would wait for what else blocks there.
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
        let params = Params::new(memory, passes, lanes, None).map_err(broken)?;
        let running = options.max_concurrent_hashes.max(1);
        let admitted = running.saturating_add(options.max_waiting_hashes).min(Semaphore::MAX_PERMITS);
        Ok(Self {
            nobody: nobody(&params)?.into(),
            params,
            admitted: Arc::new(Semaphore::new(admitted)),
            running: Arc::new(Semaphore::new(running)),
            waiting: admitted.saturating_sub(running),
            memory: Arc::default(),
            threads: Arc::new(Threads::new(running)?),
        })
    }

    /// The password's hash as a PHC string. `unavailable` when too many wait.
    pub(crate) async fn hash(&self, password: Password) -> Result<String, Problem> {
        let salt = random::bytes::<16>()?;
        let params = self.params.clone();
        self.run(move |memory| {
            let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            let mut output = [0; HASH_LENGTH];
            digest(&argon2, &password, &salt, &mut output, memory)?;
            phc(argon2.params(), &salt, &output)
        })
        .await
    }

    /// Whether `hash` is the password's. Without a hash it is not, and that takes as long to find out. `unavailable` when too
    /// many wait.
    pub(crate) async fn verify(&self, password: Password, hash: Option<&str>) -> Result<bool, Problem> {
        let comparable = hash.is_some();
        let hash = PasswordHash::new(hash.unwrap_or(&self.nobody)).map_err(broken)?;
        self.run(move |memory| Ok(is_of(&hash, &password, memory)? && comparable)).await
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
        work: impl FnOnce(&Memory) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let admitted = self.admitted.clone().try_acquire_owned().map_err(|_| {
            Problem::of(CommonProblem::Unavailable)
                .detail("Too many people are signing in at the moment.")
                .retry_after(RETRY_AFTER)
        })?;
        let running = self.running.clone().acquire_owned().await.map_err(Problem::internal)?;
        let hasher = self.clone();
        let threads = self.threads.0.as_ref().ok_or_else(|| Problem::internal("the threads end with the hasher"))?;
        let task = threads.spawn_blocking(move || {
            // A caller that goes away does not stop the work, so the places stay taken until it is done.
            let _places = (admitted, running);
            let done = work(&hasher.memory);
            if hasher.admitted.available_permits() >= hasher.waiting {
                hasher.memory.clear();
            }
            done
        });
        task.await.map_err(Problem::internal)?
    }
}

/// A hash with the same parameters as every new one, of no known password.
fn nobody(params: &Params) -> Result<String, Problem> {
    phc(params, &random::bytes::<16>()?, &random::bytes::<HASH_LENGTH>()?)
}

/// A new hash as a PHC string.
fn phc(params: &Params, salt: &[u8], output: &[u8]) -> Result<String, Problem> {
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).map_err(broken)?,
        salt: Some(Salt::new(salt).map_err(broken)?),
        hash: Some(Output::new(output).map_err(broken)?),
    };
    Ok(hash.to_string())
}

/// Whether `hash` is the password's, by the algorithm and the parameters that it names.
fn is_of(hash: &PasswordHash, password: &Password, memory: &Memory) -> Result<bool, Problem> {
    let (Some(salt), Some(expected)) = (&hash.salt, &hash.hash) else { return Ok(false) };
    let algorithm = Algorithm::try_from(hash.algorithm.as_str()).map_err(broken)?;
    let version = hash.version.map(Version::try_from).transpose().map_err(broken)?.unwrap_or_default();
    let argon2 = Argon2::new(algorithm, version, Params::try_from(hash).map_err(broken)?);
    let mut output = vec![0; expected.len()];
    digest(&argon2, password, salt, &mut output, memory)?;
    Ok(expected.as_ref().ct_eq(&output).into())
}

fn digest(
    argon2: &Argon2<'_>,
    password: &Password,
    salt: &[u8],
    output: &mut [u8],
    memory: &Memory,
) -> Result<(), Problem> {
    let mut blocks = memory.take(argon2.params().block_count());
    let made = argon2.hash_password_into_with_memory(password.as_bytes(), salt, output, &mut blocks);
    memory.hand_on(blocks);
    made.map_err(broken)
}

fn broken(error: impl Display) -> Problem {
    Problem::internal(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::task::JoinSet;

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
    async fn nothing_is_kept_when_nobody_waits() {
        let hasher = hasher(8);
        let hash = hasher.hash(password("correct horse battery")).await.unwrap();
        let mut tries = JoinSet::new();
        for (text, right) in [("correct horse battery", true), ("battery horse correct", false)].repeat(4) {
            let (hasher, hash) = (hasher.clone(), hash.clone());
            tries.spawn(async move { hasher.verify(password(text), Some(&hash)).await.unwrap() == right });
        }
        assert_eq!(tries.join_all().await, [true; 8], "each has its own answer, whoever had the memory before");
        assert!(hasher.memory.is_empty());
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
