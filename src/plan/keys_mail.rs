//! The keys of the mail: `[mail]` and what is below it.
//!
//! Takes nothing, gives the tables of its sections. Must never fall behind `plan::mail`, which reads them.

use super::keys::{Section, key};

/// `[mail]`.
pub(super) const MAIL: Section = Section {
    header: "[mail]",
    is_open: false,
    doc: "The job is mailed: documents become mailpieces with an address, an envelope and a place in the post's order. Without this section each document is a piece of its own in the order of `[print]`.",
    keys: &[
        key(
            "country",
            "a country",
            "",
            "\"US\"",
            "Where the mail is posted, two letters of ISO 3166-1. Addresses that name no country are there, and mail to another gets a country line.",
        ),
        key(
            "scheme",
            "a folder",
            "none: no trays",
            "\"schemes/us-automation-letters\"",
            "The tables of the post that the mail is sorted by. Without it pieces keep the order of `sort` in `[print]`.",
        ),
        key(
            "undeliverable",
            "`hold` or `divert`",
            "hold",
            "\"divert\"",
            "What becomes of a record whose address no post delivers to: it is held, or printed and put aside to be handed out.",
        ),
        key(
            "upper-case",
            "true or false",
            "false",
            "true",
            "Whether all lines of an address are printed in capitals, as the USPS asks for. What the format of a country wants in capitals always is.",
        ),
        key(
            "line-max",
            "a number",
            "what the country allows",
            "38",
            "Most characters of an address line. A longer one is undeliverable and never cut.",
        ),
        key(
            "address-formats",
            "a file",
            "those of the program",
            "\"formats.csv\"",
            "Rows that replace or add formats of addresses, in the form of `data/address_formats.csv`.",
        ),
        key(
            "match-words",
            "a file",
            "those of the program",
            "\"words.csv\"",
            "What titles, legal forms and street types are when recipients are compared, in the form of `data/match_words.csv`; replaces that table.",
        ),
        key(
            "envelopes",
            "a file",
            "those of the program",
            "\"envelopes.csv\"",
            "Rows that replace or add sizes of envelopes, in the form of `data/envelopes.csv`.",
        ),
        key(
            "corrected",
            "a file",
            "none",
            "\"corrected.csv\"",
            "Addresses that came back from certified correction: what `pressrun address export` wrote, with columns corrected or coded. A row that was made from another address than the record has holds its record.",
        ),
        key(
            "scheme-force",
            "true or false",
            "false",
            "true",
            "Whether the scheme is used on a day on which it is not valid, such as for a rehearsal.",
        ),
        key("address", "a table", "", "", "The address of a record."),
        key("labels", "a table", "", "", "What labels of trays say of the job."),
        key("fields", "a table", "", "", "Values that the scheme asks for by name."),
        key("suppress", "tables", "", "", "Who gets no mail."),
        key("household", "a table", "", "", "Whose documents share an envelope."),
        key("paper", "a table", "", "", "What the papers weigh."),
        key("insert", "tables", "", "", "Enclosures."),
        key("envelope", "tables", "", "", "Envelopes, the smallest first."),
        key("imb", "a table", "", "", "What the Intelligent Mail barcode says of the mailer."),
        key("serials", "a table", "", "", "The book of serial numbers."),
        key("trays", "a table", "", "", "Barcodes on the labels of trays."),
        key("maildat", "a table", "", "", "Mail.dat files."),
    ],
};

