//! Messages in the slots of documents: which is taken, what it may not do, and what is told of it.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use common::{Job, contents, pressrun};

/// A job whose layout has a slot below its rows and one above its foot.
fn job(records: usize) -> Job {
    let job = Job::new(records);
    let layout = common::LAYOUT
        .replace(
            "</page>",
            "<region name=\"notice\" left=\"15mm\" bottom=\"10mm\" width=\"100mm\"><slot name=\"notice\" max-height=\"5mm\"/></region></page>",
        )
        .replace("</body>", "<slot name=\"promotion\" max-height=\"30mm\" margin-top=\"4mm\" padding=\"2mm\" background=\"#eeeeee\"/></body>");
    job.write("letter.xml", &layout);
    std::fs::create_dir_all(job.path("messages")).unwrap();
    job.edit("[print]\n", "[messages]\nfiles = \"messages/*.md\"\n\n[print]\n");
    job
}

/// Writes a message.
fn message(job: &Job, name: &str, head: &str, text: &str) {
    job.write(&format!("messages/{name}.md"), &format!("+++\n{head}\n+++\n{text}\n"));
}

/// Runs a job; gives the rows of `messages.csv` without its head.
#[track_caller]
fn run(job: &Job, out: &Path, more: &[&str]) -> Vec<String> {
    job.run(out, more).expect(0, "the books balance");
    pressrun(&["status", &out.to_string_lossy(), "--verify"]).expect(0, "the books balance");
    let list = std::fs::read_to_string(out.join("messages.csv")).unwrap();
    let mut lines = list.lines().map(str::to_string);
    assert_eq!(lines.next().as_deref(), Some("record,document,slot,message,passed_over"));
    lines.collect()
}

/// The pages of each document, by its id.
fn pages(out: &Path) -> BTreeMap<String, String> {
    let manifest = std::fs::read_to_string(out.join("manifest.csv")).unwrap();
    manifest.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>()).map(|cells| (cells[2].to_string(), cells[7].to_string())).collect()
}

const LINES: &str = "One line\n\nof several\n\nof this\n\nmessage.";

#[test]
fn the_first_by_priority_that_is_for_the_record_is_taken() {
    let job = job(5);
    message(&job, "rich", "priority = 9\nslots = [\"promotion\"]\nsegment = \"closing ge 3\"", "For **{id}** alone.");
    message(&job, "all", "slots = [\"promotion\"]", "For all.");
    message(&job, "also", "slots = [\"promotion\"]\nsegment = \"closing ge 0\"", "Equal in priority, later by name.");
    message(&job, "past", "priority = 10\nto = 2026-09-30", "Past.");
    message(&job, "future", "priority = 10\nfrom = 2026-10-02", "To come.");
    message(&job, "today", "slots = \"notice\"\nfrom = 2026-10-01\nto = 2026-10-01\nsegment = \"closing eq 2.5\"", "Today.");
    let found = run(&job, &job.out("out"), &[]);
    let promoted: Vec<&str> = found.iter().filter(|row| row.contains(",promotion,")).map(String::as_str).collect();
    assert_eq!(
        promoted,
        ["1,C0000,promotion,all,", "2,C0001,promotion,all,", "3,C0002,promotion,all,", "4,C0003,promotion,rich,", "5,C0004,promotion,rich,"]
    );
    let noted: Vec<&str> = found.iter().filter(|row| row.contains(",notice,")).map(String::as_str).collect();
    assert_eq!(noted, ["1,C0000,notice,,", "2,C0001,notice,,", "3,C0002,notice,today,", "4,C0003,notice,,", "5,C0004,notice,,"]);
    let report = std::fs::read_to_string(job.out("out").join("report.html")).unwrap();
    assert!(report.contains("<td>promotion</td><td>all</td><td class=\"n\">3</td>"), "{report}");
    assert!(report.contains("<td>notice</td><td><i>none: no message is for the record</i></td><td class=\"n\">4</td>"), "{report}");
}

#[test]
fn no_message_makes_a_document_longer_or_changes_what_is_held() {
    let (with, without) = (job(0), job(0));
    let rows = |count: usize| {
        let rows: Vec<String> = (0..count).map(|row| format!("{{\"text\":\"row {row}\",\"amount\":1}}")).collect();
        format!("{{\"id\":\"R{count:03}\",\"zip\":\"1\",\"closing\":1,\"rows\":[{}]}}\n", rows.join(","))
    };
    let data: String = (0..90).map(rows).collect();
    with.write("data.ndjson", &data);
    without.write("data.ndjson", &data);
    message(&with, "long", "priority = 2\nslots = [\"promotion\"]", LINES);
    message(&with, "short", "priority = 1\nslots = [\"promotion\"]", "Short.");
    message(&without, "nobody", "segment = \"id eq ''\"", "Nobody.");
    let rows = run(&with, &with.out("out"), &[]);
    run(&without, &without.out("out"), &[]);
    assert_eq!(pages(&with.out("out")), pages(&without.out("out")));
    let promoted: Vec<&str> = rows.iter().filter_map(|row| row.split_once(",promotion,").map(|(_, rest)| rest)).collect();
    let count = |what: &str| promoted.iter().filter(|row| **row == what).count();
    let (long, short, none) = (count("long,"), count("short,long would add a page"), count(",long would add a page; short would add a page"));
    assert_eq!(long + short + none, 90, "{promoted:?}");
    assert!(long > 40 && short > 3 && none > 3, "{long} {short} {none}");
}

