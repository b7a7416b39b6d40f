//! Where lines may break: the line breaking algorithm of Unicode (UAX 14, Unicode 15.0, revision 50).
//!
//! Takes a text, gives the places where a line may or must end. Classes are those of `unicode-linebreak`; the rules are our
//! own, because its state machine breaks numbers by pairs, and the standard's tests want the numbers of rule LB25 whole.

use std::cell::RefCell;

use icu_segmenter::options::LineBreakOptions;
use icu_segmenter::{LineSegmenter, LineSegmenterBorrowed};
use unicode_linebreak::BreakClass::{
    self, After as BA, Alphabetic as AL, Ambiguous as AI, Before as BB, BeforeAndAfter as B2, CarriageReturn as CR, CloseParenthesis as CP,
    ClosePunctuation as CL, CombiningMark as CM, ComplexContext as SA, ConditionalJapaneseStarter as CJ, Contingent as CB, EmojiBase as EB,
    EmojiModifier as EM, Exclamation as EX, HangulLJamo as JL, HangulLvSyllable as H2, HangulLvtSyllable as H3, HangulTJamo as JT, HangulVJamo as JV,
    HebrewLetter as HL, Hyphen as HY, Ideographic as ID, InfixSeparator as IS, Inseparable as IN, LineFeed as LF, Mandatory as BK, NextLine as NL,
    NonBreakingGlue as GL, NonStarter as NS, Numeric as NU, OpenPunctuation as OP, Postfix as PO, Prefix as PR, Quotation as QU,
    RegionalIndicator as RI, Space as SP, Surrogate as SG, Symbol as SY, Unknown as XX, WordJoiner as WJ, ZeroWidthJoiner as ZWJ,
    ZeroWidthSpace as ZW,
};
use unicode_linebreak::break_property;

/// How strictly lines of Japanese and Chinese keep some characters from their start (CSS Text 3, 5.3).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Strictness {
    /// Hyphens, iteration marks and centred punctuation may begin a line, and small kana too.
    Loose,
    /// Small kana and the long vowel mark may begin a line.
    #[default]
    Normal,
    /// They may not.
    Strict,
}

/// A place where a line may end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Opportunity {
    /// Before this byte.
    pub at: usize,
    /// It must end there.
    pub is_mandatory: bool,
}

/// Calls `give` with each place in a text, in ascending order; its end is none of them.
pub fn opportunities(text: &str, strictness: Strictness, mut give: impl FnMut(Opportunity)) {
    let mut classes = CLASSES.take();
    classes.clear();
    classes.extend(text.char_indices().map(|(at, character)| (at as u32, class(character, strictness))));
    let mut words = WordEnds::new(text);
    let mut state = State::default();
    for index in 0..classes.len() {
        let (at, class) = classes[index];
        match state.before(class, &classes[index + 1..], text, at as usize) {
            Break::No if words.is_end(at as usize) => give(Opportunity { at: at as usize, is_mandatory: false }),
            Break::No => {}
            found => give(Opportunity { at: at as usize, is_mandatory: found == Break::Must }),
        }
    }
    CLASSES.set(classes);
}

thread_local! {
    // Kept for its room.
    static CLASSES: RefCell<Vec<(u32, BreakClass)>> = const { RefCell::new(Vec::new()) };
}

/// The places between the words of scripts that write no spaces between them: Thai, Lao, Khmer, Burmese.
struct WordEnds(std::vec::IntoIter<usize>, Option<usize>);

impl WordEnds {
    fn new(text: &str) -> WordEnds {
        let mut ends = Vec::new();
        if !text.is_ascii() && text.contains(is_without_spaces) {
            let mut start = 0;
            while let Some(found) = text[start..].find(is_without_spaces) {
                start += found;
                let run = &text[start..];
                let run = &run[..run.find(|c| !is_without_spaces(c)).unwrap_or(run.len())];
                // The first and the last place are the ends of the run, about which the rules decide.
                ends.extend(dictionary().segment_str(run).filter(|at| *at > 0 && *at < run.len()).map(|at| start + at));
                start += run.len();
            }
        }
        let mut ends = ends.into_iter();
        let next = ends.next();
        WordEnds(ends, next)
    }

    /// Whether a word ends at a place; places are asked for in ascending order.
    fn is_end(&mut self, at: usize) -> bool {
        while self.1.is_some_and(|end| end < at) {
            self.1 = self.0.next();
        }
        self.1 == Some(at)
    }
}

/// The dictionaries of ICU. Its other model finds words with floating-point numbers, which no output may depend on.
fn dictionary() -> LineSegmenterBorrowed<'static> {
    LineSegmenter::new_dictionary(LineBreakOptions::default())
}

/// Whether a character is of a script that writes no spaces between words.
pub fn is_without_spaces(character: char) -> bool {
    matches!(character, '\u{e01}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{a9e0}'..='\u{a9ff}' | '\u{aa60}'..='\u{aa7f}')
        && break_property(character as u32) == SA
}

