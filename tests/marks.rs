//! Marks through the program: what is refused, what is held, and that they are the same however the job is run.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod common;

use std::path::Path;

use common::{Job, contents, pressrun};

const PROFILE: &str = "positions = [\"gate\", \"eoc\", \"parity-even\", \"was:1\", \"was:2\", \"was:3\", \"safety\"]\n\
                       pitch = \"4.233mm\"\nlength = \"10mm\"\nthickness = \"0.5mm\"\nclear = \"1mm 5mm\"\n";

/// The tiny job with marks.
fn marked(records: usize, marks: &str) -> Job {
    let job = Job::new(records);
    job.write("inserter.toml", PROFILE);
    let text = std::fs::read_to_string(job.path("job.toml")).unwrap();
    job.write("job.toml", &format!("{text}\n{marks}"));
    job
}

/// A track at the left and a code at the upper right of a page of A5.
const MARKS: &str = "[[print.mark]]\ntype = \"omr\"\nprofile = \"inserter.toml\"\nx = \"2mm\"\ny = \"60mm\"\nfor = \"600dpi\"\n\
                     [[print.mark]]\ntype = \"datamatrix\"\nvalue = \"{sequence | pad 7 '0'}{sheet}{sheets}\"\nfor = \"600dpi\"\ncorner = \"top-right\"\n\
                     x = \"5mm\"\ny = \"3mm\"\nclear = \"1mm\"\n";

#[test]
fn marks_are_the_same_for_any_threads_and_volumes() {
    let job = marked(23, MARKS);
    let out = job.out("one");
    job.run(&out, &["--threads", "1"]).expect(0, "the books balance");
    let printed = |out: &Path| -> Vec<_> { contents(out).into_iter().filter(|(name, _)| name.starts_with("print/")).collect() };
    let expected = printed(&out);
    assert_eq!(expected.len(), 5);
    let out = job.out("three");
    job.run(&out, &["--threads", "3"]).expect(0, "the books balance");
    assert!(printed(&out) == expected);
    job.edit("volume-records = 4", "volume-records = 9");
    let out = job.out("volumes");
    job.run(&out, &["--threads", "2"]).expect(0, "the books balance");
    assert!(printed(&out) == expected);
    pressrun(&["status", &out.to_string_lossy(), "--verify"]).expect(0, "the books balance");
    assert_eq!(std::fs::read_to_string(out.join("plan/profiles/0-inserter.toml")).unwrap(), PROFILE);
}

/// What is said of a job whose first mark is changed.
#[track_caller]
fn check(from: &str, to: &str, code: &str, message: &str) {
    let job = marked(2, MARKS);
    job.edit(from, to);
    let ended = pressrun(&["check", &job.path("job.toml").to_string_lossy()]);
    ended.expect(2, message);
    ended.expect(2, code);
}