/// `[mail.address]`.
pub(super) const ADDRESS: Section = Section {
    header: "[mail.address]",
    is_open: false,
    doc: "The address of a record, in parts or as lines. Each is a text with `{expressions}`; what is empty is left out of the block.",
    keys: &[
        key(
            "lines",
            "texts with `{expressions}`",
            "",
            "[\"{line1}\", \"{line2}\", \"{line3}\"]",
            "The address as lines, instead of parts: country, postcode and town are found in the last ones. 2 to 10 may be filled.",
        ),
        key("recipient", "a text with `{expressions}`", "title, given and surname", "\"{name}\"", "Whom it is for, as printed."),
        key("title", "a text with `{expressions}`", "", "\"{title}\"", "The title alone, if the data has it."),
        key(
            "given",
            "a text with `{expressions}`",
            "",
            "\"{first_name}\"",
            "The given name alone, if the data has it: names are then compared without guessing.",
        ),
        key("surname", "a text with `{expressions}`", "", "\"{last_name}\"", "The family name alone, if the data has it."),
        key("organisation", "a text with `{expressions}`", "", "\"{company}\"", "A company or office."),
        key("department", "a text with `{expressions}`", "", "\"{department}\"", "A part of it."),
        key("care-of", "a text with `{expressions}`", "", "\"{care_of}\"", "With whom the recipient lives."),
        key("building", "a text with `{expressions}`", "", "\"{building}\"", "The name of a building or estate."),
        key("street", "a text with `{expressions}`", "", "\"{street}\"", "The street, with its number if the data does not have that alone."),
        key("number", "a text with `{expressions}`", "found in the street", "\"{house}\"", "The house number."),
        key("addition", "a text with `{expressions}`", "", "\"{house_letter}\"", "What follows the number: a letter, stair or door."),
        key("unit", "a text with `{expressions}`", "", "\"{apartment}\"", "Apartment, suite, floor."),
        key("po-box", "a text with `{expressions}`", "", "\"{po_box}\"", "The number of a post office box."),
        key("locality", "a text with `{expressions}`", "", "\"{village}\"", "A part of the town, or a village that is served from it."),
        key("town", "a text with `{expressions}`", "", "\"{city}\"", "The town."),
        key("region", "a text with `{expressions}`", "", "\"{state}\"", "State, province or county: its code or its name."),
        key("postcode", "a text with `{expressions}`", "", "\"{zip}\"", "The postcode, with or without its blank or hyphen."),
        key(
            "country",
            "a text with `{expressions}`",
            "the job's",
            "\"{country}\"",
            "The country: two or three letters, or its name in English, French, German or its own language.",
        ),
        key(
            "routing",
            "a text with `{expressions}`",
            "from the address, where it tells",
            "\"{zip}{plus4}{dp}\"",
            "What the barcode of the post says of the delivery point. It is never invented: United States and United Kingdom need it from the data or from `corrected`.",
        ),
        key("customer", "a text with `{expressions}`", "", "\"{account}\"", "What the same customer has in common, for `unite = \"customer\"`."),
    ],
};

/// `[mail.fields]`.
pub(super) const FIELDS: Section =
    Section { header: "[mail.fields]", is_open: true, doc: "What a scheme calls `field:NAME`: `NAME = \"{expression}\"`.", keys: &[] };

/// `[mail.labels]`.
pub(super) const LABELS: Section = Section {
    header: "[mail.labels]",
    is_open: true,
    doc: "What the label sets of a scheme call `{job.NAME}`: `NAME = \"text\"`, such as the origin of the mail.",
    keys: &[],
};

/// `[[mail.suppress]]`.
pub(super) const SUPPRESS: Section = Section {
    header: "[[mail.suppress]]",
    is_open: false,
    doc: "Records that get no mail because their recipient is on a list. They are neither held nor printed: the ledger keeps rule and reason.",
    keys: &[
        key(
            "file",
            "a file",
            "",
            "\"deceased.csv\"",
            "CSV whose columns are named like the keys of `[mail.address]`, or one column `key` with 16 hexadecimal digits as `pressrun address export` writes them.",
        ),
        key(
            "key",
            "`exact`, `household` or `address`",
            "household",
            "\"exact\"",
            "What must be the same: the person, the family name at the address, or the address.",
        ),
        key("reason", "a text", "", "\"deceased\"", "The reason that is kept with the record."),
        key("name", "a text", "the name of the file", "\"robinson list\"", "What the rule is called in reports."),
    ],
};

