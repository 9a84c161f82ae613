//! What a message is for, by what its sentences do.
use super::reading::Intent;

/// What the message seems to be for.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    pub lines: usize,
    /// A correction or an exclusion that came to nothing, which still speaks of ordering.
    pub amended: bool,
    pub cancelled: bool,
    pub asked: bool,
    pub complained: bool,
    pub instructed: bool,
    /// Words of greeting, and words that say something.
    pub greetings: usize,
    /// Thanks and good wishes.
    pub courtesies: usize,
    pub words: usize,
}

/// The intent, and how sure it is. The numbers are chosen; that a whole order is withdrawn is judged by no model either.
pub(super) fn judge(evidence: &Evidence, best_line: f64) -> (Intent, f64) {
    let doubt = if evidence.asked || evidence.complained { 0.85 } else { 1.0 };
    if evidence.cancelled {
        return (Intent::Order, 0.95 * doubt);
    }
    if evidence.lines > 0 {
        return (Intent::Order, (0.6 + 0.4 * best_line).clamp(0.0, 1.0) * doubt);
    }
    if evidence.instructed {
        return (Intent::Other, 0.5);
    }
    if evidence.complained {
        return (Intent::Complaint, if evidence.asked { 0.8 } else { 0.9 });
    }
    if evidence.asked {
        return (Intent::Question, 0.9);
    }
    if evidence.amended {
        return (Intent::Order, 0.6);
    }
    if evidence.greetings > 0 && evidence.words <= 3
        || evidence.greetings + evidence.courtesies > 0 && evidence.words <= 8
    {
        return (Intent::Greeting, 0.95);
    }
    (Intent::Other, if evidence.words == 0 { 0.9 } else { 0.6 })
}
