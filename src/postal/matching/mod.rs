//! Who is the same recipient: keys, households, lists of those who get no mail.
//!
//! Takes settled addresses, gives keys that are equal where the normalised parts are, and what is united by them. Must never
//! unite by a key alone: two names with one key are compared.

mod keys;
mod list;
mod name;
mod normal;
mod phonetic;
mod unite;

pub use keys::Comparable;
pub use list::{KeyList, ListKey};
pub use name::Name;
pub use normal::{Words, plain};
pub use phonetic::{cologne, soundex};
pub use unite::{Merge, Policy, likeness, unite};

use crate::model::mail::MatchKeys;

/// What documents must have in common to share an envelope.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Unite {
    /// The customer.
    Customer,
    /// Person and address.
    Person,
    /// Family name and address.
    Household,
    /// Address.
    Address,
}

/// By which two documents were found to go to the same place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Rule {
    /// They are of the same customer.
    Customer,
    /// They are for the same person at the same address.
    Person,
    /// They are for one family name at the same address.
    Household,
    /// Their family names and streets sound alike.
    Sound,
    /// They go to the same address.
    Address,
}

impl Rule {
    /// Its word in lists.
    pub fn word(self) -> &'static str {
        match self {
            Rule::Customer => "customer",
            Rule::Person => "person",
            Rule::Household => "household",
            Rule::Sound => "sound",
            Rule::Address => "address",
        }
    }

    /// The key it looks at.
    pub fn key(self, keys: &MatchKeys) -> u64 {
        match self {
            Rule::Customer => keys.customer,
            Rule::Person => keys.exact,
            Rule::Household => keys.household,
            Rule::Sound => keys.phonetic,
            Rule::Address => keys.address,
        }
    }
}
