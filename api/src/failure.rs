//! What keeps the program from doing its work, for the operator.
use purser_kernel::Problem;
use std::{error::Error, fmt};

/// A reason not to start or not to finish: what is wrong, why, and what to do about it.
#[derive(Debug)]
pub struct Failure {
    what: String,
    cause: Option<Box<dyn Error + Send + Sync>>,
    advice: Option<String>,
}

impl Failure {
    /// Something is wrong.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), cause: None, advice: None }
    }

    /// Adds why.
    pub fn because(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Adds what to do.
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// What is wrong, and why.
    pub fn what(&self) -> String {
        match &self.cause {
            Some(cause) => format!("{}: {cause}", self.what),
            None => self.what.clone(),
        }
    }

    /// What to do.
    pub fn advice(&self) -> Option<&str> {
        self.advice.as_deref()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what())?;
        match &self.advice {
            Some(advice) => write!(f, "\n{advice}"),
            None => Ok(()),
        }
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let cause: &(dyn Error + 'static) = &**self.cause.as_ref()?;
        Some(cause)
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::new("Something did not work").because(problem)
    }
}
