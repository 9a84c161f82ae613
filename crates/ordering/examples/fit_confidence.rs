//! Fits what a doubt weighs, from the seen messages alone and never below chosen floors, and prints the constants of
//! `reader/confidence.rs` with what is fitted and what chosen. Before, it fits on all trades but one and judges by that one, for
//! each in turn: what to expect of messages that were not seen.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    unreachable_pub,
    dead_code,
    reason = "a program for people that shares its counting with the tests"
)]

#[path = "../tests/reader/score.rs"]
mod score;

use purser_ordering::reader::{Intent, LINE_DOUBTS, Message, ORDER_DOUBTS, RuleReader, Weighed};
use score::{AUTO, Answer, Case, SEEN, Trade};

/// How much dearer a wrong line or order is than a right one that a person looks at.
const WRONG: f64 = 3.0;
/// Pulls the weights towards [`CUSTOMARY`], so that a doubt that was rarely seen keeps its say: the seen messages have few orders
/// that went wrong by it, because the rules were written with them.
const PULL: f64 = 0.5;
const CUSTOMARY: f64 = 1.0;
const STEPS: usize = 6_000;
/// A doubt weighs so much at least, in the order of [`LINE_DOUBTS`]. The rules were written until the seen messages were read
/// rightly, so these show hardly anything that goes wrong by a word left unexplained; the next ones will.
const LINE_FLOORS: [f64; LINE_DOUBTS.len()] = [3.0, 1.5, 1.0, 3.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0];
/// The same, in the order of [`ORDER_DOUBTS`].
const ORDER_FLOORS: [f64; ORDER_DOUBTS.len()] = [3.0, 0.6, 2.0, 2.0, 0.5, 2.0, 2.0, 2.0];

/// The log-odds of what nothing speaks against are no more than this: 0.94, and not what the seen messages have come to.
const CLEAREST: f64 = 2.75;

/// One line or order: what speaks against it, and whether it was right.
#[derive(Clone)]
struct Row<const N: usize> {
    trade: usize,
    doubts: [f64; N],
    right: bool,
}

struct Fit<const N: usize> {
    clear: f64,
    weights: [f64; N],
}

impl<const N: usize> Fit<N> {
    /// Gradient descent on the log loss; a weight never goes below its floor.
    fn new<'a>(rows: impl Iterator<Item = &'a Row<N>> + Clone, floors: [f64; N]) -> Self {
        let mut fit = Self { clear: 2.0, weights: floors };
        let all: f64 = rows.clone().map(|row| if row.right { 1.0 } else { WRONG }).sum();
        let mut rate = [1.0_f64; N];
        for (at, rate) in rate.iter_mut().enumerate() {
            let square: f64 = rows.clone().map(|row| row.doubts[at] * row.doubts[at]).sum();
            *rate = 4.0 / (square / all + 0.02);
        }
        for _ in 0..STEPS {
            let mut clear = 0.0;
            let mut slopes = [0.0; N];
            for row in rows.clone() {
                let cost = if row.right { 1.0 } else { WRONG };
                let error = cost * (fit.confidence(&row.doubts) - f64::from(u8::from(row.right)));
                clear += error;
                for (slope, doubt) in slopes.iter_mut().zip(row.doubts) {
                    *slope -= error * doubt;
                }
            }
            fit.clear = (fit.clear - clear / all).min(CLEAREST);
            for (((weight, slope), rate), floor) in fit.weights.iter_mut().zip(slopes).zip(rate).zip(floors) {
                *weight = (*weight - 0.2 * rate * (slope + PULL * (*weight - CUSTOMARY)) / all).max(floor);
            }
        }
        fit
    }

    fn confidence(&self, doubts: &[f64; N]) -> f64 {
        let against: f64 = self.weights.iter().zip(doubts).map(|(weight, doubt)| weight * doubt).sum();
        1.0 / (1.0 + (against - self.clear).exp())
    }

    fn print(&self, name: &str, doubts: [&str; N], floors: [f64; N]) {
        let weights: Vec<String> = self.weights.iter().map(|w| format!("{w:.2}")).collect();
        println!("{name}: Model {{ clear: {:.2}, weights: [{}] }}", self.clear, weights.join(", "));
        for ((doubt, weight), floor) in doubts.iter().zip(self.weights).zip(floors) {
            println!("    {doubt:<16} {weight:.2} {}", if weight > floor { "fitted" } else { "chosen: its floor" });
        }
    }
}

