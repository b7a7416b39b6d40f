//! How print files lie on paper: moved pages, room around them, banners of trays, and what goes to the press beside them.
//!
//! Takes `[print.sheet]`, `[print.banner]` and the keys of `[print]` about tickets, gives settings. Must never know a page.

use super::keys_mark;
use super::print::{parse_length, read_length};
use super::read::Table;
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::length::Length;
use crate::model::page::Media;
use crate::streams::print_sheet::PrintSheet;
use crate::streams::print_up::Lanes;

/// What goes to the press beside each print file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tickets {
    /// A job ticket, JDF.
    pub jdf: bool,
    /// An index of the pieces, CSV.
    pub csv: bool,
    /// The same, JSON.
    pub json: bool,
}

impl Tickets {
    /// Whether there is any.
    pub fn any(self) -> bool {
        self.jdf || self.csv || self.json
    }
}

/// The largest move that is no slip, and the largest room around a page.
const MOVE_MAX: Length = Length::from_points(72);
const OUTSIDE_MAX: Length = Length::from_points(144);

/// Reads `index` and `ticket` of `[print]`.
pub(super) fn read_tickets(table: Option<&Table<'_>>, faults: &mut Faults) -> Tickets {
    let Some(table) = table else { return Tickets::default() };
    let words = [("none", (false, false)), ("csv", (true, false)), ("json", (false, true)), ("both", (true, true))];
    let (csv, json) = table.word("index", &words, faults).unwrap_or_default();
    let jdf = table.word("ticket", &[("none", false), ("jdf", true)], faults).unwrap_or(false);
    Tickets { jdf, csv, json }
}

/// Reads `[print.sheet]`.
pub(super) fn read_sheet(table: Option<&Table<'_>>, is_duplex: bool, faults: &mut Faults) -> PrintSheet {
    let mut sheet = PrintSheet { is_duplex, ..PrintSheet::default() };
    let Some(table) = table.and_then(|table| table.table("sheet", &keys_mark::SHEET, faults)) else { return sheet };
    sheet.front = read_move(&table, "offset-front", faults);
    sheet.back = read_move(&table, "offset-back", faults);
    if table.has("offset-back") && !is_duplex {
        let fault = Diagnostic::error(&code::JOB_VALUE, table.span, "a job that prints on one side has no backs to move");
        faults.push(fault.hint("leave out `offset-back`, or set `duplex`"));
    }
    if let Some(outside) = read_length(&table, "outside", faults) {
        if outside < Length::ZERO || outside > OUTSIDE_MAX {
            let message = format!("`outside` is {outside}, beyond 0 to {OUTSIDE_MAX}");
            faults.push(Diagnostic::error(&code::JOB_VALUE, table.span, message));
        }
        sheet.outside = outside;
    }
    sheet
}

fn read_move(table: &Table<'_>, key: &str, faults: &mut Faults) -> [Length; 2] {
    let Some(text) = table.text(key, faults) else { return [Length::ZERO; 2] };
    let parts: Vec<&str> = text.text.split_whitespace().collect();
    let lengths: Vec<Length> = parts.iter().filter_map(|part| parse_length(part)).collect();
    match *lengths.as_slice() {
        [right, down] if parts.len() == 2 && [right, down].iter().all(|length| *length <= MOVE_MAX && *length >= -MOVE_MAX) => [right, down],
        _ => {
            let fault = Diagnostic::error(&code::JOB_VALUE, text.part(0..text.text.len()), format!("`{}` is no move of a page", text.text));
            faults.push(fault.hint("write two lengths of at most an inch, to the right and down: `0.3mm -0.2mm`"));
            [Length::ZERO; 2]
        }
    }
}

/// Reads `[print.lanes]`.
pub(super) fn read_lanes(table: Option<&Table<'_>>, media: &[Media], faults: &mut Faults) -> Option<Lanes> {
    let table = table?.table("lanes", &keys_mark::LANES, faults)?;
    let count = table.integer("count", 2..=8, faults).unwrap_or(2) as u32;
    let lanes = Lanes { count, gap: read_length(&table, "gap", faults).unwrap_or_default() };
    if let [_, other, ..] = media {
        let message = format!("pages side by side are of one paper, the job also prints on `{}`", other.name);
        faults.push(Diagnostic::error(&code::JOB_MEDIA, table.span, message).hint("give all page masters one `media`; a roll has no banners"));
    }
    // ISO 32000-1, annex C: the largest side of a page.
    if media.first().is_some_and(|media| lanes.page(media).width > Length::from_points(14_400)) || lanes.gap < Length::ZERO {
        faults.push(Diagnostic::error(&code::JOB_VALUE, table.span, "the wide page is beyond what a PDF page may be"));
    }
    Some(lanes)
}

/// Reads `[print.banner]`; its paper joins those of the job.
pub(super) fn read_banner(table: Option<&Table<'_>>, media: &mut Vec<Media>, faults: &mut Faults) -> Option<u8> {
    let table = table?.table("banner", &keys_mark::BANNER, faults)?;
    let name = table.required_text("media", faults)?;
    let [width, height] = ["width", "height"].map(|key| read_length(&table, key, faults));
    let (width, height) = match (width, height, media.first()) {
        (Some(width), Some(height), _) => (width, height),
        (None, None, Some(first)) => (first.width, first.height),
        _ => {
            let fault = Diagnostic::error(&code::JOB_VALUE, table.span, "a banner has a `width` and a `height`, or neither");
            faults.push(fault.hint("without them it is of the size of the first page"));
            return None;
        }
    };
    let least = Length::from_points(72);
    if width < least || height < least {
        faults.push(Diagnostic::error(&code::JOB_VALUE, table.span, format!("a banner of {width} by {height} is too small")));
        return None;
    }
    let wanted = Media { name: name.text, width, height };
    let index = media.iter().position(|known| *known == wanted).unwrap_or_else(|| {
        media.push(wanted);
        media.len() - 1
    });
    u8::try_from(index).ok()
}
