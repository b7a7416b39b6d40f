use std::fs;
use std::path::Path;

use super::*;
use crate::base::diagnostic::{Severity, place};

const LAYOUT: &str = r#"<layout xmlns="urn:pressrun:layout:1" name="letter" lang="en-US">
  <data>
    <field name="account" type="text"/>
    <field name="closing" type="money"/>
    <list name="rows"> <field name="text" type="text"/> <field name="amount" type="money"/> </list>
  </data>
  <page name="first" size="A4" margin="20mm"> </page>
  <body> <p>{account}</p> </body>
</layout>
"#;

const JOB: &str = r#"[job]
name = "letters"
date = 2026-10-01
document-id = "{account}"

[[input]]
files = "data.ndjson"
format = "ndjson"
currency = "EUR"

[[layout]]
file = "letter.xml"

[print]
sort = ["account", "-closing"]
"#;

fn compile_in(folder: &Path, job: &str) -> Compiled {
    fs::write(folder.join("job.toml"), job).expect("written");
    fs::write(folder.join("letter.xml"), LAYOUT).expect("written");
    fs::write(folder.join("data.ndjson"), "{\"account\":\"1\",\"closing\":1,\"rows\":[]}\n").expect("written");
    compile(&folder.join("job.toml"), &Overrides::default())
}

/// The faults of a job file, as `line:column code message`.
#[track_caller]
fn check(job: &str, expected: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    let compiled = compile_in(folder.path(), job);
    let prefix = format!("{}:", folder.path().join("job.toml").display());
    let show = |diagnostic: &Diagnostic| {
        let at = place(&compiled.sources, diagnostic);
        let fix = diagnostic.fix.as_ref().map(|fix| format!(" → {fix}")).unwrap_or_default();
        let message = diagnostic.message.replace(&format!("{}/", folder.path().display()), "");
        format!("{} {} {message}{fix}", at.strip_prefix(&prefix).unwrap_or(&at), diagnostic.code.id)
    };
    let found: Vec<String> = compiled.diagnostics.iter().map(show).collect();
    assert_eq!(found, expected);
    assert_eq!(compiled.plan.is_some(), compiled.diagnostics.iter().all(|d| d.severity == Severity::Warning));
}

#[test]
fn a_job_without_faults_becomes_a_plan() {
    check(JOB, &[]);
}

#[test]
fn unknown_keys_are_told_with_the_nearest_one() {
    let job = JOB.replace("document-id =", "document_id =").replace("[print]", "[print]\npieces-per-fil = 5\nfile = \"x\"");
    check(
        &job,
        &[
            "4:1 J0102 `[job]` has no key `document_id` → document-id",
            "15:1 J0102 `[print]` has no key `pieces-per-fil` → pieces-per-file",
            "16:1 J0102 `[print]` has no key `file`",
        ],
    );
}

#[test]
fn wrong_types_and_values_are_told_where_they_stand() {
    let job = JOB
        .replace("date = 2026-10-01", "date = 2026-10-01T12:00:00\nhold-limit = \"many\"\nvolume-records = 0\nmissing-glyphs = \"reprot\"")
        .replace("format = \"ndjson\"", "format = \"ndjsn\"\nencoding = 8")
        .replace("sort =", "duplex = true\nsort =");
    check(
        &job,
        &[
            "3:8 J0104 `date` wants a date without a time, not a date or time",
            "4:15 J0105 `many` is no hold limit",
            "5:18 J0105 `volume-records` is 0, beyond 1 to 100000",
            "6:19 J0105 `reprot` is no value of `missing-glyphs` → report",
            "11:11 J0105 `ndjsn` is no input format → ndjson",
            "12:12 J0104 `encoding` wants a text, not a whole number",
            "19:10 J0104 `duplex` wants a text, not true or false",
        ],
    );
}

#[test]
fn expressions_are_checked_against_the_contract() {
    let job = JOB
        .replace("{account}", "No {acount}")
        .replace("\"-closing\"", "\"-closng\", \"rows\"")
        .replace("\"letter.xml\"", "\"letter.xml\"\nwhen = \"closing\"");
    check(
        &job,
        &[
            "4:20 E0103 the data has no field `acount` → account",
            "13:9 E0102 a condition must be true or false, this is money",
            "16:22 E0103 the data has no field `closng` → closing",
            "16:32 J0303 nothing can be sorted by list",
        ],
    );
}