#[test]
fn every_fault_of_a_mark_is_told() {
    check("\"omr\"", "\"omar\"", "J0411", "there is no mark `omar`");
    check("\"datamatrix\"", "\"datamatric\"", "J0411", "datamatrix");
    check("type = \"datamatrix\"", "type = \"imb\"", "J0411", "the tracking code has 9 digits, not 20");
    check("profile = \"inserter.toml\"", "profile = \"inserted.toml\"", "J0201", "inserted.toml");
    check("profile = \"inserter.toml\"", "value = \"1\"\nprofile = \"inserter.toml\"", "J0411", "`value` is nothing for a track");
    check("{sheets}", "{account}", "E0103", "a late text knows nothing of the record");
    check("{sequence | pad 7 '0'}{sheet}{sheets}", "{document}", "J0411", "jobs without `[mail]`");
    check("{sheets}", "{1 / 0}", "J0411", "a division by zero");
    check("clear = \"1mm\"", "clear = \"wide\"", "J0105", "`wide` is no clear zone");
    check("clear = \"1mm\"", "clear = \"1mm\"\nmodule = \"0.1mm\"", "J0411", "below the least");
    check("clear = \"1mm\"", "clear = \"1mm\"\nheight = \"9mm\"", "J0411", "follows from its `module`");
    check("clear = \"1mm\"", "clear = \"1mm\"\noptions = { size = \"9x9\" }", "J0411", "`9x9` is no value of `size`");
    check("clear = \"1mm\"", "clear = \"1mm\"\noptions = { seize = 1 }", "J0411", "has no option `seize`");
    check("clear = \"1mm\"", "clear = \"1mm\"\nrotate = 45", "J0105", "`rotate` is 0, 90, 180 or 270");
    check("clear = \"1mm\"", "clear = \"1mm\"\npages = \"some\"", "J0105", "`some` is no value of `pages`");
    check("clear = \"1mm\"", "clear = \"1mm\"\nwhen = \"sheet\"", "E0102", "a condition must be true or false");
    check("clear = \"1mm\"", "clear = \"1mm\"\nbar-width-reduction = \"0.3mm\"", "J0411", "less than half a module");
    check("x = \"5mm\"", "x = \"145mm\"", "J0411", "does not lie on the page `any`");
    check("x = \"2mm\"", "", "J0103", "lacks `x`");
    check("left = \"5mm\"\ntop = \"5mm\"", "left = \"8mm\"\ntop = \"70mm\"", "J0413", "a late text stands in the clear zone of mark 1 (omr)");
    check("x = \"2mm\"\ny = \"60mm\"", "x = \"10mm\"\ny = \"180mm\"", "J0413", "a region of the page `any` stands in the clear zone of mark 1 (omr)");
    let job = marked(2, MARKS);
    job.edit("x = \"5mm\"\ny = \"3mm\"", "x = \"20mm\"\ny = \"60mm\"");
    pressrun(&["check", &job.path("job.toml").to_string_lossy()]).expect(0, "reaches into the body area");
}

#[test]
fn marks_keep_clear_of_each_other() {
    check(
        "corner = \"top-right\"\nx = \"5mm\"\ny = \"3mm\"",
        "x = \"2mm\"\ny = \"56mm\"",
        "J0413",
        "mark 2 (datamatrix) stands in the clear zone of mark 1",
    );
}

#[test]
fn every_fault_of_a_profile_is_told() {
    for (from, to, message) in [
        ("\"gate\"", "\"gait\"", "a position cannot say `gait`"),
        ("\"was:3\"", "\"was:99\"", "`was` wants a number from 1 to 16"),
        ("\"was:3\", ", "", "the counter `was` reaches 7"),
        ("\"eoc\"", "\"parity-odd\"", "two parities"),
        ("\"eoc\"", "\"was:1\"", "two positions say `was:1`"),
        ("\"gate\", ", "", "thickness"),
        ("4.233mm", "0.9mm", "cannot be told apart"),
        ("clear = ", "was = { least = 3, most = 1 }\nclear = ", "a counter from 3 to 1 cannot start with 3"),
        ("clear = ", "colour = 1\nclear = ", "has no key `colour`"),
        ("pitch = ", "# ", "lacks `pitch`"),
    ] {
        let job = marked(2, MARKS);
        let (mut profile, message) = (PROFILE.replacen(from, to, 1), if message == "thickness" { "no position is always printed" } else { message });
        if message.starts_with("no position") {
            profile = profile.replace(", \"safety\"", "");
        }
        job.write("inserter.toml", &profile);
        pressrun(&["check", &job.path("job.toml").to_string_lossy()]).expect(2, message);
    }
}

/// A layout whose note grows with the data, into the zone of a code at the lower right.
fn with_a_note(job: &Job) {
    let layout = common::LAYOUT.replace(
        "</page>",
        "<region name=\"note\" left=\"125mm\" top=\"150mm\" width=\"20mm\"> <for each=\"r in rows\"> <p>{r.text}</p> </for> </region></page>",
    );
    job.write("letter.xml", &layout);
    let row = |text: &str| format!("{{\"text\":\"{text}\",\"amount\":1}}");
    let record = |id: &str, rows: usize| {
        let rows: Vec<String> = (0..rows).map(|_| row("note")).collect();
        format!("{{\"id\":\"{id}\",\"zip\":\"1\",\"closing\":1,\"rows\":[{}]}}\n", rows.join(","))
    };
    job.write("data.ndjson", &[record("short", 2), record("long", 12), record("none", 0)].concat());
}

