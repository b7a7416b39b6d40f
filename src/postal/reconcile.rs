//! What a camera saw, held against what was printed.
//!
//! Takes the rows of a camera's file in their order and how each piece stands, gives what happened to each piece and everything
//! that is not as it should be. The same rows give the same, and rows that are known already change nothing. Must never guess: a
//! row that does not fit is told.

use std::ops::Range;

use rustc_hash::FxHashSet;

use super::camera::{CameraRow, Disposition};
use crate::base::hash::Hasher;
use crate::model::track::{AlarmKind, Status};

/// A piece as it should be, and how it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Expected {
    /// Its sheets.
    pub sheets: u32,
    /// Its inserts.
    pub inserts: u32,
    /// The print file it is in; its pieces follow each other.
    pub print_file: u32,
    /// Whether the inserter is to put it aside.
    pub is_diverted: bool,
    /// The copy that counts.
    pub copy: u32,
    /// How that stands.
    pub status: Status,
}

/// What is not as it should be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Fault {
    /// The piece was not seen although later ones were.
    Missing,
    /// Two envelopes hold it.
    Doubled,
    /// It came after a piece that follows it.
    OutOfOrder,
    /// A sheet of another piece, a missing or an extra sheet, or sheets in a wrong order.
    WrongPage,
    /// Other inserts than it is to get.
    WrongInsert,
    /// The machine says that it is spoiled.
    Damaged,
    /// The machine put it aside.
    Diverted,
    /// The machine does not know what became of it.
    Unknown,
    /// It was to be put aside and is in an envelope.
    NotDiverted,
    /// A copy that was voided turned up.
    Voided,
    /// A piece that was pulled turned up.
    Pulled,
    /// The job has no such piece or copy.
    NoSuchPiece,
    /// The row is of another job.
    OtherJob,
    /// The same row again.
    Repeated,
    /// The row cannot be read.
    Unreadable,
}

impl Fault {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Fault::Missing => "missing",
            Fault::Doubled => "doubled",
            Fault::OutOfOrder => "out of order",
            Fault::WrongPage => "wrong page",
            Fault::WrongInsert => "wrong insert",
            Fault::Damaged => "damaged",
            Fault::Diverted => "diverted",
            Fault::Unknown => "unknown",
            Fault::NotDiverted => "not diverted",
            Fault::Voided => "voided copy",
            Fault::Pulled => "pulled piece",
            Fault::NoSuchPiece => "no such piece",
            Fault::OtherJob => "other job",
            Fault::Repeated => "repeated row",
            Fault::Unreadable => "unreadable row",
        }
    }
}

/// Something that is not as it should be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// What.
    pub fault: Fault,
    /// The piece; 0: none.
    pub piece: u64,
    /// The line of the file; 0: none.
    pub line: u32,
    /// In words.
    pub words: String,
}

/// What happened to a copy of a piece.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// The piece.
    pub piece: u64,
    /// The copy.
    pub copy: u32,
    /// How the copy stands now.
    pub status: Status,
    /// Whether the copy is the one that counts: the piece then stands so.
    pub counts: bool,
    /// Why.
    pub reason: String,
    /// The line of the file; 0: none.
    pub line: u32,
    /// When.
    pub at: String,
    /// By which the row is known again.
    pub identity: Option<[u8; 16]>,
    /// What somebody must look at.
    pub alarm: Option<AlarmKind>,
}

/// What a file tells.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Told {
    /// What happened, in the order of the rows.
    pub outcomes: Vec<Outcome>,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// Envelopes that are right.
    pub right: u64,
    /// Rows that are known from other files.
    pub known: u64,
    /// Rows.
    pub rows: u64,
}

/// Reconciles one file.
pub struct Reconciler<'a> {
    job: &'a str,
    /// The pieces, from number 1.
    pieces: &'a mut [Expected],
    /// Rows of earlier files.
    known: &'a FxHashSet<u128>,
    seen: FxHashSet<u128>,
    /// The highest piece that each machine and station has brought, and the print file it was in.
    last: Vec<((String, String), u32, u64)>,
    /// The rows of the envelope that is being filled.
    set: Vec<CameraRowOwned>,
    told: Told,
}

/// What is kept of a row until its envelope is full.
#[derive(Clone, Debug)]
struct CameraRowOwned {
    line: u32,
    piece: u64,
    sheet: Option<(u32, Option<u32>)>,
    inserts: Option<u32>,
}

