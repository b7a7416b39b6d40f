//! Imports point down only, stages never import each other, and what could break "same in, same out" stays where it is.
//!
//! Reads the source as text, in the manner of TigerBeetle's tidy: without such a test most modules end in one cycle.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

use std::path::{Path, PathBuf};

/// The layer of each folder below `src`.
const LAYERS: &[(&str, u32)] = &[
    ("base", 0),
    ("kit", 1),
    ("model", 2),
    ("input", 3),
    ("layout", 3),
    ("decide", 3),
    ("compose", 3),
    ("postal", 3),
    ("streams", 3),
    ("archive", 3),
    ("ledger", 3),
    ("plan", 4),
    ("engine", 5),
    ("tools", 6),
    ("cli", 7),
    ("service", 7),
];

/// What may be named in some places only: the text, where, and why.
const BANNED: &[(&str, &[&str], &str)] = &[
    ("std::fs", &["base/file.rs"], "file access is in base::file"),
    ("std::thread", &["engine/"], "threads are in engine"),
    ("rayon", &["engine/"], "threads are in engine"),
    ("crossbeam", &["engine/"], "threads are in engine"),
    ("Instant::", &["engine/"], "the only clock is in engine"),
    ("SystemTime", &["engine/clock.rs"], "what day it is is only told in the account of operators"),
    ("HashMap<", &[], "a hash order must not reach an output: use BTreeMap, or FxHashMap where nothing is iterated"),
    ("annotate_snippets", &["cli/render.rs"], "its API is young, so it is wrapped in one module"),
    ("rusqlite", &["ledger/"], "only the ledger speaks SQL"),
    ("harfrust", &["kit/font/"], "its API breaks twice a month, so it is wrapped in kit::font"),
    ("memmap2", &["base/file.rs"], "file access is in base::file"),
];

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    let name = |path: &Path| path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
    files.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

/// The lines of a file that are code and not tests: tests stand at the end, or in files of their own.
fn code_lines(name: &str, text: &str) -> Vec<(usize, String)> {
    if name.ends_with("/tests.rs") || name.contains("/tests/") || name.ends_with("/testing.rs") {
        return Vec::new();
    }
    let mut lines = Vec::new();
    let mut rest = text.lines().enumerate().peekable();
    while let Some((number, line)) = rest.next() {
        if line.trim() == "#[cfg(test)]"
            && rest.peek().is_some_and(|(_, next)| next.trim_start().starts_with("mod ") && next.trim_end().ends_with('{'))
        {
            break;
        }
        let code = line.split("//").next().unwrap_or("");
        lines.push((number + 1, code.to_string()));
    }
    lines
}

fn layer_of(folder: &str) -> Option<u32> {
    LAYERS.iter().find(|(name, _)| *name == folder).map(|(_, layer)| *layer)
}

/// The folders below `crate::` that a line names, in `use` lines and in paths.
fn named(line: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        let rest = &line[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            names.extend(group.split(['}', ',']).map(|part| part.trim().split("::").next().unwrap_or("")));
        } else {
            names.push(rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or(""));
        }
    }
    names
}

#[test]
fn imports_point_down_only() {
    let mut faults = Vec::new();
    for (name, text) in sources() {
        let Some((folder, _)) = name.split_once('/') else { continue };
        let layer = layer_of(folder).unwrap_or_else(|| panic!("src/{folder} is in no layer; add it to the law"));
        for (number, line) in code_lines(&name, &text) {
            for other in named(&line) {
                let Some(other_layer) = layer_of(other) else { continue };
                if other != folder && other_layer >= layer {
                    faults.push(format!("src/{name}:{number}: {folder} (layer {layer}) names {other} (layer {other_layer})"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "imports point down only, and stages meet in model:\n{}", faults.join("\n"));
}

#[test]
fn what_is_banned_stays_in_its_place() {
    let mut faults = Vec::new();
    for (name, text) in sources() {
        for (number, line) in code_lines(&name, &text) {
            let line = line.replace("FxHash", "Fx");
            for (banned, places, reason) in BANNED {
                if line.contains(banned) && !places.iter().any(|place| name.starts_with(place)) {
                    faults.push(format!("src/{name}:{number}: `{banned}`: {reason}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_module_says_what_it_is() {
    let faults: Vec<String> =
        sources().into_iter().filter(|(name, text)| !text.starts_with("//!") && !name.ends_with("tests.rs")).map(|(name, _)| name).collect();
    assert!(faults.is_empty(), "a module begins with what it takes, what it gives and what it must never know: {faults:?}");
}

#[test]
fn codes_are_unique() {
    let mut ids: Vec<&str> = pressrun::base::code::ALL.iter().map(|code| code.id).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "a code is never used for two faults");
}
