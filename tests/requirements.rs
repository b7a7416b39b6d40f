//! What layouts require of documents, from the check of a job to its held records.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod common;

use common::{Job, contents, pressrun, record};

/// The layout of the job under a base that requires five things; some of its records break each.
fn job() -> Job {
    let job = Job::new(0);
    job.write(
        "house.xml",
        r#"<layout xmlns="urn:pressrun:layout:1" name="house" lang="en-US">
  <data>
    <field name="id" type="text"/>
    <field name="zip" type="text"/>
    <field name="closing" type="money"/>
    <list name="rows"> <field name="text" type="text"/> <field name="amount" type="money"/> </list>
  </data>
  <page name="any" size="A5" margin="15mm 15mm 30mm">
    <region name="foot" bottom="6mm"> <clause name="bank"><p font-size="7pt">Alder Bank plc, Bristol</p></clause> </region>
  </page>
  <require test="closing lt 12.00" message="{id} closes at {closing | money}, letters are for less"/>
  <require clause="notice" version="2026-03" page="first" message="the notice of {id}"/>
  <require clause="bank" page="every" inside="foot" min-font-size="7pt"/>
  <require no="shrunk-text overflow"/>
  <body>
    <block name="content"/>
    <block name="law" locked="true">
      <if test="zip ne '10000'"><clause name="notice" version="2026-03"><p>You may object within 14 days.</p></clause></if>
    </block>
  </body>
</layout>
"#,
    );
    job.write(
        "letter.xml",
        r#"<layout xmlns="urn:pressrun:layout:1" name="letter" lang="en-US" extends="house.xml">
  <require pages-max="2"/>
  <put block="content">
    <box height="15pt" shrink-to="4pt"><p>Account {id}</p></box>
    <table rows="r in rows" columns="1fr 30mm"> <tr> <td>{r.text}</td> <td align="right">{r.amount | money}</td> </tr> </table>
  </put>
</layout>
"#,
    );
    // A second layout, which requires nothing, takes its turn on the same worker.
    job.write("plain.xml", &common::LAYOUT.replace("name=\"letter\"", "name=\"plain\""));
    job.edit("[[layout]]", "[[layout]]\nfile = \"plain.xml\"\nwhen = \"count(rows) eq 2\"\n\n[[layout]]");
    let data = (0..14).map(record).collect::<String>();
    job.write("data.ndjson", &data.replace("C0005", &"C0005 ".repeat(16)));
    job
}

#[test]
fn check_tells_what_would_be_held_at_its_place() {
    let job = job();
    let checked = pressrun(&["check", &job.path("job.toml").to_string_lossy()]);
    checked.expect(0, "no faults");
    for (part, place) in [
        ("C0011 closes at 11.50, letters are for less", "none"),
        ("C0013 closes at 13.50, letters are for less", "house.xml:11:4"),
        ("the notice of C0000: the clause `notice` 2026-03 is not in the document", "house.xml:12:4"),
        ("the notice of C0003: the clause `notice` 2026-03 stands on page 2, asked is page 1", "house.xml:12:4"),
        ("text of 10pt is set in", "house.xml:14:4"),
    ] {
        let is_there = checked.err.contains(part);
        assert_eq!(is_there, place != "none" && !part.contains("C0003"), "{part}: {checked:#?}");
        if is_there {
            let rest = &checked.err[checked.err.find(part).unwrap()..];
            let shown = rest.lines().find(|line| line.contains("--> ")).unwrap();
            assert!(shown.ends_with(place), "{part}: {shown}");
        }
    }
}

#[test]
fn a_run_holds_what_breaks_a_requirement_and_composes_the_rest() {
    let job = job();
    let out = job.out("out");
    job.run(&out, &["--threads", "1"]).expect(1, "the books balance");
    let held = std::fs::read_to_string(out.join("held.ndjson")).unwrap();
    let held: Vec<serde_json::Value> = held.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<(u64, &str, &str)> =
        held.iter().map(|hold| (hold["record"].as_u64().unwrap(), hold["code"].as_str().unwrap(), hold["reason"].as_str().unwrap())).collect();
    let find = |record: u64| told.iter().find(|(number, ..)| *number == record).map(|(_, code, reason)| (*code, *reason));
    assert_eq!(find(1), Some(("R0431", "the notice of C0000: the clause `notice` 2026-03 is not in the document")));
    assert_eq!(find(4), Some(("R0431", "the notice of C0003: the clause `notice` 2026-03 stands on page 2, asked is page 1")));
    assert!(find(6).is_some_and(|(code, reason)| code == "R0412" && reason.starts_with("text of 10pt is set in")), "{told:#?}");
    assert_eq!(find(14), Some(("R0430", "C0013 closes at 13.50, letters are for less")));
    assert_eq!(find(3), None, "the layout that requires nothing takes it");
    assert_eq!(find(5), None);
    let more = job.out("more");
    job.run(&more, &["--threads", "3"]).expect(1, "the books balance");
    assert_eq!(contents(&out), contents(&more));
    pressrun(&["status", &out.to_string_lossy(), "--verify"]).expect(1, "the books balance");
}

