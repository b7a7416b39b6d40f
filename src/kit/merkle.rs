//! Merkle trees and hash chains (RFC 6962, section 2.1; the same hashing as RFC 9162).
//!
//! Takes leaf hashes in order, gives roots, inclusion and consistency paths, and checks them. Must never know what a leaf is.

use crate::base::hash::{Hash, Hasher};

/// The hash of a leaf: `SHA-256(00 || data)`.
pub fn leaf_hash(data: &[u8]) -> Hash {
    let mut hasher = Hasher::new();
    hasher.update(&[0]);
    hasher.update(data);
    hasher.finish()
}

/// The hash of an inner node: `SHA-256(01 || left || right)`.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut hasher = Hasher::new();
    hasher.update(&[1]);
    hasher.update(&left.0);
    hasher.update(&right.0);
    hasher.finish()
}

/// The hash of the tree over these leaf hashes; that of no bytes if there is none.
pub fn root(leaves: &[Hash]) -> Hash {
    let mut tree = Growing::default();
    leaves.iter().for_each(|leaf| tree.push(*leaf));
    tree.root()
}

/// A tree whose leaves come one by one; it keeps one hash per level.
#[derive(Clone, Default, Debug)]
pub struct Growing {
    /// Roots of whole subtrees, the largest first, with the number of their leaves.
    whole: Vec<(u64, Hash)>,
    size: u64,
}

impl Growing {
    /// Adds a leaf hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut new = (1, leaf);
        while let Some(&(leaves, left)) = self.whole.last()
            && leaves == new.0
        {
            self.whole.pop();
            new = (leaves * 2, node_hash(&left, &new.1));
        }
        self.whole.push(new);
        self.size += 1;
    }

    /// How many leaves it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Its root.
    pub fn root(&self) -> Hash {
        let mut parts = self.whole.iter().rev();
        let Some((_, last)) = parts.next() else { return Hash::of(b"") };
        parts.fold(*last, |right, (_, left)| node_hash(left, &right))
    }
}

/// The largest power of two below `n`, which is at least 2.
fn split(n: usize) -> usize {
    1 << (usize::BITS - 1 - (n - 1).leading_zeros())
}

/// The path that proves that leaf `index` is in the tree (RFC 6962, 2.1.1); `None` if there is no such leaf.
pub fn inclusion_path(index: usize, leaves: &[Hash]) -> Option<Vec<Hash>> {
    if index >= leaves.len() {
        return None;
    }
    let (mut path, mut at, mut part) = (Vec::new(), index, leaves);
    while part.len() > 1 {
        let (left, right) = part.split_at(split(part.len()));
        if at < left.len() {
            path.push(root(right));
            part = left;
        } else {
            path.push(root(left));
            at -= left.len();
            part = right;
        }
    }
    path.reverse();
    Some(path)
}

/// The path that proves that the tree over the first `size` leaves is the beginning of this one (RFC 6962, 2.1.2); `None` unless
/// `0 < size <= leaves`.
pub fn consistency_path(size: usize, leaves: &[Hash]) -> Option<Vec<Hash>> {
    if size == 0 || size > leaves.len() {
        return None;
    }
    let (mut path, mut left_size, mut part, mut is_whole) = (Vec::new(), size, leaves, true);
    while left_size < part.len() {
        let (left, right) = part.split_at(split(part.len()));
        if left_size <= left.len() {
            path.push(root(right));
            part = left;
        } else {
            path.push(root(left));
            left_size -= left.len();
            part = right;
            is_whole = false;
        }
    }
    if !is_whole {
        path.push(root(part));
    }
    path.reverse();
    Some(path)
}

