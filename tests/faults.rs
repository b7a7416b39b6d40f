//! Faults of the world: every write fails once, files vanish, change and are locked. Nothing is lost, nothing doubled, and
//! the next run ends as if nothing had happened.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod common;

use common::{Job, contents, pressrun};

#[test]
fn whichever_write_fails_the_next_run_ends_the_same() {
    check_every_write(&Job::new(11), 0);
}

#[test]
fn whichever_write_fails_what_is_held_stays_held() {
    let job = Job::new(5);
    let good: Vec<String> = (0..5).map(common::record).collect();
    job.write("data.ndjson", &[&good[0], "{\"id\":\"C9\"}\n", &good[1], &good[2], "not a record\n", &good[3], &good[4]].map(String::from).concat());
    check_every_write(&job, 1);
}

#[test]
fn whichever_write_fails_what_lies_beside_print_files_is_whole() {
    let job = Job::new(11);
    job.edit("pieces-per-file = 5", "pieces-per-file = 5\nindex = \"both\"\nticket = \"jdf\"");
    job.edit("[[print.late]]", "[print.lanes]\ncount = 2\n\n[[print.late]]");
    check_every_write(&job, 0);
}

/// Fails the first write of the job, then the second and so on: folders, parts of files, renames, and transactions of the
/// ledger all count. The next run must end with `code` and the bytes of a run that met no fault.
fn check_every_write(job: &Job, code: i32) {
    let whole = job.out("whole");
    job.run(&whole, &["--threads", "1"]).expect(code, "the books balance");
    let expected = contents(&whole);
    // Which stages were under way when a write failed.
    let (mut composing, mut assembling, mut closing) = (0, 0, 0);
    for limit in 0.. {
        assert!(limit < 1000, "the job never gets through");
        let out = job.out(&format!("full-{limit}"));
        let ended = job.run(&out, &["--threads", "1", "--disk-full-after", &limit.to_string()]);
        if ended.code == Some(code) {
            break;
        }
        ended.expect(2, "no space left");
        let goes_on = ended.err.contains("to go on from the last complete volume");
        assert!(!goes_on || ended.err.contains("complete so far"), "{}", ended.err);
        match (out.join("print/000001.pdf").exists(), out.join("manifest.csv").exists()) {
            (false, _) => composing += 1,
            (true, false) => assembling += 1,
            (true, true) => closing += 1,
        }
        job.run(&out, &["--threads", "1"]).expect(code, "the books balance");
        assert_eq!(contents(&out), expected, "write {limit}");
        std::fs::remove_dir_all(&out).unwrap();
    }
    assert!(composing > 20 && assembling > 5 && closing > 2, "{composing} composing, {assembling} assembling, {closing} closing");
}

#[test]
fn a_job_that_does_not_balance_is_not_closed() {
    let job = Job::new(11);
    let closing = |out: &std::path::Path| out.join("held.ndjson").exists();
    // The first write that fails once all print files are posted: only closing is left.
    let stopped = (0..1000).map(|limit| (job.out(&format!("full-{limit}")), limit.to_string())).find(|(out, limit)| {
        job.run(out, &["--threads", "1", "--disk-full-after", limit]).expect(2, "no space left");
        closing(out)
    });
    let (out, _) = stopped.expect("closing writes");
    for (change, fault) in [
        ("UPDATE print_files SET pages = pages - 1 WHERE number = 1", "pages printed"),
        ("UPDATE documents SET sheets = sheets + 1 WHERE record = 3", "sheets"),
        ("DELETE FROM pieces WHERE sequence = 2", "documents"),
        ("UPDATE volumes SET records = records + 1 WHERE number = 0", "records in volumes"),
    ] {
        let ledger = out.join("ledger.sqlite");
        let kept = std::fs::read(&ledger).unwrap();
        let changed = rusqlite::Connection::open(&ledger).unwrap().execute(change, []).unwrap();
        assert_eq!(changed, 1, "{change}");
        let ended = job.run(&out, &[]);
        ended.expect(2, "W0108");
        ended.expect(2, fault);
        assert!(!out.join("report.html").exists(), "{change}");
        pressrun(&["status", &out.to_string_lossy()]).expect(2, "not closed");
        std::fs::write(&ledger, kept).unwrap();
    }
    job.run(&out, &[]).expect(0, "the books balance");
}

#[test]
fn a_second_run_does_nothing() {
    let job = Job::new(5);
    let out = job.out("out");
    job.run(&out, &[]).expect(0, "the books balance");
    let before = contents(&out);
    job.run(&out, &[]).expect(0, "complete already");
    assert_eq!(contents(&out), before);
}

