//! The text of paragraphs.
//!
//! Takes mixed content, gives pieces in which white space is already collapsed. Must never know where the paragraph stands.

use super::attribute::article;
use super::compile::Compiler;
use super::context::Context;
use super::schema::ElementSpec;
use super::text::Piece;
use super::tree::{Child, Element, Mapped};
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::kit::expr::{Expr, Type};
use crate::model::layout::{Inline, TabNode, TextStyleId};

/// Most characters of a leader.
const LEADER_MAX: usize = 8;

/// Pieces as they are collected.
pub(super) struct Pieces {
    list: Vec<Inline>,
    /// Whether a space here would be dropped: at an edge, after a break, after another space.
    after_space: bool,
}

impl Pieces {
    fn new(after_space: bool) -> Pieces {
        Pieces { list: Vec::new(), after_space }
    }

    /// Adds a footnote, whose number stands beside the word before.
    pub(super) fn push_note(&mut self, note: Inline) {
        trim_end(&mut self.list);
        self.list.push(note);
        self.after_space = false;
    }

    /// Adds what takes no room.
    pub(super) fn push_mark(&mut self, mark: Inline) {
        self.list.push(mark);
    }

    /// Adds text; white space of XML becomes one space, others (no-break, thin) stay.
    fn push_text(&mut self, style: TextStyleId, text: &str) {
        if !matches!(self.list.last(), Some(Inline::Text(last, _)) if *last == style) {
            self.list.push(Inline::Text(style, String::new()));
        }
        let Some(Inline::Text(_, into)) = self.list.last_mut() else { return };
        for character in text.chars() {
            if !character.is_ascii_whitespace() {
                into.push(character);
                self.after_space = false;
            } else if !self.after_space {
                into.push(' ');
                self.after_space = true;
            }
        }
        if into.is_empty() {
            self.list.pop();
        }
    }
}

/// Removes the space at the end.
fn trim_end(list: &mut Vec<Inline>) {
    match list.last_mut() {
        Some(Inline::Text(_, text)) => {
            text.truncate(text.trim_end_matches(' ').len());
            if text.is_empty() {
                list.pop();
            }
        }
        Some(Inline::Choose(branches)) => branches.iter_mut().for_each(|(_, branch)| trim_end(branch)),
        Some(
            Inline::Value(..)
            | Inline::Break
            | Inline::Tab(_)
            | Inline::Symbol(_)
            | Inline::Note(_)
            | Inline::Anchor(_)
            | Inline::Link(_)
            | Inline::For { .. },
        )
        | None => {}
        // The space at the end of a link is before its end.
        Some(Inline::LinkEnd) => {
            let end = list.pop();
            trim_end(list);
            list.extend(end);
        }
    }
}

/// Removes a space at the start.
fn trim_start(list: &mut Vec<Inline>) -> Option<TextStyleId> {
    let Some(Inline::Text(style, text)) = list.first_mut() else { return None };
    let style = *style;
    if !text.starts_with(' ') {
        return None;
    }
    text.remove(0);
    if text.is_empty() {
        list.remove(0);
    }
    Some(style)
}

/// Whether no record can change these pieces. A value never counts as fixed, because the locale may depend on the record.
pub(super) fn are_static(list: &[Inline]) -> bool {
    list.iter().all(|inline| matches!(inline, Inline::Text(..) | Inline::Break | Inline::Tab(_) | Inline::Symbol(_)))
}

