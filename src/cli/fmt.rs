//! `pressrun fmt`: layouts in one form.

use std::path::PathBuf;

use clap::Args;

use super::{Outcome, fail, print, render};
use crate::base::code;
use crate::base::file::{self, Disk};
use crate::base::limits::LAYOUT_BYTES_MAX;
use crate::base::readable::counted;
use crate::base::span::Sources;
use crate::layout;

/// Format layouts: indents, order of attributes, quotes. Comments, texts and the lines you broke stay.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pressrun fmt layouts/*.xml            rewrite those that differ
  pressrun fmt --check layouts/*.xml    write nothing; exit 2 if one would change

Attributes stand in this order: name, extends, style, the element's own, then properties as in the manual.")]
pub(super) struct Fmt {
    /// The layout files.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Say which files would change, and write nothing.
    #[arg(long)]
    check: bool,
}

impl Fmt {
    pub(super) fn run(self) -> Outcome {
        let (mut changed, mut outcome) = (0, Outcome::Done);
        for path in &self.files {
            let text = match file::read(path, LAYOUT_BYTES_MAX).map(String::from_utf8) {
                Ok(Ok(text)) => text,
                Ok(Err(_)) => {
                    outcome = fail(&code::WORLD_FILE, format!("`{}` is not UTF-8", path.display()), None);
                    continue;
                }
                Err(error) => {
                    outcome = fail(&code::WORLD_FILE, error.to_string(), None);
                    continue;
                }
            };
            let mut sources = Sources::default();
            let id = sources.add(path.to_string_lossy(), text.clone());
            match layout::format(&sources, id) {
                Ok(formatted) if formatted == text => {}
                Ok(_) if self.check => {
                    changed += 1;
                    print(&format!("{} would change\n", path.display()));
                    outcome = Outcome::Failed;
                }
                Ok(formatted) => {
                    changed += 1;
                    match Disk::real().commit(path, formatted.as_bytes()) {
                        Ok(()) => print(&format!("{}\n", path.display())),
                        Err(error) => outcome = fail(&code::WORLD_FILE, error.to_string(), None),
                    }
                }
                Err(faults) => {
                    eprint!("{}", render::text(&faults, &sources, render::has_colour()));
                    outcome = Outcome::Failed;
                }
            }
        }
        let did = if self.check { "would change" } else { "changed" };
        print(&format!("{}, {changed} {did}\n", counted(self.files.len() as u64, "layout")));
        outcome
    }
}
