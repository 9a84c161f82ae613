//! What a command tells whoever typed it.
use crate::Failure;
use std::io::{self, Write};

/// A line of a command's output, on standard output.
pub fn say(line: &str) {
    // Whoever reads may have read enough: `purser migrate status | head -1` is no failure.
    let _ = writeln!(io::stdout(), "{line}");
}

/// Something that went well.
pub fn ok(what: &str) {
    say(&format!("ok      {what}"));
}

/// Something that was not looked at.
pub fn skipped(what: &str) {
    say(&format!("skipped {what}"));
}

/// Something that works and is hardly what is wanted.
pub fn warned(what: &str, why: &str) {
    say(&format!("warning {what}: {why}"));
}

/// Something that did not go well, and what to do.
pub fn failed(failure: &Failure) {
    say(&format!("failed  {}", failure.what()));
    if let Some(advice) = failure.advice() {
        say(&format!("        {advice}"));
    }
}

/// Why the program ends, on standard error: the log may not be open yet, and an operator reads this first.
pub fn fatal(failure: &Failure) {
    let _ = writeln!(io::stderr(), "purser: {failure}");
}
