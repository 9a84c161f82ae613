//! Numbers as people write them: digits in blocks, with a sign or two between.
use regex::Regex;
use std::{ops::Range, sync::LazyLock};

/// A number in blocks.
pub(super) const PATTERN: &str = r"[+(]{0,2}[0-9](?:[ \x{a0}./()\x{2010}-\x{2013}-]{0,3}[0-9]){5,39}";

static RUN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(PATTERN).ok());

/// Digits without a sign between them.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) bytes: Range<usize>,
    /// What stands between the block before and this one; before the first one a plus or a parenthesis.
    pub(super) lead: Range<usize>,
}

/// Blocks that belong together.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) blocks: Vec<Block>,
}

/// The numbers of at least six digits in the text.
pub(super) fn runs(text: &str) -> impl Iterator<Item = Run> + '_ {
    let found = RUN.as_ref().map(|pattern| pattern.find_iter(text));
    found.into_iter().flatten().map(|found| {
        // The first four digits behind \u stand for a control character, where JSON is written.
        let is_escape = text.get(..found.start()).is_some_and(|before| before.ends_with("\\u"));
        let escape = if is_escape && found.as_str().bytes().take(4).all(|byte| byte.is_ascii_digit()) { 4 } else { 0 };
        Run { blocks: blocks(found.as_str().get(escape..).unwrap_or_default(), found.start() + escape) }
    })
}

fn blocks(run: &str, start: usize) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut lead = start;
    let mut open: Option<usize> = None;
    let ends =
        run.char_indices().map(|(place, c)| (start + place, c.is_ascii_digit())).chain([(start + run.len(), false)]);
    for (place, is_digit) in ends {
        match (open, is_digit) {
            (None, true) => open = Some(place),
            (Some(begun), false) => {
                blocks.push(Block { bytes: begun..place, lead: lead..begun });
                (open, lead) = (None, place);
            }
            _ => {}
        }
    }
    blocks
}