#[test]
fn what_stands_on_every_page_keeps_clear_of_marks() {
    let job = marked(2, MARKS);
    // Without a height, where it ends is known when it is painted: once, because no record changes it.
    let static_lines =
        "<region name=\"side\" left=\"4mm\" top=\"30mm\" width=\"8mm\"> <p>a b c d e f g h i j k l m n o p q r s t u v</p> </region></page>";
    job.write("letter.xml", &common::LAYOUT.replace("</page>", static_lines));
    let ended = pressrun(&["check", &job.path("job.toml").to_string_lossy()]);
    ended.expect(2, "what stands on every page `any` paints into the clear zone of mark 1 (omr)");
}

const NEAR_THE_NOTE: &str = "[[print.mark]]\ntype = \"datamatrix\"\nvalue = \"{sequence | pad 7 '0'}\"\ncorner = \"bottom-right\"\nx = \"12mm\"\ny = \"16mm\"\n\
                             clear = \"3mm\"\n";

#[test]
fn a_document_that_paints_into_a_clear_zone_is_held_or_reported() {
    let job = marked(0, NEAR_THE_NOTE);
    with_a_note(&job);
    let out = job.out("held");
    job.run(&out, &[]).expect(1, "R0441");
    let held = std::fs::read_to_string(out.join("held.ndjson")).unwrap();
    assert_eq!(held.lines().count(), 1, "{held}");
    assert!(held.contains("page 1 paints into the clear zone of mark 1 (datamatrix)"), "{held}");
    job.edit("clear = \"3mm\"", "clear = \"3mm\"\non-touch = \"report\"");
    let out = job.out("reported");
    job.run(&out, &[]).expect(0, "the books balance");
    assert!(std::fs::read_to_string(out.join("report.html")).unwrap().contains("R0441"));
    // On backs there is no mark that could be touched.
    job.edit("on-touch = \"report\"", "pages = \"back\"");
    job.run(&job.out("back"), &[]).expect(0, "the books balance");
}

const MAIL: &str = "[mail]\ncountry = \"US\"\n[mail.address]\nrecipient = \"Resident {id}\"\nstreet = \"12 Main Street\"\ntown = \"Springfield\"\n\
                    region = \"IL\"\npostcode = \"62701\"\n";

#[test]
fn a_record_that_a_mark_cannot_say_is_held() {
    let mark = "[[print.mark]]\ntype = \"code39\"\nvalue = \"{document}\"\nx = \"15mm\"\ny = \"3mm\"\nheight = \"6mm\"\nclear = \"0mm\"\n";
    let job = marked(3, &format!("{mark}{MAIL}"));
    let data = std::fs::read_to_string(job.path("data.ndjson")).unwrap();
    job.write("data.ndjson", &format!("{data}{}", data.lines().next().unwrap().replacen("\"id\":\"", "\"id\":\"ä", 1)));
    let out = job.out("out");
    job.run(&out, &[]).expect(1, "R0440");
    let held = std::fs::read_to_string(out.join("held.ndjson")).unwrap();
    assert!(held.lines().count() == 1 && held.contains("mark 1 (code39) of `ä"), "{held}");
    // Each piece has the bars of its own document: no two late streams are the same.
    let document = lopdf::Document::load(out.join("print/000001.pdf")).unwrap();
    let late = |page: &lopdf::ObjectId| {
        document.get_page_contents(*page).get(1).map(|id| document.get_object(*id).unwrap().as_stream().unwrap().content.clone())
    };
    let mut streams: Vec<Vec<u8>> = document.get_pages().values().filter_map(late).collect();
    let count = streams.len();
    streams.sort();
    streams.dedup();
    assert!(count >= 3 && streams.len() == count, "{count}");
}

