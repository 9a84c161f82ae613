//! Rounds: everybody has a turn, and who is first changes.
use crate::{
    Outcome,
    figures::{Spread, Turn},
    load::{self, Target},
    options::Options,
    pgbench::Script,
};
use std::time::Duration;

/// Who takes part.
pub(crate) enum Contender {
    Http(Target),
    Pgbench(Script),
}

/// A contender, how it is called, and whom its ratio is to.
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) against: Option<usize>,
    pub(crate) contender: Contender,
}

/// What everybody's rounds gave.
pub(crate) type Results = Vec<Vec<Turn>>;

/// Runs the rounds and prints a table.
pub(crate) async fn run(options: &Options, title: &str, entries: &[Entry]) -> Outcome<Results> {
    for entry in entries {
        // Connections, plans and caches are there when the first round begins.
        turn(options, entry, Duration::from_secs(1)).await?;
    }
    let mut results: Results = entries.iter().map(|_| Vec::new()).collect();
    for round in 0..options.rounds {
        let mut order: Vec<usize> = (0..entries.len()).collect();
        order.rotate_left(round % entries.len());
        if round % 2 == 1 {
            order.reverse();
        }
        for place in order {
            if let (Some(entry), Some(turns)) = (entries.get(place), results.get_mut(place)) {
                turns.push(turn(options, entry, options.turn()).await?);
            }
        }
    }
    print(title, entries, &results);
    Ok(results)
}

async fn turn(options: &Options, entry: &Entry, length: Duration) -> Outcome<Turn> {
    match &entry.contender {
        Contender::Http(target) => load::run(target, options.connections, length).await,
        Contender::Pgbench(script) => script.run(options, length).await,
    }
}

/// The ratio of two contenders' rates, round by round.
pub(crate) fn ratio(results: &Results, of: usize, to: usize) -> Spread {
    let turns = |place: usize| results.get(place).into_iter().flatten();
    Spread::of(turns(of).zip(turns(to)).map(|(one, other)| one.rate / other.rate))
}

fn print(title: &str, entries: &[Entry], results: &Results) {
    println!("\n### {title}\n");
    println!("| | requests/s | p50 ms | p99 ms | ratio |\n| --- | --- | --- | --- | --- |");
    for (place, (entry, turns)) in entries.iter().zip(results).enumerate() {
        let spread = |part: fn(&Turn) -> f64| Spread::of(turns.iter().map(part));
        let ratio = entry.against.map(|other| {
            let name = entries.get(other).map(|other| other.name.as_str()).unwrap_or_default();
            format!("{} of {name}", self::ratio(results, place, other))
        });
        println!(
            "| {} | {} | {} | {} | {} |",
            entry.name,
            spread(|turn| turn.rate),
            spread(|turn| turn.p50),
            spread(|turn| turn.p99),
            ratio.unwrap_or_default(),
        );
    }
}
