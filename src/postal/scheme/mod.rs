//! Schemes: how a post wants its mail sorted, trayed, labelled and priced, as a folder of small tables.
//!
//! Takes the texts of `scheme.csv`, `levels.csv`, `map_NAME.csv` and the optional `containers.csv`, `labels.csv`, `prices.csv`,
//! `bundles.csv`, `pallets.csv` and `maildat.csv`; gives a [`Scheme`] or all its faults, each with file, line and column. Must never know a post:
//! every name, number and limit stands in the tables (their format: `schemes/README.md`).

mod eligibility;
mod keys;
mod labels;
mod maps;
mod money;
mod read;
mod rows;
#[cfg(test)]
mod tests;

pub use eligibility::{Eligibility, Term};
pub use keys::{KeyRule, NoKey, Step};
pub use labels::{LabelSet, LabelValues, Template};
pub use maps::{Map, Range};
pub use money::{NoPrice, Price, Prices};
pub use read::{Day, SchemeFile, read};

use crate::base::date::Date;
use crate::base::hash::Hash;
use crate::base::money::Currency;
use crate::model::mail::{Country, Thickness, Weight};

/// A scheme, read and checked.
#[derive(Clone, PartialEq, Debug)]
pub struct Scheme {
    /// What it is called: `scheme_id`.
    pub id: String,
    /// Which of its editions it is.
    pub version: String,
    /// Whose post it is for; `None` if the tables do not say.
    pub country: Option<Country>,
    /// Of its prices; [`Currency::NONE`] if the tables do not say.
    pub currency: Currency,
    /// What the scheme calls the postcode: the name of the column in lists of pieces.
    pub postcode_field: String,
    /// First and last day on which mail may be sorted by it.
    pub valid: (Option<Date>, Option<Date>),
    /// Which mailings it is for; `None`: any.
    pub eligibility: Option<Eligibility>,
    /// The levels, finest first.
    pub levels: Vec<Level>,
    /// The maps, by name.
    pub maps: Vec<Map>,
    /// The containers; `None` if the scheme has no `containers.csv`: then each group is one container without limits.
    pub containers: Option<Vec<Container>>,
    /// The label sets.
    pub labels: Vec<LabelSet>,
    /// The prices; `None` if the scheme has no `prices.csv`.
    pub prices: Option<Prices>,
    /// How pieces of a tray are bundled, at most one rule per level.
    pub bundles: Vec<BundleRule>,
    /// How trays are put on pallets, finest level first.
    pub pallets: Vec<PalletRule>,
    /// What Mail.dat says of each level; empty if the scheme has no `maildat.csv`.
    pub maildat: Vec<MailDatLevel>,
    /// The names of `field:NAME`, each once, in the order in which pieces bring their values.
    pub fields: Vec<String>,
    /// The SHA-256 of each table, by file name: what a job was sorted by.
    pub tables: Vec<(String, Hash)>,
}

/// A level of sorting.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Level {
    /// What the tables call it: `5D`.
    pub id: String,
    /// What people call it: `5-digit`.
    pub name: String,
    /// Which pieces belong together.
    pub key: KeyRule,
    /// How much a group must have.
    pub minimum: Minimum,
    /// Whether what is left of a group after its full containers gets a container of its own.
    pub has_overflow: bool,
    /// Its containers, as indexes into [`Scheme::containers`].
    pub containers: Vec<usize>,
    /// By which its pieces are priced.
    pub price_category: String,
    /// Its labels, as an index into [`Scheme::labels`].
    pub label_set: Option<usize>,
}

/// The least a group must have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Minimum {
    /// So many pieces.
    Pieces(u64),
    /// So much weight.
    Weight(Weight),
    /// So many full containers.
    FullContainers(u64),
}

/// A kind of tray, box or sack.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Container {
    /// What the tables call it: `MM2`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Room for the thickness of its pieces.
    pub inner_length: Thickness,
    /// Room for the length of a piece; `None`: not looked at.
    pub inner_width: Option<Thickness>,
    /// Room for the height of a piece; `None`: not looked at.
    pub inner_height: Option<Thickness>,
    /// From how much of its length it counts as full.
    pub full_from: Share,
    /// How much of its length is filled at most.
    pub full_to: Share,
    /// The most it may weigh with its pieces; `None`: no limit.
    pub gross_max: Option<Weight>,
    /// What it weighs empty.
    pub tare: Weight,
    /// What mail documentation calls its type.
    pub code: String,
}

/// A share of a length, in thousandths of a per cent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Share(pub u32);

impl Share {
    /// 100 %.
    pub const WHOLE: Share = Share(100_000);

    /// So much of a length, rounded down.
    pub fn of(self, length: Thickness) -> Thickness {
        Thickness((u128::from(length.0) * u128::from(self.0) / 100_000) as u64)
    }
}

/// How the pieces of a tray are bundled: pieces of one key that follow each other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BundleRule {
    /// For trays of this level, an index into [`Scheme::levels`].
    pub level: usize,
    /// Which pieces belong together.
    pub key: KeyRule,
    /// Fewer pieces of a key stay loose.
    pub pieces_min: u64,
    /// The most pieces of a bundle.
    pub pieces_max: Option<u64>,
    /// The greatest thickness of a bundle.
    pub thickness_max: Option<Thickness>,
}

/// A level of pallets, above the trays.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PalletRule {
    /// What the tables call it.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Which trays belong together: those whose pieces all have this key.
    pub key: KeyRule,
    /// A key needs so many trays …
    pub trays_min: u64,
    /// … or this weight, trays included.
    pub weight_min: Option<Weight>,
    /// The most trays of a pallet.
    pub trays_max: Option<u64>,
    /// The most a pallet may weigh with its trays.
    pub gross_max: Option<Weight>,
    /// What it weighs empty.
    pub tare: Weight,
    /// Its labels.
    pub label_set: Option<usize>,
}

/// What Mail.dat says of a level.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MailDatLevel {
    /// The level, an index into [`Scheme::levels`].
    pub level: usize,
    /// The rate that its pieces earn [cqt 1008].
    pub rate_category: String,
    /// The level of its packages [pqt 1102].
    pub package_level: String,
    /// By how many characters of the postcode the pieces of a tray are told apart [cqt 1007].
    pub division: usize,
}

impl Scheme {
    /// The level of a name.
    pub fn find_level(&self, id: &str) -> Option<usize> {
        self.levels.iter().position(|level| level.id == id)
    }

    /// The map of a name.
    pub fn find_map(&self, name: &str) -> Option<&Map> {
        self.maps.iter().find(|map| map.name == name)
    }

    /// The names of `{job.NAME}` in its labels, each once, sorted: what a job has to say for them.
    pub fn job_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.labels.iter().flat_map(LabelSet::templates).flat_map(Template::job_names).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}
