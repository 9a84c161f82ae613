//! Orders: what people do with what was read.
mod cancel;
mod confirm;
mod edit;
mod views;
