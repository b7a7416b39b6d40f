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
    for (page, media) in media.into_iter().enumerate() {
        let front = sides.last().copied().filter(|side| duplex && side.is_front);
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
    if let Some(front) = sides.last().copied().filter(|side| duplex && side.is_front) {
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
}
