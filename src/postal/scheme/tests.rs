use super::*;
use crate::base::diagnostic::{Faults, Severity};
use crate::base::span::Sources;

const HEAD: &str = "key,value\nscheme_id,test\n";
const LEVELS: &str = "order,level_id,name,key,min_pieces,min_unit,overflow,containers,price_category,label_set\n";

/// A scheme of these files on 1 June 2026, and its faults as `file:line:column code message`.
fn read_with(files: &[(&str, &str)], forced: bool) -> (Option<Scheme>, Vec<String>) {
    let mut sources = Sources::default();
    let files: Vec<SchemeFile> = files.iter().map(|(name, text)| SchemeFile { name: name.to_string(), file: sources.add(*name, *text) }).collect();
    let mut faults = Faults::new();
    let date = Date::new(2026, 6, 1).expect("a day");
    let scheme = read(&files, &sources, if forced { Day::Forced(date) } else { Day::On(date) }, None, &mut faults);
    let shown = |fault: crate::base::diagnostic::Diagnostic| {
        let severity = if fault.severity == Severity::Warning { " warning:" } else { "" };
        let hint = fault.fix.map_or(String::new(), |fix| format!(" ({fix}?)"));
        let place = fault.span.map_or(String::new(), |span| sources.place(span));
        format!("{place} {}{severity} {}{hint}", fault.code.id, fault.message)
    };
    (scheme, faults.into_sorted().into_iter().map(shown).collect())
}

#[track_caller]
fn check(files: &[(&str, &str)], expected: &[&str]) {
    let (scheme, faults) = read_with(files, false);
    assert_eq!(faults, expected);
    assert_eq!(scheme.is_some(), expected.iter().all(|fault| fault.contains(" warning: ")));
}

/// The faults of a scheme whose `levels.csv` has these rows.
#[track_caller]
fn check_levels(rows: &str, expected: &[&str]) {
    check(&[("scheme.csv", HEAD), ("levels.csv", &format!("{LEVELS}{rows}"))], expected);
}

#[track_caller]
fn check_eligibility(expression: &str, expected: &[&str]) {
    let head = format!("{HEAD}eligibility,{expression}\n");
    check(&[("scheme.csv", &head), ("levels.csv", &format!("{LEVELS}1,LR,,prefix:2,1,,,,,\n"))], expected);
}

#[test]
fn a_scheme_needs_its_two_tables() {
    check(&[], &[" M0101 the scheme has no `scheme.csv`", " M0101 the scheme has no `levels.csv`"]);
    check(
        &[("scheme.csv", HEAD), ("level.csv", LEVELS)],
        &[" M0101 the scheme has no `levels.csv` (level.csv?)", "level.csv:1:1 M0112 warning: nothing reads `level.csv` (levels.csv?)"],
    );
}

#[test]
fn tables_have_columns_and_whole_rows() {
    check(
        &[("scheme.csv", HEAD), ("levels.csv", "order,level,key,min_pieces\n1,A,prefix:2,1\n")],
        &["levels.csv:1:1 M0103 the table has no column `level_id`", "levels.csv:1:7 M0112 warning: nothing reads the column `level`"],
    );
    check_levels(
        "1,A,,prefix:2,1,000,pieces,,,,\n2,B,,const:X,1,,,,,\n3,\"C\n",
        &["levels.csv:2:1 M0102 11 fields, but the first row names 10 columns", "levels.csv:4:3 M0102 a quote that is never closed"],
    );
    check(
        &[("scheme.csv", "key,value\n"), ("levels.csv", LEVELS)],
        &["scheme.csv:1:1 M0104 the scheme has no `scheme_id`", "levels.csv:1:1 M0104 the scheme has no levels"],
    );
}

