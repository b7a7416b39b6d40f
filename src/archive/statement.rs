//! What the archive states about a document, and the lines in which it keeps that.
//!
//! Takes what is known of a document, gives the statement as canonical JSON (RFC 8785) whose hash is the document's leaf, and the line of the
//! statements file: the leaf's hash, a space, the statement. A document that was erased leaves a line of the same length with the hash, when
//! it went, and its tags. Must never know what a key means.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::base::hash::{Hash, Hasher};
use crate::kit::json_canonical::canonical;
use crate::kit::merkle;

/// A message that was made of a document beside its pages.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MessagePlace {
    /// Its channel: `email`, `sms`, …
    pub channel: String,
    /// The file of the run it lies in.
    pub file: String,
    /// Its first byte there.
    pub offset: u64,
    /// Its bytes.
    pub length: u64,
    /// Their SHA-256.
    pub hash: Hash,
}

/// What is stated about a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Statement {
    /// What it is called.
    pub id: String,
    /// Its record in the run, from 0.
    pub record: u64,
    /// The name of its layout.
    pub kind: String,
    /// The channel its recipient was to get it by.
    pub channel: String,
    /// The job, its date and the hash of its plan.
    pub job: String,
    /// The job's date, ISO 8601.
    pub date: String,
    /// The hash of the job's plan.
    pub plan: Hash,
    /// First byte of its objects in the volume.
    pub offset: u64,
    /// Bytes of its objects.
    pub length: u64,
    /// SHA-256 over its page bodies, each preceded by its length (8 bytes, little-endian).
    pub content: Hash,
    /// SHA-256 of the body of each page.
    pub pages: Vec<Hash>,
    /// The values of the keys that the job declares.
    pub keys: BTreeMap<String, String>,
    /// Its messages.
    pub messages: Vec<MessagePlace>,
}

impl Statement {
    /// The statement as JSON.
    pub fn to_json(&self) -> Value {
        let pages: Vec<String> = self.pages.iter().map(Hash::hex).collect();
        let mut value = json!({
            "channel": self.channel,
            "content": self.content.hex(),
            "date": self.date,
            "id": self.id,
            "job": self.job,
            "keys": self.keys,
            "length": self.length,
            "offset": self.offset,
            "pages": pages,
            "plan": self.plan.hex(),
            "record": self.record + 1,
            "type": self.kind,
            "version": 1,
        });
        if !self.messages.is_empty() {
            let message = |message: &MessagePlace| json!({ "channel": message.channel, "file": message.file, "length": message.length, "offset": message.offset, "sha256": message.hash.hex() });
            value["messages"] = self.messages.iter().map(message).collect();
        }
        value
    }

    /// Reads it back.
    pub fn from_json(value: &Value) -> Option<Statement> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_string);
        let number = |value: &Value, name: &str| value.get(name).and_then(Value::as_u64).filter(|number| *number < 1 << 53);
        let hash = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).and_then(Hash::parse_exactly);
        let messages = value.get("messages").and_then(Value::as_array).into_iter().flatten().map(|message| {
            Some(MessagePlace {
                channel: message.get("channel")?.as_str()?.to_string(),
                file: message.get("file")?.as_str()?.to_string(),
                offset: number(message, "offset")?,
                length: number(message, "length")?,
                hash: hash(message, "sha256")?,
            })
        });
        Some(Statement {
            id: text("id")?,
            record: number(value, "record")?.checked_sub(1)?,
            kind: text("type")?,
            channel: text("channel")?,
            job: text("job")?,
            date: text("date")?,
            plan: hash(value, "plan")?,
            offset: number(value, "offset")?,
            length: number(value, "length")?,
            content: hash(value, "content")?,
            pages: value.get("pages")?.as_array()?.iter().map(|page| page.as_str().and_then(Hash::parse_exactly)).collect::<Option<_>>()?,
            keys: value
                .get("keys")?
                .as_object()?
                .iter()
                .map(|(name, value)| Some((name.clone(), value.as_str()?.to_string())))
                .collect::<Option<_>>()?,
            messages: messages.collect::<Option<_>>()?,
        })
    }

    /// Its canonical bytes.
    pub fn bytes(&self) -> Vec<u8> {
        canonical(&self.to_json())
    }
}

