//! Folding text into comparable tokens that still know where they stood in the original.
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What is read of a message. WhatsApp's own limit is 4,096 characters; forwarded mail may be longer.
pub(super) const MAX_BYTES: usize = 64 * 1024;

/// A token of a message.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// Folded: NFKC, lower case, no diacritics, no apostrophes.
    pub norm: String,
    /// `norm` without its plural ending, which is how tokens are compared.
    pub key: String,
    pub kind: Kind,
    /// Bytes of the original text.
    pub start: usize,
    pub end: usize,
    /// No space between it and the token before it.
    pub glued: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    /// Digits, with `.`, `,`, `/` or `:` inside.
    Number,
    Punct(char),
    Newline,
}

impl Token {
    pub(super) fn is(&self, mark: char) -> bool {
        self.kind == Kind::Punct(mark)
    }
}

/// One folded character and the bytes it came from.
struct Folded {
    ch: char,
    start: usize,
    end: usize,
    /// It begins a token of its own, as ½ does in 1½.
    solo: bool,
}

fn fold(text: &str) -> Vec<Folded> {
    let mut out: Vec<Folded> = Vec::with_capacity(text.len());
    let mut after_fraction = false;
    for (start, original) in text.char_indices() {
        let end = start + original.len_utf8();
        let mut push = |ch: char, solo: bool| out.push(Folded { ch, start, end, solo });
        if original.is_ascii() {
            push(original.to_ascii_lowercase(), std::mem::take(&mut after_fraction));
            continue;
        }
        match original {
            '×' | '✕' | '✖' => push('x', false),
            '’' | '‘' | '´' | 'ʼ' => push('\'', false),
            '–' | '—' | '−' | '‐' | '‑' => push('-', false),
            '“' | '”' | '″' => push('"', false),
            '•' | '·' | '●' | '▪' | '◦' | '‣' | '⁃' => push('•', false),
            'ß' => ['s', 's'].into_iter().for_each(|c| push(c, false)),
            'æ' | 'Æ' => ['a', 'e'].into_iter().for_each(|c| push(c, false)),
            'œ' | 'Œ' => ['o', 'e'].into_iter().for_each(|c| push(c, false)),
            'ø' | 'Ø' => push('o', false),
            'ł' | 'Ł' => push('l', false),
            'đ' | 'Đ' => push('d', false),
            'ı' => push('i', false),
            _ => {
                let mut solo = false;
                let fraction = std::iter::once(original).nfkd().any(|c| c == '\u{2044}');
                for (place, part) in std::iter::once(original).nfkd().enumerate() {
                    if is_combining_mark(part) || matches!(part, '\u{fe00}'..='\u{fe0f}' | '\u{200b}'..='\u{200f}') {
                        continue;
                    }
                    solo = fraction && place == 0;
                    let part = if part == '\u{2044}' { '/' } else { part };
                    for lower in part.to_lowercase().filter(|c| !is_combining_mark(*c)) {
                        push(lower, solo);
                    }
                }
                after_fraction = fraction || (after_fraction && solo);
            }
        }
    }
    out
}

/// At most the first [`MAX_BYTES`], cut between characters.
pub(super) fn bounded(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MAX_BYTES)).unwrap_or(text)
}

