//! The cases of `tests/suite`: layouts and jobs as text, with what must come of them.
//!
//! A case is `--- name ---`, a layout, and `expect:` with one line per fault: code, line:column, and the fix (`-` for none,
//! `""` for a removal). `body:` stands in a layout with the usual data, `parts:` among the children of `<layout>`, `layout:` is a
//! whole file. Lines count from the line after `body:`, `parts:` or `layout:`. `file NAME:` stands before them, with the text of a file
//! beside the layout; faults in it begin with its name, and `-> NAME line:column` is the other place that a fault points at.
#![allow(clippy::disallowed_methods)]
#![allow(clippy::unwrap_used)]

#[path = "suite/pages.rs"]
mod pages;
#[path = "suite/random.rs"]
mod random;
#[path = "suite/reading.rs"]
mod reading;

use std::path::{Path, PathBuf};

use pressrun::base::code;
use pressrun::base::diagnostic::{Diagnostic, Faults};
use pressrun::base::span::{Sources, Span};
use pressrun::kit::barcode::SYMBOLOGIES;
use pressrun::kit::expr::{FILTERS, FUNCTIONS};
use pressrun::layout::schema::{ELEMENTS, PROPERTIES};
use pressrun::layout::{MemoryLibrary, compile};

const DATA: &str = r#"<data> <field name="customer.name" type="text"/> <field name="customer.city" type="text"/> <field name="account" type="text"/>
 <field name="closing" type="money"/> <field name="due" type="date"/> <field name="paid" type="boolean"/>
 <list name="transactions"> <field name="date" type="date"/> <field name="text" type="text"/> <field name="amount" type="money"/> </list> </data>"#;
const PAGE: &str = r#"<page name="any" size="A4" margin="20mm"/>"#;
const OPEN: &str = r#"<layout xmlns="urn:pressrun:layout:1" name="case" lang="en">"#;

struct Case {
    name: String,
    path: PathBuf,
    layout: String,
    /// Names and texts of files beside the layout.
    files: Vec<(String, String)>,
    /// Lines that stand before the first line of the case.
    before: usize,
    expected: Vec<String>,
}

fn read_cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/faults");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut cases = Vec::new();
    for path in paths.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "txt")) {
        let text = std::fs::read_to_string(&path).unwrap();
        for part in text.split("\n--- ").skip(1) {
            cases.push(read_case(part, path.clone()));
        }
    }
    cases
}

fn read_case(part: &str, path: PathBuf) -> Case {
    let (name, rest) = part.split_once(" ---\n").unwrap_or_else(|| panic!("{}: no name: {part}", path.display()));
    let (text, expected) = rest.split_once("\nexpect:").unwrap_or_else(|| panic!("{name}: no `expect:`"));
    let mut files = Vec::new();
    let mut text = text.to_string();
    while let Some(rest) = text.strip_prefix("file ") {
        let (file, rest) = rest.split_once(":\n").unwrap_or_else(|| panic!("{name}: no text of the file"));
        let ends = ["\nfile ", "\nlayout:\n", "\nparts:\n", "\nbody:\n"].into_iter().filter_map(|end| rest.find(end)).min();
        let (own, rest) = rest.split_at(ends.unwrap_or_else(|| panic!("{name}: no layout after the file")));
        files.push((file.to_string(), own.to_string()));
        text = rest[1..].to_string();
    }
    let (kind, text) = text.split_once(":\n").unwrap_or_else(|| panic!("{name}: no `body:`, `parts:` or `layout:`"));
    let (layout, before) = match kind {
        "layout" => (text.to_string(), 0),
        "parts" => {
            let missing = [("data", DATA), ("page", PAGE), ("body", "<body/>")].into_iter();
            let added: String = missing.filter(|(name, _)| !text.contains(&format!("<{name}"))).map(|(_, text)| text).collect();
            (format!("{OPEN}\n{text}\n{added}</layout>"), 1)
        }
        "body" => (format!("{OPEN}{}{PAGE}<body>\n{text}\n</body></layout>", DATA.replace('\n', " ")), 1),
        _ => panic!("{name}: `{kind}:` is no part of a case"),
    };
    let expected = expected.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_string).collect();
    Case { name: name.to_string(), path, layout, files, before, expected }
}