/// `[mail.household]`.
pub(super) const HOUSEHOLD: Section = Section {
    header: "[mail.household]",
    is_open: false,
    doc: "Whose documents go into one envelope. What is united is listed with rule and score, and nothing is left out.",
    keys: &[
        key(
            "unite",
            "`none`, `report`, `customer`, `person`, `household` or `address`",
            "none",
            "\"household\"",
            "Documents of one customer, one person at one address, one family name at one address, or all at one address. `report` unites nothing and lists what `household` would.",
        ),
        key("similarity", "a percentage", "85%", "\"90%\"", "How alike two names with one key must be."),
        key(
            "sounds-alike",
            "true or false",
            "false",
            "true",
            "Whether family names that sound alike (Meyer, Maier) at addresses that do are compared, too.",
        ),
        key("apart", "a condition", "", "\"private\"", "Records for which it holds have an envelope of their own."),
        key("by", "a text with `{expressions}`", "", "\"{delivery}\"", "Only records with the same text here are united."),
    ],
};

/// `[mail.paper.<media>]`.
pub(super) const PAPER: Section = Section {
    header: "[mail.paper.<media>]",
    is_open: false,
    doc: "What a paper weighs and how thick it is, by the name that page masters ask for with `media=`.",
    keys: &[
        key("gsm", "a number", "", "80", "Grams of a square metre."),
        key("thickness", "a thickness", "", "\"0.10mm\"", "The thickness of one sheet."),
    ],
};

/// The papers by their names.
pub(super) const PAPERS: Section = Section { header: "[mail.paper]", is_open: true, doc: "The papers, by name.", keys: &[] };

/// `[[mail.insert]]`.
pub(super) const INSERT: Section = Section {
    header: "[[mail.insert]]",
    is_open: false,
    doc: "An enclosure that the inserter adds. At most 32.",
    keys: &[
        key("name", "a text", "", "\"terms\"", "What it is called."),
        key("when", "a condition", "every record", "\"balance lt 0\"", "Which records get it."),
        key("weight", "a weight", "", "\"4.5g\"", "What one weighs, in `g`, `mg` or `oz`."),
        key("thickness", "a thickness", "", "\"0.2mm\"", "How thick one is as it is inserted, in `mm` or `in`."),
        key("bin", "a number", "its place in the list", "3", "The station of the inserter that holds it."),
    ],
};

/// `[[mail.envelope]]`.
pub(super) const ENVELOPE: Section = Section {
    header: "[[mail.envelope]]",
    is_open: false,
    doc: "An envelope. A piece goes into the first that takes its sheets, thickness and weight; one that none takes is put aside for hand finishing.",
    keys: &[
        key("name", "a text", "", "\"C6/5\"", "What it is called."),
        key("size", "a code", "", "\"C5/6\"", "Its size and window: a row of `data/envelopes.csv`."),
        key("fold", "`none`, `half`, `c`, `z` or `double`", "none", "\"z\"", "How the sheets are folded."),
        key("folds", "lengths", "equal panels", "[\"105mm\", \"210mm\"]", "Where they are folded, from the top of the sheet."),
        key("sheets-max", "a number", "no limit", "8", "Most sheets, united documents together."),
        key("thickness-max", "a thickness", "no limit", "\"2.5mm\"", "How thick it may be when it is filled."),
        key("weight-max", "a weight", "no limit", "\"20g\"", "How heavy it may be, itself included."),
        key("weight", "a weight", "0g", "\"5g\"", "What it weighs empty."),
        key("thickness", "a thickness", "0mm", "\"0.25mm\"", "How thick it is empty."),
        key(
            "scheme",
            "a folder, or `none`",
            "that of `[mail]`",
            "\"schemes/us-flats\"",
            "The tables its pieces are sorted by; `none`: they keep the order of `sort` and have no trays.",
        ),
    ],
};
