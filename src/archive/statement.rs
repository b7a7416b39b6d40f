//! What the archive states about a document, and the lines in which it keeps that.
//!
//! Takes what is known of a document, gives the statement as canonical JSON (RFC 8785) whose hash is the document's leaf, and the line of the
//! statements file: the leaf's hash, a space, the statement. A document that was erased leaves a line of the same length with the hash, when
//! it went, and its tags. Must never know what a key means.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::base::hash::{Hash, Hasher, write_hex};
use crate::kit::json_canonical::{compare_names, write_text};
use crate::kit::merkle::{self, CHAIN_START};
use crate::kit::pdf::write_integer;

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

    /// Writes its canonical bytes: those of [`Statement::to_json`], without making it.
    pub fn write(&self, out: &mut Vec<u8>) {
        write_member(b"{\"channel\":", &self.channel, out);
        write_hashes(b",\"content\":", [&self.content], out);
        write_member(b",\"date\":", &self.date, out);
        write_member(b",\"id\":", &self.id, out);
        write_member(b",\"job\":", &self.job, out);
        out.extend_from_slice(b",\"keys\":");
        write_members(self.keys.iter(), |value, out| write_text(value, out), out);
        write_count(b",\"length\":", self.length, out);
        if !self.messages.is_empty() {
            for (at, message) in self.messages.iter().enumerate() {
                out.extend_from_slice(if at == 0 { b",\"messages\":[" } else { b"," });
                write_member(b"{\"channel\":", &message.channel, out);
                write_member(b",\"file\":", &message.file, out);
                write_count(b",\"length\":", message.length, out);
                write_count(b",\"offset\":", message.offset, out);
                write_hashes(b",\"sha256\":", [&message.hash], out);
                out.push(b'}');
            }
            out.push(b']');
        }
        write_count(b",\"offset\":", self.offset, out);
        out.extend_from_slice(b",\"pages\":[");
        write_hashes(b"", &self.pages, out);
        out.push(b']');
        write_hashes(b",\"plan\":", [&self.plan], out);
        write_count(b",\"record\":", self.record + 1, out);
        write_member(b",\"type\":", &self.kind, out);
        out.extend_from_slice(b",\"version\":1}");
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
/// erased; they are none of the statement.
pub fn write_line(statement: &Statement, out: &mut Vec<u8>) -> Hash {
    let start = out.len();
    // The leaf takes the place of these digits once there is something to hash.
    write_left(CHAIN_START, statement, TIME_LONGEST, statement.keys.keys().map(|name| (name, CHAIN_START)), out);
    let room = out.len() - start;
    out.truncate(start + LEAF_LENGTH);
    statement.write(out);
    let leaf = merkle::leaf_hash(&out[start + LEAF_LENGTH..]);
    out[start..start + LEAF_LENGTH - 1].copy_from_slice(leaf.hex().as_bytes());
    out.resize(out.len().max(start + room), b' ');
    out.push(b'\n');
    leaf
}

/// Bytes before the statement in its line: the digits of its leaf and a space.
const LEAF_LENGTH: usize = 65;

/// No time that a document is erased at is longer.
const TIME_LONGEST: &str = "2026-10-01T00:00:00Z";

/// The line that takes the place of a document's, as long as it, with the tags of the keys whose trees prove that none is missing; `None` if that
/// line is too short, which no line of ours is.
pub fn tombstone(leaf: Hash, statement: &Statement, run: &str, time: &str, keys: &BTreeSet<&str>, line_length: usize) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(line_length);
    let kept = statement.keys.iter().filter(|(name, _)| keys.contains(name.as_str()));
    write_left(leaf, statement, time, kept.map(|(name, value)| (name, tag(run, name, value))), &mut out);
    if out.len() >= line_length {
        return None;
    }
    out.resize(line_length - 1, b' ');
    out.push(b'\n');
    Some(out)
}

