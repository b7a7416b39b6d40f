//! The keys of the papers of a mailing: barcodes of trays, and Mail.dat.
//!
//! Takes nothing, gives sections for the tables of [`super::keys`]. Must never fall behind the readers.

use super::keys::{Section, key};

/// `[mail.trays]`.
pub(super) const TRAYS: Section = Section {
    header: "[mail.trays]",
    is_open: false,
    doc: "What the barcode of a tray label says of the mailer: the Intelligent Mail tray barcode of the United States, 24 digits (destination 5, content identifier 3, processing code 1, mailer and serial number 14, label type 1). Destination and content identifier come from the labels of the scheme. Without this section labels have a Code 128 of the job and the number of the tray.",
    keys: &[
        key("mailer-id", "six or nine digits", "that of `[mail.imb]`", "\"123456\"", "The mailer identifier that the post gave."),
        key("processing-code", "0 to 9", "7", "7", "How the post treats the tray."),
        key("label-type", "0 to 9", "1", "1", "What kind of label it is."),
        key(
            "serial-from",
            "1 to 99999999",
            "1",
            "2001",
            "The serial number of the first tray. With `[mail.serials]` numbers come from the book, so that none is used twice within its days.",
        ),
    ],
};

/// `[mail.maildat]`.
pub(super) const MAILDAT: Section = Section {
    header: "[mail.maildat]",
    is_open: false,
    doc: "Mail.dat 26-1 files of the mailing, in the folder `maildat` of the output: hdr, seg, mpu, mcr, mpa, cpt, csm, cqt, pqt, and pbc if pieces have an Intelligent Mail barcode. Every value is checked against the table of fields, and the files against each other. The scheme says in `maildat.csv` which rate each level earns.",
    keys: &[
        key("job-id", "1 to 8 characters", "", "\"A1234567\"", "The job, among all jobs of the mailer [hdr 1001]."),
        key("file-source", "a text", "", "\"Example Mail House\"", "Who makes the files [hdr 1104]."),
        key("user-license", "4 characters", "none", "\"ABCD\"", "The user licence code of Mail.dat [hdr 1105]."),
        key("contact-name", "a text", "", "\"Ann Example\"", "Whom the post may ask [hdr 1106]."),
        key("contact-telephone", "10 digits", "", "\"5555550100\"", "[hdr 1107]."),
        key("contact-email", "a text", "", "\"ann@example.com\"", "[hdr 1157]."),
        key("time", "a time", "00:00", "\"06:30\"", "When the job was prepared [hdr 1109]; its date is that of the job."),
        key("class", "`1` or `3`", "1", "\"3\"", "1 First-Class Mail, 3 Marketing Mail [seg 1102]."),
        key("category", "`LT` or `CD`", "LT", "\"CD\"", "Letters or cards [seg 1103]."),
        key("rate-type", "a code", "R", "\"N\"", "R regular, N nonprofit [mpu 1112]."),
        key("coding-date", "a date", "none", "2026-09-20", "When addresses were last coded [seg 1129]."),
        key("move-update-date", "a date", "none", "2026-09-20", "When addresses were last compared with those of movers [seg 1134]."),
        key("move-update-method", "a code", "none", "\"1\"", "How [seg 1147]."),
        key("facility-name", "a text", "none", "\"SPRINGFIELD\"", "Where the mail is verified [seg 1118]."),
        key("facility-zip", "a ZIP code", "none", "\"62701\"", "[seg 1119]."),
        key("full-service", "`F` or `M`", "none", "\"F\"", "Full-service or mixed [seg 1146]."),
        key("sender-crid", "a number", "none", "\"1234567\"", "Who sends the files [seg 1140]."),
        key("payment", "a code", "P", "\"M\"", "P permit imprint, M metered, S stamps [mpa 1111]."),
        key("permit", "a text", "none", "\"42\"", "The permit number [mpa 1103]."),
        key("permit-zip", "a ZIP code", "none", "\"62701\"", "[mpa 1106]."),
        key("owner-mid", "6 or 9 digits", "none", "\"123456\"", "Whose mail it is [mpa 1121]."),
        key("owner-crid", "a number", "none", "\"1234567\"", "[mpa 1122]."),
        key("preparer-mid", "6 or 9 digits", "none", "\"123456\"", "Who prepares it [mpa 1123]."),
        key("preparer-crid", "a number", "none", "\"1234567\"", "[mpa 1124]."),
        key("entry-zip", "a ZIP code", "", "\"62701\"", "Where it is handed over [csm 1105, 1168]."),
        key("entry-type", "a code", "N", "\"S\"", "The type of that facility [csm 1106]; N: no discount for it."),
        key("tray-preparation", "a code", "S", "\"L\"", "[csm 1126]."),
        key("list-date", "a date", "none", "2026-09-01", "When the labelling list of the scheme took effect [csm 1189]."),
    ],
};
