//! Bad data and bad arguments through the program: held with a reason or refused, never lost, the books balanced.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod common;

use common::{Job, data, pressrun, record};

/// Runs good records with a bad one in the middle; gives its line of `held.ndjson`.
#[track_caller]
fn check(bad: &str, code: &str) -> serde_json::Value {
    let job = Job::new(0);
    job.write("data.ndjson", &format!("{}{bad}\n{}", data(6), record(7)));
    let out = job.out("out");
    job.run(&out, &[]).expect(1, code);
    let held = std::fs::read_to_string(out.join("held.ndjson")).unwrap();
    assert_eq!(held.lines().count(), 1, "{held}");
    let held: serde_json::Value = serde_json::from_str(&held).unwrap();
    assert_eq!((held["record"].as_u64(), held["code"].as_str()), (Some(7), Some(code)), "{held}");
    assert_eq!(held["file"], "data.ndjson");
    let manifest = std::fs::read_to_string(out.join("manifest.csv")).unwrap();
    assert_eq!(manifest.lines().count(), 8, "seven documents");
    pressrun(&["status", &out.to_string_lossy(), "--verify"]).expect(1, "the books balance");
    held
}

#[test]
fn a_bad_record_is_held_with_its_bytes() {
    let bad = r#"{"id":"C9","zip":"1","closing":"ten","rows":[]}"#;
    assert_eq!(check(bad, "R0306")["original"], format!("{bad}\n"));
    check(r#"{"id":"C9","zip":"1","rows":[]}"#, "R0305");
    check(r#"{"id":"C9","zip":"1","closing":1,"rows":["#, "R0301");
    check("\"text\"", "R0301");
}

#[test]
fn a_missing_glyph_holds_or_is_reported() {
    let bad = "{\"id\":\"\u{13000}\",\"zip\":\"1\",\"closing\":1,\"rows\":[]}";
    check(bad, "R0405");
    let job = Job::new(0);
    job.write("data.ndjson", &format!("{}{bad}\n", data(3)));
    job.edit("[job]", "[job]\nmissing-glyphs = \"report\"");
    let out = job.out("out");
    job.run(&out, &[]).expect(0, "the books balance");
    assert!(std::fs::read_to_string(out.join("report.html")).unwrap().contains("R0405"));
}

#[test]
fn bytes_that_are_no_text_come_back_as_they_were() {
    let job = Job::new(0);
    let mut bytes = data(2).into_bytes();
    bytes.extend(b"{\"id\":\"\xff\",\"zip\":\"1\",\"closing\":1,\"rows\":[]}\n");
    std::fs::write(job.path("data.ndjson"), bytes).unwrap();
    let out = job.out("out");
    job.run(&out, &[]).expect(1, "R0302");
    let held: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(out.join("held.ndjson")).unwrap()).unwrap();
    assert!(held["original_base64"].as_str().unwrap().starts_with("eyJpZCI6Iv8i"), "{held}");
}

#[test]
fn too_many_holds_stop_the_job_and_a_higher_limit_goes_on() {
    let job = Job::new(0);
    let bad: String = (0..20).map(|_| "{}\n").collect();
    job.write("data.ndjson", &format!("{}{bad}{}", data(20), data(5)));
    job.edit("[job]", "[job]\nhold-limit = 3");
    let out = job.out("out");
    job.run(&out, &["--threads", "1"]).expect(2, "W0105");
    job.run(&out, &["--threads", "1"]).expect(2, "W0105");
    job.edit("hold-limit = 3", "hold-limit = \"50%\"");
    job.run(&out, &["--threads", "1"]).expect(1, "the books balance");
    let whole = job.out("whole");
    job.run(&whole, &[]).expect(1, "");
    let (resumed, whole) = (common::contents(&out), common::contents(&whole));
    // The frozen job file holds the limit of the first run; everything else is the same.
    let differing: Vec<_> = resumed.iter().filter(|(name, hash)| whole.get(*name) != Some(hash)).map(|(name, _)| name.as_str()).collect();
    assert!(differing.iter().all(|name| name.starts_with("plan/")), "{differing:?}");
}

#[test]
fn a_limit_in_percent_stops_as_soon_as_it_is_certain() {
    let job = Job::new(0);
    // A fifth of all records is bad, and they come first.
    let bad: String = (0..100).map(|_| "{}\n").collect();
    job.write("data.ndjson", &format!("{bad}{}", data(400)));
    job.edit("[job]", "[job]\nhold-limit = \"10%\"");
    let out = job.out("out");
    let ended = job.run(&out, &["--threads", "1"]);
    ended.expect(2, "W0105");
    ended.expect(2, "the limit of the job is 50");
    let status = pressrun(&["status", "--json", &out.to_string_lossy()]);
    let status: serde_json::Value = serde_json::from_str(&status.out).unwrap();
    // The volumes that wait to be posted when the limit is passed are posted as well.
    let held = status["held"].as_u64().unwrap();
    assert!((52..=90).contains(&held), "{status}");
    assert_eq!((status["state"].as_str(), status["documents"].as_u64()), (Some("composing"), Some(0)), "{status}");
    // The first records may be as bad as they like while the job as a whole keeps its limit.
    job.edit("10%", "20%");
    job.run(&out, &["--threads", "2"]).expect(1, "the books balance");
}

#[test]
fn a_record_that_no_layout_takes_is_held() {
    let job = Job::new(8);
    job.edit("file = \"letter.xml\"", "file = \"letter.xml\"\nwhen = \"closing lt 5\"");
    job.run(&job.out("out"), &[]).expect(1, "R0407");
}

#[test]
fn no_data_is_a_failure() {
    let job = Job::new(0);
    job.run(&job.out("out"), &[]).expect(2, "no records");
    std::fs::remove_file(job.path("data.ndjson")).unwrap();
    let ended = job.run(&job.out("out"), &[]);
    ended.expect(2, "cannot read");
    assert!(!ended.err.contains("hint"), "there is no volume to go on from: {}", ended.err);
}

#[test]
fn every_fault_of_a_job_is_told_at_once() {
    let job = Job::new(1);
    job.edit("document-id", "document_id");
    job.edit("sort = [\"zip\"]", "sort = [\"zp\"]");
    let ended = pressrun(&["check", &job.path("job.toml").to_string_lossy()]);
    ended.expect(2, "2 errors, nothing was produced");
    ended.expect(2, "= hint: did you mean `document-id`?");
    ended.expect(2, "= hint: did you mean `zip`?");
    assert!(!job.path("out").exists());
    let json = pressrun(&["check", "--json", &job.path("job.toml").to_string_lossy()]);
    let events: Vec<serde_json::Value> = json.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((events.len(), events[0]["code"].as_str(), events[0]["place"]["line"].as_u64()), (3, Some("J0102"), Some(4)), "{events:#?}");
}

/// What `check` says of a job, with its exit code.
#[track_caller]
fn check_data(job: &Job, code: i32, parts: &[&str]) {
    let ended = pressrun(&["check", &job.path("job.toml").to_string_lossy()]);
    ended.expect(code, "");
    for part in parts {
        ended.expect(code, part);
    }
    assert!(!job.path("out").exists(), "nothing is produced");
}

#[test]
fn check_looks_at_the_data() {
    let job = Job::new(3);
    check_data(&job, 0, &["no faults ·"]);
    let bad = "{\"id\":\"A\",\"closing\":1,\"rows\":[]}\n{}\n{}\n{\"id\":\"B\",\"zip\":\"\u{13000}\",\"closing\":\"x\",\"rows\":[]}\n";
    job.write("data.ndjson", &format!("{}{bad}", record(0)));
    let required = "3 of the first 5 records would be held: record 2: the required field `zip` is missing";
    check_data(&job, 0, &["warning[R0305]", required, "warning[R0306]", "record 5: ", "no faults, 2 warnings"]);
    std::fs::write(job.path("data.ndjson"), b"{\"id\":\"M\xfcller\",\"zip\":\"1\",\"closing\":1,\"rows\":[]}\n").unwrap();
    check_data(&job, 0, &["warning[R0302]", "= hint: if the file is in another encoding, declare it"]);
    job.edit("currency = \"USD\"", "currency = \"USD\"\nencoding = \"windows-1252\"");
    check_data(&job, 0, &["no faults ·"]);
    job.write("data.ndjson", "\n\n");
    check_data(&job, 2, &["error[J0202]: the input holds no records"]);
    std::fs::write(job.path("data.ndjson"), b"\xff\xfe\0\0{\0\0\0").unwrap();
    check_data(&job, 2, &["error[D0201]", "UTF-32"]);
    std::fs::remove_file(job.path("data.ndjson")).unwrap();
    check_data(&job, 0, &["warning[J0202]: there is no file", "a run fails until it has arrived"]);
}

/// A job with CSV data and a file of lines.
fn csv_job(records: &str, lines: &str) -> Job {
    let job = Job::new(0);
    job.write("data.csv", records);
    job.write("lines.csv", lines);
    job.edit("files = \"data.ndjson\"\nformat = \"ndjson\"", "files = \"data.csv\"\nformat = \"csv\"");
    job.edit("[[layout]]", "[input.lines]\nfiles = \"lines.csv\"\nas = \"rows\"\nkey = \"id\"\n\n[[layout]]");
    job
}

#[test]
fn csv_with_lines_loses_no_line() {
    let records: String = (0..9).map(|id| format!("A{id},8{id},{id}.50\n")).collect();
    let records = format!("id,zip,closing\n{records}");
    // A3 has no lines, the others as many as their number.
    let lines = |ids: &[usize]| -> String {
        let rows = ids.iter().filter(|id| **id != 3).flat_map(|id| (0..*id).map(move |row| format!("A{id},\"row {row}, of {id}\",{row}.25\n")));
        format!("id,text,amount\n{}", rows.collect::<String>())
    };
    let job = csv_job(&records, &lines(&[1, 2, 3, 4, 5, 6, 7, 8]));
    check_data(&job, 0, &["no faults ·"]);
    job.run(&job.out("out"), &[]).expect(0, "documents    9");
    pressrun(&["status", &job.out("out").to_string_lossy(), "--verify"]).expect(0, "the books balance");
    // A line that belongs to no record, and lines out of order: found before anything is composed.
    for (ids, place) in [(&[1, 2, 4, 5, 99][..], "lines.csv:14"), (&[2, 1, 4], "lines.csv:4")] {
        let job = csv_job(&records, &lines(ids));
        check_data(&job, 2, &["error[D0204]", place, "is not that of a record, or out of the order"]);
        let ended = pressrun(&["check", &job.path("job.toml").to_string_lossy()]);
        assert!(!ended.err.contains("J0202"), "there are records: {}", ended.err);
        job.run(&job.out("out"), &[]).expect(2, "D0204");
        assert_eq!(std::fs::read_dir(job.out("out").join("volumes")).unwrap().count(), 0, "nothing was composed");
    }
    // A held record comes back with its lines.
    let job = csv_job(&records.replace("A5,85,5.50", "A5,85,five"), &lines(&[1, 5, 6]));
    job.run(&job.out("out"), &[]).expect(1, "R0306");
    let held: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(job.out("out").join("held.ndjson")).unwrap()).unwrap();
    let expected: String = (0..5).map(|row| format!("A5,\"row {row}, of 5\",{row}.25\n")).collect();
    assert_eq!(held["original"].as_str(), Some(&*format!("A5,85,five\n{expected}")));
}

