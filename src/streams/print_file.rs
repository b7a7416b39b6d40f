//! Print files: pages of many volumes in mail order, as one PDF/A-2b file for the press.
//!
//! Takes page bodies and late streams piece by piece, gives a file whose memory grows by a few numbers a page. A body is
//! copied byte for byte; what depends on the place in the mail stream is a content stream of its own after it. Must never
//! compose, sort, or look into a body.

use std::io::Write;
use std::ops::Range;

use super::frame::{DEFLATED, FIRST_FREE, Frame, begin_page};
use super::print_sheet::{self, PrintSheet};
use super::scan::Scanner;
use super::{FileInfo, StreamError};
use crate::kit::pdf::{Conformance, Deflater, File, Finished, KIDS_MAX, PageTree, Ref, write_integer, write_ref};
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
    /// A page that belongs to no document: the banner of a tray.
    Banner {
        /// The index of its media.
        media: u8,
        /// Its content, not compressed.
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
    sheet: PrintSheet,
    /// What stands before the content of fronts, and of backs, and behind it; none if pages are not moved.
    around: Option<[Ref; 3]>,
    deflater: Deflater,
    pieces: u32,
    blanks: u32,
}

impl<'w> PrintWriter<'w> {
    /// Starts a file. `media` are those of the job, by the index that pages have.
    pub fn new(out: &'w mut dyn Write, media: &'w [Media]) -> PrintWriter<'w> {
        let mut file = File::new(out);
        let (frame, tree) = Frame::begin(&mut file);
        let sheet = PrintSheet::default();
        PrintWriter {
            file,
            frame,
            tree,
            media,
            ends: sheet.page_ends(media),
            sheet,
            around: None,
            deflater: Deflater::default(),
            pieces: 0,
            blanks: 0,
        }
    }

    /// Starts a file whose pages lie on their sheets in some way.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn on_sheet(out: &'w mut dyn Write, media: &'w [Media], sheet: PrintSheet) -> Result<PrintWriter<'w>, StreamError> {
        let mut writer = PrintWriter::new(out, media);
        writer.ends = sheet.page_ends(media);
        writer.sheet = sheet;
        if sheet.is_moved() {
            let around = [PrintSheet::begin(sheet.front), PrintSheet::begin(sheet.back), PrintSheet::END.to_vec()];
            let mut objects = [Ref(0); 3];
            for (content, object) in around.iter().zip(&mut objects) {
                *object = writer.file.reserve();
                writer.file.stream(*object, b"", content)?;
            }
            writer.around = Some(objects);
        }
        Ok(writer)
    }

    /// Adds the pages of one mail piece, one after the other: a later DPart node names a range of pages.
    ///
    /// Gives the index of its first page.
    pub fn add_piece(&mut self, pages: &[PrintPage<'_>]) -> Result<u32, StreamError> {
        let first = self.tree.pages().len() as u32;
        for page in pages {
            self.add_page(page)?;
        }
        self.pieces += u32::from(!matches!(pages.first(), Some(PrintPage::Banner { .. })));
        Ok(first)
    }

    fn add_page(&mut self, page: &PrintPage<'_>) -> Result<(), StreamError> {
        let parent = self.tree.parent(&mut self.file);
        let (contents, media) = match *page {
            PrintPage::Composed { body, media, late } => (self.add_contents(body, late)?, media),
            PrintPage::Banner { media, late } => (Contents::Late(self.add_late(late)?), media),
            PrintPage::Blank { media } => {
                self.blanks += 1;
                (Contents::None, media)
            }
        };
        let object = self.file.reserve();
        let end = &self.ends[usize::from(media)];
        let is_back = self.sheet.is_duplex && self.tree.pages().len() % 2 == 1;
        let around = self.around.map(|[front, back, end]| (if is_back { back } else { front }, end));
        write_dictionary(parent, contents, around, end, self.file.begin(object));
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
        Ok(Contents::BodyAndLate(object, self.add_late(late)?))
    }

    fn add_late(&mut self, late: &[u8]) -> Result<Ref, StreamError> {
        let late_object = self.file.reserve();
        let compressed: &[u8] = if late.len() < DEFLATE_LATE_FROM { b"" } else { self.deflater.deflate(late) };
        if !compressed.is_empty() && compressed.len() + DEFLATED.len() < late.len() {
            self.file.stream(late_object, DEFLATED, compressed)?;
        } else {
            self.file.stream(late_object, b"", late)?;
        }
        Ok(late_object)
    }

    /// Ends the file. `used` is what the pages of the whole job name, so that all print files embed the same subsets.
    pub fn finish(self, resources: &Resources, used: &Used, sides: Sides, info: &FileInfo<'_>) -> Result<PrintIndex, StreamError> {
        let pages = self.tree.pages().len() as u32;
        if pages == 0 {
            return Err(StreamError::NoPages);
        }
        let file = self.frame.finish(self.file, self.tree, self.media, resources, used, info, Conformance::Basic, viewer_preferences(sides))?;
        Ok(PrintIndex { pieces: self.pieces, pages, blanks: self.blanks, file })
    }
}

