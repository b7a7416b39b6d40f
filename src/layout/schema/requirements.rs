//! Elements with which a layout says what its documents must fulfil.

use super::elements::{needs, takes};
use super::{Content, ElementSpec, Kind, Place};
use crate::model::requirement::Unwanted;

/// `<clause>`.
pub(super) const CLAUSE: ElementSpec = ElementSpec {
    name: "clause",
    doc: "Blocks that are a clause: a text that the law or the house wants printed, by name and version. It has no look of its own and changes nothing; \
          `require` says that the clause must be there, and where. A layout may have several versions of a clause and choose one with `if` or `choose`.",
    content: Content::Blocks,
    attributes: &[
        needs("name", Kind::NewName, "The name of the clause."),
        takes("version", Kind::Version, "", "Which version of its text this is: letters, digits, `.`, `-` and `_`."),
    ],
    properties: &[],
    example: r#"<clause name="withdrawal" version="2026-03">
  <h3>Your right to withdraw</h3>
  <p font-size="8pt">You may withdraw from this contract within 14 days without giving any reason.</p>
</clause>"#,
    place: Place::Body,
};

/// `<require>`.
pub(super) const REQUIRE: ElementSpec = ElementSpec {
    name: "require",
    doc: "What each document must fulfil; a record whose document does not is held, with the message as its reason. One of `test`, `clause`, `pages-max`, \
          `no` and `min-font-size` says what. A layout that extends this one can add requirements and take none away. See docs/control.md.",
    content: Content::Empty,
    attributes: &[
        takes("test", Kind::Test, "", "This holds for the record."),
        takes("clause", Kind::Clause, "", "The clause of this name stands in the document, and is not empty."),
        takes("version", Kind::Version, "any", "With `clause`: which version."),
        takes(
            "page",
            Kind::PageName(&["any", "first", "last", "every"]),
            "any",
            "With `clause`: the page on which all of it stands, by a word or its number. Blank pages do not count.",
        ),
        takes("inside", Kind::PlaceName, "anywhere", "With `clause`: the region or box in which all of it stands."),
        takes(
            "min-font-size",
            Kind::Length,
            "",
            "The least size of each character of the clause, be it in a `span`, a `sup` or set smaller by `shrink-to`. Without `clause`: of every text \
             of the document.",
        ),
        takes("pages-max", Kind::Integer(1, 9_999), "", "The document has no more pages, blank ones included."),
        takes(
            "no",
            Kind::Words(Unwanted::WORDS),
            "",
            "None of these happened. `overflow`: text reaches out of its page, or out of the box, cell or region it stands in. `shrunk-text`: text was \
             set smaller to fit (R0412). `broken-keep`: what should stay together does not (R0409). `missing-glyph`: a character was left out (R0405).",
        ),
        takes("when", Kind::Test, "every record", "The records it is for, such as those of a jurisdiction."),
        takes("valid-from", Kind::Date, "always", "The first date of a job (`job.date`) that it is for."),
        takes("valid-to", Kind::Date, "always", "The last."),
        takes("message", Kind::Template, "what was found", "The reason that a held record is given. After it stands what was found."),
    ],
    properties: &[],
    example: r#"<require test="sum(transactions.amount) eq closing" message="the entries of {account} do not come to its balance"/>
<require clause="withdrawal" version="2026-03" valid-from="2026-03-01" when="customer.city eq 'Berlin'" page="last" min-font-size="8pt"/>
<require pages-max="6"/> <require no="overflow shrunk-text"/>
<body> <clause name="withdrawal" version="2026-03"> <p>You may withdraw within 14 days.</p> </clause> </body>"#,
    place: Place::Layout,
};
