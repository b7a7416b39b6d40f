//! Paths as a job names them.
//!
//! Takes a folder and a relative path or pattern, gives paths as a user would write them. Must never follow a pattern into
//! folders it does not name.

use std::path::{Component, Path, PathBuf};

use crate::base::file;

/// `path` seen from `folder`, without `.` and with `x/..` taken out, so that messages show short paths.
pub(super) fn join(folder: &Path, path: &str) -> PathBuf {
    let mut parts: Vec<Component<'_>> = Vec::new();
    let joined = folder.join(path);
    for part in joined.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(parts.last(), Some(Component::Normal(_))) => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    if parts.is_empty() { PathBuf::from(".") } else { parts.into_iter().collect() }
}

/// The folder of a file; `.` if the path names none.
pub(super) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

/// The files a pattern matches, sorted by name. `*` and `?` may stand in the last part of the path.
pub(super) fn glob(folder: &Path, pattern: &str) -> Result<Vec<PathBuf>, String> {
    let path = join(folder, pattern);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if !name.contains(['*', '?']) {
        return Ok(vec![path]);
    }
    let folder = folder_of(&path);
    if folder.to_string_lossy().contains(['*', '?']) {
        return Err("`*` and `?` may stand in the name of the file, not in that of a folder".into());
    }
    let names = file::list(&folder).map_err(|error| error.to_string())?;
    let found = names.iter().filter(|found| !found.ends_with('/') && !found.starts_with('.') && matches(name.as_bytes(), found.as_bytes()));
    Ok(found.map(|found| if folder == Path::new(".") { PathBuf::from(found) } else { folder.join(found) }).collect())
}

/// Whether a name fits a pattern; linear in both by going back to the last star only.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n, mut star) = (0, 0, None);
    while n < name.len() {
        if p < pattern.len() && pattern[p] == b'*' {
            star = Some((p, n));
            p += 1;
        } else if p < pattern.len() && (pattern[p] == b'?' || pattern[p] == name[n]) {
            p += 1;
            n += 1;
        } else if let Some((star_p, star_n)) = star {
            p = star_p + 1;
            n = star_n + 1;
            star = Some((star_p, star_n + 1));
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_names() {
        for (pattern, name, expected) in [
            ("*.csv", "a.csv", true),
            ("*.csv", "a.csv.bak", false),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false),
            ("part-??.xml", "part-07.xml", true),
            ("part-??.xml", "part-7.xml", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern.as_bytes(), name.as_bytes()), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn paths_are_shown_short() {
        assert_eq!(join(Path::new("fixtures/statements"), "../../layouts/a.xml"), Path::new("layouts/a.xml"));
        assert_eq!(join(Path::new("job"), "./data/a"), Path::new("job/data/a"));
        assert_eq!(join(Path::new(".."), "../a"), Path::new("../../a"));
        assert_eq!(join(Path::new("."), "a"), Path::new("a"));
    }
}
