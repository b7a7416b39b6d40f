//! The layout language as tables: every element, attribute and property.
//!
//! Takes nothing, gives the specifications that the compiler validates against and docs/layout.md is printed from.
//! Must never know how an element is compiled.

mod charts;
mod content;
mod datatype;
mod elements;
mod email;
mod house;
mod properties;
mod requirements;
mod rng;
mod xsd;

pub use elements::ELEMENTS;
pub use properties::PROPERTIES;
pub use rng::relax_ng;
pub use xsd::xml_schema;

/// The namespace of layouts of this version.
pub const NAMESPACE: &str = "urn:pressrun:layout:1";

/// What the value of an attribute or property is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A length with a unit that may be negative.
    Offset,
    /// A length with a unit, not negative.
    Length,
    /// A length or a percentage of the room there is.
    Size,
    /// A length, a percentage, or a share (`1fr`) of what is left.
    Track,
    /// Tracks between spaces.
    Tracks,
    /// One to four lengths: all · vertical, horizontal · top, horizontal, bottom · top, right, bottom, left.
    Edges,
    /// As [`Kind::Edges`], each may be negative.
    Offsets,
    /// A colour.
    Color,
    /// Colours between spaces.
    Colors,
    /// A colour or `transparent`.
    Fill,
    /// Width, line style and colour of a border, or `none`.
    Border,
    /// One of these words.
    Keyword(&'static [&'static str]),
    /// A whole number from a least to a most one.
    Integer(u32, u32),
    /// A length, or a factor of the font size.
    LineHeight,
    /// OpenType features between spaces, or `none`.
    Features,
    /// Tab stops: lengths or percentages, and how text stands to each.
    Tabs,
    /// A name that the element gives to itself.
    NewName,
    /// The name of a style.
    Style,
    /// One of these words, or the number of a page.
    PageName(&'static [&'static str]),
    /// `multiple of` a number of pages.
    Multiple,
    /// An angle in degrees.
    Angle,
    /// The name of another page.
    Page,
    /// Names of regions between spaces.
    Regions,
    /// The name of a font family.
    FontFamily,
    /// `A4`, `A5`, `Letter`, `Legal`, or width and height; `landscape` may follow.
    PageSize,
    /// A BCP 47 language tag.
    Language,
    /// The same, or an expression that gives one.
    LanguageOrExpression,
    /// `ltr`, `rtl`, `auto`, or an expression that gives one of them.
    Direction,
    /// The code of a script.
    Script,
    /// A path from the folder of the layout.
    Path,
    /// Text as it is.
    Text,
    /// Text with `{expressions}`.
    Template,
    /// An expression that is true or false.
    Test,
    /// An expression that is a number.
    Number,
    /// `name in list`.
    Repeat,
    /// The name of a symbology.
    Symbology,
    /// What the option of a symbology takes.
    BarcodeOption,
    /// The type of a field.
    FieldType,
    /// The name of a group of fields.
    Group,
    /// One or more of these words between spaces.
    Words(&'static [&'static str]),
    /// A date, `2026-09-30`.
    Date,
    /// Which version of a text: letters, digits, `.`, `-`, `_`.
    Version,
    /// The name of a clause.
    Clause,
    /// The name of a region or box.
    PlaceName,
    /// The namespace.
    Namespace,
}

impl Kind {
    /// How the manual writes it.
    pub fn name(self) -> String {
        match self {
            Kind::Offset => "length (may be negative)".into(),
            Kind::Length => "length".into(),
            Kind::Size => "length or percentage".into(),
            Kind::Track => "length, percentage or share".into(),
            Kind::Tracks => "lengths, percentages and shares".into(),
            Kind::Edges => "1–4 lengths".into(),
            Kind::Offsets => "1–4 lengths (may be negative)".into(),
            Kind::Color => "colour".into(),
            Kind::Colors => "colours".into(),
            Kind::Fill => "colour or `transparent`".into(),
            Kind::Border => "border".into(),
            Kind::Keyword(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" · "),
            Kind::Integer(least, most) => format!("whole number {least}–{most}"),
            Kind::LineHeight => "length or factor".into(),
            Kind::Features => "OpenType features".into(),
            Kind::Tabs => "tab stops".into(),
            Kind::NewName => "name".into(),
            Kind::Style => "name of a style".into(),
            Kind::PageName(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" · ") + " · the number of a page",
            Kind::Multiple => "`multiple of` and a number".into(),
            Kind::Angle => "whole degrees".into(),
            Kind::Page => "name of a page".into(),
            Kind::Regions => "names of regions".into(),
            Kind::FontFamily => "name of a font family".into(),
            Kind::PageSize => "page size".into(),
            Kind::Language => "language tag".into(),
            Kind::LanguageOrExpression => "language tag or `{expression}`".into(),
            Kind::Direction => "`ltr` · `rtl` · `auto` or `{expression}`".into(),
            Kind::Script => "code of a script".into(),
            Kind::Path => "path".into(),
            Kind::Text => "text".into(),
            Kind::Template => "text with `{expressions}`".into(),
            Kind::Test => "expression (boolean)".into(),
            Kind::Number => "expression (number)".into(),
            Kind::Repeat => "`name in list`".into(),
            Kind::Symbology => "name of a symbology".into(),
            Kind::BarcodeOption => "see the symbology".into(),
            Kind::FieldType => "type".into(),
            Kind::Group => "name of a group of fields".into(),
            Kind::Words(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" · ") + ", one or more",
            Kind::Date => "date (`2026-09-30`)".into(),
            Kind::Version => "version".into(),
            Kind::Clause => "name of a clause".into(),
            Kind::PlaceName => "name of a region or box".into(),
            Kind::Namespace => format!("`{NAMESPACE}`"),
        }
    }
}

