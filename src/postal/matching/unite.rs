//! Finds whose documents go into one envelope.
//!
//! Takes the keys of all documents by their order, gives who joins whom, by which rule and how alike. Must never unite what the
//! rules do not name, and never depend on anything but the order of the documents.
//!
//! Memory: 12 bytes a document while a rule is looked at, 4 for the groups. Names are asked for where two documents share a key.

use super::name::Name;
use super::{Rule, Unite};

/// Most different names that share a key and are compared with each other; the next stays alone. A thousand people of one family at one
/// address are a fault of the data, not a household.
const NAMES_MAX: usize = 32;

/// What is united.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Policy {
    /// What documents must have in common.
    pub unite: Unite,
    /// How alike names must be, in percent.
    pub similarity: u8,
    /// Whether names that sound alike are compared.
    pub sounds_alike: bool,
}

/// A document that joins another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Merge {
    /// The first document of the group, which it joins.
    pub kept: u32,
    /// The document.
    pub joined: u32,
    /// The two that were found alike: one of the group, and this one or one that it was united with before.
    pub pair: (u32, u32),
    /// The rule.
    pub rule: Rule,
    /// How alike the names are, in percent.
    pub score: u8,
}

/// Unites `count` documents. `key` gives what a rule of the policy compares of a document (see [`Rule::key`]; 0: nothing), `name` that of a
/// document as `MailFacts` has it. The merges come in the order of what is joined.
pub fn unite(count: usize, policy: Policy, key: impl Fn(Rule, u32) -> u64, mut name: impl FnMut(u32) -> String) -> Vec<Merge> {
    let mut groups = Groups { parents: (0..count as u32).collect(), merges: Vec::new() };
    for rule in policy.rules() {
        unite_by(*rule, |index| key(*rule, index), policy.similarity, &mut name, &mut groups);
    }
    let mut merges = std::mem::take(&mut groups.merges);
    for merge in &mut merges {
        merge.kept = groups.root(merge.joined);
    }
    merges.sort_unstable_by_key(|merge| merge.joined);
    merges
}

impl Policy {
    /// Its rules, the strictest first: a merge is told by the strictest that holds.
    pub fn rules(&self) -> &'static [Rule] {
        match (self.unite, self.sounds_alike) {
            (Unite::Customer, _) => &[Rule::Customer],
            (Unite::Person, _) => &[Rule::Person],
            (Unite::Household, false) => &[Rule::Person, Rule::Household],
            (Unite::Household, true) => &[Rule::Person, Rule::Household, Rule::Sound],
            (Unite::Address, _) => &[Rule::Person, Rule::Household, Rule::Address],
        }
    }
}

fn unite_by(rule: Rule, key: impl Fn(u32) -> u64, similarity: u8, name: &mut impl FnMut(u32) -> String, groups: &mut Groups) {
    let mut found: Vec<(u64, u32)> = Vec::with_capacity(groups.parents.len());
    found.extend((0..groups.parents.len() as u32).map(|index| (key(index), index)).filter(|(key, _)| *key != 0));
    found.sort_unstable();
    for group in found.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
        unite_group(rule, group, similarity, name, groups);
    }
}

/// Unites those of one key whose names are alike.
fn unite_group(rule: Rule, group: &[(u64, u32)], similarity: u8, name: &mut impl FnMut(u32) -> String, groups: &mut Groups) {
    if matches!(rule, Rule::Customer | Rule::Address) {
        for (_, index) in &group[1..] {
            groups.join(group[0].1, *index, rule, 100);
        }
        return;
    }
    let mut known: Vec<(u32, String)> = Vec::new();
    for (_, index) in group {
        if known.iter().any(|(other, _)| groups.root(*other) == groups.root(*index)) {
            continue;
        }
        let whole = name(*index);
        let own = if rule == Rule::Person { whole.as_str() } else { Name::surname_of(&whole) };
        let alike = known.iter().map(|(other, theirs)| (*other, likeness(own, theirs))).find(|(_, score)| *score >= similarity);
        match alike {
            Some((other, score)) => groups.join(other, *index, rule, score),
            None if known.len() < NAMES_MAX => known.push((*index, own.to_string())),
            None => {}
        }
    }
}

/// Documents in groups; the root of each is its first.
struct Groups {
    parents: Vec<u32>,
    merges: Vec<Merge>,
}

impl Groups {
    fn root(&mut self, mut index: u32) -> u32 {
        while self.parents[index as usize] != index {
            let above = self.parents[index as usize];
            self.parents[index as usize] = self.parents[above as usize];
            index = above;
        }
        index
    }

    fn join(&mut self, one: u32, other: u32, rule: Rule, score: u8) {
        let (first, second) = (self.root(one), self.root(other));
        if first == second {
            return;
        }
        let (kept, joined) = (first.min(second), first.max(second));
        self.parents[joined as usize] = kept;
        self.merges.push(Merge { kept, joined, pair: (one, other), rule, score });
    }
}

