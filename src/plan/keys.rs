//! Every key a job file may have.
//!
//! Takes nothing, gives the tables that the reader checks against and from which `docs/job.md` is written. Must never fall
//! behind the reader: asking for a key that is not listed here is an assertion.

use super::archive::ARCHIVE;
use super::archiving::{KEYS as ARCHIVE_KEYS, RETENTION as ARCHIVE_RETENTION};
use super::keys_channels::{CHANNELS, EMAIL, FALLBACK, RULE, SMS, WEBHOOK, WEBHOOK_FIELDS};
use super::keys_mail::{ADDRESS, ENVELOPE, FIELDS, HOUSEHOLD, INSERT, LABELS, MAIL, PAPER, PAPERS, SUPPRESS};
use super::keys_mail_codes::{IMB, SERIALS};
use super::keys_mark::{BANNER, COUNTER, LANES, MARK, MARK_OPTIONS, PROFILE, SHEET};
use super::keys_papers::{MAILDAT, TRAYS};
use super::smtp::{DKIM, RATES, SMTP};

/// A key of the job file.
#[derive(Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it takes, in words.
    pub takes: &'static str,
    /// Its value if it is not there; empty: it must be there or nothing happens without it.
    pub default: &'static str,
    /// A value that could stand there.
    pub example: &'static str,
    /// What it does.
    pub doc: &'static str,
}

/// A table of the job file.
#[derive(Debug)]
pub struct Section {
    /// As it is written: `[job]`, `[[input]]`.
    pub header: &'static str,
    /// Whether its keys are the user's own names.
    pub is_open: bool,
    /// What it is for.
    pub doc: &'static str,
    /// Its keys, in the order of the manual.
    pub keys: &'static [Key],
}

impl Section {
    /// The name of the section in messages.
    pub(super) fn title(&self) -> String {
        if self.header.is_empty() { "the job file".into() } else { format!("`{}`", self.header) }
    }
}

pub(super) const fn key(name: &'static str, takes: &'static str, default: &'static str, example: &'static str, doc: &'static str) -> Key {
    Key { name, takes, default, example, doc }
}

/// The file itself.
pub(super) const FILE: Section = Section {
    header: "",
    is_open: false,
    doc: "A job file is TOML. It says what is composed from what, and how it is printed. Paths are relative to its folder.",
    keys: &[
        key("job", "a table", "", "", "The job itself."),
        key("input", "tables", "", "", "Customer data."),
        key("layout", "tables", "", "", "Layouts, and which record takes which."),
        key("tables", "a table", "", "", "What codes of the data are called."),
        key("fonts", "a table", "", "", "Fonts of your own."),
        key("messages", "a table", "", "", "Messages for the slots of layouts."),
        key("totals", "a table", "", "", "What is summed over all documents."),
        key("print", "a table", "", "", "Print files."),
        key("mail", "a table", "", "", "Addresses, envelopes, postal order."),
        key("channels", "a table", "", "", "Which way a document takes to its recipient."),
        key("email", "a table", "", "", "Messages by e-mail."),
        key("sms", "a table", "", "", "Text messages."),
        key("webhook", "tables", "", "", "Channels of your own."),
        key("archive", "a table", "", "", "How documents are kept and found."),
    ],
};

/// `[job]`.
pub(super) const JOB: Section = Section {
    header: "[job]",
    is_open: false,
    doc: "The job itself: its name, its clock, its limits.",
    keys: &[
        key("name", "a text", "", "\"statements-october\"", "The name of the job, in reports and in the metadata of its files."),
        key(
            "date",
            "a date",
            "",
            "2026-10-01",
            "The job's only clock: `job.date` in expressions, and the date in the metadata of its files. Required, because the same job must give the same bytes on any day.",
        ),
        key(
            "locale",
            "a language tag, or a text with `{expressions}`",
            "the language of the layout, or of the record if its layout has `<texts language=…>`",
            "\"en-US\"",
            "How numbers, money and dates are written. `\"{lang}\"` takes it from each record; `locales` then lists those that may come.",
        ),
        key(
            "locales",
            "language tags",
            "",
            "[\"de-CH\", \"fr-CH\"]",
            "The locales that `locale` may name. A record that names another, even by its language alone, is held.",
        ),
        key(
            "document-id",
            "a text with `{expressions}`",
            "the number of the record",
            "\"{account}\"",
            "What a document is called in the manifest and the ledger.",
        ),
        key(
            "title",
            "a text with `{expressions}`",
            "the document id",
            "\"Statement {account}\"",
            "The title of a document in the outline of its volume.",
        ),
        key(
            "hold-limit",
            "a number, or a percentage",
            "1000",
            "\"1%\"",
            "The job stops as soon as it is certain that more records than this are held; a percentage is one of all records of the job. What is complete stays, and a run with a higher limit goes on from there.",
        ),
        key(
            "missing-glyphs",
            "`hold` or `report`",
            "hold",
            "\"report\"",
            "A record with a character that no font has is held, or composed without it and reported. So is a control character (U+0007, say) other than a tab or a line end.",
        ),
        key("volume-records", "1 to 100000", "1000", "1000", "Records in a volume: the unit of work and of repair after a crash."),
        key("out", "a path", "out", "\"out\"", "The output folder. `--out` overrides it."),
    ],
};