#[test]
fn a_message_that_cannot_be_set_is_passed_over_and_holds_nothing() {
    let job = job(2);
    message(&job, "glyph", "priority = 5\nslots = [\"promotion\"]", "{id ne '' ? '\u{13000}' : ''}");
    message(&job, "high", "priority = 4\nslots = [\"promotion\"]\nmax-height = \"12mm\"", LINES);
    message(&job, "value", "priority = 3\nslots = [\"promotion\"]", "{1 / (record.number - record.number)}");
    message(&job, "both", "slots = [\"promotion\", \"notice\"]", "Once.");
    let found = run(&job, &job.out("out"), &[]);
    let passed = "glyph has a character no font has; high is too high; value needs a value the record lacks";
    let expected = ["1,C0000,notice,,both stands in another slot".to_string(), format!("1,C0000,promotion,both,{passed}")];
    assert_eq!(found[..2], expected);
    assert_eq!(pages(&job.out("out")).len(), 2);
}

#[test]
fn messages_depend_on_nothing_but_the_record() {
    let job = job(40);
    message(&job, "long", "priority = 2\nsegment = \"closing ge 7\"", LINES);
    message(&job, "short", "", "Dear **{id}**.");
    let one = run(&job, &job.out("one"), &["--threads", "1"]);
    let many = run(&job, &job.out("many"), &["--threads", "5"]);
    assert_eq!(one, many);
    assert_eq!(contents(&job.out("one")), contents(&job.out("many")));
    // What is not of the data is in the frozen copies.
    let diff = pressrun(&["diff", &job.out("one").to_string_lossy(), &job.out("many").to_string_lossy()]);
    assert_eq!(diff.code, Some(0), "{diff:#?}");
}

#[test]
fn a_job_without_a_message_yet_can_be_compared() {
    let job = job(3);
    for out in ["one", "two"] {
        job.run(&job.out(out), &[]).expect(0, "the books balance");
    }
    message(&job, "one", "", "One.");
    job.run(&job.out("three"), &[]).expect(0, "the books balance");
    let diff = |other: &str| pressrun(&["diff", &job.out("one").to_string_lossy(), &job.out(other).to_string_lossy()]);
    assert_eq!(diff("two").code, Some(0));
    let changed = diff("three");
    assert!(changed.out.contains("3 of 3 documents differ"), "{changed:#?}");
}

#[test]
fn two_files_are_not_one_message() {
    let job = job(1);
    job.edit("messages/*.md", "messages/*");
    message(&job, "one", "", "One.");
    job.write("messages/one.txt", "+++\n+++\nTwo.\n");
    pressrun(&["check", &job.path("job.toml").to_string_lossy()]).expect(2, "two files are the message `one`");
}

#[test]
fn another_text_is_another_plan() {
    let job = job(3);
    message(&job, "one", "", "One.");
    run(&job, &job.out("out"), &[]);
    message(&job, "one", "", "Two.");
    let again = job.run(&job.out("out"), &[]);
    again.expect(2, "W0103");
}

/// The faults of a message, as `code line:column`.
#[track_caller]
fn check_faults(files: &[(&str, &str)], expected: &[&str]) {
    let job = job(1);
    for (name, text) in files {
        job.write(&format!("messages/{name}.md"), text);
    }
    let ended = pressrun(&["check", &job.path("job.toml").to_string_lossy()]);
    assert_eq!(ended.code, Some(2), "{ended:#?}");
    let mut found = Vec::new();
    let mut code = String::new();
    for line in ended.err.lines().chain(ended.out.lines()) {
        if let Some(rest) = line.strip_prefix("error[") {
            code = rest[..5].to_string();
        }
        if let Some(place) = line.trim_start().strip_prefix("--> ")
            && !code.is_empty()
        {
            let place = place.rsplit_once("messages/").map_or(place, |(_, place)| place);
            found.push(format!("{} {place}", std::mem::take(&mut code)));
        }
    }
    assert_eq!(found, expected, "{}", ended.err);
}

#[test]
fn faults_of_messages_are_told_where_they_stand() {
    check_faults(&[("a", "No head.\n")], &["J0205 a.md:1:1"]);
    check_faults(&[("a", "+++\nslots = [\"promotoin\"]\n+++\nText.\n"), ("b", "+++\n+++\nText {idd}.\n")], &["J0205 a.md:2:11", "E0103 b.md:3:7"]);
    check_faults(
        &[("a", "+++\nfrom = 2026-10-02\nto = 2026-10-01\npriorty = 2\n+++\nText.\n"), ("b", "+++\nfrom = \"2026-02-30\"\n+++\nText.\n")],
        &["J0205 a.md:3:6", "J0102 a.md:4:1", "J0105 b.md:2:8"],
    );
    check_faults(&[("a", "+++\nsegment = \"closing\"\nmax-height = \"4\"\n+++\nText.\n")], &["E0102 a.md:2:12", "J0105 a.md:3:15"]);
    check_faults(
        &[("a", "+++\n[image]\nfile = \"../x.png\"\nalt = \"x\"\n+++\n<b>x</b>\n")],
        &["L0231 a.md:3:9", "J0205 a.md:6:1", "J0205 a.md:6:5"],
    );
    check_faults(&[("a", "+++\n+++\n")], &["J0205 a.md:1:1"]);
    check_faults(&[("a", "+++\nfrom = \n+++\nText.\n")], &["J0101 a.md:2:8"]);
}