/// How a viewer prints the file (ISO 32000-1, table 150); a press takes it from its job ticket.
pub(super) fn viewer_preferences(sides: Sides) -> &'static [u8] {
    match sides {
        Sides::Simplex => b"/ViewerPreferences<</DisplayDocTitle true/Duplex/Simplex/PrintScaling/None>>",
        Sides::LongEdge => b"/ViewerPreferences<</DisplayDocTitle true/Duplex/DuplexFlipLongEdge/PrintScaling/None>>",
        Sides::ShortEdge => b"/ViewerPreferences<</DisplayDocTitle true/Duplex/DuplexFlipShortEdge/PrintScaling/None>>",
    }
}

/// The content streams of a page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Contents {
    None,
    Body(Ref),
    BodyAndLate(Ref, Ref),
    Late(Ref),
}

/// `around` are the streams before and behind the content, if pages are moved. A banner has a list of one stream, which tells it from a page
/// with a body.
fn write_dictionary(parent: Ref, contents: Contents, around: Option<(Ref, Ref)>, end: &[u8], out: &mut Vec<u8>) {
    begin_page(parent, contents != Contents::None, out);
    // A banner is not moved: it is not part of the mail.
    let (before, behind) = around.filter(|_| !matches!(contents, Contents::Late(_))).unzip();
    let inner = match contents {
        Contents::None => [None, None],
        Contents::Body(body) => [Some(body), None],
        Contents::BodyAndLate(body, late) => [Some(body), Some(late)],
        Contents::Late(late) => [None, Some(late)],
    };
    match (contents, before) {
        (Contents::None, _) => {}
        (Contents::Body(body), None) => {
            out.push(b' ');
            write_ref(body, out);
        }
        (Contents::Body(_) | Contents::BodyAndLate(..) | Contents::Late(_), _) => {
            let streams = before.into_iter().chain(inner.into_iter().flatten()).chain(behind);
            for (at, stream) in streams.enumerate() {
                out.push(if at == 0 { b'[' } else { b' ' });
                write_ref(stream, out);
            }
            out.push(b']');
        }
    }
    out.extend_from_slice(end);
}

/// A page of a print file, read back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PrintedPage {
    /// Where its compressed body is in the file; `None` for a blank page or a banner.
    pub body: Option<Range<usize>>,
    /// Where its late stream is, if it has one.
    pub late: Option<Range<usize>>,
    /// Whether its late stream is compressed.
    pub is_late_compressed: bool,
    /// The index of its media.
    pub media: u8,
}

/// Reads back the pages of a print file, one after the other from its start, without its cross-reference.
///
/// The iterator ends after the last page or after a fault; whoever verifies a file compares the number of pages.
pub fn read_pages<'a>(file: &'a [u8], media: &[Media]) -> Result<PrintedPages<'a>, StreamError> {
    let mut scanner = Scanner::new(file, 0);
    scanner.expect(File::HEADER, "the header of a print file")?;
    let ends = PrintSheet::default().page_ends(media);
    let mut pages = PrintedPages { scanner, ends, media: media.to_vec(), around: None, object: FIRST_FREE, pages: 0, parent: Ref(0), failed: false };
    pages.read_around()?;
    Ok(pages)
}