impl<'a> Reconciler<'a> {
    /// For the pieces of a job, which stand anew as rows come. `known` are the identities of rows of earlier files.
    pub fn new(job: &'a str, pieces: &'a mut [Expected], known: &'a FxHashSet<u128>) -> Reconciler<'a> {
        Reconciler { job, pieces, known, seen: FxHashSet::default(), last: Vec::new(), set: Vec::new(), told: Told::default() }
    }

    /// Tells of a row that cannot be read.
    pub fn unreadable(&mut self, line: u32, message: String) {
        self.find(Fault::Unreadable, 0, line, message);
    }

    /// Reads all rows; `is_final` says that nothing else comes: what was not seen is missing.
    pub fn run<'t>(mut self, rows: impl Iterator<Item = Result<CameraRow<'t>, super::camera::RowFault>>, is_final: bool) -> Told {
        let mut open: Option<CameraRow<'t>> = None;
        for row in rows {
            self.told.rows += 1;
            match row {
                Err(fault) => self.unreadable(fault.line, fault.message),
                Ok(row) => {
                    let continues = open.is_some_and(|first| first.set == row.set && first.machine == row.machine && !row.set.is_empty());
                    if !continues && let Some(first) = open.take() {
                        self.envelope(&first);
                    }
                    open.get_or_insert(row);
                    self.set.push(CameraRowOwned { line: row.line, piece: row.piece, sheet: row.sheet, inserts: row.inserts });
                }
            }
        }
        if let Some(first) = open {
            self.envelope(&first);
        }
        self.gaps(is_final);
        self.told
    }

    fn find(&mut self, fault: Fault, piece: u64, line: u32, words: String) {
        self.told.findings.push(Finding { fault, piece, line, words });
    }

    /// One envelope, whose rows are in `set`; `row` is the first of them.
    fn envelope(&mut self, row: &CameraRow<'_>) {
        let set = std::mem::take(&mut self.set);
        let identity = identity_of(row);
        let number = u128::from_be_bytes(identity);
        if !row.job.is_empty() && row.job != self.job {
            return self.find(Fault::OtherJob, row.piece, row.line, format!("the row is of job `{}`", row.job));
        }
        if !self.seen.insert(number) {
            return self.find(Fault::Repeated, row.piece, row.line, "the same row stands further up; it counts once".into());
        }
        if self.known.contains(&number) {
            self.told.known += 1;
            return;
        }
        let Some(&expected) = usize::try_from(row.piece - 1).ok().and_then(|index| self.pieces.get(index)) else {
            let words = format!("the job has {} pieces", self.pieces.len());
            return self.find(Fault::NoSuchPiece, row.piece, row.line, words);
        };
        if row.copy > expected.copy {
            let words = format!("copy {} of it was never printed, it was printed again {} times", row.copy, expected.copy);
            return self.find(Fault::NoSuchPiece, row.piece, row.line, words);
        }
        let mut outcome = Outcome {
            piece: row.piece,
            copy: row.copy,
            status: Status::Inserted,
            counts: row.copy == expected.copy,
            reason: row.reason.to_string(),
            line: row.line,
            at: row.at.to_string(),
            identity: Some(identity),
            alarm: None,
        };
        let faults_before = self.told.findings.len();
        match row.disposition {
            Disposition::Ok | Disposition::Manual => self.enclosed(row, &set, &expected, &mut outcome),
            Disposition::Duplicate => {
                outcome.status = expected.status;
                self.alarm(AlarmKind::Doubled, "the machine saw it twice".into(), &mut outcome);
            }
            other => self.lost(other, &expected, &mut outcome),
        }
        if outcome.counts {
            self.pieces[row.piece as usize - 1].status = outcome.status;
        }
        self.told.right += u64::from(self.told.findings.len() == faults_before && outcome.status.is_enclosed());
        self.told.outcomes.push(outcome);
    }

    /// An envelope that is closed.
    fn enclosed(&mut self, row: &CameraRow<'_>, set: &[CameraRowOwned], expected: &Expected, outcome: &mut Outcome) {
        let (piece, line) = (row.piece, row.line);
        outcome.status = if row.disposition == Disposition::Manual { Status::ByHand } else { Status::Inserted };
        if !outcome.counts {
            outcome.status = Status::Voided;
            let words = format!("copy {} of it was voided by a reprint, and it is in an envelope", row.copy);
            return self.alarm(AlarmKind::Voided, words, outcome);
        }
        if expected.status == Status::Pulled {
            outcome.status = Status::Pulled;
            return self.alarm(AlarmKind::Pulled, "it was pulled, and it is in an envelope".into(), outcome);
        }
        if expected.status.is_enclosed() {
            outcome.status = expected.status;
            return self.alarm(AlarmKind::Doubled, "another envelope holds it already".into(), outcome);
        }
        if let Some((fault, at, words)) = wrong_content(piece, set, expected) {
            outcome.status = Status::Damaged;
            outcome.reason.clone_from(&words);
            return self.find(fault, piece, at, words);
        }
        if expected.is_diverted && row.disposition == Disposition::Ok {
            outcome.status = Status::Damaged;
            outcome.reason = "it was to be put aside, and it is in an envelope".into();
            return self.find(Fault::NotDiverted, piece, line, outcome.reason.clone());
        }
        if row.copy == 0 {
            self.order(row, expected);
        }
    }

