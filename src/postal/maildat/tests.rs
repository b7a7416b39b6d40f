use super::check::Files;
use super::*;
use crate::base::date::Date;
use crate::model::mail::Weight;
use crate::postal::scheme::MailDatLevel;

/// Keeps lines in memory.
#[derive(Default)]
struct Kept(Files);

impl Sink for Kept {
    type Error = LineError;
    fn line(&mut self, file: &'static str, line: &str) -> Result<(), LineError> {
        self.0.entry(file.to_string()).or_default().push(line.to_string());
        Ok(())
    }
}

fn settings() -> Settings {
    let text = str::to_string;
    Settings {
        job_id: text("A1234567"),
        job_name: text("Statements of June, and quite a few more words"),
        file_source: text("Example Mail House"),
        contact_name: text("Ann Example"),
        contact_telephone: text("5555550100"),
        contact_email: text("ann@example.com"),
        date: Date::new(2026, 6, 1),
        time: text("06:30"),
        class: text("1"),
        category: text("LT"),
        rate_type: text("R"),
        coding_date: Date::new(2026, 5, 20),
        full_service: text("F"),
        payment: text("P"),
        permit: text("42"),
        entry_zip: text("10001"),
        entry_type: text("N"),
        origin_line: text("EXAMPLE MAIL HOUSE NEW YORK NY"),
        tray_preparation: text("S"),
        list_date: Date::new(2026, 6, 1),
        ..Settings::default()
    }
}

fn level(rate: &str, package: &str, division: usize) -> MailDatLevel {
    MailDatLevel { level: 0, rate_category: rate.into(), package_level: package.into(), division }
}

/// A tray of one ZIP code, one of an area with pieces of two weights, one of the rest.
fn files(settings: &Settings) -> Result<Files, LineError> {
    let levels = [level("E", "C", 5), level("L1", "I", 3), level("L2", "M", 3)];
    let mut maildat = MailDat::new(settings, Kept::default());
    let tray = |number: u32, level_code, level, destination| MailDatTray {
        number,
        container: "T",
        level_code,
        level,
        destination,
        line1: "SOMEWHERE",
        line2: "FCM LTR BC",
        cin: "242",
        barcode: "900012427123456000000011",
        gross: Weight(5_000_000),
    };
    let barcode = "0004012345600000000190001";
    let pieces =
        |zips: &[&'static str]| zips.iter().enumerate().map(|(at, zip)| (*zip, Weight(9_000 + at as u64 % 2 * 5_000), barcode)).collect::<Vec<_>>();
    maildat.tray(&tray(1, "J", &levels[0], "90001"), pieces(&["90001"; 7]).into_iter())?;
    maildat.tray(&tray(2, "AA", &levels[1], "606"), pieces(&["60007", "60007", "60601", "60602", "60801-1234"]).into_iter())?;
    maildat.tray(&tray(3, "AC", &levels[2], "33101"), pieces(&["00501", "33101"]).into_iter())?;
    maildat.finish().map(|kept| kept.0)
}

#[test]
fn the_table_of_fields_is_whole() {
    let table = FieldTable::built_in();
    let lengths = ["hdr", "seg", "mpu", "mcr", "mpa", "cpt", "ccr", "csm", "cqt", "pqt", "pbc", "pdr"].map(|file| table.length(file));
    assert_eq!(lengths, [2000, 289, 193, 100, 298, 264, 52, 790, 87, 70, 70, 138]);
}

#[test]
fn what_is_written_agrees() {
    let files = files(&settings()).expect("every field fits");
    assert_eq!(check(&FieldTable::built_in(), &files), Vec::<String>::new());
    let counts: Vec<(&str, usize)> = files.iter().map(|(name, lines)| (name.as_str(), lines.len())).collect();
    let expected = [("cpt", 2), ("cqt", 9), ("csm", 3), ("hdr", 1), ("mcr", 2), ("mpa", 1), ("mpu", 2), ("pbc", 14), ("pqt", 9), ("seg", 1)];
    assert_eq!(counts, expected);
    let table = FieldTable::built_in();
    let csm = &files["csm"][1];
    let value = |code| table.value("csm", csm, code);
    assert_eq!([1006, 1103, 1104, 1121].map(value), ["000002", "606", "AA", "00000005"]);
    // Three pieces of 9 g and two of 14 g: 0.0198 and 0.0309 lb.
    assert_eq!(value(1122), "000000001212");
    assert_eq!(table.value("hdr", &files["hdr"][0], 1103), "Statements of June, and quite");
}

#[test]
fn what_does_not_agree_is_told() {
    let table = FieldTable::built_in();
    let good = files(&settings()).expect("every field fits");
    let broken = |file: &str, change: &dyn Fn(&mut Vec<String>)| {
        let mut files = good.clone();
        change(files.get_mut(file).expect("the file is there"));
        check(&table, &files)
    };
    let lost = broken("pqt", &|lines| drop(lines.pop()));
    assert_eq!(lost, ["hdr says 9 lines of pqt, there are 8", "pieces of pqt and cqt differ"]);
    let lost = broken("csm", &|lines| drop(lines.remove(0)));
    assert!(lost.contains(&"pieces of cqt and csm differ".to_string()) && lost.contains(&"weights of cqt and csm differ".to_string()), "{lost:?}");
    assert!(lost.contains(&"cqt 1006 names `000001`, which csm has not".to_string()), "{lost:?}");
    // Where 1103 stands: 36 to 41.
    let short = broken("csm", &|lines| lines[0].replace_range(35..41, "9000  "));
    assert_eq!(short, ["csm: a tray of level J goes to `9000`, which has not 5 digits"]);
    let shorter = broken("pbc", &|lines| lines[3].truncate(69));
    assert!(lines_have(&shorter, "pbc line 4 is not 70 ASCII characters with `#` at the end"), "{shorter:?}");
    let lost = broken("pbc", &|lines| drop(lines.pop()));
    assert!(lines_have(&lost, "pieces of pbc and cqt differ"), "{lost:?}");
}

fn lines_have(lines: &[String], expected: &str) -> bool {
    lines.iter().any(|line| line == expected)
}

#[test]
fn values_that_do_not_fit_are_told() {
    let fault = |change: &dyn Fn(&mut Settings)| {
        let mut settings = settings();
        change(&mut settings);
        let fault = files(&settings).expect_err("a fault").to_string();
        assert_eq!(check_settings(&settings).map_err(|fault| fault.to_string()), Err(fault.clone()));
        fault
    };
    let long = fault(&|settings| settings.entry_zip = "10001-1234567".into());
    assert_eq!(long, "csm 1105 (Entry Point for Entry Discount - Postal Code): `10001-1234567` has more than 6 characters");
    let unknown = fault(&|settings| settings.class = "8".into());
    assert_eq!(unknown, "seg 1102 (Class Defining Preparation): `8` is none of its values: 1, 2, 3, 4, 6, 9");
    let missing = fault(&|settings| settings.contact_email = String::new());
    assert_eq!(missing, "hdr 1157 (Contact Email) is needed and was not given");
    let foreign = fault(&|settings| settings.contact_name = "Zoë".into());
    assert_eq!(foreign, "hdr 1106 (Contact Name): `Zoë` has characters beyond ASCII");
}
