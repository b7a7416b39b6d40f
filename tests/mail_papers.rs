//! The papers of a mailing: tray labels, ticket, summary, lists, Mail.dat; why a piece costs what it costs; what other ways would cost.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use common::{copy_tree, pressrun};
use pressrun::postal::maildat::{FieldTable, check};

/// What the job says of barcodes and documentation.
const SECTIONS: &str = r#"
[mail.trays]
[mail.serials]
book = "serials.sqlite"
[mail.maildat]
job-id = "OCT26"
file-source = "Example Mail House"
contact-name = "Ann Example"
contact-telephone = "5555550100"
contact-email = "ann@example.com"
entry-zip = "62701"
permit = "42"
full-service = "F"
coding-date = 2026-09-20
"#;
const RATES: &str = "level_id,rate_category,package_level,division\n5D,E,C,5\nAADC,L1,I,3\nMAADC,L2,M,3\n";

/// The job `fixtures/mail` with barcodes and Mail.dat, in a folder of its own.
fn job(folder: &Path, more: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    copy_tree(&root.join("layouts"), &folder.join("layouts"));
    copy_tree(&root.join("fixtures/mail"), &folder.join("fixtures/mail"));
    std::fs::write(folder.join("fixtures/mail/scheme/maildat.csv"), RATES).unwrap();
    let job = folder.join("fixtures/mail/job.toml");
    let text = std::fs::read_to_string(&job).unwrap();
    std::fs::write(&job, text + more).unwrap();
    job
}

/// Runs the program, which ends with this code.
#[track_caller]
fn ended(arguments: &[&str], code: i32) -> common::Ended {
    let ended = pressrun(arguments);
    ended.expect(code, "");
    ended
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_string()
}

/// The rows of a CSV file without quotes, by the names of its columns.
fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_string).collect::<Vec<_>>());
    let head = lines.next().unwrap();
    lines.map(|cells| head.iter().cloned().zip(cells).collect()).collect()
}

#[test]
fn papers_agree_with_the_trays() {
    let folder = tempfile::tempdir().unwrap();
    let (job, out) = (job(folder.path(), SECTIONS), folder.path().join("out"));
    pressrun(&["run", &text(&job), "--out", &text(&out)]).expect(1, "the books balance");
    let trays = rows(&out.join("papers/tray-list.csv"));
    let pieces = rows(&out.join("papers/piece-list.csv"));
    assert!(trays.len() > 3 && pieces.len() > 200);
    for tray in &trays {
        let inside: Vec<_> = pieces.iter().filter(|piece| piece["tray"] == tray["tray"]).collect();
        assert_eq!(inside.len().to_string(), tray["pieces"]);
        let positions: Vec<String> = inside.iter().map(|piece| piece["position"].clone()).collect();
        assert_eq!(positions, (1..=inside.len()).map(|position| position.to_string()).collect::<Vec<_>>());
        assert!(
            inside
                .iter()
                .all(|piece| format!("print/{:0>6}.pdf", piece["print_file"]) == tray["print_file"] && piece["category"] == tray["category"])
        );
    }
    let read = |name: &str| lopdf::Document::load(out.join("papers").join(name)).unwrap();
    assert_eq!(read("tray-labels.pdf").get_pages().len(), trays.len(), "a label is a page");
    let label = read("tray-labels.pdf").extract_text(&[1]).unwrap();
    assert!(label.contains(&trays[0]["line1"]) && label.contains(&trays[0]["cin"]), "{label}");
    assert!(read("job-ticket.pdf").extract_text(&[1]).unwrap().contains("october-mail"));
    // The summary says what the pieces cost together.
    let millionths = |price: &str| (price.parse::<f64>().unwrap() * 1e6).round() as i64;
    let sum: i64 = pieces.iter().filter(|piece| !piece["price"].is_empty()).map(|piece| millionths(&piece["price"])).sum();
    let total = format!("{}.{:03}", sum / 1_000_000, sum % 1_000_000 / 1_000);
    let summary = read("postage-summary.pdf").extract_text(&[1]).unwrap();
    assert!(summary.contains(total.trim_end_matches('0')), "{total} in {summary}");
    check_maildat(&out.join("maildat"), &trays, &pieces);
}

fn check_maildat(folder: &Path, trays: &[BTreeMap<String, String>], pieces: &[BTreeMap<String, String>]) {
    let mut files = BTreeMap::new();
    for name in ["hdr", "seg", "mpu", "mcr", "mpa", "cpt", "csm", "cqt", "pqt", "pbc"] {
        let text = std::fs::read_to_string(folder.join(format!("OCT26.{name}"))).unwrap();
        assert!(text.ends_with("#\r\n"));
        files.insert(name.to_string(), text.split_terminator("\r\n").map(str::to_string).collect::<Vec<_>>());
    }
    assert_eq!(check(&FieldTable::built_in(), &files), Vec::<String>::new());
    assert_eq!(files["csm"].len(), trays.len());
    assert_eq!(files["pbc"].len(), pieces.iter().filter(|piece| !piece["tray"].is_empty()).count());
}