impl Fit<{ ORDER_DOUBTS.len() }> {
    /// Whether an order goes through: it is sure, and so is its weakest line.
    fn sure(&self, row: &Row<{ ORDER_DOUBTS.len() }>) -> bool {
        self.confidence(&row.doubts) >= AUTO && row.doubts[0] <= -AUTO.ln()
    }
}

/// A message as it was read, with what is right.
struct Read {
    trade: usize,
    weighed: Weighed,
    /// For each line whether it is right and nobody would ask.
    lines: Vec<bool>,
    whole: bool,
    order: bool,
}

fn read(at: usize, trade: &Trade, case: &Case) -> Read {
    let draft = trade.draft(&case.draft);
    let weighed = RuleReader.weigh(&trade.catalogue, &Message { text: &case.text, draft: &draft });
    let mut due: Vec<&Answer> = case.lines.iter().collect();
    let lines: Vec<bool> = weighed
        .reading
        .lines
        .iter()
        .map(|line| {
            let found = due.iter().position(|answer| trade.right(line, answer)).map(|at| due.remove(at));
            found.is_some_and(Answer::is_certain)
        })
        .collect();
    let whole = due.is_empty() && lines.iter().all(|right| *right) && weighed.reading.cancel == case.cancel;
    Read { trade: at, weighed, lines, whole, order: case.intent == Intent::Order }
}

fn line_rows(reads: &[Read]) -> Vec<Row<{ LINE_DOUBTS.len() }>> {
    let of = |read: &Read| {
        let lines = read.weighed.lines.iter().zip(&read.lines);
        let rows =
            lines.filter_map(|(doubts, right)| Some(Row { trade: read.trade, doubts: (*doubts)?, right: *right }));
        rows.collect::<Vec<_>>()
    };
    reads.iter().flat_map(of).collect()
}

/// What can go through: every line has a product and nothing was left. The rest is held back by rule, whatever the weights.
fn order_rows(reads: &[Read], lines: &Fit<{ LINE_DOUBTS.len() }>) -> Vec<Row<{ ORDER_DOUBTS.len() }>> {
    let open = |read: &&Read| {
        let order = read.weighed.order;
        !read.weighed.lines.is_empty() && read.weighed.lines.iter().all(Option::is_some) && order[6] + order[7] < 0.5
    };
    let row = |read: &Read| {
        let each = read.weighed.lines.iter().flatten().map(|doubts| lines.confidence(doubts));
        let weakest = each.fold(1.0, f64::min);
        let mut doubts = read.weighed.order;
        doubts[0] = -weakest.clamp(0.01, 1.0).ln();
        Row { trade: read.trade, doubts, right: read.whole }
    };
    reads.iter().filter(open).map(row).collect()
}

fn main() {
    let mut reads = Vec::new();
    let mut names = Vec::new();
    for (at, (name, trade, cases)) in SEEN.trades().enumerate() {
        names.push(name);
        reads.extend(cases.iter().map(|case| read(at, &trade, case)));
    }
    println!("left out    sure  right   precision  coverage");
    let (mut all, mut right, mut orders) = (0, 0, 0_u32);
    for (out, name) in names.iter().enumerate() {
        let rows = line_rows(&reads);
        let lines = Fit::new(rows.iter().filter(|row| row.trade != out), LINE_FLOORS);
        let rows = order_rows(&reads, &lines);
        let order = Fit::new(rows.iter().filter(|row| row.trade != out), ORDER_FLOORS);
        let sure = rows.iter().filter(|row| row.trade == out && order.sure(row));
        let (sure, good) = sure.fold((0, 0), |(n, good), row| (n + 1, good + i32::from(row.right)));
        let due = u32::try_from(reads.iter().filter(|r| r.trade == out && r.order).count()).unwrap();
        println!(
            "{name:<10} {sure:>5} {good:>6} {:>11.3} {:>9.3}",
            f64::from(good) / f64::from(sure),
            f64::from(sure) / f64::from(due)
        );
        all += sure;
        right += good;
        orders += due;
    }
    println!(
        "{:<10} {all:>5} {right:>6} {:>11.3} {:>9.3}\n",
        "all",
        f64::from(right) / f64::from(all),
        f64::from(all) / f64::from(orders)
    );
    let rows = line_rows(&reads);
    let lines = Fit::new(rows.iter(), LINE_FLOORS);
    lines.print("LINE", LINE_DOUBTS, LINE_FLOORS);
    Fit::new(order_rows(&reads, &lines).iter(), ORDER_FLOORS).print("ORDER", ORDER_DOUBTS, ORDER_FLOORS);
}
