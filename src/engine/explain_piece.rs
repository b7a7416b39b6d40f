//! Why a mailpiece is where it is and costs what it costs.
//!
//! Takes an output folder and a piece, gives sentences. The pieces of the ledger are sorted again for it, by the tables of the run. Must never
//! guess.

use std::path::Path;

use super::Folder;
use super::mailing::{Sorted, postcode_for, sort_again};
use super::night::{NightError, open_plan};
use crate::base::readable::counted;
use crate::ledger::{Ledger, MailingRow};
use crate::model::mail::Weight;
use crate::plan::Mail;

/// A mailpiece, explained.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExplainedPiece {
    /// Its number in the job.
    pub number: u64,
    /// What it is, where it is, why, and what would be cheaper: names and sentences.
    pub lines: Vec<(String, String)>,
}

/// Explains a piece, named by its number or by what the job calls one of its documents.
///
/// # Errors
/// There is no such piece, or the folder is not that of a mailed job.
pub fn explain_piece(out: &Path, id: &str) -> Result<ExplainedPiece, NightError> {
    let ledger = Ledger::read(&Folder(out).ledger())?.ok_or_else(|| NightError::NoJob(out.to_path_buf()))?;
    let by_document = ledger.piece_of_document(id)?;
    let none = || NightError::Refused(vec![format!("no piece has the number or a document of the name `{id}`")]);
    let number = by_document.or_else(|| id.parse().ok()).ok_or_else(none)?;
    let plan = open_plan(out, &ledger)?;
    let mail = plan.mail.as_ref().ok_or_else(|| NightError::Refused(vec!["the job is not mailed: it has no section `[mail]`".into()]))?;
    let sorted = sort_again(&plan, mail, &ledger)?;
    let row = ledger.mailing_of(number)?.ok_or_else(none)?;
    let documents = ledger.documents_of(number)?;
    let (mut paper, mut sheets) = (Weight(0), 0);
    for document in &documents {
        sheets += u64::from(document.sheets);
        paper = paper + ledger.mail_of(document.entry.record)?.map_or(Weight(0), |row| row.weight);
    }
    let sheet = (sheets > 0 && paper.0 > 0).then(|| Weight(paper.0 / sheets));
    let names: Vec<&str> = documents.iter().map(|document| document.entry.id.as_str()).collect();
    let envelope =
        usize::from(row.piece.envelope).checked_sub(1).and_then(|at| mail.envelopes.get(at)).map_or("no envelope", |envelope| &envelope.name);
    let mut lines = vec![
        ("documents".to_string(), names.join(", ")),
        (
            "envelope".to_string(),
            format!("{envelope}, {}, {}, {}", counted(u64::from(row.piece.sheets), "sheet"), row.piece.weight, row.piece.thickness),
        ),
        ("print file".to_string(), row.print_file.to_string()),
    ];
    lines.extend(reasons(mail, &sorted, &row, sheet));
    Ok(ExplainedPiece { number, lines })
}

fn reasons(mail: &Mail, sorted: &[Sorted<'_>], row: &MailingRow, sheet: Option<Weight>) -> Vec<(String, String)> {
    let line = |name: &str, text: String| (name.to_string(), text);
    let piece = &row.piece;
    if let Some(reason) = &piece.diverted {
        return vec![line("put aside", reason.clone())];
    }
    let Some(group) = sorted.iter().find(|group| group.envelope == usize::from(piece.envelope)) else {
        return vec![line("no tray", "its envelope has no scheme, or no piece of it can be sorted by its scheme".into())];
    };
    let presorted = &group.presorted;
    if piece.tray == 0 {
        let scheme = &mail.schemes.all[group.scheme];
        let reason = match postcode_for(scheme, row) {
            None => "it goes abroad, or has no postcode that the scheme can read".to_string(),
            Some(_) => {
                let left = presorted
                    .left()
                    .find(|left| group.numbers.get(left.sequence as usize).is_some_and(|number| u64::from(*number) == piece.sequence));
                left.map_or_else(String::new, |left| presorted.explain_left(left))
            }
        };
        return vec![line("no tray", reason)];
    }
    let Some(place) = group.place(piece.tray, piece.position) else { return Vec::new() };
    let explanation = presorted.explain(place, sheet);
    let mut lines = vec![line("reached", explanation.reached)];
    if let Some(better) = explanation.better {
        let price = explanation.better_price.map_or(String::new(), |price| format!("; it would cost {price} {}", presorted.scheme.currency.code()));
        lines.push(line("one level better", format!("{better}{price}")));
    }
    lines.extend(explanation.lighter.map(|lighter| line("one sheet less", lighter)));
    if presorted.scheme.eligibility.is_some() {
        lines.push(line("conditions", presorted.verdict.reason.clone()));
    }
    lines
}