/// An attribute of one element.
#[derive(Clone, Copy, Debug)]
pub struct AttributeSpec {
    /// Its name.
    pub name: &'static str,
    /// What its value is.
    pub kind: Kind,
    /// What holds without it; `None` if it is required; empty if there is no value that could be named.
    pub default: Option<&'static str>,
    /// What it does.
    pub doc: &'static str,
}

/// Properties that elements take together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PropertyGroup {
    /// How characters look. Inherited.
    Text,
    /// How lines are set. Inherited.
    Paragraph,
    /// Margins and breaks.
    Flow,
    /// Space inside.
    Padding,
    /// Borders on the sides.
    Border,
    /// Rounded corners.
    Radius,
    /// Fill.
    Background,
    /// Width and height.
    Size,
    /// Vertical alignment.
    Vertical,
}

impl PropertyGroup {
    /// All groups in the order of the manual.
    pub const ALL: &'static [PropertyGroup] = &[
        PropertyGroup::Text,
        PropertyGroup::Paragraph,
        PropertyGroup::Flow,
        PropertyGroup::Padding,
        PropertyGroup::Border,
        PropertyGroup::Radius,
        PropertyGroup::Background,
        PropertyGroup::Size,
        PropertyGroup::Vertical,
    ];

    /// The word the manual uses for it.
    pub fn name(self) -> &'static str {
        match self {
            PropertyGroup::Text => "text",
            PropertyGroup::Paragraph => "paragraph",
            PropertyGroup::Flow => "flow",
            PropertyGroup::Padding => "padding",
            PropertyGroup::Border => "border",
            PropertyGroup::Radius => "radius",
            PropertyGroup::Background => "background",
            PropertyGroup::Size => "size",
            PropertyGroup::Vertical => "vertical",
        }
    }

    /// Whether elements inside start from the value of the element around them.
    pub fn is_inherited(self) -> bool {
        matches!(self, PropertyGroup::Text | PropertyGroup::Paragraph)
    }
}

/// A property: what a style holds, and what elements take as an attribute too.
#[derive(Clone, Copy, Debug)]
pub struct PropertySpec {
    /// Its name, that of CSS.
    pub name: &'static str,
    /// Its group.
    pub group: PropertyGroup,
    /// What its value is.
    pub kind: Kind,
    /// The value where nothing sets it.
    pub default: &'static str,
    /// What it does.
    pub doc: &'static str,
}

/// Elements that may stand in the same places.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Group {
    /// Blocks, one under the other.
    Block,
    /// Pieces of a paragraph.
    Inline,
    /// `if`, `choose`, `for` and `block`, which hold what may stand where they stand.
    Control,
    /// `if` and `choose`, where nothing can be repeated.
    Condition,
}

impl Group {
    /// The elements of the group.
    pub fn elements(self) -> &'static [&'static str] {
        match self {
            Group::Block => &[
                "p",
                "h1",
                "h2",
                "h3",
                "h4",
                "h5",
                "h6",
                "box",
                "img",
                "picture",
                "columns",
                "table",
                "ul",
                "ol",
                "address",
                "barcode",
                "chart",
                "swiss-qr-bill",
                "epc-qr",
                "clause",
                "hr",
                "fill",
                "slot",
                "pagebreak",
            ],
            Group::Inline => &["span", "b", "i", "u", "s", "sub", "sup", "symbol", "tab", "a", "anchor", "footnote", "br"],
            Group::Control => &["if", "choose", "for", "block"],
            Group::Condition => &["if", "choose"],
        }
    }

    /// The word the manual and the messages use for it.
    pub fn name(self) -> &'static str {
        match self {
            Group::Block => "blocks",
            Group::Inline => "inline elements",
            Group::Control => "`if`, `choose`, `for`, `block`",
            Group::Condition => "`if`, `choose`",
        }
    }
}

