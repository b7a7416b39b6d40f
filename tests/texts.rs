//! Catalogues in a job: they are part of its plan, every thread prints the same, and a fault in one stops it.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod common;

use common::{Job, contents, pressrun};

const DE: &str =
    "close = { $n ->\n    [one] Eine Buchung,\n   *[other] { $n } Buchungen,\n} Saldo { $closing }.\nfoot = Seite { $page } von { $pages }\n";
const EN: &str = "close = { $n ->\n    [one] One entry,\n   *[other] { $n } entries,\n} balance { $closing }.\nfoot = Page { $page } of { $pages }\n";

/// The usual job with texts in two languages, which follow the last figure of the id.
fn job(records: usize) -> Job {
    let job = Job::new(records);
    let layout = common::LAYOUT
        .replace("<page ", "<texts folder=\"texts\" language=\"{ends(id, '0') or ends(id, '2') ? 'de' : 'fr'}\"/>\n  <page ")
        .replace("{id}, page {page} of {pages}", "{text('foot', page: page, pages: pages)}")
        .replace("Account {id} closes at {closing | money}.", "{text('close', n: count(rows))} {record.language}");
    job.write("letter.xml", &layout);
    std::fs::create_dir(job.path("texts")).unwrap();
    job.write("texts/de.ftl", DE);
    job.write("texts/en-US.ftl", EN);
    job
}

#[test]
fn every_run_prints_the_same_texts() {
    let job = job(11);
    let (one, two) = (job.out("one"), job.out("two"));
    job.run(&one, &["--threads", "1"]).expect(0, "the books balance");
    job.run(&two, &["--threads", "4"]).expect(0, "the books balance");
    assert_eq!(contents(&one), contents(&two));
    assert!(one.join("plan/texts/0-1-de.ftl").exists() && one.join("plan/texts/0-1-en-US.ftl").exists());
    pressrun(&["status", &one.to_string_lossy(), "--verify"]).expect(0, "");
}

#[test]
fn a_changed_text_makes_another_job() {
    let job = job(3);
    let out = job.out("out");
    job.run(&out, &[]).expect(0, "the books balance");
    job.write("texts/de.ftl", &DE.replace("Saldo", "Stand"));
    job.run(&out, &[]).expect(2, "W0103");
    let new = job.out("new");
    job.run(&new, &[]).expect(0, "the books balance");
    // The old run is composed again from its frozen copy.
    let diff = pressrun(&["diff", &out.to_string_lossy(), &new.to_string_lossy()]);
    diff.expect(1, "text of p");
    diff.expect(1, "2 of 3 documents differ");
    job.write("texts/de.ftl", DE);
    job.run(&out, &[]).expect(0, "complete already");
    // A language more is another job, too.
    job.write("texts/it.ftl", EN);
    job.run(&out, &[]).expect(2, "W0103");
}

#[test]
fn a_missing_text_is_told_at_its_file() {
    let job = job(1);
    job.write("texts/de.ftl", DE.split("foot").next().unwrap());
    let path = job.path("job.toml").to_string_lossy().into_owned();
    let check = pressrun(&["check", &path]);
    check.expect(2, "L0403");
    check.expect(2, "texts/de.ftl:1:1");
    check.expect(2, "used here");
    job.run(&job.out("out"), &[]).expect(2, "the language `de` has no text `foot`");
}

#[test]
fn texts_are_unused_only_if_no_layout_uses_them() {
    let job = job(1);
    job.write("texts/de.ftl", &format!("{DE}extra = mehr\nnone = nichts\n"));
    job.write("texts/en-US.ftl", &format!("{EN}extra = more\nnone = none\n"));
    let layout = std::fs::read_to_string(job.path("letter.xml")).unwrap();
    job.write("other.xml", &layout.replace("{text('foot', page: page, pages: pages)}", "{text('extra')}"));
    job.edit("[[layout]]\n", "[[layout]]\nfile = \"other.xml\"\nwhen = \"id eq ''\"\n\n[[layout]]\n");
    let check = pressrun(&["check", &job.path("job.toml").to_string_lossy()]);
    check.expect(0, "the text `none` is never used");
    let all = check.out + &check.err;
    assert!(!all.contains("`foot`") && !all.contains("`extra`"), "{all}");
}
