use std::sync::Arc;

use bumpalo::Bump;

use super::*;
use crate::base::date::Date;
use crate::base::diagnostic::Faults;
use crate::base::money::{Currency, Decimal, Money};
use crate::base::span::Sources;
use crate::kit::expr::{Env, Field, InCatalogue, Schema, Scope, Type, Value, compile};
use crate::kit::locale::Locale;

/// Files as (tag, text), merged, with their faults as `tag line:column message`.
fn texts(files: &[(&str, &str)]) -> (Texts, Sources, Vec<String>) {
    let (mut sources, mut faults) = (Sources::default(), Faults::new());
    let files: Vec<CatalogueFile> = files
        .iter()
        .map(|(tag, text)| CatalogueFile { tag: tag.to_string(), file: sources.add(*tag, *text), text: Arc::from(*text), level: 0, lock: None })
        .collect();
    let texts = merge(&files, &mut faults);
    let shown = faults.into_sorted().iter().map(|fault| format!("{} {}", crate::base::diagnostic::place(&sources, fault), fault.message)).collect();
    (texts, sources, shown)
}

#[track_caller]
fn check_faults(text: &str, expected: &[&str]) {
    let (.., faults) = texts(&[("en", text)]);
    assert_eq!(faults, expected, "{text}");
}

fn schema() -> Arc<Schema> {
    let field = |name: &str, kind: Type| Field { name: name.into(), kind, optional: true };
    Arc::new(Schema {
        fields: vec![
            field("name", Type::Text),
            field("customer.name", Type::Text),
            field("count", Type::Integer),
            field("rate", Type::Decimal),
            field("total", Type::Money),
            field("due", Type::Date),
            field("paid", Type::Boolean),
            field("note", Type::Text),
        ],
    })
}

/// What an expression prints in each language, for a count.
fn print(files: &[(&str, &str)], expression: &str, count: i64) -> Vec<String> {
    let (texts, _, faults) = texts(files);
    assert!(faults.is_empty(), "{faults:?}");
    let tags: Vec<String> = texts.languages.iter().map(|language| language.tag.clone()).collect();
    let mut scope = Scope::new(schema());
    scope.push("record.number", Type::Integer);
    scope.set_texts(Arc::new(texts));
    let expr = compile(expression, &mut scope).unwrap_or_else(|faults| panic!("{expression}: {faults:?}"));
    let print = |(language, tag): (usize, &String)| {
        let arena = Bump::new();
        let total = Money { amount: Decimal::new(123_450, 2), currency: Currency::parse("EUR").expect("a code") };
        let record = [
            Value::Text("Ada"),
            Value::Text("Ada Lovelace"),
            Value::Integer(count),
            Value::Decimal(Decimal::new(150, 2)),
            Value::Money(total),
            Value::Date(Date::new(2026, 9, 1).expect("a date")),
            Value::Boolean(true),
            Value::Null,
        ];
        let vars = [Value::Row(&record), Value::Integer(7)];
        let locale = Locale::compile(tag).or_else(|_| Locale::compile(&format!("{tag}-u-nu-latn"))).expect("a locale");
        let mut out = String::new();
        let env = Env { arena: &arena, vars: &vars, running: &[], page: None, locale: &locale, language };
        expr.write_text(&env, &mut out).expect("a value");
        let value = expr.evaluate(&env).expect("a value");
        assert_eq!(value, Value::Text(&out), "a text is what it prints");
        out
    };
    tags.iter().enumerate().map(print).collect()
}

#[track_caller]
fn check(text: &str, expression: &str, expected: &str) {
    assert_eq!(print(&[("en", text)], expression, 3), [expected], "{text}");
}

/// Faults of an expression as `range message`; those in a catalogue with their place there.
#[track_caller]
fn check_use(files: &[(&str, &str)], expression: &str, expected: &[&str]) {
    let (texts, sources, faults) = texts(files);
    assert!(faults.is_empty(), "{faults:?}");
    let mut scope = Scope::new(schema());
    scope.set_texts(Arc::new(texts));
    let found = compile(expression, &mut scope).expect_err(expression);
    let place = |span| {
        let at = sources.line_column(span);
        format!("{} {}:{}", sources.file(span.file).path, at.line, at.column)
    };
    let shown: Vec<String> = found
        .iter()
        .map(|fault| {
            let at = match fault.catalogue {
                Some(InCatalogue::Fault(span)) => place(span),
                Some(InCatalogue::Wanted(_)) | None => format!("{}..{}", fault.range.start, fault.range.end),
            };
            format!("{at} {}", fault.message)
        })
        .collect();
    assert_eq!(shown, expected, "{expression}");
}

