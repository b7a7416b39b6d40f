//! The identity of a job.
//!
//! Takes the job file and everything it names, gives a hash. What cannot change an output is left out: comments and
//! spaces, the output folder, the hold limit, and where the data lies. Must never depend on the machine.

use toml::de::DeValue;

use super::PRODUCER;
use super::library::Part;
use super::mapping::PlannedInput;
use super::read::Table;
use crate::base::file::Fingerprint;
use crate::base::hash::{Hash, Hasher};

/// Changes when the same plan would give other bytes: part of every hash.
const EPOCH: &[u8] = b"pressrun plan 1";

/// The hash of a plan.
pub(super) fn hash(root: &Table<'_>, parts: &[Part], inputs: &[PlannedInput]) -> Hash {
    let mut hasher = Hasher::new();
    hasher.update_field(EPOCH);
    hasher.update_field(PRODUCER.as_bytes());
    let mut text = String::new();
    let mut entries = root.entries();
    entries.sort_by(|a, b| a.0.value.cmp(&b.0.value));
    for (key, value, _) in entries {
        write_value(&key.value, &key.value, value, &mut text);
    }
    hasher.update_field(text.as_bytes());
    // The job file stands above without its comments; layouts, images and fonts are hashed as they are.
    for part in parts.iter().filter(|part| part.name != "job.toml") {
        hasher.update_field(part.name.as_bytes());
        hasher.update(&part.hash.0);
    }
    for input in inputs {
        for path in input.files.iter().chain(&input.lines) {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            hasher.update_field(name.as_bytes());
            hasher.update(&Fingerprint::of(path).map_or(0, Fingerprint::length).to_le_bytes());
        }
    }
    hasher.finish()
}

/// Keys that change no byte of an output.
fn is_left_out(path: &str) -> bool {
    matches!(path, "job.out" | "job.hold-limit" | "input.files" | "input.lines.files" | "archive.folder" | "archive.store" | "archive.key")
}

fn write_value(path: &str, key: &str, value: &DeValue<'_>, out: &mut String) {
    if is_left_out(path) {
        return;
    }
    out.push_str(&format!("{key:?}="));
    match value {
        DeValue::String(text) => out.push_str(&format!("{text:?}")),
        DeValue::Integer(number) => out.push_str(&number.to_string()),
        DeValue::Float(number) => out.push_str(&number.to_string()),
        DeValue::Boolean(flag) => out.push_str(&flag.to_string()),
        DeValue::Datetime(time) => out.push_str(&time.to_string()),
        DeValue::Array(array) => {
            out.push('[');
            for item in array.iter() {
                write_value(path, "", item.get_ref(), out);
            }
            out.push(']');
        }
        DeValue::Table(table) => {
            out.push('{');
            let mut entries: Vec<_> = table.iter().collect();
            entries.sort_by(|a, b| a.0.get_ref().cmp(b.0.get_ref()));
            for (name, value) in entries {
                write_value(&format!("{path}.{}", name.get_ref()), name.get_ref(), value.get_ref(), out);
            }
            out.push('}');
        }
    }
    out.push('\n');
}