#[test]
fn two_runs_in_one_folder_are_refused() {
    let job = Job::new(5);
    let out = job.out("out");
    std::fs::create_dir_all(&out).unwrap();
    let lock = pressrun::base::file::FolderLock::acquire(&out.join(".lock")).unwrap();
    assert!(lock.is_some());
    job.run(&out, &[]).expect(2, "W0102");
    drop(lock);
    job.run(&out, &[]).expect(0, "");
}

#[test]
fn a_fault_of_the_program_holds_its_record_and_keeps_the_job_open() {
    let job = Job::new(13);
    let out = job.out("out");
    let failing = job.run(&out, &["--fail-at-record", "6"]);
    failing.expect(2, "W0110");
    failing.expect(2, "1 record met a fault of this program");
    let held: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(out.join("held.ndjson")).unwrap()).unwrap();
    assert_eq!((held["record"].as_u64(), held["code"].as_str(), held["original"].as_str()), (Some(6), Some("R0499"), Some(&*common::record(5))));
    assert!(held["reason"].as_str().unwrap().contains("asked to fail at this record"), "{held}");
    // Everything else is composed and printed, but nobody may take the job for complete: not now, not after another run.
    assert!(!out.join("report.html").exists());
    let status = pressrun(&["status", &out.to_string_lossy(), "--verify"]);
    status.expect(2, "the books are not closed");
    status.expect(2, "the books balance");
    job.run(&out, &[]).expect(2, "W0110");
    // The records around it are as they would be without it.
    let whole = job.out("whole");
    job.run(&whole, &[]).expect(0, "");
    let (failed, whole) = (contents(&out), contents(&whole));
    for volume in ["volumes/000001.pdf", "volumes/000003.pdf", "volumes/000004.pdf"] {
        assert_eq!(failed[volume], whole[volume], "{volume}");
    }
    assert_ne!(failed["volumes/000002.pdf"], whole["volumes/000002.pdf"]);
}