#[test]
fn cells_are_read_or_refused() {
    check_levels(
        "x,A,,prefix:2,1,,,,,\n2,,,prefix:2,-1,stones,maybe,,,\n3,C,,prefix:2,1,weigth_g,,,,\n",
        &[
            "levels.csv:2:1 M0104 `x` is not a whole number",
            "levels.csv:3:3 M0104 `level_id` is empty",
            "levels.csv:3:17 M0104 `stones` is no unit of a minimum",
            "levels.csv:3:24 M0104 `maybe` is neither `yes` nor `no`",
            "levels.csv:4:17 M0104 `weigth_g` is no unit of a minimum (weight_g?)",
        ],
    );
    let head = "key,value\nscheme_id,\ncountry,USA\ncurrency,$\nvalid_from,1.1.2026\nscheme_id,x\nvalid,2026\n";
    check(
        &[("scheme.csv", head), ("levels.csv", &format!("{LEVELS}1,A,,const:X,1,,,,,\n"))],
        &[
            "scheme.csv:2:11 M0104 `scheme_id` is empty",
            "scheme.csv:3:9 M0104 `USA` is no country",
            "scheme.csv:4:10 M0104 `$` is no currency",
            "scheme.csv:5:12 M0104 `1.1.2026` is not a date",
            "scheme.csv:6:1 M0111 `scheme_id` stands here again",
            "scheme.csv:7:1 M0112 warning: nothing reads `valid`",
        ],
    );
}

#[test]
fn key_rules_are_read_or_refused() {
    check_levels(
        "1,A,,first:3,1,,,,,\n2,B,,prefx:3,1,,,,,\n3,C,,prefix:x|map:ssc,1,,,,,\n4,D,,const:,1,,,,,\n5,E,,,1,,,,,\n",
        &[
            "levels.csv:2:6 M0105 `first` is no step of a key rule",
            "levels.csv:3:6 M0105 `prefx` is no step of a key rule",
            "levels.csv:4:6 M0105 `prefix:x` does not say how many characters",
            "levels.csv:4:6 M0106 there is no map `ssc`",
            "levels.csv:5:6 M0105 `const:` has nothing behind its colon",
            "levels.csv:6:6 M0104 `key` is empty",
        ],
    );
    let (scheme, _) = read_with(
        &[
            ("scheme.csv", HEAD),
            ("levels.csv", &format!("{LEVELS}1,A,,map:ssc|prefix:3,1,,,,,\n2,B,,field:route,1,,,,,\n3,C,,suffix:2,1,,,,,\n4,D,,const:ALL,1,,,,,\n")),
            ("map_ssc.csv", "from,to,key\nAB1 1,AB1 3,12348\nAB1 3AA,AB1 3AB,99999\n"),
        ],
        false,
    );
    let scheme = scheme.expect("it has no fault");
    let key = |level: usize, postcode: &str| {
        let found = scheme.levels[level].key.key(postcode, |_| if postcode == "X" { "" } else { "C012" }, &scheme.maps);
        found.map(str::to_string)
    };
    assert_eq!(scheme.fields, ["route"]);
    assert_eq!(key(0, "AB1 2XY"), Ok("123".into()));
    assert_eq!(key(0, "AB1 3AB"), Ok("999".into()), "the longest `from` wins");
    assert_eq!(key(0, "AB1 3AC"), Ok("123".into()));
    assert_eq!(key(0, "AB10 2XY"), Err(NoKey::Unmapped { map: 0 }));
    assert_eq!(key(0, "AB"), Err(NoKey::Unmapped { map: 0 }));
    assert_eq!(key(1, "AB1 2XY"), Ok("C012".into()));
    assert_eq!(key(1, "X"), Err(NoKey::EmptyField { field: 0 }));
    assert_eq!(key(2, "12345"), Ok("45".into()));
    assert_eq!(key(2, "X"), Err(NoKey::Short { step: 0 }));
    assert_eq!(key(3, ""), Ok("ALL".into()));
}

#[test]
fn ranges_do_not_overlap() {
    let map = "from,to,key\n100,104,A\n104,110,B\n200,2100,C\n310,300,D\n,,E\n1040,1049,F\n";
    check(
        &[("scheme.csv", HEAD), ("levels.csv", &format!("{LEVELS}1,A,,map:x,1,,,,,\n")), ("map_x.csv", map)],
        &[
            "map_x.csv:3:1 M0107 `104` to `110` overlaps `100` to `104`",
            "map_x.csv:4:5 M0107 `200` and `2100` are of different lengths",
            "map_x.csv:5:5 M0107 the range ends at `300`, before it begins",
            "map_x.csv:6:1 M0104 `from` is empty",
        ],
    );
}

