//! PDF syntax: values, numbered objects, the cross-reference, PDF/A metadata.
//!
//! Takes values and finished streams, gives the bytes of a PDF 1.7 file. Must never know what is on a page. It is our own
//! and not a PDF library, because a volume needs the exact offset of each document, one buffer for all objects, and
//! cross-reference and object streams for files beyond 4 GiB; what remains of a library is a hundred lines.

mod file;
mod metadata;
mod opened;
mod stencil;
mod syntax;
mod tree;
mod value;

pub use file::{File, FileError, Finished, Ref, stream_checksum};
pub use metadata::{Conformance, Metadata, write_information, write_output_intent, write_xmp};
pub use opened::{Held, OpenFile, PdfFault, RangeRead, filtered_like, inflated};
pub use stencil::{BLANK, Search, Stencil, Symbol};
pub use syntax::{
    Deflater, deflate, smallest, write_box, write_date, write_decimal, write_fill_color, write_hex, write_integer, write_literal, write_name,
    write_ref, write_text,
};
pub use tree::{KIDS_MAX, PageTree};
pub use value::{Object, ObjectReader};