/// Waits until a run has committed its first volume.
fn wait_for_a_volume(out: &std::path::Path) {
    while !out.join("volumes/000001.pdf").exists() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_after_the_volumes_in_work_and_a_run_goes_on() {
    let job = Job::new(800);
    let whole = job.out("whole");
    job.run(&whole, &["--threads", "2"]).expect(0, "");
    let expected = contents(&whole);
    let piped = std::process::Stdio::piped;
    for presses in [1, 2] {
        let out = job.out(&format!("out-{presses}"));
        let child = job.command(&out).args(["--threads", "2"]).stdout(piped()).stderr(piped()).spawn().unwrap();
        wait_for_a_volume(&out);
        for _ in 0..presses {
            let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
            assert!(sent.success());
            std::thread::sleep(std::time::Duration::from_millis(if presses == 1 { 0 } else { 5 }));
        }
        let ended = common::Ended::of(child.wait_with_output().unwrap());
        ended.expect(2, "stopping after the volumes in work");
        if presses == 1 {
            ended.expect(2, "W0106");
            ended.expect(2, "complete so far:");
            ended.expect(2, "run the same command again");
            let left = |folder: &str| {
                std::fs::read_dir(out.join(folder)).unwrap().filter(|e| e.as_ref().unwrap().path().extension().is_some_and(|e| e == "part")).count()
            };
            assert_eq!((left("volumes"), left("print")), (0, 0), "nothing half written stays");
        }
        pressrun(&["status", &out.to_string_lossy()]).expect(2, "run the job again to go on");
        job.run(&out, &["--threads", "2"]).expect(0, "the books balance");
        assert_eq!(contents(&out), expected);
    }
}

#[test]
fn a_second_run_while_the_first_works_is_refused() {
    let job = Job::new(800);
    let out = job.out("out");
    let first = job.command(&out).args(["--threads", "1"]).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    wait_for_a_volume(&out);
    let second = job.run(&out, &[]);
    second.expect(2, "W0102");
    second.expect(2, "give another folder with `--out`");
    common::Ended::of(first.wait_with_output().unwrap()).expect(0, "the books balance");
}

#[test]
fn another_job_in_the_folder_is_refused() {
    let job = Job::new(5);
    let out = job.out("out");
    job.run(&out, &[]).expect(0, "");
    job.edit("2026-10-01", "2026-10-02");
    job.run(&out, &[]).expect(2, "W0103");
}

#[test]
fn data_that_changed_since_is_refused() {
    let job = Job::new(50);
    let out = job.out("out");
    job.run(&out, &["--disk-full-after", "70", "--threads", "1"]).expect(2, "complete so far:");
    // As long as before, so that the plan is the same.
    let data = common::data(50).replace("entry 0", "ENTRY 0");
    job.write("data.ndjson", &data);
    job.run(&out, &[]).expect(2, "W0104");
}

#[test]
fn data_that_is_replaced_during_a_run_is_noticed() {
    let job = Job::new(4000);
    let out = job.out("out");
    let child = job.command(&out).args(["--threads", "1"]).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    wait_for_a_volume(&out);
    job.write("new.ndjson", &common::data(4000).replace("entry", "ENTRY"));
    std::fs::rename(job.path("new.ndjson"), job.path("data.ndjson")).unwrap();
    common::Ended::of(child.wait_with_output().unwrap()).expect(2, "W0104");
    // Nothing of the new data was kept: what is there was made from the old.
    let status = pressrun(&["status", &out.to_string_lossy(), "--verify"]);
    assert!(!status.out.contains("damaged"), "{status:#?}");
    job.run(&out, &[]).expect(2, "W0104");
}

/// Every file of a closed job that its ledger vouches for.
const KEPT: [&str; 8] = [
    "volumes/000002.pdf",
    "print/000003.pdf",
    "manifest.csv",
    "held.ndjson",
    "report.html",
    "plan/plan.json",
    "plan/job.toml",
    "plan/layouts/0-letter.xml",
];

/// A job with a record that is held, so that no file of it is empty.
fn job_with_a_hold(records: usize) -> Job {
    let job = Job::new(records);
    job.write("data.ndjson", &format!("{}not a record\n", common::data(records)));
    job
}

#[test]
fn what_vanished_or_was_cut_short_is_told_and_made_again() {
    let job = job_with_a_hold(23);
    let out = job.out("out");
    job.run(&out, &[]).expect(1, "");
    let expected = contents(&out);
    let text = out.to_string_lossy();
    for name in KEPT {
        for is_cut in [false, true] {
            let path = out.join(name);
            let bytes = std::fs::read(&path).unwrap();
            if is_cut { std::fs::write(&path, &bytes[1..]) } else { std::fs::remove_file(&path) }.unwrap();
            let told = format!("missing: `{name}` {}", if is_cut { "has " } else { "is not there" });
            let status = pressrun(&["status", &text]);
            status.expect(2, &told);
            status.expect(2, "not complete: files are missing or cut short; run the job again");
            let verified = pressrun(&["status", &text, "--verify"]);
            verified.expect(2, &told);
            assert!(!verified.out.contains("damaged"), "{verified:#?}");
            job.run(&out, &[]).expect(1, "the books balance");
            assert_eq!(contents(&out), expected, "{name}");
            pressrun(&["status", &text, "--verify"]).expect(1, "the books balance");
        }
    }
    std::fs::remove_dir_all(out.join("plan")).unwrap();
    pressrun(&["status", &text]).expect(2, "missing: `plan/job.toml` is not there");
    job.run(&out, &[]).expect(1, "");
    assert_eq!(contents(&out), expected);
}

#[test]
fn what_is_missing_is_told_in_some_lines() {
    let job = Job::new(120);
    let out = job.out("out");
    job.run(&out, &[]).expect(0, "");
    std::fs::remove_dir_all(out.join("volumes")).unwrap();
    let text = out.to_string_lossy();
    let status = pressrun(&["status", &text]);
    status.expect(2, "missing: … and 10 more");
    assert_eq!(status.out.matches("missing: `volumes/").count(), 20, "{status:#?}");
    let json: serde_json::Value = serde_json::from_str(&pressrun(&["status", &text, "--json"]).out).unwrap();
    assert_eq!((json["missing"].as_array().unwrap().len(), json["strays"].as_array().unwrap().len()), (30, 0));
}

#[test]
fn damage_is_found() {
    let job = job_with_a_hold(12);
    let out = job.out("out");
    job.run(&out, &[]).expect(1, "");
    let status = |out: &std::path::Path| pressrun(&["status", &out.to_string_lossy(), "--verify"]);
    status(&out).expect(1, "verified: 3 volumes, 3 print files, 14 printed pages, 8 other files ✓");
    for name in KEPT {
        let path = out.join(name);
        let bytes = std::fs::read(&path).unwrap();
        let mut damaged = bytes.clone();
        damaged[bytes.len() / 2] ^= 1;
        std::fs::write(&path, damaged).unwrap();
        let found = status(&out);
        found.expect(2, &format!("damaged: {name}: its bytes are not those of the ledger"));
        found.expect(2, "remove what is damaged and run the job again");
        std::fs::write(&path, bytes).unwrap();
    }
    status(&out).expect(1, "✓");
}

#[test]
fn what_the_ledger_does_not_know_is_told() {
    let job = Job::new(12);
    let out = job.out("out");
    job.run(&out, &[]).expect(0, "");
    for name in ["print/000099.pdf", "volumes/000099.pdf", "print/copy/"] {
        let path = out.join(name);
        if name.ends_with('/') { std::fs::create_dir(&path) } else { std::fs::copy(out.join("print/000001.pdf"), &path).map(|_| ()) }.unwrap();
        for arguments in [&["status"][..], &["status", "--verify"]] {
            let status = pressrun(&[arguments, &[&out.to_string_lossy()]].concat());
            status.expect(2, &format!("not of this job, remove it before the folder is printed: {name}"));
            assert!(!status.out.contains("missing"), "{status:#?}");
        }
        if name.ends_with('/') { std::fs::remove_dir(&path) } else { std::fs::remove_file(&path) }.unwrap();
    }
    pressrun(&["status", &out.to_string_lossy()]).expect(0, "");
}

#[test]
fn the_frozen_plan_is_that_of_the_job_that_begins() {
    let job = Job::new(3);
    let out = job.out("out");
    job.run(&out, &[]).expect(0, "");
    let expected = contents(&out);
    // The list alone does not vouch for the files beside it.
    std::fs::remove_file(out.join("ledger.sqlite")).unwrap();
    std::fs::write(out.join("plan/job.toml"), "of another job").unwrap();
    job.run(&out, &[]).expect(0, "");
    assert_eq!(contents(&out), expected);
    // Comments change no output: the plan is the same, and is frozen as the job file says it now.
    std::fs::remove_file(out.join("plan/job.toml")).unwrap();
    job.edit("[print]", "# As agreed\n[print]");
    job.run(&out, &[]).expect(0, "");
    pressrun(&["status", &out.to_string_lossy(), "--verify"]).expect(0, "✓");
    assert!(std::fs::read_to_string(out.join("plan/job.toml")).unwrap().contains("# As agreed"));
}

#[test]
fn an_output_folder_that_cannot_be_made_is_told() {
    let job = Job::new(3);
    job.write("file", "");
    job.run(&job.out("file/out"), &[]).expect(2, "W0101");
}

#[test]
fn a_folder_without_a_job_has_no_status() {
    let folder = tempfile::tempdir().unwrap();
    pressrun(&["status", &folder.path().to_string_lossy()]).expect(2, "there is no job");
}

#[test]
fn data_with_another_time_but_the_same_bytes_goes_on() {
    let job = Job::new(12);
    let out = job.out("out");
    job.run(&out, &[]).expect(0, "");
    let before = contents(&out);
    let copy = std::fs::read(job.path("data.ndjson")).unwrap();
    let touch = |bytes: &[u8]| {
        std::fs::remove_file(job.path("data.ndjson")).unwrap();
        std::fs::write(job.path("data.ndjson"), bytes).unwrap();
    };
    touch(&copy);
    job.run(&out, &[]).expect(0, "complete already");
    std::fs::remove_file(out.join("volumes/000002.pdf")).unwrap();
    touch(&copy);
    job.run(&out, &[]).expect(0, "balance");
    assert_eq!(contents(&out), before);
    // One byte of the same length is other data.
    let other = String::from_utf8(copy).unwrap().replacen("entry", "entrY", 1);
    touch(other.as_bytes());
    job.run(&out, &[]).expect(2, "W0104");
}

#[test]
fn files_of_somebody_else_are_not_overwritten() {
    let job = Job::new(3);
    for name in ["manifest.csv", "volumes/000001.pdf", "plan/notes.txt"] {
        let out = job.out("foreign");
        std::fs::create_dir_all(out.join(name).parent().unwrap()).unwrap();
        std::fs::write(out.join(name), "precious").unwrap();
        job.run(&out, &[]).expect(2, "W0112");
        assert_eq!(std::fs::read_to_string(out.join(name)).unwrap(), "precious");
        assert_eq!(std::fs::read_dir(&out).unwrap().count(), 1, "nothing was made");
        std::fs::remove_dir_all(&out).unwrap();
    }
    // A folder that lost its ledger is known by its frozen plan.
    let out = job.out("out");
    job.run(&out, &[]).expect(0, "");
    std::fs::remove_file(out.join("ledger.sqlite")).unwrap();
    job.run(&out, &[]).expect(0, "balance");
}
