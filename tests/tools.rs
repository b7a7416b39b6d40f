//! The tools of layout authors: what they show is what a run makes.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod common;

use std::path::Path;
use std::process::{Command, Stdio};

use ::pressrun::engine::{self, with_records};
use ::pressrun::ledger::Ledger;
use ::pressrun::plan::{Overrides, compile};
use common::{Job, pressrun};

fn root(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[test]
fn a_record_composed_alone_has_the_bytes_it_has_in_a_run() {
    let job = Job::new(23);
    let out = job.out("out");
    job.run(&out, &[]).expect(0, "the books balance");
    let ledger = Ledger::read(&out.join("ledger.sqlite")).unwrap().unwrap();
    let mut hashes = std::collections::BTreeMap::new();
    ledger
        .each_document(|row| {
            hashes.insert(row.entry.record, row.entry.hash);
        })
        .unwrap();
    let plan = compile(&job.path("job.toml"), &Overrides::default()).plan.unwrap();
    with_records(&plan, |records| {
        assert_eq!(records.count()?, 23);
        // Backwards, so that nothing depends on what was composed before.
        for number in (0..23).rev() {
            let composed = records.compose(number)?.unwrap().unwrap();
            assert_eq!(composed.hash(), hashes[&number], "record {number}");
        }
        assert!(records.compose(23)?.is_none());
        Ok(())
    })
    .unwrap();
}

/// Every line that poppler or any reader finds on a page is a line of a box, and boxes lie in those around them.
#[test]
fn boxes_hold_the_text_of_both_shipped_jobs() {
    for (job, texts) in [
        ("fixtures/statements/job.toml", &["ACCOUNT STATEMENT", "Account summary", "PAYMENT SLIP", "Description"][..]),
        ("fixtures/invoices/job.toml", &["IBAN"][..]),
    ] {
        let plan = compile(&root(job), &Overrides::default()).plan.unwrap();
        with_records(&plan, |records| {
            let (_, pages) = records.trace(0)?.unwrap().unwrap();
            let composed = records.compose(0)?.unwrap().unwrap();
            assert_eq!(pages.len(), composed.document.pages.len());
            let all: Vec<String> = pages.iter().flat_map(|page| page.lines().map(|(_, line)| line.text.clone())).collect();
            for text in texts {
                assert!(all.iter().any(|line| line.contains(text)), "{text}: {all:#?}");
            }
            for page in &pages {
                for (index, traced) in page.boxes.iter().enumerate() {
                    assert!(traced.parent.is_none_or(|parent| (parent as usize) < index));
                    assert!(traced.place.width >= ::pressrun::base::length::Length::ZERO, "{traced:?}");
                }
            }
            Ok(())
        })
        .unwrap();
    }
}

#[test]
fn one_document_is_rendered_from_standard_input() {
    let job = Job::new(1);
    let record = "{\n  \"id\": \"A 7\",\n  \"zip\": \"1\",\n  \"closing\": 12.5,\n  \"rows\": [ {\"text\": \"a\", \"amount\": 1} ]\n}\n";
    let render = |arguments: &[&str], input: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_pressrun"))
            .arg("render")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    let layout = job.path("letter.xml");
    let layout = layout.to_str().unwrap();
    let first = render(&[layout, "-"], record);
    assert_eq!(first.status.code(), Some(0), "{}", String::from_utf8_lossy(&first.stderr));
    assert!(first.stdout.starts_with(b"%PDF-1."));
    assert_eq!(first.stdout, render(&[layout, "-"], record).stdout, "same in, same out");
    let with_job = render(&[layout, "-", "--job", job.path("job.toml").to_str().unwrap()], record);
    assert_eq!(with_job.status.code(), Some(0), "{}", String::from_utf8_lossy(&with_job.stderr));
    let held = render(&[layout, "-"], "{\"id\": 5}");
    assert_eq!(held.status.code(), Some(1), "{}", String::from_utf8_lossy(&held.stderr));
    assert!(held.stdout.is_empty(), "nothing is half written");
    assert_eq!(render(&[layout, "-"], "").status.code(), Some(2));
    assert_eq!(render(&[layout, "-", "--currency", "euros"], record).status.code(), Some(2));
}

#[test]
fn proofs_are_files_or_pictures() {
    let job = Job::new(5);
    let (file, out) = (job.path("job.toml"), job.out("proof"));
    let (file, out) = (file.to_str().unwrap(), out.to_str().unwrap());
    pressrun(&["proof", file, "--records", "2-3,5", "--out", out]).expect(0, "3 documents, 3 files");
    pressrun(&["proof", file, "--records", "4-9", "--png", "--dpi", "50", "--out", out]).expect(0, "2 documents");
    let picture = ::pressrun::kit::raster::read_png(&std::fs::read(Path::new(out).join("000004-1.png")).unwrap()).unwrap();
    // A5 at 50 dpi.
    assert_eq!((picture.width, picture.height), (291, 413));
    assert!(picture.pixels.iter().any(|sample| *sample < 100), "something is on the page");
    pressrun(&["proof", file, "--records", "9", "--out", out]).expect(2, "there is no record 9");
}

#[test]
fn data_without_a_record_is_told() {
    let plan = compile(&root("fixtures/statements/job.toml"), &Overrides::default()).plan.unwrap();
    assert!(matches!(engine::compose_data(&plan, b"", false), Err(engine::EngineError::NoRecords)));
}

/// A layout with a fault, a key that does not exist, an expression of the job and a column that is missing: one round.
#[test]
fn faults_of_layout_job_and_data_are_told_at_once() {
    let job = Job::new(3);
    job.write("letter.xml", &common::LAYOUT.replace("{closing | money}", "{closin | money}"));
    job.edit("duplex = ", "duplx = ");
    job.edit("document-id = \"{id}\"", "document-id = \"{idd}\"");
    job.edit("format = \"ndjson\"\n", "format = \"csv\"\n[input.map]\nrows = { path = \"rows\" }\n");
    let told = pressrun(&["check", job.path("job.toml").to_str().unwrap()]);
    for part in ["`closin`", "`duplx`", "`idd`"] {
        told.expect(2, part);
    }
    let job = Job::new(3);
    job.write(
        "letter.xml",
        &common::LAYOUT
            .replace("{closing | money}", "{closin | money}")
            .replace("<list name=\"rows\"> <field name=\"text\" type=\"text\"/> <field name=\"amount\" type=\"money\"/> </list>", ""),
    );
    job.write("data.ndjson", "zip,closing\n1,2\n");
    job.edit("format = \"ndjson\"\n", "format = \"csv\"\n");
    let told = pressrun(&["check", job.path("job.toml").to_str().unwrap()]);
    for part in ["`closin`", "`id`"] {
        told.expect(2, part);
    }
}

#[test]
fn schemas_name_everything_the_tables_name() {
    let schemas = [pressrun(&["schema"]).out, pressrun(&["schema", "--xsd"]).out];
    for element in ::pressrun::layout::schema::ELEMENTS {
        for schema in &schemas {
            assert!(schema.contains(&format!("name=\"{}\"", element.name)), "{}", element.name);
            for name in element.attribute_names().iter().filter(|name| **name != "xmlns") {
                assert!(schema.contains(&format!("attribute name=\"{name}\"")), "{name}");
            }
        }
    }
}

#[test]
fn layouts_are_formatted_in_place_or_told() {
    let job = Job::new(1);
    let layout = job.path("letter.xml");
    let path = layout.to_str().unwrap();
    job.write("letter.xml", &common::LAYOUT.replace("margin=\"15mm\"", "  margin='15mm'"));
    pressrun(&["fmt", "--check", path]).expect(2, "letter.xml would change");
    pressrun(&["fmt", path]).expect(0, "1 changed");
    pressrun(&["fmt", "--check", path]).expect(0, "0 would change");
    job.write("letter.xml", "<layout><p></layout>");
    pressrun(&["fmt", path]).expect(2, "`<p>`");
    assert_eq!(std::fs::read_to_string(&layout).unwrap(), "<layout><p></layout>", "what cannot be read stays as it is");
}

#[test]
fn a_watched_job_is_checked_again_after_a_save() {
    let job = Job::new(1);
    let mut child = Command::new(env!("CARGO_BIN_EXE_pressrun"))
        .args(["check", "--watch", "--json"])
        .arg(job.path("job.toml"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    assert!(lines.next().unwrap().unwrap().contains("\"faults\":0"));
    job.write("letter.xml", &common::LAYOUT.replace("{closing | money}", "{closin | money}"));
    assert!(lines.next().unwrap().unwrap().contains("closin"));
    assert!(lines.next().unwrap().unwrap().contains("\"faults\":1"));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn layout_tests_pass_fail_and_are_accepted() {
    let job = Job::new(4);
    std::fs::create_dir(job.path("letter.tests")).unwrap();
    let cases = |text: &str| job.write("letter.tests/a.toml", &format!("job = \"../job.toml\"\n[[case]]\nname = \"first\"\nrecord = 2\n{text}\n"));
    let run = |more: &[&str]| {
        let layout = job.path("letter.xml");
        let mut arguments = vec!["test", layout.to_str().unwrap()];
        arguments.extend(more);
        pressrun(&arguments)
    };
    cases("pages = 1\nhas = [{ text = \"page 1 of 1\", in = \"foot\" }, { element = \"td\", page = 1, count = 2 }]\nlacks = [{ text = \"C0002\" }]");
    run(&[]).expect(0, "test result: 1 passed, 0 failed; 1 case in 1 file");
    cases("pages = 2\nhas = [{ text = \"page 1 of 1\", inside = \"0 0 10mm 10mm\" }, { text = \"Acount\" }]\nlacks = [{ element = \"table\" }]");
    let failed = run(&[]);
    for part in
        ["the document has 1 pages, not 2", "it is elsewhere, on page 1", "the text `Acount` is not there", "must not be", "0 passed, 1 failed"]
    {
        failed.expect(1, part);
    }
    cases("golden = \"page\"\ngolden-text = \"text.txt\"\ndpi = 40");
    run(&[]).expect(1, "`--accept` writes it");
    run(&["--accept"]).expect(0, "2 golden files accepted");
    run(&[]).expect(0, "1 passed");
    job.write("letter.xml", &common::LAYOUT.replace("Account {id}", "<b>Kontonummer</b> {id}"));
    let report = job.path("report.html");
    let differs = run(&["--html", report.to_str().unwrap()]);
    differs.expect(1, "of its pixels differ");
    differs.expect(1, "- Account C0001");
    let report = std::fs::read_to_string(report).unwrap();
    assert_eq!(report.matches("data:image/png;base64,").count(), 3, "before, after, difference");
    cases("held = \"R0407\"");
    run(&[]).expect(1, "the record is composed; it should be held");
    cases("recrd = 1\nhas = [{ txt = \"a\" }]");
    run(&[]).expect(2, "did you mean `record`?");
    job.write("letter.tests/a.toml", "[[case]]\nname = \"a record in a file\"\ndata-file = \"../two.json\"\nhas = [{ text = \"Kontonummer A7\" }]\n");
    run(&[]).expect(2, "two.json");
    job.write("two.json", "{\n  \"id\": \"A7\", \"zip\": \"1\", \"closing\": 12.5,\n  \"rows\": []\n}\n");
    run(&[]).expect(0, "1 passed");
    cases("data-file = \"../two.json\"");
    run(&[]).expect(2, "one of `record`, `data` and `data-file`");
    cases("golden-text = \"../../secret\"");
    run(&[]).expect(2, "a file beside the test file");
    pressrun(&["test", job.path("job.toml").to_str().unwrap()]).expect(2, "no key");
}

#[test]
fn documents_that_differ_are_grouped_by_kind_of_change() {
    let job = Job::new(23);
    let file = job.path("job.toml");
    let file = file.to_str().unwrap();
    let changed = |name: &str, from: &str, to: &str| {
        assert!(common::LAYOUT.contains(from));
        job.write(name, &common::LAYOUT.replace(from, to));
        job.path(name).to_str().unwrap().to_string()
    };
    let diff = |layout: &str| pressrun(&["diff", file, "--layout-new", layout]);
    diff(job.path("letter.xml").to_str().unwrap()).expect(0, "0 of 23 documents differ");
    diff(&changed("text.xml", "closes at", "ends at")).expect(1, "23  text of p (");
    diff(&changed("look.xml", "font-size=\"7pt\"", "font-size=\"7pt\" color=\"#f00\"")).expect(1, "23  look of p");
    diff(&changed("new.xml", "<table", "<p>Another</p> <table")).expect(1, "23  new: p");
    diff(&changed("gone.xml", "<p>Account {id} closes at {closing | money}.</p>", "")).expect(1, "23  gone: p");
    diff(&changed("moved.xml", "left=\"15mm\" bottom=\"6mm\"", "left=\"16mm\" bottom=\"6mm\""))
        .expect(1, "23  same text, other place, from region foot");
    // Every seventh record has sixty rows: only those run over.
    let more = diff(&changed("pages.xml", "margin=\"15mm\"", "margin=\"15mm 15mm 70mm\""));
    more.expect(1, "3  1 page more");
    let held = diff(&changed("held.xml", "<p>Account", "<barcode type=\"code128\" value=\"{id eq 'C0005' ? '\u{e4}' : id}\"/> <p>Account"));
    held.expect(1, "1  held now:");
    let json = pressrun(&["diff", file, "--layout-new", job.path("text.xml").to_str().unwrap(), "--json", "--threads", "1"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((&json["changed"], &json["kinds"][0]["records"]), (&23.into(), &serde_json::json!([1, 2, 3])));
    pressrun(&["diff", file]).expect(2, "nothing to compare with");
}

#[test]
fn two_runs_are_compared_by_their_books_first() {
    let job = Job::new(23);
    let (old, new, report) = (job.out("old"), job.out("new"), job.path("diff.html"));
    job.run(&old, &[]).expect(0, "the books balance");
    job.run(&new, &[]).expect(0, "the books balance");
    let diff = |more: &[&str]| {
        let mut arguments = vec!["diff", old.to_str().unwrap(), new.to_str().unwrap()];
        arguments.extend(more);
        pressrun(&arguments)
    };
    let same = diff(&["--json"]);
    same.expect(0, "\"composed\":0");
    std::fs::remove_dir_all(&new).unwrap();
    job.write("letter.xml", &common::LAYOUT.replace("closes at", "{closing gt 9 ? 'ends' : 'closes'} at"));
    job.run(&new, &[]).expect(0, "the books balance");
    // Only the frozen layout of the old run is left.
    let differs = diff(&["--html", report.to_str().unwrap()]);
    differs.expect(1, "14  text of p (");
    differs.expect(1, "14 of 23 documents differ, 9 are the same");
    assert_eq!(std::fs::read_to_string(report).unwrap().matches("data:image/png").count(), 9, "three samples, before, after and difference");
    let composed = diff(&["--json"]);
    composed.expect(1, "\"composed\":14");
}

#[test]
fn the_preview_serves_its_own_page_and_nothing_else() {
    let job = Job::new(3);
    let mut child = Command::new(env!("CARGO_BIN_EXE_pressrun"))
        .args(["preview", "--port", "0"])
        .arg(job.path("job.toml"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let line = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap())).next().unwrap().unwrap();
    let port: u16 = line.split([':', '/']).filter_map(|part| part.parse().ok()).next().unwrap();
    let ask = |request: &str| {
        use std::io::{Read, Write};
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    };
    let get = |path: &str| ask(&format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"));
    // A connection that says nothing keeps nobody waiting.
    let _silent = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    assert!(get("/").contains("<title>Preview</title>"));
    assert!(get("/state").contains("\"can_show\":true"));
    let plan = compile(&job.path("job.toml"), &Overrides::default()).plan.unwrap();
    let hash = with_records(&plan, |records| Ok(records.compose(1)?.unwrap().unwrap().hash().hex())).unwrap();
    assert!(get("/record?n=2").contains(&hash), "the page shows the hash of a run");
    assert!(get("/page?n=2&p=0&dpi=30").contains("PNG"));
    assert!(get("/boxes?n=2&p=0").contains("\"line\":"));
    assert!(get("/find?q=c0002&n=1").contains("\"record\":3"));
    assert!(get("/record?n=99").contains("\"missing\":true"));
    for path in ["/job.toml", "/../job.toml", "/page?n=2&p=7", "/data.ndjson"] {
        assert!(get(path).starts_with("HTTP/1.1 404"), "{path}");
    }
    assert!(ask(&format!("GET / HTTP/1.1\r\nHost: evil.example:{port}\r\n\r\n")).starts_with("HTTP/1.1 403"));
    assert!(ask(&format!("POST / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n")).starts_with("HTTP/1.1 405"));
    assert!(ask(&format!("GET / HTTP/1.1\r\nX: {}\r\n", "x".repeat(20_000))).starts_with("HTTP/1.1 431"));
    job.write("letter.xml", &common::LAYOUT.replace("{closing | money}", "{closin | money}"));
    let told = (0..200).map(|_| get("/state")).find(|state| state.contains("closin"));
    assert!(told.unwrap().contains("\"can_show\":false"));
    child.kill().unwrap();
    child.wait().unwrap();
}