/// LB1, and what strictness makes of a class.
fn class(character: char, strictness: Strictness) -> BreakClass {
    match break_property(character as u32) {
        AI | SG | XX => AL,
        // Words of these scripts are found elsewhere; marks stay with their letters.
        SA if is_mark(character) => CM,
        SA => AL,
        CJ if strictness == Strictness::Strict => NS,
        CJ => ID,
        NS if strictness == Strictness::Loose && is_loose(character) => ID,
        class => class,
    }
}

/// Marks among the letters of South East Asia (general categories Mn and Mc of class SA).
fn is_mark(character: char) -> bool {
    matches!(character, '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}' | '\u{eb1}' | '\u{eb4}'..='\u{ebc}' | '\u{ec8}'..='\u{ece}'
        | '\u{102b}'..='\u{103e}' | '\u{1056}'..='\u{1059}' | '\u{105e}'..='\u{1060}' | '\u{1062}'..='\u{1064}' | '\u{1067}'..='\u{106d}'
        | '\u{1071}'..='\u{1074}' | '\u{1082}'..='\u{108d}' | '\u{108f}' | '\u{109a}'..='\u{109d}' | '\u{17b4}'..='\u{17d3}' | '\u{17dd}'
        | '\u{1a55}'..='\u{1a7f}' | '\u{a9e5}' | '\u{aa7b}'..='\u{aa7d}' | '\u{aab0}' | '\u{aab2}'..='\u{aab4}' | '\u{aab7}'..='\u{aab8}'
        | '\u{aabe}'..='\u{aabf}' | '\u{aac1}')
}

/// Characters that may begin a line only where one is loose (CSS Text 3, 5.3): iteration marks, hyphens, centred punctuation.
fn is_loose(character: char) -> bool {
    matches!(character, '々' | '〻' | 'ゝ' | 'ゞ' | 'ヽ' | 'ヾ' | '〜' | '゠' | '・' | '：' | '；' | '･')
}