#[test]
fn what_other_systems_write_is_told_in_our_words() {
    let job = JOB
        .replace("sort = [\"account\", \"-closing\"]", "sort = [\"account\", \"closing DESC\", \"account asc\"]")
        .replace("document-id", "locale = \"de_DE.UTF-8\"\ndocument-id");
    check(
        &job,
        &[
            "4:11 J0404 `de_DE.UTF-8` is not a language tag such as `en-US` → de-DE",
            "16:21 J0303 `DESC` is not how the order is turned around → -closing",
            "16:37 J0303 `asc` is not how the order is turned around → account",
        ],
    );
    let folder = tempfile::tempdir().expect("a folder");
    let hint = |job: &str| compile_in(folder.path(), job).diagnostics[0].hint.clone().expect("a hint");
    assert_eq!(hint(&JOB.replace("currency = \"EUR\"", "currency = \"EUR\"\ndate = \"DD.MM.YYYY\"")), "write `dd.MM.yyyy`");
    let late = format!("{JOB}\n[[print.late]]\ntext = \"{{name}}\"\nleft = \"5mm\"\ntop = \"5mm\"\n");
    assert_eq!(
        hint(&late),
        "a late text knows nothing of the record, only its place in the mail: `sequence`, `sheet`, `sheets`, `page`, `pages`, `last_sheet`, `pieces`, `print_file`, `tray`, `tray_piece`, `tray_pieces`, `envelope`, `inserts`, `divert`, `serial`, `reprint`, `routing`, `postcode`, `document`, `bi`, `stid`, `mid`, `imb`"
    );
}

#[cfg(unix)]
#[test]
fn images_stay_below_the_folder_of_their_layout() {
    let folder = tempfile::tempdir().expect("a folder");
    let job = folder.path().join("job");
    fs::create_dir(&job).expect("made");
    compile_in(&job, JOB);
    fs::write(folder.path().join("secret.png"), b"secret").expect("written");
    std::os::unix::fs::symlink("../secret.png", job.join("logo.png")).expect("linked");
    let mut reasons = Vec::new();
    for path in ["logo.png", "img/seal.png"] {
        let body = format!("<body> <img src=\"{path}\" alt=\"\"/>");
        fs::write(job.join("letter.xml"), LAYOUT.replace("<body>", &body)).expect("written");
        let fault = compile(&job.join("job.toml"), &Overrides::default()).diagnostics.remove(0);
        reasons.push((fault.message.replace(&*folder.path().to_string_lossy(), ""), fault.hint));
    }
    let below = "there is no image `img/seal.png` below `/job`, the folder of the layout".to_string();
    assert_eq!(reasons[0].0, "`logo.png` is not below the folder of the layout");
    assert_eq!(reasons[1], (below, Some("paths count from the folder of the layout".to_string())));
}

const DOT: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="4"/></svg>"#;

/// A job whose records choose pictures from `products`, in which there are these.
fn compile_pictures(job: &Path, pictures: &[(&str, &str)]) -> Compiled {
    fs::create_dir_all(job.join("products/new")).expect("made");
    for (name, text) in pictures {
        fs::write(job.join("products").join(name), text).expect("written");
    }
    compile_in(job, JOB);
    let body = "<body> <picture from=\"products\" src=\"{account}.svg\" alt=\"\"/>";
    fs::write(job.join("letter.xml"), LAYOUT.replace("<body>", body)).expect("written");
    compile(&job.join("job.toml"), &Overrides::default())
}