/// Whether `path` proves that `leaf` is number `index` of a tree of `size` leaves with this root (RFC 9162, 2.1.3.2).
pub fn includes(index: u64, size: u64, leaf: &Hash, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(sibling, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether `path` proves that the tree of `first` leaves is the beginning of that of `second` (RFC 9162, 2.1.4.2).
pub fn is_consistent(first: u64, second: u64, first_root: &Hash, second_root: &Hash, path: &[Hash]) -> bool {
    if first == 0 || first > second {
        return false;
    }
    if first == second {
        return path.is_empty() && first_root == second_root;
    }
    let mut nodes = path.iter();
    let start = if first.is_power_of_two() { Some(first_root) } else { nodes.next() };
    let Some(start) = start else { return false };
    let (mut at, mut last) = (first - 1, second - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (mut old, mut new) = (*start, *start);
    for node in nodes {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            old = node_hash(node, &old);
            new = node_hash(node, &new);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            new = node_hash(&new, node);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && old == *first_root && new == *second_root
}

/// The next link of a hash chain: `SHA-256(previous || SHA-256(event))`. The first link has 32 zero bytes before it.
pub fn chain(previous: &Hash, event: &[u8]) -> Hash {
    let mut hasher = Hasher::new();
    hasher.update(&previous.0);
    hasher.update(&Hash::of(event).0);
    hasher.finish()
}

/// What stands before the first link of a chain.
pub const CHAIN_START: Hash = Hash([0; 32]);

#[cfg(test)]
mod tests {
    use super::*;

    /// Leaf inputs of the published vectors of Certificate Transparency.
    const INPUTS: [&[u8]; 8] = [
        b"",
        &[0],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
    ];

    fn leaves(count: usize) -> Vec<Hash> {
        (0..count).map(|index| leaf_hash(&(index as u32).to_be_bytes())).collect()
    }

    #[test]
    fn roots_are_those_of_certificate_transparency() {
        let all: Vec<Hash> = INPUTS.iter().map(|input| leaf_hash(input)).collect();
        assert_eq!(root(&[]).hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(root(&all[..1]).hex(), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
        assert_eq!(root(&all[..2]).hex(), "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
        assert_eq!(root(&all[..3]).hex(), "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77");
        assert_eq!(root(&all).hex(), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
    }

    #[test]
    fn every_inclusion_is_proved_and_nothing_else() {
        for size in 1..60 {
            let all = leaves(size);
            let top = root(&all);
            for index in 0..size {
                let path = inclusion_path(index, &all).expect("a leaf");
                for other in 0..size {
                    let holds = includes(other as u64, size as u64, &all[index], &path, &top);
                    assert_eq!(holds, other == index, "leaf {index} as {other} of {size}");
                }
                let mut wrong = path.clone();
                wrong.push(top);
                assert!(!includes(index as u64, size as u64, &all[index], &wrong, &top));
                if let Some(first) = wrong.first_mut() {
                    first.0[7] ^= 1;
                    wrong.pop();
                    assert!(wrong.is_empty() || !includes(index as u64, size as u64, &all[index], &wrong, &top));
                }
            }
            assert_eq!(inclusion_path(size, &all), None);
        }
    }

    #[test]
    fn every_beginning_is_consistent_and_nothing_else() {
        for size in 1..60 {
            let all = leaves(size);
            for first in 1..=size {
                let path = consistency_path(first, &all).expect("a beginning");
                let (old, new) = (root(&all[..first]), root(&all));
                assert!(is_consistent(first as u64, size as u64, &old, &new, &path), "{first} of {size}");
                assert!(first == size || !is_consistent(first as u64, size as u64, &new, &new, &path), "{first} of {size}");
                assert!(!is_consistent(first as u64, size as u64, &old, &node_hash(&new, &new), &path));
            }
        }
    }

    #[test]
    fn a_chain_is_that_of_the_vectors() {
        let first = chain(&CHAIN_START, br#"{"e":"create","id":"D1"}"#);
        assert_eq!(first.hex(), "9726e8df34835c91d7a12e629296da98e382efc23ac9dd7a5443b8584206b125");
        let second = chain(&first, br#"{"e":"print","id":"D1"}"#);
        assert_eq!(second.hex(), "c3c1c24db6ed6829311d1999fc3ce1bf793df4b55d0c178fd48935caea9a2e82");
        assert_eq!(chain(&second, br#"{"e":"mail","id":"D1"}"#).hex(), "f005022ca342bc95b184eca2210762173a5136fab5858ccd915c523450fecffb");
    }
}
