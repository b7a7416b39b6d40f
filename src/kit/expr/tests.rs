use std::sync::Arc;

use bumpalo::Bump;

use super::*;
use crate::base::date::Date;
use crate::base::diagnostic::Faults;
use crate::base::money::{Currency, Decimal, Money};
use crate::base::span::FileId;
use crate::kit::catalogue::{CatalogueFile, Texts, merge};
use crate::kit::locale::Locale;

fn schema() -> Arc<Schema> {
    let field = |name: &str, kind: Type, optional: bool| Field { name: name.into(), kind, optional };
    let lines =
        Schema { fields: vec![field("name", Type::Text, false), field("quantity", Type::Integer, false), field("amount", Type::Money, false)] };
    Arc::new(Schema {
        fields: vec![
            field("name", Type::Text, false),
            field("customer.name", Type::Text, false),
            field("closing", Type::Money, false),
            field("issued", Type::Date, false),
            field("note", Type::Text, true),
            field("rate", Type::Decimal, false),
            field("lines", Type::List(Arc::new(lines)), false),
        ],
    })
}

fn money(cents: i64) -> Value<'static> {
    Value::Money(Money { amount: Decimal::new(cents, 2), currency: Currency::parse("USD").expect("a code") })
}

fn with_env<T>(run: impl FnOnce(&Env<'_, '_>) -> T) -> T {
    let arena = Bump::new();
    let lines = [
        [Value::Text("Paper"), Value::Integer(1), money(1500)],
        [Value::Text("Ink"), Value::Integer(3), money(2500)],
        [Value::Text("Credit"), Value::Integer(2), money(-450)],
    ]
    .concat();
    let record = [
        Value::Text("Ada Lovelace"),
        Value::Text("Ada"),
        money(-123_456),
        Value::Date(Date::new(2026, 9, 1).expect("a date")),
        Value::Null,
        Value::Decimal(Decimal::new(19, 2)),
        Value::List(List { columns: 3, values: &lines }),
    ];
    let locale = Locale::compile("en-US").expect("a locale");
    let vars = [Value::Row(&record), Value::Row(&lines[0..3])];
    run(&Env { arena: &arena, vars: &vars, running: &[money(700)], page: Some((2, 5)), locale: &locale, language: 0 })
}

fn scope() -> Scope {
    let schema = schema();
    let Type::List(lines) = schema.fields[6].kind.clone() else { panic!("a list") };
    let mut scope = Scope::new(schema);
    scope.push("t", Type::Row(lines));
    scope.allow_page(true);
    scope.begin_running();
    let units = CodeTable::read("code,en,de\nC62,pieces,Stück\nHUR,hours,Stunden\n9,nine,\n").expect("a table");
    scope.set_tables(Arc::new([("units".to_string(), Arc::new(units))]));
    scope.set_texts(Arc::new(texts()));
    scope
}

/// A catalogue of one language.
fn texts() -> Texts {
    let text = "parcels = { $count ->\n    [one] one parcel\n   *[other] { $count } parcels\n}\n";
    let file = CatalogueFile { tag: "en-US".into(), file: FileId(0), text: text.into(), level: 0, lock: None };
    merge(&[file], &mut Faults::new())
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let expr = compile(text, &mut scope()).unwrap_or_else(|faults| panic!("{text}: {faults:?}"));
    let mut out = String::new();
    let result = with_env(|env| expr.write_text(env, &mut out));
    let shown = match result {
        Ok(()) => out,
        Err(error) => format!("! {error}"),
    };
    assert_eq!(shown, expected, "{text}");
}

/// `code start..end fix`, one per fault.
#[track_caller]
fn check_fault(text: &str, expected: &str) {
    let faults = compile(text, &mut scope()).expect_err(text);
    let shown: Vec<String> =
        faults.iter().map(|f| format!("{} {}..{} {}", f.code.id, f.range.start, f.range.end, f.fix.as_deref().unwrap_or("-"))).collect();
    assert_eq!(shown.join("; "), expected, "{text}: {faults:?}");
}

#[test]
fn paths_and_literals() {
    check("name", "Ada Lovelace");
    check("customer.name", "Ada");
    check("t.name", "Paper");
    check("closing", "-1,234.56");
    check("issued", "2026-09-01");
    check("note", "");
    check("'it is ' ~ 5 ~ \"!\"", "it is 5!");
    check("page ~ ' of ' ~ pages", "2 of 5");
    check("running(t.amount)", "7.00");
}

#[test]
fn arithmetic_is_exact_and_typed() {
    check("1 + 2 * 3 - 4", "3");
    check("(1 + 2) * 3", "9");
    check("7 / 2", "3.5");
    check("-7 % 3", "2");
    check("0.1 + 0.2", "0.3");
    check("closing * rate | money", "-234.57");
    check("closing / closing", "1");
    check("-closing", "1,234.56");
    check("issued + 14", "2026-09-15");
    check("issued - date('2026-08-01')", "31");
    check("note ?? 'none'", "none");
    check("1 / 0", "! a division by zero");
    check("79228162514264337593543950335 * 10", "! the result of a calculation is too large");
}

#[test]
fn comparisons_and_logic() {
    check("closing lt 0 ? 'due' : 'credit'", "due");
    check("closing < 0 and not (1 gt 2)", "yes");
    check("not 1 eq 2", "yes");
    check("name in ('Bob', 'Ada Lovelace')", "yes");
    check("note eq null", "yes");
    check("note eq 'x' or true", "yes");
    check("exists(note) ? 'a' : exists(name) ? 'b' : 'c'", "b");
    check("'b' gt 'a'", "yes");
}

