//! Print files: pages of many volumes in mail order, as one PDF/A-2b file for the press.
//!
//! Takes page bodies and late streams piece by piece, gives a file whose memory grows by a few numbers a page. A body is
//! copied byte for byte; what depends on the place in the mail stream is a content stream of its own after it. Must never
//! compose, sort, or look into a body.

use std::io::Write;
use std::ops::Range;

use super::frame::{DEFLATED, FIRST_FREE, Frame, begin_page, page_ends};
use super::scan::Scanner;
use super::{FileInfo, StreamError};
use crate::kit::pdf::{File, Finished, KIDS_MAX, PageTree, Ref, deflate, write_integer, write_ref};
use crate::model::page::Media;
use crate::model::resources::{Resources, Used};

/// One side of a sheet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PrintPage<'a> {
    /// A page of a document.
    Composed {
        /// Its compressed content stream, as in its volume.
        body: &'a [u8],
        /// The index of its media.
        media: u8,
        /// Content for its place in the mail stream, not compressed; may be empty. It sets all of the graphics state it
        /// depends on, because it is painted in the state that the body leaves.
        late: &'a [u8],
    },
    /// A side that stays empty: the back of a last odd page.
    Blank {
        /// The index of its media, that of the front.
        media: u8,
    },
}

/// How the press prints the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Sides {
    /// One side.
    #[default]
    Simplex,
    /// Both sides, turned like the pages of a book.
    LongEdge,
    /// Both sides, turned like the pages of a notepad.
    ShortEdge,
}

/// What a print file holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PrintIndex {
    /// Mail pieces.
    pub pieces: u32,
    /// Pages, blank ones included.
    pub pages: u32,
    /// Pages without content.
    pub blanks: u32,
    /// Length, hash and object count of the file.
    pub file: Finished,
}

/// A late stream shorter than this is not worth compressing.
const DEFLATE_LATE_FROM: usize = 256;

/// Writes one print file.
pub struct PrintWriter<'w> {
    file: File<'w>,
    frame: Frame,
    tree: PageTree,
    media: &'w [Media],
    ends: Vec<Vec<u8>>,
    pieces: u32,
    blanks: u32,
}

impl<'w> PrintWriter<'w> {
    /// Starts a file. `media` are those of the job, by the index that pages have.
    pub fn new(out: &'w mut dyn Write, media: &'w [Media]) -> PrintWriter<'w> {
        let mut file = File::new(out);
        let (frame, tree) = Frame::begin(&mut file);
        PrintWriter { file, frame, tree, media, ends: page_ends(media), pieces: 0, blanks: 0 }
    }

    /// Adds the pages of one mail piece, one after the other: a later DPart node names a range of pages.
    ///
    /// Gives the index of its first page.
    pub fn add_piece(&mut self, pages: &[PrintPage<'_>]) -> Result<u32, StreamError> {
        let first = self.tree.pages().len() as u32;
        for page in pages {
            self.add_page(page)?;
        }
        self.pieces += 1;
        Ok(first)
    }

    fn add_page(&mut self, page: &PrintPage<'_>) -> Result<(), StreamError> {
        let parent = self.tree.parent(&mut self.file);
        let (contents, media) = match *page {
            PrintPage::Composed { body, media, late } => (self.add_contents(body, late)?, media),
            PrintPage::Blank { media } => {
                self.blanks += 1;
                (Contents::None, media)
            }
        };
        let object = self.file.reserve();
        let end = &self.ends[usize::from(media)];
        write_dictionary(parent, contents, end, self.file.begin(object));
        self.file.end()?;
        self.tree.push(object);
        Ok(())
    }

    fn add_contents(&mut self, body: &[u8], late: &[u8]) -> Result<Contents, StreamError> {
        let object = self.file.reserve();
        self.file.stream(object, DEFLATED, body)?;
        if late.is_empty() {
            return Ok(Contents::Body(object));
        }
        let late_object = self.file.reserve();
        let compressed = if late.len() < DEFLATE_LATE_FROM { Vec::new() } else { deflate(late) };
        if !compressed.is_empty() && compressed.len() + DEFLATED.len() < late.len() {
            self.file.stream(late_object, DEFLATED, &compressed)?;
        } else {
            self.file.stream(late_object, b"", late)?;
        }
        Ok(Contents::BodyAndLate(object, late_object))
    }

    /// Ends the file. `used` is what the pages of the whole job name, so that all print files embed the same subsets.
    pub fn finish(self, resources: &Resources, used: &Used, sides: Sides, info: &FileInfo<'_>) -> Result<PrintIndex, StreamError> {
        let pages = self.tree.pages().len() as u32;
        if pages == 0 {
            return Err(StreamError::NoPages);
        }
        // ISO 32000-1, table 150: for whoever prints the file from a viewer; a press takes it from its job ticket.
        let extra: &[u8] = match sides {
            Sides::Simplex => b"/ViewerPreferences<</DisplayDocTitle true/Duplex/Simplex/PrintScaling/None>>",
            Sides::LongEdge => b"/ViewerPreferences<</DisplayDocTitle true/Duplex/DuplexFlipLongEdge/PrintScaling/None>>",
            Sides::ShortEdge => b"/ViewerPreferences<</DisplayDocTitle true/Duplex/DuplexFlipShortEdge/PrintScaling/None>>",
        };
        let file = self.frame.finish(self.file, self.tree, self.media, resources, used, info, extra)?;
        Ok(PrintIndex { pieces: self.pieces, pages, blanks: self.blanks, file })
    }
}