/// The pages of a print file: see [`read_pages`].
#[derive(Clone, Debug)]
pub struct PrintedPages<'a> {
    scanner: Scanner<'a>,
    ends: Vec<Vec<u8>>,
    media: Vec<Media>,
    /// What stands before and behind the content of pages that are moved.
    around: Option<[Ref; 3]>,
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
        let mut page = PrintedPage { body: None, late: None, is_late_compressed: false, media: 0 };
        let mut contents = Contents::None;
        let mut is_compressed = false;
        if let Some((body, compressed)) = self.read_stream()? {
            (page.body, contents, is_compressed) = (Some(body), Contents::Body(Ref(object)), compressed);
            object += 1;
            self.expect_begin(object)?;
            if let Some((late, late_compressed)) = self.read_stream()? {
                page.is_late_compressed = late_compressed;
                (page.late, contents) = (Some(late), Contents::BodyAndLate(Ref(object - 1), Ref(object)));
                object += 1;
                self.expect_begin(object)?;
            }
        }
        if !self.accept_dictionary(contents) {
            // The content of a banner is told from a body by the list it stands in.
            let Contents::Body(banner) = contents else { return Err(self.scanner.damaged("a page")) };
            contents = Contents::Late(banner);
            if !self.accept_dictionary(contents) {
                return Err(self.scanner.damaged("a page"));
            }
            page.late = page.body.take();
            page.is_late_compressed = is_compressed;
        }
        if page.body.is_some() && !is_compressed {
            return Err(self.scanner.damaged("a compressed content stream"));
        }
        page.media = self.read_media()?;
        self.scanner.expect(b"\nendobj\n", "the end of a page")?;
        self.object = object + 1;
        self.pages += 1;
        Ok(Some(page))
    }

    /// What moves pages, if anything does: three short streams before all pages.
    fn read_around(&mut self) -> Result<(), StreamError> {
        if !self.begins(FIRST_FREE) {
            return Ok(());
        }
        for object in FIRST_FREE..FIRST_FREE + 3 {
            if object > FIRST_FREE {
                self.expect_begin(object)?;
            }
            self.scanner.expect(b"<</Length ", "content around pages")?;
            let length = self.scanner.number("the length of content around pages")?;
            self.scanner.expect(b">>\nstream\n", "the start of content around pages")?;
            let start: &[u8] = if object == FIRST_FREE + 2 { PrintSheet::END } else { print_sheet::BEGIN };
            self.scanner.expect(start, "content that moves pages")?;
            let rest = length.checked_sub(start.len()).ok_or_else(|| self.scanner.damaged("content that moves pages"))?;
            self.scanner.skip(rest, "whole content around pages")?;
            self.scanner.expect(b"\nendstream\nendobj\n", "the end of content around pages")?;
        }
        self.around = Some([Ref(FIRST_FREE), Ref(FIRST_FREE + 1), Ref(FIRST_FREE + 2)]);
        self.object = FIRST_FREE + 3;
        Ok(())
    }

    /// Passes over a page dictionary with these contents, up to its end.
    fn accept_dictionary(&mut self, contents: Contents) -> bool {
        let around = self.around.map_or([None, None], |[front, back, end]| [Some((front, end)), Some((back, end))]);
        around.into_iter().any(|around| {
            let mut expected = Vec::with_capacity(80);
            write_dictionary(self.parent, contents, around, b"", &mut expected);
            self.scanner.accept(&expected)
        })
    }

    /// The media that the end of a page dictionary tells. The first page says whether there is room around pages.
    fn read_media(&mut self) -> Result<u8, StreamError> {
        if self.pages == 0
            && let Some(sheet) = PrintSheet::read_outside(self.scanner.rest())
        {
            self.ends = sheet.page_ends(&self.media);
        }
        let scanner = &mut self.scanner;
        let media = self.ends.iter().position(|end| scanner.accept(end)).ok_or_else(|| scanner.damaged("a page of a known media"))?;
        Ok(media as u8)
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

    /// Where the data of a content stream is, and whether it is compressed; `None` if the object is no stream.
    fn read_stream(&mut self) -> Result<Option<(Range<usize>, bool)>, StreamError> {
        if !self.scanner.accept(b"<</Length ") {
            return Ok(None);
        }
        let length = self.scanner.number("the length of a content stream")?;
        let is_compressed = self.scanner.accept(DEFLATED);
        self.scanner.expect(b">>\nstream\n", "the start of a content stream")?;
        let data = self.scanner.skip(length, "a whole content stream")?;
        self.scanner.expect(b"\nendstream\nendobj\n", "the end of a content stream")?;
        Ok(Some((data, is_compressed)))
    }
}