#[test]
fn serial_numbers_are_the_same_when_a_job_is_run_again_and_never_those_of_another() {
    let imb = "[[print.mark]]\ntype = \"imb\"\nvalue = \"{imb}\"\nx = \"20mm\"\ny = \"5mm\"\npages = \"first\"\nclear = \"1mm\"\n";
    let post = "routing = \"62701\"\n[mail.imb]\nservice-type = \"270\"\nmailer-id = \"123456\"\n[mail.serials]\nbook = \"serials.sqlite\"\n";
    let job = marked(7, &format!("{imb}{MAIL}{post}"));
    let printed = |out: &str| {
        job.run(&job.out(out), &["--threads", "2"]).expect(0, "the books balance");
        std::fs::read(job.out(out).join("print/000001.pdf")).unwrap()
    };
    let ranges = || -> Vec<(i64, i64)> {
        let book = rusqlite::Connection::open(job.path("serials.sqlite")).unwrap();
        let mut rows = book.prepare("SELECT first, count FROM ranges ORDER BY id").unwrap();
        rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    };
    let first = printed("one");
    assert_eq!(ranges(), [(1, 7)]);
    assert!(printed("two") == first);
    assert_eq!(ranges(), [(1, 7)]);
    job.edit("date = 2026-10-01", "date = 2026-10-02");
    assert!(printed("three") != first);
    assert_eq!(ranges(), [(1, 7), (8, 7)]);
    // Six digits leave room for a million numbers, one digit for nine: seven are taken, and rest.
    job.edit("book = ", "digits = 1\nbook = ");
    job.run(&job.out("four"), &[]).expect(2, "W0114");
    for (from, to, message) in [
        ("mailer-id = \"123456\"", "mailer-id = \"12345\"", "`mailer-id` has 6 or 9 digits"),
        ("mailer-id = \"123456\"", "mailer-id = \"923456\"", "one that begins with 9 has nine digits"),
        ("service-type = \"270\"", "service-type = \"27\"", "`service-type` has 3 digits"),
        ("service-type = \"270\"", "barcode-id = \"05\"\nservice-type = \"270\"", "is not 0 to 4"),
        ("digits = 1", "digits = 10", "do not fit a barcode that leaves 9"),
        ("digits = 1", "digits = 1\ndays = 0", "beyond 1 to 3650"),
        ("book = \"serials.sqlite\"", "", "lacks `book`"),
    ] {
        let text = std::fs::read_to_string(job.path("job.toml")).unwrap();
        job.edit(from, to);
        pressrun(&["check", &job.path("job.toml").to_string_lossy()]).expect(2, message);
        job.write("job.toml", &text);
    }
}

#[test]
fn a_late_text_shows_ids_as_far_as_its_face_can() {
    let job = marked(3, "[[print.late]]\ntext = \"{document}\"\nleft = \"30mm\"\ntop = \"5mm\"\n");
    let data = std::fs::read_to_string(job.path("data.ndjson")).unwrap();
    job.write("data.ndjson", &data.replacen("\"id\":\"", "\"id\":\"Ж", 1));
    job.run(&job.out("out"), &[]).expect(0, "the books balance");
}

const SHEET: &str = "[print.sheet]\noffset-front = \"0.3mm -0.2mm\"\noffset-back = \"-0.3mm 0mm\"\noutside = \"5mm\"\n\
                     [[print.late]]\ntext = \"outside {sequence}\"\nleft = \"2mm\"\nbottom = \"-4mm\"\npages = \"all\"\n";

