//! Breaking paragraphs into lines.
//!
//! Takes the items of a paragraph and a width, gives lines. Greedy with hyphenation: a word moves to the next line when it
//! does not fit, or is divided there if the layout asks for it. Must never lose an item: what fits nowhere is divided anywhere.

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use crate::base::length::Length;
use crate::kit::font::FaceId;
use crate::kit::text::{Stack, WordId, Words, hyphenate};
use crate::model::content::{Item, Line};
use crate::model::layout::{Layout, ParagraphStyle, SymbolNode, TextStyle, TextStyleId};
use crate::model::resources::{FontStack, Resources};

/// What follows from a text style and its first face.
#[derive(Clone, Copy, Debug)]
pub struct StyleMetrics {
    /// The first face of its stack.
    pub face: FaceId,
    /// Width of a space.
    pub space: Length,
    /// Distance from line top to baseline.
    above: Length,
    /// Distance from baseline to line bottom.
    below: Length,
}

impl StyleMetrics {
    /// Those of all text styles of a layout.
    pub fn of(layout: &Layout, resources: &Resources) -> Vec<StyleMetrics> {
        layout.text_styles.iter().map(|style| StyleMetrics::of_style(style, resources)).collect()
    }

    fn of_style(style: &TextStyle, resources: &Resources) -> StyleMetrics {
        let id = resources.stacks[usize::from(style.stack.0)].faces[0];
        let face = &resources.faces[usize::from(id.0)];
        let advance = face.advances.get(usize::from(face.narrow.glyph_of(b' '))).copied().unwrap_or(0);
        let space = style.size.scaled(i64::from(advance), face.units_per_em) + style.letter_spacing;
        // Half the leading above, half below (CSS 2.2, 10.8.1).
        let ascent = style.size.scaled(face.ascent, face.units_per_em);
        let descent = style.size.scaled(-face.descent, face.units_per_em);
        let leading = style.line_height - ascent - descent;
        let above = ascent + Length::from_millipoints(leading.millipoints().div_euclid(2));
        StyleMetrics { face: id, space, above, below: style.line_height - above }
    }
}

/// What setting a line needs to know.
pub struct Setter<'s, 'p> {
    /// The layout, for its styles.
    pub layout: &'p Layout,
    /// Faces and stacks.
    pub resources: &'p Resources,
    /// Of each text style of the layout.
    pub metrics: &'s [StyleMetrics],
    /// The word cache.
    pub words: &'s mut Words,
    /// The decimal sign of the record's locale.
    pub decimal_sign: &'p str,
}

