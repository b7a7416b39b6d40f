//! Every code a diagnostic can carry.
//!
//! Takes nothing, gives the long forms that `pressrun explain` prints. A code is never reused for another fault.
//! J = job file, L = layout, E = expression, D = data and input, R = a record that is held, W = the world.

/// A kind of fault.
#[derive(PartialEq, Eq, Debug)]
pub struct Code {
    /// A letter and four digits.
    pub id: &'static str,
    /// One line.
    pub title: &'static str,
    /// What it means, why it is refused, how to fix it; with an example where that helps.
    pub explanation: &'static str,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $title:literal, $explanation:literal;)*) => {
        $(#[doc = $title] pub const $name: Code = Code { id: $id, title: $title, explanation: $explanation };)*
        /// Every code, in the order of its number.
        pub const ALL: &[&Code] = &[$(&$name),*];
    };
}

/// The code with this id, whatever the case of its letter.
pub fn find(id: &str) -> Option<&'static Code> {
    ALL.iter().copied().find(|code| code.id.eq_ignore_ascii_case(id))
}

codes! {
    // ---- expressions
    EXPR_SYNTAX = "E0101", "an expression cannot be read",
        "The text between `{` and `}` (or in `test=`, `sort=`, `when=` …) is not an expression. Expressions are paths\n\
         (`customer.name`), numbers, 'texts', arithmetic, comparisons (`eq ne lt le gt ge` or `= != < <= > >=`), `and or not`,\n\
         `condition ? a : b`, functions (`sum(transactions.amount)`) and filters after `|` (`closing | money`).\n\
         A literal brace is written `{{` or `}}`.";
    EXPR_TYPE = "E0102", "an expression has the wrong type",
        "Every expression has a type that is known before the first record: text, decimal, money, integer, boolean, date, list\n\
         or row. Operators and functions take certain types only: money cannot be multiplied by money, a text cannot be added\n\
         to a number, and `test=` wants a boolean. Compare explicitly (`closing lt 0`) or convert with a function.";
    EXPR_UNKNOWN_FIELD = "E0103", "the data has no such field",
        "The name is neither a field of the layout's data contract (`<data>`) nor a name that is visible here, such as the row\n\
         name of a `for` or a table, `page` or `pages`. Declare the field in `<data>`, or correct the name.";
    EXPR_UNKNOWN_FUNCTION = "E0104", "there is no such function", "See the list of functions in docs/layout.md.";
    EXPR_UNKNOWN_FILTER = "E0105", "there is no such filter", "See the list of filters in docs/layout.md.";
    EXPR_ARGUMENTS = "E0106", "wrong arguments", "A function or filter got too many or too few arguments, or one that it cannot read.";
    EXPR_NOT_HERE = "E0107", "this is not available here",
        "`running(...)` works only in the rows, carry rows and foot of a table with `rows=`; `page` and `pages` only in regions of\n\
         a page master, because the body does not know its page before it is paginated.";

    // ---- records that are held while they are composed
    RECORD_EXPRESSION = "R0401", "an expression has no value for this record",
        "A calculation went wrong with this record's values: a division by zero, a result of more than 28 digits, amounts of two\n\
         currencies added together, or a text that is no number or date. The record is held; the others go on.";
    RECORD_BARCODE = "R0402", "a barcode cannot be made of this record's value",
        "The value is empty, too long, or holds a character the symbology has no code for.";
    RECORD_ADDRESS = "R0403", "the address has too many lines",
        "The address block has room for the number of lines that `lines-max` says. More would be cut off by the window of the envelope.";
    RECORD_TOO_HIGH = "R0404", "something does not fit the page",
        "A line, an image, a box or region of fixed height, or a table's foot is higher than the room any page has for it.";
    RECORD_GLYPH = "R0405", "a character has no glyph",
        "None of the faces of the style's font family and its fallback families has a glyph for a character of this record. It would\n\
         print as an empty box. Add a family that covers it to `fallback`, or let the job report instead of hold (`missing-glyphs`).";
    RECORD_LIMIT = "R0406", "a document passes a limit",
        "A document has more pages, or a text more bytes, than the limits of this program allow.";
}
