//! A job with `[mail]` through the program: addresses to trays, and a night from the camera to the certificate.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use common::{Ended, contents, copy_tree, pressrun};

/// The job `fixtures/mail` in a folder of its own, changed by `edits`.
struct Mail {
    folder: tempfile::TempDir,
}

impl Mail {
    fn new(edits: &[(&str, &str)]) -> Mail {
        let (mail, root) = (Mail { folder: tempfile::tempdir().unwrap() }, Path::new(env!("CARGO_MANIFEST_DIR")));
        copy_tree(&root.join("layouts"), &mail.path("layouts"));
        copy_tree(&root.join("fixtures/mail"), &mail.path("fixtures/mail"));
        let mut text = std::fs::read_to_string(mail.job()).unwrap();
        for (from, to) in edits {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        }
        std::fs::write(mail.job(), text).unwrap();
        mail
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn job(&self) -> PathBuf {
        self.path("fixtures/mail/job.toml")
    }

    /// Runs the job; two of its records have no deliverable address.
    #[track_caller]
    fn run(&self, name: &str, more: &[&str]) -> Run {
        let out = self.path(name);
        let (job, folder) = (self.job(), out.clone());
        let mut arguments = vec!["run", job.to_str().unwrap(), "--out", folder.to_str().unwrap()];
        arguments.extend(more);
        pressrun(&arguments).expect(1, "");
        Run { out }
    }
}

/// An output folder.
struct Run {
    out: PathBuf,
}

/// What the tests want to know of a piece.
#[derive(Clone, Debug)]
struct Piece {
    number: u64,
    sheets: u32,
    tray: u32,
}

impl Run {
    fn ledger(&self) -> pressrun::ledger::Ledger {
        pressrun::ledger::Ledger::read(&self.out.join("ledger.sqlite")).unwrap().unwrap()
    }

    fn pieces(&self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        self.ledger().each_piece_file(|piece, _| pieces.push(Piece { number: piece.sequence, sheets: piece.sheets, tray: piece.tray })).unwrap();
        pieces
    }

    fn command(&self, name: &str, more: &[&str]) -> Ended {
        let mut arguments = vec![name, self.out.to_str().unwrap()];
        arguments.extend(more);
        pressrun(&arguments)
    }

    /// Writes a camera file and reconciles it.
    fn reconcile(&self, text: &str, more: &[&str]) -> Ended {
        let path = self.out.with_extension("camera.csv");
        std::fs::write(&path, text).unwrap();
        let mut arguments = vec![path.to_str().unwrap()];
        arguments.extend(more);
        self.command("reconcile", &arguments)
    }

    fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.out.join(name)).unwrap()
    }
}

/// What a camera saw of pieces that all went well.
fn seen(pieces: &[Piece]) -> String {
    let mut text = String::from("piece_id,machine,timestamp_utc,status,set,sheet\n");
    for piece in pieces {
        for sheet in 1..=piece.sheets {
            text.push_str(&format!("{0},M1,T{0},OK,{0},{sheet}\n", piece.number));
        }
    }
    text
}

#[test]
fn every_record_has_a_fate_and_every_piece_a_place() {
    let mail = Mail::new(&[]);
    let run = mail.run("out", &[]);
    assert_eq!(run.file("held.ndjson").lines().filter(|line| line.contains("\"code\":\"R0450\"")).count(), 2);
    assert!(run.file("suppressed.csv").ends_with("71,588464939031,deceased,the recipient has died\n"));
    assert_eq!(run.file("merges.csv").lines().count(), 14);
    let (ledger, pieces) = (run.ledger(), run.pieces());
    let balance = ledger.balance().unwrap();
    assert_eq!((balance.records, balance.documents, balance.held, balance.suppressed, balance.pieces), (320, 317, 2, 1, 304));
    let trays = ledger.trays().unwrap();
    assert_eq!(trays.iter().map(|tray| (tray.level.as_str(), tray.key.as_str())).collect::<Vec<_>>().first(), Some(&("5D", "10001")));
    // Trays follow each other in the order of production, and all but the flat have one.
    let mut next = 1;
    for tray in &trays {
        assert_eq!(tray.first_piece, next);
        assert!(pieces[next as usize - 1..].iter().take(tray.pieces as usize).all(|piece| piece.tray == tray.number));
        next += u64::from(tray.pieces);
    }
    assert_eq!(pieces.iter().filter(|piece| piece.tray == 0).count() as u64, balance.pieces - (next - 1));
    // No print file splits a tray.
    let mut files: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    ledger
        .each_piece_file(|piece, file| {
            files.entry(piece.tray).or_default().insert(file);
        })
        .unwrap();
    assert!(files.iter().all(|(tray, files)| *tray == 0 || files.len() == 1), "{files:?}");
    // What shares an envelope has one address.
    for merge in ledger.merges().unwrap() {
        let lines = |record| ledger.mail_of(record).unwrap().unwrap().facts.lines[1..].to_vec();
        assert_eq!(lines(merge.record), lines(merge.carrier));
    }
}

