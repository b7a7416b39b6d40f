//! Mail.dat files of a mailing.
//!
//! Takes sorted trays and the pieces of the ledger, gives the files of `postal::maildat` in the folder `maildat`. Must never know a field.

use std::io::Write;

use super::files::HashedFile;
use super::mailing::Sorted;
use super::paper_rows::barcode;
use super::{EngineError, Folder, Options};
use crate::base::file::FileError;
use crate::ledger::{FileRow, Ledger, MailingRow};
use crate::model::mail::Weight;
use crate::plan::{Mail, Plan};
use crate::postal::maildat::{LineError, MailDat, MailDatTray, Sink};

/// The folder of the files.
const FOLDER: &str = "maildat";

/// Writes the files; none if the job does not ask for them, or no scheme says which rates its levels earn.
pub(super) fn write(
    plan: &Plan,
    mail: &Mail,
    sorted: &[Sorted<'_>],
    serial: u64,
    ledger: &Ledger,
    options: &Options<'_>,
) -> Result<Vec<FileRow>, EngineError> {
    let Some(settings) = &plan.papers.maildat else { return Ok(Vec::new()) };
    options.disk.create_inner_folder(&Folder(&options.out).file(FOLDER))?;
    let mut settings = settings.clone();
    settings.origin_line = mail.labels.get("origin").cloned().unwrap_or_default();
    let mut maildat = MailDat::new(&settings, Files { base: settings.job_id.clone(), options, open: Vec::new() });
    let mut rows = Pieces { trays: sorted, tray: None, pieces: Vec::new(), plan, serial };
    ledger.each_mailing(|row| -> Result<(), EngineError> {
        if row.piece.tray != rows.tray.unwrap_or(0) {
            rows.flush(&mut maildat)?;
            rows.tray = (row.piece.tray > 0).then_some(row.piece.tray);
        }
        if row.piece.tray > 0 {
            rows.pieces.push(row);
        }
        Ok(())
    })?;
    rows.flush(&mut maildat)?;
    maildat.finish()?.commit()
}

/// The pieces of one tray.
struct Pieces<'p> {
    trays: &'p [Sorted<'p>],
    tray: Option<u32>,
    pieces: Vec<MailingRow>,
    plan: &'p Plan,
    serial: u64,
}

impl Pieces<'_> {
    fn flush(&mut self, maildat: &mut MailDat<'_, Files<'_>>) -> Result<(), EngineError> {
        let Some(number) = self.tray.take() else { return Ok(()) };
        let pieces = std::mem::take(&mut self.pieces);
        let found = self.trays.iter().find_map(|sorted| {
            let index = number.checked_sub(sorted.presorted.settings.tray_first)?;
            sorted.presorted.trays.get(index as usize).map(|tray| (&sorted.presorted, tray))
        });
        let (presorted, tray) = found.expect("the trays were compared with those of the ledger");
        // Envelopes with a scheme of another country have no rates here.
        let Some(level) = presorted.scheme.maildat.iter().find(|level| level.level == tray.level) else { return Ok(()) };
        let label = presorted.label(tray).unwrap_or_default();
        let code = self.plan.papers.trays.as_ref().map(|settings| barcode(settings, tray, &label, self.serial)).transpose()?.unwrap_or_default();
        let described = MailDatTray {
            number,
            container: presorted.container(tray).map_or("", |container| &container.code),
            level_code: &label.level_code,
            level,
            destination: &label.destination,
            line1: &label.line1,
            line2: &label.line2,
            cin: &label.cin,
            barcode: &code,
            gross: tray.gross,
        };
        let barcodes: Vec<String> = pieces.iter().map(|row| self.piece_barcode(row)).collect();
        let rows = pieces.iter().zip(&barcodes).map(|(row, barcode)| (row.postcode.as_str(), row.piece.weight, barcode.as_str()));
        maildat.tray(&described, rows.map(|(postcode, weight, barcode): (&str, Weight, &str)| (postcode, weight, barcode)))
    }

    /// The Intelligent Mail barcode of a piece; empty if the job has none.
    fn piece_barcode(&self, row: &MailingRow) -> String {
        let mut barcode = String::new();
        if let Some(tracking) = self.plan.print.tracking.as_ref().filter(|_| row.piece.serial > 0) {
            tracking.write(row.piece.serial, &row.routing, &mut barcode);
        }
        barcode
    }
}

/// The files as they are written, each under the id of the job with its own ending.
struct Files<'f> {
    base: String,
    options: &'f Options<'f>,
    open: Vec<(&'static str, HashedFile)>,
}

impl Sink for Files<'_> {
    type Error = EngineError;

    fn line(&mut self, file: &'static str, line: &str) -> Result<(), EngineError> {
        if !self.open.iter().any(|(name, _)| *name == file) {
            self.open.push((file, HashedFile::begin(&format!("{FOLDER}/{}.{file}", self.base), self.options)?));
        }
        let (_, out) = self.open.iter_mut().find(|(name, _)| *name == file).expect("it was just opened");
        let path = out.path().to_path_buf();
        // Lines of Mail.dat end as those of Windows do.
        write!(out, "{line}\r\n").map_err(|error| FileError::new("write", &path, error).into())
    }
}

impl Files<'_> {
    fn commit(self) -> Result<Vec<FileRow>, EngineError> {
        self.open.into_iter().map(|(_, file)| Ok(file.commit()?)).collect()
    }
}

impl From<LineError> for EngineError {
    fn from(fault: LineError) -> EngineError {
        EngineError::Paper { paper: "maildat", reason: fault.to_string() }
    }
}
