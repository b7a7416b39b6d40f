//! The invoices job: each of its documents says what it must, in its own language, read back from its pages.
#![allow(clippy::disallowed_methods)]
#![allow(clippy::unwrap_used)]

#[path = "suite/reading.rs"]
#[allow(dead_code)]
mod reading;

use std::path::Path;

use pressrun::engine::compose_one;
use pressrun::plan::{Overrides, Plan, compile};

fn plan() -> Plan {
    let compiled = compile(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/invoices/job.toml"), &Overrides::default());
    let faults: Vec<&str> = compiled.diagnostics.iter().map(|fault| fault.message.as_str()).collect();
    compiled.plan.unwrap_or_else(|| panic!("{faults:?}"))
}

/// The lines of each page of the document in the file, or why it is held.
fn pages_of(xml: &str) -> Result<Vec<Vec<String>>, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("invoice.xml");
    std::fs::write(&path, xml).unwrap();
    let mut plan = plan();
    plan.inputs[0].files = vec![path];
    let bytes = compose_one(&plan, 0).unwrap().expect("there is a record").map_err(|hold| hold.reason)?;
    let line = |words: Vec<reading::Word>| words.into_iter().map(|word| word.text).collect::<Vec<_>>().join(" ");
    Ok(reading::read_pages(&bytes).iter().map(|page| page.lines().into_iter().map(|(_, words)| line(words)).collect()).collect())
}

fn fixture(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/invoices/data").join(name)).unwrap()
}

/// Every part stands in a line of its own.
#[track_caller]
fn check(name: &str, expected: &[&str]) {
    let lines: Vec<String> = pages_of(&fixture(name)).unwrap().concat();
    for part in expected {
        // A no-break space is a space to a reader.
        assert!(lines.iter().any(|line| line.replace(['\u{a0}', '\u{202f}'], " ").contains(part)), "`{part}` is missing in {lines:#?}");
    }
}

#[test]
fn every_document_of_the_job_is_composed() {
    let plan = plan();
    let mut count = 0;
    while let Some(composed) = compose_one(&plan, count).unwrap() {
        composed.unwrap_or_else(|hold| panic!("record {}: {}", count + 1, hold.reason));
        count += 1;
    }
    assert_eq!(count, 18);
}

#[test]
fn words_and_amounts_are_those_of_the_language() {
    check(
        "single/2026-0412.xml",
        &[
            "Factuur 2026-0412",
            "Vervaldatum 5 oktober 2026",
            "3,5 uur",
            "Bijzondere korting -50,00",
            "Btw 21% over 1.328,00 278,88",
            "Te betalen EUR 1.828,15",
            "Betaalwijze SEPA-overschrijving",
        ],
    );
    check(
        "single/AV2026-0019.xml",
        &["Avoir AV2026-0019", "Se réfère à F2026-0588", "TVA 5,5 % sur 21,00 1,16", "Montant crédité EUR 511,28", "Page 1 sur 1"],
    );
}

#[test]
fn a_reason_that_is_only_a_code_is_told_in_words() {
    check("single/FA-26-0187.xml", &["Exento de IVA 0 % sobre 540,00", "Exento, artículo 132, apartado 1, letra i)"]);
}

#[test]
fn amounts_have_the_digits_of_their_currency_and_are_never_rounded() {
    check("single/HL-2026-093.xml", &["18,500 pc. 14 259,000", "Amount due JPY 325,000", "JAPAN"]);
    check("single/2026-09-7741205118.xml", &["0,15238", "Net à payer EUR 780,04"]);
    let odd = fixture("single/HL-2026-093.xml").replace("\"JPY\">325000</cbc:PayableAmount", "\"JPY\">325000.25</cbc:PayableAmount");
    let lines = pages_of(&odd).unwrap().concat();
    assert!(lines.iter().any(|line| line == "Amount due JPY 325,000.25"), "{lines:#?}");
}

#[test]
fn nothing_is_left_of_what_a_document_does_not_have() {
    let lines = pages_of(&fixture("single/HL-2026-093.xml")).unwrap().concat();
    for line in &lines {
        assert!(!line.contains("· ·") && !line.ends_with('·') && !line.starts_with('·') && !line.ends_with(','), "{line}");
    }
}

#[test]
fn later_pages_repeat_the_head_and_carry_the_sum() {
    let invoice = fixture("single/2026-0412.xml");
    let start = invoice.find("  <cac:InvoiceLine>").unwrap();
    let end = invoice.find("</cac:InvoiceLine>\n").unwrap() + "</cac:InvoiceLine>\n".len();
    let many = format!("{}{}", invoice[start..end].repeat(60), &invoice[end..]);
    let pages = pages_of(&format!("{}{many}", &invoice[..start])).unwrap();
    assert!(pages.len() > 2);
    let carried = |page: &[String], word: &str| page.iter().find_map(|line| line.strip_prefix(word).map(str::to_string));
    for (before, after) in pages.iter().zip(&pages[1..]) {
        let sum = carried(before, "Over te brengen ").expect("a sum at the foot");
        assert_eq!(carried(after, "Transport ").as_ref(), Some(&sum));
        assert!(after.iter().any(|line| line == "Nr. Omschrijving Aantal Prijs Btw Bedrag EUR"), "{after:#?}");
        if carried(after, "Over te brengen ").is_none() {
            break;
        }
    }
}

#[test]
fn what_no_invoice_can_do_without_is_asked_for() {
    let invoice = fixture("single/2026-0412.xml");
    let held = |from: &str, to: &str| {
        assert!(invoice.contains(from), "{from}");
        pages_of(&invoice.replacen(from, to, 1)).expect_err(from)
    };
    assert_eq!(held("<cbc:ID>2026-0412</cbc:ID>", ""), "the required field `number` is missing; it is read from `cbc:ID`");
    assert_eq!(held("<cbc:ID>2026-0412</cbc:ID>", "<cbc:ID/>"), "the required field `number` is empty");
    assert_eq!(held("2026-09-21", "2026-09-31"), "`issue_date` is `2026-09-31`, a day that does not exist");
    assert_eq!(held(">3.5<", ">3,5<"), "`lines.quantity` is `3,5`, which is not a number (row 2 of `lines`)");
}
