//! Faults of the world: every write fails once, files vanish, change and are locked. Nothing is lost, nothing doubled, and
//! the next run ends as if nothing had happened.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod common;

use common::{Job, contents, pressrun};

#[test]
fn whichever_write_fails_the_next_run_ends_the_same() {
    let job = Job::new(11);
    let whole = job.out("whole");
    job.run(&whole, &["--threads", "1"]).expect(0, "");
    let expected = contents(&whole);
    for limit in 0.. {
        assert!(limit < 1000, "the job never gets through");
        let out = job.out(&format!("full-{limit}"));
        let ended = job.run(&out, &["--threads", "1", "--disk-full-after", &limit.to_string()]);
        if ended.code == Some(0) {
            assert!(limit > 30, "only {limit} writes were counted");
            break;
        }
        ended.expect(2, "no space left");
        job.run(&out, &["--threads", "1"]).expect(0, "the books balance");
        assert_eq!(contents(&out), expected, "write {limit}");
        std::fs::remove_dir_all(&out).unwrap();
    }
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
    job.run(&out, &["--disk-full-after", "70", "--threads", "1"]).expect(2, "are complete");
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
    while !out.join("volumes/000001.pdf").exists() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    job.write("new.ndjson", &common::data(4000).replace("entry", "ENTRY"));
    std::fs::rename(job.path("new.ndjson"), job.path("data.ndjson")).unwrap();
    common::Ended::of(child.wait_with_output().unwrap()).expect(2, "W0104");
    // Nothing of the new data was kept: what is there was made from the old.
    let status = pressrun(&["status", &out.to_string_lossy(), "--verify"]);
    assert!(!status.out.contains("damaged"), "{status:#?}");
    job.run(&out, &[]).expect(2, "W0104");
}

#[test]
fn what_vanished_is_made_again() {
    let job = Job::new(23);
    let out = job.out("out");
    job.run(&out, &[]).expect(0, "");
    let expected = contents(&out);
    for name in ["volumes/000002.pdf", "print/000003.pdf", "manifest.csv"] {
        std::fs::remove_file(out.join(name)).unwrap();
        pressrun(&["status", &out.to_string_lossy(), "--verify"]);
        job.run(&out, &[]).expect(0, "the books balance");
        assert_eq!(contents(&out), expected, "{name}");
    }
}

#[test]
fn damage_is_found() {
    let job = Job::new(12);
    let out = job.out("out");
    job.run(&out, &[]).expect(0, "");
    let status = |out: &std::path::Path| pressrun(&["status", &out.to_string_lossy(), "--verify"]);
    status(&out).expect(0, "verified: 3 volumes, 3 print files");
    for name in ["volumes/000001.pdf", "print/000002.pdf"] {
        let path = out.join(name);
        let bytes = std::fs::read(&path).unwrap();
        let mut damaged = bytes.clone();
        damaged[bytes.len() / 2] ^= 1;
        std::fs::write(&path, damaged).unwrap();
        status(&out).expect(2, name);
        std::fs::write(&path, bytes).unwrap();
    }
    status(&out).expect(0, "");
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