/// How alike two names are, in percent: 100 less the edit distance (Levenshtein) by the longer one, rounded down.
pub fn likeness(one: &str, other: &str) -> u8 {
    if one == other {
        return 100;
    }
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let longest = one.len().max(other.len());
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, c) in one.iter().enumerate() {
        let mut diagonal = at;
        row[0] = at + 1;
        for (column, d) in other.iter().enumerate() {
            let changed = diagonal + usize::from(c != d);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    ((longest - row[other.len()]) * 100 / longest) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::mail::MatchKeys;

    const HOUSEHOLD: Policy = Policy { unite: Unite::Household, similarity: 85, sounds_alike: true };

    fn keys(exact: u64, household: u64, phonetic: u64) -> MatchKeys {
        MatchKeys { exact, household, address: 9, phonetic, customer: 7 }
    }

    fn unite_all(keys: &[MatchKeys], policy: Policy, name: impl FnMut(u32) -> String) -> Vec<Merge> {
        unite(keys.len(), policy, |rule, index| rule.key(&keys[index as usize]), name)
    }

    /// `kept<joined rule score`, one per merge.
    #[track_caller]
    fn check(policy: Policy, documents: &[(MatchKeys, &str)], expected: &[&str]) {
        let all: Vec<MatchKeys> = documents.iter().map(|(keys, _)| *keys).collect();
        let merges = unite_all(&all, policy, |index| documents[index as usize].1.to_string());
        let shown: Vec<String> =
            merges.iter().map(|merge| format!("{}<{} {} {}", merge.kept, merge.joined, merge.rule.word(), merge.score)).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn edit_distances_are_those_of_the_book() {
        assert_eq!(likeness("KITTEN", "SITTING"), 57);
        assert_eq!(likeness("MEYER", "MEYER"), 100);
        assert_eq!(likeness("", "A"), 0);
        assert_eq!(likeness("MUELLER, HANS", "MUELLER, HANNS"), 92);
    }

    #[test]
    fn rules_go_from_strict_to_loose_and_groups_are_transitive() {
        let documents = [
            (keys(1, 10, 100), "MEYER, ANNA"),
            (keys(2, 10, 100), "MEYER, BERT"),
            (keys(1, 10, 100), "MEYER, ANNA"),
            (keys(3, 11, 100), "MEYERS, ANNA"),
            (keys(4, 12, 101), "SCHMIDT, UTE"),
        ];
        check(HOUSEHOLD, &documents, &["0<1 household 100", "0<2 person 100"]);
        let looser = Policy { similarity: 80, ..HOUSEHOLD };
        check(looser, &documents, &["0<1 household 100", "0<2 person 100", "0<3 sound 83"]);
        check(Policy { unite: Unite::Person, ..HOUSEHOLD }, &documents, &["0<2 person 100"]);
        check(Policy { unite: Unite::Address, ..HOUSEHOLD }, &documents[3..], &["0<1 address 100"]);
        check(Policy { unite: Unite::Customer, ..HOUSEHOLD }, &documents[..2], &["0<1 customer 100"]);
    }

    #[test]
    fn a_key_alone_unites_nobody() {
        check(HOUSEHOLD, &[(keys(1, 1, 1), "A"), (keys(1, 1, 1), "B")], &[]);
        check(HOUSEHOLD, &[(MatchKeys::default(), "A"), (MatchKeys::default(), "A")], &[]);
    }

    #[test]
    fn a_crowd_of_one_key_takes_no_longer() {
        let names: Vec<String> = (0..100_000).map(|number| format!("NAME{number:06}")).collect();
        let all = vec![keys(1, 1, 1); names.len()];
        let strict = Policy { similarity: 100, ..HOUSEHOLD };
        assert_eq!(unite_all(&all, strict, |index| names[index as usize].clone()), []);
    }

    proptest::proptest! {
        #[test]
        fn each_joins_once_and_an_earlier_one(documents in proptest::collection::vec((0u64..4, 0u64..4, 0u64..4, "[AB]{1,4}"), 0..40)) {
            let all: Vec<MatchKeys> = documents.iter().map(|(exact, household, phonetic, _)| keys(*exact, *household, *phonetic)).collect();
            let merges = unite_all(&all, HOUSEHOLD, |index| documents[index as usize].3.clone());
            let mut joined: Vec<u32> = merges.iter().map(|merge| merge.joined).collect();
            joined.dedup();
            proptest::prop_assert_eq!(joined.len(), merges.len());
            for merge in &merges {
                proptest::prop_assert!(merge.kept < merge.joined && !joined.contains(&merge.kept));
            }
        }
    }
}