/// A line of the statements file of a volume.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Line {
    /// A document.
    Kept(Box<Statement>),
    /// What is left of one that was erased.
    Erased {
        /// When, ISO 8601.
        time: String,
        /// Its tags by key.
        tags: BTreeMap<String, Hash>,
        /// Where its blanked pages are in the volume, and how many there are.
        offset: u64,
        /// Bytes of its objects.
        length: u64,
        /// Its pages.
        pages: u64,
        /// Its record, from 0.
        record: u64,
    },
}

/// Writes the line of a document, with its line feed; gives the hash of its leaf. Spaces behind the statement make room for what is left of it when it is
/// erased in a run of this name; they are none of the statement.
pub fn write_line(statement: &Statement, run: &str, out: &mut Vec<u8>) -> Hash {
    let bytes = statement.bytes();
    let leaf = merkle::leaf_hash(&bytes);
    let start = out.len();
    out.extend_from_slice(leaf.hex().as_bytes());
    out.push(b' ');
    out.extend_from_slice(&bytes);
    let keys: BTreeSet<&str> = statement.keys.keys().map(String::as_str).collect();
    let room = left_of(leaf, statement, run, TIME_LONGEST, &keys).len();
    out.resize(out.len().max(start + room), b' ');
    out.push(b'\n');
    leaf
}

/// No time that a document is erased at is longer.
const TIME_LONGEST: &str = "2026-10-01T00:00:00Z";

/// The line that takes the place of a document's, as long as it, with the tags of the keys whose trees prove that none is missing; `None` if that
/// line is too short, which no line of ours is.
pub fn tombstone(leaf: Hash, statement: &Statement, run: &str, time: &str, keys: &BTreeSet<&str>, line_length: usize) -> Option<Vec<u8>> {
    let mut out = left_of(leaf, statement, run, time, keys);
    if out.len() >= line_length {
        return None;
    }
    out.resize(line_length - 1, b' ');
    out.push(b'\n');
    Some(out)
}

fn left_of(leaf: Hash, statement: &Statement, run: &str, time: &str, keys: &BTreeSet<&str>) -> Vec<u8> {
    let kept = statement.keys.iter().filter(|(name, _)| keys.contains(name.as_str()));
    let tags: Map<String, Value> = kept.map(|(name, value)| (name.clone(), tag(run, name, value).hex().into())).collect();
    let left = json!({
        "erased": time, "length": statement.length, "offset": statement.offset, "pages": statement.pages.len(), "record": statement.record + 1,
        "tags": tags,
    });
    [leaf.hex().as_bytes(), b" ", &canonical(&left)].concat()
}

/// Reads a line without its line feed; `None` if it is none, or if its hash is not that of its statement.
pub fn read_line(line: &[u8]) -> Option<(Hash, Line)> {
    let text = std::str::from_utf8(line).ok()?;
    let (leaf, statement) = text.split_once(' ')?;
    let leaf = Hash::parse_exactly(leaf)?;
    let statement = statement.trim_end_matches(' ');
    let value: Value = serde_json::from_str(statement).ok()?;
    if let Some(time) = value.get("erased") {
        let number = |name: &str| value.get(name).and_then(Value::as_u64);
        let tags = value.get("tags")?.as_object()?.iter().map(|(name, tag)| Some((name.clone(), tag.as_str().and_then(Hash::parse_exactly)?)));
        let line = Line::Erased {
            time: time.as_str()?.to_string(),
            tags: tags.collect::<Option<_>>()?,
            offset: number("offset")?,
            length: number("length")?,
            pages: number("pages")?,
            record: number("record")?.checked_sub(1)?,
        };
        return Some((leaf, line));
    }
    (merkle::leaf_hash(statement.as_bytes()) == leaf).then_some(())?;
    Some((leaf, Line::Kept(Box::new(Statement::from_json(&value)?))))
}