#[test]
fn the_mail_is_the_same_for_any_threads_and_volumes() {
    let one = Mail::new(&[]);
    let print = |run: &Run| -> BTreeMap<_, _> { contents(&run.out).into_iter().filter(|(name, _)| name.starts_with("print/")).collect() };
    let expected = contents(&one.run("one", &["--threads", "1"]).out);
    assert_eq!(contents(&one.run("eight", &["--threads", "8"]).out), expected);
    let small = Mail::new(&[("[job]\n", "[job]\nvolume-records = 7\n")]);
    let small = small.run("out", &["--threads", "3"]);
    assert_eq!(print(&small), expected.into_iter().filter(|(name, _)| name.starts_with("print/")).collect());
}

#[test]
fn a_night_ends_when_every_piece_is_accounted_for() {
    let mail = Mail::new(&[]);
    let run = mail.run("out", &[]);
    let pieces = run.pieces();
    // Piece 9 never comes, 30 is spoiled, 42 and 43 are exchanged, 60 comes twice.
    let mut order: Vec<Piece> = pieces.iter().filter(|piece| piece.number != 9).cloned().collect();
    let place = order.iter().position(|piece| piece.number == 42).unwrap();
    order.swap(place, place + 1);
    let mut camera = seen(&order).replace("\n30,M1,T30,OK,", "\n30,M1,T30,DAMAGED,");
    camera.push_str("60,M2,T999,OK,999,1\n");
    let told = run.reconcile(&camera, &[]);
    told.expect(1, "4 faults");
    for part in ["missing       piece 9 ", "damaged       piece 30 ", "out of order  piece 42 ", "doubled       piece 60 "] {
        told.expect(1, part);
    }
    run.reconcile(&camera, &[]).expect(1, "still open: 1 piece is damaged, 1 piece is missing, 1 alarm open");
    run.command("close", &[]).expect(2, "1 piece is damaged");
    run.command("handover", &[]).expect(2, "piece 60 has an open alarm");
    run.command("reprint", &["--damaged", "--reason", "jam"]).expect(0, "2 pieces");
    run.command("settle", &["--pieces", "60", "--as", "destroyed", "--reason", "found in the output of M2"]).expect(0, "1 piece settled");
    run.command("close", &[]).expect(2, "2 pieces are printed");
    // The spoiled original turns up although it was voided.
    run.reconcile("piece_id,reprint_no,status\n9,1,OK\n30,0,OK\n30,1,OK\n", &[]).expect(1, "voided copy  piece 30");
    run.command("handover", &[]).expect(2, "piece 30 has an open alarm");
    run.command("settle", &["--pieces", "30", "--as", "destroyed", "--reason", "taken out"]).expect(0, "1 piece settled");
    run.command("handover", &["--tray", "1-3", "--receipt", "R 1"]).expect(0, "handed over");
    run.command("close", &[]).expect(2, "in envelopes, but not handed over");
    run.command("handover", &[]).expect(0, "handed over");
    run.command("reprint", &["--pieces", "5", "--reason", "late"]).expect(2, "piece 5 was handed over to the post");
    // A certificate names no file that is not what was written.
    let print = std::fs::read(run.out.join("print/000002.pdf")).unwrap();
    std::fs::write(run.out.join("print/000002.pdf"), [print.as_slice(), b"x"].concat()).unwrap();
    run.command("close", &[]).expect(2, "`print/000002.pdf` is not what was written");
    std::fs::write(run.out.join("print/000002.pdf"), print).unwrap();
    run.command("close", &[]).expect(0, "304");
    let certificate: serde_json::Value = serde_json::from_str(&run.file("certificate.json")).unwrap();
    assert_eq!(certificate["pieces"], serde_json::json!({ "planned": 304, "handed_over": 304, "pulled": 0 }));
    let trays = certificate["trays"].as_array().unwrap();
    assert_eq!(trays.iter().map(|tray| tray["planned"].as_u64().unwrap()).sum::<u64>(), 304);
    assert!(trays.iter().all(|tray| tray["planned"] == tray["handed_over"]));
    assert_eq!(certificate["totals"][0]["currency"], "USD");
    run.command("close", &[]).expect(0, "closed before");
    run.reconcile("piece_id,status\n5,DAMAGED\n", &[]).expect(2, "the run is closed");
    run.command("status", &["--verify"]).expect(1, "the books balance");
}

