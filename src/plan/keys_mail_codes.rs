//! The keys of what posts want in their barcodes: identifiers of the mailer, and the book of serial numbers.
//!
//! Takes nothing, gives sections for the tables of [`super::keys`]. Must never fall behind the readers.

use super::keys::{Section, key};

/// `[mail.imb]`.
pub(super) const IMB: Section = Section {
    header: "[mail.imb]",
    is_open: false,
    doc: "What the Intelligent Mail barcode says of the mailer. A mark of `type = \"imb\"` with `value = \"{imb}\"` then has it all: these, the serial number of the piece, and its routing code.",
    keys: &[
        key("barcode-id", "two digits", "00", "\"00\"", "The barcode identifier; its second digit is 0 to 4."),
        key("service-type", "three digits", "", "\"270\"", "The service type identifier: class of mail and service, from the tables of the post."),
        key("mailer-id", "six or nine digits", "", "\"123456\"", "The mailer identifier that the post gave."),
    ],
};

/// `[mail.serials]`.
pub(super) const SERIALS: Section = Section {
    header: "[mail.serials]",
    is_open: false,
    doc: "The book of serial numbers, which all jobs of a mailer share. A job takes a range of it before it is printed: the same job with the same data gets the same range again, another one gets numbers that no job within `days` has. The book is a file beside the jobs, outside of their output.",
    keys: &[
        key("book", "a path", "", "\"../serials.sqlite\"", "The file of the book. It is made if there is none."),
        key(
            "mailer",
            "a text",
            "the `mailer-id` of `[mail.imb]`",
            "\"1234567\"",
            "Whose numbers they are, such as the supply chain identifier of Mailmark.",
        ),
        key("digits", "1 to 18", "those that `[mail.imb]` leaves", "8", "How many digits a number has: behind the last one comes 1."),
        key("days", "1 to 3650", "45", "90", "For how long a number is not used again."),
        key(
            "reprint",
            "`same` or `new`",
            "same",
            "\"new\"",
            "Whether a piece that is printed again has its number or another one: another if the first may have left the house.",
        ),
    ],
};