#[test]
fn the_same_job_has_the_same_papers() {
    let folder = tempfile::tempdir().unwrap();
    let job = job(folder.path(), SECTIONS);
    let run = |name: &str, threads: &str| {
        let out = folder.path().join(name);
        pressrun(&["run", &text(&job), "--out", &text(&out), "--threads", threads]).expect(1, "");
        [common::contents(&out.join("papers")), common::contents(&out.join("maildat"))]
    };
    assert_eq!(run("one", "1"), run("two", "5"));
}

#[test]
fn a_piece_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let (job, out) = (job(folder.path(), ""), folder.path().join("out"));
    pressrun(&["run", &text(&job), "--out", &text(&out)]).expect(1, "");
    let pieces = rows(&out.join("papers/piece-list.csv"));
    let coarse = pieces.iter().find(|piece| piece["category"] == "AADC").unwrap();
    let told = ended(&["explain-piece", &text(&out), &coarse["piece"]], 0).out;
    let place = format!("piece {} of ", coarse["position"]);
    for expected in
        [place.as_str(), &format!("in tray {}", coarse["tray"]), "one level better", "are needed", &format!("costs {} USD", coarse["price"])]
    {
        assert!(told.contains(expected), "{expected} in {told}");
    }
    // By the name of its document: the same.
    let manifest = rows(&out.join("manifest.csv"));
    let document = &manifest.iter().find(|row| row["sequence"] == coarse["piece"]).unwrap()["document"];
    assert_eq!(ended(&["explain-piece", &text(&out), document], 0).out, told);
    let missing = ended(&["explain-piece", &text(&out), "999999"], 2);
    assert!(missing.err.contains("`999999`"), "{}", missing.err);
}

#[test]
fn ways_to_mail_are_compared_before_printing() {
    let folder = tempfile::tempdir().unwrap();
    let (job, out) = (job(folder.path(), ""), folder.path().join("out"));
    let early = ended(&["postage", &text(&job), "--out", &text(&out)], 2);
    assert!(early.err.contains("--until compose"), "{}", early.err);
    pressrun(&["run", &text(&job), "--out", &text(&out), "--until", "compose"]).expect(1, "");
    let other = text(&Path::new(env!("CARGO_MANIFEST_DIR")).join("schemes/postcode-prefix"));
    let told = ended(&["postage", &text(&job), "--out", &text(&out), "--compare", "--scheme", &other, "--json"], 0).out;
    let costs: Vec<serde_json::Value> = serde_json::from_str(&told).unwrap();
    let names: Vec<&str> = costs.iter().map(|cost| cost["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["as the job says", "all in number 10", "all in flat", "scheme postcode-prefix-example 1"]);
    // What was told before printing is what printing makes of it.
    pressrun(&["run", &text(&job), "--out", &text(&out)]).expect(1, "");
    let pieces = rows(&out.join("papers/piece-list.csv"));
    let of_category = |category: &str| pieces.iter().filter(|piece| piece["category"] == category).count() as u64;
    for category in costs[0]["categories"].as_array().unwrap() {
        assert_eq!(category["pieces"].as_u64().unwrap(), of_category(category["category"].as_str().unwrap()));
    }
    assert_eq!(costs[0]["trays"].as_u64().unwrap() as usize, rows(&out.join("papers/tray-list.csv")).len());
    assert_eq!(ended(&["postage", &text(&job), "--out", &text(&out), "--compare", "--scheme", &other, "--json"], 0).out, told);
}

#[test]
fn maildat_wants_rates_and_fields_that_fit() {
    let folder = tempfile::tempdir().unwrap();
    let job = job(folder.path(), &SECTIONS.replace("job-id = \"OCT26\"", "job-id = \"OCTOBER-2026\""));
    let told = ended(&["check", &text(&job)], 2).err;
    assert!(told.contains("`OCTOBER-2026` has more than 8 characters"), "{told}");
    std::fs::remove_file(folder.path().join("fixtures/mail/scheme/maildat.csv")).unwrap();
    let source = std::fs::read_to_string(&job).unwrap().replace("OCTOBER-2026", "OCT26");
    std::fs::write(&job, source).unwrap();
    let told = ended(&["check", &text(&job)], 2).err;
    assert!(told.contains("which rate each level of the scheme earns"), "{told}");
}
