//! JSON of any shape that is kept for clients and agents.
use purser_kernel::{Problem, json};
use serde_json::{Map, Value};

/// Levels. JSON can be read back up to 127, and the audit trail puts what it shows two deeper.
const MAX_DEPTH: usize = 100;
/// Bytes, as JSON.
const MAX_LENGTH: usize = 16 * 1024;

/// `validation_failed` for what is too deep or too long to be kept.
pub(crate) fn check(pointer: &str, kept: &Map<String, Value>) -> Result<(), Problem> {
    if kept.values().any(|value| json::depth(value) >= MAX_DEPTH) {
        return Err(Problem::invalid(pointer, "too_deep", format!("must not be deeper than {MAX_DEPTH} levels")));
    }
    let length = serde_json::to_vec(kept).map_err(Problem::internal)?.len();
    let message = format!("must have at most {MAX_LENGTH} bytes");
    if length > MAX_LENGTH { Err(Problem::invalid(pointer, "too_long", message)) } else { Ok(()) }
}