#[test]
fn what_is_named_is_there() {
    let levels = format!("{LEVELS}1,A,,const:X,1,,,MM3;MM1;MM1,FIVE,fcm\n2,B,,const:X,1,,,,,\n");
    check(
        &[
            ("scheme.csv", HEAD),
            ("levels.csv", &levels),
            ("containers.csv", "container_id,inner_length_mm\nMM1,260.4\nMM2,533.4\n"),
            ("labels.csv", "label_set,line1,line2\nfcm-5d,{kee} {map:city.name},{container.no} {job.}\n"),
            ("prices.csv", "price_category,unit_price\nFIV,0.50\n"),
            ("bundles.csv", "level_id,key,min_pieces\nC,prefix:2,10\n"),
            ("pallets.csv", "order,pallet_id,key,min_trays,label_set\n1,P,prefix:3,3,fcm-5\n"),
        ],
        &[
            "levels.csv:2:18 M0106 there is no container `MM3` (MM1?)",
            "levels.csv:2:18 M0111 `MM1` is named twice",
            "levels.csv:2:30 M0106 no price is of the category `FIVE` (FIV?)",
            "levels.csv:2:35 M0106 there is no label set `fcm`",
            "levels.csv:3:18 M0104 the level names no container",
            "levels.csv:3:19 M0106 no price is of the category ``",
            "labels.csv:2:8 M0110 `{kee}` is nothing that a label can say",
            "labels.csv:2:8 M0106 there is no map `city`",
            "labels.csv:2:30 M0110 a container has no `no` (n?)",
            "labels.csv:2:30 M0110 `{job.}` is nothing that a label can say",
            "prices.csv:1:1 M0112 warning: no level has the price category `FIV`",
            "bundles.csv:2:1 M0106 there is no level `C` (A?)",
            "pallets.csv:2:16 M0106 there is no label set `fcm-5` (fcm-5d?)",
        ],
    );
}

#[test]
fn containers_make_sense() {
    let containers = "container_id,inner_length_mm,full_min_pct,full_max_pct,max_gross_g,tare_g\n\
                      A,0,90,85,100,100\nA,1,,,,\nB,1.2345,120,,,\n";
    check(
        &[("scheme.csv", HEAD), ("levels.csv", &format!("{LEVELS}1,A,,const:X,1,,,A,,\n")), ("containers.csv", containers)],
        &[
            "containers.csv:2:3 M0104 it has no room",
            "containers.csv:2:5 M0104 it counts as full only beyond what is filled at most",
            "containers.csv:2:11 M0104 it may weigh no more than it weighs empty",
            "containers.csv:3:1 M0111 the container `A` stands here again",
            "containers.csv:4:3 M0104 `1.2345` has more than three fraction digits, or is too large",
            "containers.csv:4:10 M0104 `120` per cent cannot be filled",
        ],
    );
}

#[test]
fn levels_stand_once() {
    check_levels(
        "1,A,,const:X,1,,,,,\n1,A,,const:X,1,,,,,\n",
        &["levels.csv:3:1 M0111 two levels are number 1", "levels.csv:3:3 M0111 the level `A` stands here again"],
    );
    let prices = "price_category,max_weight_g,unit_price,valid_from\nP,20,0.5,\nP,20.000,0.6,\n";
    check(
        &[("scheme.csv", HEAD), ("levels.csv", &format!("{LEVELS}1,A,,const:X,1,,,,P,\n")), ("prices.csv", prices)],
        &["prices.csv:3:1 M0111 `P` has this weight and date twice"],
    );
}

