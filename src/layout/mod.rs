//! Layer 3: layout files to resolved layouts, or every fault of them.
//!
//! Takes the text of a layout and a [`Library`] of fonts and images, gives a [`crate::model::layout::Layout`] in which
//! every name is resolved. Must never open a file, see a record, or know how pages are made.

mod attribute;
mod barcode;
mod base;
mod block;
mod chart;
mod choose;
mod clause;
mod compile;
mod context;
mod data;
mod drawing;
mod email;
mod flowing;
mod format;
mod inline;
mod library;
mod link;
mod look;
mod manual;
mod merge;
mod merge_clause;
mod merge_page;
mod message;
mod page;
mod palette;
mod payment;
mod place;
mod quiet;
mod read;
mod require;
mod row;
pub mod schema;
mod script;
mod shrink;
mod slot;
mod style;
mod symbol;
mod table;
mod tag;
mod text;
mod texts;
mod tree;
mod typography;
mod value;

#[cfg(test)]
mod tests;

pub use compile::{Compiled, compile, compile_with_contract};
pub use format::format;
pub use library::{CatalogueSource, Library, LibraryImage, MemoryLibrary, MergedPicture, MergedPiece, PictureFault, StackRequest, SvgFile};
pub use manual::manual;
pub use message::{ImageSide, Message, MessageImage, read_message};
pub use tag::Tag;
pub use tree::{Attribute, Mapped};
