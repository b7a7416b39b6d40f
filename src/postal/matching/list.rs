//! Lists of those who get no mail.
//!
//! Takes CSV of addresses or of keys, gives the keys in order, so that a record is looked up in a few steps. Must never keep a name: a
//! list of opposition is the last place to leak one.

use super::keys::Comparable;
use crate::kit::csv::Field;
use crate::kit::table::{Headed, RowFault};
use crate::model::mail::MatchKeys;
use crate::postal::address::{Element, Parts, Settler};

/// Most faults that are told of one list.
const FAULTS_MAX: usize = 20;

/// Which key a list is matched by.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum ListKey {
    /// The person at the address.
    Exact,
    /// The family name at the address.
    #[default]
    Household,
    /// The address.
    Address,
}

impl ListKey {
    /// The words of a job file.
    pub const WORDS: [(&'static str, ListKey); 3] = [("exact", ListKey::Exact), ("household", ListKey::Household), ("address", ListKey::Address)];

    /// The key of this kind.
    pub fn of(self, keys: &MatchKeys) -> u64 {
        match self {
            ListKey::Exact => keys.exact,
            ListKey::Household => keys.household,
            ListKey::Address => keys.address,
        }
    }
}

/// The keys of a list.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct KeyList {
    key: ListKey,
    keys: Vec<u64>,
    /// Rows without enough of an address for a key.
    pub without_key: u64,
}

impl KeyList {
    /// Reads a list: a column `key`, or columns with the names of elements.
    ///
    /// # Errors
    /// The first faults of the table, with the bytes of its text.
    pub fn read(text: &str, key: ListKey, settler: &Settler) -> Result<KeyList, Vec<RowFault>> {
        let table = Headed::new(text, &[])?;
        let given = table.column("key");
        let elements: Vec<Option<Element>> = table.columns().iter().map(|name| Element::find(name)).collect();
        if given.is_none() && elements.iter().flatten().next().is_none() {
            let hint = "its columns are named like the keys of `[mail.address]` (`recipient`, `street`, `postcode` …), or one is `key`";
            return Err(vec![RowFault::new(0..text.find('\n').unwrap_or(text.len()), "the list has neither addresses nor keys", hint)]);
        }
        let (mut list, mut faults) = (KeyList { key, ..KeyList::default() }, Vec::new());
        for row in table {
            let found = row.and_then(|row| match given {
                Some(at) => read_key(&row[at]),
                None => Ok(key_of(&row, &elements, key, settler)),
            });
            match found {
                Ok(0) => list.without_key += 1,
                Ok(found) => list.keys.push(found),
                Err(fault) => faults.push(fault),
            }
            if faults.len() >= FAULTS_MAX {
                break;
            }
        }
        list.keys.sort_unstable();
        list.keys.dedup();
        list.keys.shrink_to_fit();
        if faults.is_empty() { Ok(list) } else { Err(faults) }
    }

    /// Whether a recipient is on the list.
    pub fn has(&self, keys: &MatchKeys) -> bool {
        let key = self.key.of(keys);
        key != 0 && self.keys.binary_search(&key).is_ok()
    }

    /// How many different keys it has.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether nobody is on it.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

fn read_key(field: &Field) -> Result<u64, RowFault> {
    let is_key = field.text.len() == 16 && field.text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let key = u64::from_str_radix(&field.text, 16).ok().filter(|_| is_key || field.text.is_empty());
    match key {
        Some(key) => Ok(key),
        None if field.text.is_empty() => Ok(0),
        None => Err(RowFault::new(
            field.range.clone(),
            format!("`{}` is no key", field.text.chars().take(40).collect::<String>()),
            "a key has 16 hexadecimal digits",
        )),
    }
}

fn key_of(row: &[Field], elements: &[Option<Element>], key: ListKey, settler: &Settler) -> u64 {
    let mut parts = Parts::default();
    for (field, element) in row.iter().zip(elements) {
        if let Some(element) = element {
            parts.of_mut(*element).clone_from(&field.text);
        }
    }
    let (parts, country) = settler.compared(parts);
    key.of(&Comparable::of_parts(&parts, country, &settler.words).keys("", "", &settler.words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::mail::Country;

    fn settler() -> Settler {
        Settler::new(Country::parse("DE").expect("a country"))
    }

    fn keys(recipient: &str) -> MatchKeys {
        use Element::{Postcode, Recipient, Street, Town};
        let settler = settler();
        let parts = [(Recipient, recipient), (Street, "Hauptstraße 5"), (Postcode, "26133"), (Town, "Oldenburg")];
        let parts = parts.iter().fold(Parts::default(), |parts, (element, text)| parts.with(*element, text));
        let settled = settler.settle(parts).expect("deliverable");
        Comparable::new(&settled, &settler.words).keys("", "", &settler.words)
    }

    #[test]
    fn addresses_and_keys_say_the_same() {
        let list =
            KeyList::read("recipient,street,postcode,town\nMÜLLER HANS,,,\n\"Hans Mueller\",HAUPTSTR. 5,26133,\n", ListKey::Household, &settler());
        let list = list.expect("a list");
        assert_eq!((list.len(), list.without_key), (1, 1));
        assert!(list.has(&keys("Erika Müller")));
        assert!(!list.has(&keys("Erika Schmidt")));
        let exact = KeyList::read("recipient,street,postcode\nHans Müller,Hauptstr. 5,26133\n", ListKey::Exact, &settler()).expect("a list");
        assert!(exact.has(&keys("Herrn Hans Müller")) && !exact.has(&keys("Erika Müller")));
        let given = format!("key,why\n{:016x},dead\n", keys("Hans Müller").household);
        assert!(KeyList::read(&given, ListKey::Household, &settler()).expect("a list").has(&keys("Hans Müller")));
    }

    #[test]
    fn faults_are_told() {
        let told = |text: &str| {
            KeyList::read(text, ListKey::Exact, &settler()).err().map(|faults| faults.into_iter().map(|f| f.message).collect::<Vec<_>>())
        };
        assert_eq!(told("name,zip\nA,1\n"), Some(vec!["the list has neither addresses nor keys".to_string()]));
        assert_eq!(told("key\nxyz\n"), Some(vec!["`xyz` is no key".to_string()]));
        assert_eq!(told("key\n+000000000000001\n").map(|faults| faults.len()), Some(1));
        assert_eq!(told("key\n\n"), None);
    }
}
