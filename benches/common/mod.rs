//! What the benches share: arguments, medians, and a name for machine and commit.

#![allow(dead_code)]

use std::process::Command;
use std::str::FromStr;

/// The value after `name` among the arguments.
pub fn argument<T: FromStr>(name: &str) -> Option<T> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.next()?;
    let value = arguments.next().unwrap_or_default();
    Some(value.parse().unwrap_or_else(|_| panic!("{name} needs a value, not `{value}`")))
}

/// Whether `name` is among the arguments.
pub fn flag(name: &str) -> bool {
    std::env::args().any(|argument| argument == name)
}

/// The middle of an odd number of values.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Something of the commit that is measured, in a format of `git log`.
pub fn commit(format: &str) -> String {
    let output = Command::new("git").args(["log", "-1", &format!("--format={format}")]).output();
    output.ok().map_or(String::new(), |output| String::from_utf8_lossy(&output.stdout).trim().to_string())
}

/// The processor and how many of it there are.
pub fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("").trim_start_matches([' ', '\t', ':']);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{cores} x {}", model.replace(',', " "))
}