#[test]
fn every_missing_column_is_told_at_once() {
    let job = csv_job("id,zip\nA,1\n", "id,txt\nA,x\n");
    let parts = ["`closing`", "`text`", "`amount`", "error[D0203]", "data.csv:1", "lines.csv:1"];
    check_data(&job, 2, &parts);
    let ended = job.run(&job.out("out"), &[]);
    for part in parts {
        ended.expect(2, part);
    }
}

#[test]
fn encodings_are_detected_or_declared() {
    let text = "{\"id\":\"Müller €\",\"zip\":\"1\",\"closing\":1,\"rows\":[]}\n".repeat(3);
    let utf16 = |big: bool| -> Vec<u8> { text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect() };
    let single = |euro: u8| -> Vec<u8> { text.chars().map(|c| if c == '€' { euro } else { u8::try_from(u32::from(c)).unwrap() }).collect() };
    let mut expected = None;
    for (bytes, declared) in [
        (text.clone().into_bytes(), None),
        ([b"\xef\xbb\xbf", text.as_bytes()].concat(), None),
        ([b"\xff\xfe".to_vec(), utf16(false)].concat(), None),
        ([b"\xfe\xff".to_vec(), utf16(true)].concat(), None),
        (utf16(false), Some("utf-16le")),
        (utf16(true), Some("utf-16be")),
        (single(0x80), Some("windows-1252")),
        (single(0xa4), Some("iso-8859-15")),
    ] {
        let job = Job::new(0);
        std::fs::write(job.path("data.ndjson"), &bytes).unwrap();
        if let Some(name) = declared {
            job.edit("currency = \"USD\"", &format!("currency = \"USD\"\nencoding = \"{name}\""));
        }
        job.run(&job.out("out"), &[]).expect(0, "documents    3");
        let volume = std::fs::read(job.out("out").join("volumes/000001.pdf")).unwrap();
        assert!(*expected.get_or_insert_with(|| volume.clone()) == volume, "{declared:?}");
    }
}