#[test]
fn values_are_given_or_fields_of_the_record() {
    check("a = Dear { $name },", "text('a')", "Dear Ada,");
    check("a = Dear { $name },", "text('a', name: 'Bob')", "Dear Bob,");
    check("a = Dear { $customer-name }", "text('a')", "Dear Ada Lovelace");
    check("a = { $record-number }", "text('a')", "7");
    check("a = no note: { $note }.", "text('a')", "no note: .");
    check("a = { $n } of { $n }", "text('a', n: count * 2)", "6 of 6");
}

#[test]
fn texts_contain_texts_terms_and_attributes() {
    let text = "-brand = Alder { $case ->\n   *[plain] Bank\n    [genitive] Bank's\n }\n    .gender = feminine\nfoot = { -brand } · { contact.mail }\ncontact =\n    .mail = mail@alder\nown = { -brand(case: \"genitive\") } own\nher = { -brand.gender ->\n   *[masculine] his\n    [feminine] her\n } law\n";
    check(text, "text('foot')", "Alder Bank · mail@alder");
    check(text, "text('own')", "Alder Bank's own");
    check(text, "text('her')", "her law");
    check(text, "text('contact.mail')", "mail@alder");
}

#[test]
fn lines_of_a_text_are_one() {
    check("a =\n    One { $name }\n    two\n\n    three { \"{\" }\n", "text('a')", "One Ada two three {");
    check("\u{feff}a = b\r\n    c\r\n", "text('a')", "b c");
    check("a = one{\"\\u000A\"}two", "text('a')", "one\ntwo");
}

#[test]
fn values_are_printed_as_the_language_prints_them() {
    let all = "a = { $rate } · { $total } · { $due } · { NUMBER($big, maximumFractionDigits: 0, useGrouping: \"false\") }\n";
    let expected = ["1,50 · 1.234,50 · 01.09.2026 · 12346", "1.50 · 1,234.50 · Sep 1, 2026 · 12346"];
    assert_eq!(print(&[("de", all), ("en-US", all)], "text('a', big: 12345.6)", 1), expected);
    check(
        "a = { NUMBER($total, currencyDisplay: \"code\") }, { NUMBER($part, style: \"percent\", minimumFractionDigits: 1) }",
        "text('a', part: 0.19)",
        "EUR\u{a0}1,234.50, 19.0%",
    );
    check("a = { DATETIME($due, dateStyle: \"full\") }", "text('a')", "Tuesday, September 1, 2026");
    check("a = { 1234 }", "text('a')", "1,234");
}

#[test]
fn the_plural_is_that_of_the_language() {
    let pl = "days = { $count ->\n    [one] dzień\n    [few] dni\n   *[many] dni\n} { $count }\n";
    let ar = "days = { $count ->\n    [zero] لا أيام\n    [one] يوم\n    [two] يومان\n    [few] أيام\n    [many] يوما\n   *[other] يوم\n}\n";
    let de = "days = { $count ->\n    [0] heute\n    [one] ein Tag\n   *[other] { $count } Tage\n}\n";
    let days = |count| print(&[("ar", ar), ("de", de), ("pl", pl)], "text('days')", count);
    assert_eq!(days(0), ["لا أيام", "heute", "dni 0"]);
    assert_eq!(days(1), ["يوم", "ein Tag", "dzień 1"]);
    assert_eq!(days(2), ["يومان", "2 Tage", "dni 2"]);
    assert_eq!(days(1003), ["أيام", "1.003 Tage", "dni 1003"]);
    let nth = "nth = { NUMBER($count, type: \"ordinal\") ->\n    [one] { $count }st\n    [two] { $count }nd\n    [few] { $count }rd\n   *[other] { $count }th\n}\n";
    for (count, expected) in [(1, "1st"), (11, "11th"), (22, "22nd"), (103, "103rd")] {
        assert_eq!(print(&[("en", nth)], "text('nth')", count), [expected]);
    }
    // One is not one point zero.
    check("a = { NUMBER($count, minimumFractionDigits: 1) ->\n    [one] one\n   *[other] other\n}\n", "text('a', count: 1)", "other");
    check("a = { $total ->\n    [1234.5] exact\n   *[other] other\n}\n", "text('a')", "exact");
}