/// `[[input]]`.
pub(super) const INPUT: Section = Section {
    header: "[[input]]",
    is_open: false,
    doc: "Customer data. Records are numbered through all inputs in the order of the job file. A pattern's files are taken in the order of their names.",
    keys: &[
        key("files", "paths; `*` and `?` in file names", "", "\"data/*.ndjson\"", "The files. `run --input` replaces those of the first input."),
        key("format", "the name of a format", "", "\"ndjson\"", "How records are written."),
        key(
            "encoding",
            "the name of an encoding",
            "found out",
            "\"windows-1252\"",
            "How characters are written. A byte order mark or an XML declaration is believed first; without any it is UTF-8.",
        ),
        key("record", "element names", "", "\"Invoice | CreditNote\"", "XML: the elements that are records."),
        key("delimiter", "one sign", "\",\"", "\";\"", "CSV: what separates fields; the word `tab` is understood."),
        key("quote", "one sign", "`\"`", "\"'\"", "CSV: what encloses fields; none if empty."),
        key("columns", "names", "the first row", "[\"id\", \"name\"]", "CSV: names of the columns of files without a header row."),
        key("currency", "a currency code or a path", "", "\"EUR\"", "The currency of all money that says nothing else."),
        key("date", "a date pattern", "yyyy-MM-dd", "\"dd.MM.yyyy\"", "How dates are written."),
        key("decimal", "one sign", "\".\"", "\",\"", "The decimal sign of numbers."),
        key("group", "one sign", "none", "\".\"", "The group sign of numbers."),
        key("namespaces", "a table", "", "", "XML: prefixes for paths."),
        key("lines", "a table", "", "", "CSV: a second file with the rows of a list."),
        key("map", "a table", "", "", "Where the fields of the data contract are in the source."),
    ],
};

/// `[input.namespaces]`.
pub(super) const NAMESPACES: Section = Section {
    header: "[input.namespaces]",
    is_open: true,
    doc: "XML namespaces: `cbc = \"urn:oasis:…\"`. The prefixes are the job's own; those of the data do not matter.",
    keys: &[],
};

/// `[input.lines]`.
pub(super) const LINES: Section = Section {
    header: "[input.lines]",
    is_open: false,
    doc: "CSV: a second file for each file of records, with the rows of one list, in the same order of a key. Both files are read once, side by side: the lines of a record stand together, and come in the order of their records. A record may have none. A line whose key is not that of a record, or that comes too early or too late, stops the job before the first volume, and so do two records in a row with the same key: no line is ever lost or guessed at. Where the key of a record comes again further down, each takes the lines that stand at its own place: if all stand at that of the first, the later record has none.",
    keys: &[
        key(
            "files",
            "paths; `*` and `?` in file names",
            "",
            "\"data/lines-*.csv\"",
            "The files, as many as there are files of records, in the same order.",
        ),
        key("key", "a column", "", "\"account\"", "The column that joins records and lines."),
        key("lines-key", "a column", "the same as `key`", "\"account_no\"", "Its name in the lines file."),
        key("as", "a list of the data contract", "", "\"transactions\"", "The list that the lines fill."),
        key("columns", "names", "the first row", "[\"account\", \"amount\"]", "Names of the columns of files without a header row."),
    ],
};

