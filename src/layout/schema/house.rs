//! Elements with which a house keeps its layouts together: colours, blocks, and what stands in them.

use super::elements::{LOCKED, needs, takes};
use super::{Content, ElementSpec, Kind, Place};

/// `<palette>`.
pub(super) const PALETTE: ElementSpec = ElementSpec {
    name: "palette",
    doc: "The colours of the house by name. Where a colour is wanted, its name can stand. If it is locked, layouts that extend this one can use no others.",
    content: Content::Elements(&["color"], &[]),
    attributes: &[LOCKED],
    properties: &[],
    example: r##"<palette> <color name="brand" value="#003b70"/> <color name="warning" value="#b00020"/> </palette>
<body><p color="warning" border-bottom="1pt solid brand">Please pay.</p></body>"##,
    place: Place::Layout,
};

/// `<color>`.
pub(super) const COLOR: ElementSpec = ElementSpec {
    name: "color",
    doc: "A colour of the palette.",
    content: Content::Empty,
    attributes: &[needs("name", Kind::NewName, "Its name."), needs("value", Kind::Color, "The colour.")],
    properties: &[],
    example: r##"<palette> <color name="brand" value="#003b70"/> </palette> <body><p color="brand">Alder Bank</p></body>"##,
    place: Place::Layout,
};

/// `<texts>`.
pub(super) const TEXTS: ElementSpec = ElementSpec {
    name: "texts",
    doc: "The texts of the layout in catalogues: a folder with one Fluent file per language, `de.ftl`, `fr-CH.ftl`. Expressions print them with `text('name')`. The \
          language also decides how words are divided, the direction of text, and, if the job names no `locale`, how numbers, money and dates are written. \
          See docs/texts.md.",
    content: Content::Empty,
    attributes: &[
        needs("folder", Kind::Path, "The folder, in that of the layout or below it."),
        takes(
            "language",
            Kind::Template,
            "the record's locale",
            "The language of a record: its tag, such as `{customer.language}`. Without a file of that name the file is one of the same language \
             (`de` for `de-CH`), else that of the layout (`lang`).",
        ),
        LOCKED,
    ],
    properties: &[],
    example: r#"<data> <field name="name" type="text"/> <field name="language" type="text"/> </data>
<texts folder="texts" language="{language}"/>
<body><p>{text('greeting', name: name)}</p></body>"#,
    place: Place::Layout,
};

/// `<block>`.
pub(super) const BLOCK: ElementSpec = ElementSpec {
    name: "block",
    doc: "A place that layouts which extend this one may fill. What it holds stands there if none does. A block that stands in several places is filled in all of them.",
    content: Content::Transparent,
    attributes: &[needs("name", Kind::NewName, "Its name, for `put`."), LOCKED],
    properties: &[],
    example: r#"<block name="greeting"> <p>Dear {customer.name}</p> </block>"#,
    place: Place::Body,
};

/// `<put>`.
pub(super) const PUT: ElementSpec = ElementSpec {
    name: "put",
    doc: "What stands in a block of the layout that this one extends. It may hold blocks of its own.",
    content: Content::Either,
    attributes: &[needs("block", Kind::Text, "The name of the block."), LOCKED],
    properties: &[],
    example: r#"<layout xmlns="urn:pressrun:layout:1" name="reminder" extends="corporate.xml">
  <put block="content"> <p>Dear {customer.name}, please pay {closing | money}.</p> </put>
</layout>"#,
    place: Place::File,
};