/// Cuts text into tokens. A digit beside a letter begins a new one: `10kg` is `10` and `kg`.
pub(super) fn tokenise(text: &str) -> Vec<Token> {
    let folded = fold(bounded(text));
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    while let Some(first) = folded.get(at) {
        let mut norm = String::new();
        let mut end = first.end;
        let start = first.start;
        let beside = |place: Option<usize>| place.and_then(|p| folded.get(p)).is_some_and(|c| c.ch.is_alphabetic());
        let kind = if first.ch.is_alphabetic() {
            while let Some(next) = folded.get(at) {
                let inside = next.ch == '\'' && folded.get(at + 1).is_some_and(|c| c.ch.is_alphabetic());
                if !(next.ch.is_alphabetic() || inside) {
                    break;
                }
                if !inside {
                    norm.push(next.ch);
                }
                end = next.end;
                at += 1;
            }
            Kind::Word
        } else if first.ch.is_ascii_digit() {
            let begin = at;
            while let Some(next) = folded.get(at) {
                let joins = matches!(next.ch, '.' | ',' | '/' | ':')
                    && folded.get(at + 1).is_some_and(|c| c.ch.is_ascii_digit());
                if !(next.ch.is_ascii_digit() || joins) || (next.solo && at > begin) {
                    break;
                }
                norm.push(next.ch);
                end = next.end;
                at += 1;
            }
            Kind::Number
        } else {
            at += 1;
            match first.ch {
                '\n' | '\r' | '\u{2028}' => Kind::Newline,
                // "T+E" is written "t&e", too.
                '+' if beside(at.checked_sub(2)) && beside(Some(at)) => {
                    norm.push_str("and");
                    Kind::Word
                }
                // 24" is 24 inches.
                '"' if at.checked_sub(2).and_then(|b| folded.get(b)).is_some_and(|c| c.ch.is_ascii_digit()) => {
                    norm.push_str("inch");
                    Kind::Word
                }
                '&' => {
                    norm.push_str("and");
                    Kind::Word
                }
                '%' => {
                    norm.push('%');
                    Kind::Punct('%')
                }
                ',' | ';' | ':' | '.' | '!' | '?' | '-' | '+' | '/' | '(' | ')' | '@' | '#' | '"' | '\'' | '*'
                | '•' | '=' | '£' | '$' | '€' | '>' | '|' | '_' | '~' | '[' | ']' => Kind::Punct(first.ch),
                // A picture parts what stands around it.
                '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1f3fa}' | '\u{1f400}'..='\u{1faff}' => Kind::Punct(','),
                _ => continue,
            }
        };
        let glued = tokens.last().is_some_and(|t| t.end == start);
        let key = if kind == Kind::Word { stem(&norm) } else { norm.clone() };
        tokens.push(Token { norm, key, kind, start, end, glued });
    }
    tokens
}

/// The singular of an English noun, near enough that both forms meet.
pub(super) fn stem(word: &str) -> String {
    match word {
        "loaves" => return "loaf".to_owned(),
        "knives" => return "knife".to_owned(),
        "shelves" => return "shelf".to_owned(),
        "halves" => return "half".to_owned(),
        "gas" | "plus" | "bus" | "lens" | "always" | "is" | "was" | "has" | "us" | "this" => {
            return word.to_owned();
        }
        _ => {}
    }
    let cut = |n: usize| word.get(..word.len().saturating_sub(n)).unwrap_or(word).to_owned();
    let length = word.chars().count();
    if length > 4 && word.ends_with("ies") {
        return cut(3) + "y";
    }
    if length > 4 && word.ends_with("ie") {
        return cut(2) + "y";
    }
    if length > 4 && ["sses", "xes", "ches", "shes", "oes", "zzes"].iter().any(|e| word.ends_with(e)) {
        return cut(2);
    }
    if length > 2 && word.ends_with('s') && !["ss", "us", "is"].iter().any(|e| word.ends_with(e)) {
        return cut(1);
    }
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn norms(text: &str) -> Vec<String> {
        tokenise(text).into_iter().map(|t| t.norm).collect()
    }

    #[test]
    fn letters_and_digits_part() {
        assert_eq!(norms("10kg A4 x2"), ["10", "kg", "a", "4", "x", "2"]);
        assert_eq!(norms("1½ 1,5 1/2 ½kg"), ["1", "1/2", "1,5", "1/2", "1/2", "kg"]);
    }

    #[test]
    fn folds_case_accents_and_width() {
        assert_eq!(norms("JALAPEÑO ２ crème kellogg’s 2️⃣"), ["jalapeno", "2", "creme", "kelloggs", "2"]);
    }

    #[test]
    fn plurals_meet() {
        for (one, many) in
            [("tomato", "tomatoes"), ("box", "boxes"), ("berry", "berries"), ("avo", "avos"), ("loaf", "loaves")]
        {
            assert_eq!(stem(one), stem(many));
        }
    }
}
