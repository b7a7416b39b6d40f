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