#[test]
fn pictures_of_a_folder_are_known_by_name_and_frozen() {
    let folder = tempfile::tempdir().expect("a folder");
    let job = folder.path().join("job");
    let pictures =
        [("b.svg", DOT), ("new/a.svg", DOT), ("a.SVG", &DOT.replace("r=\"4\"", "r=\"3\"")), ("notes.txt", "no picture"), (".hidden.svg", "")];
    let plan = compile_pictures(&job, &pictures).plan.expect("no fault");
    let known = |plan: &Plan| plan.resources.folders[0].pictures.iter().map(|(name, shown)| (name.clone(), *shown)).collect::<Vec<_>>();
    // Equal files are one picture; what they are called is part of the job.
    assert_eq!(known(&plan).iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["a.SVG", "b.svg", "new/a.svg"]);
    assert_eq!(known(&plan)[1].1, known(&plan)[2].1);
    assert_eq!(plan.resources.forms.len(), 2);
    let frozen = folder.path().join("plan");
    plan.freeze(&frozen, &crate::base::file::Disk::real()).expect("written");
    fs::remove_dir_all(job.join("products")).expect("removed");
    let frozen = Frozen::read(&frozen, &[job.join("data.ndjson")]).expect("a frozen plan");
    let again = compile(&frozen.folder.join("job.toml"), &Overrides { frozen: Some(frozen), ..Overrides::default() }).plan.expect("no fault");
    assert_eq!(known(&again), known(&plan));
    // Another name for one of them is another job.
    fs::create_dir_all(job.join("products/new")).expect("made");
    let renamed = compile_pictures(&job, &[("c.svg", DOT), ("new/a.svg", DOT), ("a.SVG", &DOT.replace("r=\"4\"", "r=\"3\""))]);
    assert_ne!(renamed.plan.expect("no fault").hash, plan.hash);
}

#[test]
fn pictures_that_change_before_they_are_frozen_are_noticed() {
    let folder = tempfile::tempdir().expect("a folder");
    let plan = compile_pictures(folder.path(), &[("a.svg", DOT)]).plan.expect("no fault");
    fs::write(folder.path().join("products/a.svg"), DOT.replace('9', "8")).expect("written");
    let error = plan.freeze(&folder.path().join("plan"), &crate::base::file::Disk::real()).expect_err("changed");
    assert!(error.to_string().contains("it has changed since the job was planned"), "{error}");
}

#[test]
fn pictures_of_a_folder_stay_below_the_folder_of_their_layout() {
    let folder = tempfile::tempdir().expect("a folder");
    let job = folder.path().join("job");
    fs::write(folder.path().join("secret.svg"), DOT).expect("written");
    compile_pictures(&job, &[("a.svg", DOT)]);
    std::os::unix::fs::symlink("../../secret.svg", job.join("products/b.svg")).expect("linked");
    std::os::unix::fs::symlink(folder.path(), job.join("products/c")).expect("linked");
    std::os::unix::fs::symlink("a.svg", job.join("products/d.svg")).expect("linked");
    let messages: Vec<String> = compile_pictures(&job, &[]).diagnostics.into_iter().map(|fault| fault.message).collect();
    let outside = |name: &str| format!("`products/{name}` is not below the folder of the layout");
    assert_eq!(messages, [outside("b.svg"), outside("c/")]);
}

#[test]
fn mappings_are_checked_where_they_stand() {
    let map = "currency = \"EUR\"\n[input.map]\naccount = \"acc\"\nclosng = \"c\"\n\"rows\" = \"r\"\n\"rows.amount\" = { path = \"a\", curency = \"USD\" }\n[input.map.closing]\npath = \"saldo\"\ndate = \"yyyy\"\n";
    check(
        &JOB.replace("currency = \"EUR\"\n", map),
        &[
            "12:1 D0101 the data contract has no field `closng` → closing",
            "14:31 J0102 a mapped field has no key `curency` → currency",
            "17:9 D0104 `closing` is of type money, which has no `date`",
            "17:9 D0104 a date pattern has one year, one month and one day, such as `dd.MM.yyyy`",
        ],
    );
}

#[test]
fn files_that_are_not_there_are_told_with_the_nearest_name() {
    let job = JOB.replace("letter.xml", "leter.xml").replace("data.ndjson", "*.json");
    let folder = tempfile::tempdir().expect("a folder");
    let compiled = compile_in(folder.path(), &job);
    let hints: Vec<_> = compiled.diagnostics.iter().map(|d| (d.code.id, d.hint.as_deref().unwrap_or(""))).collect();
    assert_eq!(hints, [("J0202", ""), ("J0201", "did you mean `letter.xml`?")]);
}

