//! The purser binary: HTTP, command line, workers, wiring.
