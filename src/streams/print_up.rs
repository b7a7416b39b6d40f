//! Several pages side by side on one wide page, for presses that print a roll and cut it.
//!
//! Takes a finished print file, gives one whose stacks lie in the order of the mail once they are cut and put on each other: of n sheets in
//! two lanes, the first wide page has the sheets 1 and n/2 + 1. Bodies and late streams are copied byte for byte. Must never compose.

use std::io::Write;
use std::ops::Range;

use super::frame::{DEFLATED, Frame, begin_page};
use super::print_file::{Sides, read_pages, viewer_preferences};
use super::{FileInfo, StreamError};
use crate::base::length::Length;
use crate::kit::pdf::{Conformance, File, Finished, PageTree, Ref, write_box, write_decimal, write_ref};
use crate::model::page::Media;
use crate::model::resources::{Resources, Used};

/// How pages lie side by side.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lanes {
    /// How many.
    pub count: u32,
    /// The space between two.
    pub gap: Length,
}

/// A page of the print file: where its streams are in it, and whether the late one is compressed.
struct Source {
    body: Option<Range<usize>>,
    late: Option<(Range<usize>, bool)>,
}

impl Lanes {
    /// The size of a wide page.
    pub fn page(&self, media: &Media) -> Media {
        let count = i64::from(self.count);
        Media { name: media.name.clone(), width: media.width * count + self.gap * (count - 1), height: media.height }
    }

    /// Which sheet a lane of a row has, of `sheets` in all.
    pub fn sheet(&self, row: u32, lane: u32, sheets: u32) -> Option<u32> {
        let sheet = row + lane * self.rows(sheets);
        (sheet < sheets).then_some(sheet)
    }

    /// How many wide sheets `sheets` take.
    pub fn rows(&self, sheets: u32) -> u32 {
        sheets.div_ceil(self.count)
    }
}

/// Writes the wide pages of a print file, all of whose pages are of the first media. `used` is what the print file embeds.
///
/// # Errors
/// The print file is not what was written, or the other cannot be written.
#[allow(clippy::too_many_arguments)]
pub fn write_lanes(
    print_file: &[u8],
    media: &[Media],
    lanes: Lanes,
    sides: Sides,
    (resources, used): (&Resources, &Used),
    info: &FileInfo<'_>,
    out: &mut dyn Write,
) -> Result<(Finished, u32), StreamError> {
    let mut sources = Vec::new();
    for page in read_pages(print_file, media)? {
        let page = page?;
        sources.push(Source { body: page.body, late: page.late.map(|late| (late, page.is_late_compressed)) });
    }
    let first = media.first().ok_or(StreamError::NoPages)?;
    let mut writer = Wide::begin(out, lanes, first)?;
    let per_sheet = if sides == Sides::Simplex { 1 } else { 2 };
    let sheets = (sources.len() / per_sheet) as u32;
    for row in 0..lanes.rows(sheets) {
        for side in 0..per_sheet {
            let mut places = Vec::with_capacity(lanes.count as usize);
            for lane in 0..lanes.count {
                let Some(sheet) = lanes.sheet(row, lane, sheets) else { continue };
                // Behind the left lane lies the right one, if the sheet turns about its long edge.
                let is_mirrored = side == 1 && sides == Sides::LongEdge;
                let place = if is_mirrored { lanes.count - 1 - lane } else { lane };
                places.push((place as usize, &sources[sheet as usize * per_sheet + side]));
            }
            writer.page(print_file, &places)?;
        }
    }
    let Wide { file, frame, tree, .. } = writer;
    let pages = tree.pages().len() as u32;
    if pages == 0 {
        return Err(StreamError::NoPages);
    }
    let finished = frame.finish(file, tree, media, resources, used, info, Conformance::Basic, viewer_preferences(sides))?;
    Ok((finished, pages))
}

