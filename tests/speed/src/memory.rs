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
    let (mut held, mut own) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let api = Program::api(options, &data, &[]).await?;
        tokio::time::sleep(IDLE).await;
        held.push(api.memory()?);
        own.push(api.own_memory()?);
    }
    let (held, own) = (Spread::of(held), Spread::of(own));
    println!("\n### {}: memory of an idle server\n\n{held} MB, of which {own} are its own", name(engine));
    Ok(())
}
