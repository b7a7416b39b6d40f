//! Layer 3: pages to files.
//!
//! Takes composed documents and shared resources, gives volumes (PDF/A, one per range of records) and print files
//! (pages of many volumes in mail order). Page bodies pass through byte for byte. Must never compose, sort or open a file.

pub mod email;
mod frame;
mod image;
pub mod late;
pub mod late_place;
mod link;
pub mod mbox;
pub mod message;
mod outline;
pub mod print_file;
pub mod print_sheet;
pub mod print_stream;
pub mod print_ticket;
pub mod print_up;
mod scan;
mod shared;
pub mod sms;
pub mod structure;
pub mod volume;
pub mod webhook;

use crate::base::date::Date;
use crate::kit::font::SubsetError;
use crate::kit::pdf::FileError;
use crate::model::page::Properties;

/// The words about a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FileInfo<'a> {
    /// What it is: `statements, volume 7`.
    pub title: &'a str,
    /// The program that wrote it, with its version.
    pub producer: &'a str,
    /// The date of the job.
    pub date: Date,
    /// The language of its text (BCP 47); empty if it is not one language.
    pub language: &'a str,
    /// What the only document of the file says about itself.
    pub properties: Option<&'a Properties>,
}

/// Why a volume or print file cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// The writer below failed, or the file is too large for PDF/A.
    #[error(transparent)]
    File(#[from] FileError),
    /// A face cannot be embedded.
    #[error("the font {face} cannot be embedded: {source}")]
    Font {
        /// Its PostScript name.
        face: String,
        /// Why not.
        source: SubsetError,
    },
    /// A late text holds a character its face cannot show.
    #[error("the face of a late text has no glyph for `{0}`")]
    Late(char),
    /// The template of a late text has no value at some place.
    #[error("the template of a late text cannot be calculated at some place of the mail stream")]
    LateTemplate,
    /// What a mark says has no code.
    #[error("{mark} cannot be printed: {reason}")]
    Mark {
        /// Which mark.
        mark: String,
        /// What it would say, and why that cannot be.
        reason: String,
    },
    /// A PDF file needs a page.
    #[error("there is no page to write")]
    NoPages,
    /// The bytes are not those that were written.
    #[error("the file is damaged at byte {at}: {what}")]
    Damaged {
        /// Where.
        at: u64,
        /// What was to be there.
        what: &'static str,
    },
}

#[cfg(test)]
mod tests;