    /// Whether the machine brings the pieces in their order.
    fn order(&mut self, row: &CameraRow<'_>, expected: &Expected) {
        let known = self
            .last
            .iter_mut()
            .find(|((machine, station), file, _)| *file == expected.print_file && (machine.as_str(), station.as_str()) == row.machine);
        match known {
            Some((.., last)) if row.piece < *last => {
                let words = format!("it came after piece {last}");
                self.find(Fault::OutOfOrder, row.piece, row.line, words);
            }
            Some((.., last)) => *last = row.piece,
            None => self.last.push(((row.machine.0.to_string(), row.machine.1.to_string()), expected.print_file, row.piece)),
        }
    }

    /// A piece that is in no envelope.
    fn lost(&mut self, disposition: Disposition, expected: &Expected, outcome: &mut Outcome) {
        let (status, fault, words) = match disposition {
            Disposition::Damaged => (Status::Damaged, Fault::Damaged, "the machine spoiled it"),
            Disposition::Missing => (Status::Missing, Fault::Missing, "the machine did not see it"),
            Disposition::Diverted => (Status::Diverted, Fault::Diverted, "the machine put it aside"),
            _ => (Status::Unknown, Fault::Unknown, "the machine does not know what became of it"),
        };
        outcome.status = status;
        if expected.status == Status::HandedOver && outcome.counts {
            // What the machine tells too late changes nothing: the envelope is gone.
            outcome.status = Status::HandedOver;
            return self.find(fault, outcome.piece, outcome.line, format!("{words}, but the post has it already"));
        }
        if expected.status == Status::Pulled || (expected.status.is_enclosed() && status == Status::Missing) || !outcome.counts {
            // What was taken out, is in an envelope, or was printed again is not lost.
            outcome.status = if outcome.counts { expected.status } else { Status::Voided };
            return;
        }
        if status == Status::Diverted && expected.is_diverted {
            return;
        }
        let words = if outcome.reason.is_empty() { words.to_string() } else { format!("{words}: {}", outcome.reason) };
        self.find(fault, outcome.piece, outcome.line, words);
    }

    fn alarm(&mut self, kind: AlarmKind, words: String, outcome: &mut Outcome) {
        let fault = match kind {
            AlarmKind::Doubled => Fault::Doubled,
            AlarmKind::Voided => Fault::Voided,
            AlarmKind::Pulled => Fault::Pulled,
        };
        self.find(fault, outcome.piece, outcome.line, words.clone());
        outcome.reason = words;
        outcome.alarm = Some(kind);
    }

    /// Pieces that were passed over: printed, not seen, though later ones of their print file were.
    fn gaps(&mut self, is_final: bool) {
        let mut start = 0;
        while start < self.pieces.len() {
            let file = self.pieces[start].print_file;
            let end = start + self.pieces[start..].iter().take_while(|piece| piece.print_file == file).count();
            let seen = |piece: &Expected| !matches!(piece.status, Status::Printed | Status::Pulled) || piece.copy > 0;
            let until = if is_final { end } else { (start..end).rev().find(|index| seen(&self.pieces[*index])).unwrap_or(start) };
            self.missing_in(start..until, is_final);
            start = end;
        }
    }

    fn missing_in(&mut self, range: Range<usize>, is_final: bool) {
        for index in range {
            let expected = self.pieces[index];
            if expected.status != Status::Printed || (expected.copy > 0 && !is_final) {
                continue;
            }
            let piece = index as u64 + 1;
            let words = if is_final { "it was not seen, and nothing else comes" } else { "it was not seen, but later pieces of its print file were" };
            self.pieces[index].status = Status::Missing;
            self.find(Fault::Missing, piece, 0, words.into());
            self.told.outcomes.push(Outcome {
                piece,
                copy: expected.copy,
                status: Status::Missing,
                counts: true,
                reason: words.into(),
                line: 0,
                at: String::new(),
                identity: None,
                alarm: None,
            });
        }
    }
}

