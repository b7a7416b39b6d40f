//! Pages onto sheets.
//!
//! Takes the papers of a document's pages, gives the sides that the press prints. A document begins on a front; a page
//! whose paper differs from that of the front before it begins a new sheet, because both sides are one piece of paper.

/// One side of a sheet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Side {
    /// The index of the page; `None` for an empty side.
    pub(super) page: Option<usize>,
    /// Its paper.
    pub(super) media: u8,
    /// The sheet it is on, from 1.
    pub(super) sheet: u32,
    /// Whether it is the front.
    pub(super) is_front: bool,
}

/// The sides of a document whose pages have these papers.
pub(super) fn impose(duplex: bool, media: impl IntoIterator<Item = u8>, sides: &mut Vec<Side>) {
    sides.clear();
    append(duplex, 0, media, sides);
}

/// Adds the sides of another document, whose first page has the index `first`. It begins on a front too: the sides before are
/// those of whole sheets.
pub(super) fn append(duplex: bool, first: usize, media: impl IntoIterator<Item = u8>, sides: &mut Vec<Side>) {
    let start = sides.len();
    for (page, media) in (first..).zip(media) {
        let front = sides[start..].last().copied().filter(|side| duplex && side.is_front);
        match front {
            Some(front) if front.media == media => sides.push(Side { page: Some(page), is_front: false, ..front }),
            Some(front) => {
                sides.push(Side { page: None, is_front: false, ..front });
                sides.push(Side { page: Some(page), media, sheet: front.sheet + 1, is_front: true });
            }
            None => {
                let sheet = sides.last().map_or(0, |side| side.sheet) + 1;
                sides.push(Side { page: Some(page), media, sheet, is_front: true });
            }
        }
    }
    if let Some(front) = sides[start..].last().copied().filter(|side| duplex && side.is_front) {
        sides.push(Side { page: None, is_front: false, ..front });
    }
}

/// How many sheets the sides take.
pub(super) fn sheet_count(sides: &[Side]) -> u32 {
    sides.last().map_or(0, |side| side.sheet)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pages as `a0 b1 …`: paper and index; `-` is an empty side; `|` begins a sheet.
    #[track_caller]
    fn check(duplex: bool, media: &str, expected: &str) {
        let mut sides = Vec::new();
        impose(duplex, media.bytes(), &mut sides);
        let mut shown = String::new();
        for side in &sides {
            shown.push_str(if side.is_front { "|" } else { " " });
            shown.push_str(&side.page.map_or("-".to_string(), |page| format!("{}{page}", char::from(side.media))));
        }
        assert_eq!(shown, expected);
        assert_eq!(sheet_count(&sides) as usize, expected.matches('|').count());
    }

    #[test]
    fn documents_begin_on_a_front_and_sheets_have_one_paper() {
        check(false, "aab", "|a0|a1|b2");
        check(true, "a", "|a0 -");
        check(true, "aaa", "|a0 a1|a2 -");
        check(true, "abb", "|a0 -|b1 b2");
        check(true, "aba", "|a0 -|b1 -|a2 -");
    }

    #[test]
    fn a_second_document_begins_on_a_front() {
        let mut sides = Vec::new();
        impose(true, *b"aaa", &mut sides);
        append(true, 3, *b"aa", &mut sides);
        let shown: Vec<(Option<usize>, u32, bool)> = sides.iter().map(|side| (side.page, side.sheet, side.is_front)).collect();
        assert_eq!(shown, [(Some(0), 1, true), (Some(1), 1, false), (Some(2), 2, true), (None, 2, false), (Some(3), 3, true), (Some(4), 3, false)]);
    }
}