#[test]
fn faults_of_layouts_and_job_come_together() {
    let folder = tempfile::tempdir().expect("a folder");
    compile_in(folder.path(), JOB);
    fs::write(folder.path().join("job.toml"), JOB.replace("name =", "nme =")).expect("written");
    fs::write(folder.path().join("letter.xml"), LAYOUT.replace("{account}", "{acount}")).expect("written");
    let compiled = compile(&folder.path().join("job.toml"), &Overrides::default());
    let codes: Vec<_> = compiled.diagnostics.iter().map(|d| d.code.id).collect();
    assert_eq!(codes, ["J0103", "J0102", "E0103"]);
}

#[test]
fn syntax_faults_are_told() {
    check("[job\nname = \"a\"\n", &["1:5 J0101 unclosed table, expected `]`"]);
    check("", &["1:1 J0103 the job file has no `[job]`", "1:1 J0103 the job file has no `[[layout]]`", "1:1 J0103 the job file has no `[[input]]`"]);
}

#[test]
fn the_hash_is_of_what_matters() {
    let folder = tempfile::tempdir().expect("a folder");
    let hash = |job: &str| compile_in(folder.path(), job).plan.expect("a plan").hash;
    let plain = hash(JOB);
    assert_eq!(plain, hash(&format!("# a comment\n{}", JOB.replace("name =", "out = \"elsewhere\"\nhold-limit = 5\nname  =  "))));
    assert_ne!(plain, hash(&JOB.replace("2026-10-01", "2026-10-02")));
    assert_ne!(plain, hash(&JOB.replace("-closing", "closing")));
    let other = tempfile::tempdir().expect("a folder");
    assert_eq!(plain, compile_in(other.path(), JOB).plan.expect("a plan").hash, "the folder is no part of it");
}

#[test]
fn layouts_share_their_records() {
    let folder = tempfile::tempdir().expect("a folder");
    let two =
        LAYOUT.replace("<field name=\"closing\" type=\"money\"/>", "<field name=\"closing\" type=\"date\"/> <field name=\"extra\" type=\"text\"/>");
    fs::write(folder.path().join("two.xml"), &two).expect("written");
    let job = JOB.replace("file = \"letter.xml\"", "file = \"letter.xml\"\nwhen = \"account eq '1'\"\n[[layout]]\nfile = \"two.xml\"");
    let compiled = compile_in(folder.path(), &job);
    assert_eq!(compiled.diagnostics.iter().map(|d| d.code.id).collect::<Vec<_>>(), ["J0301"]);
    fs::write(folder.path().join("two.xml"), two.replace("type=\"date\"", "type=\"money\"")).expect("written");
    let plan = compile_in(folder.path(), &job).plan.expect("a plan");
    let optional: Vec<_> = plan.schema.fields.iter().map(|field| (field.name.as_str(), field.optional)).collect();
    assert_eq!(optional, [("account", false), ("closing", false), ("rows", false), ("extra", true)]);
    let arena = bumpalo::Bump::new();
    let value = crate::kit::expr::Value::Text("x");
    let values = [value, value, value, crate::kit::expr::Value::Null];
    assert_eq!(plan.layouts[0].projection.apply(&values, &arena).map(<[_]>::len), Ok(3));
    assert_eq!(plan.layouts[1].projection.apply(&values, &arena), Err("extra"));
}

#[test]
fn every_key_of_the_manual_has_words() {
    let manual = manual();
    for section in SECTIONS {
        assert!(!section.doc.is_empty(), "{}", section.header);
        for key in section.keys {
            assert!(!key.doc.is_empty() && !key.takes.is_empty(), "{} {}", section.header, key.name);
            assert!(section.header.is_empty() || manual.contains(&format!("| `{}` |", key.name)), "{}", key.name);
        }
    }
}

/// The faults of a job whose `units.csv` has this text.
#[track_caller]
fn check_table(job: &str, table: &str, expected: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("units.csv"), table).expect("written");
    let compiled = compile_in(folder.path(), job);
    let show = |diagnostic: &Diagnostic| format!("{} {} {}", place(&compiled.sources, diagnostic), diagnostic.code.id, diagnostic.message);
    let prefix = format!("{}/", folder.path().display());
    let found: Vec<String> = compiled.diagnostics.iter().map(|diagnostic| show(diagnostic).replace(&prefix, "")).collect();
    assert_eq!(found, expected);
}

