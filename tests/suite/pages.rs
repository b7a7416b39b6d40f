//! Cases of `tests/suite/layout`: a layout and a record, and what their pages show.
//!
//! A case is `--- a-sentence-for-a-name ---`, optional `page:`, `data:`, `record:`, `styles:` and `file NAME:` lines, then `body:`, `parts:` or
//! `layout:` and the text of the layout, then `expect:` and lines that the description of its pages must hold:
//!
//! ```text
//! pages 2
//! lines of page 1 = 3
//! line 1 of page 2 = "Date Text Amount"
//! line 1 of page 2 at 10 19.2
//! "Amount" of page 2 from 70 to 95.4
//! mark 1 of page 1 = fill #ff0000 10 10 80x20
//! turned text of page 1 = 90 "side" at 20 30
//! link of page 1 = https://example.org at 10 10 40x12
//! link of page 1 = page 2 10 at 10 10 40x12
//! outline 1 = "Chapter" page 2 10
//! title = "Statement"
//! held R0405
//! reason = "the content of a box is higher than its height of 20pt"
//! place = layout.xml 2:4 box
//! ```
//!
//! Messages: `subject = "…"`, `preheader = "…"`, `line 1 of the text = "…"`, `html <p …>` (a line of the HTML), `sms = "…"`,
//! `sms GSM-7 42 in 1`, `no e-mail R0471 …`, `no sms R0472 …`.
//!
//! Other lines are `warning CODE message`, `fault CODE message`, and `remark CODE reason` of a document that is composed all the same.
//! A line that starts with `not` must be absent, up to its `…` if it ends with one.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use pressrun::engine::with_records;
use pressrun::plan::{Overrides, compile};

use super::reading::{self, Shown, short};

const DATA: &str = r#"<data> <field name="name" type="text"/> <field name="note" type="text" optional="true"/> <field name="id" type="text"/>
 <field name="due" type="date"/> <field name="paid" type="boolean"/> <field name="count" type="integer"/>
 <field name="rate" type="decimal"/> <field name="total" type="money"/>
 <field name="address.name" type="text"/> <field name="address.street" type="text" optional="true"/> <field name="address.city" type="text"/>
 <list name="rows"> <field name="text" type="text"/> <field name="group" type="text"/> <field name="amount" type="money"/> <field name="number" type="integer"/> </list>
 <list name="none"> <field name="text" type="text"/> </list> </data>"#;

const RECORD: &str = r#"{"name":"Ada Lovelace","id":"C-4711","due":"2026-09-01","paid":true,"count":3,"rate":0.19,"total":35.50,
 "address":{"name":"Ada Lovelace","city":"London"},"none":[],
 "rows":[{"text":"Paper","group":"A","amount":12.50,"number":1},{"text":"Ink","group":"B","amount":27.50,"number":2},{"text":"Credit","group":"A","amount":-4.50,"number":3}]}"#;

const SCRIPTS: &[(&str, &str)] = &[
    ("Naskh", "NotoNaskhArabic-Regular.ttf"),
    ("Hebrew", "NotoSansHebrew-Regular.ttf"),
    ("Devanagari", "NotoSansDevanagari-Regular.ttf"),
    ("Thai", "NotoSansThai-Regular.ttf"),
    ("Japanese", "NotoSansJP-Regular.otf"),
];

/// One case.
pub struct Case {
    pub name: String,
    file: PathBuf,
    pub layout: String,
    record: String,
    /// Names and texts of files beside the layout.
    files: Vec<(String, String)>,
    locale: String,
    pub expected: Vec<String>,
}

impl Case {
    /// A case of pages and a body, which expects nothing.
    pub fn of_parts(parts: &str) -> Case {
        read_case(&format!("random ---\nparts: {parts}\nexpect:"), Path::new("random"))
    }
}

/// All cases, in the order of their files.
pub fn read_cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/layout");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files.into_iter().filter(|file| file.extension().is_some_and(|extension| extension == "txt")) {
        let text = std::fs::read_to_string(&file).unwrap();
        cases.extend(text.split("\n--- ").skip(1).map(|part| read_case(part, &file)));
    }
    cases
}