#[test]
fn one_record_is_composed_alone() {
    let job = Job::new(12);
    let out = job.out("out");
    job.run(&out, &["--only-record", "4"]).expect(0, "record-4.pdf");
    assert!(std::fs::read(out.join("record-4.pdf")).unwrap().starts_with(b"%PDF-1.7"));
    assert!(!out.join("ledger.sqlite").exists());
    job.run(&out, &["--only-record", "13"]).expect(2, "there is no record 13");
    job.run(&out, &["--only-record", "0"]).expect(2, "0");
}

#[test]
fn other_data_can_be_given() {
    let job = Job::new(3);
    job.write("other.ndjson", &data(9));
    let other = job.path("other.ndjson").to_string_lossy().into_owned();
    job.run(&job.out("out"), &["--input", &other]).expect(0, "documents     9");
    job.run(&job.out("out"), &[]).expect(2, "W0103");
}

#[test]
fn a_new_job_runs_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let job = folder.path().join("my-job");
    let job = job.to_string_lossy();
    pressrun(&["init", &job]).expect(0, "pressrun run");
    pressrun(&["init", &job]).expect(2, "is there already");
    let file = format!("{job}/job.toml");
    pressrun(&["check", &file]).expect(0, "no faults");
    pressrun(&["run", &file, "--json"]).expect(0, "\"documents\":5");
    pressrun(&["status", &format!("{job}/out"), "--verify", "--json"]).expect(0, "\"state\":\"closed\"");
}

