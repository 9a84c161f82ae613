//! What the program can be told to do.
pub mod admins;
pub mod audit;
pub mod demo;
pub mod doctor;
pub mod jobs;
pub mod keys;
pub mod maintain;
pub mod migrate;
pub mod rates;
pub mod seed;
pub mod serve;
mod signal;
pub mod worker;