fn read_case(part: &str, file: &Path) -> Case {
    let (name, rest) = part.split_once(" ---\n").unwrap_or_else(|| panic!("{}: no name: {part}", file.display()));
    let (text, expected) = rest.split_once("\nexpect:").unwrap_or_else(|| panic!("{name}: no `expect:`"));
    let (mut page, mut data, mut record, mut locale, mut styles) =
        (r#"size="200pt 150pt" margin="10pt""#.to_string(), DATA.to_string(), RECORD.to_string(), "en-US".to_string(), String::new());
    let mut body = None;
    let mut files = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let (key, value) = line.split_once(':').unwrap_or_else(|| panic!("{name}: `{line}` has no key"));
        let value = value.trim().to_string();
        match key {
            "page" => page = value,
            "data" => data = format!("<data> {value} </data>"),
            "record" => record = value,
            "locale" => locale = value,
            "styles" => styles = value,
            "body" | "parts" | "layout" => {
                body = Some((key.to_string(), format!("{value}\n{}", lines.by_ref().collect::<Vec<_>>().join("\n"))));
            }
            // A text of Fluent has lines: `\n` is the end of one.
            _ if key.starts_with("file ") && key.ends_with(".ftl") => files.push((key["file ".len()..].to_string(), value.replace("\\n", "\n"))),
            _ if key.starts_with("file ") => files.push((key["file ".len()..].to_string(), value)),
            _ => panic!("{name}: `{key}:` is no part of a case"),
        }
    }
    let (kind, body) = body.unwrap_or_else(|| panic!("{name}: no `body:`"));
    let open = r#"<layout xmlns="urn:pressrun:layout:1" name="case" lang="en">"#;
    let master = format!("<page name=\"any\" {page}/>");
    let text_style = r#"<style name="text" font-family="Liberation Sans" font-size="10pt" line-height="12pt"/>"#;
    let layout = match kind.as_str() {
        "layout" => body,
        "parts" => {
            let master = if body.contains("<page ") { String::new() } else { master };
            format!("{open}{data}{text_style}{styles}{master}{body}</layout>")
        }
        _ => format!("{open}{data}{text_style}{styles}{master}<body style=\"text\">{body}</body></layout>"),
    };
    let expected = expected.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_string).collect();
    Case { name: name.to_string(), file: file.to_path_buf(), layout, record: record.replace('\n', " "), files, locale, expected }
}

/// What the pages of a case show, line by line.
pub fn describe(case: &Case) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    let job = format!(
        "[job]\nname = \"case\"\ndate = 2026-10-01\nlocale = \"{}\"\n[tables]\nunits = \"units.csv\"\n\
         [fonts.Tiny]\nregular = \"tiny.otf\"\n[[input]]\nfiles = \"data.ndjson\"\nformat = \"ndjson\"\ncurrency = \"EUR\"\n\
         [[layout]]\nfile = \"layout.xml\"\n",
        case.locale
    );
    // `locale: none`: that of the layout.
    let job = job.replace("locale = \"none\"\n", "");
    // Fonts of scripts, for the cases that name them.
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/scripts/fonts");
    let mut job = job;
    for (family, file) in SCRIPTS {
        if case.layout.contains(&format!("\"{family}\"")) {
            job = job.replace("[[input]]", &format!("[fonts.{family}]\nregular = \"{file}\"\n[[input]]"));
            std::fs::copy(scripts.join(file), folder.path().join(file)).unwrap();
        }
    }
    write("job.toml", job.as_bytes());
    write("units.csv", "code,en,de\nHUR,hours,Stunden\nC62,pieces,Stück\n".as_bytes());
    write("tiny.otf", include_bytes!("../fonts/tiny-cff.otf"));
    write("layout.xml", case.layout.as_bytes());
    for (name, text) in &case.files {
        std::fs::create_dir_all(folder.path().join(name).parent().unwrap()).unwrap();
        write(name, text.as_bytes());
    }
    write("data.ndjson", format!("{}\n", case.record).as_bytes());
    let pictures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/pictures");
    for entry in std::fs::read_dir(pictures).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let compiled = compile(&folder.path().join("job.toml"), &Overrides::default());
    let Some(plan) = compiled.plan else {
        return compiled.diagnostics.iter().map(|fault| format!("fault {} {}", fault.code.id, fault.message)).collect();
    };
    let mut out: Vec<String> = compiled.diagnostics.iter().map(|fault| format!("warning {} {}", fault.code.id, fault.message)).collect();
    match with_records(&plan, |records| records.compose(0)).unwrap().expect("the record is there") {
        Ok(composed) => {
            out.extend(composed.remarks.iter().map(|remark| format!("remark {} {}", remark.code.id, remark.reason)));
            let file = composed.file(&plan).unwrap();
            let pages = reading::read_pages(&file);
            out.push(format!("pages {}", pages.len()));
            for (index, page) in pages.iter().enumerate() {
                describe_page(index + 1, page, &mut out);
            }
            out.extend(reading::read_about(&file));
            describe_messages(&composed, &mut out);
        }
        Err(hold) => {
            out.extend([format!("held {}", hold.code.id), format!("reason = \"{}\"", hold.reason)]);
            out.extend(hold.span.map(|span| {
                let at = compiled.sources.line_column(span);
                let file = Path::new(&compiled.sources.file(span.file).path).file_name().unwrap_or_default().display();
                format!("place = {file} {}:{} {}", at.line, at.column, compiled.sources.snippet(span))
            }));
        }
    }
    out
}

