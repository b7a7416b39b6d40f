//! The archive section: what the volumes are besides files that any reader opens.
//!
//! Takes the `[archive]` table, gives settings. Must never know a volume.

use super::keys::{Section, key};
use super::read::Table;
use crate::base::diagnostic::Faults;

/// `[archive]`.
pub(super) const ARCHIVE: Section = Section {
    header: "[archive]",
    is_open: false,
    doc: "What the volumes are, and how the documents in them are kept, found and one day let go: see docs/archive.md. A run of a job with more here than `tagged` enters its archive as it closes.",
    keys: &[
        key(
            "tagged",
            "`true` or `false`",
            "true",
            "false",
            "Whether volumes are tagged: PDF/A-2a and PDF/UA-1, with headings, tables, lists and figures in reading order, for screen readers and for whoever takes data out of them. Without tags they are PDF/A-2b, smaller by a quarter and made in little more than half the CPU time. Print files are never tagged. See docs/accessibility.md.",
        ),
        key(
            "folder",
            "a folder",
            "`archive` in the folder of the run",
            "\"/srv/archive\"",
            "The archive that a run enters as it closes; many jobs share one.",
        ),
        key(
            "store",
            "`s3://bucket/prefix`",
            "the folder",
            "\"s3://archive/2026\"",
            "Where the volumes of a new archive lie; its log and index stay in the folder. Names and passwords come from the environment (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT_URL`).",
        ),
        key(
            "key",
            "a file",
            "heads are not signed",
            "\"archive.key\"",
            "The key that signs the heads of the archive's log, made by `pressrun archive key new`.",
        ),
        key("full-text", "true or false", "false", "true", "Whether documents are found by words of their text."),
        key("keys", "a table", "", "", "What documents are found by."),
        key("retention", "a table", "", "", "How long they are kept."),
        key("retention-from", "the name of a key", "the date of the job", "\"closed\"", "The date from which retention counts."),
        key(
            "retention-table",
            "a file",
            "data/retention.csv",
            "\"retention.csv\"",
            "Classes of your own: CSV with the columns `class`, `years`, `from` (`date` or `year-end`) and `basis`.",
        ),
    ],
};

/// What the volumes of a job are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Archive {
    /// Whether they are tagged.
    pub is_tagged: bool,
}

/// Reads the section.
pub(super) fn read(root: &Table<'_>, faults: &mut Faults) -> Archive {
    let table = root.table("archive", &ARCHIVE, faults);
    Archive { is_tagged: table.and_then(|table| table.flag("tagged", faults)).unwrap_or(true) }
}
