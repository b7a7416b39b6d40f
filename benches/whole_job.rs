//! The whole job as a user runs it: parse, compose, volumes, print files, books; everything on the disk.
//!
//! ```text
//! cargo bench --bench whole_job -- [--records N] [--threads N] [--rounds N] [--floor PROGRAM] [--record]
//! ```
//! Takes the statement job and seeded data, gives CPU seconds, wall, peak memory and bytes per page, the median of the rounds.
//! `--floor` names a yardstick, run between the rounds as `PROGRAM DATA OUT THREADS`, which prints how many `pages` it made: the
//! machine may be busy, the ratio of two programs of the same minute is not. `--record` adds the row to
//! `benches/history/whole_job.csv`. CPU and memory are read from `/proc`, so that it measures on Linux only.
#![allow(clippy::disallowed_methods)]

mod common;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::{argument, commit, flag, machine, median};

const PROGRAM: &str = env!("CARGO_BIN_EXE_pressrun");
const JOB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/statements/job.toml");
const HISTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/history/whole_job.csv");
const HEAD: &str =
    "date,commit,machine,records,threads,pages,cpu_s,wall_s,pages_per_cpu_s,pages_per_wall_s,peak_mb,bytes_per_page,floor_pages_per_cpu_s,ratio";

fn main() {
    let records: u64 = argument("--records").unwrap_or(20_000);
    let threads: u64 = argument("--threads").unwrap_or(2);
    let rounds: usize = argument("--rounds").unwrap_or(3);
    let floor: Option<PathBuf> = argument("--floor");
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("whole_job");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    let data = folder.join("data.ndjson");
    let file = std::fs::File::create(&data).expect("the target folder can be written");
    let made = Command::new(PROGRAM).args(["sample", "statements", "--seed", "7", "--records", &records.to_string()]).stdout(file).status();
    assert!(made.is_ok_and(|status| status.success()), "the data was made");

    let (mut ours, mut floors) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        ours.push(run_job(&data, &folder.join("out"), threads));
        if let Some(floor) = &floor {
            floors.push(run_floor(floor, &data, &folder.join("floor.pdf"), threads));
        }
    }
    let pages = ours[0].pages;
    let cpu = median(ours.iter().map(|run| run.cpu));
    let wall = median(ours.iter().map(|run| run.wall));
    let peak = median(ours.iter().map(|run| run.peak_mb));
    let rate = pages as f64 / cpu;
    let floor_rate = (!floors.is_empty()).then(|| floors[0].pages as f64 / median(floors.iter().map(|run| run.cpu)));
    let bytes = folder_bytes(&folder.join("out/volumes")) + folder_bytes(&folder.join("out/print"));
    let row = format!(
        "{},{},{},{records},{threads},{pages},{cpu:.2},{wall:.2},{rate:.0},{:.0},{peak:.0},{:.0},{},{}",
        commit("%cs"),
        commit("%h"),
        machine(),
        pages as f64 / wall,
        bytes as f64 / pages as f64,
        floor_rate.map_or(String::new(), |rate| format!("{rate:.0}")),
        floor_rate.map_or(String::new(), |floor| format!("{:.2}", rate / floor)),
    );
    println!("{HEAD}\n{row}");
    if flag("--record") {
        let mut history = std::fs::read_to_string(HISTORY).unwrap_or_else(|_| format!("{HEAD}\n"));
        history.push_str(&row);
        history.push('\n');
        std::fs::write(HISTORY, history).expect("the history can be written");
    }
    let _ = std::fs::remove_dir_all(&folder);
}

/// What a child took.
struct Taken {
    pages: u64,
    /// User and system seconds.
    cpu: f64,
    wall: f64,
    peak_mb: f64,
}

fn run_job(data: &Path, out: &Path, threads: u64) -> Taken {
    let _ = std::fs::remove_dir_all(out);
    let mut command = Command::new(PROGRAM);
    command.args(["run", JOB, "--threads", &threads.to_string(), "--input"]).arg(data).arg("--out").arg(out).arg("--json");
    let (mut taken, output) = measure(command);
    let closed = output.lines().rev().find_map(|line| serde_json::from_str::<serde_json::Value>(line).ok()?.get("pages")?.as_u64());
    taken.pages = closed.expect("the last event of a run tells its pages");
    taken
}

fn run_floor(program: &Path, data: &Path, out: &Path, threads: u64) -> Taken {
    let mut command = Command::new(program);
    command.arg(data).arg(out).arg(threads.to_string());
    let (mut taken, output) = measure(command);
    let mut words = output.split_ascii_whitespace();
    words.find(|word| *word == "pages").expect("the yardstick prints its pages");
    taken.pages = words.next().and_then(|word| word.parse().ok()).expect("a number of pages");
    taken
}

/// Runs a command to its end; gives what it took and what it printed.
fn measure(mut command: Command) -> (Taken, String) {
    let before = children_seconds();
    let start = Instant::now();
    let log = std::env::temp_dir().join(format!("pressrun-bench-{}.log", std::process::id()));
    let file = std::fs::File::create(&log).expect("the temporary folder can be written");
    let errors = file.try_clone().expect("a handle can be cloned");
    let mut child = command.stdout(file).stderr(errors).stdin(Stdio::null()).spawn().expect("the program starts");
    let status = format!("/proc/{}/status", child.id());
    let mut peak_kb = 0;
    let ended = loop {
        if let Some(ended) = child.try_wait().expect("the child can be waited for") {
            break ended;
        }
        // VmHWM is the highest so far, so that a slow poll misses only the last moment.
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let high = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        peak_kb = peak_kb.max(high.unwrap_or(0u64));
        std::thread::sleep(Duration::from_millis(5));
    };
    let wall = start.elapsed().as_secs_f64();
    let output = std::fs::read_to_string(&log).unwrap_or_default();
    let _ = std::fs::remove_file(&log);
    assert!(ended.success(), "the program failed:\n{output}");
    (Taken { pages: 0, cpu: children_seconds() - before, wall, peak_mb: peak_kb as f64 / 1024.0 }, output)
}

/// User and system seconds of all children that have ended (proc(5): fields 16 and 17 of `stat`, in ticks of 1/100 s).
fn children_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = after_name.split_ascii_whitespace().skip(13).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    ticks as f64 / 100.0
}

fn folder_bytes(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).map(|metadata| metadata.len()).sum()
}
