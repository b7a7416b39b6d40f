//! A job with `[channels]` through the program: decisions, messages, books; and a web hook that loses answers.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use common::{Ended, contents, copy_tree, pressrun};

/// The job `fixtures/channels` in a folder of its own, changed by `edits`.
struct Job {
    folder: tempfile::TempDir,
}

impl Job {
    fn new(edits: &[(&str, &str)]) -> Job {
        let (job, root) = (Job { folder: tempfile::tempdir().unwrap() }, Path::new(env!("CARGO_MANIFEST_DIR")));
        copy_tree(&root.join("layouts"), &job.path("layouts"));
        copy_tree(&root.join("fixtures/channels"), &job.path("fixtures/channels"));
        let mut text = std::fs::read_to_string(job.file()).unwrap();
        for (from, to) in edits {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        }
        std::fs::write(job.file(), text).unwrap();
        job
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self) -> PathBuf {
        self.path("fixtures/channels/job.toml")
    }

    #[track_caller]
    fn run(&self, name: &str, more: &[&str]) -> PathBuf {
        let out = self.path(name);
        self.ask("run", &[&["--out", out.to_str().unwrap()], more].concat()).expect(0, "");
        out
    }

    fn ask(&self, command: &str, more: &[&str]) -> Ended {
        let file = self.file();
        pressrun(&[&[command, file.to_str().unwrap()], more].concat())
    }
}

/// The rows of `channels.csv`, each by the names of its columns. No cell of the fixture has a line break.
fn rows(out: &Path) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(out.join("channels.csv")).unwrap();
    let mut reader = csv_core::Reader::new();
    let (mut input, mut all, mut row) = (text.as_bytes(), Vec::new(), Vec::new());
    let mut field = vec![0; 1 << 16];
    let mut at = 0;
    loop {
        let (result, read, wrote) = reader.read_field(input, &mut field[at..]);
        input = &input[read..];
        at += wrote;
        match result {
            csv_core::ReadFieldResult::InputEmpty => {}
            csv_core::ReadFieldResult::OutputFull => unreachable!("a cell of 64 KiB"),
            csv_core::ReadFieldResult::Field { record_end } => {
                row.push(String::from_utf8(field[..at].to_vec()).unwrap());
                at = 0;
                if record_end {
                    all.push(std::mem::take(&mut row));
                }
            }
            csv_core::ReadFieldResult::End => break,
        }
    }
    let head = all.remove(0);
    all.into_iter().map(|row| head.iter().cloned().zip(row).collect()).collect()
}

#[test]
fn every_document_goes_where_its_rule_says_and_the_books_balance() {
    let job = Job::new(&[]);
    let out = job.run("out", &["--threads", "2"]);
    let rows = rows(&out);
    let of = |record: &str| -> Vec<(&str, &str, &str)> {
        let of = rows.iter().filter(|row| row["record"] == record);
        of.map(|row| (row["channel"].as_str(), row["rule"].as_str(), row["instead_of"].as_str())).collect()
    };
    assert_eq!(of("1"), [("print", "default", "")]);
    assert_eq!(
        of("2"),
        [("email", "private clients on paper", ""), ("portal", "private clients on paper", ""), ("print", "private clients on paper", "")]
    );
    // Its telephone number has no country code.
    assert_eq!(of("4"), [("email", "as the customer prefers", "sms")]);
    // Its e-mail address has no @.
    assert_eq!(of("6"), [("print", "as the customer prefers", "email")]);
    assert_eq!(of("15"), [], "a customer who wants nothing");
    let suppressed = std::fs::read_to_string(out.join("suppressed.csv")).unwrap();
    assert_eq!(suppressed.lines().count(), 2, "{suppressed}");
    // Each message lies where the list says.
    for row in rows.iter().filter(|row| !row["file"].is_empty()) {
        let file = std::fs::read(out.join(&row["file"])).unwrap();
        let (offset, length): (usize, usize) = (row["offset"].parse().unwrap(), row["length"].parse().unwrap());
        let stored = String::from_utf8_lossy(&file[offset..offset + length]).into_owned();
        assert!(stored.contains(row["message_id"].trim_start_matches('\'')), "{} in {stored}", row["message_id"]);
    }
    let ids: BTreeSet<&String> = rows.iter().filter(|row| !row["file"].is_empty()).map(|row| &row["message_id"]).collect();
    assert_eq!(ids.len(), rows.iter().filter(|row| !row["file"].is_empty()).count(), "message ids are told apart");
    let manifest = std::fs::read_to_string(out.join("manifest.csv")).unwrap();
    assert_eq!(manifest.lines().count() - 1, rows.iter().filter(|row| row["channel"] == "print").count());
    pressrun(&["status", out.to_str().unwrap(), "--verify"]).expect(0, "by email");
}

