//! Reads the test messages and prints how well: the seen half, the trade that nothing is fitted with, and the unseen half.
//! `--misses` prints each seen message that was not read exactly, and `--without-unseen` leaves out the unseen half, whose
//! figures are best looked at seldom.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "a program for people that shares its counting with the tests"
)]

#[path = "../tests/reader/score.rs"]
mod score;

use purser_ordering::reader::ReadLine;
use score::{AUTO, CLEANING, Case, Half, SEEN, STEPS, Score, Trade, UNSEEN};

fn main() {
    let wanted = |flag: &str| std::env::args().any(|arg| arg == flag);
    let unread = measure(&SEEN);
    measure(&CLEANING);
    if !wanted("--without-unseen") {
        measure(&UNSEEN);
    }
    if wanted("--misses") {
        println!("\n{}", unread.join("\n"));
    }
}

/// Prints the figures of one half and gives what was misread.
fn measure(half: &Half) -> Vec<String> {
    println!(
        "{:<9} {:>8} {:>6} {:>9} {:>7} {:>6} {:>7} {:>13} {:>9}",
        half.name, "messages", "exact", "precision", "recall", "F1", "intent", "auto-confirm", "coverage"
    );
    let mut total = Score::default();
    let mut unread = Vec::new();
    for (name, trade, cases) in half.trades() {
        let mut score = Score::default();
        for case in cases {
            let reading = trade.read(&case);
            let verdict = score.count(&trade, &case, &reading);
            total.count(&trade, &case, &reading);
            if !verdict.exact || verdict.wrong_auto {
                let lines: Vec<String> = reading.lines.iter().map(|l| show(&trade, l)).collect();
                let flag = if verdict.wrong_auto { "WRONG AND SURE " } else { "" };
                unread.push(format!(
                    "{flag}{name}: {:?}\n  due  {:?} {}\n  read {:?} {:.2} cancel={} [{}]",
                    case.text,
                    case.intent,
                    due(&case),
                    reading.intent,
                    reading.confidence,
                    reading.cancel,
                    lines.join(", ")
                ));
            }
        }
        print(name, &score);
    }
    print("all", &total);
    println!("\n{:<12} {:>16} {:>16}", "confidence", "orders right", "lines right");
    for (at, from) in STEPS.iter().enumerate() {
        let to = STEPS.get(at + 1).map_or(String::new(), |to| format!("{to:.2}"));
        let cell = |(all, right): (u32, u32)| {
            let share = if all == 0 { "-".to_owned() } else { format!("{:.3}", f64::from(right) / f64::from(all)) };
            format!("{share} {right}/{all}")
        };
        let mark = if *from == AUTO { '*' } else { ' ' };
        println!(
            "{:<12} {:>16} {:>16}",
            format!("{from:.2}-{to}{mark}"),
            cell(total.orders_by_step[at]),
            cell(total.lines_by_step[at])
        );
    }
    println!();
    unread
}

/// A line in the words of the answers.
fn show(trade: &Trade, line: &ReadLine) -> String {
    let sku = line.product.map_or("?", |p| trade.sku(&p.product_id));
    let variant = line.product.and_then(|p| p.variant_id).map(|v| format!("/{}", trade.sku(&v))).unwrap_or_default();
    let effect = format!("{:?}", line.effect).to_lowercase();
    format!("{effect} {} {sku}{variant} ({:.2}) from {:?}", line.quantity, line.confidence, line.original_text)
}

fn due(case: &Case) -> String {
    let line = |l: &score::Answer| {
        let sku = if l.any_of.is_empty() { l.sku.clone().unwrap_or("?".to_owned()) } else { l.any_of.join("|") };
        let variant = l.variant.as_ref().map(|v| format!("/{v}")).unwrap_or_default();
        format!("{} {} {sku}{variant}", format!("{:?}", l.effect).to_lowercase(), l.quantity.as_deref().unwrap_or("?"))
    };
    format!("cancel={} [{}]", case.cancel, case.lines.iter().map(line).collect::<Vec<_>>().join(", "))
}

fn print(name: &str, score: &Score) {
    println!(
        "{name:<9} {:>8} {:>6} {:>9.3} {:>7.3} {:>6.3} {:>7.3} {:>13} {:>9.3}",
        score.messages,
        score.exact,
        score.precision(),
        score.recall(),
        score.f1(),
        score.intent_accuracy(),
        format!("{:.3} {}/{}", score.auto_precision(), score.auto_right, score.auto),
        score.auto_coverage(),
    );
}
