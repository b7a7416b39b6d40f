//! `pressrun reprint`: pieces printed again, out of the volumes.
//!
//! Takes the pieces an operator names, gives a print file of exactly these: the same bodies, byte for byte, with marks that tell the
//! copy or are as they were. The copies before are voided in the same transaction that knows the file. Must never compose.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::select::unprintable;
use super::{Account, Night, NightError, Selection, step, void};
use crate::engine::assemble::{Assembled, Target, assemble_file, resources_of};
use crate::engine::order::{Printed, Small};
use crate::engine::{Options, Silent};
use crate::ledger::{PieceRow, ReprintRow, Standing, State};
use crate::model::mail::PieceFacts;
use crate::model::track::Status;
use crate::plan::Plan;

/// What is printed again, and how.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Reprint {
    /// The pieces.
    pub selection: Selection,
    /// Who, when, why.
    pub account: Account,
    /// Who agreed; empty: nobody was asked.
    pub second: String,
    /// Whether marks are as they were, instead of telling the copy.
    pub same_marks: bool,
}

/// What was printed again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reprinted {
    /// The file.
    pub row: ReprintRow,
    /// The pieces, with the number of their copy and their first page.
    pub pieces: Vec<(u64, u32, u32)>,
}

/// Prints pieces again.
///
/// # Errors
/// A piece is not there, was pulled or is with the post; the job asks for a second person; nothing was changed then.
pub fn reprint(out: &Path, ask: &Reprint) -> Result<Reprinted, NightError> {
    let mut night = Night::open(out, State::Closed)?;
    let plan = night.plan()?;
    let (pieces, mut refused) = ask.selection.pieces(&night)?;
    if plan.print.second_person && (ask.second.is_empty() || ask.second == ask.account.operator) {
        refused.push("the job asks for a second person: name another one with `--second`".into());
    }
    if pieces.is_empty() && refused.is_empty() {
        refused.push("no piece is to be printed again".into());
    }
    let mut copies = Vec::with_capacity(pieces.len());
    for &piece in &pieces {
        let standing = night.ledger.standing(piece)?;
        refused.extend(unprintable(piece, standing));
        copies.push((piece, standing));
    }
    if !refused.is_empty() {
        night.close()?;
        return Err(NightError::Refused(refused));
    }
    let number = night.ledger.reprints()?.len() as u32 + 1;
    let sources = Sources::read(&night, &plan, &copies, ask.same_marks)?;
    let used = resources_of(&plan, &night.ledger)?;
    let stop = AtomicBool::new(false);
    let options = Options { out: out.to_path_buf(), threads: 1, disk: night.disk.clone(), stop: &stop, watch: &Silent, fail_at: None, until: None };
    let title = format!("{}, reprint {number}", plan.settings.name);
    let target = Target { number, file: format!("print/reprint-{number:04}.pdf"), title, pieces: copies.len() as u64, has_banners: false };
    let made = assemble_file(&plan, &target, sources.pieces(), &used, &options)?;
    let reprinted = rows(made, number, &copies, ask);
    let source = format!("reprint {number}");
    let mut steps = Vec::with_capacity(copies.len() * 2);
    for &(piece, standing) in &copies {
        steps.push(void(piece, standing.copy, &source, &ask.account));
        let next = Standing { copy: standing.copy + 1, status: Status::Printed };
        steps.push(step(piece, next, &source, &ask.account, None, false));
    }
    night.ledger.post_reprint(&reprinted.row, &reprinted.pieces, &steps)?;
    night.close()?;
    Ok(reprinted)
}

fn rows(made: Assembled, number: u32, copies: &[(u64, Standing)], ask: &Reprint) -> Reprinted {
    let Assembled { row, places, .. } = made;
    // The first document of a piece is where it begins.
    let page = |piece: u64| places.iter().find(|place| place.piece == piece).map_or(0, |place| place.print_page);
    let pieces = if places.len() == copies.len() {
        copies.iter().zip(&places).map(|((piece, standing), place)| (*piece, standing.copy + 1, place.print_page)).collect()
    } else {
        copies.iter().map(|(piece, standing)| (*piece, standing.copy + 1, page(*piece))).collect()
    };
    let row = ReprintRow {
        number,
        file: row.file,
        pieces: row.pieces,
        pages: row.pages,
        sheets: row.sheets,
        bytes: row.bytes,
        hash: row.hash,
        reason: ask.account.reason.clone(),
        operator: ask.account.operator.clone(),
        second: ask.second.clone(),
        at: ask.account.at.clone(),
    };
    Reprinted { row, pieces }
}

/// Pieces as the ledger has them.
struct Sources {
    rows: Vec<(PieceRow, u32)>,
    trays: Vec<u32>,
    documents: Vec<Vec<Small>>,
    /// Routing, postcode, id of the first document.
    texts: Vec<[String; 3]>,
    bins: Vec<u8>,
}

impl Sources {
    fn read(night: &Night, plan: &Plan, copies: &[(u64, Standing)], same_marks: bool) -> Result<Sources, NightError> {
        let ledger = &night.ledger;
        let bins = plan.mail.iter().flat_map(|mail| mail.inserts.iter().map(|insert| insert.bin)).collect();
        let mut sources = Sources { rows: Vec::new(), trays: Vec::new(), documents: Vec::new(), texts: Vec::new(), bins };
        let trays = ledger.trays()?;
        for &(piece, standing) in copies {
            let Some((row, _)) = ledger.piece(piece)? else { continue };
            let documents = ledger.documents_of(piece)?;
            let facts = match documents.first() {
                Some(first) => ledger.mail_of(first.entry.record)?.map(|row| row.facts).unwrap_or_default(),
                None => Default::default(),
            };
            let id = documents.first().map(|first| first.entry.id.clone()).unwrap_or_default();
            sources.texts.push([facts.routing, facts.postcode, id]);
            sources.documents.push(documents.iter().map(Small::new).collect());
            sources.trays.push((row.tray as usize).checked_sub(1).and_then(|tray| trays.get(tray)).map_or(0, |tray| tray.pieces));
            sources.rows.push((row, if same_marks { 0 } else { standing.copy + 1 }));
        }
        Ok(sources)
    }

    fn pieces(&self) -> impl Iterator<Item = Printed<'_>> {
        (0..self.rows.len()).map(|index| {
            let (row, reprint) = &self.rows[index];
            let [routing, postcode, document] = &self.texts[index];
            let facts = PieceFacts {
                sequence: row.sequence,
                tray: row.tray,
                tray_position: row.position,
                tray_pieces: self.trays[index],
                envelope: row.envelope,
                inserts: super::reconcile::stations(row.inserts, &self.bins),
                is_diverted: row.diverted.is_some(),
                serial: row.serial,
                routing,
                postcode,
                document,
                reprint: *reprint,
            };
            Printed { facts, documents: &self.documents[index], row: row.clone() }
        })
    }
}
