//! Every property of a style.

use super::{Kind, PropertyGroup, PropertySpec};

const BREAKS: &[&str] = &["auto", "avoid", "page", "odd-page"];

/// Every property, in the order of the manual.
pub const PROPERTIES: &[PropertySpec] = &[
    text("font-family", Kind::FontFamily, "the first family", "The font family: one that is shipped or that the job declares."),
    text("font-size", Kind::Length, "10pt", "The size of the font."),
    text("font-weight", Kind::Keyword(&["normal", "bold", "400", "700"]), "normal", "The weight; the family must have the face."),
    text("font-style", Kind::Keyword(&["normal", "italic"]), "normal", "Upright or italic; the family must have the face."),
    text(
        "line-height",
        Kind::LineHeight,
        "1.3",
        "The distance between baselines: a length, or a factor of the font size, which then also holds for other sizes inside.",
    ),
    text("color", Kind::Color, "#000", "The colour of the text."),
    text("text-decoration", Kind::Keyword(&["none", "underline", "line-through"]), "none", "A line under the text or through it."),
    text("text-transform", Kind::Keyword(&["none", "uppercase", "lowercase"]), "none", "Letter case, by the rules of Unicode."),
    text("letter-spacing", Kind::Offset, "0", "Space added after each character."),
    text(
        "font-variant-numeric",
        Kind::Keyword(&["tabular-nums", "normal"]),
        "tabular-nums",
        "Figures of equal width, so that amounts stand under each other, or as the font has them.",
    ),
    text(
        "font-variant-caps",
        Kind::Keyword(&["normal", "small-caps"]),
        "normal",
        "Small letters as small capitals: those of the font if it has them (`smcp`), else capitals of 80 % of the size.",
    ),
    text(
        "font-features",
        Kind::Features,
        "none",
        "OpenType features that its text is shaped with: `onum`, `ss01`, off as `liga=0`, the second alternate as `salt=2`. What the font lacks has no effect.",
    ),
    paragraph(
        "text-align",
        Kind::Keyword(&["start", "end", "left", "right", "center", "justify", "decimal"]),
        "start",
        "How lines stand across; `start` is where they begin, which `dir` decides. `decimal` is for table cells: the decimal signs of a column stand under each other.",
    ),
    paragraph(
        "text-align-last",
        Kind::Keyword(&["auto", "start", "end", "left", "right", "center", "justify"]),
        "auto",
        "How the last line stands, and each before a forced break. `auto`: as the others, and at the start where they are justified.",
    ),
    paragraph("text-indent", Kind::Offset, "0", "The indent of the first line."),
    paragraph("hanging-indent", Kind::Offset, "0", "The indent of all lines but the first."),
    paragraph(
        "text-wrap",
        Kind::Keyword(&["first-fit", "optimum"]),
        "first-fit",
        "How a paragraph is divided into lines. `first-fit` fills each line before it looks at the next. `optimum` weighs all ways to divide the whole \
         paragraph and takes the one with the most even spaces and the fewest hyphens (Knuth and Plass); where nothing is within `tolerance`, \
         and in paragraphs with tabs, it is `first-fit` again.",
    ),
    paragraph(
        "tolerance",
        Kind::Integer(1, 10_000),
        "1000",
        "For `optimum`: how far a line may be from its natural spacing, as TeX counts badness. 100: spaces one and a half times as wide; \
         800: twice; 10000: any.",
    ),
    paragraph(
        "tabs",
        Kind::Tabs,
        "100% right",
        "Where `<tab/>` leads to, from the start of the line: `30mm`, `120mm right`, `50% center`, `140mm decimal`. A tab with no stop left is a space.",
    ),
    paragraph("hyphens", Kind::Keyword(&["none", "auto"]), "none", "Whether words may be divided, by the patterns of the language."),
    paragraph(
        "lang",
        Kind::LanguageOrExpression,
        "that of the layout",
        "The language of the text, for hyphenation. An expression chooses it for each record; a language without patterns is not hyphenated then.",
    ),
    paragraph(
        "dir",
        Kind::Direction,
        "that of the layout",
        "The direction of the text: from left to right, from right to left, or that of its first letter (`auto`). Letters of the other direction inside it \
         are ordered by the rules of Unicode (UAX 9) in any case. Where it is from right to left, the first column of tables, `columns` and boxes with \
         `column-count` is the one on the right.",
    ),
    paragraph(
        "line-break",
        Kind::Keyword(&["loose", "normal", "strict"]),
        "normal",
        "What may begin a line of Japanese or Chinese: with `strict` no small kana, with `loose` iteration marks and centred punctuation, too.",
    ),
    paragraph("white-space", Kind::Keyword(&["normal", "nowrap"]), "normal", "`nowrap`: lines end only at `<br/>`."),
    paragraph("widows", Kind::Integer(1, 20), "2", "The least number of lines of a paragraph at the top of a page."),
    paragraph("orphans", Kind::Integer(1, 20), "2", "The least number of lines of a paragraph at the bottom of a page."),
    flow("margin", Kind::Offsets, "0", "The space around, on all sides. Vertical margins of neighbours collapse to the larger."),
    flow("margin-top", Kind::Offset, "0", "The space above."),
    flow("margin-right", Kind::Offset, "0", "The space on the right."),
    flow("margin-bottom", Kind::Offset, "0", "The space below."),
    flow("margin-left", Kind::Offset, "0", "The space on the left."),
    flow(
        "break-before",
        Kind::Keyword(BREAKS),
        "auto",
        "Whether a page ends before it: if needed, not if it can be helped, always, or so that it stands on a page with an odd number, after a blank \
         one if need be. In columns of a box, the column ends; in cells, regions and boxes of fixed height, `page` has no effect.",
    ),
    flow("break-after", Kind::Keyword(BREAKS), "auto; headings: avoid", "Whether a page ends after it; `avoid` keeps it with the next block."),
    flow("break-inside", Kind::Keyword(&["auto", "avoid"]), "auto", "`avoid`: kept on one page if it fits one."),
    property("padding", PropertyGroup::Padding, Kind::Edges, "0", "The space inside, between border and content, on all sides."),
    property("padding-top", PropertyGroup::Padding, Kind::Length, "0", "The space inside at the top."),
    property("padding-right", PropertyGroup::Padding, Kind::Length, "0", "The space inside on the right."),
    property("padding-bottom", PropertyGroup::Padding, Kind::Length, "0", "The space inside at the bottom."),
    property("padding-left", PropertyGroup::Padding, Kind::Length, "0", "The space inside on the left."),
    property("border", PropertyGroup::Border, Kind::Border, "none", "The border on all sides. It is centred on the edge and takes no space."),
    property("border-top", PropertyGroup::Border, Kind::Border, "none", "The border at the top."),
    property("border-right", PropertyGroup::Border, Kind::Border, "none", "The border on the right."),
    property("border-bottom", PropertyGroup::Border, Kind::Border, "none", "The border at the bottom."),
    property("border-left", PropertyGroup::Border, Kind::Border, "none", "The border on the left."),
    property(
        "border-radius",
        PropertyGroup::Radius,
        Kind::Length,
        "0",
        "The radius of the corners; all four sides must then have the same border or none.",
    ),
    property("background", PropertyGroup::Background, Kind::Fill, "transparent", "The fill."),
    property("width", PropertyGroup::Size, Kind::Size, "all there is", "The width, padding included."),
    property(
        "height",
        PropertyGroup::Size,
        Kind::Length,
        "as high as the content",
        "The height, padding included. A record whose content is higher is held.",
    ),
    property("min-height", PropertyGroup::Size, Kind::Length, "0", "The least height, padding included."),
    property(
        "max-height",
        PropertyGroup::Size,
        Kind::Length,
        "no limit",
        "The most height, padding included. A box that has it never breaks, and a record whose content is higher is held.",
    ),
    property(
        "vertical-align",
        PropertyGroup::Vertical,
        Kind::Keyword(&["top", "middle", "bottom"]),
        "top",
        "How a cell, or a column of `columns`, stands in the height of its row.",
    ),
];

const fn property(name: &'static str, group: PropertyGroup, kind: Kind, default: &'static str, doc: &'static str) -> PropertySpec {
    PropertySpec { name, group, kind, default, doc }
}

const fn text(name: &'static str, kind: Kind, default: &'static str, doc: &'static str) -> PropertySpec {
    property(name, PropertyGroup::Text, kind, default, doc)
}

const fn paragraph(name: &'static str, kind: Kind, default: &'static str, doc: &'static str) -> PropertySpec {
    property(name, PropertyGroup::Paragraph, kind, default, doc)
}

const fn flow(name: &'static str, kind: Kind, default: &'static str, doc: &'static str) -> PropertySpec {
    property(name, PropertyGroup::Flow, kind, default, doc)
}
