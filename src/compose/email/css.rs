//! How layouts look in mail programs: fonts, sizes, colours and lines as CSS, in light and in dark.
//!
//! Takes resolved styles, gives declarations that every mail program reads: pixels, hexadecimal colours, families that are there. Must
//! never know what a block says.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::base::length::Length;
use crate::kit::html::push_color;
use crate::model::layout::{Align, Border, Color, Layout, LineStyle, TextStyle, TextStyleId};
use crate::model::resources::Resources;

/// The size of running text in pixels.
const TEXT_PIXELS: i64 = 15;
/// The least and most size of text in pixels.
const SIZE_RANGE: (i64, i64) = (12, 30);
/// The most space around or inside anything, in pixels.
const SPACE_MAX: i64 = 40;

/// What of a layout is turned into CSS.
pub struct Css<'p> {
    layout: &'p Layout,
    resources: &'p Resources,
    /// The size of running text, which becomes [`TEXT_PIXELS`].
    size: Length,
}

/// What an element inherits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Around {
    /// The style of text.
    pub text: TextStyleId,
    /// Whether the background keeps its colour in the dark, and so does the text on it.
    pub is_kept: bool,
}

impl<'p> Css<'p> {
    /// Of a layout whose running text has a style.
    pub fn new(layout: &'p Layout, resources: &'p Resources, text: TextStyleId) -> Css<'p> {
        Css { layout, resources, size: layout.text_style(text).size.max(Length::from_points(1)) }
    }

    /// A length of text in pixels: sizes keep their proportions, running text has [`TEXT_PIXELS`].
    fn scaled(&self, length: Length) -> i64 {
        let size = self.size.millipoints();
        (length.millipoints() * TEXT_PIXELS + size / 2).div_euclid(size)
    }

    /// A space in pixels.
    pub fn space(&self, length: Length) -> i64 {
        self.scaled(length).clamp(0, SPACE_MAX)
    }

    /// The size of a text in pixels.
    pub fn size(&self, style: &TextStyle) -> i64 {
        self.scaled(style.size).clamp(SIZE_RANGE.0, SIZE_RANGE.1)
    }

    /// The distance of lines in pixels: that of the layout, and never so close that screens blur it.
    pub fn line_height(&self, style: &TextStyle) -> i64 {
        let size = self.size(style);
        let own = style.size.millipoints().max(1);
        let wanted = (size * style.line_height.millipoints() + own / 2) / own;
        wanted.clamp((size * 13 + 9) / 10, size * 2)
    }

    /// Whether the first face of a style is bold, slanted.
    pub fn face_of(&self, style: &TextStyle) -> (bool, bool) {
        let face = &self.resources.faces[usize::from(self.resources.stacks[usize::from(style.stack.0)].faces[0].0)];
        (face.weight >= 600, face.italic_angle != 0)
    }

    /// The families of a style: its own by name, then such as every system has.
    fn push_family(&self, style: &TextStyle, out: &mut String) {
        let face = &self.resources.faces[usize::from(self.resources.stacks[usize::from(style.stack.0)].faces[0].0)];
        let name = face.postscript_name.split('-').next().unwrap_or("");
        let (spaced, plain) = (spaced_name(name), name.to_ascii_lowercase());
        let general = if face.is_fixed_pitch {
            "'Courier New',Courier,monospace"
        } else if ["serif", "times", "roman", "georgia", "garamond", "minion", "palatino"].iter().any(|word| plain.contains(word))
            && !plain.contains("sans")
        {
            "Georgia,'Times New Roman',serif"
        } else {
            "Arial,Helvetica,sans-serif"
        };
        // The Liberation families are drawn to stand for Arial, Times and Courier.
        if !plain.starts_with("liberation") && spaced.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ') && !spaced.is_empty() {
            write!(out, "'{spaced}',").expect("a String takes what is written");
        }
        out.push_str(general);
    }

    /// Adds the declarations of a text style that differ from those inherited; all of them if nothing is.
    pub fn push_text(&self, id: TextStyleId, around: Option<TextStyleId>, out: &mut String) {
        let style = self.layout.text_style(id);
        let above = around.map(|id| self.layout.text_style(id));
        let differs = |of: &dyn Fn(&TextStyle) -> i64| above.is_none_or(|above| of(above) != of(style));
        if above.is_none_or(|above| self.family_of(above) != self.family_of(style)) {
            out.push_str("font-family:");
            self.push_family(style, out);
            out.push(';');
        }
        if differs(&|style| self.size(style)) {
            write!(out, "font-size:{}px;", self.size(style)).expect("a String takes what is written");
        }
        if differs(&|style| self.line_height(style)) {
            write!(out, "line-height:{}px;", self.line_height(style)).expect("a String takes what is written");
        }
        let (bold, slanted) = self.face_of(style);
        let inherited = above.map_or((false, false), |above| self.face_of(above));
        if bold != inherited.0 {
            out.push_str(if bold { "font-weight:bold;" } else { "font-weight:normal;" });
        }
        if slanted != inherited.1 {
            out.push_str(if slanted { "font-style:italic;" } else { "font-style:normal;" });
        }
    }

    /// Whether tables give a style to their cells: not one that is bold or slanted, because what is not says so nowhere.
    pub fn is_shared(&self, text: TextStyleId) -> bool {
        self.face_of(self.layout.text_style(text)) == (false, false)
    }

    /// Adds a rule for the cells of tables that give them a style of text: Outlook inherits none into cells, but reads rules.
    pub fn push_cell_rule(&self, text: TextStyleId, out: &mut String) {
        let mut class = String::from(".");
        push_text_class(text, &mut class);
        write!(out, "{class} td,{class} th{{").expect("a String takes what is written");
        self.push_text(text, None, out);
        out.pop();
        out.push('}');
    }

    fn family_of(&self, style: &TextStyle) -> &str {
        let face = &self.resources.faces[usize::from(self.resources.stacks[usize::from(style.stack.0)].faces[0].0)];
        face.postscript_name.split('-').next().unwrap_or("")
    }

    /// A style.
    pub fn style(&self, id: TextStyleId) -> &'p TextStyle {
        self.layout.text_style(id)
    }

    /// The colour of a style.
    pub fn color(&self, id: TextStyleId) -> Color {
        self.layout.text_style(id).color
    }
}

