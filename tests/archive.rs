//! Runs enter an archive and are found, proved, erased and rebuilt. Judges that are not ours look at the same in `.ci/judge/archive.py`.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use pressrun::archive::proof::Verdict;
use pressrun::base::file::Disk;
use pressrun::engine::archive::{self, Actor, ArchiveError, ArchiveKey, Reader};
use pressrun::engine::{self, EngineError, Options, Silent};
use pressrun::ledger::{Condition, DeliveryEvent, DocumentQuery, Due, Ledger};
use pressrun::plan::{Overrides, Plan, compile};

const LAYOUT: &str = r#"<layout xmlns="urn:pressrun:layout:1" name="letter" lang="en">
  <data> <field name="id" type="text"/> <field name="name" type="text"/> <field name="amount" type="money"/> </data>
  <page name="first" size="A5" margin="20mm"/>
  <body> <h1>Dear {name}</h1> <p>You owe {amount | money}.</p> </body>
</layout>"#;

const JOB: &str = r#"[job]
name = "letters"
date = 2026-10-01
document-id = "{id}"
volume-records = 4

[[input]]
files = "data.ndjson"
format = "ndjson"
currency = "EUR"

[[layout]]
file = "letter.xml"

[archive]
full-text = true

[archive.keys]
customer = "name"
amount = "amount"

[archive.retention]
letter = "de-letter"
"#;

fn actor(time: &str) -> Actor {
    Actor { who: "tester".into(), time: format!("2026-11-0{time}T00:00:00Z"), why: "a test".into() }
}

/// What makes each letter an e-mail, too.
const MAIL: &str = r#"
[channels]
type = "letter"
customer = "{id}"
default = "print email"

[email]
to = "{id}@example.org"
from = "letters@bank.example"
"#;

fn run(folder: &Path) -> (Plan, PathBuf) {
    std::fs::write(folder.join("letter.xml"), LAYOUT).unwrap();
    std::fs::write(folder.join("job.toml"), JOB).unwrap();
    run_there(folder)
}

fn run_there(folder: &Path) -> (Plan, PathBuf) {
    let record = |n: usize| format!("{{\"id\":\"D{n}\",\"name\":\"Customer {}\",\"amount\":\"{n}.50\"}}\n", n % 5);
    std::fs::write(folder.join("data.ndjson"), (0..10).map(record).collect::<String>()).unwrap();
    let compiled = compile(&folder.join("job.toml"), &Overrides::default());
    let plan = compiled.plan.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics));
    let out = folder.join("out");
    let stop = AtomicBool::new(false);
    let options = Options { out: out.clone(), threads: 2, disk: Disk::real(), stop: &stop, watch: &Silent, until: None, fail_at: None };
    engine::run(&plan, &options).unwrap();
    (plan, out)
}

fn of_customer(name: &str) -> DocumentQuery {
    DocumentQuery { conditions: vec![("customer".into(), Condition::Is(name.into()))], ..DocumentQuery::default() }
}

fn holds(verdict: &Verdict) -> bool {
    verdict.faults.is_empty()
}

#[test]
fn a_closed_run_is_in_its_archive_and_entering_again_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (plan, out) = run(folder.path());
    let root = archive::root_of(&out);
    let log = std::fs::read(root.join("log")).unwrap();
    let taken = archive::take(&plan, &out, &root, None, &actor("1")).unwrap();
    assert!(taken.was_there && taken.documents == 10 && taken.volumes == 3);
    assert_eq!(std::fs::read(root.join("log")).unwrap(), log);
    let reader = Reader::open(&root).unwrap();
    assert_eq!(reader.find(&of_customer("Customer 3")).unwrap().iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["D3", "D8"]);
    let query = DocumentQuery { text: Some("owe 7.50".into()), ..DocumentQuery::default() };
    assert_eq!(reader.find(&query).unwrap().len(), 1);
    let row = reader.document("D1", None).unwrap();
    assert_eq!(row.expires.as_deref(), Some("2033-01-01"));
}