/// What its e-mail and SMS say: lines of the text, lines of the HTML between the frame around it.
fn describe_messages(composed: &pressrun::engine::Composed, out: &mut Vec<String>) {
    match composed.email.as_deref() {
        Some(Ok(email)) => {
            out.push(format!("subject = \"{}\"", email.subject));
            out.push(format!("preheader = \"{}\"", email.preheader));
            out.push(format!("pictures of the e-mail = {}", email.images.len()));
            let lines = email.text.lines().filter(|line| !line.is_empty());
            out.extend(lines.enumerate().map(|(index, line)| format!("line {} of the text = \"{line}\"", index + 1)));
            let start = email.html.find("class=\"in paper").expect("a message has a frame");
            out.extend(email.html[start..].lines().skip(1).map(|line| format!("html {line}")));
            out.extend(email.html.lines().filter(|line| line.starts_with("<html")).map(str::to_string));
        }
        Some(Err(hold)) => out.push(format!("no e-mail {} {}", hold.code.id, hold.reason)),
        None => {}
    }
    match composed.sms.as_deref() {
        Some(Ok(sms)) => {
            out.push(format!("sms = {:?}", sms.text));
            out.push(format!("sms {} {} in {}", sms.count.coding.name(), sms.count.units, sms.count.segments));
        }
        Some(Err(hold)) => out.push(format!("no sms {} {}", hold.code.id, hold.reason)),
        None => {}
    }
}

fn describe_page(number: usize, page: &Shown, out: &mut Vec<String>) {
    let lines = page.lines();
    out.push(format!("lines of page {number} = {}", lines.len()));
    for (index, (baseline, words)) in lines.iter().enumerate() {
        let text: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        let line = index + 1;
        out.push(format!("line {line} of page {number} = \"{}\"", text.join(" ")));
        out.push(format!("line {line} of page {number} at {} {}", short(words[0].left), short(*baseline)));
        for word in words {
            out.push(format!("\"{}\" of page {number} from {} to {}", word.text, short(word.left), short(word.right)));
        }
    }
    out.push(format!("marks of page {number} = {}", page.marks.len()));
    out.extend(page.links.iter().map(|link| format!("link of page {number} = {link}")));
    out.extend(page.turned.iter().map(|turned| format!("turned text of page {number} = {turned}")));
    for (index, mark) in page.marks.iter().enumerate() {
        out.push(format!("mark {} of page {number} = {mark}", index + 1));
    }
}

fn holds(description: &[String], line: &str) -> bool {
    match line.strip_prefix("not ") {
        Some(line) => match line.strip_suffix('…') {
            Some(start) => !description.iter().any(|known| known.starts_with(start)),
            None => !description.iter().any(|known| known == line),
        },
        None => match line.strip_suffix('…') {
            Some(start) => description.iter().any(|known| known.starts_with(start)),
            None => description.iter().any(|known| known == line),
        },
    }
}

/// Runs all cases on two threads; gives what is wrong, for people.
pub fn run(cases: &[Case]) -> String {
    let wrong: Mutex<Vec<(usize, String)>> = Mutex::new(Vec::new());
    let next = std::sync::atomic::AtomicUsize::new(0);
    let only = std::env::var("PRESSRUN_CASE").ok();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some(case) = cases.get(index) else { return };
                    if only.as_ref().is_some_and(|only| !case.name.contains(only.as_str())) {
                        continue;
                    }
                    let description = describe(case);
                    // An unexpected diagnostic fails a case.
                    let silent = description.iter().filter(|line| line.starts_with("warning ") || line.starts_with("fault "));
                    let unexpected = silent.filter(|line| !case.expected.iter().any(|wanted| line.starts_with(wanted.trim_end_matches('…'))));
                    let missing: Vec<&String> = case.expected.iter().filter(|line| !holds(&description, line)).chain(unexpected).collect();
                    if !missing.is_empty() || case.expected.is_empty() || only.is_some() {
                        let file = case.file.file_name().unwrap_or_default().display().to_string();
                        let text = format!("--- {} ({file})\nwrong: {missing:#?}\nshown:\n    {}\n", case.name, description.join("\n    "));
                        wrong.lock().unwrap().push((index, text));
                    }
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().unwrap();
    wrong.sort();
    wrong.into_iter().map(|(_, text)| text).collect()
}
