//! The wall between tenants, statement by statement, on a small database of this crate's own: quick enough to be run for each of
//! hundreds of mutants (docs/mutation-testing.md). What users of the store are promised, on both databases and through the public
//! door, stands in `tests/tests/store`.
mod deleting;
mod entities;
mod globals;
mod reading;
mod units;
mod world;
mod writing;

pub(crate) use world::World;