#[test]
fn what_goes_to_the_press_beside_a_print_file_is_part_of_the_job() {
    let job = marked(23, SHEET);
    job.edit("pieces-per-file = 5", "pieces-per-file = 5\nindex = \"both\"\nticket = \"jdf\"");
    let out = job.out("out");
    job.run(&out, &[]).expect(0, "the books balance");
    let whole = contents(&out);
    assert_eq!(whole.keys().filter(|name| name.starts_with("print/")).count(), 20, "{whole:?}");
    pressrun(&["status", &out.to_string_lossy(), "--verify"]).expect(0, "the books balance");
    // Pieces lie one behind the other, in whole sheets.
    let index = std::fs::read_to_string(out.join("print/000002.csv")).unwrap();
    let rows: Vec<Vec<u64>> = index.lines().skip(1).map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect()).collect();
    assert_eq!(rows.iter().map(|row| row[0]).collect::<Vec<_>>(), [6, 7, 8, 9, 10]);
    let mut page = 1;
    for row in &rows {
        assert_eq!((row[1], row[2] - row[1] + 1), (page, row[3] * 2), "{row:?}");
        page = row[2] + 1;
    }
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(out.join("print/000002.json")).unwrap()).unwrap();
    assert_eq!(json["pieces"].as_array().unwrap().len(), 5);
    assert_eq!(json["sha256"].as_str().unwrap(), whole["print/000002.pdf"]);
    let ticket = std::fs::read_to_string(out.join("print/000002.jdf")).unwrap();
    assert!(ticket.contains(&format!("NPage=\"{}\"", page - 1)) && ticket.contains("TwoSidedFlipY"), "{ticket}");
    // What is missing is made again.
    std::fs::remove_file(out.join("print/000003.jdf")).unwrap();
    pressrun(&["status", &out.to_string_lossy()]).expect(2, "print/000003.jdf");
    job.run(&out, &["--threads", "1"]).expect(0, "the books balance");
    assert_eq!(contents(&out), whole);
    std::fs::write(out.join("print/000004.csv"), index).unwrap();
    pressrun(&["status", &out.to_string_lossy(), "--verify"]).expect(2, "print/000004.csv");
}

#[test]
fn every_fault_of_sheets_and_banners_is_told() {
    for (to, code, message) in [
        ("[print.sheet]\noffset-front = \"1mm\"", "J0105", "is no move of a page"),
        ("[print.sheet]\noffset-front = \"1mm 90mm\"", "J0105", "is no move of a page"),
        ("[print.sheet]\noutside = \"-1mm\"", "J0105", "beyond 0 to"),
        ("[print.sheet]\noffset = \"1mm 1mm\"", "J0102", "has no key `offset`"),
        ("[print.banner]\nwidth = \"100mm\"", "J0103", "lacks `media`"),
        ("[print.banner]\nmedia = \"yellow\"\nwidth = \"100mm\"", "J0105", "a `width` and a `height`, or neither"),
        ("[print.banner]\nmedia = \"yellow\"\nwidth = \"10mm\"\nheight = \"10mm\"", "J0105", "too small"),
    ] {
        let job = marked(2, to);
        let ended = pressrun(&["check", &job.path("job.toml").to_string_lossy()]);
        ended.expect(2, message);
        ended.expect(2, code);
    }
    let job = marked(2, "");
    job.edit("pieces-per-file = 5", "pieces-per-file = 5\nindex = \"xml\"");
    pressrun(&["check", &job.path("job.toml").to_string_lossy()]).expect(2, "`xml` is no value of `index`");
    job.edit("index = \"xml\"", "ticket = \"xjdf\"");
    pressrun(&["check", &job.path("job.toml").to_string_lossy()]).expect(2, "`xjdf` is no value of `ticket`");
}

