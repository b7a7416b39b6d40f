//! A tiny job in a folder of its own, and the program run on it.

#![allow(dead_code)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

pub const LAYOUT: &str = r#"<layout xmlns="urn:pressrun:layout:1" name="letter" lang="en-US">
  <data>
    <field name="id" type="text"/>
    <field name="zip" type="text"/>
    <field name="closing" type="money"/>
    <list name="rows"> <field name="text" type="text"/> <field name="amount" type="money"/> </list>
  </data>
  <page name="any" size="A5" margin="15mm">
    <region name="foot" left="15mm" bottom="6mm" width="100mm"> <p font-size="7pt">{id}, page {page} of {pages}</p> </region>
  </page>
  <body>
    <p>Account {id} closes at {closing | money}.</p>
    <table rows="r in rows" columns="1fr 30mm"> <tr> <td>{r.text}</td> <td align="right">{r.amount | money}</td> </tr> </table>
  </body>
</layout>
"#;

pub const JOB: &str = r#"[job]
name = "tiny"
date = 2026-10-01
document-id = "{id}"
volume-records = 4

[[input]]
files = "data.ndjson"
format = "ndjson"
currency = "USD"

[[layout]]
file = "letter.xml"

[print]
duplex = "long-edge"
pieces-per-file = 5
sort = ["zip"]

[[print.late]]
text = "{sequence} {sheet}/{sheets}"
left = "5mm"
top = "5mm"
"#;

/// A job in a temporary folder.
pub struct Job {
    folder: TempDir,
}

impl Job {
    /// The job with `records` good records.
    pub fn new(records: usize) -> Job {
        let job = Job { folder: tempfile::tempdir().unwrap() };
        job.write("job.toml", JOB);
        job.write("letter.xml", LAYOUT);
        job.write("data.ndjson", &data(records));
        job
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Changes the job file.
    pub fn edit(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path("job.toml")).unwrap();
        assert!(text.contains(from), "{from}");
        self.write("job.toml", &text.replace(from, to));
    }

    pub fn out(&self, name: &str) -> PathBuf {
        self.path(name)
    }

    pub fn command(&self, out: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pressrun"));
        command.arg("run").arg(self.path("job.toml")).arg("--out").arg(out);
        command
    }

    /// Runs the job into a folder.
    pub fn run(&self, out: &Path, more: &[&str]) -> Ended {
        Ended::of(self.command(out).args(more).output().unwrap())
    }
}

/// The job file of a copy in `folder` of a job that ships, with small volumes and print files.
pub fn shipped(name: &str, folder: &Path) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    copy_tree(&root.join("layouts"), &folder.join("layouts"));
    let home = folder.join("fixtures").join(name);
    copy_tree(&root.join("fixtures").join(name), &home);
    let job = home.join("job.toml");
    let text = std::fs::read_to_string(&job).unwrap();
    let small = text.replacen("[job]\n", "[job]\nvolume-records = 5\n", 1).replace("pieces-per-file = 2500", "pieces-per-file = 7");
    assert_eq!(small.len(), text.len() + "volume-records = 5\n".len() - "500".len(), "the job file says otherwise now");
    std::fs::write(&job, small).unwrap();
    job
}

pub fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        if path.is_dir() {
            copy_tree(&path, &to.join(name));
        } else {
            std::fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

/// How the program ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ended {
    pub fn of(output: Output) -> Ended {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    #[track_caller]
    pub fn expect(&self, code: i32, part: &str) {
        assert_eq!(self.code, Some(code), "{self:#?}");
        assert!(self.err.contains(part) || self.out.contains(part), "no `{part}` in {self:#?}");
    }
}

/// The program with arguments.
pub fn pressrun(arguments: &[&str]) -> Ended {
    Ended::of(Command::new(env!("CARGO_BIN_EXE_pressrun")).args(arguments).output().unwrap())
}

/// Good records of different lengths; every seventh runs over several pages.
pub fn data(records: usize) -> String {
    (0..records).map(record).collect()
}

pub fn record(number: usize) -> String {
    let rows = if number % 7 == 3 { 60 } else { number % 5 };
    let rows: Vec<String> = (0..rows).map(|row| format!("{{\"text\":\"entry {row} of {number}\",\"amount\":{row}.{:02}}}", number % 100)).collect();
    let zip = 10_000 + number * 7919 % 90_000;
    format!("{{\"id\":\"C{number:04}\",\"zip\":\"{zip}\",\"closing\":{number}.50,\"rows\":[{}]}}\n", rows.join(","))
}

/// Every output file with the hash of its bytes; the ledger by its content, without times.
pub fn contents(out: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![out.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(out).unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name == "ledger.sqlite" {
                found.insert(name, ledger(&path));
            } else {
                found.insert(name, pressrun::base::hash::Hash::of(&std::fs::read(&path).unwrap()).hex());
            }
        }
    }
    found
}

fn ledger(path: &Path) -> String {
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut out = String::new();
    // A job file may have another hold limit or other comments and still be the same plan.
    let files = "files WHERE name NOT LIKE 'plan/%'";
    for table in [
        "job",
        "media",
        "volumes",
        "documents",
        "holds",
        "remarks",
        "slots",
        "print_files",
        "places",
        "pieces",
        "trays",
        "mail",
        "suppressed",
        "merges",
        files,
    ] {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1")).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                out.push_str(&format!("{:?} ", row.get::<_, rusqlite::types::Value>(column).unwrap()));
            }
            out.push('\n');
        }
    }
    pressrun::base::hash::Hash::of(out.as_bytes()).hex()
}