/// What is wrong in an envelope, with the line that shows it.
fn wrong_content(piece: u64, set: &[CameraRowOwned], expected: &Expected) -> Option<(Fault, u32, String)> {
    if let Some(row) = set.iter().find(|row| row.piece != piece) {
        return Some((Fault::WrongPage, row.line, format!("a sheet of piece {} is in its envelope", row.piece)));
    }
    let sheets: Vec<(u32, u32)> = set.iter().filter_map(|row| row.sheet.map(|(sheet, _)| (sheet, row.line))).collect();
    if !sheets.is_empty() {
        let ascends = sheets.iter().map(|(sheet, _)| *sheet).eq(1..=expected.sheets);
        let descends = sheets.iter().rev().map(|(sheet, _)| *sheet).eq(1..=expected.sheets);
        if !ascends && !descends {
            let line = sheets.iter().zip(1..).find(|((sheet, _), wanted)| sheet != wanted).map_or(set[0].line, |((_, line), _)| *line);
            let shown = sheets.iter().take(12).map(|(sheet, _)| sheet.to_string()).collect::<Vec<_>>().join(", ");
            let more = if sheets.len() > 12 { ", …" } else { "" };
            return Some((Fault::WrongPage, line, format!("its envelope holds the sheets {shown}{more}; it has {}", expected.sheets)));
        }
    }
    let fed = set.iter().filter_map(|row| row.inserts).next_back();
    match fed {
        Some(fed) if fed != expected.inserts => {
            Some((Fault::WrongInsert, set[0].line, format!("the inserts {} were fed; it is to get {}", bits(fed), bits(expected.inserts))))
        }
        _ => None,
    }
}

/// Inserts as people count them.
fn bits(inserts: u32) -> String {
    if inserts == 0 {
        return "none".into();
    }
    (0..32).filter(|bit| inserts >> bit & 1 == 1).map(|bit| (bit + 1).to_string()).collect::<Vec<_>>().join(", ")
}

/// What a row is known by: everything that it says of an envelope.
fn identity_of(row: &CameraRow<'_>) -> [u8; 16] {
    let mut hasher = Hasher::new();
    for text in [row.machine.0, row.machine.1, row.at, row.set, row.reason] {
        hasher.update_field(text.as_bytes());
    }
    hasher.update_field(&row.piece.to_be_bytes());
    hasher.update_field(&row.copy.to_be_bytes());
    hasher.update_field(&[row.disposition as u8]);
    let mut identity = [0; 16];
    identity.copy_from_slice(&hasher.finish().0[..16]);
    identity
}

#[cfg(test)]
mod tests {
    use super::super::camera::{CameraFormat, CameraRows};
    use super::*;

    fn pieces(count: usize) -> Vec<Expected> {
        (0..count)
            .map(|index| Expected {
                sheets: 1 + index as u32 % 3,
                inserts: u32::from(index % 2 == 1),
                print_file: 1 + (index / 10) as u32,
                is_diverted: false,
                copy: 0,
                status: Status::Printed,
            })
            .collect()
    }

    /// A file with one row for each sheet of each of the pieces, at one machine.
    fn seen(pieces: &[Expected], of: impl Iterator<Item = u64>) -> String {
        let mut text = String::from("piece_id,machine,timestamp_utc,status,set,sheet,inserts\n");
        for piece in of {
            let expected = pieces[piece as usize - 1];
            for sheet in 1..=expected.sheets {
                text.push_str(&format!("{piece},M1,T{piece},OK,{piece},{sheet},{}\n", expected.inserts));
            }
        }
        text
    }

    fn run(pieces: &mut [Expected], text: &str, is_final: bool) -> Told {
        let (format, known) = (CameraFormat::default(), FxHashSet::default());
        let rows = CameraRows::new(text, &format).expect("a header");
        Reconciler::new("J", pieces, &known).run(rows, is_final)
    }

    fn faults(told: &Told) -> Vec<(Fault, u64)> {
        told.findings.iter().map(|finding| (finding.fault, finding.piece)).collect()
    }

    #[test]
    fn a_night_without_faults_raises_no_alarm() {
        let mut all = pieces(30);
        let text = seen(&all, 1..=30);
        let told = run(&mut all, &text, true);
        assert_eq!((told.right, told.findings.as_slice()), (30, &[][..]));
        assert!(all.iter().all(|piece| piece.status == Status::Inserted));
    }

