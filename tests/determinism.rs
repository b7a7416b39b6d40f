//! Same in, same out: for any number of threads, in any folder, after any number of kills.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod common;

use common::{Ended, Job, contents, shipped};

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let job = Job::new(57);
    let mut expected = None;
    for threads in ["1", "2", "5", "7"] {
        let out = job.out(&format!("out-{threads}"));
        job.run(&out, &["--threads", threads]).expect(0, "the books balance");
        let found = contents(&out);
        assert!(found.len() > 20, "{found:?}");
        let expected = expected.get_or_insert_with(|| found.clone());
        assert_eq!(&found, expected, "{threads} threads");
    }
}

#[test]
fn both_shipped_jobs_give_the_same_bytes_for_any_number_of_threads() {
    for name in ["statements", "invoices"] {
        let folder = tempfile::tempdir().unwrap();
        let job = shipped(name, folder.path());
        let runs: Vec<_> = ["1", "2", "5"]
            .map(|threads| {
                let out = folder.path().join(format!("out-{threads}"));
                let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_pressrun"));
                command.arg("run").arg(&job).arg("--out").arg(&out).args(["--threads", threads]);
                Ended::of(command.output().unwrap()).expect(0, "the books balance");
                contents(&out)
            })
            .into();
        // Enough volumes and print files for five threads to meet.
        assert!(runs[0].keys().filter(|file| file.ends_with(".pdf")).count() > 4, "{name}: {:?}", runs[0].keys());
        assert_eq!(runs[0], runs[1], "{name}, 2 threads");
        assert_eq!(runs[0], runs[2], "{name}, 5 threads");
    }
}

#[test]
fn another_folder_gives_the_same_bytes() {
    let (one, other) = (Job::new(9), Job::new(9));
    one.run(&one.out("out"), &[]).expect(0, "");
    other.run(&other.out("elsewhere"), &[]).expect(0, "");
    assert_eq!(contents(&one.out("out")), contents(&other.out("elsewhere")));
}

#[test]
fn the_size_of_volumes_changes_no_page() {
    let (small, large) = (Job::new(30), Job::new(30));
    large.edit("volume-records = 4", "volume-records = 100");
    small.run(&small.out("out"), &[]).expect(0, "");
    large.run(&large.out("out"), &[]).expect(0, "");
    // Sequence, record, document, pages, sheets, hash: all but where the document lies.
    let pages = |job: &Job| -> Vec<Vec<String>> {
        let text = std::fs::read_to_string(job.out("out").join("manifest.csv")).unwrap();
        let keep = [0, 1, 2, 5, 6, 7, 8, 9];
        text.lines()
            .map(|line| line.split(',').map(str::to_string).enumerate().filter(|(at, _)| keep.contains(at)).map(|(_, cell)| cell).collect())
            .collect()
    };
    assert_eq!(pages(&small), pages(&large));
}

#[test]
fn killed_at_any_moment_the_next_run_ends_the_same() {
    let job = Job::new(400);
    let whole = job.out("whole");
    let started = std::time::Instant::now();
    job.run(&whole, &["--threads", "2"]).expect(0, "");
    let needed = started.elapsed();
    let expected = contents(&whole);
    // The moments are spread over the time of a whole run; which file each meets is the machine's affair.
    for round in 0..20u32 {
        let out = job.out(&format!("killed-{round}"));
        let mut child =
            job.command(&out).args(["--threads", "2"]).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(needed * (round + 1) / 21);
        let _ = child.kill();
        let _ = child.wait();
        job.run(&out, &["--threads", "2"]).expect(0, "the books balance");
        assert_eq!(contents(&out), expected, "round {round}");
        std::fs::remove_dir_all(&out).unwrap();
    }
}