/// The content streams of a page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Contents {
    None,
    Body(Ref),
    BodyAndLate(Ref, Ref),
}

fn write_dictionary(parent: Ref, contents: Contents, end: &[u8], out: &mut Vec<u8>) {
    begin_page(parent, contents != Contents::None, out);
    match contents {
        Contents::None => {}
        Contents::Body(body) => {
            out.push(b' ');
            write_ref(body, out);
        }
        Contents::BodyAndLate(body, late) => {
            out.push(b'[');
            write_ref(body, out);
            out.push(b' ');
            write_ref(late, out);
            out.push(b']');
        }
    }
    out.extend_from_slice(end);
}

/// A page of a print file, read back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PrintedPage {
    /// Where its compressed body is in the file; `None` for a blank page.
    pub body: Option<Range<usize>>,
    /// Where its late stream is, if it has one.
    pub late: Option<Range<usize>>,
    /// The index of its media.
    pub media: u8,
}

/// Reads back the pages of a print file, one after the other from its start, without its cross-reference.
///
/// The iterator ends after the last page or after a fault; whoever verifies a file compares the number of pages.
pub fn read_pages<'a>(file: &'a [u8], media: &[Media]) -> Result<PrintedPages<'a>, StreamError> {
    let mut scanner = Scanner::new(file, 0);
    scanner.expect(File::HEADER, "the header of a print file")?;
    Ok(PrintedPages { scanner, ends: page_ends(media), object: FIRST_FREE, pages: 0, parent: Ref(0), failed: false })
}

/// The pages of a print file: see [`read_pages`].
#[derive(Clone, Debug)]
pub struct PrintedPages<'a> {
    scanner: Scanner<'a>,
    ends: Vec<Vec<u8>>,
    object: u32,
    pages: usize,
    parent: Ref,
    failed: bool,
}

impl Iterator for PrintedPages<'_> {
    type Item = Result<PrintedPage, StreamError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let page = self.read_page().transpose();
        self.failed = !matches!(page, Some(Ok(_)));
        page
    }
}

impl PrintedPages<'_> {
    fn read_page(&mut self) -> Result<Option<PrintedPage>, StreamError> {
        let mut object = self.object;
        if self.pages.is_multiple_of(KIDS_MAX) {
            self.parent = Ref(object);
            object += 1;
        }
        // What follows the pages begins with an object of the frame, whose number is lower.
        if !self.begins(object) {
            return Ok(None);
        }
        let mut page = PrintedPage { body: None, late: None, media: 0 };
        let mut contents = Contents::None;
        if let Some(body) = self.read_stream(true)? {
            (page.body, contents) = (Some(body), Contents::Body(Ref(object)));
            object += 1;
            self.expect_begin(object)?;
            if let Some(late) = self.read_stream(false)? {
                (page.late, contents) = (Some(late), Contents::BodyAndLate(Ref(object - 1), Ref(object)));
                object += 1;
                self.expect_begin(object)?;
            }
        }
        let mut expected = Vec::with_capacity(80);
        write_dictionary(self.parent, contents, b"", &mut expected);
        self.scanner.expect(&expected, "a page")?;
        let scanner = &mut self.scanner;
        let media = self.ends.iter().position(|end| scanner.accept(end)).ok_or_else(|| scanner.damaged("a page of a known media"))?;
        scanner.expect(b"\nendobj\n", "the end of a page")?;
        page.media = media as u8;
        self.object = object + 1;
        self.pages += 1;
        Ok(Some(page))
    }

    fn begins(&mut self, object: u32) -> bool {
        let mut expected = Vec::with_capacity(24);
        write_integer(i64::from(object), &mut expected);
        expected.extend_from_slice(b" 0 obj\n");
        self.scanner.accept(&expected)
    }

    fn expect_begin(&mut self, object: u32) -> Result<(), StreamError> {
        if self.begins(object) { Ok(()) } else { Err(self.scanner.damaged("the next object of a page")) }
    }

    /// Where the data of a content stream is; `None` if the object is no stream.
    fn read_stream(&mut self, compressed: bool) -> Result<Option<Range<usize>>, StreamError> {
        if !self.scanner.accept(b"<</Length ") {
            return Ok(None);
        }
        let length = self.scanner.number("the length of a content stream")?;
        if !self.scanner.accept(DEFLATED) && compressed {
            return Err(self.scanner.damaged("a compressed content stream"));
        }
        self.scanner.expect(b">>\nstream\n", "the start of a content stream")?;
        let data = self.scanner.skip(length, "a whole content stream")?;
        self.scanner.expect(b"\nendstream\nendobj\n", "the end of a content stream")?;
        Ok(Some(data))
    }
}
