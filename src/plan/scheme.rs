//! Schemes of the posts, from their folders.
//!
//! Takes the path of a folder, gives the scheme and its texts, so that a plan can be frozen with them. Must never know what the tables
//! say: that is `postal::scheme`.

use std::path::Path;

use super::paths::folder_of;
use crate::base::code;
use crate::base::diagnostic::{Diagnostic, Faults};
use crate::base::span::{Sources, Span};
use crate::base::{file, limits};
use crate::postal::scheme::{Day, Scheme, SchemeFile, read};

/// A scheme with the files it was read from.
#[derive(Clone, PartialEq, Debug)]
pub struct ReadScheme {
    /// The scheme.
    pub scheme: Scheme,
    /// Names and bytes of its tables, sorted.
    pub files: Vec<(String, Vec<u8>)>,
}

/// Reads the scheme of a folder, or tells all its faults. `place` is where the folder is named.
pub fn read_scheme(folder: &Path, day: Day, place: Option<Span>, sources: &mut Sources, faults: &mut Faults) -> Option<ReadScheme> {
    let names = match file::list(folder) {
        Ok(names) => names,
        Err(error) => {
            let fault = Diagnostic::error(&code::SCHEME_FILE, place, error.to_string());
            let near = file::list(&folder_of(folder)).unwrap_or_default();
            let name = folder.file_name().map(|name| format!("{}/", name.to_string_lossy())).unwrap_or_default();
            let near = crate::base::suggest::closest(&name, near.iter().map(String::as_str).filter(|name| name.ends_with('/')));
            faults.push(match near.filter(|near| *near != name) {
                Some(near) => fault.hint(format!("did you mean `{near}`?")),
                None => fault.hint("a scheme is a folder of tables"),
            });
            return None;
        }
    };
    let names: Vec<String> = names.into_iter().filter(|name| name.ends_with(".csv")).collect();
    if names.len() > limits::SCHEME_FILES_MAX {
        let message = format!("`{}` has {} tables, a scheme has at most {}", folder.display(), names.len(), limits::SCHEME_FILES_MAX);
        faults.push(Diagnostic::error(&code::SCHEME_FILE, place, message));
        return None;
    }
    let mut files = Vec::new();
    let mut tables = Vec::new();
    let mut is_whole = true;
    for name in names {
        match read_table(&folder.join(&name), place, sources) {
            Ok((file, bytes)) => {
                tables.push(SchemeFile { name: name.clone(), file });
                files.push((name, bytes));
            }
            Err(fault) => {
                is_whole = false;
                faults.push(*fault);
            }
        }
    }
    let scheme = read(&tables, sources, day, place, faults)?;
    is_whole.then_some(ReadScheme { scheme, files })
}

fn read_table(path: &Path, place: Option<Span>, sources: &mut Sources) -> Result<(crate::base::span::FileId, Vec<u8>), Box<Diagnostic>> {
    let bytes = file::read(path, limits::SCHEME_BYTES_MAX).map_err(|error| Diagnostic::error(&code::SCHEME_FILE, place, error.to_string()))?;
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok((sources.add(path.to_string_lossy(), text), bytes)),
        Err(error) => {
            let message = format!("`{}` is not UTF-8: byte {} is no character", path.display(), error.valid_up_to());
            Err(Diagnostic::error(&code::SCHEME_TABLE, place, message).hint("save it as UTF-8").into())
        }
    }
}
