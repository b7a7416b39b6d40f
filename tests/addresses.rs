//! Addresses of a job on the command line: checked, exported, corrected, suppressed; and what shows in windows.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod common;

use common::{Ended, Job, pressrun};

const LAYOUT: &str = r#"<layout xmlns="urn:pressrun:layout:1" name="letter" lang="de">
  <data>
    <field name="id" type="text"/>
    <field name="name" type="text"/>
    <field name="street" type="text"/>
    <field name="zip" type="text"/>
    <field name="city" type="text"/>
    <field name="land" type="text" optional="true"/>
  </data>
  <page name="first" size="A4" margin="105mm 20mm 20mm 25mm">
    <region name="address" left="25mm" top="55mm" width="65mm" height="34mm">
      <address> <line>{name}</line> <line>{street}</line> <line>{zip} {city}</line> </address>
    </region>
    <region name="logo" left="150mm" top="10mm" width="40mm" height="20mm"> <p>Logo</p> </region>
  </page>
  <page name="rest" size="A4" margin="20mm"> </page>
  <body> <p>{id}</p> </body>
</layout>
"#;

const JOB: &str = r#"[job]
name = "letters"
date = 2026-10-01
document-id = "D{id}"

[[input]]
files = "data.csv"
format = "csv"
currency = "EUR"

[[layout]]
file = "letter.xml"

[mail]
country = "DE"

[mail.address]
recipient = "{name}"
street = "{street}"
postcode = "{zip}"
town = "{city}"
country = "{land ?? ''}"
customer = "{id}"

[mail.paper.plain]
gsm = 80
thickness = "0.10mm"

[[mail.envelope]]
name = "long"
size = "C5/6"
fold = "z"
folds = ["105mm", "210mm"]
"#;

const DATA: &str = "id,name,street,zip,city,land\n\
    1,Erika Müller,Hauptstr. 5,26133,Oldenburg,\n\
    2,HANS MUELLER,HAUPTSTRASSE 5,D-26133,OLDENBURG,\n\
    3,Jean Dupont,12 rue de la Paix,75002,Paris,Frankreich\n\
    4,J Smith,5 High Street,SN34RD,Swindon,\n\
    5,Erika Mueller,\"Haupt-Str. 5\",26133,Oldenburg,DE\n\
    6,=1+1,Am Markt 1,26133,Oldenburg,\n";

fn job() -> Job {
    let job = Job::new(0);
    job.write("job.toml", JOB);
    job.write("letter.xml", LAYOUT);
    job.write("data.csv", DATA);
    job
}

fn address(job: &Job, command: &str, more: &[&str]) -> Ended {
    let path = job.path("job.toml").to_string_lossy().into_owned();
    pressrun(&[&["address", command, &path], more].concat())
}

#[test]
fn a_check_counts_countries_faults_and_households() {
    let job = job();
    let list = job.path("pairs.csv").to_string_lossy().into_owned();
    let checked = address(&job, "check", &["--duplicates", &list]);
    checked.expect(1, "6 records, 1 without a deliverable address");
    checked.expect(1, "DE, wrong postcode  1  record 4: `SN34RD` is no postcode of DE; it looks like one of GB");
    checked.expect(1, "2 would share an envelope with an earlier record (the job unites nobody)");
    let expected = "kept_record,kept_document,kept_name,joined_record,joined_document,joined_name,like_record,rule,score\n\
        1,D1,\"MUELLER, ERIKA\",2,D2,\"MUELLER, HANS\",1,household,100\n\
        1,D1,\"MUELLER, ERIKA\",5,D5,\"MUELLER, ERIKA\",1,person,100\n";
    assert_eq!(std::fs::read_to_string(job.path("pairs.csv")).unwrap(), expected);
    let json = address(&job, "check", &["--json"]);
    let report: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(
        (report["undeliverable"].as_u64(), report["united"]["person"].as_u64(), report["countries"]["FR"].as_u64()),
        (Some(1), Some(1), Some(1))
    );
}

#[test]
fn what_is_exported_comes_back_corrected() {
    let job = job();
    let exported = address(&job, "export", &[]);
    exported.expect(0, "");
    let rows: Vec<&str> = exported.out.lines().collect();
    assert_eq!(rows.len(), 7);
    assert!(rows[6].contains(",'=1+1,"), "{}", rows[6]);
    // Unchanged, it changes nothing.
    job.edit("country = \"DE\"\n", "country = \"DE\"\ncorrected = \"back.csv\"\n");
    job.write("back.csv", &exported.out);
    let again = address(&job, "export", &[]);
    again.expect(0, "");
    assert_eq!(again.out, exported.out);
    // Record 4 is corrected to an address in Germany, with a routing.
    let corrected: String = rows.iter().map(|row| row.replace("SN34RD", "26135").replace("High Street", "Hohe Str.") + "\n").collect();
    job.write("back.csv", &corrected);
    let checked = address(&job, "check", &[]);
    checked.expect(0, "6 records, 0 without a deliverable address");
    // The data has changed since: the row is refused, and the others are not.
    job.write("data.csv", &DATA.replace("J Smith", "J Smyth"));
    let stale = address(&job, "check", &[]);
    stale.expect(1, "R0451: the corrected row of record 4 was made from another address");
    job.write("back.csv", &format!("{corrected}{}\n", rows[2]));
    address(&job, "check", &[]).expect(2, "record 2 stands here again");
}