#[test]
fn two_that_make_an_archive_at_once_make_one() {
    let folder = tempfile::tempdir().unwrap();
    let (plan, out) = run(folder.path());
    let root = folder.path().join("shared");
    let take = || archive::take(&plan, &out, &root, None, &actor("1")).unwrap().was_there;
    let was_there: Vec<bool> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(take)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(was_there.iter().filter(|was_there| **was_there).count(), 3);
    let audited = archive::audit(&root, 1).unwrap();
    assert_eq!((audited.faults.len(), audited.documents), (0, 10));
}

#[test]
fn a_take_that_was_cut_off_is_taken_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (plan, out) = run(folder.path());
    let (whole, cut) = (archive::root_of(&out), folder.path().join("cut"));
    archive::take(&plan, &out, &cut, None, &actor("1")).unwrap();
    let log = std::fs::read_to_string(cut.join("log")).unwrap();
    let lines: Vec<&str> = log.split_inclusive('\n').collect();
    for kept in 1..lines.len() {
        // A kill leaves a beginning of the log, perhaps with half a line.
        std::fs::write(cut.join("log"), format!("{}{}", lines[..kept].concat(), &lines[kept][..20])).unwrap();
        archive::take(&plan, &out, &cut, None, &actor("1")).unwrap();
        assert_eq!(archive::audit(&cut, 1).unwrap().faults, [], "{kept}");
        let documents = |root: &Path| Reader::open(root).unwrap().find(&DocumentQuery::default()).unwrap().len();
        assert_eq!(documents(&cut), documents(&whole), "{kept}");
    }
}

#[test]
fn a_document_is_proved_until_a_byte_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    let (_, out) = run(folder.path());
    let root = archive::root_of(&out);
    let (private, at) = (folder.path().join("key.pem"), |name: &str| folder.path().join(name));
    archive::new_key(&root, &private, &actor("1")).unwrap();
    let key = ArchiveKey::read(&private).unwrap();
    let mut reader = Reader::open(&root).unwrap();
    let row = reader.document("D6", None).unwrap();
    let (file, proof) = archive::prove(&mut reader, &root, &row, Some(&key), &actor("2")).unwrap();
    assert_eq!(file, reader.pdf(&row).unwrap(), "the same bytes each time");
    let (pdf, json, public) = (at("d.pdf"), at("d.json"), at("key.pem.pub"));
    std::fs::write(&pdf, &file).unwrap();
    std::fs::write(&json, archive::proof_bytes(&proof)).unwrap();
    assert!(holds(&archive::verify_proof(&pdf, &json, Some(&public)).unwrap()));
    for place in (0..file.len()).step_by(file.len() / 40) {
        let mut changed = file.clone();
        changed[place] ^= 0x10;
        std::fs::write(&pdf, &changed).unwrap();
        let verdict = archive::verify_proof(&pdf, &json, Some(&public)).unwrap();
        assert!(!holds(&verdict), "byte {place}");
    }
    std::fs::write(&pdf, &file).unwrap();
    let text = archive::proof_bytes(&proof);
    for number in ["1.5", "1e3", "18446744073709551615", "9007199254740993"] {
        let changed = String::from_utf8(text.clone()).unwrap().replacen("\"record\":7", &format!("\"record\":{number}"), 2);
        std::fs::write(&json, changed).unwrap();
        assert!(matches!(archive::verify_proof(&pdf, &json, None), Err(ArchiveError::Damaged { .. })), "{number}");
    }
    for place in (0..text.len() - 1).step_by(text.len() / 60) {
        let mut changed = text.clone();
        changed[place] ^= 1;
        std::fs::write(&json, &changed).unwrap();
        assert!(archive::verify_proof(&pdf, &json, Some(&public)).map_or(true, |verdict| !holds(&verdict)), "byte {place}");
    }
}