#[test]
fn a_reprint_has_the_bodies_of_the_volumes() {
    let mail = Mail::new(&[]);
    let run = mail.run("out", &[]);
    run.command("reprint", &["--pieces", "3,17,200-202", "--reason", "smeared", "--marks", "same"]).expect(0, "5 pieces");
    let read = |name: &str| lopdf::Document::load(run.out.join(name)).unwrap();
    let contents = |document: &lopdf::Document| -> Vec<Vec<Vec<u8>>> {
        let streams =
            |page| document.get_page_contents(page).into_iter().map(|id| document.get_object(id).unwrap().as_stream().unwrap().content.clone());
        document.get_pages().into_values().map(|page| streams(page).collect()).collect()
    };
    let reprint = contents(&read("print/reprint-0001.pdf"));
    let first = contents(&read("print/000001.pdf"));
    let place = run.ledger().piece_at(3).unwrap().unwrap();
    // The body is the same; the marks are those of another stack of sheets.
    assert!(reprint[0][0] == first[place.print_page as usize - 1][0]);
    run.command("reprint", &["--pieces", "3", "--reason", "again"]).expect(0, "1 piece");
    assert!(contents(&read("print/reprint-0002.pdf"))[0][0] == reprint[0][0]);
}

#[test]
fn what_is_pulled_does_not_go_out() {
    let mail = Mail::new(&[]);
    let run = mail.run("out", &["--until", "compose"]);
    run.command("pull", &["--document", "nobody", "--reason", "x"]).expect(2, "no document is called `nobody`");
    let ledger = run.ledger();
    let mut ids = Vec::new();
    ledger.each_document(|row| ids.push(row.entry.id)).unwrap();
    drop(ledger);
    run.command("pull", &["--document", &ids[10], "--reason", "wrong amount"]).expect(0, "1 document will not be printed");
    let run = mail.run("out", &[]);
    let balance = run.ledger().balance().unwrap();
    assert_eq!((balance.places, balance.pulled[0]), (316, 1));
    assert!(balance.faults().is_empty());
    assert!(!run.file("manifest.csv").contains(&ids[10]));
    // After assembly the place is told, and the piece is no longer waited for.
    run.command("pull", &["--document", &ids[20], "--reason", "recalled"]).expect(0, "print file ");
    run.command("pull", &["--document", &ids[20], "--reason", "recalled"]).expect(0, "1 piece pulled before");
    let pulled = run.ledger().pieces_of(&ids[20]).unwrap()[0];
    run.command("reprint", &["--pieces", &pulled.to_string(), "--reason", "x"]).expect(2, "was pulled");
    run.reconcile(&format!("piece_id,status\n{pulled},OK\n"), &[]).expect(1, "it was pulled, and it is in an envelope");
}

#[test]
fn two_operators_do_not_meet() {
    let mail = Mail::new(&[]);
    let run = mail.run("out", &[]);
    let lock = std::fs::File::create(run.out.join(".lock")).unwrap();
    lock.try_lock().unwrap();
    run.reconcile("piece_id,status\n1,OK\n", &[]).expect(2, "wait until that is done");
    drop(lock);
    run.reconcile("piece_id,status\n1,OK\n", &[]).expect(0, "nothing is wrong");
}

#[test]
fn a_second_person_is_asked_for() {
    let mail = Mail::new(&[("[print]\n", "[print]\nsecond-person = true\n")]);
    let run = mail.run("out", &[]);
    run.command("reprint", &["--pieces", "1", "--reason", "x", "--by", "mia"]).expect(2, "the job asks for a second person");
    run.command("reprint", &["--pieces", "1", "--reason", "x", "--by", "mia", "--second", "mia"]).expect(2, "another one");
    run.command("reprint", &["--pieces", "1", "--reason", "x", "--by", "mia", "--second", "tom"]).expect(0, "1 piece");
}

#[test]
fn what_no_post_writes_is_held() {
    let mail = Mail::new(&[("routing = \"{zip}\"", "routing = \"{record.number eq 7 ? (zip | pad 400 'é') : zip}\"")]);
    let run = mail.run("out", &[]);
    assert!(run.file("held.ndjson").contains("the routing has "));
    assert_eq!(run.ledger().balance().unwrap().faults(), Vec::<String>::new());
}
