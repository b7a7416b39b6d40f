//! Every element of the layout language.

use super::email::{BODY_CONTENT, EMAIL, SMS};
use super::house::{BLOCK as OPEN_BLOCK, COLOR, PALETTE, PUT, TEXTS};
use super::requirements::{CLAUSE, REQUIRE};
use super::{AttributeSpec, Content, ElementSpec, Group, Kind, Place, PropertyGroup, charts};

const TEXT: &[PropertyGroup] = &[PropertyGroup::Text];
pub(super) const LINES: &[PropertyGroup] = &[PropertyGroup::Text, PropertyGroup::Paragraph];
const ROWS: &[PropertyGroup] = &[PropertyGroup::Text, PropertyGroup::Paragraph, PropertyGroup::Background];
const ROW: &[PropertyGroup] =
    &[PropertyGroup::Text, PropertyGroup::Paragraph, PropertyGroup::Background, PropertyGroup::Border, PropertyGroup::Vertical];
const TABLE: &[PropertyGroup] = &[PropertyGroup::Text, PropertyGroup::Paragraph, PropertyGroup::Flow, PropertyGroup::Border, PropertyGroup::Vertical];
const CELL: &[PropertyGroup] = &[
    PropertyGroup::Text,
    PropertyGroup::Paragraph,
    PropertyGroup::Padding,
    PropertyGroup::Border,
    PropertyGroup::Background,
    PropertyGroup::Vertical,
];
const FRAMED: &[PropertyGroup] =
    &[PropertyGroup::Text, PropertyGroup::Paragraph, PropertyGroup::Padding, PropertyGroup::Border, PropertyGroup::Radius, PropertyGroup::Background];
const BLOCK: &[PropertyGroup] = &[
    PropertyGroup::Text,
    PropertyGroup::Paragraph,
    PropertyGroup::Flow,
    PropertyGroup::Padding,
    PropertyGroup::Border,
    PropertyGroup::Radius,
    PropertyGroup::Background,
];
const BOX: &[PropertyGroup] = &[
    PropertyGroup::Text,
    PropertyGroup::Paragraph,
    PropertyGroup::Flow,
    PropertyGroup::Padding,
    PropertyGroup::Border,
    PropertyGroup::Radius,
    PropertyGroup::Background,
    PropertyGroup::Size,
];
const COLUMNS: &[PropertyGroup] = &[
    PropertyGroup::Text,
    PropertyGroup::Paragraph,
    PropertyGroup::Flow,
    PropertyGroup::Padding,
    PropertyGroup::Border,
    PropertyGroup::Radius,
    PropertyGroup::Background,
    PropertyGroup::Vertical,
];
const MARGINS: &[PropertyGroup] = &[PropertyGroup::Flow];
const LINES_FLOW: &[PropertyGroup] = &[PropertyGroup::Text, PropertyGroup::Paragraph, PropertyGroup::Flow];
pub(super) const TEXT_FLOW: &[PropertyGroup] = &[PropertyGroup::Text, PropertyGroup::Flow];
const FILL: &[PropertyGroup] = &[PropertyGroup::Text, PropertyGroup::Paragraph, PropertyGroup::Vertical];

pub(super) const fn needs(name: &'static str, kind: Kind, doc: &'static str) -> AttributeSpec {
    AttributeSpec { name, kind, default: None, doc }
}

pub(super) const fn takes(name: &'static str, kind: Kind, default: &'static str, doc: &'static str) -> AttributeSpec {
    AttributeSpec { name, kind, default: Some(default), doc }
}

pub(super) const LEFT: AttributeSpec =
    takes("left", Kind::Offset, "", "Placed: the distance from the left edge of the box or page. Such a block leaves the flow.");
pub(super) const TOP: AttributeSpec = takes("top", Kind::Offset, "", "Placed: the distance from the top edge.");
pub(super) const RIGHT: AttributeSpec = takes("right", Kind::Offset, "", "Placed: the distance from the right edge.");
pub(super) const BOTTOM: AttributeSpec = takes("bottom", Kind::Offset, "", "Placed: the distance from the bottom edge.");
pub(super) const ONLY: AttributeSpec = takes(
    "only",
    Kind::Keyword(&["pages", "email"]),
    "both",
    "A block of the body for one rendition: `pages` leaves it out of the e-mail, `email` out of the pages. For blocks in the flow of the body.",
);
pub(super) const ALIGN: AttributeSpec =
    takes("align", Kind::Keyword(&["left", "center", "right"]), "left", "Where it stands across if it is narrower than the room.");
const TEST: AttributeSpec = takes("test", Kind::Test, "", "It appears only if this holds.");

const ROTATE: AttributeSpec = takes(
    "rotate",
    Kind::Angle,
    "0",
    "Turned clockwise. By 90 or 270 degrees, width and height are those of the place it takes, and the height is needed; by other angles, which are \
     for what is placed, it is turned around its middle.",
);
pub(super) const LOCKED: AttributeSpec = takes(
    "locked",
    Kind::Keyword(&["false", "true"]),
    "false",
    "Whether layouts that extend this one must leave it as it is. What shapes it, such as the styles it takes, is locked with it.",
);

const HEADING: &str = "A heading. The next block stays with it on one page unless `break-after` says otherwise. It has no look of its own: name a \
                       style like the element.";
pub(super) const WIDTH: AttributeSpec = takes("width", Kind::Length, "all there is", "Its width, padding included.");
const PLACED: &[AttributeSpec] = &[WIDTH, LEFT, TOP, RIGHT, BOTTOM, ONLY];
const CELL_ATTRIBUTES: &[AttributeSpec] = &[
    takes("colspan", Kind::Integer(1, 100), "1", "How many columns it covers."),
    takes("rowspan", Kind::Integer(1, 100), "1", "How many rows it covers, among the rows that come together."),
    takes("align", Kind::Keyword(&["start", "end", "left", "right", "center", "justify", "decimal"]), "start", "Short for `text-align`."),
];