#[test]
fn what_is_erased_is_gone_and_everything_else_holds() {
    let folder = tempfile::tempdir().unwrap();
    let (_, out) = run(folder.path());
    let root = archive::root_of(&out);
    let before = {
        let mut reader = Reader::open(&root).unwrap();
        let row = reader.document("D4", None).unwrap();
        reader.pdf(&row).unwrap()
    };
    archive::set_hold(&root, "case", &of_customer("Customer 3"), &actor("2")).unwrap();
    let held = archive::erase(&root, &of_customer("Customer 3"), None, &actor("3"));
    assert!(matches!(held, Err(ArchiveError::Held { documents: 2, .. })), "{held:?}");
    archive::lift_hold(&root, "case", &actor("3")).unwrap();
    let erased = archive::erase(&root, &of_customer("Customer 3"), None, &actor("4")).unwrap();
    assert_eq!((erased.documents, erased.volumes), (2, 2));
    let mut reader = Reader::open(&root).unwrap();
    assert_eq!(reader.find(&of_customer("Customer 3")).unwrap(), []);
    let row = reader.document("D4", None).unwrap();
    assert_eq!(reader.pdf(&row).unwrap(), before);
    assert_eq!(archive::audit(&root, 2).unwrap().faults, []);
    for number in 1..=3 {
        let volume = std::fs::read(out.join(format!("volumes/{number:06}.pdf"))).unwrap();
        assert!(lopdf::Document::load_mem(&volume).is_ok(), "volume {number}");
    }
    let plan = compile(&folder.path().join("job.toml"), &Overrides::default()).plan.unwrap();
    let again = archive::take(&plan, &out, &root, None, &actor("5")).unwrap();
    assert!(again.was_there, "an erased run is known by its name");
    assert_eq!((&again.run, again.events), (&row.run, 0));
    let complete = archive::prove_complete(&reader, &root, (&row.run, "customer", "Customer 4"), None, &actor("5")).unwrap();
    let path = folder.path().join("complete.json");
    std::fs::write(&path, archive::proof_bytes(&complete)).unwrap();
    assert!(holds(&archive::verify_completeness(&path, None).unwrap()));
    let name = root.join(format!("runs/{}/volumes/000001.statements", row.run));
    let statements = std::fs::read_to_string(&name).unwrap();
    assert!(statements.contains("\"tags\":{\"customer\":\""), "an amount has no tree, and leaves no tag to guess it by");
    std::fs::write(&name, statements.replace("\"tags\":{\"customer\"", "\"tags\":{\"costumer\"")).unwrap();
    let refused = archive::prove_complete(&reader, &root, (&row.run, "customer", "Customer 4"), None, &actor("5"));
    assert!(matches!(refused, Err(ArchiveError::Damaged { .. })), "{refused:?}");
    std::fs::write(&name, statements).unwrap();
    let expired = archive::expire(&root, "2033-01-01", false, None, &actor("6")).unwrap();
    assert_eq!(expired.rows.len(), 8);
    assert_eq!(archive::audit(&root, 2).unwrap().faults, []);
}

#[test]
fn a_flipped_byte_is_named_with_its_document() {
    let folder = tempfile::tempdir().unwrap();
    let (_, out) = run(folder.path());
    let root = archive::root_of(&out);
    let row = Reader::open(&root).unwrap().document("D5", None).unwrap();
    let path = out.join("volumes/000002.pdf");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[row.place.0 as usize + 80] ^= 2;
    std::fs::write(&path, bytes).unwrap();
    let faults = archive::audit(&root, 1).unwrap().faults;
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].documents, ["D5"]);
    let mut reader = Reader::open(&root).unwrap();
    let damaged = reader.pdf(&row);
    let is_told = damaged.is_err() || faults[0].range.is_some();
    assert!(is_told);
}

