//! What an XML schema can say of a value.
//!
//! Takes kinds of values, gives patterns that XML Schema and RELAX NG share. What only the compiler can know (names, expressions,
//! files) is text here: a schema that refuses a good layout is worse than one that lets a bad one through to `pressrun check`.

use super::{Kind, NAMESPACE};
use crate::base::length::UNITS;
use crate::kit::barcode::SYMBOLOGIES;
use crate::kit::expr::Type;
use crate::kit::text::Script;

/// A value as XML Schema Part 2 knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Datatype {
    /// Any text.
    Text,
    /// One of these words, spaces around it ignored.
    Words(Vec<String>),
    /// A whole number from a least to a most one.
    Integer(u32, u32),
    /// What a regular expression of XML Schema matches, spaces collapsed.
    Pattern(String),
}

/// The datatype of a kind of value.
pub(super) fn of(kind: Kind) -> Datatype {
    let units = UNITS.iter().map(|(name, ..)| *name).collect::<Vec<_>>().join("|");
    let length = |sign: &str| format!("(0|{sign}([0-9]+(\\.[0-9]*)?|\\.[0-9]+)({units}))");
    let (positive, any) = (length("\\+?"), length("[+\\-]?"));
    let percent = "\\+?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)%";
    let share = "\\+?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)fr";
    let edges = |length: &str| Datatype::Pattern(format!("{length}( {length}){{0,3}}"));
    match kind {
        Kind::Offset => Datatype::Pattern(any),
        Kind::Length => Datatype::Pattern(positive),
        Kind::Size => Datatype::Pattern(format!("{positive}|{percent}")),
        Kind::Track => Datatype::Pattern(format!("{positive}|{percent}|{share}")),
        Kind::Tracks => Datatype::Pattern(format!("({positive}|{percent}|{share})( ({positive}|{percent}|{share}))*")),
        Kind::Edges => edges(&positive),
        Kind::Offsets => edges(&any),
        Kind::Keyword(words) => Datatype::Words(words.iter().map(|word| word.to_string()).collect()),
        Kind::Integer(least, most) => Datatype::Integer(least, most),
        Kind::PageName(words) => Datatype::Pattern(format!("{}|[0-9]{{1,4}}", words.join("|"))),
        Kind::Multiple => Datatype::Pattern("multiple of [0-9]+".to_string()),
        Kind::Angle => Datatype::Pattern("[+\\-]?[0-9]+(deg)?".to_string()),
        Kind::Namespace => Datatype::Words(vec![NAMESPACE.to_string()]),
        Kind::Script => Datatype::Words(Script::codes().iter().map(|code| code.to_string()).collect()),
        Kind::Symbology => Datatype::Words(SYMBOLOGIES.iter().map(|symbology| symbology.name().to_string()).collect()),
        Kind::FieldType => Datatype::Words(Type::SCALARS.iter().map(|(name, _)| name.to_string()).collect()),
        Kind::Words(words) => Datatype::Pattern(format!("({0})( ({0}))*", words.join("|"))),
        Kind::Date => Datatype::Pattern("[0-9]{4}-[0-9]{2}-[0-9]{2}".to_string()),
        Kind::Version => Datatype::Pattern("[A-Za-z0-9][A-Za-z0-9._\\-]*".to_string()),
        Kind::Color
        | Kind::Fill
        | Kind::Colors
        | Kind::Number
        | Kind::Border
        | Kind::LineHeight
        | Kind::NewName
        | Kind::Style
        | Kind::Page
        | Kind::Regions
        | Kind::FontFamily
        | Kind::PageSize
        | Kind::Language
        | Kind::LanguageOrExpression
        | Kind::Direction
        | Kind::Path
        | Kind::Text
        | Kind::Template
        | Kind::Test
        | Kind::Repeat
        | Kind::BarcodeOption
        | Kind::Features
        | Kind::Tabs
        | Kind::Clause
        | Kind::PlaceName
        | Kind::Group => Datatype::Text,
    }
}