#[test]
fn the_report_has_times_only_where_they_may_differ() {
    let job = Job::new(9);
    job.edit("name = \"tiny\"", "name = \"<tiny> & co\"");
    let out = job.out("out");
    job.run(&out, &[]).expect(0, "");
    let report = std::fs::read_to_string(out.join("report.html")).unwrap();
    assert!(report.contains("<h1>&lt;tiny&gt; &amp; co</h1>") && report.contains("complete: every record is printed, the books balance"));
    assert!(report.contains("pressrun status DIR --html") && !report.contains("pages a second"));
    let printed = pressrun(&["status", &out.to_string_lossy(), "--html"]);
    printed.expect(0, "pages a second");
    let common = |text: &str| text.split("<h2>Time per stage").next().unwrap().to_string();
    assert_eq!(common(&report), common(&printed.out));
}

#[test]
fn machines_get_events() {
    let job = Job::new(9);
    let ended = job.run(&job.out("out"), &["--json"]);
    ended.expect(0, "");
    let events: Vec<serde_json::Value> = ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let stages: Vec<&str> = events.iter().filter(|event| event["event"] == "stage").filter_map(|event| event["stage"].as_str()).collect();
    assert_eq!(stages, ["compose", "sort", "assemble", "close"]);
    assert_eq!(events.last().unwrap()["documents"], 9);
    assert!(ended.err.is_empty(), "{}", ended.err);
}
