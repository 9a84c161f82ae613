//! The `purser` program. Everything it does is in the library.
use std::process::ExitCode;

fn main() -> ExitCode {
    purser_api::cli::main()
}
