//! Puts pieces into postal order.
//!
//! Takes pieces (postcode, thickness, weight, fields) and a [`Scheme`], gives them level by level in containers, with labels, prices and
//! the reasons for both. The same pieces and tables give the same answer. Must never know sheets, envelopes or what is printed, and
//! never look at a file: whoever sorts more than fits brings [`Runs`].
//!
//! How: pieces are sorted by postcode and then as they came; each level takes the groups of those still without a tray that are large
//! enough, and fills its containers; what is left goes on to the next level. Conditions of the whole mailing are looked at last.

mod bundles;
mod eligible;
mod explain;
mod fill;
mod grouping;
mod label;
mod near;
mod pallets;
mod pieces;
mod postage;
mod postcode;
mod runs;
#[cfg(test)]
mod tests;

pub use bundles::Bundle;
pub use eligible::Verdict;
pub use explain::Explanation;
pub use label::{Label, TrayBarcode, TrayBarcodeError};
pub use near::NearMiss;
pub use pallets::Pallet;
pub use pieces::{Piece, PieceError, Pieces, Sorted};
pub use postage::{Postage, PostageLine};
pub use postcode::{POSTCODE_LENGTH_MAX, Postcode};
pub use runs::{Runs, RunsInMemory};

use std::collections::BTreeMap;
use std::ops::Range;

use self::fill::{Filled, Space, fill};
use self::grouping::{Groups, group};
use super::scheme::{Container, Level, Minimum, Scheme, Share};
use crate::base::date::Date;
use crate::model::mail::{Thickness, Weight};

/// What a mailing is sorted by besides its scheme.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// The day of mailing: which prices hold.
    pub date: Date,
    /// How far containers are filled, instead of what the scheme says.
    pub fill: Option<Share>,
    /// Length and height of the envelope: containers that are too small for it are not used. `None`: not looked at.
    pub size: Option<(Thickness, Thickness)>,
    /// The number of the first tray: a job with several envelopes numbers its trays through.
    pub tray_first: u32,
    /// The values of `{job.NAME}` on labels.
    pub job: BTreeMap<String, String>,
}

impl Settings {
    /// The settings of a day, all else as the scheme says.
    pub fn on(date: Date) -> Settings {
        Settings { date, fill: None, size: None, tray_first: 1, job: BTreeMap::new() }
    }
}

/// Why a mailing cannot be sorted.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PresortError {
    /// The envelope is too large for all containers of a level.
    #[error("no container of the level `{level}` takes a piece of {length} by {height}")]
    NoContainer {
        /// The level.
        level: String,
        /// Length of the piece.
        length: Thickness,
        /// Its height.
        height: Thickness,
    },
}

/// A mailing in postal order. A place is the index of a piece in this order, from 0.
#[derive(Debug)]
pub struct Presorted<'s> {
    /// The scheme.
    pub scheme: &'s Scheme,
    /// What else it was sorted by.
    pub settings: Settings,
    /// The trays, in the order of their numbers.
    pub trays: Vec<Tray>,
    /// Bundles within trays, in the order of their pieces.
    pub bundles: Vec<Bundle>,
    /// Pallets, in the order of their numbers.
    pub pallets: Vec<Pallet>,
    /// What became of each level, finest first.
    pub levels: Vec<LevelOutcome>,
    /// Whether the mailing meets the conditions of the scheme.
    pub verdict: Verdict,
    sorted: Sorted,
    /// Positions in `sorted` by place.
    places: Vec<u32>,
    /// Positions of pieces that no level took.
    left: Vec<u32>,
}

/// A tray, or another container that is filled with pieces.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tray {
    /// Its number in the job, from [`Settings::tray_first`].
    pub number: u32,
    /// Its level, an index into [`Scheme::levels`].
    pub level: usize,
    /// Its group, an index into [`LevelOutcome::groups`].
    pub group: usize,
    /// Its container, an index into [`Scheme::containers`]; `None` if the scheme has none.
    pub container: Option<usize>,
    /// The places of its pieces.
    pub places: Range<u32>,
    /// The smallest postcode in it.
    pub first: Postcode,
    /// The greatest postcode in it.
    pub last: Postcode,
    /// What its pieces weigh.
    pub net: Weight,
    /// What it weighs with them.
    pub gross: Weight,
    /// How thick its pieces are together.
    pub thickness: Thickness,
    /// Whether it is as full as the scheme asks.
    pub is_full: bool,
    /// The number of its pallet, from 1; 0: none.
    pub pallet: u32,
}

