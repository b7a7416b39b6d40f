//! Proofs are checked: without archive, ledger or network.
//!
//! Takes the bytes of a file and a proof, gives what does not hold, in words. docs/archive.md describes the format so that others can write this
//! again; `.ci/judge/verify_proof.py` did. Must never trust anything in the proof that does not lead to a signature.

use serde_json::Value;

use super::log::{head_text, key_id, rollover_text};
use super::statement::{Statement, entry_leaf, tag};
use crate::base::hash::Hash;
use crate::kit::json_canonical::canonical_of_foreign;
use crate::kit::merkle;
use crate::kit::sign::{from_hex, verifies};

/// What a check found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Verdict {
    /// What does not hold; nothing if all does.
    pub faults: Vec<String>,
    /// What holds, but is to be known: nobody signed, the key is not one that was given.
    pub remarks: Vec<String>,
    /// What was proved: id, run, time of the head and so on, for people.
    pub facts: Vec<(String, String)>,
}

impl Verdict {
    fn check(&mut self, holds: bool, fault: impl FnOnce() -> String) {
        if !holds {
            self.faults.push(fault());
        }
    }
}

/// Checks a file against its proof. `trusted` is a public key that is known from elsewhere; `pages` are the content streams of the file, if it is a PDF
/// that can be read.
pub fn verify(file: &[u8], pages: Option<&[Vec<u8>]>, proof: &Value, trusted: Option<&[u8; 32]>) -> Verdict {
    let mut verdict = Verdict::default();
    verdict.check(proof["format"] == "pressrun-proof-1", || format!("the proof is of the format {}, not \"pressrun-proof-1\"", proof["format"]));
    let Some(statement) = Statement::from_json(&proof["statement"]) else {
        verdict.faults.push("the proof has no statement that can be read".into());
        return verdict;
    };
    let Some(leaf) = leaf_of(&proof["statement"]) else {
        verdict.faults.push("the statement has a number that no statement has".into());
        return verdict;
    };
    let head_root = check_head(proof, trusted, &mut verdict);
    let volume = &proof["volume"];
    let event = check_event("volume", &volume["event"], proof, head_root.as_ref(), &mut verdict);
    let (index, size) = (volume["index"].as_u64(), volume["size"].as_u64());
    let root = event["root"].as_str().and_then(Hash::parse_exactly);
    let path = read_path(&volume["path"]);
    let is_in = match (index, size, &root, &path) {
        (Some(index), Some(size), Some(root), Some(path)) => event["documents"] == size && merkle::includes(index, size, &leaf, path, root),
        _ => false,
    };
    verdict.check(is_in && event["action"] == "volume", || {
        "the statement about the document does not lead to the root of its volume: the statement, its place or its path was changed".into()
    });
    let handed = check_event("file", &proof["file"], proof, head_root.as_ref(), &mut verdict);
    verdict.check(handed["action"] == "proved" && handed["leaf"] == leaf.hex() && handed["run"] == event["run"], || {
        "the event that handed out the file is about another document".into()
    });
    check_file(file, pages, &statement, &handed, &mut verdict);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    verdict.facts = vec![
        ("document".into(), statement.id.clone()),
        ("run".into(), text(&event["run"])),
        ("job".into(), format!("{} of {}", statement.job, statement.date)),
        ("pages".into(), statement.pages.len().to_string()),
        ("handed out".into(), format!("{} to {}", text(&handed["time"]), text(&handed["who"]))),
        ("head".into(), format!("{} events, {}", proof["head"]["size"], text(&proof["head"]["time"]))),
    ];
    verdict
}

/// The file is the one that was handed out; if not, what of it was changed.
fn check_file(file: &[u8], pages: Option<&[Vec<u8>]>, statement: &Statement, handed: &Value, verdict: &mut Verdict) {
    let hash = Hash::of(file).hex();
    if handed["sha256"] == hash && handed["bytes"] == file.len() {
        return;
    }
    if let Some(message) = statement.messages.iter().find(|message| message.hash.hex() == hash) {
        verdict.remarks.push(format!("the file is the {} message of the document", message.channel));
        return;
    }
    let mut changed = Vec::new();
    match pages {
        None => changed.push("it is no PDF that can be read".to_string()),
        Some(pages) => {
            if pages.len() != statement.pages.len() {
                changed.push(format!("it has {} pages instead of {}", pages.len(), statement.pages.len()));
            }
            for (index, (page, known)) in pages.iter().zip(&statement.pages).enumerate() {
                if Hash::of(page) != *known {
                    changed.push(format!("page {} is not the page that was archived", index + 1));
                }
            }
            if changed.is_empty() {
                changed
                    .push("its pages are those that were archived, but what is around them (fonts, pictures, title, structure) was changed".into());
            }
        }
    }
    let block = handed["block"].as_u64().unwrap_or(0) as usize;
    if handed["bytes"] != file.len() {
        changed.push(format!("it has {} bytes instead of {}", file.len(), handed["bytes"]));
    } else if block > 0 {
        for (index, (piece, known)) in file.chunks(block).zip(handed["blocks"].as_array().into_iter().flatten()).enumerate() {
            if *known != Hash::of(piece).hex() {
                changed.push(format!("bytes {} to {} were changed", index * block, index * block + piece.len() - 1));
            }
        }
    }
    verdict.faults.push(format!("the file is not the one that was handed out: {}", changed.join("; ")));
}

