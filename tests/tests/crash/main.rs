//! The real program, killed: what was acknowledged is there when it starts again.
#![expect(clippy::print_stdout, reason = "a run that failed is asked for again by the seed that it printed")]
mod killed;
mod rounds;
mod stopped;