/// `LiberationSans` as `Liberation Sans`.
fn spaced_name(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (at, letter) in letters.iter().enumerate() {
        let begins = letter.is_ascii_uppercase()
            && at > 0
            && (!letters[at - 1].is_ascii_uppercase() || letters.get(at + 1).is_some_and(char::is_ascii_lowercase));
        if begins {
            out.push(' ');
        }
        out.push(*letter);
    }
    out
}

/// The word of CSS for an alignment; `None` for that of lines from left to right.
pub fn align_word(align: Align) -> Option<&'static str> {
    match align {
        // Justified lines without hyphens have holes in narrow columns.
        Align::Left | Align::Start | Align::Justify => None,
        Align::Right | Align::End | Align::Decimal => Some("right"),
        Align::Center => Some("center"),
    }
}

/// Adds the border of a side.
pub fn push_border(side: &str, border: Border, out: &mut String) {
    let width = (border.width.millipoints() * 96 / 72_000).max(1);
    let line = match border.line {
        LineStyle::Solid => "solid",
        LineStyle::Dashed => "dashed",
        LineStyle::Dotted => "dotted",
    };
    write!(out, "border{side}:{width}px {line} ").expect("a String takes what is written");
    push_color(out, (border.color.r, border.color.g, border.color.b));
    out.push(';');
}