/// `[input.map]`.
pub(super) const MAP: Section = Section {
    header: "[input.map]",
    is_open: true,
    doc: "Where the fields of the layout's data contract are in the source: `\"customer.name\" = \"cust/nm\"`, or a table with the keys below. A field that is not named is read from a place of its own name. Rows of a list are written `\"list.field\"`.",
    keys: &[
        key("path", "a path in the record", "the field's name", "\"cust.nm\"", "Where it is; alternatives after `|`."),
        key("value", "a constant", "", "\"print\"", "A fixed value instead of a path."),
        key("default", "a constant", "", "\"0.00\"", "The value of a field that is absent or empty."),
        key(
            "empty",
            "`keep` or `hold`",
            "keep",
            "\"hold\"",
            "A required text that is there but empty: it is taken as it is, or the record is held as if it were missing.",
        ),
        key("currency", "a currency code or a path", "that of the input", "\"USD\"", "The currency of an amount."),
        key("date", "a date pattern", "that of the input", "\"yyyyMMdd\"", "How the date is written."),
        key("decimal", "one sign", "that of the input", "\",\"", "The decimal sign."),
        key("group", "one sign", "that of the input", "\".\"", "The group sign."),
    ],
};

/// `[[layout]]`.
pub(super) const LAYOUT: Section = Section {
    header: "[[layout]]",
    is_open: false,
    doc: "A layout. A record takes the first whose `when` holds; a record that takes none is held. Layouts of one job may need different fields, but a field has one type.",
    keys: &[
        key("file", "a path", "", "\"layouts/statement.xml\"", "The layout. Its images are found from its own folder and must stay below it."),
        key("when", "a condition", "always", "\"kind eq 'CreditNote'\"", "Which records take it."),
    ],
};

/// `[tables]`.
pub(super) const TABLES: Section = Section {
    header: "[tables]",
    is_open: true,
    doc: "What codes of the data are called, in each language: `units = \"units.csv\"`. The file is CSV in UTF-8; its first row names the columns. The first column is the code, each other one the texts of a language: `code,en,de,de-CH`. Every expression may then ask `lookup(units, line.unit)`, or `units.HUR` for a code known beforehand. The column is the one named like the record's locale (`de-CH`), or like its language (`de`), or the first; an empty text is that of the first.",
    keys: &[],
};

/// `[fonts]`.
pub(super) const FONTS: Section = Section {
    header: "[fonts]",
    is_open: true,
    doc: "Fonts of your own. The built-in families are always there. Each family is a table below; `fallback` lists the families that are asked, in order, for characters the family of a text does not have.",
    keys: &[key("fallback", "families", "the built-in families", "[\"Noto Sans Arabic\"]", "Families for characters that others do not have.")],
};

/// `[fonts.<name>]`.
pub(super) const FONT: Section = Section {
    header: "[fonts.<name>]",
    is_open: false,
    doc: "One family: TrueType or OpenType files by path, or another family under a new name.",
    keys: &[
        key("regular", "a path", "", "\"fonts/Text-Regular.ttf\"", "The upright face."),
        key("bold", "a path", "", "\"fonts/Text-Bold.ttf\"", "The bold face."),
        key("italic", "a path", "", "\"fonts/Text-Italic.ttf\"", "The italic face."),
        key("bold-italic", "a path", "", "\"fonts/Text-BoldItalic.ttf\"", "The bold italic face."),
        key("family", "a family", "", "\"Liberation Sans\"", "Another family that this name stands for; instead of paths."),
    ],
};

/// `[messages]`.
pub(super) const MESSAGES: Section = Section {
    header: "[messages]",
    is_open: false,
    doc: "Messages: short texts for the slots of layouts, each in a file of its own, chosen for each document by rule. A message never makes a \
          document longer. Which document got which is in `messages.csv` of the output folder. See docs/messages.md.",
    keys: &[key(
        "files",
        "a path; `*` and `?` in the file name",
        "",
        "\"messages/*.md\"",
        "The files. A message has the name of its file, without `.md`.",
    )],
};

/// The head of a message.
pub(super) const MESSAGE: Section = Section {
    header: "+++ message +++",
    is_open: false,
    doc: "The head of a message file: TOML between two lines `+++`; its text follows in Markdown.",
    keys: &[
        key(
            "title",
            "a text with `{expressions}`",
            "",
            "\"Now with a grant\"",
            "A heading above the text, `<h3>`: it looks like the style `h3` of the layout.",
        ),
        key("slots", "names", "any", "[\"promotion\"]", "The slots it may stand in."),
        key("segment", "a condition", "everyone", "\"customer.kind eq 'private'\"", "Whom it is for."),
        key("from", "a date", "", "2026-10-01", "Its first day: a job of an earlier date does not use it."),
        key("to", "a date", "", "2026-12-31", "Its last day."),
        key("priority", "a whole number", "0", "50", "Messages of a higher priority are tried first; equal ones in the order of their names."),
        key("max-height", "a length", "that of the slot", "\"45mm\"", "The most height it may take."),
        key("image", "a table", "", "", "A picture above or beside the text."),
    ],
};