#[test]
fn a_name_with_a_line_break_injects_no_header() {
    let job = Job::new(&[]);
    let out = job.run("out", &[]);
    let mbox = std::fs::read_to_string(out.join("volumes/000001.mbox")).unwrap();
    let heads: Vec<&str> = mbox.split("\nFrom ").map(|message| message.split("\n\n").next().unwrap()).collect();
    assert!(heads.len() > 50);
    for head in heads {
        let names: Vec<&str> =
            head.lines().skip(1).filter(|line| !line.starts_with([' ', '\t'])).map(|line| line.split(':').next().unwrap()).collect();
        assert!(!names.contains(&"Bcc"), "an injected header: {head}");
        assert_eq!(names.iter().filter(|name| **name == "To").count(), 1, "{head}");
    }
    for html in mbox.split("Content-Type: text/html").skip(1) {
        assert!(!html.split("\n--").next().unwrap().contains("<script"), "an element out of data");
    }
}

#[test]
fn any_number_of_threads_and_a_missing_file_give_the_same_bytes() {
    let job = Job::new(&[("[job]", "[job]\nvolume-records = 30")]);
    let first = job.run("one", &["--threads", "1"]);
    let wanted = contents(&first);
    assert_eq!(contents(&job.run("many", &["--threads", "8"])), wanted);
    // What is lost is made again with its volume.
    std::fs::remove_file(first.join("volumes/000002.mbox")).unwrap();
    pressrun(&["status", first.to_str().unwrap()]).expect(2, "000002.mbox");
    job.run("one", &[]);
    assert_eq!(contents(&first), wanted);
}

#[test]
fn deciding_tells_every_step() {
    let job = Job::new(&[]);
    let told = job.ask("decide", &["--record", "4"]);
    told.expect(0, "sms: not reached, `0170 12 34` has no `+` and country code; email in its place");
    told.expect(0, "→ email by rule as the customer prefers");
    job.ask("decide", &[]).expect(0, "suppressed");
    job.ask("decide", &["--record", "201"]).expect(2, "the job has no record 201");
    // Without the last fallback somebody is not reached.
    let job = Job::new(&[("from = \"email\"\nto = \"print\"\nafter = \"72h\"", "from = \"portal\"\nto = \"print\"")]);
    job.ask("decide", &["--record", "6"]).expect(1, "R0490");
}

#[test]
fn faults_of_channels_are_told_with_their_places() {
    for (from, to, said) in [
        ("to = \"print email portal\"", "to = \"print emial\"", "the job has no channel `emial`"),
        ("to = \"preference\"", "", "a rule says either `to` or `suppress`"),
        ("to = \"print\"\nafter = \"72h\"", "to = \"sms\"", "fallbacks go round in a circle: sms → email → sms"),
        ("after = \"24h\"", "after = \"soon\"", "`soon` is no span of time"),
        ("name = \"as the customer prefers\"", "name = \"nothing wanted\"", "two rules are called `nothing wanted`"),
        ("from = \"statements@bank.example\"", "from = \"statements\"", "`statements` is no e-mail address"),
        ("url = \"http://127.0.0.1:8099/documents\"", "url = \"http://portal.example\"", "no address to post customer data to"),
        ("preferences = \"preferences.csv\"", "preferences = \"data/statements.ndjson\"", "J0601"),
        ("return-key = \"secrets/return.key\"", "return-key = \"secrets/none.key\"", "secrets/none.key"),
    ] {
        Job::new(&[(from, to)]).ask("check", &[]).expect(2, said);
    }
}

/// A program that takes documents: it refuses the first request of each, loses the answer of some, and keeps what it has taken by key.
struct Portal {
    url: String,
    taken: Arc<Mutex<Vec<(String, String, String)>>>,
}

