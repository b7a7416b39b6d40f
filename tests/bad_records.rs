//! The catalogue of bad input, each case once through the program: held with its reason or refused with its code, the
//! rest delivered, the books balanced.
//!
//! What is not here has a test elsewhere: a full disk, a folder that cannot be written and data that is replaced in
//! `faults.rs`, `kill -9` in `determinism.rs`, the hold limit in `bad_input.rs`.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod common;

use std::io::Write;

use common::{Ended, Job, data, pressrun, record};

/// A record with these rows.
fn with_rows(rows: impl Iterator<Item = String>) -> String {
    let rows: Vec<String> = rows.map(|text| format!("{{\"text\":{},\"amount\":1.25}}", serde_json::Value::from(text))).collect();
    format!("{{\"id\":\"C9\",\"zip\":\"1\",\"closing\":1,\"rows\":[{}]}}\n", rows.join(","))
}

/// What came of a job: how it ended, its held records, and its documents as (record, pages).
struct Outcome {
    ended: Ended,
    held: Vec<serde_json::Value>,
    documents: Vec<(u64, u64)>,
}

/// Runs a job, and has its books and its bytes verified.
#[track_caller]
fn run(job: &Job) -> Outcome {
    let out = job.out("out");
    let ended = job.run(&out, &[]);
    let code = ended.code.unwrap();
    assert!(code < 2, "{ended:#?}");
    pressrun(&["status", &out.to_string_lossy(), "--verify"]).expect(code, "the books balance");
    let held = std::fs::read_to_string(out.join("held.ndjson")).unwrap();
    let held: Vec<serde_json::Value> = held.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(held.is_empty(), code == 0);
    let manifest = std::fs::read_to_string(out.join("manifest.csv")).unwrap();
    let mut documents: Vec<(u64, u64)> = manifest
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>())
        .map(|cells| (cells[1].parse().unwrap(), cells[7].parse().unwrap()))
        .collect();
    documents.sort_unstable();
    Outcome { ended, held, documents }
}

/// A record among two good ones is held with this code, and nothing else is.
#[track_caller]
fn check_held(layout: Option<&str>, bad: &str, code: &str, part: &str) {
    let job = Job::new(0);
    if let Some(layout) = layout {
        job.write("letter.xml", layout);
    }
    job.write("data.ndjson", &format!("{}{bad}{}", record(0), record(1)));
    let outcome = run(&job);
    let codes: Vec<_> = outcome.held.iter().map(|held| (held["record"].as_u64(), held["code"].as_str())).collect();
    assert_eq!(codes, [(Some(2), Some(code))], "{:#?}", outcome.held);
    assert!(outcome.held[0]["reason"].as_str().unwrap().contains(part), "{}", outcome.held[0]["reason"]);
    assert_eq!(outcome.held[0]["original"].as_str(), Some(bad));
    assert_eq!(outcome.documents.iter().map(|document| document.0).collect::<Vec<_>>(), [1, 3]);
}

/// A record among two good ones is composed, in so many pages.
#[track_caller]
fn check_composed(layout: Option<&str>, odd: &str, pages: u64) {
    let job = Job::new(0);
    if let Some(layout) = layout {
        job.write("letter.xml", layout);
    }
    job.write("data.ndjson", &format!("{}{odd}{}", record(0), record(1)));
    let outcome = run(&job);
    assert_eq!((outcome.held.len(), outcome.documents.len(), outcome.documents[1]), (0, 3, (2, pages)));
}

#[test]
fn a_last_line_that_is_cut_off() {
    let job = Job::new(0);
    let text = data(3);
    job.write("data.ndjson", &text[..text.len() - 20]);
    let outcome = run(&job);
    assert_eq!((outcome.held[0]["record"].as_u64(), outcome.held[0]["code"].as_str()), (Some(3), Some("R0301")));
    assert!(outcome.held[0]["reason"].as_str().unwrap().contains("ends in the middle"));
    // Without its line end alone, nothing is missing.
    job.write("data.ndjson", text.trim_end());
    std::fs::remove_dir_all(job.out("out")).unwrap();
    assert_eq!(run(&job).documents.len(), 3);
}