#[test]
fn a_layout_test_expects_a_requirement_by_its_code_and_its_text() {
    let job = job();
    std::fs::create_dir(job.path("letter.tests")).unwrap();
    let cases = "job = \"../job.toml\"\n[[case]]\nname = \"a\"\nrecord = 1\nheld = \"R0431\"\n[[case]]\nname = \"b\"\nrecord = 14\n\
                 held = \"letters are for less\"\n[[case]]\nname = \"c\"\nrecord = 2\npages = 1\nhas = [{ text = \"14 days\", page = 1 }]\n";
    job.write("letter.tests/held.toml", cases);
    pressrun(&["test", &job.path("letter.tests").to_string_lossy()]).expect(0, "3");
    job.write("letter.tests/held.toml", &cases.replace("R0431", "R0430"));
    pressrun(&["test", &job.path("letter.tests").to_string_lossy()]).expect(1, "house.xml:12:4");
}

#[test]
fn a_character_that_is_left_out_can_be_unwanted() {
    let job = Job::new(0);
    let layout = common::LAYOUT.replace("<body>", "<require no=\"missing-glyph\" message=\"{id} cannot be printed as it is\"/><body>");
    job.write("letter.xml", &layout);
    job.edit("[job]\n", "[job]\nmissing-glyphs = \"report\"\n");
    job.write("data.ndjson", &format!("{}{}", record(1), record(2).replace("C0002", "C\u{2603}")));
    let out = job.out("out");
    job.run(&out, &[]).expect(1, "the books balance");
    let held = std::fs::read_to_string(out.join("held.ndjson")).unwrap();
    let hold: serde_json::Value = serde_json::from_str(&held).unwrap();
    assert_eq!((hold["record"].as_u64(), hold["code"].as_str()), (Some(2), Some("R0405")));
    assert!(hold["reason"].as_str().unwrap().starts_with("C\u{2603} cannot be printed as it is: no font of the layout has a glyph for"), "{hold}");
}

#[test]
fn a_base_that_is_broken_stops_the_job() {
    let job = job();
    let layout = std::fs::read_to_string(job.path("letter.xml")).unwrap();
    job.write("letter.xml", &layout.replace("<require pages-max=\"2\"/>", "<page name=\"any\" without=\"foot\"/>"));
    let checked = pressrun(&["check", &job.path("job.toml").to_string_lossy()]);
    checked.expect(2, "this takes away the clause `bank`, which the base requires");
    checked.expect(2, "required here");
}

#[test]
fn a_message_that_would_move_a_required_clause_is_passed_over() {
    let job = Job::new(0);
    let rows: Vec<String> = (0..30).map(|row| format!("<p margin-bottom=\"2mm\">row {row}</p>")).collect();
    let body = format!("<clause name=\"notice\"><p>You may object.</p></clause>{}</body>", rows[22..].concat());
    let layout = common::LAYOUT
        .replace("<body>", "<require clause=\"notice\" page=\"first\"/><body>")
        .replace("</body>", &format!("{}<slot name=\"promotion\" max-height=\"60mm\"/>{body}", rows[..22].concat()));
    job.write("letter.xml", &layout);
    job.edit("[print]\n", "[messages]\nfiles = \"messages/*.md\"\n\n[print]\n");
    job.write("data.ndjson", &record(0));
    std::fs::create_dir_all(job.path("messages")).unwrap();
    job.write("messages/long.md", &format!("+++\npriority = 2\n+++\n{}\n", "One line.\n\n".repeat(9)));
    job.write("messages/short.md", "+++\npriority = 1\n+++\nShort.\n");
    let out = job.out("out");
    job.run(&out, &[]).expect(0, "the books balance");
    let list = std::fs::read_to_string(out.join("messages.csv")).unwrap();
    assert!(list.contains(",promotion,short,long would move a required block"), "{list}");
}