#[test]
fn lists() {
    check("sum(lines.amount)", "35.50");
    check("sum(lines, amount * quantity)", "81.00");
    check("sum(where(lines, amount gt 0).amount)", "40.00");
    check("sum(where(lines, amount gt 1000).amount)", "0.00");
    check("count(lines)", "3");
    check("avg(lines.amount)", "11.83");
    check("max(lines.name)", "Paper");
    check("first(sorted(lines, amount, 'desc')).name", "Ink");
    check("join(sorted(lines, name).name, ',')", "Credit,Ink,Paper");
    check("count(first(group(lines, quantity gt 1)).rows)", "1");
    check("first(where(lines, false)).name", "");
    check("sum(lines, it.amount)", "35.50");
}

#[test]
fn combining_leaves_no_stray_separators() {
    check("combine(' · ', note, name, '', 5)", "Ada Lovelace · 5");
    check("combine(' ', note)", "");
    check("exists(combine(' ', note, '')) ? 'a' : 'b'", "b");
    check_fault("combine(' ', lines)", "E0102 13..18 -");
}

#[test]
fn exact_never_rounds() {
    check("closing | exact", "-1,234.56");
    check("closing / 1000 | exact", "-1.23456");
    check("closing * 0 + 0 * closing | exact", "0.00");
    check("5.50 | exact", "5.5");
    check("100.0000 | exact", "100");
    check("100.0000 | exact 2", "100.00");
    check_fault("note | exact", "E0102 7..12 -");
}

#[test]
fn codes_become_words() {
    check("units.C62", "pieces");
    check("lookup(units, 'HUR')", "hours");
    check("lookup(units, name) ?? name", "Ada Lovelace");
    check("lookup(units, note) ?? 'none'", "none");
    check("lookup(units, month(issued))", "nine");
    check_fault("units.C26", "E0109 6..9 C62");
    check_fault("lookup(units, 'HRU')", "E0109 14..19 HUR");
    check_fault("lookup(unit, name)", "E0108 7..11 units");
    check_fault("lookup('units', name)", "E0106 7..14 -");
    check_fault("lookup(units, closing)", "E0102 14..21 -");
    let expr = compile("units.C62", &mut scope()).expect("an expression");
    assert!(!expr.is_constant(), "its language is that of the record");
}

#[test]
fn every_example_of_the_manual_holds() {
    for function in FUNCTIONS {
        check(function.example.0, function.example.1);
    }
    for filter in FILTERS {
        check(filter.example.0, filter.example.1);
    }
}

#[test]
fn faults_name_the_place_and_the_fix() {
    check_fault("closng", "E0103 0..6 closing");
    check_fault("customer.nme", "E0103 0..12 customer.name");
    check_fault("t.amout", "E0103 2..7 amount");
    check_fault("summ(lines.amount)", "E0104 0..4 sum");
    check_fault("closing | mony", "E0105 10..14 money");
    check_fault("name | money", "E0102 7..12 -");
    check_fault("sum(lines.amunt)", "E0103 10..15 amount");
    check_fault("sum(name)", "E0102 4..8 -");
    check_fault("name + 1", "E0102 0..8 -");
    check_fault("closing lt 'a'", "E0102 0..14 -");
    check_fault("1 +", "E0101 2..3 -");
    check_fault("", "E0101 0..0 -");
    check_fault("'abc", "E0101 0..4 -");
    check_fault("a b", "E0101 2..3 -");
    check_fault("issued | date 'HH'", "E0106 14..18 -");
    check_fault("round()", "E0106 0..7 -");
    check_fault("nme ~ closng", "E0103 0..3 name; E0103 6..12 closing");
    check_fault("lines.amount", "E0102 0..12 -");
    let mut scope = Scope::new(schema());
    assert_eq!(compile("page", &mut scope).expect_err("not here")[0].code.id, "E0107");
    assert_eq!(compile("running(closing)", &mut scope).expect_err("not here")[0].code.id, "E0107");
}

#[test]
fn nesting_is_bounded() {
    let deep = format!("{}1{}", "(".repeat(500), ")".repeat(500));
    assert_eq!(compile(&deep, &mut scope()).expect_err("too deep")[0].code.id, "E0101");
    let deep = format!("{}true", "not ".repeat(500));
    assert_eq!(compile(&deep, &mut scope()).expect_err("too deep")[0].code.id, "E0101");
    let deep = format!("{}1", "true ? 1 : ".repeat(300));
    assert_eq!(compile(&deep, &mut scope()).expect_err("too deep")[0].code.id, "E0101");
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_compiler_panic(text in "[a-z0-9.,()|'\"+*/<>=!?: ~%-]{0,60}") {
        if let Ok(expr) = compile(&text, &mut scope()) {
            let mut out = String::new();
            let _ = with_env(|env| expr.write_text(env, &mut out));
        }
    }

    #[test]
    fn no_mix_of_words_makes_it_panic(words in proptest::collection::vec(proptest::sample::select(vec![
        "name", "closing", "lines", "lines.amount", "t", "t.name", "issued", "rate", "note", "sum", "count", "where", "sorted", "group", "first", "(", ")", ",", "|",
        "money", "date", "pad", "5", "'x'", "+", "-", "*", "/", "%", "eq", "lt", "and", "not", "?", ":", "in", "~", "??", "null", "true", "."]), 0..14)) {
        let text = words.join(" ");
        if let Ok(expr) = compile(&text, &mut scope()) {
            let mut out = String::new();
            let _ = with_env(|env| expr.write_text(env, &mut out));
        }
    }
}