impl Tray {
    /// How many pieces are in it.
    pub fn pieces(&self) -> u32 {
        self.places.end - self.places.start
    }
}

/// What became of a level.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct LevelOutcome {
    /// The groups that the level found, in the order of their keys.
    pub groups: Vec<Group>,
    /// Pieces that came to it.
    pub offered: u64,
    /// Pieces without a key at it.
    pub without_key: u64,
    /// Pieces in its trays.
    pub placed: u64,
    /// How many trays it has.
    pub trays: u32,
}

/// The pieces that share a key, among those that no finer level took.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// The key.
    pub key: Box<str>,
    /// How many pieces there were.
    pub pieces: u32,
    /// What they weigh.
    pub weight: Weight,
    /// How many of them are in trays of the level.
    pub placed: u32,
    /// How many full containers they make; 0 where nobody asks.
    pub full_containers: u32,
}

impl LevelOutcome {
    /// The group of a key.
    pub fn find(&self, key: &str) -> Option<&Group> {
        self.groups.binary_search_by(|group| (*group.key).cmp(key)).ok().map(|at| &self.groups[at])
    }
}

/// Sorts a mailing.
pub fn presort<'s>(scheme: &'s Scheme, sorted: Sorted, settings: Settings) -> Result<Presorted<'s>, PresortError> {
    let mut presorted = Presorted {
        scheme,
        trays: Vec::new(),
        bundles: Vec::new(),
        pallets: Vec::new(),
        levels: Vec::with_capacity(scheme.levels.len()),
        verdict: eligible::judge(scheme, &sorted),
        places: Vec::with_capacity(sorted.len()),
        left: (0..sorted.len() as u32).collect(),
        sorted,
        settings,
    };
    for index in 0..scheme.levels.len() {
        presorted.place_level(index)?;
    }
    assert!(presorted.places.len() + presorted.left.len() == presorted.sorted.len(), "a piece was lost or doubled");
    presorted.bundles = bundles::bundle(&presorted);
    pallets::load(&mut presorted);
    Ok(presorted)
}

impl<'s> Presorted<'s> {
    fn place_level(&mut self, index: usize) -> Result<(), PresortError> {
        let level = &self.scheme.levels[index];
        let spaces = spaces(self.scheme, level, self.settings.size, self.settings.fill)?;
        let largest = spaces.first().copied().unwrap_or(Space::UNLIMITED);
        let takes = |piece: &Piece| largest.takes(fill::Load::default().with(piece));
        let Groups { keys, members, without } = group(&self.left, &self.sorted, &level.key, &self.scheme.maps, takes);
        let mut outcome = LevelOutcome { offered: self.left.len() as u64, without_key: without.len() as u64, ..LevelOutcome::default() };
        // Both parts are in the order of postcodes; what goes back is merged into it at the end.
        let mut back = without;
        for (key, range) in keys {
            let members = &members[range];
            let (filled, group) = self.fill_group(level, key, members, &spaces);
            self.keep(index, outcome.groups.len(), members, &filled);
            back.extend_from_slice(&members[group.placed as usize..]);
            outcome.placed += u64::from(group.placed);
            outcome.trays += filled.len() as u32;
            outcome.groups.push(group);
        }
        back.sort_unstable();
        self.left = back;
        self.levels.push(outcome);
        Ok(())
    }

    /// What a group has, and its containers if it has enough.
    fn fill_group(&self, level: &Level, key: Box<str>, members: &[u32], spaces: &[Space]) -> (Vec<Filled>, Group) {
        let pieces = members.iter().map(|position| &self.sorted.list[*position as usize]);
        let weight = Weight(pieces.clone().map(|piece| piece.weight().0).sum());
        let mut group = Group { key, pieces: members.len() as u32, weight, placed: 0, full_containers: 0 };
        let qualifies = match level.minimum {
            Minimum::Pieces(least) => members.len() as u64 >= least,
            Minimum::Weight(least) => weight >= least,
            Minimum::FullContainers(_) => true,
        };
        if !qualifies {
            return (Vec::new(), group);
        }
        let filled = fill(pieces, spaces, level.has_overflow);
        if let Minimum::FullContainers(least) = level.minimum {
            group.full_containers = filled.iter().filter(|filled| filled.is_full).count() as u32;
            if u64::from(group.full_containers) < least {
                return (Vec::new(), group);
            }
        }
        group.placed = filled.iter().map(|filled| filled.pieces as u32).sum();
        (filled, group)
    }