impl<'p> Setter<'_, 'p> {
    /// Sets the lines of a paragraph, or of the rest of one that begins with the second part of a divided word.
    pub fn lines<'a>(
        &mut self,
        divided: Option<Item<'a>>,
        items: &'a [Item<'a>],
        style: &ParagraphStyle,
        width: Length,
        indent: Length,
        arena: &'a Bump,
    ) -> &'a [Line<'a>] {
        if let (None, Some(line)) = (divided, self.single_line(items, style, width - indent)) {
            return arena.alloc_slice_copy(&[line]);
        }
        if let Some(tolerance) = style.optimum
            && let Some(lines) = self.optimum_lines(divided, items, style, (width, indent), tolerance, arena)
        {
            return lines;
        }
        let mut lines = BumpVec::new_in(arena);
        let mut line: BumpVec<'a, Item<'a>> = BumpVec::new_in(arena);
        let mut queue = items.iter();
        // What comes before the rest of the queue: the second part of a divided word, or a word that did not fit.
        let mut pending = divided;
        let mut state = LineState { room: width - indent, ..LineState::default() };
        // All lines but the first.
        let room = width - style.hanging;
        let mut start = (divided, items);
        let mut ended_by_break = false;
        while let Some(item) = pending.take().or_else(|| queue.next().copied()) {
            ended_by_break = false;
            match item {
                Item::Break => {
                    self.end_line(&mut lines, &mut line, start, style, true, arena);
                    start = (None, queue.as_slice());
                    state = LineState { room, ..LineState::default() };
                    ended_by_break = true;
                }
                Item::Mark { .. } => line.push(item),
                Item::Opportunity => {
                    (state.last_place, state.last_rest) = (line.len(), queue.as_slice());
                    line.push(item);
                }
                Item::SoftHyphen { width: hyphen, .. } => {
                    line.push(item);
                    if state.width + hyphen <= state.room {
                        (state.last_place, state.last_rest) = (line.len(), queue.as_slice());
                    }
                }
                Item::Space { width: space, .. } => {
                    if line.is_empty() {
                        continue;
                    }
                    if !matches!(line.last(), Some(Item::Space { .. })) {
                        (state.last_place, state.last_rest) = (line.len(), queue.as_slice());
                        state.width += space;
                        line.push(item);
                    }
                }
                Item::Tab { style: tab, leader, level, .. } => {
                    let leap = self.leap(width - state.room + state.width, width, queue.as_slice(), style);
                    state.width += leap;
                    line.push(Item::Tab { style: tab, leader, level, width: leap });
                }
                Item::Word { width: word, .. } | Item::Figures { width: word, .. } | Item::Symbol { symbol: &SymbolNode { width: word, .. }, .. } => {
                    if state.width + word <= state.room || !style.wrap {
                        state.width += word;
                        line.push(item);
                        continue;
                    }
                    // 1. Divide the word after the patterns.
                    if let Some((head, tail)) =
                        self.divide(&item, state.room - state.width, style, state.last_place == line.len() || is_after_space(&line))
                    {
                        line.push(head);
                        self.end_line(&mut lines, &mut line, start, style, false, arena);
                        start = (Some(tail), queue.as_slice());
                        state = LineState { room, ..LineState::default() };
                        pending = Some(tail);
                        continue;
                    }
                    // 2. End the line at its last place; what stands after it moves along.
                    if state.last_place > 0 {
                        let moved: BumpVec<'a, Item<'a>> = BumpVec::from_iter_in(line.drain(state.last_place..), arena);
                        self.end_line(&mut lines, &mut line, start, style, false, arena);
                        start = (None, state.last_rest);
                        if moved.iter().any(|part| matches!(part, Item::Tab { .. })) {
                            // In another line a tab leaps another way.
                            queue = state.last_rest.iter();
                            state = LineState { room, ..LineState::default() };
                            continue;
                        }
                        state = LineState { room, ..LineState::default() };
                        for part in moved {
                            match part {
                                Item::Space { .. } | Item::Opportunity | Item::SoftHyphen { .. } if line.is_empty() => {}
                                _ => {
                                    state.width += width_of(&part);
                                    line.push(part);
                                }
                            }
                        }
                        pending = Some(item);
                        continue;
                    }
                    // 3. Nothing else helps: divide it anywhere.
                    if line.is_empty() {
                        let (head, tail) = self.cut(&item, state.room, arena);
                        line.push(head);
                        pending = tail;
                        if pending.is_none() {
                            state.width += word;
                            continue;
                        }
                    } else {
                        pending = Some(item);
                    }
                    self.end_line(&mut lines, &mut line, start, style, false, arena);
                    start = (pending, queue.as_slice());
                    state = LineState { room, ..LineState::default() };
                }
            }
        }
        if !line.is_empty() || lines.is_empty() || ended_by_break {
            self.end_line(&mut lines, &mut line, start, style, true, arena);
        }
        lines.into_bump_slice()
    }

    fn end_line<'a>(
        &mut self,
        lines: &mut BumpVec<'a, Line<'a>>,
        line: &mut BumpVec<'a, Item<'a>>,
        (divided, rest): (Option<Item<'a>>, &'a [Item<'a>]),
        style: &ParagraphStyle,
        is_last: bool,
        arena: &'a Bump,
    ) {
        while matches!(line.last(), Some(Item::Space { .. } | Item::Opportunity)) {
            line.pop();
        }
        if let ([.., before, last], false) = (line.as_mut_slice(), is_last)
            && let Item::SoftHyphen { word, style, width } = *last
        {
            // The hyphen stands at the end of its word, in whichever direction that runs.
            let level = if let Item::Word { level, .. } = *before { level } else { 0 };
            *last = Item::Word { word, style, level, width };
        }
        let items: &'a [Item<'a>] = std::mem::replace(line, BumpVec::new_in(arena)).into_bump_slice();
        lines.push(Line { divided, rest, ..self.line_of(items, style, is_last) });
    }

    /// The line of a paragraph that fits in one, as most cells of a table do; `None` if it may not.
    fn single_line<'a>(&self, all: &'a [Item<'a>], style: &ParagraphStyle, room: Length) -> Option<Line<'a>> {
        let mut items = all;
        while let [Item::Space { .. }, rest @ ..] = items {
            items = rest;
        }
        while let [rest @ .., Item::Space { .. } | Item::Opportunity | Item::SoftHyphen { .. }] = items {
            items = rest;
        }
        let mut sum = Length::ZERO;
        for item in items {
            match item {
                Item::Break | Item::Tab { .. } => return None,
                Item::Word { width, .. } | Item::Figures { width, .. } | Item::Symbol { symbol: SymbolNode { width, .. }, .. } => {
                    sum += *width;
                    if sum > room && style.wrap {
                        return None;
                    }
                }
                Item::Space { width, .. } => sum += *width,
                Item::Opportunity | Item::SoftHyphen { .. } | Item::Mark { .. } => {}
            }
        }
        Some(Line { rest: all, ..self.line_of(items, style, true) })
    }

    pub(super) fn line_of<'a>(&self, items: &'a [Item<'a>], style: &ParagraphStyle, is_last: bool) -> Line<'a> {
        let mut width = Length::ZERO;
        let mut spaces = 0;
        let StyleMetrics { mut above, mut below, .. } = self.metrics[usize::from(style.text.0)];
        let mut last = style.text;
        let mut is_tabbed = false;
        for item in items {
            width += width_of(item);
            let item_style = match item {
                Item::Space { style, .. } => {
                    spaces += 1;
                    *style
                }
                Item::Word { word, style, .. } => {
                    // Word spacing widens no-break spaces, too.
                    spaces += u32::from(self.words.word(*word).spaces);
                    *style
                }
                Item::Figures { style, .. } => *style,
                Item::Symbol { symbol, .. } => {
                    (above, below) = (above.max(symbol.rise + symbol.height), below.max(-symbol.rise));
                    continue;
                }
                Item::Tab { .. } => {
                    is_tabbed = true;
                    continue;
                }
                Item::Opportunity | Item::SoftHyphen { .. } | Item::Break | Item::Mark { .. } => continue,
            };
            if item_style != last {
                last = item_style;
                let text = self.layout.text_style(item_style);
                // Raised and lowered text keeps the line as high as the paragraph wants it.
                if text.rise == Length::ZERO {
                    let metrics = &self.metrics[usize::from(item_style.0)];
                    (above, below) = (above.max(metrics.above), below.max(metrics.below));
                }
            }
        }
        // What stands at a stop must not be moved away from it.
        let spaces = if is_tabbed { 0 } else { spaces };
        Line { items, divided: None, rest: items, width, spaces, is_last, height: above + below, baseline: above }
    }

    /// Divides a word with a hyphen so that the first part fits `room`.
    fn divide<'a>(&mut self, item: &Item<'a>, room: Length, style: &ParagraphStyle, is_whole_word: bool) -> Option<(Item<'a>, Item<'a>)> {
        let language = style.hyphens?;
        let Item::Word { word, style: text_style, level, .. } = *item else { return None };
        if level & 1 == 1 || !is_whole_word || room <= Length::ZERO {
            return None;
        }
        for index in self.divisions(word, text_style, language).rev() {
            let (head, tail) = self.words.division(index);
            let head = self.part_of(head, text_style, level);
            if width_of(&head) <= room {
                return Some((head, self.part_of(tail, text_style, level)));
            }
        }
        None
    }

    /// Where a word may be divided, first place first: found once per word and language.
    pub(super) fn divisions(&mut self, word: WordId, style: TextStyleId, language: [u8; 2]) -> std::ops::Range<u32> {
        if let Some(known) = self.words.divisions(word, language) {
            return known;
        }
        let text = self.words.text(word).to_string();
        let style = self.layout.text_style(style);
        let mut places = [0usize; 24];
        let mut count = 0;
        hyphenate(&text, language, |at| {
            if count < places.len() {
                places[count] = at;
                count += 1;
            }
        });
        let parts: Vec<(WordId, WordId)> =
            places[..count].iter().map(|&at| (self.word(&format!("{}-", &text[..at]), style).0, self.word(&text[at..], style).0)).collect();
        self.words.keep_divisions(word, language, &parts)
    }

    /// A part of a divided word.
    pub(super) fn part_of<'a>(&self, word: WordId, style: TextStyleId, level: u8) -> Item<'a> {
        Item::Word { word, style, level, width: self.width(word, self.layout.text_style(style)) }
    }

    /// Cuts a word that is wider than a whole line after the last letter that fits; at least one letter.
    fn cut<'a>(&mut self, item: &Item<'a>, room: Length, arena: &'a Bump) -> (Item<'a>, Option<Item<'a>>) {
        let (text, style, level): (String, TextStyleId, u8) = match *item {
            Item::Word { word, style, level, .. } => (self.words.text(word).to_string(), style, level),
            Item::Figures { text, style, .. } => (text.to_string(), style, 0),
            other => return (other, None),
        };
        let text_style = self.layout.text_style(style).clone();
        let boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).skip(1).collect();
        // Widths grow with the text, so that the last fitting boundary is found by halving.
        let mut fits = 0;
        let (mut low, mut high) = (0, boundaries.len());
        while low < high {
            let middle = (low + high) / 2;
            let width = self.measure(&text[..boundaries[middle]], &text_style);
            if width <= room {
                fits = middle + 1;
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if boundaries.is_empty() {
            return (*item, None);
        }
        let at = boundaries[fits.max(1) - 1];
        let make = |setter: &mut Self, part: &str| -> Item<'a> {
            let part: &'a str = arena.alloc_str(part);
            setter.item(part, style, &text_style, level).0
        };
        let head = make(self, &text[..at]);
        let tail = make(self, &text[at..]);
        (head, Some(tail))
    }

    /// The item of a word, and whether it holds a character without a glyph. Figures take a fast path, everything else the cache.
    pub fn item<'a>(&mut self, text: &'a str, id: TextStyleId, style: &TextStyle, level: u8) -> (Item<'a>, bool) {
        // Most words begin with a letter and are known by it to be no figures.
        let may_be_figures = !text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
        if may_be_figures && style.plain_figures && level == 0 {
            let face = &self.resources.faces[usize::from(self.metrics[usize::from(id.0)].face.0)];
            if let Some(units) = face.figures.as_ref().and_then(|figures| figures.width(text.as_bytes())) {
                let width = style.size.scaled(units, face.units_per_em) + style.letter_spacing * text.len() as i64;
                return (Item::Figures { text, style: id, width }, false);
            }
        }
        let word = self.find(text, style, level & 1 == 1);
        let width = self.width(word, style);
        (Item::Word { word, style: id, level, width }, self.words.word(word).missing)
    }

    /// A place where a line may end with a hyphen.
    pub fn soft_hyphen<'a>(&mut self, id: TextStyleId, style: &TextStyle) -> Item<'a> {
        let (word, width) = self.word("-", style);
        Item::SoftHyphen { word, style: id, width }
    }

    /// A text as one word of the cache, figures or not.
    pub fn whole<'a>(&mut self, text: &str, id: TextStyleId, style: &TextStyle) -> Item<'a> {
        let (word, width) = self.word(text, style);
        Item::Word { word, style: id, level: 0, width }
    }

    fn measure(&mut self, text: &str, style: &TextStyle) -> Length {
        let word = self.find(text, style, false);
        self.width(word, style)
    }

    fn word(&mut self, text: &str, style: &TextStyle) -> (WordId, Length) {
        let word = self.find(text, style, false);
        (word, self.width(word, style))
    }

    fn find(&mut self, text: &str, style: &TextStyle, right_to_left: bool) -> WordId {
        let FontStack { faces, features, scripts } = &self.resources.stacks[usize::from(style.stack.0)];
        let stack = Stack { number: style.stack.0, faces, features, scripts };
        let tabular = style.tabular && has_figures(text);
        let spaced = style.letter_spacing != Length::ZERO;
        self.words.find(&self.resources.faces, stack, text, tabular, right_to_left, spaced)
    }

    fn width(&self, word: WordId, style: &TextStyle) -> Length {
        let word = self.words.word(word);
        style.size.scaled(i64::from(word.width), 1_000_000) + style.letter_spacing * i64::from(word.glyphs)
    }
}

#[derive(Clone, Copy, Default)]
struct LineState<'a> {
    /// Width of what stands in the line.
    width: Length,
    /// Width there is.
    room: Length,
    /// Items before the last place where the line may end; 0: there is none.
    last_place: usize,
    /// What comes after that place.
    last_rest: &'a [Item<'a>],
}

/// The width of an item.
pub fn width_of(item: &Item<'_>) -> Length {
    match item {
        Item::Word { width, .. } | Item::Figures { width, .. } | Item::Space { width, .. } | Item::Tab { width, .. } => *width,
        Item::Symbol { symbol, .. } => symbol.width,
        Item::Opportunity | Item::SoftHyphen { .. } | Item::Break | Item::Mark { .. } => Length::ZERO,
    }
}

fn is_after_space(line: &[Item<'_>]) -> bool {
    matches!(line.last(), None | Some(Item::Space { .. } | Item::Opportunity | Item::SoftHyphen { .. }))
}

fn has_figures(text: &str) -> bool {
    !text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
        && text.bytes().any(|b| b.is_ascii_digit())
        && !text.bytes().any(|b| b.is_ascii_alphabetic())
}
