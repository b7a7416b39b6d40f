//! The colours of a house.
//!
//! Takes `<palette>` and the tree it holds for, puts colours in the place of their names; reports colours that are not of a
//! locked palette. Must never know what a colour is used for.

use super::compile::Compiler;
use super::merge::{is_locked, name_of, take};
use super::schema::{Kind, find_element};
use super::tree::{Child, Element, Mapped};
use super::value::{self, COLORS, whole};
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::span::{FileId, Span};
use crate::base::suggest::closest;

/// Colours by name.
struct Palette {
    /// Name, value as written.
    colors: Vec<(String, String)>,
    /// The lock, and the files it does not hold for: those of the layout that locks and of its bases.
    lock: Option<(Span, Vec<FileId>)>,
}

impl Compiler<'_, '_> {
    /// Adds the colours of a layout to those of its base.
    pub(super) fn extend_palette(&mut self, base: &mut Element, child: &mut Element) {
        let Some(known) = base.children.iter_mut().find_map(|known| match known {
            Child::Element(known) if known.name == "palette" => Some(known),
            Child::Element(_) | Child::Text(_) => None,
        }) else {
            return;
        };
        for mut palette in take(child, "palette") {
            if let Some(lock) = known.find("locked").filter(|_| is_locked(known)) {
                let fault = Diagnostic::error(&code::LAYOUT_LOCKED, palette.span, "the palette is locked");
                self.fault(fault.related(lock.span, "locked here").hint("use the colours it has"));
                continue;
            }
            self.check_element(&palette);
            let colors = take(&mut palette, "color");
            known.children.retain(|child| match child {
                Child::Element(child) => colors.iter().all(|color| name_of(color).map(|name| name.0) != name_of(child).map(|name| name.0)),
                Child::Text(_) => true,
            });
            known.attributes.retain(|attribute| attribute.name != "locked");
            known.attributes.extend(palette.attributes);
            known.children.extend(colors.into_iter().map(Child::Element));
            known.children.extend(palette.children);
        }
    }

    /// Puts colours in the place of their names. `files` are those of the layout and its bases, the layout first.
    pub(super) fn apply_palette(&mut self, root: &mut Element, files: &[FileId]) {
        let mut found = take(root, "palette").into_iter();
        let Some(element) = found.next() else { return };
        for again in found {
            self.refuse_second(&again, &element);
        }
        self.check_element(&element);
        let mut colors: Vec<(String, String)> = Vec::new();
        for child in &element.children {
            match child {
                Child::Text(text) => self.refuse_text(text, "palette", "colours are written `<color name=\"…\" value=\"#…\"/>`"),
                Child::Element(color) => self.read_palette_color(color, &mut colors),
            }
        }
        let lock = element.find("locked").filter(|_| is_locked(&element)).map(|attribute| {
            let level = files.iter().position(|file| *file == attribute.span.file).unwrap_or(0);
            (attribute.span, files[level..].to_vec())
        });
        let palette = Palette { colors, lock };
        self.paint_tree(root, &palette);
    }

    fn read_palette_color(&mut self, element: &Element, colors: &mut Vec<(String, String)>) {
        if self.check_allowed(element, &["color"], "palette").is_none() {
            return;
        }
        self.check_element(element);
        self.check_empty(element);
        let (Some((name, span)), Some(value)) = (name_of(element), element.find("value")) else { return };
        let read = value::read_color(whole(&value.value.text));
        let is_good = self.at(&value.value, read).is_some();
        if !value::is_plain_name(name)
            || COLORS.iter().any(|(known, _)| *known == name)
            || matches!(name, "none" | "transparent" | "solid" | "dashed" | "dotted")
        {
            let fault = Diagnostic::error(&code::LAYOUT_NAME, span, format!("`{name}` cannot be the name of a colour of the palette"));
            self.fault(fault.hint("a name begins with a letter, has letters, digits, `-` and `_`, and is none that CSS has for a colour"));
        } else if colors.iter().any(|(known, _)| known == name) {
            self.fault(Diagnostic::error(&code::LAYOUT_DUPLICATE_NAME, span, format!("there are two colours `{name}`")).label("again here"));
        } else {
            let value = if is_good { value.value.text.trim() } else { "#000000" };
            colors.push((name.to_string(), value.to_string()));
        }
    }

    fn paint_tree(&mut self, element: &mut Element, palette: &Palette) {
        if let Some(spec) = find_element(&element.name) {
            for attribute in &mut element.attributes {
                let name = attribute.name.as_str();
                let kind = spec.attribute(name).map(|own| own.kind).or_else(|| spec.property(name).map(|property| property.kind));
                if matches!(kind, Some(Kind::Color | Kind::Colors | Kind::Fill | Kind::Border)) {
                    self.paint_value(&mut attribute.value, palette);
                }
            }
        }
        for child in &mut element.children {
            if let Child::Element(child) = child {
                self.paint_tree(child, palette);
            }
        }
    }

    fn paint_value(&mut self, value: &mut Mapped, palette: &Palette) {
        let mut painted = Mapped::new(value.span.file, value.span.start as usize);
        let mut is_changed = false;
        for token in value::tokens(&value.text) {
            let span = value.place(token.start, token.start + token.text.len());
            let known = palette.colors.iter().find(|(name, _)| name == token.text);
            let lock = palette.lock.as_ref().filter(|(_, free)| known.is_none() && !free.contains(&span.file));
            if let Some((place, _)) = lock.filter(|_| value::read_color(token).is_ok()) {
                let fault = Diagnostic::error(&code::LAYOUT_LOCKED, span, format!("`{}` is not a colour of the locked palette", token.text));
                let same = palette.colors.iter().find(|(_, value)| value::read_color(whole(value)).ok() == value::read_color(token).ok());
                let fault = fault.related(*place, "locked here");
                self.fault(match same {
                    Some((name, _)) => fault.fix(name.as_str()),
                    None => fault.suggest("", palette.colors.iter().map(|(name, _)| name.as_str())),
                });
            }
            let mut text = known.map_or(token.text, |(_, value)| value.as_str());
            if known.is_none() && is_word(token.text) {
                let names = palette.colors.iter().map(|(name, _)| name.as_str());
                if let Some(near) = closest(token.text, names) {
                    let fault = Diagnostic::error(&code::LAYOUT_COLOR, span, format!("`{}` is not a colour", token.text));
                    self.fault(fault.hint(format!("did you mean `{near}`?")).fix(near));
                    text = "#000000";
                }
            }
            is_changed |= text != token.text;
            painted.push(text, span.start as usize, (span.end - span.start) as usize);
            painted.push(" ", span.end as usize, 0);
        }
        if is_changed {
            *value = painted;
        }
    }
}

/// Whether a part of a value can be a slip for a name of the palette: a word that no value of a colour or border has.
fn is_word(text: &str) -> bool {
    let is_known = COLORS.iter().any(|(name, _)| *name == text) || matches!(text, "none" | "transparent" | "solid" | "dashed" | "dotted");
    !is_known && text.starts_with(|c: char| c.is_ascii_alphabetic())
}
