//! What a command tells whoever typed it.
use crate::Failure;

/// The output of a command, on standard output.
#[expect(clippy::print_stdout, reason = "a command's output is its purpose")]
pub fn say(line: &str) {
    println!("{line}");
}

/// Something that went well.
pub fn ok(what: &str) {
    say(&format!("ok      {what}"));
}

/// Something that was not looked at.
pub fn skipped(what: &str) {
    say(&format!("skipped {what}"));
}

/// Something that did not go well, and what to do.
pub fn failed(failure: &Failure) {
    say(&format!("failed  {}", failure.what()));
    if let Some(advice) = failure.advice() {
        say(&format!("        {advice}"));
    }
}

/// Why the program ends, on standard error.
#[expect(clippy::print_stderr, reason = "the log may not be open yet, and an operator reads this first")]
pub fn fatal(failure: &Failure) {
    eprintln!("purser: {failure}");
}