/// What stands for a value of a key in the tree by which completeness is proved: it tells equal values and nothing else.
pub fn tag(run: &str, key: &str, value: &str) -> Hash {
    let mut hasher = Hasher::new();
    hasher.update(b"pressrun key 1\n");
    for part in [run, key] {
        hasher.update(part.as_bytes());
        hasher.update(b"\n");
    }
    hasher.update(value.as_bytes());
    hasher.finish()
}

/// The leaf of a document in the tree of a key: over the digits of its tag, a space, and those of its own leaf.
pub fn entry_leaf(tag: &Hash, leaf: &Hash) -> Hash {
    merkle::leaf_hash(format!("{} {}", tag.hex(), leaf.hex()).as_bytes())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::archive) fn sample() -> Statement {
        Statement {
            id: "S-1".into(),
            record: 6,
            kind: "statement".into(),
            channel: "print".into(),
            job: "october".into(),
            date: "2026-10-01".into(),
            plan: Hash::of(b"plan"),
            offset: 100,
            length: 2000,
            content: Hash::of(b"content"),
            pages: vec![Hash::of(b"one"), Hash::of(b"two")],
            keys: BTreeMap::from([("customer".to_string(), "C \"1\"\n".to_string())]),
            messages: vec![MessagePlace { channel: "email".into(), file: "volumes/000001.mbox".into(), offset: 0, length: 9, hash: Hash::of(b"m") }],
        }
    }

    #[test]
    fn a_line_comes_back_and_no_changed_line_does() {
        let mut line = Vec::new();
        let leaf = write_line(&sample(), "run", &mut line);
        let line = &line[..line.len() - 1];
        assert_eq!(read_line(line), Some((leaf, Line::Kept(Box::new(sample())))));
        for at in 0..line.len() {
            let mut other = line.to_vec();
            other[at] ^= 1;
            assert_eq!(read_line(&other), None, "{at}");
        }
    }

    #[test]
    fn what_is_erased_leaves_its_hash_in_a_line_of_the_same_length() {
        let mut line = Vec::new();
        let leaf = write_line(&sample(), "run", &mut line);
        let left = tombstone(leaf, &sample(), "run", "2027-01-01T00:00:00Z", &BTreeSet::from(["customer"]), line.len()).expect("room");
        assert_eq!(left.len(), line.len());
        assert!(!String::from_utf8_lossy(&left).contains("S-1"));
        let Some((found, Line::Erased { tags, .. })) = read_line(&left[..left.len() - 1]) else { panic!("a tombstone") };
        assert_eq!((found, tags["customer"]), (leaf, tag("run", "customer", "C \"1\"\n")));
    }

    #[test]
    fn a_document_of_many_keys_has_room_for_their_tags() {
        let keys: BTreeMap<String, String> = (0..40).map(|number| (format!("k{number:02}"), "v".to_string())).collect();
        let statement = Statement { keys, pages: Vec::new(), messages: Vec::new(), ..sample() };
        let mut line = Vec::new();
        let leaf = write_line(&statement, "run", &mut line);
        assert_eq!(read_line(&line[..line.len() - 1]), Some((leaf, Line::Kept(Box::new(statement.clone())))));
        let texts: BTreeSet<&str> = statement.keys.keys().map(String::as_str).filter(|name| *name != "k07").collect();
        let left = tombstone(leaf, &statement, "run", "2027-01-01T00:00:00Z", &texts, line.len()).expect("room");
        let Some((_, Line::Erased { tags, .. })) = read_line(&left[..left.len() - 1]) else { panic!("a tombstone") };
        assert_eq!((left.len(), tags.len(), tags.contains_key("k07")), (line.len(), 39, false));
        assert_eq!(tombstone(leaf, &statement, "run", "2027-01-01T00:00:00Z", &texts, 500), None);
    }
}
