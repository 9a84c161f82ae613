//! The words that join and part items: "and", prepositions, verbs of ordering, cues.
use super::cues::Cue;
use super::items::Item;
use super::lexer::{Element, What};
use super::lexicon;
use super::relative::{self, Step};
use super::segment::{Cutter, followed};

impl Cutter<'_> {
    /// A comma or an "and".
    pub(super) fn join(&mut self) {
        let had = !self.current.is_empty();
        let sticky = self.sticky && had && self.current.cue == Some(Cue::Exclude);
        let counted = !self.current.amounts.is_empty();
        // "Make the milk 5 and the bread 6" corrects both.
        let making =
            self.sticky && self.current.cue == Some(Cue::Correct) && counted && !self.current.content.is_empty();
        self.flush();
        self.current.joined = had || self.current.joined;
        self.current.parted = true;
        // "Remove bread and eggs" removes both; "remove bread and 2 eggs" may not.
        if sticky {
            self.current.cue = Some(Cue::Exclude);
            self.current.carried = Some(counted);
        } else if self.correcting && counted {
            self.current.cue = Some(Cue::Correct);
            self.current.supposed = true;
        } else if making {
            self.current.cue = Some(Cue::Correct);
            self.current.carried = Some(true);
        }
    }

    /// A verb of ordering.
    pub(super) fn request(&mut self, element: &Element) {
        if self.tells(element) {
            self.start(None);
            self.current.cue = None;
            self.telling = true;
            return;
        }
        // "Chicken out of stock, can we have 10 kg thighs": a verb begins anew, "please" does not.
        let verb = self.tokens.get(element.first).is_some_and(|t| {
            matches!(t.norm.as_str(), "send" | "need" | "want" | "get" | "have" | "deliver" | "bring" | "take" | "give")
        });
        if verb && !self.current.content.is_empty() && !self.changing {
            self.start(None);
        }
        if verb && self.telling {
            self.start(None);
            self.telling = false;
        }
        if self.current.content.is_empty() {
            if self.current.carried.is_some() {
                self.current.cue = None;
            }
            self.current.requested = true;
            self.current.placed = false;
        }
    }

    /// A word after which a place, a time or a person follows.
    pub(super) fn preposition(&mut self, element: &Element, rest: &[Element]) {
        // "Hammers to 12"
        let to = self.tokens.get(element.first).is_some_and(|t| t.norm == "to");
        let counted = followed(rest, |w| matches!(w, What::Amount(_)));
        if to && counted && !self.changing && !self.current.phrases.is_empty() && self.current.amounts.is_empty() {
            // "Drop the gel to 1" leaves one.
            let kept = self.current.cue.filter(|cue| *cue != Cue::Exclude);
            self.current.cue = kept.or(Some(Cue::Correct));
            return;
        }
        let by = self.tokens.get(element.first).is_some_and(|t| t.norm == "by");
        self.current.by |= by && counted && self.changing;
        let from = by || self.tokens.get(element.first).is_some_and(|t| t.norm == "from");
        if self.changing && !self.current.content.is_empty() {
            if !from {
                self.change_target();
            }
            return;
        }
        // "12 sand droppin to Mill Lane": what is done with it is no part of its name.
        while !self.current.phrases.is_empty()
            && let Some(doing) = self.current.content.last().and_then(|at| self.tokens.get(*at))
            && (doing.norm.ends_with("ing") || doing.norm.ends_with("in"))
            && self.catalogue.word(&doing.key).is_none()
        {
            self.current.content.pop();
        }
        // "2 plaster on site at the back": the place is no part of the plaster.
        if !self.current.phrases.is_empty() {
            self.start(None);
        }
        // "We run low on bin bags": what stands before was talk.
        if self.current.phrases.is_empty() && self.current.amounts.is_empty() {
            let Item { cue, more, requested, joined, carried, .. } = std::mem::take(&mut self.current);
            self.current = Item { cue, more, requested, joined, carried, ..Item::default() };
        }
        self.current.placed |= self.current.content.is_empty();
    }

    /// "We found 2 boxes", "I still have 3 left": whoever has them orders none.
    fn tells(&self, element: &Element) -> bool {
        let word = |back: usize| {
            element.first.checked_sub(back).and_then(|at| self.tokens.get(at)).map_or("", |t| t.norm.as_str())
        };
        let has = matches!(word(1), "we" | "i" | "ive" | "weve" | "still" | "already" | "only")
            && !matches!(word(2), "can" | "could" | "may" | "if" | "should" | "shall" | "do" | "did" | "might");
        match word(0) {
            "found" => true,
            "had" | "got" => has,
            "have" => has && matches!(word(1), "still" | "already"),
            _ => false,
        }
    }

    /// A word that says nothing, unless it parts the old from the new in a swap.
    pub(super) fn filler(&mut self, element: &Element) {
        if self.tells(element) {
            self.start(None);
            self.current.cue = None;
            self.telling = true;
        }
        // "For" and "with" part the old from the new in a swap and mean nothing elsewhere.
        let word = self.tokens.get(element.first).map_or("", |t| t.norm.as_str());
        // "For my two girls: 2 combs"
        if !self.changing && word == "for" && self.current.is_empty() && self.items.is_empty() {
            self.current.placed = true;
        }
        // "2 milk for the kitchen"
        if !self.changing && word == "for" && !self.current.phrases.is_empty() {
            self.start(None);
            self.current.placed = true;
        }
        // "2 salt I think we are out of", "40 rolls thanks Brenda": what follows is no part of the product.
        if !self.changing
            && !self.current.content.is_empty()
            && (lexicon::begins_clause(word) || lexicon::signs_off(word) || lexicon::points(word))
        {
            self.start(None);
            self.current.placed = true;
        }
        // "The milk was lovely" tells of it.
        if matches!(word, "was" | "were" | "is" | "are" | "has" | "had" | "been") && self.current.amounts.is_empty() {
            self.current.placed |= !self.current.content.is_empty();
        }
        if self.changing && matches!(word, "for" | "with") && !self.current.content.is_empty() {
            self.change_target();
        }
    }

    fn step(&self, element: &Element) -> Option<Step> {
        self.tokens.get(element.first).and_then(|t| relative::step(&t.norm))
    }

    /// Whether a cue says what an amount is to be.
    fn sets(&self, element: &Element) -> bool {
        self.tokens.get(element.first).is_some_and(|t| matches!(t.norm.as_str(), "should" | "make"))
            && element.past > element.first + 1
    }

    fn change_target(&mut self) {
        self.start(Some(Cue::Target));
        self.changing = false;
    }

    /// A cue begins an item, or speaks of the one begun.
    pub(super) fn cue(&mut self, cue: Cue, element: &Element) {
        match cue {
            Cue::More => {
                let complete = !self.current.content.is_empty() && !self.current.amounts.is_empty();
                let said = self.current.content.is_empty() || complete;
                let another = self.tokens.get(element.first).is_some_and(|t| t.norm == "another");
                if complete || matches!(self.current.cue, Some(Cue::Exclude)) {
                    self.start(None);
                    self.current.cue = None;
                }
                if said {
                    self.current.more = true;
                    self.current.requested = true;
                    self.current.article |= another;
                }
            }
            Cue::Change => {
                self.start(Some(cue));
                self.current.step = self.step(element);
                self.changing = true;
            }
            Cue::Scale => {
                self.start(Some(cue));
                self.current.step = self.step(element);
            }
            // "No, sorry, make that": one correction.
            Cue::Correct if self.current.is_empty() && self.current.cue == Some(Cue::Change) => {}
            // "Hats should be 12", "screws make it 10"
            Cue::Correct
                if !self.current.content.is_empty() && self.current.amounts.is_empty() && self.sets(element) =>
            {
                self.current.cue = Some(cue);
                self.current.carried = None;
            }
            Cue::Correct | Cue::Exclude | Cue::Not | Cue::Target | Cue::InsteadOf => {
                // "Change it to 4, not 3" and "no milk, sorry" keep what they began with.
                self.start(None);
                // "Blue antifreeze, not red": what stands before is wanted.
                if matches!(cue, Cue::Not | Cue::InsteadOf)
                    && let Some(wanted) = self.items.last_mut()
                {
                    wanted.requested = true;
                    // "5, not 6"
                    if wanted.content.is_empty() && wanted.cue.is_none() {
                        wanted.cue = Some(Cue::Correct);
                    }
                }
                let word = self.tokens.get(element.first).map_or("", |t| t.norm.as_str());
                self.correcting = cue == Cue::Correct;
                self.sticky = matches!(word, "make") || cue == Cue::Exclude && !matches!(word, "no" | "without");
                self.current.carried = None;
                self.current.cue = Some(cue);
            }
        }
    }
}
