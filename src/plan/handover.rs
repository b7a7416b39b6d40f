//! What is handed over with the print files, for the manual.
//!
//! Takes nothing, gives the columns of the manifest in their order: the header is written from them. Must never fall behind
//! what `engine` writes below it.

/// A column of `manifest.csv`.
#[derive(Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What is in it.
    pub doc: &'static str,
}

const fn column(name: &'static str, doc: &'static str) -> Column {
    Column { name, doc }
}

/// The columns of `manifest.csv`.
pub const MANIFEST: &[Column] = &[
    column("sequence", "The place of the document in the mail, through all print files, from 1."),
    column("record", "The number of its record in the order of the input, from 1."),
    column(
        "document",
        "Its id, as `document-id` makes it. Before an id that begins with `=`, `+`, `-`, `@`, a tab or a carriage return stands a `'`, so that no spreadsheet takes it for a formula: who compares ids takes it away.",
    ),
    column("volume", "The volume it is in, a path in the output folder."),
    column("volume_page", "Its first page there, from 1."),
    column("print_file", "The print file it is in, a path in the output folder."),
    column("print_page", "Its first page there, from 1; empty backs count."),
    column("pages", "Its pages, without empty backs."),
    column("sheets", "The sheets of paper it takes."),
    column("sha256", "The SHA-256 over the content streams of its pages, each preceded by its length in 8 bytes, little-endian; hexadecimal."),
    column(
        "sort_key",
        "What `sort` made of its record, hexadecimal: the rows are in the order of these bytes, and of records where they are equal. Empty if the job does not sort.",
    ),
    column("fate", "What became of it: `print`."),
];

/// The columns of `channels.csv`.
pub const CHANNEL_LIST: &[Column] = &[
    column("record", "The number of the record, from 1."),
    column("document", "The id of its document, written as in `manifest.csv`."),
    column("type", "What kind of document it is."),
    column("channel", "A channel it takes; a document with two has two rows."),
    column("rule", "The rule that decided."),
    column("preference", "The version of the preference that was looked at; empty: there is none."),
    column("recipient", "Where it goes; empty: on paper, whose address `[mail]` settles, or into the archive alone."),
    column("instead_of", "The channel that was meant first; empty: this one."),
    column("reason", "Why the document does not take that one."),
    column("file", "The file its message is in, a path in the output folder; empty: it is printed or archived only."),
    column("offset", "The first byte of the message there, from 0."),
    column("length", "The bytes of the message there."),
    column("sha256", "The SHA-256 of the message as it is sent, hexadecimal."),
    column("message_id", "Its Message-ID without angle brackets, or what the gateway calls it."),
];

/// The columns of `messages.csv`.
pub const MESSAGE_LIST: &[Column] = &[
    column("record", "The number of the record, from 1."),
    column("document", "The id of its document, written as in `manifest.csv`."),
    column("slot", "A slot of the document. A slot that its record or pages leave out has no row."),
    column("message", "The message in it; empty if there is none."),
    column(
        "passed_over",
        "Messages for this record that come before it by priority and could not be taken, each with the reason, between semicolons. Empty beside an empty slot: no message is for this record.",
    ),
];

/// The columns of `papers/piece-list.csv`.
pub const PIECE_LIST: &[Column] = &[
    column("piece", "The number of the mailpiece in the job, from 1."),
    column("record", "The record of its first document, whose address it bears, from 1."),
    column("documents", "How many documents are in it."),
    column("tray", "Its tray; empty: none."),
    column("position", "Its place in the tray, from 1."),
    column("country", "Where it goes."),
    column("postcode", "Its postcode, as the scheme reads it."),
    column("envelope", "Its envelope."),
    column("sheets", "Its sheets of paper."),
    column("weight_g", "What it weighs, envelope and inserts included."),
    column("thickness_mm", "How thick it is."),
    column("category", "The category of its price; empty: none."),
    column("price", "What it costs; empty: it has no price."),
    column("serial", "Its serial number; empty: none."),
    column("print_file", "The number of its print file."),
    column("diverted", "Why it is put aside, if it is."),
];

/// The columns of `papers/tray-list.csv`.
pub const TRAY_COLUMNS: &[Column] = &[
    column("tray", "The number of the tray in the job, from 1."),
    column("level", "Its level, as `levels.csv` of the scheme calls it."),
    column("key", "What its pieces share."),
    column("container", "Its kind, as `containers.csv` of the scheme calls it."),
    column("pieces", "How many pieces."),
    column("first_piece", "The number of its first piece; the others follow."),
    column("first_postcode", "The smallest postcode in it."),
    column("last_postcode", "The greatest postcode in it."),
    column("gross_g", "What it weighs with them."),
    column("thickness_mm", "How thick its pieces are together."),
    column("category", "The category of their price."),
    column("line1", "The first line of its label."),
    column("line2", "The second line of its label."),
    column("cin", "The content identifier number on it."),
    column("pallet", "Its pallet; empty: none."),
    column("print_file", "The print file that holds it: none holds a part of it."),
];

/// The columns of `suppressed.csv`.
pub const SUPPRESSED_LIST: &[Column] = &[
    column("record", "The number of the record, from 1."),
    column("document", "What its document would be called, written as in `manifest.csv`."),
    column("rule", "The list that holds it back: its `name`."),
    column("reason", "The reason that the list gives."),
];

/// The columns of `merges.csv`.
pub const MERGE_LIST: &[Column] = &[
    column("record", "The number of the record whose document comes to another, from 1."),
    column("carrier", "The number of the record whose address is used."),
    column("rule", "By which they were found alike: `customer`, `person`, `household`, `sound`, `address`."),
    column("score", "How alike their names are, from 0 to 1."),
    column("united", "`yes`: they share an envelope; `no`: the job only asks for the report."),
];

/// The sections of the manual.
pub(super) fn manual() -> String {
    let mut out = String::from(
        "\n## `manifest.csv`\n\nThe output folder has it once the job is closed: UTF-8, RFC 4180, a header and a row for each document in the order of the mail. Held records are in `held.ndjson`.\n\n| Column | |\n|---|---|\n",
    );
    write_columns(MANIFEST, &mut out);
    out.push_str(
        "\n## `messages.csv`\n\nA job with messages has it once it is closed: a header and a row for each slot of each document, in the order of the input.\n\n| Column | |\n|---|---|\n",
    );
    write_columns(MESSAGE_LIST, &mut out);
    for (name, columns, which) in [
        ("channels.csv", CHANNEL_LIST, "a row for each channel of each document, in the order of the input"),
        (
            "suppressed.csv",
            SUPPRESSED_LIST,
            "a row for each record that a list of `[[mail.suppress]]` or a rule of `[channels]` holds back, in the order of the input",
        ),
        ("merges.csv", MERGE_LIST, "a row for each document that shares an envelope with another, or would, in the order of the input"),
    ] {
        let section = if name == "channels.csv" { "channels" } else { "mail" };
        out.push_str(&format!(
            "\n## `{name}`\n\nA job with `[{section}]` has it once it is closed: a header and {which}.\n\n| Column | |\n|---|---|\n"
        ));
        write_columns(columns, &mut out);
    }
    out
}

fn write_columns(columns: &[Column], out: &mut String) {
    for column in columns {
        out.push_str(&format!("| `{}` | {} |\n", column.name, column.doc));
    }
}