/// Writes what is left of a document, without its line feed.
fn write_left<'n>(leaf: Hash, statement: &Statement, time: &str, tags: impl Iterator<Item = (&'n String, Hash)>, out: &mut Vec<u8>) {
    write_hex(&leaf.0, out);
    write_member(b" {\"erased\":", time, out);
    write_count(b",\"length\":", statement.length, out);
    write_count(b",\"offset\":", statement.offset, out);
    write_count(b",\"pages\":", statement.pages.len() as u64, out);
    write_count(b",\"record\":", statement.record + 1, out);
    out.extend_from_slice(b",\"tags\":");
    write_members(tags, |tag, out| write_hashes(b"", [&tag], out), out);
    out.push(b'}');
}

/// Writes a text behind the name of its member.
fn write_member(name: &[u8], value: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(name);
    write_text(value, out);
}

/// Writes a count or a size behind the name of its member.
fn write_count(name: &[u8], value: u64, out: &mut Vec<u8>) {
    assert!(value < 1 << 53, "a count that has no canonical form");
    out.extend_from_slice(name);
    write_integer(value as i64, out);
}

/// Writes hashes behind the name of their member.
fn write_hashes<'h>(name: &[u8], hashes: impl IntoIterator<Item = &'h Hash>, out: &mut Vec<u8>) {
    out.extend_from_slice(name);
    for (at, hash) in hashes.into_iter().enumerate() {
        out.extend_from_slice(if at == 0 { b"\"" } else { b",\"" });
        write_hex(&hash.0, out);
        out.push(b'"');
    }
}

/// Writes an object of members whose names may be any text.
fn write_members<'n, V>(members: impl Iterator<Item = (&'n String, V)>, write: impl Fn(V, &mut Vec<u8>), out: &mut Vec<u8>) {
    let mut members: Vec<(&String, V)> = members.collect();
    members.sort_by(|(left, _), (right, _)| compare_names(left, right));
    out.push(b'{');
    for (at, (name, value)) in members.into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write_text(name, out);
        out.push(b':');
        write(value, out);
    }
    out.push(b'}');
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
    use crate::kit::json_canonical::canonical;

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
        let leaf = write_line(&sample(), &mut line);
        let line = &line[..line.len() - 1];
        assert_eq!(read_line(line), Some((leaf, Line::Kept(Box::new(sample())))));
        for at in 0..line.len() {
            let mut other = line.to_vec();
            other[at] ^= 1;
            assert_eq!(read_line(&other), None, "{at}");
        }
    }

    #[test]
    fn it_is_written_in_its_canonical_form() {
        let names = ["\u{fb33}", "\u{1f600}", "a", "A\"b", "\u{20ac}"];
        let keys: BTreeMap<String, String> = names.iter().map(|name| (name.to_string(), format!("{name}\t\u{1}x"))).collect();
        let two = [sample().messages, sample().messages].concat();
        for statement in [sample(), Statement { keys, messages: two, pages: Vec::new(), ..sample() }, Statement { messages: Vec::new(), ..sample() }]
        {
            let mut written = Vec::new();
            statement.write(&mut written);
            assert_eq!(String::from_utf8(written), String::from_utf8(canonical(&statement.to_json())));
        }
    }

    #[test]
    fn what_is_erased_leaves_its_hash_in_a_line_of_the_same_length() {
        let mut line = Vec::new();
        let leaf = write_line(&sample(), &mut line);
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
        let leaf = write_line(&statement, &mut line);
        assert_eq!(read_line(&line[..line.len() - 1]), Some((leaf, Line::Kept(Box::new(statement.clone())))));
        let texts: BTreeSet<&str> = statement.keys.keys().map(String::as_str).filter(|name| *name != "k07").collect();
        let left = tombstone(leaf, &statement, "run", "2027-01-01T00:00:00Z", &texts, line.len()).expect("room");
        let Some((_, Line::Erased { tags, .. })) = read_line(&left[..left.len() - 1]) else { panic!("a tombstone") };
        assert_eq!((left.len(), tags.len(), tags.contains_key("k07")), (line.len(), 39, false));
        assert_eq!(tombstone(leaf, &statement, "run", "2027-01-01T00:00:00Z", &texts, 500), None);
    }
}