/// What an element may hold.
#[derive(Clone, Copy, Debug)]
pub enum Content {
    /// Nothing.
    Empty,
    /// These elements and groups.
    Elements(&'static [&'static str], &'static [Group]),
    /// Text and inline elements.
    Inline,
    /// Blocks only.
    Blocks,
    /// Either text and inline elements, or blocks.
    Either,
    /// What may stand where the element stands.
    Transparent,
}

impl Content {
    /// The names of the elements it may hold; none for [`Content::Transparent`], whose answer depends on the place.
    pub fn names(self) -> Vec<&'static str> {
        let groups: &[Group] = match self {
            Content::Empty | Content::Transparent => &[],
            Content::Elements(_, groups) => groups,
            Content::Inline => &[Group::Inline, Group::Control],
            Content::Blocks => &[Group::Block, Group::Control],
            Content::Either => &[Group::Block, Group::Inline, Group::Control],
        };
        let own: &[&str] = if let Content::Elements(names, _) = self { names } else { &[] };
        own.iter().copied().chain(groups.iter().flat_map(|group| group.elements().iter().copied())).collect()
    }

    /// What the manual says it may hold.
    pub fn description(self) -> String {
        match self {
            Content::Empty => "nothing".into(),
            Content::Elements(names, groups) => {
                let names = names.iter().map(|name| format!("`{name}`"));
                names.chain(groups.iter().map(|group| group.name().to_string())).collect::<Vec<_>>().join(", ")
            }
            Content::Inline => "text and inline elements".into(),
            Content::Blocks => "blocks".into(),
            Content::Either => "text and inline elements, or blocks".into(),
            Content::Transparent => "what may stand where the element itself stands".into(),
        }
    }
}

/// Where the example of an element stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// It is a whole file.
    File,
    /// Among the children of `<layout>`.
    Layout,
    /// Among the blocks of the body.
    Body,
}

/// An element.
#[derive(Clone, Copy, Debug)]
pub struct ElementSpec {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// What it may hold.
    pub content: Content,
    /// Attributes of its own.
    pub attributes: &'static [AttributeSpec],
    /// The properties it takes as attributes; with any of them it takes `style=` too.
    pub properties: &'static [PropertyGroup],
    /// Shows it. The manual prints it and a test compiles it.
    pub example: &'static str,
    /// Where the example stands.
    pub place: Place,
}

impl ElementSpec {
    /// Its own attribute with this name.
    pub fn attribute(&self, name: &str) -> Option<&'static AttributeSpec> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// The property it takes under this name.
    pub fn property(&self, name: &str) -> Option<&'static PropertySpec> {
        find_property(name).filter(|property| self.properties.contains(&property.group))
    }

    /// Whether it takes `style=`.
    pub fn is_styled(&self) -> bool {
        !self.properties.is_empty() && self.name != "style"
    }

    /// The names of everything it takes.
    pub fn attribute_names(&self) -> Vec<&'static str> {
        let own = self.attributes.iter().map(|attribute| attribute.name);
        let style = self.is_styled().then_some("style");
        let properties = PROPERTIES.iter().filter(|p| self.properties.contains(&p.group)).map(|p| p.name);
        own.chain(style).chain(properties).collect()
    }
}

/// The element with this name.
pub fn find_element(name: &str) -> Option<&'static ElementSpec> {
    ELEMENTS.iter().find(|element| element.name == name)
}

/// The property with this name.
pub fn find_property(name: &str) -> Option<&'static PropertySpec> {
    PROPERTIES.iter().find(|property| property.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_that_is_allowed_somewhere_exists() {
        for element in ELEMENTS {
            for name in element.content.names() {
                assert!(find_element(name).is_some(), "`{}` allows `{name}`, which does not exist", element.name);
            }
        }
    }

    #[test]
    fn names_are_unique() {
        for (at, element) in ELEMENTS.iter().enumerate() {
            assert!(ELEMENTS[..at].iter().all(|other| other.name != element.name), "{}", element.name);
            let names = element.attribute_names();
            for (at, name) in names.iter().enumerate() {
                assert!(!names[..at].contains(name), "{} {name}", element.name);
            }
        }
        for (at, property) in PROPERTIES.iter().enumerate() {
            assert!(PROPERTIES[..at].iter().all(|other| other.name != property.name), "{}", property.name);
        }
    }
}
