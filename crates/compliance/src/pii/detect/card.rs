//! Numbers of payment cards.
use super::{
    Candidate,
    checksum::luhn,
    context::{self, Weight},
    digits::{Block, runs},
    surroundings::stands_alone,
};
use purser_entity_compliance::pii_rule::PiiType;

/// What is shown of the rule.
pub(super) const SHOWN: &str = r"[0-9]{12,19}|[0-9]{4}([ -])[0-9]{4,6}(?:[ -][0-9]{1,5}){1,3}";

/// The blocks in which cards are embossed: most of sixteen digits, American Express of fifteen, Diners Club of fourteen, and nineteen.
const FORMS: [&[usize]; 4] = [&[4, 4, 4, 4, 3], &[4, 4, 4, 4], &[4, 6, 5], &[4, 6, 4]];

pub(super) fn find(text: &str) -> Vec<Candidate> {
    let mut found = Vec::new();
    for run in runs(text) {
        let mut blocks = run.blocks.as_slice();
        let mut is_first = true;
        while let Some((first, rest)) = blocks.split_first() {
            if let Some((candidate, used)) = card(text, blocks, is_first) {
                found.push(candidate);
                blocks = blocks.get(used..).unwrap_or_default();
            } else {
                blocks = rest;
            }
            // A number in blocks of four goes on in a card only by accident.
            is_first = first.bytes.len() != 4;
        }
    }
    found
}

/// The card that begins with the first of these blocks, and how many of them it takes.
fn card(text: &str, blocks: &[Block], is_first: bool) -> Option<(Candidate, usize)> {
    let sizes = || blocks.iter().map(|block| block.bytes.len());
    let single = sizes().next().filter(|length| (13..=19).contains(length)).map(|_| 1);
    let forms = FORMS
        .iter()
        .filter(|form| is_first && sizes().take(form.len()).eq(form.iter().copied()))
        .map(|form| form.len());
    single.into_iter().chain(forms).find_map(|used| {
        let (first, last) = (blocks.first()?, blocks.get(used - 1)?);
        let mut leads = blocks.get(1..used)?.iter().map(|block| text.get(block.lead.clone()));
        let sign = blocks.get(1).filter(|_| used > 1).and_then(|block| text.get(block.lead.clone()));
        let bytes = first.bytes.start..last.bytes.end;
        let digits: String = text.get(bytes.clone())?.chars().filter(char::is_ascii_digit).collect();
        let is_one_sign = sign.is_none_or(|sign| matches!(sign, " " | "-" | "\u{a0}"));
        let is_card = is_one_sign
            && leads.all(|lead| lead == sign)
            && is_issued(&digits)
            && luhn(&digits)
            && stands_alone(text, &bytes)
            && !text.get(bytes.end..).is_some_and(|behind| {
                behind.starts_with('.')
                    && behind.get(1..).is_some_and(|it| it.starts_with(|c: char| c.is_ascii_digit()))
            });
        is_card.then(|| {
            let base = if used > 1 { 0.9 } else { 0.75 };
            let weight = Weight { more: 0.09, less: 0.3 };
            (Candidate::new(bytes.clone(), base + context::of(PiiType::CreditCard, text, &bytes, weight)), used)
        })
    })
}

/// Whether an issuer has numbers of this length that begin so (ISO/IEC 7812; the networks' published ranges).
fn is_issued(digits: &str) -> bool {
    let head = |length: usize| digits.get(..length).and_then(|head| head.parse::<u32>().ok()).unwrap_or_default();
    let (two, three, four) = (head(2), head(3), head(4));
    match digits.len() {
        13 => digits.starts_with('4'),
        14 => matches!(two, 36 | 38 | 39) || matches!(three, 300..=305 | 309),
        15 => matches!(two, 34 | 37),
        length @ 16..=19 => {
            let visa = digits.starts_with('4') && matches!(length, 16 | 19);
            let mastercard = length == 16 && (matches!(two, 51..=55) || matches!(four, 2221..=2720));
            let discover = four == 6011 || two == 65 || matches!(three, 644..=649);
            let jcb = matches!(four, 3528..=3589);
            let maestro = matches!(two, 50 | 56..=58) || matches!(four, 6304 | 6759 | 6761..=6763);
            visa || mastercard || discover || jcb || maestro || matches!(two, 62 | 81) || matches!(four, 2200..=2204)
        }
        _ => false,
    }
}
