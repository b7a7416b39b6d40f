//! Filling containers.
//!
//! Takes the pieces of a group in their order and the containers of its level, gives which piece goes into which: the largest is used
//! until the rest fits a smaller one. Must never put more into a container than its room and its weight allow.

use super::pieces::Piece;
use crate::model::mail::{Thickness, Weight};
use crate::postal::scheme::{Container, Share};

/// A container as it is filled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Space {
    /// Which, as an index into the containers of the scheme; `None`: the scheme has none, and this one has no limits.
    pub(super) container: Option<usize>,
    /// Thickness that it takes.
    room: Thickness,
    /// Thickness from which it is full.
    full: Thickness,
    /// Weight that it takes.
    net: Weight,
}

/// What went into a container.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Filled {
    pub(super) container: Option<usize>,
    /// So many of the pieces that follow.
    pub(super) pieces: usize,
    pub(super) load: Load,
    pub(super) is_full: bool,
}

/// Thickness and weight of several pieces.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Load {
    pub(super) thickness: Thickness,
    pub(super) weight: Weight,
}

impl Load {
    pub(super) fn with(self, piece: &Piece) -> Load {
        Load { thickness: self.thickness + piece.thickness(), weight: self.weight + piece.weight() }
    }

    fn without(self, other: Load) -> Load {
        Load { thickness: Thickness(self.thickness.0 - other.thickness.0), weight: Weight(self.weight.0 - other.weight.0) }
    }
}

impl Space {
    /// The only space of a scheme without containers.
    pub(super) const UNLIMITED: Space = Space { container: None, room: Thickness(u64::MAX), full: Thickness(0), net: Weight(u64::MAX) };

    /// A container, filled to `fill` or as the scheme says.
    pub(super) fn new(index: usize, container: &Container, fill: Option<Share>) -> Space {
        let to = fill.unwrap_or(container.full_to);
        Space {
            container: Some(index),
            room: to.of(container.inner_length),
            full: container.full_from.min(to).of(container.inner_length),
            net: container.net_max().unwrap_or(Weight(u64::MAX)),
        }
    }

    /// Puts the largest first.
    pub(super) fn sort(spaces: &mut [Space]) {
        spaces.sort_by_key(|space| std::cmp::Reverse((space.room, space.net)));
    }

    pub(super) fn takes(&self, load: Load) -> bool {
        load.thickness <= self.room && load.weight <= self.net
    }
}

/// Fills containers with the pieces of a group, each of which fits the first of `spaces` alone. What is left over goes back if the
/// level has no overflow: the pieces behind those of the containers.
pub(super) fn fill<'p>(pieces: impl Iterator<Item = &'p Piece> + Clone, spaces: &[Space], has_overflow: bool) -> Vec<Filled> {
    let mut filled = Vec::new();
    let mut rest = pieces.clone().fold(Load::default(), Load::with);
    let mut pieces = pieces.peekable();
    while pieces.peek().is_some() {
        let Some(space) = choose(rest, spaces, has_overflow) else { break };
        let mut load = Load::default();
        let mut count = 0;
        while let Some(piece) = pieces.next_if(|piece| space.takes(load.with(piece))) {
            load = load.with(piece);
            count += 1;
        }
        // A piece that does not fit a small container by itself goes back with all behind it.
        if count == 0 {
            break;
        }
        let is_full = load.thickness >= space.full || pieces.peek().is_some();
        filled.push(Filled { container: space.container, pieces: count, load, is_full });
        rest = rest.without(load);
    }
    filled
}

/// The next container: the smallest that takes all the rest; if none does, the largest. Without overflow one that would stay too empty
/// is passed over for the largest that the rest fills.
fn choose(rest: Load, spaces: &[Space], has_overflow: bool) -> Option<&Space> {
    match spaces.iter().rev().find(|space| space.takes(rest)) {
        None => spaces.first(),
        Some(last) if has_overflow || rest.thickness >= last.full => Some(last),
        Some(_) => spaces.iter().find(|space| !space.takes(rest)),
    }
}
