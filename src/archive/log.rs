//! The log of an archive: everything that ever happened to it, one line each.
//!
//! Takes events, gives lines that are chained to those before, and reads them back. A line is the link of the chain in 64 hexadecimal digits, a
//! space, and the event as canonical JSON; its bytes are what is hashed, so that a reader needs no canonical form. The same events are the
//! leaves of a Merkle tree whose heads are signed. Must never know what time it is.

use serde_json::Value;

use crate::base::hash::Hash;
use crate::kit::json_canonical::canonical;
use crate::kit::merkle::{self, CHAIN_START, Growing};

/// Where a log ends.
#[derive(Clone, Debug)]
pub struct End {
    /// How many events it has.
    pub size: u64,
    /// Its last link.
    pub chain: Hash,
}

impl Default for End {
    fn default() -> End {
        End { size: 0, chain: CHAIN_START }
    }
}

/// The line of the next event, with its line feed. `event` gets its number as `seq`.
pub fn write_event(end: &mut End, event: &mut Value) -> String {
    event["seq"] = end.size.into();
    let bytes = canonical(event);
    end.chain = merkle::chain(&end.chain, &bytes);
    end.size += 1;
    format!("{} {}\n", end.chain.hex(), String::from_utf8(bytes).expect("canonical JSON is UTF-8"))
}

/// The end of a log by its last line: the line says how many came before.
pub fn end_of(last_line: &str) -> Option<End> {
    let (chain, event) = last_line.split_once(' ')?;
    let event: Value = serde_json::from_str(event).ok()?;
    Some(End { size: event.get("seq")?.as_u64()? + 1, chain: Hash::parse_exactly(chain)? })
}

/// Why a log is not as it was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogFault {
    /// The event, from 0.
    pub seq: u64,
    /// First byte of its line.
    pub offset: u64,
    /// Bytes of its line.
    pub length: u64,
    /// What is wrong.
    pub what: &'static str,
}

/// An event of a log that is read.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Its number, from 0.
    pub seq: u64,
    /// Its bytes: what is hashed.
    pub text: &'a str,
}

impl Entry<'_> {
    /// The event.
    pub fn value(&self) -> Value {
        serde_json::from_str(self.text).unwrap_or_default()
    }

    /// Its leaf in the tree.
    pub fn leaf(&self) -> Hash {
        merkle::leaf_hash(self.text.as_bytes())
    }
}

/// Reads a whole log: calls `each` with every event, gives the tree and the end, and every line that breaks the chain.
pub fn read<'a>(log: &'a [u8], mut each: impl FnMut(Entry<'a>)) -> (Growing, End, Vec<LogFault>) {
    let (mut tree, mut end, mut faults, mut offset) = (Growing::default(), End::default(), Vec::new(), 0);
    for line in log.split_inclusive(|byte| *byte == b'\n') {
        let mut fault = |what| faults.push(LogFault { seq: end.size, offset, length: line.len() as u64, what });
        let text = line.strip_suffix(b"\n").and_then(|line| std::str::from_utf8(line).ok());
        match text.and_then(|text| text.split_once(' ')) {
            Some((link, event)) => {
                let chain = merkle::chain(&end.chain, event.as_bytes());
                let found = Hash::parse_exactly(link);
                if found != Some(chain) {
                    fault("its link is not that of the event and those before");
                }
                let entry = Entry { seq: end.size, text: event };
                tree.push(entry.leaf());
                // After a broken line the chain goes on from what the line says, so that the lines behind it are not all blamed.
                end = End { size: end.size + 1, chain: found.unwrap_or(chain) };
                each(entry);
            }
            None => {
                fault(if line.ends_with(b"\n") { "it is no line of a log" } else { "the line is not whole" });
                end.size += 1;
            }
        }
        offset += line.len() as u64;
    }
    (tree, end, faults)
}

/// What the signature of a tree head is over.
pub fn head_text(size: u64, root: &Hash, chain: &Hash, time: &str) -> String {
    format!("pressrun tree head 1\n{size}\n{}\n{}\n{time}\n", root.hex(), chain.hex())
}

/// What the old key signs when a new one takes its place.
pub fn rollover_text(new_public: &str, old_id: &str, time: &str) -> String {
    format!("pressrun key 1\n{new_public}\n{old_id}\n{time}\n")
}

/// The name of a public key: the first 16 hexadecimal digits of its SHA-256.
pub fn key_id(public: &[u8]) -> String {
    Hash::of(public).hex()[..16].to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> String {
        let mut end = End::default();
        (0..5).map(|number| write_event(&mut end, &mut serde_json::json!({ "action": "viewed", "who": format!("user {number}") }))).collect()
    }

    #[test]
    fn a_log_is_read_as_it_was_written() {
        let log = sample();
        let mut seen = Vec::new();
        let (tree, end, faults) = read(log.as_bytes(), |entry| seen.push(entry.value()["who"].to_string()));
        assert_eq!((tree.size(), end.size, faults.len(), seen.len()), (5, 5, 0, 5));
        let last = end_of(log.lines().last().expect("a line")).expect("an end");
        assert_eq!((last.size, last.chain), (end.size, end.chain));
    }

    #[test]
    fn every_changed_byte_is_found_and_placed() {
        let log = sample();
        for at in 0..log.len() {
            let mut other = log.clone().into_bytes();
            other[at] ^= 4;
            let (_, _, faults) = read(&other, |_| {});
            let line = log.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() as u64;
            let near = faults.first().expect("a fault").seq;
            assert!(near == line || near == line + 1, "byte {at} is in line {line}, found in {near}");
        }
    }
}
