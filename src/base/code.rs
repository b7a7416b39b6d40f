//! Every code a diagnostic can carry.
//!
//! Takes nothing, gives the long forms that `pressrun explain` prints. A code is never reused for another fault.
//! J = job file, L = layout, E = expression, D = data and input, M = the mail, A = the archive, R = a record that is held, W = the world.

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
    EXPR_UNKNOWN_FUNCTION = "E0104", "there is no such function",
        "The functions are listed in docs/layout.md (`pressrun manual layout`). What changes how a value is printed, such as `money` or\n\
         `upper`, is a filter and stands behind a bar.\n\
         \n\
         wrong: {upper(name)}      right: {name | upper}";
    EXPR_UNKNOWN_FILTER = "E0105", "there is no such filter",
        "The filters are listed in docs/layout.md (`pressrun manual layout`). What calculates, such as `sum` or `round`, is a function and\n\
         takes its arguments in brackets.\n\
         \n\
         wrong: {amount | round 2}      right: {round(amount, 2)}, or only printed so: {amount | number 2}";
    EXPR_ARGUMENTS = "E0106", "wrong arguments",
        "A function or filter got too many or too few arguments, or one that it cannot read. Functions take theirs in brackets with\n\
         commas, filters theirs after a space.\n\
         \n\
         wrong: {due | date('d MMM')}, {sum(lines)}      right: {due | date 'd MMM'}, {sum(lines.amount)}";
    EXPR_NOT_HERE = "E0107", "this is not available here",
        "`running(...)` works only in the rows, carry rows and foot of a table with `rows=`; `page` and `pages` only in regions of\n\
         a page master, because the body does not know its page before it is paginated.";
    EXPR_UNKNOWN_TABLE = "E0108", "the job has no such table", "`lookup` reads the tables of codes that the job file names in `[tables]`.";
    EXPR_UNKNOWN_CODE = "E0109", "the table has no such code",
        "A code that is written in the layout or the job file must be in the table. Add a row to the table, or correct the code.";

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

    BOUNCE_RULES = "D0310", "a table of rules for bounces cannot be used",
        "`pressrun bounces --rules` reads CSV in UTF-8 with the columns `step` (0, 1 or 2), `status` (`5.1.1`, `5.7.2*`), `code` (`550`, `55*`), `text`\n\
         (phrases between `|`, with `*` for anything), `class` and `reason`. The first row that matches decides: those of step 0 see all that is\n\
         written, those of step 1 what the other side said, those of step 2 are asked last. Classes are hard, soft, blocked, configuration,\n\
         content, complaint, auto-reply, delayed and delivered.";

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
    RECORD_MARK = "R0440", "a mark cannot be made for this record",
        "A mark of the job (`[[print.mark]]`) says something that comes from the record, such as the routing code of the post, and its symbology\n\
         has no code for it. The piece would leave the press without its mark, or with a wrong one.";
    RECORD_CLEAR_ZONE = "R0441", "the document paints into the clear zone of a mark",
        "Cameras find a mark of the inserter or of the post by the white around it (`clear` of `[[print.mark]]`). Something of this document stands\n\
         there. With `on-touch = \"report\"` such documents are printed all the same.";
    RECORD_ADDRESS = "R0403", "the address has too many lines",
        "The address block has room for the number of lines that `lines-max` says. More would be cut off by the window of the envelope.";
    RECORD_TOO_HIGH = "R0404", "something does not fit the page",
        "A line, an image, a box or region of fixed height, or a table's foot is higher than the room any page has for it, or a barcode\n\
         is wider than its room: a long payload makes a wide code. Give it more room, a smaller `module`, or another symbology.";
    RECORD_GLYPH = "R0405", "a character has no glyph",
        "None of the faces of the style's font family and its fallback families has a glyph for a character of this record. It would\n\
         print as an empty box. Add a family that covers it to `fallback`, or let the job report instead of hold (`missing-glyphs`).\n\
         No font has one for a control character (U+0007, say): such a byte in the data is most often a fault of whoever wrote it.";
    RECORD_LIMIT = "R0406", "a document passes a limit",
        "A document has more pages, or a text more bytes, than the limits of this program allow.";
    RECORD_CHART = "R0420", "a chart cannot be drawn of this record's values",
        "A pie has no slice for a negative value; more bars or slices than a reader can tell apart, values of two currencies and\n\
         values further apart than 28 digits make no picture. The reason names the limit. Choose rows with `where(…)`, or another\n\
         type of chart: a line shows up to 100,000 values, and thins them to what paper can show.";
    RECORD_CHOICE = "R0422", "a picture that the record chooses is not there",
        "The folder of a `<picture>` had no picture of the name that the record makes when the job was planned. A name is the path from the folder,\n\
         capitals and small letters told apart, with its ending. Put the picture there and run again, or give the element a\n\
         `missing` picture that stands in its place.";
    RECORD_PICTURE = "R0421", "a picture cannot show this record's values",
        "A text that is merged into an SVG picture is one line, and becomes at most half as large to fit its room: what `textLength` says, or\n\
         else what there is to the edge of the picture. Give it more room, or cut the value: `{name | truncate 30}`.";
    RECORD_KEEP = "R0409", "what should stay together does not",
        "Something that the layout keeps together (`break-inside`, `break-after` or `break-before` with `avoid`, rows that stay with\n\
         the next, `columns`) is higher than a page, so a page ends inside it all the same. The document is composed and not held;\n\
         this is told so that somebody can look at it.";
    RECORD_LINK = "R0411", "a link leads nowhere",
        "The `href` of a link, made of this record's values, is no link: it begins with no scheme that a document may link to\n\
         (`https:`, `http:`, `mailto:`, `tel:`), holds spaces, or ends after its scheme. Links that run something are never written.\n\
         Put the `<a>` under an `<if test=\"exists(…)\">` where the address may be missing.";
    RECORD_PAGES = "R0410", "a document has more pages than the layout allows",
        "The body of the layout says how many pages a document may have (`pages-max`), such as those that one envelope holds. Blank\n\
         pages that `pages` and `break-before=\"odd-page\"` add count too. The record is held; give the layout more room or a higher number.";
    RECORD_REQUIREMENT = "R0430", "a requirement of the layout does not hold",
        "The layout or its base says `<require test=\"…\"/>`, and the test does not hold for this record: totals that do not agree, a field that\n\
         must have a value. The reason is the message of the requirement. Correct the source; a test that is not meant for all records\n\
         has a `when`. An absent value makes a test fail: `exists(…)` asks for it, `??` gives another in its place.";
    RECORD_CLAUSE = "R0431", "a required clause is not where it must be",
        "The layout or its base says `<require clause=\"…\"/>`, and in the document the clause is missing (an `if` or `choose` took it away),\n\
         empty, of another version, on another page, outside of its region or box, or printed smaller than `min-font-size`. The\n\
         reason says which, and what was found.";
    RECORD_FONT_SIZE = "R0432", "a text is smaller than the layout requires",
        "The layout or its base says `<require min-font-size=\"…\"/>`, and the document has a character that is smaller: in a `sup`, a style, or\n\
         because `shrink-to` made a text smaller. The reason shows it.";
    RECORD_OVERFLOW = "R0433", "text reaches out of its room",
        "The layout or its base says `<require no=\"overflow\"/>`, and a text of the document is wider than the box, cell or region it stands in\n\
         (a word that cannot be divided, `white-space=\"nowrap\"`), begins in a box and ends below it (a placed block), or reaches over the\n\
         edge of the page.";
    RECORD_SHRUNK = "R0412", "text is smaller than the layout wants it",
        "A box or region has `shrink-to`, and its content fits only in a smaller size. The document is composed and not held; this is\n\
         told so that somebody can look at it. What does not fit in the least size either holds its record.";
    RECORD_LOCALE = "R0408", "the record names a locale the job does not know",
        "The job takes the locale from the record, and the record names one that is not among `locales`, not even by its language.";

    // ---- records that are held because of their channel
    RECORD_UNREACHABLE = "R0490", "no channel reaches the recipient",
        "The rule that decides about the document sends it by a channel for which the record has no address, or a broken one, and no\n\
         fallback of the job leads to one that works. Correct the address, or give the channel a fallback that always works:\n\
         \n\
         [[channels.fallback]]\n\
         from = \"email\"\n\
         to = \"print\"";
    RECORD_CHANNEL = "R0492", "a channel of several does not reach the recipient",
        "The rule sends the document by several channels; one of them has no address of the recipient, or a broken one, and no fallback. The\n\
         document goes by the others. Correct the address, or give the channel a fallback.";
    RECORD_MESSAGE = "R0491", "the message of a document cannot be written",
        "Its text would be too long for its channel, or something in it cannot be sent. The reason says what; the limits are in docs/channels.md.";

    // ---- records that are held because of their mail
    RECORD_UNDELIVERABLE = "R0450", "no post delivers to the address",
        "The address lacks what its country needs, or its postcode is none of that country; the reason says which. Correct the source, or let the\n\
         job put such records aside after they are printed: `undeliverable = \"divert\"` in `[mail]`. What a country needs is a row of\n\
         `data/address_formats.csv`, which `address-formats` of the job replaces.";
    RECORD_STALE_ADDRESS = "R0451", "a corrected address was made from another one",
        "The row of `corrected` for this record was made from another address than the record has now: the data changed since `pressrun address\n\
         export`. Export again, have the file coded again, and run with that.";

    // ---- records that get no message
    RECORD_EMAIL_SIZE = "R0470", "an e-mail is too large",
        "The HTML or the text of the e-mail is larger than 5 MB, which no mail server takes. Show less of a long list in the e-mail: a table with\n\
         `only=\"pages\"` in the body, and a short one in `<email>`.";
    RECORD_EMAIL_SUBJECT = "R0471", "an e-mail has no subject that can be sent",
        "The subject of the layout's `<email>` is empty for this record, or subject or preheader is longer than 998 bytes.";
    RECORD_SMS_LENGTH = "R0472", "an SMS is too long",
        "The text needs more segments than `segments-max` of `<sms>` allows. A single character outside the alphabet of GSM 03.38 makes\n\
         segments of 70 characters out of those of 160: `transliterate=\"true\"` replaces such characters where they have a plain form.";
    RECORD_RENDITION = "R0473", "a value is not the same in all renditions",
        "A value of the record is on the pages and not in the e-mail or SMS made of it, or the other way round. This is a fault of Pressrun: the\n\
         record is held, and nothing of it is sent. Please report it with the record.";
    RECORD_EMAIL_CLIPPED = "R0474", "an e-mail is so long that it is cut off",
        "Gmail shows the first 102 KB of a message and hides the rest behind a link. The e-mail is whole; consider showing less of a long list.";

    // ---- the job file
    JOB_SYNTAX = "J0101", "the job file is not TOML",
        "Job files are TOML 1.0 (toml.io). Texts stand in quotes, dates do not, and a table begins with its name in brackets.";
    JOB_UNKNOWN_KEY = "J0102", "a key that does not exist",
        "Unknown keys are errors: a misspelt key would otherwise be a setting that silently does nothing. All keys are in docs/job.md,\n\
         or `pressrun manual job`.";
    JOB_MISSING_KEY = "J0103", "a required key is missing", "The job cannot run without it. All keys are in docs/job.md.";
    JOB_WRONG_TYPE = "J0104", "a value of the wrong type", "TOML distinguishes texts (in quotes), numbers, dates, lists and tables.";
    JOB_VALUE = "J0105", "a value that is not possible", "The value is outside the range of the key, or not one of its words.";
    JOB_FILE = "J0201", "a file that the job names cannot be read",
        "Paths in a job file start from its folder. Images named by a layout start from the folder of the layout and must stay below it.";
    JOB_NO_INPUT = "J0202", "there is no input file",
        "`files` names files or patterns such as `data/*.ndjson`. A pattern that matches nothing is a fault: an overnight run must not end\n\
         well because the data never came.";
    JOB_LINES = "J0203", "files of records and files of lines do not pair", "Each file of records has one file of lines, in the same order.";
    JOB_TABLE = "J0204", "a table of codes cannot be used",
        "A table is CSV in UTF-8: the first row names the columns, the first column is the code, the others are the texts of languages.\n\
         Every code stands once and has a text in the first language.";
    MESSAGE = "J0205", "a message cannot be used",
        "A message is a Markdown file with a head: TOML between two lines `+++`. Its text has paragraphs, headings, lists, links and bold,\n\
         italic or struck text, with `{expressions}` of the layout it comes to stand in. Its head may name slots, a segment (whom it is\n\
         for), its first and last day, a priority, a greatest height and one picture. See docs/messages.md.";
    JOB_CONTRACT = "J0301", "two layouts need one field in different ways",
        "All layouts of a job bind the same records, so a field has one type, and a list one set of row fields in one order.";
    JOB_UNREACHABLE = "J0302", "a layout that no record can take", "A record takes the first layout whose `when` holds; one without `when` takes all that come to it.";
    JOB_SORT = "J0303", "the mail cannot be sorted by this", "Sort expressions give texts, numbers, amounts, dates, or true and false.";
    JOB_FONT = "J0401", "a font cannot be used",
        "Fonts are static TrueType or OpenType files that may be embedded. Families are named in `[fonts.<name>]`; the built-in ones are\n\
         always there.";
    JOB_MEDIA = "J0402", "the papers of the job do not fit its layouts",
        "`[print.media]` renames what page masters ask for with `media=`. A name that no master uses is likely misspelt.";
    JOB_LATE = "J0403", "a late text cannot be printed",
        "A late text stands at `left` or `right` and at `top` or `bottom`, and its font must have all of its characters.";
    JOB_LOCALE = "J0404", "there is no such locale", "A language tag (BCP 47) is a language and perhaps a script and region: `de`, `en-US`, `zh-Hant-TW`.";
    JOB_MARK = "J0411", "a mark cannot be printed",
        "A mark is a barcode with a `value`, or a track of optical marks (`omr`) with the `profile` of an inserter. It stands at `x` and `y` from a\n\
         corner of the page and must lie on it. Its value sees its place in the mail and nothing of the record but `routing`, `postcode` and\n\
         `document`; it must be one that the symbology can encode, for all pieces of the job.";
    JOB_OMR = "J0412", "a profile of optical marks cannot be used",
        "A profile is what the manual of an inserter says of its track: what each position means, pitch and size of the marks, the range\n\
         of its counters. A track has a mark that is always printed, at most one parity, and all binary digits of its counters.";
    JOB_CLEAR_ZONE = "J0413", "the clear zone of a mark is not clear",
        "Cameras find a mark by the white around it. What is printed there makes them stop or, worse, read something else. Move the mark, or\n\
         the region of the page master; `clear` sets the zone of a mark, and with `on-touch = \"report\"` this is a warning.";

    // ---- the channels of a job
    JOB_CHANNELS = "J0600", "the channels of the job cannot be planned",
        "`[channels]` says which way a document takes: `print`, `email`, `sms`, `archive` or a `[[webhook]]` of the job. A rule has a name of its\n\
         own and says either `to` or `suppress`; a channel that rules name has its section (`[email]`, `[sms]`, `[[webhook]]`), and fallbacks do\n\
         not go round in circles.";
    CHANNEL_TABLE = "J0601", "a table of preferences cannot be used",
        "Preferences are CSV in UTF-8 with the columns `customer`, `channels`, `valid-from`, and if wanted `type`, `valid-until`, `consent`.\n\
         `channels` names channels of the job between spaces, or is `none`; days are written 2026-10-01.";

    JOB_DELIVERY = "J0610", "the delivery of the job cannot be planned",
        "`[email.smtp]` names the server that `pressrun deliver` hands messages to: its `host`, and if wanted `port`, `tls`, who logs in (`user` with\n\
         `password-file` or `password-env`), how fast and how often. Times are written `500ms`, `30s`, `15min`, `4h` or `3d`. The password itself\n\
         never stands in the job.\n\
         \n\
         wrong: retry = \"15 minutes\"      right: retry = \"15min, 1h, 4h\"";

    // ---- the mail of a job
    JOB_ARCHIVE = "J0630", "the archive of the job cannot be planned",
        "`[archive.keys]` names what documents are found by: a text, a date, an amount or a whole number of each record. `[archive.retention]`\n\
         names a class of the retention table for each layout. The message says which of them cannot be, and why.\n\
         \n\
         wrong: customer = \"transactions\" (a list)      right: customer = \"account.no\"";
    JOB_MAIL = "J0501", "the mail of the job cannot be planned",
        "`[mail]` says where mail is posted, how the address of a record is made, and which envelopes, papers and inserts there are.\n\
         Names are told apart in reports, so each stands once; folds fit the fold; what is weighed has a weight.";
    JOB_WINDOW = "J0503", "a window shows too little or too much",
        "A folded sheet slides in its envelope. The address must lie where the window shows it however the sheet lies, and nothing else where\n\
         it may ever show: neither a region, nor a late text or mark, nor text of the body. The message says by how many millimetres it\n\
         misses. A mark or barcode that the window always shows whole is allowed: posts read it there. What stands in the region of the\n\
         address belongs to it, such as the line of the sender.\n\
         \n\
         A4, fold `z`, in `C5/6` (114 by 229 mm, window 90 by 45): always seen are 71 by 36 mm, 20 mm from the left of the sheet.";
    MAIL_TABLE = "J0502", "a table of the mail cannot be used",
        "Formats of addresses, words for comparing, envelopes and lists of who gets no mail are CSV in UTF-8: the first row names the\n\
         columns, and a text with a comma stands in double quotes. The tables of the program are in its folder `data/`.";

    // ---- the world
    WORLD_FILE = "W0101", "a file or folder cannot be read or written",
        "The disk is full, a folder is not writable, or a file has gone. Everything committed so far is whole; running the job again\n\
         goes on from there.";
    WORLD_LOCKED = "W0102", "another run works in the output folder",
        "Two runs in one folder would overwrite each other. Wait for the other, or give this one a folder of its own with `--out`.";
    WORLD_OTHER_PLAN = "W0103", "the output folder holds another job",
        "The folder was made from another job file, layout, font, image, data or version of Pressrun. Mixing the two would give mail that\n\
         nobody can account for. Use another folder with `--out`, or delete this one.";
    WORLD_INPUT_CHANGED = "W0104", "the data changed",
        "An input file was changed, replaced or cut off while it was read, or since the run that is to be resumed. Nothing made\n\
         from changed data is kept. Put the file back and run again, or start anew in another output folder.";
    WORLD_HOLD_LIMIT = "W0105", "too many records are held",
        "More records are held than `hold-limit` allows, so the data or the layout is likely wrong as a whole. What is complete stays. Those\n\
         held so far are in `held.ndjson`, `pressrun status` counts them by reason; correct the data and use another output\n\
         folder, or raise the limit and run again.";
    WORLD_INTERRUPTED = "W0106", "the run was stopped", "What is complete stays; running the job again goes on from there.";
    WORLD_LEDGER = "W0107", "the ledger cannot be used",
        "`ledger.sqlite` in the output folder is damaged, from another version, or its disk is full.";
    WORLD_BALANCE = "W0108", "the books do not balance",
        "The sums of the ledger contradict each other, so something was lost or doubled. The job is not closed. This is a fault of Pressrun\n\
         or of the disk: please report it, keep the folder, and compose the job anew in another one.";
    WORLD_DAMAGED = "W0109", "an output file is not what was written",
        "A file of the output folder is missing, or its bytes are not those the ledger knows. Delete the damaged file and run the job again: what is\n\
         missing is made again, byte for byte.";
    WORLD_PROGRAM = "W0110", "Pressrun failed",
        "A record made the program fail, and was held for it. The job cannot be closed as complete: please report the fault.";
    WORLD_FOREIGN = "W0112", "the output folder holds files of somebody else",
        "A run writes `manifest.csv`, `held.ndjson`, `report.html` and the folders `volumes`, `print` and `plan`. The folder has one of these,\n\
         but neither a ledger nor a frozen plan that accounts for it, so that a run would overwrite what it did not make: perhaps the\n\
         data of the job itself. Use a new or empty folder with `--out`.";
    WORLD_REFUSED = "W0113", "the account of the pieces does not allow it",
        "What is asked for does not fit how the pieces stand: a piece that was pulled or is with the post cannot be printed again, a tray\n\
         with a piece that nobody has seen cannot be handed over, a run with an open alarm cannot be closed. Nothing was changed.";
    WORLD_SERIALS = "W0114", "there are no serial numbers",
        "The book of serial numbers (`[mail.serials]`) has no range for the job that no other job of the mailer has within the days a\n\
         number must rest, or it cannot be read or written. Nothing was printed: numbers are taken before print files are made.";
    WORLD_ARGUMENT = "W0111", "the command cannot be carried out", "An argument names something that is not there.";
    RECORD_LAYOUT = "R0407", "no layout takes this record",
        "Every `[[layout]]` of the job has a `when`, and none of them holds for this record. Add a layout without `when` as the last.";
    RECORD_BUG = "R0499", "this program failed at a record",
        "An assertion of this program does not hold for the record. That is our fault, not the data's: the record is held, the others\n\
         go on, and the job is not closed as complete. Please report it with the record.";
    // ---- layouts: the file
    LAYOUT_SYNTAX = "L0201", "the layout is not well-formed XML",
        "A layout is an XML file: one `<layout>` element, every start tag closed, every attribute value in quotes, `<` and `&`\n\
         in texts written `&lt;` and `&amp;`. In comparisons write `lt`, `le`, `gt`, `ge` instead of `<`, `<=`, `>`, `>=`.\n\
         \n\
         wrong: <if test=\"closing < 0\">      right: <if test=\"closing lt 0\">\n\
         wrong: <td align=right>             right: <td align=\"right\">";
    LAYOUT_NESTING = "L0202", "elements are not nested properly",
        "Every element ends inside the element it began in, with its own name. The message names the element that was still\n\
         open and the line it was opened on.\n\
         \n\
         wrong: <tr><td>Total</tr>      right: <tr><td>Total</td></tr>";
    LAYOUT_DUPLICATE_ATTRIBUTE = "L0203", "an attribute is given twice",
        "An element has each attribute once; which of two would count cannot be known. Remove one.\n\
         \n\
         wrong: <p style=\"a\" style=\"b\">      right: <p style=\"a\">";
    LAYOUT_ENTITY = "L0204", "there is no such entity",
        "XML knows five names, `&amp;` `&lt;` `&gt;` `&quot;` `&apos;`, and characters by number (`&#8364;`, `&#x20AC;`). The names of\n\
         HTML do not exist; write the character itself, or its number where it is hard to see (no-break space: `&#160;`).\n\
         \n\
         wrong: Müller &nbsp; Sohn, R&D      right: Müller &#160; Sohn, R&amp;D";
    LAYOUT_DTD = "L0205", "a layout cannot have a document type",
        "`<!DOCTYPE …>` can define entities and name other files, which is a way to read files of the machine or to fill its\n\
         memory. Pressrun refuses it wherever it stands. Remove it; no layout needs it.";
    LAYOUT_TOO_LARGE = "L0206", "the layout is too large",
        "A layout has at most 8 MiB, 64 levels of elements, 2,000 fields and 65,535 text styles. A layout beyond that is\n\
         usually made by a program that repeats what `extends`, `for` or a table could say once. A file of texts has at most 1 MiB, a text\n\
         32 KiB and 64 levels with the texts it contains.";

    // ---- layouts: elements and attributes
    LAYOUT_UNKNOWN_ELEMENT = "L0207", "there is no such element",
        "The element is not part of the layout language. Its names are those of HTML where HTML has one (`p`, `table`, `tr`,\n\
         `td`, `ul`, `img` …); docs/layout.md lists all of them.\n\
         \n\
         wrong: <para>Hello</para>      right: <p>Hello</p>";
    LAYOUT_UNKNOWN_ATTRIBUTE = "L0208", "the element has no such attribute",
        "Attributes are those of HTML and the property names of CSS, and each element takes some of them; docs/layout.md lists\n\
         which. Nothing is ignored silently, because a misspelt attribute would only be seen in print.\n\
         \n\
         wrong: <p colour=\"red\">      right: <p color=\"red\">";
    LAYOUT_NOT_ALLOWED = "L0209", "an element is not allowed here",
        "The element exists, but not in this place: rows stand in tables, cells in rows, blocks in the body, in regions, boxes,\n\
         columns, cells and list items, and only inline elements (`b`, `span`, `br` …) inside a paragraph.\n\
         \n\
         wrong: <p>Total <table> … </table></p>      right: <p>Total</p> <table> … </table>";
    LAYOUT_TEXT_NOT_ALLOWED = "L0210", "text is not allowed here",
        "Text stands in paragraphs, headings, cells, list items and inline elements. A cell or box that holds blocks cannot hold\n\
         bare text beside them: put it in a `<p>`.\n\
         \n\
         wrong: <body>Dear customer</body>      right: <body><p>Dear customer</p></body>";
    LAYOUT_MISSING_ATTRIBUTE = "L0211", "a required attribute is missing",
        "The element means nothing without this attribute.\n\
         \n\
         wrong: <img alt=\"our logo\"/>      right: <img src=\"logo.png\" alt=\"our logo\"/>";
    LAYOUT_MISSING_CONTENT = "L0212", "something is missing inside an element",
        "The element means nothing without a child: a layout needs a `<page>` and a `<body>`, a `<choose>` a `<when>`, a list of\n\
         the data contract its fields, a table its rows, a list (`ul`, `ol`) its items.\n\
         \n\
         wrong: <list name=\"lines\"/>      right: <list name=\"lines\"> <field name=\"text\" type=\"text\"/> </list>";
    LAYOUT_VALUE = "L0213", "an attribute has a value it cannot take",
        "The attribute takes one of a few words, or a value of a certain shape; the hint says which.\n\
         \n\
         wrong: <p text-align=\"middle\">      right: <p text-align=\"center\">";
    LAYOUT_LENGTH = "L0214", "a length cannot be read",
        "A length is a decimal number and a unit without a space between: `pt` (1/72 inch), `mm`, `cm`, `in`, `pc` (12 pt) or `px`\n\
         (1/96 inch). Only 0 needs no unit. Units that depend on a font or a window (`em`, `rem`, `vw`) do not exist, and a\n\
         percentage only where the manual says so. Margins and positions may be negative, sizes may not.\n\
         \n\
         wrong: font-size=\"9\"  margin-top=\"1,5mm\"      right: font-size=\"9pt\"  margin-top=\"1.5mm\"";
    LAYOUT_COLOR = "L0215", "a colour cannot be read",
        "A colour is `#rgb`, `#rrggbb` or one of the basic names of CSS (`black`, `silver`, `gray`, `white`, `maroon`, `red`, `purple`,\n\
         `fuchsia`, `green`, `lime`, `olive`, `yellow`, `navy`, `blue`, `teal`, `aqua`, `orange`, `transparent` for no fill).\n\
         \n\
         wrong: color=\"12ab34\"      right: color=\"#12ab34\"";
    LAYOUT_NUMBER = "L0216", "a number cannot be read",
        "The attribute takes a number of a certain range; the message names it.\n\
         \n\
         wrong: colspan=\"two\"      right: colspan=\"2\"";
    LAYOUT_UNKNOWN_STYLE = "L0217", "there is no such style",
        "`style=` and `extends=` name a `<style>` of the same layout. It may stand anywhere in the layout, before or after its use.\n\
         An element takes one style; combine two by letting one extend the other.\n\
         \n\
         wrong: <p style=\"small grey\">      right: <style name=\"small-grey\" extends=\"small\" color=\"gray\"/> … <p style=\"small-grey\">";
    LAYOUT_CYCLE = "L0218", "styles, pages or layouts extend themselves",
        "A chain of `extends=` comes back to where it began, so that no first definition exists. The message shows the chain.\n\
         Remove one of its `extends=`.";
    LAYOUT_DUPLICATE_NAME = "L0219", "a name is given twice",
        "Fields of one list, styles, pages, and regions of one page each have names of their own. A field can also not be the\n\
         group of another (`customer` beside `customer.name`). A row of `for` or of a table cannot be named like a field or like\n\
         another row that is visible there.";
    LAYOUT_UNUSED_STYLE = "L0220", "a style is never used",
        "No element and no other style names this style. Usually the name is misspelt where it should be used; otherwise remove it.\n\
         This is a warning: the layout works. A style that is named like an element (`h1`, `td`) is the default style of\n\
         that element and counts as used if there is one.";
    LAYOUT_FONT = "L0221", "there is no such font",
        "`font-family=` names a font family that Pressrun ships or that the job declares, and the family must have the face that\n\
         weight and style ask for: bold and italic are never faked.";
    LAYOUT_UNKNOWN_PAGE = "L0222", "there is no such page or region",
        "`extends=` of a page names another page of the layout, `without=` the regions of the extended page that are left out.\n\
         \n\
         wrong: <page name=\"rest\" extends=\"frist\">      right: <page name=\"rest\" extends=\"first\">";
    LAYOUT_BODY_AREA = "L0223", "the body area is too small",
        "What the margins leave of a page is the body area. It must be at least 20 pt wide and high, or nothing could be placed\n\
         in it. Check the margins (order: top, right, bottom, left) and the units.\n\
         \n\
         wrong: size=\"A4\" margin=\"20cm\"      right: size=\"A4\" margin=\"20mm\"";
    LAYOUT_PLACE = "L0224", "a place is contradictory or outside",
        "A region or placed box must lie on its page or in its box, and its place must be said once: `left` and `right`, or one of\n\
         them and `width`, but not all three; the same for `top`, `bottom` and `height`. `left`, `top`, `right` and `bottom` belong to\n\
         regions and to the children of a box.\n\
         \n\
         wrong: left=\"20mm\" right=\"20mm\" width=\"60mm\"      right: left=\"20mm\" width=\"60mm\"";
    LAYOUT_TOO_WIDE = "L0225", "something is wider than the room it has",
        "Fixed columns, an image or a box are together wider than the area that holds them: the body area of the narrowest\n\
         page, a region, a box, a cell. The message gives both numbers. Use `fr` for a column that takes what is left.\n\
         \n\
         wrong: columns=\"100mm 100mm\" on 174 mm      right: columns=\"100mm 1fr\"";
    LAYOUT_TOO_HIGH = "L0226", "something is higher than the room it has",
        "An image, a box or a row of fixed height is higher than the body area or the region that holds it, so no page\n\
         could ever take it.";
    LAYOUT_PERCENT = "L0227", "percentages are over 100",
        "Columns in percent are parts of the width of their table; together they cannot be more than 100 %.\n\
         \n\
         wrong: columns=\"60% 50%\"      right: columns=\"60% 40%\", or columns=\"60% 1fr\"";
    LAYOUT_COLUMNS = "L0228", "a row does not fit the columns of its table",
        "Each row must cover the columns of its table: count the cells with their `colspan`, and those that reach down from the\n\
         rows above by `rowspan`. A row with too many is an error; a row with too few is a warning, its right end stays empty.\n\
         \n\
         wrong: columns=\"1fr 1fr\" with <td colspan=\"3\">      right: <td colspan=\"2\">";
    LAYOUT_ROWSPAN = "L0229", "a rowspan reaches beyond its rows",
        "A cell may reach down only within the rows that come together: the rows of the head, of the foot, of a carry row, or\n\
         the rows one round of a repetition makes. Cells under `if` or `choose` cannot reach down, because the cells below\n\
         could not know where to stand.";
    LAYOUT_NOT_A_LIST = "L0230", "this is not a list",
        "`each=`, and `rows=` of tables, rows and items, repeat for the rows of a list: `name in list`. The name is yours and means\n\
         the row inside the element.\n\
         \n\
         wrong: rows=\"transactions\"      right: rows=\"t in transactions\"";
    LAYOUT_IMAGE = "L0231", "an image cannot be used",
        "The file of `src=` is missing, outside the folder of the layout, damaged, or no PNG, JPEG or SVG. The path counts from the folder\n\
         of the layout file, and what it leads to must be below that folder.";
    LAYOUT_SVG = "L0270", "an SVG picture cannot be drawn",
        "Paths, shapes, texts, gradients, clips, markers, symbols and opacity are drawn, as paths and never as pixels. What is not drawn\n\
         is refused and never left out: masks, filters, patterns, blend modes, pictures inside the picture, scripts, animations, entities, style\n\
         rules that begin with `@`, and whatever is outside the file. References cannot lead in a circle. Texts are set in the font families\n\
         of the job. Most drawing programs can flatten the rest, or save it as plain SVG.\n\
         \n\
         wrong: <use href=\"icons.svg#tick\"/>      right: <use href=\"#tick\"/>, with the symbol in the same file";
    LAYOUT_PICTURES = "L0271", "a folder of pictures cannot be used",
        "`from=` of a `<picture>` names a folder in the folder of the layout or below it. Every PNG, JPEG and SVG in it and in its folders is read\n\
         when the job is planned, because a record may choose any of them: one that is damaged is a fault, and so are more pictures\n\
         or bytes than one job may choose among.";
    LAYOUT_BARCODE_TYPE = "L0232", "there is no such barcode",
        "`type=` of a barcode names a symbology: docs/layout.md lists them with an example each.\n\
         \n\
         wrong: type=\"code-128\"      right: type=\"code128\"";
    LAYOUT_BARCODE = "L0233", "a barcode cannot be made",
        "The option does not belong to the symbology, or the fixed payload cannot be encoded by it: too long, characters\n\
         it does not have, a wrong check digit. A payload from the data is checked for each record instead.";
    LAYOUT_CHART = "L0250", "a chart cannot be drawn",
        "A chart wants room for its texts, and a pie one series: its slices are the rows of the list.\n\
         \n\
         wrong: <chart type=\"pie\" …> <series value=\"m.paid\"/> <series value=\"m.open\"/> </chart>\n\
         right: <chart type=\"stacked-bar\" …> <series value=\"m.paid\" name=\"Paid\"/> <series value=\"m.open\" name=\"Open\"/> </chart>";
    LAYOUT_FIELD_TYPE = "L0234", "a field has no such type",
        "Fields are `text`, `decimal`, `money`, `integer`, `boolean` or `date`. Rows are declared with `<list>`. Amounts of money are `money`,\n\
         never `decimal`, so that their currency is kept.\n\
         \n\
         wrong: type=\"string\"      right: type=\"text\"";
    LAYOUT_NAME = "L0235", "a name cannot be used",
        "Names of fields, rows and lists begin with a letter and go on with letters, digits and `_`; fields are grouped\n\
         with dots (`customer.name`). Names of styles and regions may also have `-`. Words of the expression language (`and`,\n\
         `in`, `lt` …) and `page`, `pages`, `job`, `record` are taken.\n\
         \n\
         wrong: <field name=\"due date\" …/>      right: <field name=\"due_date\" …/>";
    LAYOUT_LANGUAGE = "L0236", "a language cannot be used",
        "`lang=` is a BCP 47 tag such as `en-US`, `de` or `fr-CH`. With `hyphens=\"auto\"` there must be hyphenation patterns for\n\
         the language.\n\
         \n\
         wrong: lang=\"english\"      right: lang=\"en\"";
    LAYOUT_NAMESPACE = "L0237", "the namespace is missing or wrong",
        "The root element of a layout is `<layout xmlns=\"urn:pressrun:layout:1\">`. The namespace says which language the file is\n\
         written in, so that a later version can read this one as it was meant.";
    LAYOUT_TOGETHER = "L0238", "attributes or elements contradict each other",
        "Two things were said that exclude each other, or one that has no effect without the other; the message names both.\n\
         \n\
         wrong: <carry> in a table without repeated rows      right: <table rows=\"t in transactions\"> … <carry>";
    LAYOUT_ADDRESS = "L0239", "the address has no lines",
        "`<address/>` without `<line>` children prints the text fields of the group `address` (or of the group `fields=` names), one\n\
         per line, in the order of the data contract. The contract has no such group. Write the lines:\n\
         \n\
         <address> <line>{name}</line> <line>{street}</line> <line>{zip} {city}</line> </address>";
    LAYOUT_LINK = "L0244", "a link leads nowhere",
        "The `href` of an `<a>` is a URI with one of the schemes `https:`, `http:`, `mailto:` and `tel:`, or `#` and the name of an\n\
         `<anchor>` of the layout.\n\
         \n\
         wrong: <a href=\"www.example.org\">…</a>      right: <a href=\"https://www.example.org\">…</a>";
    LAYOUT_QUIET_ZONE = "L0260", "something stands in the quiet zone of a barcode",
        "Readers find a barcode by the clear space around it: ten modules at the sides of most bars, four around a QR code, a few millimetres\n\
         around the codes of the posts. A region or placed block whose place is known reaches into it. Move one of the two.\n\
         \n\
         wrong: <barcode left=\"10mm\" …/> <p left=\"8mm\" …>      right: the text ends where the quiet zone begins";
    LAYOUT_GLYPH = "L0240", "no font has a character of the layout",
        "A text of the layout has a character for which neither its font family nor any fallback family has a glyph. Every record would\n\
         be held for it, or print without it. Use another character, or add a family that has it to `fallback` in the job file.\n\
         \n\
         wrong: <p>Thank you ☃</p>      right: <p>Thank you</p>, or `fallback = [\"Symbols\"]` and `[fonts.Symbols]`";

    // ---- layouts under control
    LAYOUT_BASE = "L0301", "a base layout cannot be used",
        "`<layout extends=\"base.xml\">` names a layout file in the folder of the layout or below it. A layout fills the open blocks of\n\
         its base, adds styles, fields and pages, and has no `<body>` if the base has one.\n\
         \n\
         wrong: <layout extends=\"../../base.xml\" …>      right: <layout extends=\"corporate/base.xml\" …>";
    LAYOUT_LOCKED = "L0302", "a base layout locks this",
        "The base layout says `locked=\"true\"` of a style, page, region, block or palette, and a layout that extends it cannot change it,\n\
         leave it out or put something in its place. A style that shapes a locked part is locked with it. Use another name, or ask\n\
         the owners of the base.\n\
         \n\
         wrong: <style name=\"legal\" font-size=\"4pt\"/>      right: <style name=\"note\" extends=\"legal\" margin-top=\"4pt\"/>";
    LAYOUT_BLOCK = "L0303", "there is no such block to fill",
        "`<put block=\"…\">` names a `<block>` of a layout that this one extends. Without `extends=` there is nothing to fill.";
    LAYOUT_REQUIREMENT = "L0304", "a requirement that nothing can fulfil",
        "`<require clause=\"…\">` names a `<clause>` of the layout or of its base, `version=` one of its versions, `inside=` a region or a box with\n\
         a `name` in which the clause stands. Without it every record would be held.\n\
         \n\
         wrong: <require clause=\"withdrawl\"/>      right: <require clause=\"withdrawal\"/>";
    LAYOUT_CLAUSE_LOST = "L0305", "a layout takes away a clause that its base requires",
        "The base layout says `<require clause=\"…\"/>`, and the clause stands in a block, region or page of the base that this layout fills or\n\
         replaces with something that has no such clause. Put the clause into it, or leave the base's content there.";

    // ---- e-mails and text messages of layouts
    LAYOUT_EMAIL = "L0520", "the e-mail of a layout cannot be made",
        "`<email>` holds blocks and at most one `<body-content/>`, which stands directly in it. There are no pages in an e-mail: `pagebreak`,\n\
         `fill`, `slot`, footnotes and placed blocks stand in the body.";
    LAYOUT_ONLY = "L0521", "a block cannot be for one rendition here",
        "`only=\"pages\"` and `only=\"email\"` choose among the blocks that flow in the body. What is placed and what stands in a region is on pages\n\
         only; what stands in `<email>` is in the e-mail only; rows, cells and items are not chosen one by one.";
    LAYOUT_SMS = "L0522", "the SMS of a layout cannot be made",
        "An SMS is text: it has merge fields, `<br/>`, `if`, `choose` and `for`, and no looks, links or footnotes.";

    // ---- catalogues of texts
    CATALOGUE_FOLDER = "L0401", "the texts of a layout cannot be used",
        "`<texts folder=\"…\">` names a folder in that of the layout or below it. Its files are named by their languages: `de.ftl`, `fr-CH.ftl`.\n\
         One of them is in the language of the layout itself (`lang=` of `<layout>`), and is taken where a record's language has none.\n\
         \n\
         wrong: texts/german.ftl      right: texts/de.ftl";
    CATALOGUE_SYNTAX = "L0402", "a file of texts is not Fluent",
        "The files of `<texts>` have the syntax of Project Fluent (projectfluent.org): a name, `=`, a text, and further lines indented.\n\
         \n\
         due = Please pay by { $date }.\n\
         items = { $count ->\n\
         \x20   [one] one item\n\
         \x20  *[other] { $count } items\n\
         \x20}";
    CATALOGUE_MISSING = "L0403", "a text is missing in a language",
        "The layout uses a text that some of its languages have and this one does not. Records of that language could not be printed, so every\n\
         language must have every text that is used. The fault stands at the file that lacks it and shows where the text is used.";
    CATALOGUE_UNKNOWN = "L0404", "there is no such text",
        "No language has a text of this name, or a text names a text, term or function that there is not.\n\
         \n\
         wrong: {text('geeting')}      right: {text('greeting')}";
    CATALOGUE_VALUE = "L0405", "a text and its values do not fit",
        "A variable of a text is a value that is given where the text is used, or a field of the record: `{ $customer-name }` is the field\n\
         `customer.name`. What is given must be used by some language, and be of the kind that the text wants: a number for plurals and\n\
         `NUMBER`, a date for `DATETIME`.\n\
         \n\
         wrong: {text('due', date: due | date 'long')} with { DATETIME($date) }      right: {text('due', date: due)}";
    CATALOGUE_CYCLE = "L0406", "a text contains itself",
        "A chain of texts, each of which contains the next (`{ other-text }`), comes back to where it began. The message shows the chain.";
    CATALOGUE_UNUSED = "L0407", "a text is never used",
        "No layout of the job uses this text, and no text that is used contains it. Usually its name is misspelt where it should be used;\n\
         otherwise remove it. This is a warning: the layout works.";
    CATALOGUE_CATEGORY = "L0408", "a language has no such plural category",
        "Each language has plural categories of its own (CLDR): German and English `one` and `other`, Polish and Russian `one`, `few`, `many` and\n\
         `other`, Arabic all six, Japanese `other` alone. A variant with another one is never taken. This is a warning: the layout works.";

    // ---- schemes of the posts
    SCHEME_FILE = "M0101", "a scheme cannot be found",
        "A scheme is a folder of CSV tables: `scheme.csv` and `levels.csv`, and those that they need: `map_NAME.csv` for each map that a key\n\
         rule names, `containers.csv`, `labels.csv`, `prices.csv`, `bundles.csv`, `pallets.csv`. Their format is in schemes/README.md.";
    SCHEME_TABLE = "M0102", "a table of a scheme cannot be read",
        "A table is CSV in UTF-8 (RFC 4180): commas, a first row that names the columns, as many fields in every row, a text with a comma in\n\
         double quotes.\n\
         \n\
         wrong: 1,5D,prefix:5,1,000,pieces      right: 1,5D,prefix:5,1000,pieces";
    SCHEME_COLUMN = "M0103", "a table of a scheme lacks a column",
        "Columns are found by their names, so their order is free and those that may be left out may be missing; the others are needed. The\n\
         names are those of schemes/README.md, in lower case.";
    SCHEME_CELL = "M0104", "a cell of a scheme cannot be used",
        "Numbers have a decimal point and no thousands (`533.4`), dates are `2026-01-31`, yes and no are `yes` and `no`, minimums are counted in\n\
         `pieces`, `weight_g` or `full_container`, and percentages are above 0 and up to 100.";
    SCHEME_KEY = "M0105", "a key rule cannot be read",
        "A key rule says which pieces belong together. It begins with the postcode, and each step works on what the one before it found; steps\n\
         are joined by `|`: `prefix:n` and `suffix:n` (so many characters), `map:NAME` (the key of the range in `map_NAME.csv`), `field:NAME`\n\
         (a value of the piece), `const:X` (all together).\n\
         \n\
         wrong: first:3      right: prefix:3, or map:ssc|prefix:3";
    SCHEME_NAME = "M0106", "a scheme names something that is not in its tables",
        "Levels name containers, price categories, label sets and maps; labels name maps and their columns. What is named must stand in its own\n\
         table, spelt the same: a level whose prices are missing would cost nothing.";
    SCHEME_RANGE = "M0107", "ranges of a map contradict each other",
        "A map has ranges of postcodes, both ends included, compared on the length of `from` and `to`, which is the same. Two ranges of one\n\
         length may not overlap, because a postcode in both would have two keys. A range with a longer `from` is an exception of a shorter\n\
         one and wins.\n\
         \n\
         wrong: 100,104 and 104,110      right: 100,104 and 105,110";
    SCHEME_DATE = "M0108", "a scheme is not valid on the day of the mailing",
        "The tables of a post hold from `valid_from` to `valid_to`, and the post refuses mail that is sorted by others, or charges more. Use the\n\
         edition of the day. For a trial, `--force` takes them all the same and says so.";
    SCHEME_ELIGIBILITY = "M0109", "a condition of a scheme cannot be read",
        "`eligibility` says which mailings a scheme is for: `total_pieces`, `total_weight` (in grams) and `per_key(LEVEL)`, each with `>=` and a\n\
         number, joined by `and` and `or`, with parentheses. `per_key(LEVEL)` counts, for each piece, the pieces that share its key.\n\
         \n\
         wrong: pieces > 500      right: total_pieces>=500 or per_key(LR)>=200";
    SCHEME_LABEL = "M0110", "a label of a scheme cannot be read",
        "Labels are texts with braces: `{key}`, `{map:NAME.COLUMN}` (the range in which the first postcode lies), `{job.NAME}` (a value of the job),\n\
         `{container.n}`, `.name`, `.code`, `.pieces`, `.weight`, `.first` and `.last`.";
    SCHEME_TWICE = "M0111", "a scheme says something twice",
        "Levels, containers, label sets, prices of one category, weight and date, and the rows of `scheme.csv` stand once each. Of two rows, one is\n\
         wrong, and nobody but you can tell which.";
    SCHEME_UNUSED = "M0112", "a part of a scheme is not used",
        "No table refers to it, or no such column or file is read: usually its name is misspelt. This is a warning: mail can be sorted.";
    PIECES_FILE = "M0121", "a list of pieces cannot be read",
        "`pressrun presort` reads CSV in UTF-8: a column of postcodes, named `postcode` or as `postcode_field` of the scheme says; if it has them,\n\
         `pieces` (so many of the same), `thickness_mm`, `weight_g`, and one column for each `field:NAME` of the scheme.";
    PIECES_CONTAINER = "M0122", "no container of a level takes the pieces",
        "The pieces are longer or higher than all containers of a level are wide or high. Name a larger container in `levels.csv`, or send the pieces\n\
         by another scheme.";
    MAIL_PAPER = "M0131", "a paper of the mail cannot be made",
        "Tray labels, job ticket and postage summary are composed at the close of the books, from the trays. What they say comes from the scheme\n\
         and from `[mail]`: a barcode whose digits are not those of its symbology, or a label with characters that no font has, cannot be\n\
         printed. Mend the table or the setting that the message names, and run the job again: it goes on where it stopped.";
    // ---- the archive
    ARCHIVE_NONE = "A0101", "there is no archive",
        "An archive is a folder with a file `log`. A job with `[archive]` makes it as its run closes; `pressrun archive take RUN` makes it of a run that\n\
         was closed before. Give that folder, or the output folder of a run whose archive lies in it.";
    ARCHIVE_DAMAGED = "A0102", "a file of the archive is damaged",
        "A volume, the log or the index is not what was written. `pressrun archive audit` reads everything again and names each damaged range and\n\
         the documents in it. What is undamaged can be read and proved all the same; take the rest from a copy.";
    ARCHIVE_REFUSED = "A0103", "the archive cannot do that",
        "The query names a key that no run declares, a document is not there or was erased, or a run is not closed. The message says which.";
    ARCHIVE_HELD = "A0104", "documents are under a legal hold",
        "A hold keeps documents whatever their retention says, and against erasure, too. Nothing was changed. `pressrun archive hold list ARCHIVE`\n\
         shows the holds; whoever set it can lift it with `pressrun archive hold lift`.";
    ARCHIVE_STORE = "A0105", "the object store cannot be used",
        "The store said no, or did not answer. Names and passwords come from the environment: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,\n\
         `AWS_REGION`, `AWS_ENDPOINT_URL`; `AWS_ALLOW_HTTP=true` for one without TLS. Nothing that was not stored whole is in the log; give the command again.";
    ARCHIVE_KEY = "A0106", "a key file cannot be used",
        "A signing key is a PEM file with an Ed25519 key (RFC 8410), as `pressrun archive key new` writes it; a public key is one as it writes beside it.";
    PROOF_FAILED = "A0110", "the proof does not hold",
        "The file, the proof, or both were changed since the proof was made, or they do not belong together. The message says what differs.";
    LEDGER_REBUILD = "A0120", "the ledger cannot be rebuilt",
        "`pressrun ledger rebuild` makes the ledger anew from the rows files beside the volumes, which runs of jobs with `[archive]` write. A volume that is\n\
         missing or damaged is named. Without rows files, run the job again into an empty folder: the same inputs give the same files.";
}