#[test]
fn pages_side_by_side_are_the_pages_of_the_print_file() {
    let job = marked(23, &format!("{MARKS}\n[print.lanes]\ngap = \"6mm\"\n"));
    let out = job.out("out");
    job.run(&out, &[]).expect(0, "the books balance");
    let whole = contents(&out);
    pressrun(&["status", &out.to_string_lossy(), "--verify"]).expect(0, "the books balance");
    let streams = |file: &str| -> Vec<Vec<Vec<u8>>> {
        let document = lopdf::Document::load(out.join(file)).unwrap();
        let stream = |id| document.get_object(id).unwrap().as_stream().unwrap().content.clone();
        document.get_pages().values().map(|page| document.get_page_contents(*page).into_iter().map(stream).collect()).collect()
    };
    for number in 1..=5 {
        let (printed, wide) = (streams(&format!("print/{number:06}.pdf")), streams(&format!("lanes/{number:06}.pdf")));
        let sheets = printed.len() / 2;
        let rows = sheets.div_ceil(2);
        assert_eq!(wide.len(), rows * 2);
        for (at, page) in wide.iter().enumerate() {
            let (row, side) = (at / 2, at % 2);
            // What moves a lane, and what ends it, is not of the print file.
            let found: Vec<&Vec<u8>> = page.iter().filter(|stream| !stream.starts_with(b"q 1 0 0 1 ") && *stream != b"Q\n").collect();
            let expected: Vec<&Vec<u8>> =
                [row, row + rows].into_iter().filter(|sheet| *sheet < sheets).flat_map(|sheet| &printed[sheet * 2 + side]).collect();
            assert_eq!(found, expected, "{number} {at}");
        }
    }
    std::fs::remove_file(out.join("lanes/000002.pdf")).unwrap();
    job.run(&out, &["--threads", "1"]).expect(0, "the books balance");
    assert_eq!(contents(&out), whole);
    job.edit("gap = \"6mm\"", "gap = \"6mm\"\ncount = 9");
    pressrun(&["check", &job.path("job.toml").to_string_lossy()]).expect(2, "beyond 2 to 8");
    job.edit("count = 9", "[print.banner]\nmedia = \"yellow\"");
    pressrun(&["check", &job.path("job.toml").to_string_lossy()]).expect(2, "pages side by side are of one paper");
}

const BANNER: &str = "[print.banner]\nmedia = \"Letter yellow\"\n[[print.late]]\ntext = \"Tray {tray}: {tray_pieces} pieces from {sequence}\"\nleft = \"25mm\"\n\
                      top = \"60mm\"\nsize = \"24pt\"\npages = \"banner\"\n";

#[test]
fn every_tray_begins_with_its_banner() {
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ["layouts", "fixtures/mail"] {
        common::copy_tree(&root.join(name), &folder.path().join(name));
    }
    let job = folder.path().join("fixtures/mail/job.toml");
    let text = std::fs::read_to_string(&job).unwrap().replace("pieces-per-file = 150", "pieces-per-file = 150\nindex = \"csv\"\nticket = \"jdf\"");
    std::fs::write(&job, format!("{text}\n{BANNER}")).unwrap();
    let out = folder.path().join("out");
    pressrun(&["run", &job.to_string_lossy(), "--out", &out.to_string_lossy()]).expect(1, "the books balance");
    pressrun(&["status", &out.to_string_lossy(), "--verify"]).expect(1, "the books balance");
    let mut banners = 0;
    for number in 1..=4 {
        let index = std::fs::read_to_string(out.join(format!("print/{number:06}.csv"))).unwrap();
        // Before the first piece of each tray there is a sheet that is of no piece.
        let mut next = 1;
        for line in index.lines().skip(1) {
            let row: Vec<u32> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
            let banner = if row[5] == 1 { 2 } else { 0 };
            assert_eq!(row[1], next + banner, "{line}");
            banners += banner / 2;
            next = row[2] + 1;
        }
        let document = lopdf::Document::load(out.join(format!("print/{number:06}.pdf"))).unwrap();
        assert_eq!(document.get_pages().len() as u32, next - 1);
    }
    let trays: u32 =
        rusqlite::Connection::open(out.join("ledger.sqlite")).unwrap().query_row("SELECT COUNT(*) FROM trays", [], |row| row.get(0)).unwrap();
    assert!(banners == trays && trays > 2, "{banners} banners, {trays} trays");
    let ticket = std::fs::read_to_string(out.join("print/000001.jdf")).unwrap();
    assert!(ticket.contains("DescriptiveName=\"Letter yellow\"") && ticket.contains("RunIndex=\"0~1 "), "{ticket}");
}