#[test]
fn a_scheme_has_its_days() {
    let files = |dates: &str| [("scheme.csv", format!("{HEAD}{dates}")), ("levels.csv", format!("{LEVELS}1,A,,const:X,1,,,,,\n"))];
    let check_dates = |dates: &str, forced: bool, expected: &[&str]| {
        let files = files(dates);
        let (scheme, faults) = read_with(&files.each_ref().map(|(name, text)| (*name, text.as_str())), forced);
        assert_eq!(faults, expected, "{dates}");
        assert_eq!(scheme.is_some(), forced || expected.is_empty());
    };
    check_dates("valid_from,2026-06-01\nvalid_to,2026-06-01\n", false, &[]);
    check_dates("valid_from,2026-06-02\n", false, &["scheme.csv:3:12 M0108 the scheme is valid from 2026-06-02, not yet on 2026-06-01"]);
    check_dates("valid_to,2026-05-31\n", false, &["scheme.csv:3:10 M0108 the scheme was valid until 2026-05-31, no longer on 2026-06-01"]);
    check_dates("valid_to,2026-05-31\n", true, &["scheme.csv:3:10 M0108 warning: the scheme was valid until 2026-05-31, no longer on 2026-06-01"]);
    let upside_down = ["scheme.csv:4:10 M0108 the scheme ends on 2026-06-01, before it begins on 2026-07-01"];
    check_dates("valid_from,2026-07-01\nvalid_to,2026-06-01\n", false, &upside_down);
}

#[test]
fn conditions_are_read_or_refused() {
    check_eligibility("total_pieces>=5000 or (per_key(LR)>=200 and total_weight >= 22.5)", &[]);
    check_eligibility("pieces>=5", &["scheme.csv:3:13 M0109 `pieces` is no amount"]);
    check_eligibility("total_pieces>5", &["scheme.csv:3:25 M0109 `>` stands where `>=` is expected"]);
    check_eligibility("total_pieces>=many", &["scheme.csv:3:27 M0109 `many` is not a number"]);
    check_eligibility("per_key(LZ)>=5", &["scheme.csv:3:21 M0109 there is no level `LZ` (LR?)"]);
    check_eligibility("(total_pieces>=5", &["scheme.csv:3:28 M0109 the expression ends where `)` is expected"]);
    check_eligibility("total_pieces>=5 xor total_pieces>=6", &["scheme.csv:3:29 M0109 `xor` is left over"]);
    let deep = format!("{}total_pieces>=1{}", "(".repeat(65), ")".repeat(65));
    check_eligibility(&deep, &["scheme.csv:3:77 M0109 parentheses nest deeper than 64"]);
}

#[test]
fn the_dearest_day_is_the_latest() {
    let prices = "price_category,max_weight_g,unit_price,valid_from\nP,50,0.60,2025-01-01\nP,20,0.50,2025-01-01\nP,20,0.55,2026-01-01\nP,50,0.70,2026-01-01\n\
                  Q,,0.10,\n";
    let levels = format!("{LEVELS}1,A,,const:X,1,,,,P,\n2,B,,const:X,1,,,,Q,\n");
    let (scheme, faults) = read_with(&[("scheme.csv", HEAD), ("levels.csv", &levels), ("prices.csv", prices)], false);
    assert_eq!(faults, Vec::<String>::new());
    let prices = scheme.and_then(|scheme| scheme.prices).expect("there are prices");
    let price = |category: &str, milligrams, date: &str| {
        let found = prices.price(category, Weight(milligrams), Date::parse_iso(date).expect("a date"));
        found.map(|price| price.amount.to_string()).map_err(|reason| reason.to_string())
    };
    assert_eq!(price("P", 20_000, "2025-12-31"), Ok("0.50".into()));
    assert_eq!(price("P", 20_001, "2025-12-31"), Ok("0.60".into()));
    assert_eq!(price("P", 20_000, "2026-01-01"), Ok("0.55".into()));
    assert_eq!(price("Q", 9_000_000, "2026-01-01"), Ok("0.10".into()));
    assert_eq!(price("P", 50_100, "2026-01-01"), Err("50.10 g is more than the 50.00 g up to which `P` has a price".into()));
    assert_eq!(price("P", 1, "2024-12-31"), Err("no price of `P` holds on 2024-12-31".into()));
}