/// `[image]` in the head of a message.
pub(super) const MESSAGE_IMAGE: Section = Section {
    header: "[image]",
    is_open: false,
    doc: "The picture of a message, in the head of its file.",
    keys: &[
        key("file", "a path", "", "\"heat-pump.png\"", "A picture in the folder of the message or below."),
        key("alt", "a text", "", "\"A heat pump\"", "What it shows, for readers who cannot see it."),
        key("width", "a length", "its own", "\"30mm\"", "Its width. Beside the text, that of its column."),
        key("side", "`top`, `left` or `right`", "top", "\"left\"", "Where it stands."),
    ],
};

/// `[totals]`.
pub(super) const TOTALS: Section = Section {
    header: "[totals]",
    is_open: true,
    doc: "Control totals: `closing = \"closing\"`, a name and an expression of each record that is an amount or a number. The certificate of a run says their sums over the documents that went out, currency by currency.",
    keys: &[],
};

/// `[print]`.
pub(super) const PRINT: Section = Section {
    header: "[print]",
    is_open: false,
    doc: "Print files: how the documents are ordered, divided and put on paper.",
    keys: &[
        key(
            "duplex",
            "`simplex`, `long-edge` or `short-edge`",
            "simplex",
            "\"long-edge\"",
            "Whether both sides are printed, and about which edge the sheet turns. Each document begins on a front; empty backs are added.",
        ),
        key(
            "pieces-per-file",
            "1 to 1000000",
            "5000",
            "5000",
            "Mail pieces in a print file. A tray is never split, so that a file may hold fewer, or one tray that is larger.",
        ),
        key("second-person", "true or false", "false", "true", "Whether a reprint needs a second person, who is not the operator."),
        key(
            "sort",
            "expressions; `-` turns one around",
            "the order of the input",
            "[\"zip\", \"-closing\"]",
            "The order of the mail. Records that are equal keep the order of the input.",
        ),
        key("media", "a table", "", "", "The paper of the page masters."),
        key("late", "tables", "", "", "What is added to pages once their place in the mail is known."),
        key("mark", "tables", "", "", "Barcodes and optical marks that are added then."),
        key("index", "`none`, `csv`, `json` or `both`", "none", "\"csv\"", "Beside each print file, where its pieces lie: pages, sheets, tray."),
        key(
            "ticket",
            "`none` or `jdf`",
            "none",
            "\"jdf\"",
            "Beside each print file, a job ticket (JDF 1.4) that says which pages are printed on which paper.",
        ),
        key("sheet", "a table", "", "", "How pages lie on the sheets of the press."),
        key("banner", "a table", "", "", "A sheet before each tray."),
        key("lanes", "a table", "", "", "Several pages side by side, for a roll that is cut."),
    ],
};

/// `[print.media]`.
pub(super) const MEDIA: Section = Section {
    header: "[print.media]",
    is_open: true,
    doc: "The paper a page master asks for with `media=`, and what the press calls it: `plain = \"A4 90g white\"`. Names that are not listed are passed on as they are.",
    keys: &[],
};

/// `[[print.late]]`.
pub(super) const LATE: Section = Section {
    header: "[[print.late]]",
    is_open: false,
    doc: "A line added to printed pages in a content stream of its own, the body stays as it is. Its expressions see whole numbers that count from 1: `sequence` (the piece in the job), `sheet` and `sheets` (of the piece), `page` and `pages` (of the piece), `pieces` (of the print file) and `print_file`; `last_sheet` is 1 on the last sheet of a piece, else 0. With `[mail]`, more: `tray`, `tray_piece` and `tray_pieces` (the tray, the piece in it, how many are in it), `envelope`, `inserts` (bit 0 the first insert), `divert` (0 or 1), `serial` and `reprint`, which are 0 where there is none, and the texts `routing`, `postcode` and `document`; with `[mail.imb]` also `bi`, `stid`, `mid`, and all of it as `imb`. Nothing else of the record: what belongs to the document is in its body.",
    keys: &[
        key("text", "a text", "", "\"{sequence} · {sheet}/{sheets}\"", "The line."),
        key("left", "a length", "", "\"5mm\"", "From the left edge of the page."),
        key("right", "a length", "", "\"5mm\"", "From the right edge, instead of `left`; the line then ends there."),
        key("top", "a length", "", "\"4mm\"", "From the top edge of the page to the top of the line."),
        key("bottom", "a length", "", "\"4mm\"", "From the bottom edge to the baseline, instead of `top`."),
        key("size", "a length", "6pt", "\"6pt\"", "The font size."),
        key("font", "a family", "the first family", "\"Liberation Sans\"", "The font."),
        key("rotate", "0, 90, 180 or 270", "0", "90", "Turned counter-clockwise about that corner."),
        key(
            "pages",
            "`front`, `all`, `first` or `banner`",
            "front",
            "\"all\"",
            "On the front of each sheet, on every page, on the first page of each piece, or on the banner of each tray.",
        ),
    ],
};

