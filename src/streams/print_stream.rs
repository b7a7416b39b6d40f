//! What every kind of print file does.
//!
//! Takes pieces in the order of the mail, gives one file for the press. PDF is the kind there is; AFP has the same pages, late
//! content and sheets. Must never sort, and never look into a body.

use super::print_file::{PrintIndex, PrintPage, PrintWriter, Sides};
use super::{FileInfo, StreamError};
use crate::model::resources::{Resources, Used};

/// A print file that is being written.
pub trait PrintStream {
    /// Adds the sides of one mailpiece, or the banner of a tray, one after the other. Gives the index of its first side.
    ///
    /// # Errors
    /// The file cannot be written, or would be larger than its format allows.
    fn add_piece(&mut self, pages: &[PrintPage<'_>]) -> Result<u32, StreamError>;

    /// Ends the file. `used` is what the pages of the whole job name, so that all print files embed the same resources.
    ///
    /// # Errors
    /// The file cannot be written, has no page, or a font cannot be embedded.
    fn finish(self: Box<Self>, resources: &Resources, used: &Used, sides: Sides, info: &FileInfo<'_>) -> Result<PrintIndex, StreamError>;
}

impl PrintStream for PrintWriter<'_> {
    fn add_piece(&mut self, pages: &[PrintPage<'_>]) -> Result<u32, StreamError> {
        PrintWriter::add_piece(self, pages)
    }

    fn finish(self: Box<Self>, resources: &Resources, used: &Used, sides: Sides, info: &FileInfo<'_>) -> Result<PrintIndex, StreamError> {
        PrintWriter::finish(*self, resources, used, sides, info)
    }
}