    /// Takes the filled containers of a group into the order.
    fn keep(&mut self, level: usize, group: usize, members: &[u32], filled: &[Filled]) {
        let mut at = 0;
        for filled in filled {
            let own = &members[at..at + filled.pieces];
            at += filled.pieces;
            let start = self.places.len() as u32;
            self.places.extend_from_slice(own);
            let postcode = |position: Option<&u32>| position.map_or(Postcode::NONE, |position| self.sorted.list[*position as usize].postcode);
            let tare = self.find_container(filled.container).map_or(Weight(0), |container| container.tare);
            self.trays.push(Tray {
                number: self.settings.tray_first + self.trays.len() as u32,
                level,
                group,
                container: filled.container,
                places: start..self.places.len() as u32,
                first: postcode(own.first()),
                last: postcode(own.last()),
                net: filled.load.weight,
                gross: filled.load.weight + tare,
                thickness: filled.load.thickness,
                is_full: filled.is_full,
                pallet: 0,
            });
        }
    }

    fn find_container(&self, index: Option<usize>) -> Option<&'s Container> {
        self.scheme.containers.as_ref()?.get(index?)
    }

    /// How many pieces have a place.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether no piece has a place.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The sequences of all pieces, by place: the order in which they are printed.
    pub fn order(&self) -> impl Iterator<Item = u32> + '_ {
        self.places.iter().map(|position| self.sorted.list[*position as usize].sequence)
    }

    /// The piece at a place.
    pub fn piece(&self, place: u32) -> &Piece {
        &self.sorted.list[self.places[place as usize] as usize]
    }

    /// The pieces that no level took, in the order of their postcodes.
    pub fn left(&self) -> impl Iterator<Item = &Piece> + '_ {
        self.left.iter().map(|position| &self.sorted.list[*position as usize])
    }

    /// The index of the tray at a place.
    pub fn tray_at(&self, place: u32) -> usize {
        assert!((place as usize) < self.places.len(), "there is no place {place}");
        self.trays.partition_point(|tray| tray.places.end <= place)
    }

    /// The level of a tray.
    pub fn level(&self, tray: &Tray) -> &'s Level {
        &self.scheme.levels[tray.level]
    }

    /// The key of a tray.
    pub fn key(&self, tray: &Tray) -> &str {
        &self.levels[tray.level].groups[tray.group].key
    }

    /// The container of a tray; `None` if the scheme has none.
    pub fn container(&self, tray: &Tray) -> Option<&'s Container> {
        self.find_container(tray.container)
    }

    /// The value of a field of a piece.
    pub fn field(&self, piece: &Piece, index: usize) -> &str {
        self.sorted.field(piece, index)
    }
}

/// Whether every level of a scheme has a container for envelopes of this length and height.
///
/// # Errors
/// The first level that has none.
pub fn check_size(scheme: &Scheme, size: (Thickness, Thickness)) -> Result<(), PresortError> {
    scheme.levels.iter().try_for_each(|level| spaces(scheme, level, Some(size), None).map(drop))
}

/// The containers of a level that take the envelope, largest first.
fn spaces(scheme: &Scheme, level: &Level, size: Option<(Thickness, Thickness)>, fill: Option<Share>) -> Result<Vec<Space>, PresortError> {
    let Some(containers) = &scheme.containers else { return Ok(vec![Space::UNLIMITED]) };
    let takes = |container: &Container| {
        size.is_none_or(|(length, height)| {
            container.inner_width.is_none_or(|width| length <= width) && container.inner_height.is_none_or(|most| height <= most)
        })
    };
    let mut spaces: Vec<Space> =
        level.containers.iter().filter(|index| takes(&containers[**index])).map(|index| Space::new(*index, &containers[*index], fill)).collect();
    if let Some((length, height)) = size
        && spaces.is_empty()
    {
        return Err(PresortError::NoContainer { level: level.id.clone(), length, height });
    }
    Space::sort(&mut spaces);
    Ok(spaces)
}
