//! What a server holds that has nothing to do.
use crate::{
    Outcome, dataset,
    figures::Spread,
    options::Options,
    program::{Program, name},
};
use purser_tests::database::Engine;
use std::time::Duration;

/// Longer than anything that runs once after the start.
const IDLE: Duration = Duration::from_secs(8);
const STARTS: usize = 5;

/// Starts the server as an operator would, jobs and metrics included, and looks at it after a while.
pub(crate) async fn run(options: &Options, engine: Engine) -> Outcome<()> {
    let data = dataset::history(options, engine, 10_000).await?;
    let mut seen = Vec::new();
    for _ in 0..STARTS {
        let api = Program::api(options, &data, &[]).await?;
        tokio::time::sleep(IDLE).await;
        seen.push(api.memory()?);
    }
    println!("\n### {}: memory of an idle server\n\n{} MB", name(engine), Spread::of(seen));
    Ok(())
}
