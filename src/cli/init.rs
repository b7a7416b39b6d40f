//! `pressrun init`: a small job that runs at once, and shows what a job consists of.

use std::path::PathBuf;

use clap::Args;

use super::{Outcome, fail, print};
use crate::base::code;
use crate::base::file::{self, Disk};

/// Make the folder of a small job that runs at once.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// The folder; it must not hold a job yet.
    folder: PathBuf,
}

/// The files of the job.
pub(super) const FILES: &[(&str, &str)] = &[
    ("job.toml", include_str!("init/job.toml")),
    ("layout.xml", include_str!("init/layout.xml")),
    ("data.ndjson", include_str!("init/data.ndjson")),
];

impl Init {
    pub(super) fn run(self) -> Outcome {
        let present = file::list(&self.folder).unwrap_or_default();
        if let Some((name, _)) = FILES.iter().find(|(name, _)| present.iter().any(|found| found == name)) {
            let message = format!("`{}` is there already", self.folder.join(name).display());
            return fail(&code::WORLD_ARGUMENT, message, Some("nothing was written; choose another folder".into()));
        }
        let disk = Disk::real();
        let written = disk
            .create_folder(&self.folder)
            .and_then(|()| FILES.iter().try_for_each(|(name, text)| disk.commit(&self.folder.join(name), text.as_bytes())));
        if let Err(error) = written {
            return fail(&code::WORLD_FILE, error.to_string(), None);
        }
        let job = self.folder.join("job.toml");
        print(&format!(
            "made {} with a layout and five records\n\n    pressrun check {job}    every fault at once, nothing produced\n    pressrun run {job}      volumes, print files, report\n",
            self.folder.display(),
            job = job.display(),
        ));
        Outcome::Done
    }
}