#[test]
fn texts_and_truth_choose() {
    let text = "a = { $name ->\n    [Ada] hers\n   *[other] theirs\n} { $paid ->\n    [true] paid\n   *[false] open\n} { $note ->\n    [x] x\n   *[none] none\n}\n";
    check(text, "text('a')", "hers paid none");
    check(text, "text('a', name: 'Bob', paid: count gt 5, note: 'x')", "theirs open x");
}

#[test]
fn what_runs_the_other_way_is_isolated() {
    let he = "a = שלום { $name }, { $count }\n";
    assert_eq!(print(&[("he", he)], "text('a')", 3), ["שלום \u{2068}Ada\u{2069}, 3"]);
    check("a = Dear { $name }!", "text('a', name: note ?? 'שלום')", "Dear \u{2068}שלום\u{2069}!");
    check("a = Dear { $name }!", "text('a', name: 'é')", "Dear é!");
}

#[test]
fn a_tag_finds_the_nearest_language() {
    let tags = ["de", "de-AT", "fr-CH", "zh-Hant"];
    let find = |named| find_tag(tags.into_iter(), named).map(|at| tags[at]);
    assert_eq!(find("de-AT"), Some("de-AT"));
    assert_eq!(find("de_CH"), Some("de"));
    assert_eq!(find("DE"), Some("de"));
    assert_eq!(find("fr"), Some("fr-CH"));
    assert_eq!(find("fr-FR"), Some("fr-CH"));
    assert_eq!(find("zh-Hant-TW"), Some("zh-Hant"));
    assert_eq!(find("it"), None);
    assert_eq!(find(" "), None);
    assert_eq!(direction_of("ar-EG"), Direction::RightToLeft);
    assert_eq!(direction_of("az-Arab"), Direction::RightToLeft);
    assert_eq!(direction_of("ks-Deva"), Direction::LeftToRight);
    assert_eq!(direction_of("de-CH"), Direction::LeftToRight);
}

#[test]
fn all_faults_of_a_file_are_told() {
    check_faults("a = b\nwrong\nc = { $x\nd = e\n", &["en:2:6 `=` is missing here", "en:4:1 `}` is missing here"]);
    check_faults("a = { $x ->\n    [one] b\n}\n", &["en:3:1 no variant is the default"]);
    check_faults("a = { foo($x) } }", &["en:1:14 functions have capital names"]);
    check_faults("a = 1\na = 2\n-a = 3\nb =\n    .c = 1\n    .c = 2\n", &["en:2:1 `a` stands here again", "en:6:6 `.c` stands here again"]);
    check_faults(
        "a = { b } { -c } { d.e } { a2 }\na2 = 1\nd = 1\n",
        &[
            "en:1:7 there is no text `b` in this language",
            "en:1:13 there is no term `-c` in this language",
            "en:1:20 there is no text `d.e` in this language",
        ],
    );
    check_faults(
        "a = { b }\nb = { c.d }\nc =\n    .d = { a }\ne = { a }\nf = { f }\n",
        &["en:4:12 the text `a` contains itself: `a` → `b` → `c.d` → `a`", "en:6:7 the text `f` contains itself: `f` → `f`"],
    );
}