#[test]
fn bytes_that_are_no_text_in_one_record() {
    let job = Job::new(0);
    let bad = b"{\"id\":\"M\xfcller\",\"zip\":\"1\",\"closing\":1,\"rows\":[]}\n";
    std::fs::write(job.path("data.ndjson"), [record(0).as_bytes(), bad, record(1).as_bytes()].concat()).unwrap();
    let outcome = run(&job);
    assert_eq!((outcome.held.len(), outcome.held[0]["code"].as_str()), (1, Some("R0302")));
    assert!(outcome.held[0]["reason"].as_str().unwrap().contains("after `{\"id\":\"M`"), "{}", outcome.held[0]["reason"]);
    assert!(outcome.held[0]["original"].is_null() && outcome.held[0]["original_base64"].is_string());
}

#[test]
fn a_record_of_200_megabytes() {
    let job = Job::new(0);
    let mut file = std::fs::File::create(job.path("data.ndjson")).unwrap();
    file.write_all(format!("{}{{\"id\":\"", record(0)).as_bytes()).unwrap();
    let block = vec![b'x'; 1 << 20];
    (0..200).for_each(|_| file.write_all(&block).unwrap());
    file.write_all(format!("\"}}\n{}", record(1)).as_bytes()).unwrap();
    drop(file);
    let out = job.out("out");
    job.run(&out, &[]).expect(1, "the books balance");
    // Read as bytes: parsing 200 megabytes of JSON here would take longer than the program does.
    let held = std::fs::read(out.join("held.ndjson")).unwrap();
    let head = String::from_utf8_lossy(&held[..400]).into_owned();
    assert!(head.starts_with("{\"record\":2,\"code\":\"R0303\",\"reason\":\"the record has 209715210 bytes"), "{head}");
    assert!(held.len() > 200 << 20 && held.ends_with(b"xxx\\\"}\\n\"}\n"), "{}", held.len());
    pressrun(&["status", &out.to_string_lossy(), "--verify"]).expect(1, "the books balance");
}

#[test]
fn nesting_10_000_deep() {
    let deep = format!("{{\"id\":\"C9\",\"zip\":\"1\",\"closing\":1,\"rows\":{}{}}}\n", "[".repeat(10_000), "]".repeat(10_000));
    check_held(None, &deep, "R0304", "deeper than 128");
    let deep =
        format!("{{\"id\":\"C9\",\"zip\":\"1\",\"closing\":1,\"rows\":[],\"unmapped\":{}1{}}}\n", "{\"a\":".repeat(10_000), "}".repeat(10_000));
    check_held(None, &deep, "R0304", "deeper than 128");
    check_held(None, &format!("{}\n", "[".repeat(10_000)), "R0301", "object");
}

#[test]
fn what_is_not_what_the_contract_asks_for() {
    check_held(None, "{\"id\":\"C9\",\"zip\":\"1\",\"rows\":[]}\n", "R0305", "`closing`");
    check_held(None, "{\"id\":\"C9\",\"zip\":\"1\",\"closing\":\"ten dollars\",\"rows\":[]}\n", "R0306", "ten dollars");
    check_held(None, "{\"id\":\"C9\",\"zip\":\"1\",\"closing\":1,\"rows\":[{\"text\":\"x\",\"amount\":\"1,2,3\"}]}\n", "R0306", "1,2,3");
    check_held(None, "{\"id\":\"C9\",\"zip\":\"1\",\"closing\":1,\"rows\":7}\n", "R0308", "rows");
}

