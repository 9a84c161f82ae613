//! `purser jobs`: what waits, what died of what, and what becomes of it.
use crate::{Config, Failure, app, report, wiring::Services};
use clap::{Args, Subcommand};
use purser_kernel::{Clock, CommonProblem, Id, PageRequest, PlatformScope, Problem, ids::JobId};
use purser_store::{
    jobs::administration::{self, JobFilter, JobRow, JobStatus},
    name_of, named,
};
use purser_tenancy::organizations;
use std::process::ExitCode;

/// What is done about jobs.
#[derive(Debug, Subcommand)]
pub enum JobsCommand {
    /// Show them, the newest first.
    List(Listed),
    /// Let dead or cancelled jobs begin anew, with all their attempts.
    Retry {
        /// Their ids.
        #[arg(required_unless_present = "kind", value_name = "ID")]
        jobs: Vec<String>,
        /// All dead jobs of a kind.
        #[arg(long, conflicts_with = "jobs")]
        kind: Option<String>,
    },
    /// Take jobs back that wait, or give up dead ones. One that runs is left to its end.
    Cancel {
        /// Their ids.
        #[arg(required = true, value_name = "ID")]
        jobs: Vec<String>,
    },
}

/// Which jobs.
#[derive(Debug, Args)]
pub struct Listed {
    /// Only those that are ready, running, done, dead or cancelled.
    #[arg(long)]
    status: Option<String>,
    /// Only those of this kind, such as outbox.dispatch.
    #[arg(long)]
    kind: Option<String>,
    /// Only those of this organization, by its id or its name in addresses.
    #[arg(long, value_name = "ID|SLUG")]
    organization: Option<String>,
    /// How many, from 1 to 200.
    #[arg(long, default_value_t = 50)]
    limit: u64,
}

/// Does it.
pub async fn run(config: Config, command: JobsCommand) -> Result<ExitCode, Failure> {
    let services = app::open(&config, Clock::system()).await?;
    let who = PlatformScope::command(format!("command-{}", Id::<()>::generate()));
    let ended = match command {
        JobsCommand::List(listed) => list(&services, &who, listed).await,
        JobsCommand::Retry { jobs, kind: None } => each(&services, &who, &jobs, Change::Retry).await,
        JobsCommand::Retry { kind: Some(kind), .. } => retry_dead(&services, &who, kind).await,
        JobsCommand::Cancel { jobs } => each(&services, &who, &jobs, Change::Cancel).await,
    };
    services.store.close().await;
    ended
}

async fn list(services: &Services, who: &PlatformScope, listed: Listed) -> Result<ExitCode, Failure> {
    let Listed { status, kind, organization, limit } = listed;
    let tx = services.store.system_read().await?;
    let organization = match organization {
        None => None,
        Some(name) => {
            let found = organizations::named(tx.system(), &name).await?;
            Some(found.ok_or_else(|| Failure::new(format!("There is no organization {name}")))?.id)
        }
    };
    let status = status.map(|status| named::<JobStatus>("--status", &status)).transpose()?;
    let filter = JobFilter { status, kind, organization };
    let page = administration::list(tx.system(), who, filter, &PageRequest::new(Some(limit), None)?).await?;
    for job in &page.data {
        report::say(&line(job));
    }
    if page.next.is_some() {
        report::say(&format!("There are more than these {limit}."));
    }
    Ok(ExitCode::SUCCESS)
}

fn line(job: &JobRow) -> String {
    let organization = job.organization_id.map_or_else(|| "-".to_owned(), |organization| organization.to_string());
    format!(
        "{}  {:9}  {}  {organization}  {}/{} attempts  {}  {}",
        job.id,
        name_of(&job.status),
        job.kind,
        job.attempts,
        job.max_attempts,
        job.run_at.format("%Y-%m-%dT%H:%M:%SZ"),
        job.last_error.as_deref().unwrap_or("-"),
    )
}

#[derive(Clone, Copy)]
enum Change {
    Retry,
    Cancel,
}

impl Change {
    /// In a transaction of its own: one that cannot be changed stops no other.
    async fn make(self, services: &Services, who: &PlatformScope, job: JobId) -> Result<JobRow, Problem> {
        let tx = services.store.system().await?;
        let changed = match self {
            Self::Retry => administration::retry(tx.system(), who, job).await?,
            Self::Cancel => administration::cancel(tx.system(), who, job).await?,
        };
        tx.commit().await?;
        Ok(changed)
    }
}

async fn each(services: &Services, who: &PlatformScope, jobs: &[String], change: Change) -> Result<ExitCode, Failure> {
    let mut code = ExitCode::SUCCESS;
    for job in jobs {
        let changed = match job.parse::<JobId>() {
            Ok(id) => change.make(services, who, id).await.map_err(Failure::from),
            Err(_) => Err(Failure::new("this is no id")),
        };
        match changed {
            Ok(changed) => report::ok(&line(&changed)),
            Err(failure) => {
                report::failed(&Failure::new(job.clone()).because(failure));
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}

/// As many at a time as a page has; what somebody else is faster with is theirs.
async fn retry_dead(services: &Services, who: &PlatformScope, kind: String) -> Result<ExitCode, Failure> {
    let filter = JobFilter { status: Some(JobStatus::Dead), kind: Some(kind.clone()), organization: None };
    let mut retried = 0_u64;
    loop {
        let tx = services.store.system_read().await?;
        let page = administration::list(tx.system(), who, filter.clone(), &PageRequest::new(Some(200), None)?).await?;
        drop(tx);
        if page.data.is_empty() {
            break;
        }
        for job in &page.data {
            match Change::Retry.make(services, who, job.id).await {
                Ok(_) => retried += 1,
                // Somebody else was faster.
                Err(problem) if problem.is(CommonProblem::IllegalTransition) || problem.is(CommonProblem::NotFound) => {
                }
                Err(problem) => return Err(problem.into()),
            }
        }
    }
    report::ok(&format!("{retried} jobs of {kind} begin anew"));
    Ok(ExitCode::SUCCESS)
}