/// A file of wide pages while it is written.
struct Wide<'w> {
    file: File<'w>,
    frame: Frame,
    tree: PageTree,
    /// Moves what follows to a lane.
    moves: Vec<Ref>,
    /// Back to the state before.
    end: Ref,
    page_end: Vec<u8>,
}

impl<'w> Wide<'w> {
    fn begin(out: &'w mut dyn Write, lanes: Lanes, media: &Media) -> Result<Wide<'w>, StreamError> {
        let mut file = File::new(out);
        let (frame, tree) = Frame::begin(&mut file);
        let mut moves = Vec::new();
        for lane in 0..i64::from(lanes.count) {
            let mut content = b"q 1 0 0 1 ".to_vec();
            write_decimal(((media.width + lanes.gap) * lane).centipoints(), 2, &mut content);
            content.extend_from_slice(b" 0 cm 0 0 ");
            // What overhangs its page must not reach the neighbour.
            write_decimal(media.width.centipoints(), 2, &mut content);
            content.push(b' ');
            write_decimal(media.height.centipoints(), 2, &mut content);
            content.extend_from_slice(b" re W n\n");
            let object = file.reserve();
            file.stream(object, b"", &content)?;
            moves.push(object);
        }
        let end = file.reserve();
        file.stream(end, b"", b"Q\n")?;
        let wide = lanes.page(media);
        let mut page_end = b"/MediaBox".to_vec();
        write_box(wide.width, wide.height, &mut page_end);
        page_end.extend_from_slice(b">>");
        Ok(Wide { file, frame, tree, moves, end, page_end })
    }

    fn page(&mut self, print_file: &[u8], places: &[(usize, &Source)]) -> Result<(), StreamError> {
        let parent = self.tree.parent(&mut self.file);
        let mut contents = Vec::with_capacity(places.len() * 4);
        for (place, source) in places {
            let Source { body, late } = source;
            let streams = body.iter().map(|body| (body, true)).chain(late.iter().map(|(late, compressed)| (late, *compressed)));
            let before = contents.len();
            for (range, is_compressed) in streams {
                if contents.len() == before {
                    contents.push(self.moves[*place]);
                }
                let object = self.file.reserve();
                let entries: &[u8] = if is_compressed { DEFLATED } else { b"" };
                self.file.stream(object, entries, &print_file[range.clone()])?;
                contents.push(object);
            }
            if contents.len() > before {
                contents.push(self.end);
            }
        }
        let object = self.file.reserve();
        let out = self.file.begin(object);
        begin_page(parent, !contents.is_empty(), out);
        for (at, stream) in contents.iter().enumerate() {
            out.push(if at == 0 { b'[' } else { b' ' });
            write_ref(*stream, out);
        }
        if !contents.is_empty() {
            out.push(b']');
        }
        out.extend_from_slice(&self.page_end);
        self.file.end()?;
        self.tree.push(object);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stacks_lie_in_order_once_they_are_cut() {
        let lanes = Lanes { count: 2, gap: Length::ZERO };
        for sheets in 1..20 {
            // From the first wide sheet to the last, lane by lane, as they are put on each other.
            let stacked: Vec<u32> = (0..2).flat_map(|lane| (0..lanes.rows(sheets)).filter_map(move |row| lanes.sheet(row, lane, sheets))).collect();
            assert_eq!(stacked, (0..sheets).collect::<Vec<_>>());
        }
        assert_eq!((0..3).map(|row| lanes.sheet(row, 1, 5)).collect::<Vec<_>>(), [Some(3), Some(4), None]);
    }

    #[test]
    fn a_wide_page_has_room_for_all_lanes() {
        let media = Media { name: "roll".into(), width: Length::from_points(600), height: Length::from_points(800) };
        let wide = Lanes { count: 3, gap: Length::from_points(10) }.page(&media);
        assert_eq!((wide.width, wide.height), (Length::from_points(1820), Length::from_points(800)));
    }
}