#[test]
fn a_date_that_does_not_exist() {
    let layout = common::LAYOUT
        .replace("<field name=\"zip\"", "<field name=\"due\" type=\"date\" optional=\"true\"/> <field name=\"zip\"")
        .replace("closes at", "closes on {due | date} at");
    for date in ["2026-02-29", "2026-13-01", "2026-04-31", "0000-00-00", "tomorrow"] {
        let bad = format!("{{\"id\":\"C9\",\"zip\":\"1\",\"due\":\"{date}\",\"closing\":1,\"rows\":[]}}\n");
        check_held(Some(&layout), &bad, "R0307", date);
    }
    check_composed(Some(&layout), "{\"id\":\"C9\",\"zip\":\"1\",\"due\":\"2028-02-29\",\"closing\":1,\"rows\":[]}\n", 1);
}

#[test]
fn statements_of_none_and_of_very_many_transactions() {
    check_composed(None, &with_rows(std::iter::empty()), 1);
    // 43 rows to a page of A5. A hundred thousand are composed in the benches: the unoptimised program takes its time.
    let job = Job::new(0);
    job.write("data.ndjson", &format!("{}{}", record(0), with_rows((0..10_000).map(|row| format!("row {row}")))));
    let outcome = run(&job);
    assert!(outcome.held.is_empty());
    assert!((150..400).contains(&outcome.documents[1].1), "{:?}", outcome.documents);
}

#[test]
fn more_pages_than_a_document_may_have() {
    // Every letter of a row takes a page.
    let layout = common::LAYOUT.replace("<td>{r.text}", "<td font-size=\"180mm\" line-height=\"180mm\">{r.text}");
    let long = with_rows((0..6).map(|_| "x".repeat(10_000)));
    check_held(Some(&layout), &long, "R0406", "pages");
}

#[test]
fn an_address_of_ten_lines() {
    let layout = |lines: usize| {
        let lines = "<line>{id}</line>".repeat(lines);
        let region = format!(
            "<region name=\"to\" left=\"15mm\" top=\"15mm\" width=\"80mm\" height=\"30mm\"> <address lines-max=\"6\">{lines}</address> </region>"
        );
        common::LAYOUT.replace("<region name=\"foot\"", &format!("{region} <region name=\"foot\""))
    };
    check_composed(Some(&layout(6)), &record(2), 1);
    let job = Job::new(0);
    job.write("letter.xml", &layout(10));
    // Lines without text vanish, so a record may have none of the ten.
    job.write("data.ndjson", &format!("{}{{\"id\":\"\",\"zip\":\"1\",\"closing\":1,\"rows\":[]}}\n", record(0)));
    let outcome = run(&job);
    assert_eq!((outcome.documents.as_slice(), outcome.held[0]["code"].as_str()), ([(2, 1)].as_slice(), Some("R0403")), "{:?}", outcome.held);
    assert!(outcome.held[0]["reason"].as_str().unwrap().contains("10 lines"), "{}", outcome.held[0]);
}

#[test]
fn a_word_longer_than_the_line() {
    let word = "Donaudampfschifffahrtsgesellschaftskapitän".repeat(40);
    check_composed(None, &with_rows(std::iter::once(word)), 1);
    let wide = "W".repeat(50_000);
    let job = Job::new(0);
    job.write("data.ndjson", &with_rows(std::iter::once(wide)));
    let outcome = run(&job);
    assert!(outcome.held.is_empty() && outcome.documents[0].1 > 5, "{:?} {:?}", outcome.held, outcome.documents);
}

#[test]
fn a_row_taller_than_the_page() {
    // A cell of text goes on on the next page.
    let text = "word ".repeat(4000);
    let job = Job::new(0);
    job.write("data.ndjson", &with_rows(std::iter::once(text)));
    let outcome = run(&job);
    assert!(outcome.held.is_empty() && outcome.documents[0].1 > 3, "{:?} {:?}", outcome.held, outcome.documents);
    // What cannot be divided and is higher than any page is held.
    let layout = common::LAYOUT.replace("<tr> <td>{r.text}", "<tr> <td><barcode type=\"code128\" value=\"{r.text}\" height=\"400mm\"/>");
    let job = Job::new(0);
    job.write("letter.xml", &layout);
    job.write("data.ndjson", &format!("{}{}", record(0), with_rows(std::iter::once("123".to_string()))));
    let outcome = run(&job);
    assert_eq!((outcome.documents.len(), outcome.held[0]["code"].as_str()), (1, Some("R0404")));
    assert!(outcome.held[0]["reason"].as_str().unwrap().contains("is 1133.858pt high, the page has room for"), "{}", outcome.held[0]);
}