const HEAD_CELL_ATTRIBUTES: &[AttributeSpec] = &[
    CELL_ATTRIBUTES[0],
    CELL_ATTRIBUTES[1],
    CELL_ATTRIBUTES[2],
    takes(
        "scope",
        Kind::Keyword(&["auto", "col", "row", "both"]),
        "auto",
        "Which cells it heads, for readers who hear the table: those of its column, of its row, or both. `auto`: in a head the column, elsewhere the row.",
    ),
];

/// What a code says, for readers who cannot see it.
const CODE_ALT: AttributeSpec = takes(
    "alt",
    Kind::Template,
    "its kind and what it encodes",
    "What it is, for readers who cannot see it: text with `{expressions}`; empty if it says nothing that is not said elsewhere.",
);

const fn heading(name: &'static str, example: &'static str) -> ElementSpec {
    ElementSpec { name, doc: HEADING, content: Content::Inline, attributes: PLACED, properties: BLOCK, example, place: Place::Body }
}

const fn inline(name: &'static str, doc: &'static str, example: &'static str) -> ElementSpec {
    ElementSpec { name, doc, content: Content::Inline, attributes: &[], properties: TEXT, example, place: Place::Body }
}

/// Every element, in the order of the manual.
pub const ELEMENTS: &[ElementSpec] = &[
    ElementSpec {
        name: "layout",
        doc: "The whole layout. The order of its children is free.",
        content: Content::Elements(
            &["data", "properties", "font", "palette", "texts", "style", "page", "body", "email", "sms", "put", "require"],
            &[],
        ),
        attributes: &[
            needs("xmlns", Kind::Namespace, "The language of the file."),
            needs("name", Kind::NewName, "The name of the layout."),
            takes(
                "extends",
                Kind::Path,
                "",
                "The layout it starts from, in its folder or below: it fills the open blocks of that one, adds data, styles and pages, and cannot \
                 touch what is locked there. See docs/control.md.",
            ),
            takes("lang", Kind::Language, "en", "The language of its texts: hyphenation, metadata, and the locale if the job names none."),
            takes("dir", Kind::Keyword(&["ltr", "rtl", "auto"]), "ltr", "The direction of its texts; `dir` of a block counts more."),
        ],
        properties: &[],
        example: r#"<layout xmlns="urn:pressrun:layout:1" name="letter" lang="en-US">
  <page name="any" size="Letter" margin="25mm"/>
  <body><p>Hello</p></body>
</layout>"#,
        place: Place::File,
    },
    ElementSpec {
        name: "data",
        doc: "The data contract: what a record must have. Every name in the layout is checked against it, and every record too.",
        content: Content::Elements(&["field", "list"], &[]),
        attributes: &[],
        properties: &[],
        example: r#"<data>
  <field name="customer.name" type="text"/>
  <field name="closing" type="money"/>
  <list name="transactions">
    <field name="date" type="date"/> <field name="text" type="text"/> <field name="amount" type="money"/>
  </list>
</data>"#,
        place: Place::Layout,
    },
    ElementSpec {
        name: "field",
        doc: "One value of a record or of a row. Dots in the name group fields.",
        content: Content::Empty,
        attributes: &[
            needs("name", Kind::NewName, "Its name in expressions."),
            needs("type", Kind::FieldType, "`text`, `decimal`, `money`, `integer`, `boolean` or `date`."),
            takes("optional", Kind::Keyword(&["false", "true"]), "false", "Whether a record may lack it. It is then empty in texts."),
        ],
        properties: &[],
        example: r#"<data> <field name="due" type="date" optional="true"/> </data>"#,
        place: Place::Layout,
    },
    ElementSpec {
        name: "list",
        doc: "Rows of a record, each with the same fields; lists may hold lists.",
        content: Content::Elements(&["field", "list"], &[]),
        attributes: &[needs("name", Kind::NewName, "Its name in `for`, `rows=` and functions.")],
        properties: &[],
        example: r#"<data>
  <list name="orders">
    <field name="number" type="text"/>
    <list name="lines"> <field name="text" type="text"/> <field name="price" type="money"/> </list>
  </list>
</data>"#,
        place: Place::Layout,
    },
    PALETTE,
    COLOR,
    TEXTS,
    ElementSpec {
        name: "font",
        doc: "The font family of a script: its characters are set in it, whatever family a style names. Where the style asks for bold or italic and the \
              family has no such face, it is the regular one.",
        content: Content::Empty,
        attributes: &[
            needs("script", Kind::Script, "The code of the script in ISO 15924: `Arab`, `Hebr`, `Deva`, `Thai`, `Jpan`, `Hans`, `Kore`, `Grek` …"),
            needs("family", Kind::FontFamily, "The font family: one that is shipped or that the job declares."),
        ],
        properties: &[],
        example: r#"<font script="Grek" family="Sans"/>"#,
        place: Place::Layout,
    },
    ElementSpec {
        name: "properties",
        doc: "What a document says about itself. It stands in the metadata of a file that holds the document alone; in volumes, the title is the entry \
              of the outline if the job has no `title`.",
        content: Content::Empty,
        attributes: &[
            takes("title", Kind::Template, "the title of the job", "Its title."),
            takes("author", Kind::Template, "", "Who wrote it."),
            takes("subject", Kind::Template, "", "What it is about."),
            takes("keywords", Kind::Template, "", "Words it can be found by."),
        ],
        properties: &[],
        example: r#"<properties title="Statement for {customer.name}" author="Alder Bank" subject="Account {account}" keywords="statement, {account}"/>"#,
        place: Place::Layout,
    },
    ElementSpec {
        name: "style",
        doc: "Properties under a name. An element has at most one style: the one `style=` names, else the one that is named like the element.",
        content: Content::Empty,
        attributes: &[
            needs("name", Kind::NewName, "Its name. A style named like an element is the default style of that element."),
            takes("extends", Kind::Style, "", "The style whose properties it starts from."),
            LOCKED,
        ],
        properties: PropertyGroup::ALL,
        example: r##"<style name="p" font-size="9.5pt" line-height="13pt" margin-bottom="6pt"/>
<style name="note" extends="p" font-size="8pt" color="#555"/>
<body><p>A paragraph.</p> <p style="note">A note.</p></body>"##,
        place: Place::Layout,
    },
    ElementSpec {
        name: "page",
        doc: "A page master. `first` is used for page 1, `last` for the last page of a document of several pages, `odd` and `even` by the \
              number of the page, `rest` where none of these is given, `any` for all that no other page is given for. A number, such as `2`, is for that \
              page alone and counts more than the words. `blank` is for pages that are left blank (`pages` of the body, `break-before=\"odd-page\"`): \
              without it they are white.",
        content: Content::Elements(&["region"], &[]),
        attributes: &[
            needs("name", Kind::PageName(&["any", "first", "rest", "last", "odd", "even", "blank"]), "Which pages."),
            takes(
                "extends",
                Kind::Page,
                "",
                "The page whose size, margin, media and regions it starts from. A region of the same name replaces one.",
            ),
            takes("without", Kind::Regions, "", "Regions of the extended page that this one does not have."),
            takes("size", Kind::PageSize, "A4", "`A4`, `A5`, `Letter`, `Legal` or width and height; `landscape` may follow."),
            takes("margin", Kind::Edges, "20mm", "What the body area leaves free: all, or top to left as in CSS."),
            takes("media", Kind::NewName, "plain", "The name of the paper; the job says what lies in which tray."),
            LOCKED,
        ],
        properties: &[],
        example: r#"<page name="first" size="Letter" margin="90mm 18mm 22mm">
  <region name="letterhead" left="20mm" top="15mm" width="60mm"><p>Alder Bank</p></region>
  <region name="foot" bottom="10mm"><p>Page {page} of {pages}</p></region>
</page>
<page name="rest" extends="first" without="letterhead" margin="20mm 18mm 22mm"/>"#,
        place: Place::Layout,
    },
    ElementSpec {
        name: "region",
        doc: "A place on the page with its own blocks. Across it lies between the page margins where nothing else is said; `page` and `pages` are known in it.",
        content: Content::Either,
        attributes: &[
            needs("name", Kind::NewName, "Its name, for pages that extend this one."),
            takes("left", Kind::Offset, "the left margin", "The distance from the left edge of the page."),
            takes("top", Kind::Offset, "", "The distance from the top edge. A region has `top` or `bottom`, or both."),
            takes("right", Kind::Offset, "the right margin", "The distance from the right edge."),
            takes("bottom", Kind::Offset, "", "The distance from the bottom edge."),
            takes("width", Kind::Length, "", "Its width, padding included."),
            takes("height", Kind::Length, "as high as the content", "Its height, padding included. A record whose content is higher is held."),
            takes(
                "shrink-to",
                Kind::Length,
                "",
                "The least size of its own text. Content higher than `height` is then set smaller, in steps of a quarter point and all sizes alike, and \
                 the run reports it. What does not fit in that size either holds the record.",
            ),
            takes(
                "artifact",
                Kind::Keyword(&["auto", "true", "false"]),
                "auto",
                "Whether it is furniture of the page, such as a running head, and no content that is read aloud. `auto`: yes, unless it holds the \
                 address or stands, under its name, only on pages that there are once: `first`, `last`, a number.",
            ),
            takes("layer", Kind::Keyword(&["front", "behind"]), "front", "`behind`: below everything else on the page, such as a watermark."),
            ROTATE,
            LOCKED,
        ],
        properties: FRAMED,
        example: r#"<page name="any" size="A4" margin="20mm">
  <region name="address" left="20mm" top="45mm" width="85mm" height="27mm" padding="2mm"><p>{customer.name}</p></region>
</page>"#,
        place: Place::Layout,
    },
    ElementSpec {
        name: "body",
        doc: "What flows from page to page.",
        content: Content::Blocks,
        attributes: &[
            takes(
                "outline",
                Kind::Keyword(&["none", "headings"]),
                "none",
                "`headings`: each heading is a bookmark in the outline of the volume, under its document.",
            ),
            takes("pages", Kind::Multiple, "any number", "The number of pages of each document: blank ones are added at its end."),
            takes(
                "pages-max",
                Kind::Integer(1, 9_999),
                "any number",
                "The most pages of a document, blank ones included; a record with more is held.",
            ),
        ],
        properties: LINES,
        example: r#"<body font-size="9.5pt" line-height="13pt"><p>Dear {customer.name}</p></body>"#,
        place: Place::Layout,
    },
    EMAIL,
    BODY_CONTENT,
    SMS,
    ElementSpec {
        name: "p",
        doc: "A paragraph.",
        content: Content::Inline,
        attributes: PLACED,
        properties: BLOCK,
        example: r#"<p text-align="justify" margin-bottom="6pt">Your balance on {due | date 'd MMMM'} is <b>{closing | money}</b>.</p>"#,
        place: Place::Body,
    },
    heading("h1", r#"<h1 font-size="15pt" font-weight="bold">Your statement, {customer.name}</h1>"#),
    heading("h2", r#"<h2 font-weight="bold" margin="12pt 0 4pt">Transactions</h2>"#),
    heading("h3", "<h3>Fees</h3>"),
    heading("h4", "<h4>Abroad</h4>"),
    heading("h5", "<h5>Cards</h5>"),
    heading("h6", "<h6>Cash</h6>"),
    inline("span", "A piece of text with a look of its own.", r##"<p>It is <span color="#b00020">overdue</span>.</p>"##),
    inline("b", "Bold.", "<p>Please pay <b>today</b>.</p>"),
    inline("i", "Italic.", "<p>See <i>Conditions</i>.</p>"),
    inline("u", "Underlined.", "<p><u>Important</u></p>"),
    inline("s", "Struck through.", "<p><s>12.00</s> 9.00</p>"),
    inline("sub", "Lower and smaller.", "<p>CO<sub>2</sub></p>"),
    inline("sup", "Higher and smaller.", "<p>m<sup>2</sup></p>"),
    ElementSpec {
        name: "symbol",
        doc: "A picture in a line of text, such as a tick or a card logo. It stands on the baseline like a letter, and makes its line higher if need be.",
        content: Content::Empty,
        attributes: &[
            needs("src", Kind::Path, "A PNG, JPEG or SVG in the folder of the layout and below it."),
            needs("alt", Kind::Text, "What it shows, for readers who cannot see it; empty for mere decoration."),
            takes("width", Kind::Length, "", "Its width."),
            takes("height", Kind::Length, "the font size", "Its height; without it, from the width if that is given."),
            takes("rise", Kind::Offset, "0", "How far it stands above the baseline; below it if negative."),
        ],
        properties: &[],
        example: r#"<p>Paid <symbol src="logo.png" alt="by card" height="8pt" rise="-1pt"/> on {due | date 'd MMMM'}.</p>"#,
        place: Place::Body,
    },
    ElementSpec {
        name: "tab",
        doc: "A leap to the next of the paragraph's `tabs`: by default the right edge, where what follows ends. Spaces around it vanish.",
        content: Content::Empty,
        attributes: &[takes(
            "leader",
            Kind::Text,
            "",
            "Fills the room it leaps over, again and again, such as `.`; the dots of all lines stand under each other.",
        )],
        properties: TEXT,
        example: r#"<p tabs="60mm decimal 100% right">Fees <tab/> {closing | money} <tab leader=" ."/> page 2</p>"#,
        place: Place::Body,
    },
    ElementSpec {
        name: "a",
        doc: "A link around a piece of text: to a page of the web, a mail address or a telephone number, or to an `<anchor>` of the document. It has no \
              look of its own. Volumes have links, print files have none. A link to an anchor that the record leaves out is plain text.",
        content: Content::Inline,
        attributes: &[needs("href", Kind::Template, "Where it leads: `https:`, `http:`, `mailto:` or `tel:`, or `#` and the name of an anchor.")],
        properties: TEXT,
        example: r##"<p>See <a href="https://example.org/{account}" text-decoration="underline">your account</a> and <a href="#terms">the terms</a>.</p>
<p><anchor name="terms" bookmark="Terms"/>Terms</p>"##,
        place: Place::Body,
    },
    ElementSpec {
        name: "anchor",
        doc: "A place that links lead to, a bookmark of the outline, or both. It takes no room.",
        content: Content::Empty,
        attributes: &[
            takes("name", Kind::NewName, "", "What links call it: `href=\"#name\"`."),
            takes("bookmark", Kind::Template, "", "What the outline shows."),
            takes("level", Kind::Integer(1, 6), "1", "The level of the bookmark, as of headings."),
        ],
        properties: &[],
        example: r#"<h2><anchor name="fees" bookmark="Fees of {customer.name}"/>Fees</h2>"#,
        place: Place::Body,
    },
    ElementSpec {
        name: "footnote",
        doc: "A footnote. Its number stands here, its text at the bottom of the page, on the next pages if it is long. Footnotes are counted through \
              the document. Without a font size they have 80 % of that of the body.",
        content: Content::Inline,
        attributes: &[takes("indent", Kind::Length, "the font size", "The room for its number before its text.")],
        properties: LINES,
        example: r#"<p>Interest is 2 %<footnote>Per year, on the daily balance.</footnote> from now on.</p>"#,
        place: Place::Body,
    },
    ElementSpec {
        name: "br",
        doc: "A line break.",
        content: Content::Empty,
        attributes: &[],
        properties: &[],
        example: "<p>Alder Bank<br/>12 Mill Road</p>",
        place: Place::Body,
    },
    ElementSpec {
        name: "ul",
        doc: "A list with the same marker for each item.",
        content: Content::Elements(&["li"], &[]),
        attributes: &[
            takes("marker", Kind::Text, "•", "The marker; `none` for no marker."),
            takes("indent", Kind::Length, "14pt", "The room for the marker: items are indented by it."),
            WIDTH,
            LEFT,
            TOP,
            RIGHT,
            BOTTOM,
            ONLY,
        ],
        properties: BLOCK,
        example: r#"<ul marker="–"> <li>online</li> <li>by post</li> </ul>"#,
        place: Place::Body,
    },
    ElementSpec {
        name: "ol",
        doc: "A list whose items are counted.",
        content: Content::Elements(&["li"], &[]),
        attributes: &[
            takes("marker", Kind::Keyword(&["decimal", "alpha", "roman", "none"]), "decimal", "1. 2. 3. · a. b. c. · i. ii. iii."),
            takes("indent", Kind::Length, "18pt", "The room for the marker: items are indented by it."),
            WIDTH,
            LEFT,
            TOP,
            RIGHT,
            BOTTOM,
            ONLY,
        ],
        properties: BLOCK,
        example: r#"<ol marker="alpha"> <li>Sign.</li> <li>Send.</li> </ol>"#,
        place: Place::Body,
    },
    ElementSpec {
        name: "li",
        doc: "An item of a list.",
        content: Content::Either,
        attributes: &[takes("rows", Kind::Repeat, "", "Repeats the item for each row."), TEST],
        properties: LINES,
        example: r#"<ul> <li rows="t in transactions" test="t.amount lt 0">{t.text}</li> </ul>"#,
        place: Place::Body,
    },
    ElementSpec {
        name: "box",
        doc: "Blocks with a frame: background, border, padding, size. Children with `left`, `top`, `right` or `bottom` are placed from its padding edge \
              and leave the flow; the others stand one under the other.",
        content: Content::Either,
        attributes: &[
            takes("name", Kind::NewName, "", "What `inside` of a requirement calls it, and layout tests."),
            ALIGN,
            takes("column-count", Kind::Integer(1, 12), "1", "Its content flows through so many columns of equal width."),
            takes("column-gap", Kind::Length, "0", "The space between them."),
            takes(
                "column-fill",
                Kind::Keyword(&["balance", "auto"]),
                "balance",
                "Whether they are of equal height where the content ends, or each is filled before the next.",
            ),
            takes("column-rule", Kind::Border, "none", "The line between them."),
            takes(
                "shrink-to",
                Kind::Length,
                "",
                "The least size of its own text. Content higher than `height` is then set smaller, in steps of a quarter point and all sizes alike, and \
                 the run reports it. What does not fit in that size either holds the record.",
            ),
            ROTATE,
            LEFT,
            TOP,
            RIGHT,
            BOTTOM,
            ONLY,
        ],
        properties: BOX,
        example: r##"<box width="80mm" height="25mm" padding="3mm" border="0.5pt solid #888" border-radius="2mm" background="#f4f4f4">
  <p>Balance</p>
  <p right="3mm" bottom="3mm" text-align="right" font-weight="bold">{closing | money}</p>
</box>"##,
        place: Place::Body,
    },
    ElementSpec {
        name: "img",
        doc: "An image, PNG, JPEG or SVG. With one of `width` and `height` the other follows; with none it has its own size. SVG stays paths: fills, strokes, \
              dashes, clips, markers, symbols, linear and radial gradients, opacity; its texts are set in the font families of the job, as outlines. What is not \
              drawn is refused and named. A `<text>` with braces is merged with data: `{customer.name}` in the SVG file is an expression as in the layout, and \
              stands where the file says, in its font, size, colour and anchor, turned with it. It is one line, as text and not as outlines; if it is wider than \
              its `textLength`, or without one than what there is to the edge of the picture, it becomes smaller, down to half; beyond that the record is held.",
        content: Content::Empty,
        attributes: &[
            needs("src", Kind::Path, "The file, from the folder of the layout and below it."),
            needs("alt", Kind::Text, "What it shows, for readers who cannot see it; empty for mere decoration."),
            takes("width", Kind::Length, "", "Its width."),
            takes("height", Kind::Length, "", "Its height."),
            ALIGN,
            LEFT,
            TOP,
            RIGHT,
            BOTTOM,
            ONLY,
        ],
        properties: MARGINS,
        example: r#"<img src="logo.png" alt="Alder Bank" width="40mm"/>"#,
        place: Place::Body,
    },
    ElementSpec {
        name: "picture",
        doc: "A picture that each record chooses by its name from a folder. Every PNG, JPEG and SVG in that folder and below it is read and checked once, when the job is \
              planned: up to 10,000 of 256 MB together, which all workers share. A record cannot name anything else; one that names a picture that is not there \
              is held, unless there is a `missing` one. With both `width` and `height` a picture is as large as fits, in the middle of its place; with one the \
              other follows; with none it has its own size. SVG here has no texts that are merged with data.",
        content: Content::Empty,
        attributes: &[
            needs("from", Kind::Path, "The folder, in the folder of the layout or below it."),
            needs(
                "src",
                Kind::Template,
                "The name of the picture, with its ending: its path from `from`. Capitals and small letters are told apart.",
            ),
            needs("alt", Kind::Template, "What it shows, for readers who cannot see it: text with `{expressions}`; empty for mere decoration."),
            takes("missing", Kind::Path, "", "A picture for records whose own is not there, from the folder of the layout and below it."),
            takes("width", Kind::Length, "", "Its width, or that of its place."),
            takes("height", Kind::Length, "", "Its height, or that of its place."),
            ALIGN,
            LEFT,
            TOP,
            RIGHT,
            BOTTOM,
            ONLY,
        ],
        properties: MARGINS,
        example: r#"<picture from="products" src="{account}.jpg" missing="logo.png" alt="" width="30mm" height="20mm"/>"#,
        place: Place::Body,
    },
    ElementSpec {
        name: "columns",
        doc: "Blocks side by side. They stay together on one page if they fit one.",
        content: Content::Elements(&["column"], &[]),
        attributes: &[takes("gap", Kind::Length, "0", "The space between columns."), WIDTH, LEFT, TOP, RIGHT, BOTTOM, ONLY],
        properties: COLUMNS,
        example: r#"<columns gap="5mm">
  <column width="60mm"><p>Left</p></column>
  <column><p>Right</p></column>
</columns>"#,
        place: Place::Body,
    },
    ElementSpec {
        name: "column",
        doc: "One of several columns. With a background or border of its own it is as high as the highest.",
        content: Content::Either,
        attributes: &[takes("width", Kind::Track, "1fr", "Its width: fixed, a percentage of the whole, or a share of what is left.")],
        properties: FRAMED,
        example: r#"<columns> <column width="2fr">Wide</column> <column width="1fr">Narrow</column> </columns>"#,
        place: Place::Body,
    },
    ElementSpec {
        name: "table",
        doc: "A table. Its head is repeated on each page, rows are never divided unless they are higher than a page. With `rows=` its `tr` repeat for \
              each row of a list, and `running(…)` sums over them.",
        content: Content::Elements(&["thead", "tr", "carry", "tfoot"], &[Group::Control]),
        attributes: &[
            takes("rows", Kind::Repeat, "", "Repeats the `tr` of the table."),
            takes("columns", Kind::Tracks, "1fr for each cell of the first row", "The widths of the columns."),
            takes("width", Kind::Size, "all there is", "The width of the whole."),
            takes(
                "zebra",
                Kind::Fill,
                "transparent",
                "The fill of every second row. The rows that each round of `rows` or `for` brings have one fill.",
            ),
            takes("cell-padding", Kind::Edges, "0", "The padding of its cells, where they have none of their own."),
            takes("cell-border", Kind::Border, "none", "The border of its cells, where they have none of their own."),
            takes("row-border", Kind::Border, "none", "The line under each row."),
            takes("repeat-head", Kind::Keyword(&["true", "false"]), "true", "Whether the head stands on each page."),
            takes("row-orphans", Kind::Integer(1, 20), "2", "The least number of rows kept together at the start and the end of the table."),
            LEFT,
            TOP,
            RIGHT,
            BOTTOM,
            ONLY,
        ],
        properties: TABLE,
        example: r##"<table rows="t in transactions" columns="22mm 1fr 28mm 28mm" cell-padding="2pt 3pt" zebra="#f6f6f6">
  <thead><tr font-weight="bold"> <th>Date</th> <th>Text</th> <th align="right">Amount</th> <th align="right">Balance</th> </tr></thead>
  <tr> <td>{t.date | date 'd MMM'}</td> <td>{t.text}</td> <td align="right">{t.amount | money}</td> <td align="right">{running(t.amount) | money}</td> </tr>
  <carry> <td colspan="3">Carried forward</td> <td align="right">{running(t.amount) | money}</td> </carry>
  <tfoot><tr> <td colspan="3">Total</td> <td align="right">{sum(transactions.amount) | money}</td> </tr></tfoot>
</table>"##,
        place: Place::Body,
    },
    ElementSpec {
        name: "thead",
        doc: "The head of a table, on each of its pages, or in a `for` the head of each round: it stays with the first row and stands again where the \
              round goes on. `show=` of its rows tells the two apart.",
        content: Content::Elements(&["tr"], &[Group::Condition]),
        attributes: &[],
        properties: ROWS,
        example: r##"<table columns="1fr 1fr"> <thead background="#eee"><tr> <th>A</th> <th>B</th> </tr></thead> <tr> <td>1</td> <td>2</td> </tr> </table>"##,
        place: Place::Body,
    },
    ElementSpec {
        name: "tr",
        doc: "A row of a table.",
        content: Content::Elements(&["td", "th"], &[Group::Condition]),
        attributes: &[
            takes("rows", Kind::Repeat, "", "Repeats the row."),
            TEST,
            takes("height", Kind::Length, "0", "Its least height."),
            takes("break-after", Kind::Keyword(&["auto", "avoid"]), "auto", "`avoid` keeps it with the next row."),
            takes(
                "show",
                Kind::Keyword(&["always", "first", "continued", "last"]),
                "head: always; foot: last",
                "In a head or foot: on which pages. `first`: where the table or group begins; `continued`: in a head where it goes on, in a foot \
                 where it will go on; `last`: where it ends.",
            ),
        ],
        properties: ROW,
        example: r#"<table columns="1fr 30mm">
  <tr border-bottom="0.5pt solid"> <td>Opening</td> <td align="right">{closing | money}</td> </tr>
  <tr rows="t in transactions" test="t.amount lt 0"> <td>{t.text}</td> <td align="right">{t.amount | money}</td> </tr>
</table>"#,
        place: Place::Body,
    },
    ElementSpec {
        name: "carry",
        doc: "A row at the break of a table: at the bottom of each page but its last (`down`, “carried forward”), at the top of each page but its first \
              (`up`, “brought forward”), or both. `running(…)` has the sum at that break.",
        content: Content::Elements(&["tr", "td", "th"], &[Group::Condition]),
        attributes: &[
            takes("direction", Kind::Keyword(&["down", "up", "both"]), "down", "At which side of the break it stands."),
            takes("height", Kind::Length, "0", "Its least height."),
        ],
        properties: ROW,
        example: r#"<table rows="t in transactions" columns="1fr 30mm">
  <tr> <td>{t.text}</td> <td align="right">{t.amount | money}</td> </tr>
  <carry direction="down"> <td>Carried forward</td> <td align="right">{running(t.amount) | money}</td> </carry>
  <carry direction="up"> <td>Brought forward</td> <td align="right">{running(t.amount) | money}</td> </carry>
</table>"#,
        place: Place::Body,
    },
    ElementSpec {
        name: "tfoot",
        doc: "The foot of a table, at its end, or on other pages too with `show=` of its rows; in a `for` the foot of each round, which stays with \
              its last row. The last row of a table goes along with a foot that does not fit.",
        content: Content::Elements(&["tr"], &[Group::Condition]),
        attributes: &[],
        properties: ROWS,
        example: r#"<table rows="t in transactions" columns="1fr 30mm">
  <tr> <td>{t.text}</td> <td align="right">{t.amount | money}</td> </tr>
  <tfoot font-weight="bold"><tr> <td>Total</td> <td align="right">{sum(transactions.amount) | money}</td> </tr></tfoot>
</table>"#,
        place: Place::Body,
    },
    ElementSpec {
        name: "td",
        doc: "A cell.",
        content: Content::Either,
        attributes: CELL_ATTRIBUTES,
        properties: CELL,
        example: r#"<table columns="1fr 1fr"> <tr> <td rowspan="2" vertical-align="middle">A</td> <td>1</td> </tr> <tr> <td align="decimal">2.5</td> </tr> </table>"#,
        place: Place::Body,
    },
    ElementSpec {
        name: "th",
        doc: "A heading cell. It has no look of its own.",
        content: Content::Either,
        attributes: HEAD_CELL_ATTRIBUTES,
        properties: CELL,
        example: r#"<table columns="1fr 1fr"> <tr> <th>Name</th> <td>{customer.name}</td> </tr> </table>"#,
        place: Place::Body,
    },
    OPEN_BLOCK,
    PUT,
    CLAUSE,
    REQUIRE,
    ElementSpec {
        name: "if",
        doc: "Appears only if the test holds: around blocks, in a paragraph, around rows and cells.",
        content: Content::Transparent,
        attributes: &[needs("test", Kind::Test, "An expression that is true or false.")],
        properties: &[],
        example: r#"<if test="closing lt 0"> <p>You owe us {closing | money}<if test="closing lt -100"> – please call</if>.</p> </if>"#,
        place: Place::Body,
    },
    ElementSpec {
        name: "choose",
        doc: "The first `when` whose test holds, or else `otherwise`.",
        content: Content::Elements(&["when", "otherwise"], &[]),
        attributes: &[],
        properties: &[],
        example: r#"<choose>
  <when test="closing lt 0"><p>Please pay.</p></when>
  <when test="closing eq 0"><p>Nothing to pay.</p></when>
  <otherwise><p>You have a credit.</p></otherwise>
</choose>"#,
        place: Place::Body,
    },
    ElementSpec {
        name: "when",
        doc: "One case of a `choose`.",
        content: Content::Transparent,
        attributes: &[needs("test", Kind::Test, "An expression that is true or false.")],
        properties: &[],
        example: r#"<p>Dear <choose><when test="closing gt 0">valued </when></choose>customer</p>"#,
        place: Place::Body,
    },
    ElementSpec {
        name: "otherwise",
        doc: "The last case of a `choose`.",
        content: Content::Transparent,
        attributes: &[],
        properties: &[],
        example: r#"<p><choose><when test="closing lt 0">debit</when> <otherwise>credit</otherwise></choose></p>"#,
        place: Place::Body,
    },
    ElementSpec {
        name: "for",
        doc: "Repeats what it holds for each row of a list: blocks, pieces of a paragraph, rows of a table. A list within the rows is repeated by a `for` or `rows=` inside.",
        content: Content::Transparent,
        attributes: &[needs("each", Kind::Repeat, "The name of the row and the list.")],
        properties: &[],
        example: r#"<for each="t in transactions"> <p>{t.text}</p> </for>"#,
        place: Place::Body,
    },
    ElementSpec {
        name: "address",
        doc: "The recipient's address. Empty lines vanish. Without `line` it prints the text fields of a group of the data contract, one per line.",
        content: Content::Elements(&["line"], &[]),
        attributes: &[
            takes("lines-max", Kind::Integer(1, 20), "7", "The most lines; a record with more is held."),
            takes("fields", Kind::Group, "address", "The group of fields that are the lines if there is no `line`."),
            WIDTH,
            LEFT,
            TOP,
            RIGHT,
            BOTTOM,
            ONLY,
        ],
        properties: BLOCK,
        example: r#"<address lines-max="5"> <line>{customer.name}</line> <line>{customer.street}</line> <line>{customer.zip} {customer.city}</line> </address>"#,
        place: Place::Body,
    },
    ElementSpec {
        name: "line",
        doc: "A line of an address. It vanishes if it is empty.",
        content: Content::Inline,
        attributes: &[],
        properties: TEXT,
        example: r#"<address> <line font-weight="bold">{customer.name}</line> <line>{customer.street}</line> </address>"#,
        place: Place::Body,
    },
    ElementSpec {
        name: "barcode",
        doc: "A barcode, drawn as vectors of whole modules. A payload that breaks a rule of the symbology holds the record and says which; nothing is repaired.",
        content: Content::Empty,
        attributes: &[
            needs("type", Kind::Symbology, "The symbology."),
            needs("value", Kind::Template, "What it encodes: text with `{expressions}`."),
            CODE_ALT,
            takes(
                "module",
                Kind::Length,
                "by symbology",
                "The width of a module: the narrowest bar, or one dot of a matrix code; of the bars of postal codes.",
            ),
            takes("height", Kind::Length, "by symbology", "The height of the bars. Matrix codes are as high as their rows."),
            takes(
                "quiet",
                Kind::Keyword(&["true", "false"]),
                "true",
                "Whether the quiet zone is part of its width. If not, the layout keeps it clear.",
            ),
            takes(
                "for",
                Kind::Keyword(&["240dpi", "300dpi", "360dpi", "400dpi", "480dpi", "600dpi", "720dpi", "800dpi", "1200dpi", "1440dpi", "2400dpi"]),
                "",
                "The resolution of the press: module, heights and place are whole dots, the module the nearest that is not below the least of the symbology.",
            ),
            takes(
                "bar-width-reduction",
                Kind::Length,
                "0",
                "What every dark run loses of its width, because ink spreads: less than half a module; with `for=` whole dots.",
            ),
            takes("text", Kind::Keyword(&["none", "below", "above"]), "none", "Where the human-readable text stands."),
            takes("rotate", Kind::Keyword(&["0", "90", "180", "270"]), "0", "Degrees it is turned clockwise."),
            takes("gs1", Kind::BarcodeOption, "", "See the symbology."),
            takes("verify", Kind::BarcodeOption, "", "See the symbology."),
            takes("latin1", Kind::BarcodeOption, "", "See the symbology."),
            takes("error-correction", Kind::BarcodeOption, "", "See the symbology."),
            takes("version-min", Kind::BarcodeOption, "", "See the symbology."),
            takes("version", Kind::BarcodeOption, "", "See the symbology."),
            takes("mask", Kind::BarcodeOption, "", "See the symbology."),
            takes("mode", Kind::BarcodeOption, "", "See the symbology."),
            takes("eci", Kind::BarcodeOption, "", "See the symbology."),
            takes("check", Kind::BarcodeOption, "", "See the symbology."),
            takes("ratio", Kind::BarcodeOption, "", "See the symbology."),
            takes("bearer", Kind::BarcodeOption, "", "See the symbology."),
            takes("size", Kind::BarcodeOption, "", "See the symbology."),
            takes("level", Kind::BarcodeOption, "", "See the symbology."),
            takes("columns", Kind::BarcodeOption, "", "See the symbology."),
            takes("compact", Kind::BarcodeOption, "", "See the symbology."),
            takes("correction", Kind::BarcodeOption, "", "See the symbology."),
            takes("layers", Kind::BarcodeOption, "", "See the symbology."),
            takes("customer", Kind::BarcodeOption, "", "See the symbology."),
            ALIGN,
            LEFT,
            TOP,
            RIGHT,
            BOTTOM,
            ONLY,
        ],
        properties: TEXT_FLOW,
        example: r#"<barcode type="code128" value="{account}" height="8mm"/>"#,
        place: Place::Body,
    },
    ElementSpec {
        name: "swiss-qr-bill",
        doc: "The payment part of a Swiss QR-bill with its receipt, 210 × 105 mm (SIX guidelines 2.3): code with the Swiss cross, texts in German, French, Italian or English by `lang`, boxes to fill in where the amount or the debtor is open. The rules of the payload are checked for each record. Stands at the lower edge of an A4 page, in a region without margins.",
        content: Content::Empty,
        attributes: &[
            needs("account", Kind::Template, "IBAN or QR-IBAN of the creditor."),
            needs("name", Kind::Template, "The creditor."),
            takes("street", Kind::Template, "", "Its street."),
            takes("house", Kind::Template, "", "Its house number."),
            needs("postcode", Kind::Template, "Its postcode, without the country."),
            needs("town", Kind::Template, "Its town."),
            takes("country", Kind::Template, "", "Its country, two letters; `CH` if it is not given."),
            takes("amount", Kind::Template, "", "The amount: a number or money, or a text such as `1949.75`. Open if it is empty."),
            takes("currency", Kind::Template, "", "`CHF`, which it is if not given, or `EUR`."),
            takes("debtor-name", Kind::Template, "", "Who pays. All of the debtor may be empty."),
            takes("debtor-street", Kind::Template, "", "Its street."),
            takes("debtor-house", Kind::Template, "", "Its house number."),
            takes("debtor-postcode", Kind::Template, "", "Its postcode."),
            takes("debtor-town", Kind::Template, "", "Its town."),
            takes("debtor-country", Kind::Template, "", "Its country; `CH` if it is not given."),
            takes("reference", Kind::Template, "", "QR reference of 27 digits with a QR-IBAN, creditor reference (`RF…`) or nothing with an IBAN."),
            takes("message", Kind::Template, "", "A message to the debtor."),
            takes("billing", Kind::Template, "", "Structured billing information, such as `//S1/…`."),
            takes("procedure-1", Kind::Template, "", "An alternative procedure."),
            takes("procedure-2", Kind::Template, "", "Another one."),
            CODE_ALT,
            takes(
                "separation",
                Kind::Keyword(&["scissors", "none"]),
                "scissors",
                "The lines and words where the slip is cut off; `none` for perforated paper.",
            ),
            LEFT,
            TOP,
            RIGHT,
            BOTTOM,
        ],
        properties: LINES_FLOW,
        example: r#"<page name="last" size="A4" margin="20mm"> <region name="slip" left="0" bottom="0" width="210mm" height="105mm"> <swiss-qr-bill account="CH9300762011623852957" name="Robert Schneider AG" street="Rue du Lac" house="1268" postcode="2501" town="Biel" amount="{closing}" message="Account {account}"/> </region> </page>"#,
        place: Place::Layout,
    },
    ElementSpec {
        name: "epc-qr",
        doc: "The QR code of a SEPA credit transfer (EPC069-12): GiroCode, Zahlen mit Code. The rules of the payload are checked for each record.",
        content: Content::Empty,
        attributes: &[
            needs("name", Kind::Template, "The beneficiary."),
            needs("account", Kind::Template, "Its IBAN."),
            CODE_ALT,
            takes("bic", Kind::Template, "", "Its BIC; needed outside the EEA."),
            takes("amount", Kind::Template, "", "The amount in euros: a number or money, or a text such as `12.30`."),
            takes("purpose", Kind::Template, "", "Purpose of ISO 20022, up to four characters."),
            takes("reference", Kind::Template, "", "A structured reference (ISO 11649); not beside `text`."),
            takes("text", Kind::Template, "", "An unstructured reference."),
            takes("information", Kind::Template, "", "A message to the payer."),
            takes("module", Kind::Length, "0.55mm", "The width of a module."),
            ALIGN,
            LEFT,
            TOP,
            RIGHT,
            BOTTOM,
            ONLY,
        ],
        properties: MARGINS,
        example: r#"<epc-qr name="Red Cross of Belgium" account="BE72000000001616" amount="{closing}" text="Account {account}"/>"#,
        place: Place::Body,
    },
    charts::CHART,
    charts::SERIES,
    ElementSpec {
        name: "hr",
        doc: "A line across.",
        content: Content::Empty,
        attributes: &[
            takes("border", Kind::Border, "0.5pt solid #000", "How it is drawn; from a style, its `border`."),
            WIDTH,
            LEFT,
            TOP,
            RIGHT,
            BOTTOM,
            ONLY,
        ],
        properties: MARGINS,
        example: r##"<hr border="0.75pt dashed #888" margin="6pt 0"/>"##,
        place: Place::Body,
    },
    ElementSpec {
        name: "fill",
        doc: "Takes the room that is left on the page, so that what follows stands at the bottom; several share it. If what follows does not fit below, \
              it begins the next page. Blocks in it appear only if there is room for them: nothing else moves. Only in the body.",
        content: Content::Blocks,
        attributes: &[takes("min-height", Kind::Length, "0", "The least room its content needs to appear.")],
        properties: FILL,
        example: r#"<fill min-height="30mm" vertical-align="middle"><p>Did you know? Statements come by e-mail, too.</p></fill>
<box break-inside="avoid" border="0.5pt solid" padding="3mm"><p>Payment slip</p></box>"#,
        place: Place::Body,
    },
    ElementSpec {
        name: "slot",
        doc: "A place for one message of the job, such as a note on a new product; see docs/messages.md. The first message by priority that is for the \
              record and fits stands here: it never makes the document longer and never holds a record. An empty slot takes no room. Only in the \
              body and in regions, or in boxes and columns of those, not in rows and lists. Padding, border and background are those of the box \
              around the message.",
        content: Content::Empty,
        attributes: &[
            needs("name", Kind::NewName, "What messages call it: `slots = [\"promotion\"]`."),
            needs("max-height", Kind::Length, "The most height a message may take here, padding included. A message may ask for less."),
        ],
        properties: BLOCK,
        example: r#"<slot name="promotion" max-height="60mm" margin-top="12pt"/>"#,
        place: Place::Body,
    },
    ElementSpec {
        name: "pagebreak",
        doc: "The next block begins a page. Only in the body, not inside a box, table or column.",
        content: Content::Empty,
        attributes: &[],
        properties: &[],
        example: "<p>Page one</p> <pagebreak/> <p>Page two</p>",
        place: Place::Body,
    },
];
