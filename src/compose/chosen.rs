//! Pictures that records choose.
//!
//! Takes the name that a record makes, gives the picture of that name as the plan knows it. Must never open a file.

use super::bind::{Binder, Bound};
use super::paginate::{Paginator, Room};
use super::track::aligned;
use crate::base::code;
use crate::model::content::Block;
use crate::model::picture::{ChosenContent, ChosenNode};
use crate::model::record::Hold;

/// Most characters of a name that are shown.
const SHOWN_MAX: usize = 80;

impl<'s, 'p, 'a> Binder<'s, 'p, 'a>
where
    'p: 'a,
{
    /// Binds a picture that the record chooses.
    pub(super) fn chosen_picture(&mut self, node: &'a ChosenNode) -> Bound<Block<'a>> {
        let mut name = std::mem::take(&mut self.buffer);
        name.clear();
        self.write(&node.name, &mut name)?;
        let folder = &self.setter.resources.folders[usize::from(node.folder.0)];
        let found = folder.pictures.get(name.as_str()).copied().or(node.missing);
        let held = || {
            // The name is the customer's: line ends and the like are shown as such.
            let shown: String = name.chars().take(SHOWN_MAX).collect();
            Hold::new(&code::RECORD_CHOICE, format!("the folder `{}` has no picture {shown:?}", folder.path))
        };
        let picture = found.ok_or_else(held)?;
        self.buffer = name;
        let (shown, place) = picture.fitted(node.width, node.height);
        let alt = self.text_of(&node.alt)?;
        Ok(Block::Chosen(self.arena.alloc(ChosenContent { node, shown, place, alt })))
    }
}

impl<'p, 'a> Paginator<'_, '_, 'p, 'a>
where
    'p: 'a,
{
    /// Paints a chosen picture in the middle of its place.
    pub(super) fn paint_chosen(&mut self, chosen: &ChosenContent<'a>, room: Room) {
        let (width, height) = chosen.place;
        let left = aligned(room.x, room.width, width, chosen.node.align);
        let x = aligned(left, width, chosen.shown.width, chosen.node.align);
        let y = room.y + (height - chosen.shown.height) / 2;
        self.paint_picture(chosen.shown.picture, x, y, chosen.shown.width, chosen.shown.height);
    }
}