#[test]
fn names_of_all_the_world() {
    let name = |name: &str| with_rows(std::iter::once(name.to_string()));
    // Invisible characters do no harm, and tabs and line ends are blank.
    for odd in [
        "Zo\u{200d}e\u{200b} \u{feff}B",
        "tab\tnew\nline\r\nfeed\u{c}next\u{85}line",
        "\u{202e}Mallory\u{202c}",
        "  spaces  ",
        "",
        "Ñandú Žižek Ωμέγα Иван",
        "יוסף כהן 12",
    ] {
        check_composed(None, &name(odd), 1);
    }
    // The built-in fonts have no such letters: never a box in print.
    for held in ["محمد", "👩‍👩‍👧 family", "田中", "e\u{301}\u{1f600}"] {
        check_held(None, &name(held), "R0405", "no font of the layout has a glyph");
    }
    // Nothing is dropped in silence, not even what nobody can see.
    for (held, character) in [("bell\u{7}", "U+0007"), ("\u{1b}[31m", "U+001B"), ("a\u{0}b", "U+0000"), ("\u{7f}", "U+007F"), ("x\u{9b}", "U+009B")] {
        check_held(None, &name(held), "R0405", &format!("has a glyph for the control character {character}"));
    }
    for reported in ["田中 Tanaka", "bell\u{7}"] {
        let job = Job::new(0);
        job.edit("[job]", "[job]\nmissing-glyphs = \"report\"");
        job.write("data.ndjson", &name(reported));
        assert_eq!(run(&job).documents, [(1, 1)]);
    }
}

/// Runs `check` on a job whose layout shows an image of these bytes.
#[track_caller]
fn check_image(bytes: &[u8], part: &str) {
    let job = Job::new(1);
    job.write("letter.xml", &common::LAYOUT.replace("<p>Account", "<img src=\"logo.png\" alt=\"\" width=\"20mm\"/> <p>Account"));
    std::fs::write(job.path("logo.png"), bytes).unwrap();
    let ended = job.run(&job.out("out"), &[]);
    ended.expect(2, "L0231");
    ended.expect(2, part);
    assert!(!job.out("out").exists(), "nothing is produced");
}

/// A PNG chunk (ISO 15948, 5.3).
fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [kind.as_slice(), data].concat();
    let crc = body.iter().fold(!0u32, |mut crc, byte| {
        crc ^= u32::from(*byte);
        (0..8).for_each(|_| crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 });
        crc
    });
    [(data.len() as u32).to_be_bytes().as_slice(), &body, &(!crc).to_be_bytes()].concat()
}

fn png(width: u32, height: u32, pixels: &[u8]) -> Vec<u8> {
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    [b"\x89PNG\r\n\x1a\n".as_slice(), &chunk(b"IHDR", &head), &chunk(b"IDAT", pixels), &chunk(b"IEND", b"")].concat()
}

