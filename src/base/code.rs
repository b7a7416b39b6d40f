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

    // ---- data: the mapping section and the input files
    MAPPING_FIELD = "D0101", "the mapping names a field that the data contract does not have",
        "`[input.map]` turns fields of the source into fields of the layout's `<data>`. The name on the left must be one of those;\n\
         fields of list rows are written `list.field`. Each may be mapped once.";
    MAPPING_PATH = "D0102", "a source path cannot be read",
        "A path says where a value is in a record. JSON: `customer.name`, `addresses[0].city`, `'odd key'.x`. CSV: the name of a column.\n\
         XML: `cac:Party/cbc:Name`, `@id`, `Note[2]`, `Tax[@type='VAT']/Amount`, `.`, `name()`. Alternatives stand after `|`, the first that\n\
         is not empty counts. In the rows of a list a leading `/` starts from the record. `..` and `//` are not supported.";
    MAPPING_NAMESPACE = "D0103", "a path uses a namespace prefix that is not declared",
        "Prefixes in XML paths are the job's own, not those of the file: declare them in `[input.namespaces]`, such as\n\
         `cbc = \"urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2\"`. A name without a prefix matches any namespace.";
    MAPPING_OPTION = "D0104", "an option of the mapping or the input cannot be used",
        "The option does not fit the type of the field or the format of the input, or its value cannot be read. Money has a `currency`,\n\
         dates have a `date` pattern (`yyyy-MM-dd`, `dd.MM.yyyy`, `yyyyMMdd`, `yyyy-MM-dd*`), numbers a `decimal` and a `group` sign.";
    MAPPING_CONSTANT = "D0105", "a constant is not of the field's type",
        "A `value` or `default` must be of the type that the data contract declares, and is written the same way whatever the source looks\n\
         like: `1234.50`, `2026-09-30`, `true`.";
    MAPPING_LIST = "D0106", "this input cannot fill a list",
        "A CSV row has no repeated parts. Give a second file of lines with `[input.lines]`, joined by a key column, and name the one list\n\
         that it fills.";
    INPUT_ENCODING = "D0201", "the encoding of an input file is not supported",
        "Input is read as UTF-8, UTF-16, Windows-1252, ISO-8859-15 or another single-byte encoding of the WHATWG list. A byte order\n\
         mark decides, then `encoding` in the job file, then an XML declaration, then UTF-8.";
    INPUT_HEADER = "D0202", "the header row of a CSV file cannot be used",
        "The first row must name the columns, each once, or the job names them with `columns`.";
    INPUT_COLUMN = "D0203", "a CSV file lacks a column",
        "A column that the mapping or the data contract needs is not in the header row.";
    INPUT_LINES = "D0204", "the lines file does not fit its records",
        "Records and lines must be in the same order of the key: all lines of the first record, then all lines of the second, and so on. A\n\
         line whose key is out of order or matches no record would be lost silently, so the job stops. Sort both files by the key,\n\
         or correct the line.";

    // ---- records that are held
    RECORD_JSON = "R0301", "not valid JSON",
        "The line is not one JSON object as RFC 8259 defines it. A cut-off last line is reported so too: the transfer was likely\n\
         interrupted.";
    RECORD_ENCODING = "R0302", "not valid text in the encoding of the file",
        "Bytes of the record are no text in the encoding of the file, often one field in Windows-1252 inside a UTF-8 file. Correct\n\
         the source, or declare the encoding of the whole file.";
    RECORD_TOO_LARGE = "R0303", "larger than a record may be",
        "A record of this size is far more likely a missing line end or end tag than a customer.";
    RECORD_NESTING = "R0304", "nested too deeply",
        "Arrays, objects or elements are nested deeper than any business document is.";
    RECORD_FIELD_MISSING = "R0305", "a required field is missing",
        "The data contract declares the field as required. Correct the source, give the mapping a `default`, or declare the field\n\
         as optional and let the layout cope without it.";
    RECORD_NOT_NUMBER = "R0306", "text where an amount or number should be",
        "The value is not a number in the notation the mapping declares (`decimal`, `group`). Nothing is guessed: `1.234` is one amount\n\
         in Zurich and another in Berlin.";
    RECORD_NOT_DATE = "R0307", "not a date that exists",
        "The value is not written as the mapping's `date` pattern says, or there is no such day, such as 30 February.";
    RECORD_WRONG_KIND = "R0308", "the wrong kind of value",
        "An object, list or truth value stands where a text, number or date should, or the other way round.";
    RECORD_DUPLICATE_KEY = "R0309", "a key occurs twice",
        "An object has the same key twice, and programs differ in which they believe.";
    RECORD_ROWS = "R0310", "too many rows", "The lists of the record have more rows than any document can show.";
    RECORD_TEXT_TOO_LONG = "R0311", "a text is too long", "A single text is larger than any layout can show.";
    RECORD_COLUMNS = "R0312", "a CSV row has the wrong number of fields",
        "The row has more or fewer fields than the header row, most often because of a delimiter inside a text that is not quoted.";
    RECORD_QUOTES = "R0313", "CSV quotes do not close",
        "A quoted field is never closed, or text follows its closing quote. A quote inside a quoted field is written twice (RFC 4180).";
    RECORD_XML = "R0314", "not well-formed XML",
        "The record breaks the rules of XML 1.0: an end tag that does not match, an attribute twice, a character that XML forbids, an\n\
         undeclared prefix or entity.";
    RECORD_DTD = "R0315", "a document type declaration",
        "Document type declarations and the entities they define are refused: they can expand without limit and read other files.";
    RECORD_NO_ELEMENT = "R0316", "the file has no record element",
        "No element of the file is the record element that the job declares.";
    RECORD_TRUNCATED = "R0317", "the file ends too early",
        "The file ends before its outer elements are closed, so records may be missing at its end. Fetch it again.";
    RECORD_NOT_BOOLEAN = "R0318", "neither true nor false", "Read as truth values are `true`, `false`, `yes`, `no`, `y`, `n`, `1` and `0`.";
    RECORD_CURRENCY = "R0319", "an amount without a currency",
        "The mapping reads the currency from the record, and there is none or it is not a code of three letters (ISO 4217).";
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
    RECORD_LAYOUT = "R0407", "no layout takes this record",
        "Every `[[layout]]` of the job has a `when`, and none of them holds for this record. Add a layout without `when` as the last.";
    RECORD_BUG = "R0499", "this program failed at a record",
        "An assertion of this program does not hold for the record. That is our fault, not the data's: the record is held, the others\n\
         go on, and the job is not closed as complete. Please report it with the record.";
}