fn faults_of(layout: &str, files: &[(String, String)]) -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let file = sources.add("case.xml", layout);
    let mut faults = Faults::new();
    let mut library = MemoryLibrary::default();
    library.bases.extend(files.iter().cloned());
    let compiled = compile(&mut sources, file, &mut library, &mut faults);
    assert_eq!(compiled.is_none(), faults.has_errors(), "a layout is compiled unless it has an error");
    (sources, faults.into_sorted())
}

fn line_of(sources: &Sources, fault: &Diagnostic, before: usize) -> String {
    let place = |span: Span| {
        let at = sources.line_column(span);
        match sources.file(span.file).path.as_str() {
            "case.xml" => format!("{}:{}", at.line - before, at.column),
            path => format!("{path} {}:{}", at.line, at.column),
        }
    };
    let fix = match fault.fix.as_deref() {
        None => "-",
        Some("") => "\"\"",
        Some(fix) => fix,
    };
    let related = fault.related.as_ref().map(|(span, _)| format!(" -> {}", place(*span))).unwrap_or_default();
    format!("{} {} {fix}{related}", fault.code.id, place(fault.span.expect("a fault of a layout has a place")))
}

#[test]
fn every_case_has_the_faults_it_expects() {
    let mut wrong = String::new();
    for case in read_cases() {
        let (sources, faults) = faults_of(&case.layout, &case.files);
        let found: Vec<String> = faults.iter().map(|fault| line_of(&sources, fault, case.before)).collect();
        if found != case.expected {
            let messages: Vec<String> = faults.iter().map(|fault| format!("    {}: {}", fault.code.id, fault.message)).collect();
            let file = case.path.file_name().unwrap_or_default().display().to_string();
            wrong += &format!("--- {} ({file})\nexpected: {:#?}\nfound: {found:#?}\n{}\n", case.name, case.expected, messages.join("\n"));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_page_shows_what_its_case_expects() {
    let wrong = pages::run(&pages::read_cases());
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// The promise of the paginator: nothing is lost at a page's end, and nothing is set twice.
#[test]
fn no_word_is_lost_or_doubled() {
    // More seeds than a build should wait for: PRESSRUN_SEEDS=5000 cargo test --test suite no_word
    let seeds = std::env::var("PRESSRUN_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(100);
    let wrong = random::run(0..seeds);
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Every member of an open set is shown by a case: what it does is written down, not only that it compiles.
#[test]
fn every_member_has_a_case() {
    let cases = pages::read_cases();
    let shows = |part: &str| cases.iter().any(|case| case.layout.contains(part));
    let mut missing = Vec::new();
    for element in ELEMENTS {
        if !shows(&format!("<{}", element.name)) {
            missing.push(format!("<{}>", element.name));
        }
        for attribute in element.attributes {
            let written = cases.iter().any(|case| has_attribute(&case.layout, element.name, attribute.name));
            // Size and place are properties of blocks in all but name: one case for all elements.
            let is_shared =
                matches!(attribute.name, "left" | "top" | "right" | "bottom" | "width" | "only") && shows(&format!(" {}=", attribute.name));
            if !written && !is_shared {
                missing.push(format!("<{} {}>", element.name, attribute.name));
            }
        }
    }
    missing.extend(PROPERTIES.iter().map(|p| p.name).filter(|name| !shows(&format!(" {name}=\""))).map(str::to_string));
    missing.extend(FUNCTIONS.iter().map(|f| f.name).filter(|name| !shows(&format!("{name}("))).map(|name| format!("{name}()")));
    missing.extend(FILTERS.iter().map(|f| f.name).filter(|name| !shows(&format!("| {name}"))).map(|name| format!("| {name}")));
    let symbologies = SYMBOLOGIES.iter().map(|symbology| symbology.name());
    missing.extend(symbologies.filter(|name| !shows(&format!("type=\"{name}\""))).map(str::to_string));
    assert!(missing.is_empty(), "no case in tests/suite/layout shows {missing:#?}");
}

fn has_attribute(layout: &str, element: &str, attribute: &str) -> bool {
    layout.split(&format!("<{element}")).skip(1).any(|rest| {
        let tag = rest.split('>').next().unwrap_or_default();
        tag.starts_with([' ', '\n', '/']) && tag.contains(&format!("{attribute}=\""))
    })
}

#[test]
fn every_code_of_layouts_and_expressions_has_a_case() {
    let (cases, pages) = (read_cases(), pages::read_cases());
    let missing: Vec<&str> = code::ALL
        .iter()
        .map(|code| code.id)
        .filter(|id| id.starts_with(['L', 'E']))
        .filter(|id| !cases.iter().any(|case| case.expected.iter().any(|line| line.starts_with(id))))
        .filter(|id| !pages.iter().any(|case| case.expected.iter().any(|line| line.starts_with(&format!("fault {id}")))))
        .collect();
    assert!(missing.is_empty(), "no case in tests/suite shows {missing:?}");
}

#[test]
fn case_names_are_unique() {
    let names = read_cases().into_iter().map(|case| case.name).chain(pages::read_cases().into_iter().map(|case| case.name));
    let names: Vec<String> = names.collect();
    for (at, name) in names.iter().enumerate() {
        assert!(!names[..at].contains(name), "two cases `{name}`");
    }
}

#[test]
fn messages_are_written_in_the_house_style() {
    for case in read_cases() {
        for fault in faults_of(&case.layout, &case.files).1 {
            let message = &fault.message;
            let first = message.chars().next().expect("a message says something");
            assert!(!first.is_uppercase() && !message.ends_with('.'), "{}: {message}", case.name);
            assert!(fault.span.is_some(), "{}: {message} has no place", case.name);
        }
    }
}

/// One layout with thirty faults: all are told in one run, and the fixes are right: with all of them applied, the faults
/// that had one are gone and no others have come.
#[test]
fn thirty_faults_are_told_at_once_and_their_fixes_are_right() {
    let case = read_cases().into_iter().find(|case| case.name == "thirty-faults").expect("the catalogue has its layout");
    let (_, faults) = faults_of(&case.layout, &case.files);
    assert_eq!(faults.len(), 30);
    let fixed: Vec<&Diagnostic> = faults.iter().filter(|fault| fault.fix.is_some()).collect();
    assert!(fixed.len() >= 24, "only {} of 30 have a fix", fixed.len());
    let mut mended = case.layout.clone();
    for fault in fixed.iter().rev() {
        let (span, fix) = (fault.span.unwrap(), fault.fix.as_deref().unwrap());
        let range = span.start as usize..span.end as usize;
        if fault.code.id == "L0207" {
            // The fix of an element's name stands at its start tag and means the end tag too.
            let end = format!("</{}>", &mended[range.clone()]);
            let at = range.end + mended[range.end..].find(&end).expect("the element ends");
            mended.replace_range(at..at + end.len(), &format!("</{fix}>"));
        }
        mended.replace_range(range, fix);
    }
    let (_, rest) = faults_of(&mended, &case.files);
    let rest: Vec<&str> = rest.iter().map(|fault| fault.message.as_str()).collect();
    let unmended: Vec<&str> = faults.iter().filter(|fault| fault.fix.is_none()).map(|fault| fault.message.as_str()).collect();
    assert_eq!(rest, unmended, "\n{mended}");
}

#[test]
fn the_manual_is_what_the_tables_say() {
    for (name, manual) in [("docs/layout.md", pressrun::layout::manual()), ("docs/job.md", pressrun::plan::manual())] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        if std::env::var_os("PRESSRUN_ACCEPT").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &manual).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(written == manual, "{name} is not what the tables say; PRESSRUN_ACCEPT=1 cargo test writes it anew");
    }
}
