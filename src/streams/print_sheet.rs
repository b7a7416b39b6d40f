//! How pages lie on the sheets of a press: moved by a little, and with room around them that is cut off.
//!
//! Takes settings, gives the boxes of pages and the operators around their content. Bodies stay byte for byte what they are. Must
//! never know what a page shows.

use crate::base::length::Length;
use crate::kit::pdf::{write_box, write_decimal, write_integer};
use crate::model::page::Media;

/// How all pages of a print file lie on their sheets.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PrintSheet {
    /// Room around the page that is cut off: the media box is larger by this on all sides, and the trim box is the page.
    pub outside: Length,
    /// How far fronts are moved to the right and down.
    pub front: [Length; 2],
    /// The same for backs.
    pub back: [Length; 2],
    /// Whether every second page is a back.
    pub is_duplex: bool,
}

impl PrintSheet {
    /// Whether content is moved at all.
    pub(super) fn is_moved(&self) -> bool {
        [self.front, self.back].concat().iter().any(|length| *length != Length::ZERO)
    }

    /// The content before that of a page: it saves the state, which [`PrintSheet::END`] gives back.
    pub(super) fn begin([right, down]: [Length; 2]) -> Vec<u8> {
        let mut out = BEGIN.to_vec();
        write_decimal(right.centipoints(), 2, &mut out);
        out.push(b' ');
        write_decimal(-down.centipoints(), 2, &mut out);
        out.extend_from_slice(b" cm\n");
        out
    }

    /// The content after that of a page. What a body left open inside of it would be a fault of the body.
    pub(super) const END: &'static [u8] = b"Q\n";

    /// The end of the page dictionary for each media (ISO 32000-1, 14.11.2: boxes).
    pub(super) fn page_ends(&self, media: &[Media]) -> Vec<Vec<u8>> {
        if self.outside <= Length::ZERO {
            return super::frame::page_ends(media);
        }
        let end = |(index, media): (usize, &Media)| {
            let mut end = b"/MediaBox[".to_vec();
            for (at, edge) in [-self.outside, -self.outside, media.width + self.outside, media.height + self.outside].into_iter().enumerate() {
                end.extend_from_slice(if at == 0 { b"" } else { b" " });
                write_decimal(edge.centipoints(), 2, &mut end);
            }
            end.extend_from_slice(b"]/TrimBox");
            write_box(media.width, media.height, &mut end);
            if index > 0 {
                end.extend_from_slice(b"/PRSN_Media ");
                write_integer(index as i64, &mut end);
            }
            end.extend_from_slice(b">>");
            end
        };
        media.iter().enumerate().map(end).collect()
    }

    /// The settings whose page ends begin with these bytes, as far as boxes tell.
    pub(super) fn read_outside(bytes: &[u8]) -> Option<PrintSheet> {
        let text = bytes.strip_prefix(b"/MediaBox[-")?;
        let text = std::str::from_utf8(text.get(..text.iter().take(16).position(|byte| *byte == b' ')?)?).ok()?;
        Some(PrintSheet { outside: Length::parse(text, "pt")?, ..PrintSheet::default() })
    }
}

/// How the content before a page begins.
pub(super) const BEGIN: &[u8] = b"q 1 0 0 1 ";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_and_moves_are_written_and_known_again() {
        let media = Media { name: "plain".into(), width: Length::from_points(595), height: Length::from_points(842) };
        let outside = Length::parse("5", "mm").unwrap();
        let sheet = PrintSheet { outside, front: [Length::from_points(1), Length::from_points(-2)], ..PrintSheet::default() };
        let ends = sheet.page_ends(&[media.clone(), media]);
        assert_eq!(String::from_utf8_lossy(&ends[1]), "/MediaBox[-14.17 -14.17 609.17 856.17]/TrimBox[0 0 595 842]/PRSN_Media 1>>");
        let again = PrintSheet::read_outside(&ends[0]).unwrap();
        assert_eq!(again.outside.centipoints(), outside.centipoints());
        assert_eq!(PrintSheet::begin(sheet.front), b"q 1 0 0 1 1 2 cm\n");
        assert!(sheet.is_moved() && !again.is_moved());
    }
}
