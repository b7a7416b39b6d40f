//! `pressrun presort` with the schemes that ship: the worked examples byte for byte, faults with their places.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

use std::path::PathBuf;
use std::process::{Command, Output};

fn scheme(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schemes").join(name)
}

/// Sorts a list of pieces; gives the exit code, standard output and standard error.
fn presort(scheme: &std::path::Path, pieces: &str, arguments: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("pieces.csv");
    std::fs::write(&list, pieces).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_pressrun"));
    ended(command.arg("presort").arg(scheme).arg(&list).args(arguments).output().unwrap())
}

fn ended(output: Output) -> (i32, String, String) {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

const US_PIECES: &str = "zip5,pieces\n90210,180\n90211,90\n90212,40\n90001,60\n60601,149\n60602,20\n60007,5\n33101,12\n10001,151\n";
const US_TRAYS: &str = "container,level,key,type,pieces,first_postcode,last_postcode,price_category
1,5D,10001,MM2,151,10001,10001,5DIGIT
2,5D,90210,MM2,180,90210,90210,5DIGIT
3,AADC,CA900,MM2,190,90001,90212,AADC
4,AADC,IL606,MM2,174,60007,60602,AADC
5,MAADC,ALL,MM1,12,33101,33101,MIXED
";
const UK_PIECES: &str = "postcode_sector,pieces\nAB1 2,53\nAB1 7,50\nAB2 4,56\nAB3 3,20\n";
const UK_TRAYS: &str = "container,level,key,type,pieces,first_postcode,last_postcode,price_category
1,DIRECT,12348,,53,AB1 2,AB1 2,HIGH_DIRECT
2,DIRECT,12349,,50,AB1 7,AB1 7,HIGH_DIRECT
3,DIRECT,12351,,56,AB2 4,AB2 4,HIGH_DIRECT
4,RESIDUE,123,,20,AB3 3,AB3 3,HIGH_RESIDUE
";

#[test]
fn the_worked_examples_come_out_byte_for_byte() {
    let (code, out, told) = presort(&scheme("us-automation-letters"), US_PIECES, &["--thickness", "2.0", "--fill", "100", "--date", "2026-06-01"]);
    assert_eq!((code, out.as_str()), (0, US_TRAYS), "{told}");
    let (code, out, told) = presort(&scheme("uk-letters"), UK_PIECES, &["--date", "2026-06-01"]);
    assert_eq!((code, out.as_str()), (0, UK_TRAYS), "{told}");
    // In runs of a hundred that are merged: the same.
    let runs = ["--thickness", "2.0", "--at-once", "100"];
    assert_eq!(presort(&scheme("us-automation-letters"), US_PIECES, &runs).1, US_TRAYS);
}

#[test]
fn pieces_are_listed_with_their_reasons() {
    let (code, out, _) = presort(&scheme("us-automation-letters"), US_PIECES, &["--thickness", "2.0", "--pieces"]);
    let rows: Vec<&str> = out.lines().collect();
    assert_eq!((code, rows.len()), (0, 708));
    assert_eq!(rows[1], "1,557,10001,1,1,5D,10001,5DIGIT,0.545,");
    let ninety = "392,181,90211,3,61,AADC,CA900,AADC,0.571,\"5-digit 90211 has 90 pieces, 150 are needed: 60 short\"";
    assert_eq!(rows[392], ninety);
    let (code, out, _) = presort(&scheme("us-automation-letters"), US_PIECES, &["--thickness", "2.0", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 0);
    assert_eq!(json["postage"]["total"], "395.355");
    assert_eq!(json["trays"][2]["label"]["line1"], "LOS ANGELES CA 900");
}

#[test]
fn schemes_that_ship_have_no_fault() {
    for name in ["us-automation-letters", "uk-letters", "de-dialogpost", "postcode-prefix"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pressrun"));
        let (code, out, told) = ended(command.arg("presort").arg(scheme(name)).arg("--check").output().unwrap());
        assert_eq!((code, told.as_str()), (0, ""), "{name}");
        assert!(out.starts_with("scheme "), "{out}");
    }
}

#[test]
fn pieces_that_do_not_meet_the_conditions_are_told() {
    let (code, _, told) = presort(&scheme("us-automation-letters"), "postcode,pieces\n90210,499\n", &["--thickness", "2.0"]);
    assert_eq!(code, 1);
    assert!(told.ends_with("conditions not met: 499 pieces, at least 500 are needed: 1 short\n"), "{told}");
}

#[test]
fn faults_of_a_list_have_places() {
    let (code, out, told) = presort(&scheme("us-automation-letters"), "zip5,pieces\n9021/,1\n90210,many\n90210\n", &["--thickness", "2.0"]);
    assert_eq!((code, out.as_str()), (2, ""));
    for expected in ["pieces.csv:2:1", "`9021/` is no postcode", "pieces.csv:3:7", "`many` is no number of pieces", "pieces.csv:4:1", "1 fields"] {
        assert!(told.contains(expected), "{expected} in {told}");
    }
    let (code, _, told) = presort(&scheme("us-automation-letters"), "zip,pieces\n", &[]);
    assert_eq!(code, 2);
    assert!(told.contains("is `zip` meant? Then call it `zip5`") && told.contains("how thick is a piece?"), "{told}");
}

#[test]
fn faults_of_a_scheme_have_places() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["scheme.csv", "levels.csv", "map_ssc.csv"] {
        std::fs::copy(scheme("uk-letters").join(name), folder.path().join(name)).unwrap();
    }
    let map = folder.path().join("map_ssc.csv");
    std::fs::write(&map, std::fs::read_to_string(&map).unwrap() + "AB1 2,AB1 2,99999,,\n").unwrap();
    let (code, out, told) = presort(folder.path(), UK_PIECES, &["--date", "2020-01-01"]);
    assert_eq!((code, out.as_str()), (2, ""));
    for expected in ["M0107", "map_ssc.csv:6:1", "map_ssc.csv:2:1", "M0108", "valid from 2024-01-01, not yet on 2020-01-01"] {
        assert!(told.contains(expected), "{expected} in {told}");
    }
    let (code, out, told) = presort(&scheme("uk-letters"), UK_PIECES, &["--date", "2020-01-01", "--force"]);
    assert_eq!((code, out.as_str()), (0, UK_TRAYS));
    assert!(told.starts_with("warning[M0108]"), "{told}");
}