/// Brackets that count as East Asian: LB30 does not hold for them.
fn is_wide(text: &str, at: usize) -> bool {
    matches!(text[at..].chars().next(), Some('\u{2329}' | '\u{3008}'..='\u{301d}' | '\u{fe17}'..='\u{fe5d}' | '\u{ff08}'..='\u{ff62}'))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Break {
    No,
    May,
    Must,
}

/// What of the text before a place still matters.
#[derive(Clone, Copy)]
struct State {
    /// The class before, marks left out (LB9); `None` at the start.
    last: Option<BreakClass>,
    /// The class before the spaces that stand directly before the place.
    solid: Option<BreakClass>,
    /// The very last character is a joiner (LB8a).
    joiner: bool,
    /// `NU (NU | SY | IS)*` ends here, or that and a bracket.
    number: Number,
    /// An odd number of regional indicators ends here (LB30a).
    odd_indicator: bool,
    /// A Hebrew letter and a hyphen end here (LB21a).
    hebrew_hyphen: bool,
    /// The class before is an unassigned pictograph (LB30b).
    pictograph: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Number {
    None,
    Open,
    Closed,
}

impl Default for State {
    fn default() -> State {
        State { last: None, solid: None, joiner: false, number: Number::None, odd_indicator: false, hebrew_hyphen: false, pictograph: false }
    }
}

impl State {
    /// Whether a line may end before a character of `class` at byte `at`; `rest` comes after it. Then goes past it.
    fn before(&mut self, class: BreakClass, rest: &[(u32, BreakClass)], text: &str, at: usize) -> Break {
        // Most characters are letters after letters.
        if class == AL && self.last == Some(AL) && !self.joiner {
            return Break::No;
        }
        let found = self.decide(class, rest, text, at);
        self.pass(class, text, at);
        found
    }

    fn decide(&self, class: BreakClass, rest: &[(u32, BreakClass)], text: &str, at: usize) -> Break {
        let Some(last) = self.last else { return Break::No };
        match (last, class) {
            // LB4, LB5
            (CR, LF) => return Break::No,
            (BK | CR | LF | NL, _) => return Break::Must,
            // LB6, LB7
            (_, BK | CR | LF | NL | SP | ZW) => return Break::No,
            _ => {}
        }
        // LB8: also after spaces.
        if self.solid == Some(ZW) {
            return Break::May;
        }
        // LB8a, and LB9: marks stay with what they stand on.
        if self.joiner || (matches!(class, CM | ZWJ) && last != SP) {
            return Break::No;
        }
        // LB10
        let class = if matches!(class, CM | ZWJ) { AL } else { class };
        if self.is_forbidden(last, class, rest, text, at) { Break::No } else { Break::May }
    }

    fn is_forbidden(&self, last: BreakClass, class: BreakClass, rest: &[(u32, BreakClass)], text: &str, at: usize) -> bool {
        // LB11 to LB13
        if class == WJ || matches!(last, WJ | GL) || (class == GL && !matches!(last, SP | BA | HY)) || matches!(class, CL | CP | EX | IS | SY) {
            return true;
        }
        // LB14 to LB17: also with spaces between.
        match (self.solid, class) {
            (Some(OP), _) | (Some(QU), OP) | (Some(CL | CP), NS) | (Some(B2), B2) => return true,
            _ => {}
        }
        // LB18
        if last == SP {
            return false;
        }
        // LB19 to LB21b
        if class == QU || last == QU {
            return true;
        }
        if class == CB || last == CB {
            return false;
        }
        if matches!(class, BA | HY | NS) || last == BB || self.hebrew_hyphen || (last == SY && class == HL) || class == IN {
            return true;
        }
        // LB25
        if matches!((self.number, class), (Number::Open, NU | PO | PR) | (Number::Closed, PO | PR)) {
            return true;
        }
        let next = || rest.iter().map(|(_, class)| *class).find(|class| !matches!(class, CM | ZWJ));
        match (last, class) {
            // LB23 to LB24
            (AL | HL, NU) | (NU, AL | HL) | (PR, ID | EB | EM) | (ID | EB | EM, PO) | (PR | PO, AL | HL) | (AL | HL, PR | PO) => true,
            // LB25
            (PR | PO, NU) | (OP | HY, NU) => true,
            (PR | PO, OP) => next() == Some(NU),
            // LB26 to LB29
            (JL, JL | JV | H2 | H3) | (JV | H2, JV | JT) | (JT | H3, JT) => true,
            (JL | JV | JT | H2 | H3, PO) | (PR, JL | JV | JT | H2 | H3) => true,
            (AL | HL, AL | HL) | (IS, AL | HL) => true,
            // LB30; no closing parenthesis of class CP is wide.
            (AL | HL | NU, OP) => !is_wide(text, at),
            (CP, AL | HL | NU) => true,
            // LB30a, LB30b
            (RI, RI) => self.odd_indicator,
            (EB, EM) => true,
            (_, EM) => self.pictograph,
            _ => false,
        }
    }

    fn pass(&mut self, class: BreakClass, text: &str, at: usize) {
        let joiner = class == ZWJ;
        let hard = matches!(self.last, None | Some(BK | CR | LF | NL | SP | ZW));
        if matches!(class, CM | ZWJ) && !hard {
            self.joiner = joiner;
            return;
        }
        let class = if matches!(class, CM | ZWJ) { AL } else { class };
        self.number = match (self.number, class) {
            (_, NU) => Number::Open,
            (Number::Open, SY | IS) => Number::Open,
            (Number::Open, CL | CP) => Number::Closed,
            _ => Number::None,
        };
        self.odd_indicator = class == RI && !(self.last == Some(RI) && self.odd_indicator);
        self.hebrew_hyphen = matches!(class, HY | BA) && self.last == Some(HL);
        self.pictograph = class == ID && text[at..].chars().next().is_some_and(is_unassigned_pictograph);
        if class != SP {
            self.solid = Some(class);
        } else if self.last.is_none() {
            self.solid = None;
        }
        self.last = Some(class);
        self.joiner = joiner;
    }
}

/// Extended pictographs that Unicode 15 keeps free (LB30b).
fn is_unassigned_pictograph(character: char) -> bool {
    matches!(character, '\u{1f02c}'..='\u{1f02f}' | '\u{1f094}'..='\u{1f09f}' | '\u{1f0af}'..='\u{1f0b0}' | '\u{1f0c0}' | '\u{1f0d0}' | '\u{1f0f6}'..='\u{1f0ff}'
        | '\u{1f1ae}'..='\u{1f1e5}' | '\u{1f203}'..='\u{1f20f}' | '\u{1f23c}'..='\u{1f23f}' | '\u{1f249}'..='\u{1f24f}' | '\u{1f252}'..='\u{1f25f}'
        | '\u{1f266}'..='\u{1f2ff}' | '\u{1f6d8}'..='\u{1f6db}' | '\u{1f6ed}'..='\u{1f6ef}' | '\u{1f6fd}'..='\u{1f6ff}' | '\u{1f777}'..='\u{1f77a}'
        | '\u{1f7da}'..='\u{1f7df}' | '\u{1f7ec}'..='\u{1f7ef}' | '\u{1f7f1}'..='\u{1f7ff}' | '\u{1f80c}'..='\u{1f80f}' | '\u{1f848}'..='\u{1f84f}'
        | '\u{1f85a}'..='\u{1f85f}' | '\u{1f888}'..='\u{1f88f}' | '\u{1f8ae}'..='\u{1f8af}' | '\u{1f8b2}'..='\u{1f8ff}' | '\u{1fa54}'..='\u{1fa5f}'
        | '\u{1fa6e}'..='\u{1fa6f}' | '\u{1fa7d}'..='\u{1fa7f}' | '\u{1fa89}'..='\u{1fa8f}' | '\u{1fabe}' | '\u{1fac6}'..='\u{1facd}'
        | '\u{1fadc}'..='\u{1fadf}' | '\u{1fae9}'..='\u{1faef}' | '\u{1faf9}'..='\u{1faff}' | '\u{1fc00}'..='\u{1fffd}')
}
