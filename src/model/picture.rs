//! Pictures that records choose.
//!
//! Takes the pictures of a folder as the plan found them, gives nodes, content and sizes. Must never hold a path that can be opened: a
//! record can name what the plan knows and nothing else.

use std::collections::BTreeMap;

use crate::base::length::Length;
use crate::kit::expr::Expr;
use crate::model::layout::Align;
use crate::model::resources::{FolderId, Picture};

/// A picture and its size.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SizedPicture {
    /// Which.
    pub picture: Picture,
    /// Width.
    pub width: Length,
    /// Height.
    pub height: Length,
}

/// The pictures of a folder.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PictureFolder {
    /// Its path as the layout writes it.
    pub path: String,
    /// The pictures by their paths in it, each in its own size.
    pub pictures: BTreeMap<String, SizedPicture>,
}

/// A picture that each record chooses.
#[derive(Debug)]
pub struct ChosenNode {
    /// The folder it is chosen from.
    pub folder: FolderId,
    /// Its path in the folder.
    pub name: Expr,
    /// What is shown if the folder has no such picture; without it the record is held.
    pub missing: Option<SizedPicture>,
    /// Width of its place; with the height, it is as large as fits both.
    pub width: Option<Length>,
    /// Height of its place.
    pub height: Option<Length>,
    /// Where it stands across.
    pub align: Align,
    /// What it shows, for readers who cannot see it.
    pub alt: Expr,
}

/// A chosen picture.
#[derive(Clone, Copy, Debug)]
pub struct ChosenContent<'a> {
    /// How it is shown.
    pub node: &'a ChosenNode,
    /// Which, in its size on the page.
    pub shown: SizedPicture,
    /// Width and height of its place.
    pub place: (Length, Length),
    /// What it shows, for readers who cannot see it.
    pub alt: &'a str,
}

impl SizedPicture {
    /// The picture in a size of which one or both may be given, and its place: it fits both and keeps its shape.
    pub fn fitted(self, width: Option<Length>, height: Option<Length>) -> (SizedPicture, (Length, Length)) {
        let of_width =
            |width: Length| SizedPicture { width, height: width.scaled(self.height.millipoints(), self.width.millipoints().max(1)), ..self };
        let of_height =
            |height: Length| SizedPicture { height, width: height.scaled(self.width.millipoints(), self.height.millipoints().max(1)), ..self };
        let shown = match (width, height) {
            (None, None) => self,
            (Some(width), None) => of_width(width),
            (None, Some(height)) => of_height(height),
            (Some(width), Some(height)) => {
                let wide = of_width(width);
                return (if wide.height <= height { wide } else { of_height(height) }, (width, height));
            }
        };
        (shown, (shown.width, shown.height))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::resources::ImageId;

    #[test]
    fn a_picture_keeps_its_shape() {
        let own = SizedPicture { picture: Picture::Image(ImageId(0)), width: Length::from_points(40), height: Length::from_points(20) };
        let check = |width: Option<i64>, height: Option<i64>, shown: (i64, i64), place: (i64, i64)| {
            let points = |(a, b): (i64, i64)| (Length::from_points(a), Length::from_points(b));
            let (found, room) = own.fitted(width.map(Length::from_points), height.map(Length::from_points));
            assert_eq!(((found.width, found.height), room), (points(shown), points(place)));
        };
        check(None, None, (40, 20), (40, 20));
        check(Some(80), None, (80, 40), (80, 40));
        check(None, Some(10), (20, 10), (20, 10));
        check(Some(80), Some(80), (80, 40), (80, 80));
        check(Some(80), Some(10), (20, 10), (80, 10));
    }
}
