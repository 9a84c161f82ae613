//! What is an organization's own number is nobody's.
use super::super::Hit;
use purser_store::{ports::KnownNumbers, prelude::*};
use std::{collections::HashSet, ops::Range};

/// Signs that stand around a word and are no part of it.
const AROUND: [char; 15] = ['.', ',', ';', ':', '!', '?', '(', ')', '[', ']', '"', '\'', '#', '<', '>'];
/// The longest SKU or number of an order, in characters.
const LONGEST: usize = 64;

/// Leaves out the hits that overlap an SKU or the number of an order. All texts together take one question.
pub(super) async fn leave_out(
    numbers: &dyn KnownNumbers,
    tx: &ReadTx,
    texts: &mut [(&str, &mut Vec<Hit>)],
) -> Result<(), Problem> {
    let asked: HashSet<String> = texts
        .iter()
        .flat_map(|(text, hits)| hits.iter().flat_map(move |hit| words(text, &hit.bytes)))
        .filter(|word| word.chars().count() <= LONGEST)
        .map(str::to_owned)
        .collect();
    if asked.is_empty() {
        return Ok(());
    }
    let mut asked: Vec<String> = asked.into_iter().collect();
    asked.sort_unstable();
    let known = numbers.known(tx, &asked).await?;
    for (text, hits) in texts {
        hits.retain(|hit| !words(text, &hit.bytes).iter().any(|word| known.contains(*word)));
    }
    Ok(())
}

/// What may be a number that overlaps the place: the place itself, the words that touch it, and all of them together.
fn words<'t>(text: &'t str, place: &Range<usize>) -> Vec<&'t str> {
    let start = text.get(..place.start).map_or(0, |before| before.trim_end_matches(|c: char| !c.is_whitespace()).len());
    let behind = text.get(place.end..).unwrap_or_default();
    let end = place.end + behind.find(char::is_whitespace).unwrap_or(behind.len());
    let whole = text.get(start..end).unwrap_or_default();
    let mut words: Vec<&str> = whole.split_whitespace().map(|word| word.trim_matches(AROUND)).collect();
    words.extend([whole.trim_matches(AROUND), text.get(place.clone()).unwrap_or_default()]);
    words.retain(|word| !word.is_empty());
    words.sort_unstable();
    words.dedup();
    words
}