impl Portal {
    fn start(fault: fn(usize) -> &'static str) -> Portal {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/documents", listener.local_addr().unwrap());
        let taken: Arc<Mutex<Vec<(String, String, String)>>> = Arc::default();
        let kept = taken.clone();
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let stream = stream.unwrap();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let (mut head, mut headers) = (String::new(), BTreeMap::new());
                reader.read_line(&mut head).unwrap();
                loop {
                    let mut line = String::new();
                    reader.read_line(&mut line).unwrap();
                    match line.trim().split_once(':') {
                        Some((name, value)) => headers.insert(name.to_ascii_lowercase(), value.trim().to_string()),
                        None => break,
                    };
                }
                let mut body = vec![0; headers["content-length"].parse().unwrap()];
                reader.read_exact(&mut body).unwrap();
                let answer = fault(number);
                if !answer.starts_with('5') {
                    let signature = headers.get("pressrun-signature").cloned().unwrap_or_default();
                    kept.lock().unwrap().push((headers["idempotency-key"].clone(), signature, String::from_utf8(body).unwrap()));
                }
                if answer != "lost" {
                    let mut stream = stream;
                    let _ = write!(stream, "HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                }
            }
        });
        Portal { url, taken }
    }
}

#[test]
fn a_web_hook_is_posted_until_every_document_is_taken() {
    let job = Job::new(&[("to = \"{id}\"\n", "to = \"{id}\"\nsecret = \"secrets/return.key\"\n")]);
    let out = job.run("out", &[]);
    let portal = Portal::start(|number| match number % 5 {
        1 => "503 Service Unavailable",
        3 => "lost",
        _ => "200 OK",
    });
    let secrets = job.path("fixtures/channels");
    let deliver = |more: &[&str]| {
        let known =
            ["deliver", out.to_str().unwrap(), "--channel", "portal", "--url", &portal.url, "--secrets", secrets.to_str().unwrap(), "--by", "test"];
        pressrun(&[&known, more].concat())
    };
    deliver(&["--until-done", "--retry", "0s"]).expect(0, "");
    let wanted: BTreeSet<String> = rows(&out).into_iter().filter(|row| row["channel"] == "portal").map(|row| row["message_id"].clone()).collect();
    let taken = portal.taken.lock().unwrap();
    let keys: BTreeSet<String> = taken.iter().map(|(key, ..)| key.clone()).collect();
    assert_eq!(keys, wanted);
    // What was posted twice was the same, and bore the same key.
    let mut bodies: BTreeMap<&String, &String> = BTreeMap::new();
    for (key, signature, body) in taken.iter() {
        assert_eq!(*bodies.entry(key).or_insert(body), body);
        let seconds = signature.strip_prefix("t=").unwrap().split(',').next().unwrap();
        let key = std::fs::read(secrets.join("secrets/return.key")).unwrap();
        let own = pressrun::kit::signature::hmac_sha256_hex(&key, &[seconds.as_bytes(), b".", body.as_bytes()]);
        assert!(signature.ends_with(&format!("v1={own}")), "{signature}");
    }
    assert!(taken.len() > keys.len(), "answers were lost");
    drop(taken);
    // Nothing is left to do.
    let before = portal.taken.lock().unwrap().len();
    deliver(&[]).expect(0, "");
    assert_eq!(portal.taken.lock().unwrap().len(), before);
}

#[test]
fn receipts_count_once_and_only_for_messages_of_the_run() {
    let job = Job::new(&[]);
    let out = job.run("out", &[]);
    let sms: Vec<String> = rows(&out).into_iter().filter(|row| row["channel"] == "sms").map(|row| row["message_id"].clone()).collect();
    let lines = [
        format!("{{\"id\":\"{}\",\"status\":\"DELIVRD\"}}", sms[0]),
        format!("{{\"id\":\"{}\",\"status\":\"UNDELIV\"}}", sms[1]),
        format!("{{\"id\":\"{}\",\"status\":\"DELIVRD\"}}", sms[0]),
        "{\"id\":\"000000000000.1.sms\",\"status\":\"DELIVRD\"}".to_string(),
        "not json".to_string(),
        format!("{{\"id\":\"{}\",\"status\":\"MAYBE\"}}", sms[1]),
    ];
    let file = job.path("receipts.ndjson");
    std::fs::write(&file, lines.join("\n")).unwrap();
    let read = || pressrun(&["receipts", file.to_str().unwrap(), "--run", out.to_str().unwrap(), "--by", "test"]);
    read().expect(1, "delivered  1");
    read().expect(1, "known      3");
    // What did not arrive becomes a letter: nobody can write the e-mail between them any more.
    let letters = job.path("letters");
    let fallback = || pressrun(&["fallback", out.to_str().unwrap(), "--out", letters.to_str().unwrap(), "--by", "test"]);
    fallback().expect(0, "1 document with");
    let printed = rows(&letters);
    assert_eq!(printed.len(), 1);
    assert_eq!((printed[0]["channel"].as_str(), printed[0]["instead_of"].as_str()), ("print", "sms"));
    fallback().expect(0, "complete already");
}
