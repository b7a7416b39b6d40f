//! Bags (RFC 8493): files that are handed over with their hashes.
//!
//! Takes the paths, lengths and hashes of payload files, gives the texts of the tag files. Must never open a file.

use crate::base::hash::Hash;

/// A payload file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Payload {
    /// Its path below `data/`, with `/` between its parts.
    pub path: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its SHA-256.
    pub hash: Hash,
}

/// The declaration (2.1.1).
pub const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// The tag files of a bag, by name, in the order in which they are written; `labels` go into `bag-info.txt` before the sum of the payload.
pub fn tag_files(payload: &[Payload], labels: &[(&str, &str)]) -> Vec<(&'static str, String)> {
    let mut manifest = String::new();
    for file in payload {
        manifest.push_str(&format!("{}  data/{}\n", file.hash.hex(), escaped(&file.path)));
    }
    let mut information = String::new();
    for (label, value) in labels {
        // 2.2.2: a value that goes on in the next line is indented there; ours stay on one.
        information.push_str(&format!("{label}: {}\n", value.replace(['\r', '\n'], " ")));
    }
    let bytes: u64 = payload.iter().map(|file| file.bytes).sum();
    information.push_str(&format!("Payload-Oxum: {bytes}.{}\n", payload.len()));
    let files = vec![("bagit.txt", DECLARATION.to_string()), ("manifest-sha256.txt", manifest), ("bag-info.txt", information)];
    let tags: String = files.iter().map(|(name, text)| format!("{}  {name}\n", Hash::of(text.as_bytes()).hex())).collect();
    files.into_iter().chain([("tagmanifest-sha256.txt", tags)]).collect()
}

/// 2.1.3: line ends and the percent sign of a path are escaped.
fn escaped(path: &str) -> String {
    path.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bag_names_all_its_files() {
        let payload = [Payload { path: "a 50%\n.pdf".into(), bytes: 3, hash: Hash::of(b"abc") }];
        let files = tag_files(&payload, &[("External-Identifier", "two\nlines")]);
        assert_eq!(files[1].1, format!("{}  data/a 50%25%0A.pdf\n", Hash::of(b"abc").hex()));
        assert_eq!(files[2].1, "External-Identifier: two lines\nPayload-Oxum: 3.1\n");
        assert_eq!(files[3].0, "tagmanifest-sha256.txt");
        assert_eq!(files[3].1.lines().count(), 3);
    }
}
