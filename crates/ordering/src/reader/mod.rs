//! The order reader: turns one message of a business customer into order lines against the tenant's catalogue.
//!
//! [`OrderReader`] is the port; [`RuleReader`] reads by rules: no network, no clock, no randomness, so the same
//! message against the same catalogue always reads the same. Everything it is unsure of it says so: a line it cannot
//! place is kept without a product, a line with rivals carries them, and the confidence decides who reviews.
//!
//! The way of a message: [`text`] folds it into tokens, [`noise`] strikes the numbers that are no amounts,
//! [`lexer`] names what is left (amounts, units, product phrases, cues), [`segment`] cuts it into items, [`matching`]
//! finds the product of each, [`variants`] and [`amounts`] settle how much of what, [`corrections`] plays the items
//! in order onto the lines, [`mood`] tells what each sentence does, and [`confidence`] and [`intent`] judge the whole.

mod abbreviations;
mod amounts;
mod calendar;
mod catalogue;
mod confidence;
mod corrections;
mod counting;
mod cues;
mod entry;
mod extents;
mod gather;
mod index;
mod intent;
mod items;
mod joints;
mod lexer;
mod lexicon;
mod lines;
mod matching;
mod mood;
mod names;
mod noise;
mod numbers;
mod places;
mod port;
mod reading;
mod relative;
mod requests;
mod rows;
mod rules;
mod segment;
mod spelling;
mod swaps;
mod tales;
mod text;
mod times;
mod turns;
mod units;
mod variants;
mod words;

pub use catalogue::{CatalogueProduct, CatalogueVariant, DraftLine, Message, Pack, VariantKind};
pub use confidence::{LINE_DOUBTS, ORDER_DOUBTS};
pub use index::Catalogue;
pub use port::OrderReader;
pub use reading::{Candidate, Effect, Intent, Match, ReadLine, Reading};
pub use rules::{RuleReader, Weighed};