#[test]
fn a_lost_ledger_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let (_, out) = run(folder.path());
    let manifest = std::fs::read(out.join("manifest.csv")).unwrap();
    std::fs::remove_file(out.join("ledger.sqlite")).unwrap();
    let rebuilt = engine::rebuild(&out, 1).unwrap();
    assert_eq!((rebuilt.volumes, rebuilt.documents, rebuilt.faults.len(), rebuilt.open), (3, 10, 0, None));
    assert_eq!(std::fs::read(out.join("manifest.csv")).unwrap(), manifest);
    let mut ledger = Ledger::open(&out.join("ledger.sqlite"), &Disk::real()).unwrap();
    let event = DeliveryEvent {
        record: 0,
        state: None,
        what: "delayed",
        reason: "421 later".into(),
        source: "smtp".into(),
        operator: "tester".into(),
        at: "2026-11-01T00:00:00Z".into(),
        next_at: None,
        identity: None,
    };
    ledger.post_deliveries("email", &[event]).unwrap();
    ledger.close().unwrap();
    let refused = engine::rebuild(&out, 1);
    assert!(
        matches!(&refused, Err(EngineError::LedgerIsThere(_, what)) if what.starts_with("1 delivery event")),
        "what was delivered is not lost: {refused:?}"
    );
    // What the server said may name somebody, and nothing is erased from the log.
    let plan = compile(&folder.path().join("job.toml"), &Overrides::default()).plan.unwrap();
    assert_eq!(archive::take(&plan, &out, &archive::root_of(&out), None, &actor("2")).unwrap().events, 1);
    let log = std::fs::read_to_string(archive::root_of(&out).join("log")).unwrap();
    assert!(log.contains("\"status\":\"421\"") && !log.contains("421 later"));
}

#[test]
fn an_erased_document_takes_its_message_along_and_leaves_the_run_whole() {
    let folder = tempfile::tempdir().unwrap();
    let layout = LAYOUT.replace("</body>", "</body> <email subject=\"Your letter\"/>");
    std::fs::write(folder.path().join("letter.xml"), layout).unwrap();
    std::fs::write(folder.path().join("job.toml"), format!("{JOB}{MAIL}")).unwrap();
    let (_, out) = run_there(folder.path());
    let root = archive::root_of(&out);
    let due = |ledger: &Ledger| {
        let due = Due { channel: "email", from: 0, count: 100, now: "2026-12-01T00:00:00Z" };
        ledger.due_messages(&due).unwrap().into_iter().map(|message| message.record).collect::<Vec<_>>()
    };
    let ledger = || Ledger::read(&out.join("ledger.sqlite")).unwrap().unwrap();
    assert_eq!(due(&ledger()).len(), 10);
    let erased = archive::erase(&root, &of_customer("Customer 3"), None, &actor("4")).unwrap();
    assert_eq!((erased.documents, erased.volumes), (2, 2));
    let verified = engine::verify(&out).unwrap().unwrap();
    assert_eq!(verified.faults, Vec::<String>::new());
    assert_eq!(archive::audit(&root, 2).unwrap().faults, []);
    // Nothing of them is sent any more, and all others are.
    assert_eq!(due(&ledger()), [0, 1, 2, 4, 5, 6, 7, 9]);
    assert_eq!(ledger().delivery_counts("email").unwrap().iter().map(|(_, count)| count).sum::<u64>(), 8);
    let text = std::fs::read_to_string(out.join("volumes/000001.mbox")).unwrap();
    assert!(text.contains("Customer 2") && !text.contains("Customer 3"), "{text}");
}

#[test]
fn a_ledger_is_kept_whose_documents_were_erased() {
    let folder = tempfile::tempdir().unwrap();
    let (_, out) = run(folder.path());
    let query = DocumentQuery { conditions: vec![("id".into(), Condition::Is("D5".into()))], ..DocumentQuery::default() };
    assert_eq!(archive::erase(&archive::root_of(&out), &query, None, &actor("1")).unwrap().documents, 1);
    let before = std::fs::read(out.join("ledger.sqlite")).unwrap();
    let refused = engine::rebuild(&out, 1);
    assert!(matches!(&refused, Err(EngineError::LedgerIsThere(_, what)) if what.contains("1 erased document")), "{refused:?}");
    assert!(std::fs::read(out.join("ledger.sqlite")).unwrap() == before);
    // Where it is lost, all comes back that is left, and no print file is made.
    std::fs::remove_file(out.join("ledger.sqlite")).unwrap();
    let rebuilt = engine::rebuild(&out, 1).unwrap();
    assert_eq!((rebuilt.volumes, rebuilt.documents, rebuilt.faults.len()), (3, 10, 0));
    assert!(rebuilt.open.is_some_and(|reason| reason.contains("1 erased document")));
}