#[test]
fn nothing_grows_without_a_limit() {
    let mut laughs = String::from("a0 = ha\n");
    for at in 1..40 {
        laughs += &format!("a{at} = {{ a{0} }}{{ a{0} }}{{ a{0} }}\n", at - 1);
    }
    let (.., faults) = texts(&[("en", &laughs)]);
    assert!(faults[0].contains("is longer than 32768 bytes with the texts it contains"), "{faults:?}");
    let mut chain = String::from("a0 = ha\n");
    for at in 1..5000 {
        chain += &format!("a{at} = {{ a{} }}\n", at - 1);
    }
    let (.., faults) = texts(&[("en", &chain)]);
    assert!(faults[0].contains("is nested deeper than 64"), "{}", faults[0]);
    check_faults(&format!("a = {}\n", "{".repeat(5000)), &["en:1:1 more than 64 braces are open"]);
    check_faults(&format!("a = {}$x{}\n", "{".repeat(64), "}".repeat(64)), &[]);
    check_faults(&format!("a = {}\n", "{ \"}\" -> \n *[a] ".repeat(100)), &["en:1:1 more than 64 braces are open"]);
    check_faults(&format!("a = {}\n", "x".repeat(70_000)), &["en:1:1 a text of more than 65536 bytes"]);
}

#[test]
fn a_use_is_checked_against_every_language() {
    let en = "due = Pay { $sum } by { DATETIME($date) }\nitems = { $n ->\n    [one] one\n   *[other] many\n}\n";
    let de = "due = Zahlbar bis { DATETIME($date) }\nitems = { $n ->\n    [1] eins\n   *[other] viele\n}\n";
    let files = [("de", de), ("en", en)];
    check_use(&files, "text('deu')", &["5..10 no catalogue has a text `deu`"]);
    check_use(&files, "text('due', date: due)", &["6..9 the text `due` wants a value for `$sum`"]);
    check_use(&files, "text('due', date: due, sum: total, what: 1)", &["35..39 the text `due` has no variable `$what` in any language"]);
    check_use(
        &files,
        "text('due', date: due | date, sum: total)",
        &[
            "de 1:30 `DATETIME` wants a date, `$date` is a text where the text is used",
            "en 1:34 `DATETIME` wants a date, `$date` is a text where the text is used",
        ],
    );
    check_use(&files, "text('items', n: name)", &["de 3:6 `$n` is a text where the text is used, and never the number 1"]);
    check_use(
        &[("en", "a = { $paid } { NUMBER($count, wrong: 1) }")],
        "text('a')",
        &["en 1:7 true and false have no words of their own in a language", "en 1:32 `wrong: 1` means nothing here"],
    );
    check_use(
        &[("de", "a = 1"), ("en", "b = 1\na =\n    .c = 1"), ("fr", "b = 1")],
        "text('a')",
        &["en 2:1 `a` has attributes alone in `en`, and no text", "fr 1:1 the language `fr` has no text `a`"],
    );
    check_use(&files, "text(name)", &["5..9 `text` wants the name of a text in quotes first"]);
    check_use(&files, "text('due', total)", &["12..17 a value of a text has a name"]);
    check_use(&files, "length(a: name)", &["7..8 `a:` names a value, and only those of `text` have names"]);
}

#[test]
fn a_category_of_another_language_is_a_slip() {
    let (texts, ..) = texts(&[("de", "a = { $count ->\n    [few] x\n   *[other] y\n}\n")]);
    let mut scope = Scope::new(schema());
    scope.set_texts(Arc::new(texts));
    compile("text('a')", &mut scope).expect("it works all the same");
    let warnings: Vec<String> = scope.take_warnings().into_iter().map(|warning| warning.message).collect();
    assert_eq!(warnings, ["numbers of `de` are never `few`"]);
    assert_eq!(scope.texts_used().iter().collect::<Vec<_>>(), ["a"]);
}

#[test]
fn an_escape_without_its_figures_is_told() {
    check_faults("a = {\"\\u00é\"}\n", &["en:1:7 an escape without its figures"]);
    check_faults("a = {\"\\U00é000\"}\n", &["en:1:7 an escape without its figures"]);
    // In plain text a backslash is a sign like any other, and a whole escape is none of these.
    check_faults("a = C:\\uéa {\"\\u00e9é\"}\n", &[]);
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(a|b|-c|\\$x|\\{|\\}|\\[|\\]|\\*|->|=|\\.|,|:|\\(|\\)|\"|\\\\|\\\\u00|é|\u{feff}|NUMBER|1| |\n|\r\n|\n    ){0,60}") {
        let (texts, ..) = texts(&[("en", &format!("a = {text}"))]);
        let mut scope = Scope::new(schema());
        scope.set_texts(Arc::new(texts));
        let _ = compile("text('a', x: count)", &mut scope);
    }
}