fn read_path(path: &Value) -> Option<Vec<Hash>> {
    path.as_array()?.iter().map(|node| node.as_str().and_then(Hash::parse_exactly)).collect()
}

/// Checks that an event is in the log of the head; gives the event.
fn check_event(name: &str, placed: &Value, proof: &Value, root: Option<&Hash>, verdict: &mut Verdict) -> Value {
    let text = placed["text"].as_str().unwrap_or_default();
    let leaf = merkle::leaf_hash(text.as_bytes());
    let holds = match (placed["index"].as_u64(), proof["head"]["size"].as_u64(), read_path(&placed["path"]), root) {
        (Some(index), Some(size), Some(path), Some(root)) => merkle::includes(index, size, &leaf, &path, root),
        _ => false,
    };
    verdict.check(holds, || format!("the event `{name}` is not in the log of the head: its text, its place or its path was changed"));
    let event: Value = serde_json::from_str(text).unwrap_or_default();
    verdict.check(event["seq"] == placed["index"], || format!("the event `{name}` has another number than its place in the log"));
    event
}

/// Checks the signature of the head and the way to its key; gives its root.
fn check_head(proof: &Value, trusted: Option<&[u8; 32]>, verdict: &mut Verdict) -> Option<Hash> {
    let head = &proof["head"];
    let (root, chain) = (head["root"].as_str().and_then(Hash::parse_exactly), head["chain"].as_str().and_then(Hash::parse_exactly));
    let (Some(root), Some(chain), Some(size)) = (root, chain, head["size"].as_u64()) else {
        verdict.faults.push("the head of the log cannot be read".into());
        return None;
    };
    let Some(signature) = head["signature"].as_str() else {
        match trusted {
            Some(_) => verdict.faults.push("the head of the log is not signed, and a key was given".into()),
            None => verdict.remarks.push("the head of the log is not signed: the proof shows that its parts belong together, not who made it".into()),
        }
        return Some(root);
    };
    let keys = proof["keys"].as_array().map(Vec::as_slice).unwrap_or_default();
    let public = |id: &Value| keys.iter().find(|key| key["key"] == *id).and_then(|key| from_hex(key["public"].as_str()?));
    let signer = public(&head["key"]);
    let text = head_text(size, &root, &chain, head["time"].as_str().unwrap_or_default());
    let holds = signer.as_ref().zip(from_hex(signature)).is_some_and(|(public, signature)| verifies(public, text.as_bytes(), &signature));
    verdict.check(holds, || "the signature of the head does not hold: the head, its signature or its key was changed".into());
    let Some(signer) = signer else { return Some(root) };
    verdict.check(head["key"] == key_id(&signer), || "the key of the head has another name than its own".into());
    check_keys(keys, verdict);
    match trusted {
        None => verdict.remarks.push(format!("the head is signed by the key {}; `--key` says which key you trust", key_id(&signer))),
        Some(trusted) => {
            let mut known = vec![key_id(trusted)];
            // Keys sign those that follow them.
            for key in keys {
                if let (Some(new), Some(old)) = (key["key"].as_str(), key["signed_by"].as_str())
                    && known.iter().any(|id| id == old)
                {
                    known.push(new.to_string());
                }
            }
            verdict.check(known.contains(&key_id(&signer)), || {
                format!(
                    "the head is signed by the key {}, which is neither the one you trust ({}) nor signed by it",
                    key_id(&signer),
                    key_id(trusted)
                )
            });
        }
    }
    Some(root)
}

