//! What goes to the press beside a print file: its job ticket and its index.
//!
//! Takes the sides of pieces as they are written, gives files with the name of the print file. They are there before the ledger knows
//! the print file, so that whatever is whole has them.

use super::sheets::{Side, sheet_count};
use super::{EngineError, Options, files};
use crate::base::file::Mapped;
use crate::ledger::{FileRow, PieceRow, PrintFileRow};
use crate::model::resources::Used;
use crate::plan::{Plan, Tickets};
use crate::streams::print_file::Sides;
use crate::streams::print_ticket::{self, PaperRun, PiecePlace};
use crate::streams::print_up;
use crate::streams::{FileInfo, StreamError};

/// What the press wants to know of a print file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Press {
    runs: Vec<PaperRun>,
    places: Vec<PiecePlace>,
    sides: u32,
}

impl Press {
    /// Adds sides that belong to no piece: the banner of a tray.
    pub(super) fn banner(&mut self, tickets: Tickets, media: u8, sides: u32) {
        for _ in 0..sides {
            if tickets.jdf {
                print_ticket::push_page(&mut self.runs, media, self.sides);
            }
            self.sides += 1;
        }
    }

    /// Adds the sides of a piece.
    pub(super) fn piece(&mut self, tickets: Tickets, row: &PieceRow, sides: &[Side]) {
        let first = self.sides;
        for side in sides {
            if tickets.jdf {
                print_ticket::push_page(&mut self.runs, side.media, self.sides);
            }
            self.sides += 1;
        }
        if tickets.csv || tickets.json {
            self.places.push(PiecePlace {
                piece: row.sequence,
                first_page: first + 1,
                last_page: self.sides,
                sheets: sheet_count(sides),
                tray: row.tray,
                tray_piece: row.position,
            });
        }
    }

    /// Writes what the job wants beside a print file.
    pub(super) fn write(&self, plan: &Plan, row: &PrintFileRow, sides: Sides, options: &Options<'_>) -> Result<Vec<FileRow>, EngineError> {
        let Tickets { jdf, csv, json } = plan.print.tickets;
        let stem = row.file.strip_suffix(".pdf").unwrap_or(&row.file);
        let name = row.file.rsplit('/').next().unwrap_or(&row.file);
        let mut rows = Vec::new();
        if jdf {
            let ticket = print_ticket::jdf(&plan.settings.name, name, sides, &plan.media, &self.runs);
            rows.push(files::write(&format!("{stem}.jdf"), ticket.as_bytes(), options)?);
        }
        if csv {
            rows.push(files::write(&format!("{stem}.csv"), print_ticket::index_csv(&self.places).as_bytes(), options)?);
        }
        if json {
            let index = print_ticket::index_json(name, &row.hash.hex(), &self.places);
            rows.push(files::write(&format!("{stem}.json"), index.as_bytes(), options)?);
        }
        Ok(rows)
    }
}

/// Writes the pages of a print file side by side, and their ticket, if the job wants that.
pub(super) fn write_lanes(
    plan: &Plan,
    row: &PrintFileRow,
    (sides, used): (Sides, &Used),
    info: &FileInfo<'_>,
    options: &Options<'_>,
) -> Result<Vec<FileRow>, EngineError> {
    let Some(lanes) = plan.print.lanes else { return Ok(Vec::new()) };
    let name = row.file.rsplit('/').next().unwrap_or(&row.file);
    let file = format!("{}{name}", files::LANES);
    let failed = |source: StreamError| EngineError::Stream { file: file.clone(), source };
    let source = Mapped::open(&options.out.join(&row.file))?;
    let mut out = files::HashedFile::begin(&file, options)?;
    let written = print_up::write_lanes(&source, &plan.media, lanes, sides, (&plan.resources, used), info, &mut out);
    let (_, pages) = written.map_err(failed)?;
    let mut rows = vec![out.commit()?];
    if plan.print.tickets.jdf {
        let wide = lanes.page(&plan.media[0]);
        let runs = [PaperRun { media: 0, first: 0, last: pages - 1 }];
        let ticket = print_ticket::jdf(&plan.settings.name, name, sides, &[wide], &runs);
        let beside = file.replace(".pdf", ".jdf");
        rows.push(files::write(&beside, ticket.as_bytes(), options)?);
    }
    Ok(rows)
}