/// How light a colour is, from 0 to 255 (ITU-R BT.601).
pub fn lightness(color: Color) -> u32 {
    (u32::from(color.r) * 299 + u32::from(color.g) * 587 + u32::from(color.b) * 114) / 1_000
}

/// Whether a background keeps its colour in the dark.
pub fn is_kept(background: Color) -> bool {
    lightness(background) < 140
}

/// A colour with its light and dark exchanged: each channel keeps its distance from grey. The result lies between two shades.
fn inverted(color: Color, darkest: i32, lightest: i32) -> Color {
    let light = lightness(color) as i32;
    let wanted = darkest + (255 - light) * (lightest - darkest) / 255;
    let moved = |channel: u8| (i32::from(channel) - light + wanted).clamp(0, 255) as u8;
    Color { r: moved(color.r), g: moved(color.g), b: moved(color.b) }
}

/// A colour of text in the dark.
pub fn dark_text(color: Color) -> Color {
    inverted(color, 170, 236)
}

/// A light background in the dark.
pub fn dark_background(color: Color) -> Color {
    inverted(color, 30, 110)
}

/// A line in the dark.
pub fn dark_line(color: Color) -> Color {
    inverted(color, 58, 140)
}

/// The colours of a layout that mail programs in the dark need to know.
#[derive(Default)]
pub struct Colors {
    /// Of texts.
    pub texts: BTreeSet<[u8; 3]>,
    /// Of light backgrounds.
    pub backgrounds: BTreeSet<[u8; 3]>,
    /// Of lines.
    pub lines: BTreeSet<[u8; 3]>,
    /// The styles that tables give their cells; not colours, but found where they are.
    pub cells: BTreeSet<TextStyleId>,
}

impl Colors {
    /// Adds the rules of all of them.
    pub fn push_rules(&self, out: &mut String) {
        let color = |[r, g, b]: [u8; 3]| Color { r, g, b };
        let mut rule = |kind: char, property: &str, own: [u8; 3], dark: Color| {
            out.push('.');
            push_class(kind, color(own), out);
            write!(out, "{{{property}:").expect("a String takes what is written");
            push_color(out, (dark.r, dark.g, dark.b));
            out.push_str("!important}\n");
        };
        for own in &self.texts {
            rule('t', "color", *own, dark_text(color(*own)));
        }
        for own in &self.backgrounds {
            rule('b', "background-color", *own, dark_background(color(*own)));
        }
        for own in &self.lines {
            rule('l', "border-color", *own, dark_line(color(*own)));
        }
    }
}

/// Adds the class of a colour: `t` of a text, `b` of a background, `l` of a line, and its digits.
pub fn push_class(kind: char, color: Color, out: &mut String) {
    write!(out, "{kind}{:02x}{:02x}{:02x}", color.r, color.g, color.b).expect("a String takes what is written");
}

/// Adds the class of a table that gives its cells a style of text.
pub fn push_text_class(text: TextStyleId, out: &mut String) {
    write!(out, "f{}", text.0).expect("a String takes what is written");
}

/// The parts of a colour.
pub fn parts(color: Color) -> [u8; 3] {
    [color.r, color.g, color.b]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_readable_in_the_dark() {
        for (r, g, b) in [(0, 0, 0), (0x1b, 0x27, 0x33), (0xb0, 0, 0x20), (0x5b, 0x67, 0x70), (0x0f, 0x4c, 0x5c), (128, 128, 128)] {
            let color = Color { r, g, b };
            let paper = dark_background(Color { r: 255, g: 255, b: 255 });
            assert!(lightness(dark_text(color)) > lightness(paper) + 110, "{color:?}");
        }
    }

    #[test]
    fn names_of_families_have_spaces() {
        for (name, expected) in
            [("LiberationSans", "Liberation Sans"), ("IBMPlexSans", "IBM Plex Sans"), ("Inter", "Inter"), ("DejaVuSans", "Deja Vu Sans")]
        {
            assert_eq!(spaced_name(name), expected);
        }
    }
}