/// Every key but the first is signed by one before it.
fn check_keys(keys: &[Value], verdict: &mut Verdict) {
    for (at, key) in keys.iter().enumerate() {
        let text = |name: &str| key[name].as_str().unwrap_or_default();
        let public = from_hex(text("public")).unwrap_or_default();
        verdict.check(key_id(&public) == text("key"), || format!("the key {} has another name than its own", text("key")));
        let Some(signature) = key["signature"].as_str() else {
            verdict.check(at == 0, || format!("the key {} is signed by nobody", text("key")));
            continue;
        };
        let old = keys[..at].iter().find(|old| old["key"] == key["signed_by"]).and_then(|old| from_hex(old["public"].as_str()?));
        let message = rollover_text(text("public"), text("signed_by"), text("time"));
        let holds = old.zip(from_hex(signature)).is_some_and(|(old, signature)| verifies(&old, message.as_bytes(), &signature));
        verdict.check(holds, || format!("the signature of the key {} by the one before it does not hold", text("key")));
    }
}

/// Checks a proof that no document with a value is missing.
pub fn verify_complete(proof: &Value, trusted: Option<&[u8; 32]>) -> Verdict {
    let mut verdict = Verdict::default();
    verdict.check(proof["format"] == "pressrun-completeness-1", || {
        format!("the proof is of the format {}, not \"pressrun-completeness-1\"", proof["format"])
    });
    let head_root = check_head(proof, trusted, &mut verdict);
    let event = check_event("taken", &proof["event"], proof, head_root.as_ref(), &mut verdict);
    let text = |name: &str| proof[name].as_str().unwrap_or_default();
    let (run, key, value) = (text("run"), text("key"), text("value"));
    let asked = tag(run, key, value);
    let tree = &event["keys"][key];
    let (size, root) = (proof["size"].as_u64().unwrap_or(0), tree["root"].as_str().and_then(Hash::parse_exactly));
    verdict.check(event["action"] == "taken" && event["run"] == *run && tree["size"] == size, || {
        "the run has no such key, or another number of values".into()
    });
    let Some(root) = root else {
        verdict.faults.push("the run has no tree of this key".into());
        return verdict;
    };
    let entry = |entry: &Value| {
        let hash = |name: &str| entry[name].as_str().and_then(Hash::parse_exactly);
        Some((entry["index"].as_u64()?, hash("tag")?, hash("leaf")?, read_path(&entry["path"])?))
    };
    let listed: Vec<&Value> = proof["entries"].as_array().into_iter().flatten().collect();
    let around = [&proof["before"], &proof["after"]];
    let mut places = Vec::new();
    for value in listed.iter().copied().chain(around.into_iter().filter(|value| !value.is_null())) {
        let Some((index, tag, leaf, path)) = entry(value) else {
            verdict.faults.push("an entry cannot be read".into());
            continue;
        };
        let holds = merkle::includes(index, size, &entry_leaf(&tag, &leaf), &path, &root);
        verdict.check(holds, || format!("entry {index} is not in the tree of the key"));
        places.push((index, tag));
        if !value["statement"].is_null() {
            let own = leaf_of(&value["statement"]) == Some(leaf) && value["statement"]["keys"][key] == *value_of(proof);
            verdict.check(own, || format!("the statement of entry {index} is not that of its leaf"));
        }
    }
    places.sort();
    let listed_count = listed.len();
    let matching = places.iter().filter(|(_, tag)| *tag == asked).count();
    verdict.check(matching == listed_count, || "an entry has another value".into());
    verdict.check(places.windows(2).all(|pair| pair[0].0 + 1 == pair[1].0), || "the entries do not follow each other: one is missing".into());
    let first = places.first().map(|(index, tag)| (*index, *tag));
    let last = places.last().map(|(index, tag)| (*index, *tag));
    let is_start_closed = first.is_some_and(|(index, tag)| index == 0 || tag < asked);
    let is_end_closed = last.is_some_and(|(index, tag)| index + 1 == size || tag > asked);
    verdict.check(size == 0 || (is_start_closed && is_end_closed), || "the neighbours of the entries are not shown: one may be missing".into());
    verdict.facts = vec![("run".into(), run.to_string()), (key.to_string(), value.to_string()), ("documents".into(), listed_count.to_string())];
    verdict
}

/// The leaf of a statement; `None` if it has no canonical form.
fn leaf_of(statement: &Value) -> Option<Hash> {
    canonical_of_foreign(statement).map(|bytes| merkle::leaf_hash(&bytes))
}

fn value_of(proof: &Value) -> &Value {
    &proof["value"]
}