    #[test]
    fn every_kind_of_fault_is_found_at_its_piece() {
        let mut all = pieces(30);
        let good = seen(&all, (1..=30).filter(|piece| *piece != 4));
        // Sheets of 5 (two sheets: index 4 has 2) and 6 swapped, 8 with a wrong insert, 9 spoiled, 11 and 12 exchanged, 20 twice, 21 unknown.
        let mut text = good
            .replace("5,M1,T5,OK,5,2,", "6,M1,T5,OK,5,2,")
            .replace("8,M1,T8,OK,8,1,1", "8,M1,T8,OK,8,1,0")
            .replace("8,M1,T8,OK,8,2,1", "8,M1,T8,OK,8,2,0")
            .replace("9,M1,T9,OK,9,1,", "9,M1,T9,DAMAGED,9,1,")
            .replace("21,M1,T21,OK,21,1,", "21,M1,T21,UNKNOWN,21,1,");
        text.push_str("20,M1,T99,OK,99,1,1\n20,M1,T99,OK,99,2,1\n999,M1,T1,OK,998,1,0\n");
        let told = run(&mut all, &text, true);
        let mut found = faults(&told);
        found.sort_unstable();
        assert_eq!(
            found,
            [
                (Fault::Missing, 4),
                (Fault::Doubled, 20),
                (Fault::WrongPage, 5),
                (Fault::WrongInsert, 8),
                (Fault::Damaged, 9),
                (Fault::Unknown, 21),
                (Fault::NoSuchPiece, 999),
            ]
        );
        assert_eq!(all.iter().filter(|piece| piece.status.is_lost()).count(), 5);
    }

    #[test]
    fn exchanged_pieces_are_out_of_order_and_nothing_is_missing() {
        let mut all = pieces(10);
        let text = seen(&all, [1, 2, 4, 3, 5].into_iter());
        let told = run(&mut all, &text, false);
        assert_eq!(faults(&told), [(Fault::OutOfOrder, 3)]);
        assert_eq!(all[2].status, Status::Inserted);
    }

    #[test]
    fn what_is_not_seen_is_missing_once_later_pieces_were() {
        let mut all = pieces(10);
        let text = seen(&all, [1, 3].into_iter());
        assert_eq!(faults(&run(&mut all, &text, false)), [(Fault::Missing, 2)]);
        let text = seen(&all, [4].into_iter());
        assert_eq!(run(&mut all, &text, true).findings.len(), 6);
    }

    #[test]
    fn repeated_rows_count_once_and_known_rows_change_nothing() {
        let mut all = pieces(3);
        let text = "piece_id,status,timestamp_utc\n1,OK,a\n1,OK,a\n2,OK,b\n3,OK,c\n";
        let told = run(&mut all, text, true);
        assert_eq!(faults(&told), [(Fault::Repeated, 1)]);
        let known: FxHashSet<u128> = told.outcomes.iter().filter_map(|outcome| outcome.identity).map(u128::from_be_bytes).collect();
        let format = CameraFormat::default();
        let again = Reconciler::new("J", &mut all, &known).run(CameraRows::new(text, &format).expect("a header"), true);
        assert_eq!((again.known, again.outcomes.len()), (3, 0));
    }

    #[test]
    fn what_the_post_has_stays_with_it() {
        let mut all = pieces(2);
        all[0].status = Status::HandedOver;
        let told = run(&mut all, "piece_id,status\n1,DAMAGED\n2,OK\n", false);
        assert_eq!(faults(&told), [(Fault::Damaged, 1)]);
        assert_eq!((all[0].status, told.outcomes[0].status), (Status::HandedOver, Status::HandedOver));
    }

    #[test]
    fn a_voided_copy_or_a_pulled_piece_that_turns_up_is_an_alarm() {
        let mut all = pieces(3);
        all[0].copy = 1;
        all[1].status = Status::Pulled;
        let told = run(&mut all, "piece_id,reprint_no,status\n1,0,OK\n2,0,OK\n1,1,OK\n3,2,OK\n", false);
        assert_eq!(faults(&told), [(Fault::Voided, 1), (Fault::Pulled, 2), (Fault::NoSuchPiece, 3)]);
        assert_eq!(told.outcomes.iter().map(|outcome| outcome.alarm).collect::<Vec<_>>(), [Some(AlarmKind::Voided), Some(AlarmKind::Pulled), None]);
        assert_eq!((all[0].status, all[1].status), (Status::Inserted, Status::Pulled));
    }
}