impl<'t> Compiler<'_, 't> {
    /// The pieces of a paragraph.
    pub(super) fn inlines(&mut self, element: &'t Element, context: &Context) -> Vec<Inline> {
        let mut pieces = Pieces::new(true);
        self.add_inlines(&element.children, element, context, &mut pieces);
        trim_end(&mut pieces.list);
        pieces.list
    }

    pub(super) fn add_inlines(&mut self, children: &'t [Child], element: &'t Element, context: &Context, pieces: &mut Pieces) {
        let style = self.text_style(&context.look, element.span);
        for child in children {
            match child {
                Child::Text(text) => self.add_text(text, style, pieces),
                Child::Element(child) => self.add_inline(child, context, pieces),
            }
        }
    }

    fn add_text(&mut self, text: &Mapped, style: TextStyleId, pieces: &mut Pieces) {
        for piece in self.split(text) {
            match piece {
                Piece::Text(range) | Piece::Brace(range) => pieces.push_text(style, &text.text[range]),
                Piece::Expr(range) => {
                    let expr = self.printable(text, range);
                    if let Some(fixed) = expr.as_ref().and_then(Expr::fixed_text).filter(|fixed| !fixed.contains('\n')) {
                        pieces.push_text(style, fixed);
                        continue;
                    }
                    pieces.list.extend(expr.map(|expr| Inline::Value(style, expr)));
                    pieces.after_space = false;
                }
            }
        }
    }

    /// An expression that can stand in a text.
    pub(super) fn printable(&mut self, text: &Mapped, range: std::ops::Range<usize>) -> Option<Expr> {
        let expr = self.expression(text, range.clone())?;
        if !matches!(expr.kind(), Type::List(_) | Type::Row(_)) {
            return Some(expr);
        }
        let written = text.text[range].trim();
        let message = format!("`{written}` is {}, which cannot be printed", article(expr.kind()));
        let hint = if matches!(expr.kind(), Type::List(_)) {
            format!("repeat over it (`<for each=\"row in {written}\">`), or use a function such as `count({written})`")
        } else {
            format!("name one of its fields: `{written}.…`")
        };
        self.fault(
            Diagnostic::error(&code::EXPR_TYPE, text.place_of(written), message).label(format!("this is {}", article(expr.kind()))).hint(hint),
        );
        None
    }

    fn add_inline(&mut self, element: &'t Element, context: &Context, pieces: &mut Pieces) {
        let allowed = context.host.content.names();
        // Where either text or blocks may stand, this is text.
        let allowed: Vec<&'static str> = match context.host.content {
            super::schema::Content::Either => super::schema::Content::Inline.names(),
            _ => allowed,
        };
        let Some(spec) = self.check_allowed(element, &allowed, context.host.name) else { return };
        match spec.name {
            "if" | "choose" => self.add_choose(element, spec, context, pieces),
            "for" => self.add_for(element, spec, context, pieces),
            "br" => {
                self.check_attributes(element, spec);
                self.check_empty(element);
                trim_end(&mut pieces.list);
                pieces.list.push(Inline::Break);
                pieces.after_space = true;
            }
            "tab" => {
                self.check_attributes(element, spec);
                self.check_empty(element);
                trim_end(&mut pieces.list);
                let properties = self.properties_of(element, spec);
                let style = self.text_style(&context.look.with(&properties), element.span);
                let leader = element.find("leader").map(|attribute| attribute.value.text.clone()).unwrap_or_default();
                pieces.list.push(Inline::Tab(TabNode { style, leader: self.check_leader(element, leader) }));
                pieces.after_space = true;
            }
            "symbol" => {
                if let Some(symbol) = self.symbol(element, spec, context) {
                    pieces.list.push(Inline::Symbol(symbol));
                }
                pieces.after_space = false;
            }
            "footnote" => self.add_footnote(element, spec, context, pieces),
            "a" => self.add_link(element, spec, context, pieces),
            "anchor" => self.add_anchor(element, spec, context, pieces),
            _ => {
                self.check_attributes(element, spec);
                let properties = self.properties_of(element, spec);
                let mut look = context.look.clone();
                match spec.name {
                    "b" => look.bold = true,
                    "i" => look.italic = true,
                    "u" => look.underline = true,
                    "s" => look.strike = true,
                    // The usual size of subscripts and superscripts where the font has no figures of its own for them.
                    "sub" => (look.rise, look.size) = (look.rise - look.size.scaled(15, 100), look.size.scaled(65, 100)),
                    "sup" => (look.rise, look.size) = (look.rise + look.size.scaled(35, 100), look.size.scaled(65, 100)),
                    _ => {}
                }
                let context = Context { look: look.with(&properties), host: spec, ..context.clone() };
                self.add_inlines(&element.children, element, &context, pieces);
            }
        }
    }

    /// A leader that is short enough to be repeated.
    fn check_leader(&mut self, element: &'t Element, leader: String) -> String {
        if leader.chars().count() <= LEADER_MAX {
            return leader;
        }
        if let Some(attribute) = element.find("leader") {
            let message = format!("a leader has at most {LEADER_MAX} characters");
            self.fault(Diagnostic::error(&code::LAYOUT_VALUE, attribute.value.span, message).hint("it is repeated to fill the room: `.` or ` .`"));
        }
        String::new()
    }

    fn add_choose(&mut self, element: &'t Element, spec: &'static ElementSpec, context: &Context, pieces: &mut Pieces) {
        let before = pieces.after_space;
        let mut after = true;
        let mut branches = Vec::new();
        let mut is_total = false;
        for branch in self.branches(element, spec) {
            let mut inside = Pieces::new(before);
            self.add_inlines(&branch.element.children, branch.element, context, &mut inside);
            after &= inside.after_space;
            is_total |= branch.is_otherwise;
            branches.push((branch.test, inside.list));
        }
        // If no branch appears, what came before comes next to what comes after.
        pieces.after_space = after && (is_total || before);
        pieces.list.push(Inline::Choose(branches));
    }

    fn add_for(&mut self, element: &'t Element, spec: &'static ElementSpec, context: &Context, pieces: &mut Pieces) {
        self.check_attributes(element, spec);
        let Some(repeat) = self.repeat(element, "each") else { return };
        let mut inside = Pieces::new(pieces.after_space);
        let variable = self.with_row(&repeat, |compiler, variable| {
            compiler.add_inlines(&element.children, element, context, &mut inside);
            variable
        });
        // A space at both ends would be two between rounds: the one at the start stands once, before all.
        if inside.after_space
            && let Some(style) = trim_start(&mut inside.list)
        {
            pieces.push_text(style, " ");
        }
        pieces.after_space = inside.after_space && pieces.after_space;
        if let Some(list) = repeat.list {
            pieces.list.push(Inline::For { variable, list, body: inside.list });
        }
    }
}