#[test]
fn images_that_are_broken_huge_or_renamed() {
    // One grey pixel: a zlib stream with one stored block.
    let pixel = [0x78, 0x01, 0x01, 0x02, 0x00, 0xfd, 0xff, 0x00, 0x7f, 0x00, 0x81, 0x00, 0x80];
    let good = png(1, 1, &pixel);
    let job = Job::new(1);
    job.write("letter.xml", &common::LAYOUT.replace("<p>Account", "<img src=\"logo.png\" alt=\"\" width=\"20mm\"/> <p>Account"));
    std::fs::write(job.path("logo.png"), &good).unwrap();
    assert_eq!(run(&job).documents.len(), 1);
    check_image(&good[..good.len() - 20], "truncated");
    check_image(&png(u32::MAX >> 1, u32::MAX >> 1, &pixel), "pixels");
    check_image(&png(60_000, 60_000, &pixel), "pixels");
    // Fewer pixels than announced, and far more.
    check_image(&png(100, 100, &pixel), "its image data is too short for its size");
    check_image(b"GIF89a\x01\x00\x01\x00", "this is a GIF file, whatever its name says");
    check_image(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", "truncated");
    check_image(b"%PDF-1.7", "this is a PDF file, whatever its name says");
    check_image(b"<html>404 not found</html>", "not an image");
    check_image(b"", "not an image");
}

#[test]
fn fonts_that_are_broken() {
    let font = |bytes: &[u8], part: &str| {
        let job = Job::new(1);
        job.write("letter.xml", &common::LAYOUT.replace("<body>", "<body font-family=\"Mine\">"));
        job.edit("[print]", "[fonts.Mine]\nregular = \"mine.ttf\"\n\n[print]");
        std::fs::write(job.path("mine.ttf"), bytes).unwrap();
        let ended = job.run(&job.out("out"), &[]);
        ended.expect(2, "J0401");
        ended.expect(2, part);
        assert!(!job.out("out").exists(), "nothing is produced");
    };
    let good = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/fonts/liberation-sans/LiberationSans-Regular.ttf")).unwrap();
    font(&good[..good.len() / 2], "cannot be used");
    font(&good[..100], "cannot be used");
    font(b"<html>404 not found</html>", "is not a TrueType or OpenType font");
    font(b"", "is not a TrueType or OpenType font");
}

/// The codes of the held records of an XML job with one field.
#[track_caller]
fn check_xml(text: &str, documents: usize, codes: &[&str]) {
    let job = Job::new(0);
    let layout = common::LAYOUT.replace(", page {page} of {pages}", "");
    job.write("letter.xml", &layout);
    job.write("data.xml", text);
    job.edit("files = \"data.ndjson\"\nformat = \"ndjson\"", "files = \"data.xml\"\nformat = \"xml\"\nrecord = \"r\"");
    job.edit("[[layout]]", "[input.map]\nrows = \"row\"\n\n[[layout]]");
    let outcome = run(&job);
    let found: Vec<_> = outcome.held.iter().map(|held| held["code"].as_str().unwrap()).collect();
    assert_eq!((outcome.documents.len(), found.as_slice()), (documents, codes), "{:#?} {:#?}", outcome.held, outcome.ended);
}

#[test]
fn xml_with_entities_a_dtd_or_wrong_nesting() {
    let good = |id: &str| format!("<r><id>{id}</id><zip>1</zip><closing>1.50</closing><row><text>a &amp; b</text><amount>1</amount></row></r>");
    let (a, b) = (good("A"), good("B"));
    check_xml(&format!("<all>{a}{b}</all>"), 2, &[]);
    check_xml(&format!("<all>{a}<r><id>&company;</id></r>{b}</all>"), 2, &["R0314"]);
    check_xml(&format!("<all>{a}<r><id>X</zip></r>{b}</all>"), 2, &["R0314"]);
    check_xml(&format!("<all>{a}<r><id>{}{}</id></r>{b}</all>", "<x>".repeat(10_000), "</x>".repeat(10_000)), 2, &["R0304"]);
    // Nothing of a file with a document type is to be trusted: entities could stand for anything.
    let laughs = "<!DOCTYPE all [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]>";
    check_xml(&format!("{laughs}<all>{a}<r><id>&b;</id></r></all>"), 0, &["R0315"]);
    check_xml(&format!("<!DOCTYPE all SYSTEM \"file:///etc/passwd\"><all>{a}</all>"), 0, &["R0315"]);
    // A file that is cut off may lack records: what is left is held, not passed over.
    check_xml(&format!("<all>{a}<r><id>B"), 1, &["R0317"]);
    check_xml(&format!("<all>{a}{b}"), 2, &["R0317"]);
    check_xml(&format!("<all>{a}</all><all>{b}</all>"), 1, &["R0314"]);
    check_xml("", 0, &["R0314"]);
}