#[test]
fn tables_are_read_with_the_job() {
    let job = JOB.replace("\"{account}\"", "\"{lookup(units, account) ?? units.C62}\"") + "\n[tables]\nunits = \"units.csv\"\n";
    let units = "code,en,de\nC62,pc.,Stk.\n";
    check_table(&job, units, &[]);
    check_table(&job.replace("units.C62", "units.C26"), units, &["job.toml:4:49 E0109 the table `units` has no code `C26`"]);
    check_table(&job.replace("lookup(units", "lookup(unit"), units, &["job.toml:4:24 E0108 the job has no table `unit`"]);
    check_table(
        &job.replace("\"units.csv\"", "\"unit.csv\""),
        units,
        &["job.toml:18:10 J0201 cannot read `unit.csv`: No such file or directory (os error 2)"],
    );
    check_table(
        &job.replace("\nunits =", "\nmy-units ="),
        units,
        &[
            "job.toml:4:24 E0108 the job has no table `units`",
            "job.toml:4:43 E0103 the data has no field `units.C62`",
            "job.toml:18:1 J0105 `my-units` cannot be the name of a table",
        ],
    );
}

#[test]
fn faults_of_a_table_stand_in_the_table() {
    let job = JOB.replace("\"{account}\"", "\"{units.C62}\"") + "\n[tables]\nunits = \"units.csv\"\n";
    check_table(
        &job,
        "code,en\nC62,pc.\nC62,pcs\nHUR\n",
        &["units.csv:3:1 J0204 the code `C62` stands here again", "units.csv:4:1 J0204 1 fields, but the first row names 2 columns"],
    );
}

#[test]
fn tables_are_part_of_the_plan() {
    let folder = tempfile::tempdir().expect("a folder");
    let job = JOB.to_string() + "\n[tables]\nunits = \"units.csv\"\n";
    let hash_of = |table: &str| {
        fs::write(folder.path().join("units.csv"), table).expect("written");
        let plan = compile_in(folder.path(), &job).plan.expect("a plan");
        assert!(plan.parts.iter().any(|part| part.name == "tables/units.csv"));
        plan.hash
    };
    assert_ne!(hash_of("code,en\nC62,pc.\n"), hash_of("code,en\nC62,piece\n"));
}

#[test]
fn the_bases_of_a_layout_are_parts_of_the_plan() {
    let folder = tempfile::tempdir().expect("a folder");
    let child = LAYOUT.replace("name=\"letter\"", "name=\"letter\" extends=\"house/base.xml\"").replace("<body> <p>{account}</p> </body>", "");
    let base = |text: &str| format!("<layout xmlns=\"urn:pressrun:layout:1\" name=\"base\"><body><p>{text}</p></body></layout>");
    let plan_of = |text: &str| {
        fs::create_dir_all(folder.path().join("house")).expect("a folder");
        fs::write(folder.path().join("house/base.xml"), base(text)).expect("written");
        fs::write(folder.path().join("child.xml"), &child).expect("written");
        let compiled = compile_in(folder.path(), &JOB.replace("letter.xml", "child.xml"));
        assert_eq!(compiled.diagnostics, []);
        compiled.plan.expect("a plan")
    };
    let (one, same, other) = (plan_of("{account}"), plan_of("{account}"), plan_of("{account}!"));
    assert_eq!(one.hash, same.hash);
    assert_ne!(one.hash, other.hash);
    let part = one.parts.iter().find(|part| part.name == "layouts/0-base1-base.xml").expect("the base is frozen");
    assert_eq!(&*part.bytes, base("{account}").as_bytes());
}

#[test]
fn a_base_outside_the_folder_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let child = LAYOUT.replace("name=\"letter\"", "name=\"letter\" extends=\"../base.xml\"");
    fs::write(folder.path().join("child.xml"), child).expect("written");
    let compiled = compile_in(folder.path(), &JOB.replace("letter.xml", "child.xml"));
    let messages: Vec<&str> = compiled.diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    assert_eq!(messages, ["`../base.xml` is not below the folder of the layout"]);
}