/// Every section, in the order of the manual.
pub const SECTIONS: &[&Section] = &[
    &FILE,
    &JOB,
    &INPUT,
    &NAMESPACES,
    &LINES,
    &MAP,
    &LAYOUT,
    &TABLES,
    &FONTS,
    &FONT,
    &MESSAGES,
    &MESSAGE,
    &MESSAGE_IMAGE,
    &TOTALS,
    &PRINT,
    &MEDIA,
    &LATE,
    &MAIL,
    &ADDRESS,
    &FIELDS,
    &LABELS,
    &SUPPRESS,
    &HOUSEHOLD,
    &PAPERS,
    &PAPER,
    &INSERT,
    &ENVELOPE,
    &MARK,
    &MARK_OPTIONS,
    &PROFILE,
    &COUNTER,
    &SHEET,
    &BANNER,
    &LANES,
    &IMB,
    &SERIALS,
    &TRAYS,
    &MAILDAT,
    &CHANNELS,
    &RULE,
    &FALLBACK,
    &EMAIL,
    &DKIM,
    &SMTP,
    &RATES,
    &SMS,
    &WEBHOOK,
    &WEBHOOK_FIELDS,
    &ARCHIVE,
    &ARCHIVE_KEYS,
    &ARCHIVE_RETENTION,
];

/// Another section that has this key: it was likely written below the wrong header.
pub(super) fn section_of(name: &str, not: &Section) -> Option<&'static Section> {
    SECTIONS.iter().copied().find(|section| section.header != not.header && !section.is_open && section.keys.iter().any(|key| key.name == name))
}

/// The manual of job files, Markdown: the text of `docs/job.md`.
pub fn manual() -> String {
    let mut out = String::from("# The job file\n\n<!-- Written by `pressrun manual job`; change src/plan/keys.rs. -->\n\n");
    out.push_str(FILE.doc);
    out.push_str(" Unknown keys are errors.\n\n```toml\n");
    out.push_str(EXAMPLE);
    out.push_str("```\n");
    for section in SECTIONS.iter().skip(1) {
        out.push_str(&format!("\n## `{}`\n\n{}\n", section.header, section.doc));
        if section.keys.is_empty() {
            continue;
        }
        out.push_str("\n| Key | Takes | Default | Example | |\n|---|---|---|---|---|\n");
        for key in section.keys {
            let default = if key.default.is_empty() { "—".to_string() } else { cell(key.default) };
            let example = if key.example.is_empty() { String::new() } else { format!("`{}`", key.example.replace('|', "\\|")) };
            out.push_str(&format!("| `{}` | {} | {default} | {example} | {} |\n", key.name, cell(key.takes), cell(key.doc)));
        }
        if section.header == INPUT.header {
            out.push_str("\n### Formats\n");
            for format in crate::input::FORMATS {
                out.push_str(&format!("\n- **{}**: {}\n", format.name(), format.doc()));
            }
        }
    }
    out.push_str(&super::handover::manual());
    out
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// The job file the manual begins with.
const EXAMPLE: &str = r#"[job]
name = "statements-october"
date = 2026-10-01
document-id = "{account}"
hold-limit = "1%"

[[input]]
files = "data/*.ndjson"
format = "ndjson"
currency = "USD"

[input.map]
"name" = "customer.full_name"
"closing" = { path = "balances[1].amount", default = "0.00" }

[[layout]]
file = "layouts/statement.xml"

[print]
duplex = "long-edge"
sort = ["zip", "-closing"]

[print.media]
plain = "Letter 90g white"

[[print.late]]
text = "{sequence} · {sheet}/{sheets}"
left = "5mm"
bottom = "4mm"
"#;