#[test]
fn rows_are_json_if_asked_for() {
    let exported = address(&job(), "export", &["--format", "ndjson"]);
    let rows: Vec<serde_json::Value> = exported.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((rows.len(), rows[2]["block"].as_str()), (6, Some("Jean Dupont / 12 rue de la Paix / 75002 PARIS / FRANKREICH")));
    assert_eq!((rows[2]["country"].as_str(), rows[3]["fault"].as_str().map(|fault| fault.contains("SN34RD"))), (Some("FR"), Some(true)));
}

#[test]
fn who_is_on_a_list_gets_no_mail() {
    let job = job();
    job.edit("[mail.paper", "[[mail.suppress]]\nfile = \"gone.csv\"\nreason = \"moved\"\n\n[mail.paper");
    job.write("gone.csv", "recipient,street,postcode\nMüller,Hauptstrasse 5,26133\n");
    let checked = address(&job, "check", &[]);
    checked.expect(1, "no mail, because of the list\n  gone.csv  3\n");
    job.write("gone.csv", "who,where\nx,y\n");
    address(&job, "check", &[]).expect(2, "the list has neither addresses nor keys");
}

/// What `check` says of a job that was changed, without its paths.
#[track_caller]
fn check_window(change: impl FnOnce(&Job), code: i32, expected: &[&str]) {
    let job = job();
    change(&job);
    let path = job.path("job.toml").to_string_lossy().into_owned();
    let ended = pressrun(&["check", &path]);
    for text in expected {
        ended.expect(code, text);
    }
}

fn layout(job: &Job, from: &str, to: &str) {
    assert!(LAYOUT.contains(from));
    job.write("letter.xml", &LAYOUT.replace(from, to));
}

#[test]
fn the_address_shows_at_the_worst_play_and_nothing_else_does() {
    check_window(|_| {}, 0, &[]);
    // The whole address field of DIN 5008 is wider than what is certain in a C5/6.
    let wide = "does not always show the whole address: it misses 14.0 mm on the right";
    let always = "always seen are 71.0 mm by 36.0 mm, 20.0 mm from the left and 54.0 mm from the top of the sheet";
    check_window(
        |job| layout(job, "left=\"25mm\" top=\"55mm\" width=\"65mm\"", "left=\"20mm\" top=\"55mm\" width=\"85mm\""),
        2,
        &["J0503", wide, always],
    );
    check_window(|job| layout(job, "top=\"10mm\" width=\"40mm\"", "top=\"60mm\" width=\"40mm\""), 0, &[]);
    let shown = "may show 20.0 mm by 20.0 mm of this";
    check_window(
        |job| layout(job, "left=\"150mm\" top=\"10mm\"", "left=\"90mm\" top=\"60mm\""),
        2,
        &["J0503", shown, "keep clear from 1.0 mm to 110.0 mm across"],
    );
    check_window(
        |job| layout(job, "margin=\"105mm", "margin=\"95mm"),
        0,
        &["text of the body may show in the window", "it reaches 4.0 mm into the body area"],
    );
    let late = "\n[[print.late]]\ntext = \"{sequence}\"\nleft = \"30mm\"\ntop = \"70mm\"\n";
    check_window(|job| job.write("job.toml", &format!("{JOB}{late}")), 2, &["may show a late text, which stands 30.0 mm from the left"]);
    check_window(
        |job| job.edit("fold = \"z\"\nfolds = [\"105mm\", \"210mm\"]", "fold = \"half\""),
        2,
        &["do not go into the envelope `long`: 34.5 mm too high"],
    );
    check_window(|job| job.edit("\"C5/6\"", "\"C56\""), 2, &["there is no envelope `C56`"]);
}

#[test]
fn faults_of_the_section_are_told_at_once() {
    let job = job();
    job.edit("country = \"DE\"", "country = \"Germany\"\nundeliverable = \"drop\"\ninvelopes = 1");
    job.edit("gsm = 80", "gsm = 8000");
    job.edit("\"0.10mm\"", "\"0.10\"");
    job.edit("\"210mm\"]", "\"90mm\"]");
    let path = job.path("job.toml").to_string_lossy().into_owned();
    let ended = pressrun(&["check", &path]);
    for text in [
        "`Germany` is no country",
        "`drop` is no value of `undeliverable`",
        "`[mail]` has no key `invelopes`",
        "`8000` is no weight of paper",
        "`0.10` is not a thickness",
        "folds are told from the top downwards",
    ] {
        ended.expect(2, text);
    }
}

#[test]
fn a_layout_prints_the_address_as_the_mail_settles_it() {
    let job = job();
    let lines = "<line>{name}</line> <line>{street}</line> <line>{zip} {city}</line>";
    layout(&job, lines, "<line>{record.address}</line>");
    let compiled = pressrun::plan::compile(&job.path("job.toml"), &pressrun::plan::Overrides::default());
    let plan = compiled.plan.unwrap();
    let printed = |number: u64| {
        let traced = pressrun::engine::with_records(&plan, |records| records.trace(number)).unwrap().unwrap();
        traced.map(|(_, pages)| pressrun::tools::page_text::lines(&pages[0])).map_err(|hold| (hold.code.id, hold.reason))
    };
    assert!(printed(2).unwrap().join("|").contains("Jean Dupont|12 rue de la Paix|75002 PARIS|FRANKREICH"), "{:?}", printed(2));
    assert!(printed(1).unwrap().join("|").contains("HANS MUELLER|HAUPTSTRASSE 5|26133 OLDENBURG"), "{:?}", printed(1));
    // Whoever looks at single records is told what a run would hold.
    assert_eq!(printed(3).unwrap_err().0, "R0450");
}
