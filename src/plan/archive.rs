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
    doc: "What the volumes are, which are the archive. Without this section they are tagged.",
    keys: &[key(
        "tagged",
        "`true` or `false`",
        "true",
        "false",
        "Whether volumes are tagged: PDF/A-2a and PDF/UA-1, with headings, tables, lists and figures in reading order, for screen readers and for whoever takes data out of them. Without tags they are PDF/A-2b, smaller and a little faster to make. Print files are never tagged. See docs/accessibility.md.",
    )],
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