#[test]
fn erasure_leaves_a_folder_alone_that_another_run_lies_in() {
    let folder = tempfile::tempdir().unwrap();
    let (_, out) = run(folder.path());
    let root = folder.path().join("kept");
    std::fs::rename(out.join("archive"), &root).unwrap();
    std::fs::remove_dir_all(&out).unwrap();
    let job = JOB.replace("2026-10-01", "2026-11-01");
    std::fs::write(folder.path().join("job.toml"), job).unwrap();
    let plan = compile(&folder.path().join("job.toml"), &Overrides::default()).plan.unwrap();
    let stop = AtomicBool::new(false);
    let options = Options { out: out.clone(), threads: 2, disk: Disk::real(), stop: &stop, watch: &Silent, until: None, fail_at: None };
    engine::run(&plan, &options).unwrap();
    let before = std::fs::read(out.join("volumes/000001.pdf")).unwrap();
    let erased = archive::erase(&root, &of_customer("Customer 3"), None, &actor("4")).unwrap();
    assert_eq!((erased.documents, erased.elsewhere.len(), erased.left_alone), (2, 0, vec![out.to_string_lossy().into_owned()]));
    assert_eq!(std::fs::read(out.join("volumes/000001.pdf")).unwrap(), before);
}

#[test]
fn no_hold_is_set_on_what_is_half_erased() {
    let folder = tempfile::tempdir().unwrap();
    let (_, out) = run(folder.path());
    let root = archive::root_of(&out);
    archive::erase(&root, &of_customer("Customer 3"), None, &actor("4")).unwrap();
    let log = std::fs::read_to_string(root.join("log")).unwrap();
    let begun = log.lines().position(|line| line.contains("\"action\":\"erasing\"")).unwrap();
    std::fs::write(root.join("log"), log.split_inclusive('\n').take(begun + 1).collect::<String>()).unwrap();
    let refused = archive::set_hold(&root, "case", &of_customer("Customer 1"), &actor("5"));
    assert!(matches!(refused, Err(ArchiveError::Refused(_))), "{refused:?}");
    archive::erase(&root, &of_customer("Customer 3"), None, &actor("6")).unwrap();
    assert_eq!(archive::set_hold(&root, "case", &of_customer("Customer 1"), &actor("7")).unwrap(), 2);
}

#[test]
fn only_the_newest_key_signs_and_lost_files_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let (plan, out) = run(folder.path());
    let root = archive::root_of(&out);
    let at = |name: &str| folder.path().join(name);
    archive::new_key(&root, &at("old.pem"), &actor("1")).unwrap();
    archive::roll_over(&root, &at("old.pem"), &at("new.pem"), &actor("2")).unwrap();
    let (old, new) = (ArchiveKey::read(&at("old.pem")).unwrap(), ArchiveKey::read(&at("new.pem")).unwrap());
    let mut reader = Reader::open(&root).unwrap();
    let row = reader.document("D6", None).unwrap();
    let log = std::fs::read(root.join("log")).unwrap();
    assert!(matches!(archive::prove(&mut reader, &root, &row, Some(&old), &actor("3")), Err(ArchiveError::Refused(_))));
    assert!(matches!(archive::take(&plan, &out, &root, Some(&old), &actor("3")), Err(ArchiveError::Refused(_))));
    assert_eq!(std::fs::read(root.join("log")).unwrap(), log, "nothing was changed");
    // A kill left half a head.
    let heads = std::fs::read(root.join("heads")).unwrap();
    std::fs::write(root.join("heads"), &heads[..heads.len() - 9]).unwrap();
    archive::prove(&mut reader, &root, &row, Some(&new), &actor("3")).unwrap();
    assert_eq!(archive::audit(&root, 1).unwrap().faults, []);
    std::fs::remove_file(root.join("heads")).unwrap();
    assert_eq!(archive::audit(&root, 1).unwrap().faults[0].file, "heads");
    drop(reader);
    std::fs::remove_file(root.join("catalogue.sqlite")).unwrap();
    let refused = archive::erase(&root, &of_customer("Customer 3"), None, &actor("4"));
    assert!(matches!(&refused, Err(ArchiveError::Damaged { file, .. }) if file == "catalogue.sqlite"), "{refused:?}");
    assert!(!root.join("catalogue.sqlite").exists());
}
