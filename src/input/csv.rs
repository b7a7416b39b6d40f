//! CSV: a record per row, and a second file of lines for a list.
//!
//! Takes rows, gives values. What the signs mean is in `csv_rows`, which column is which in `csv_header`, which lines
//! belong to a record in `csv_join`. Must never repair a row: one that has too many fields is held, not shortened.

use std::cell::RefCell;

use bumpalo::Bump;
use bumpalo::collections::{String as BumpString, Vec as BumpVec};

use super::convert::Given;
use super::csv_header::{Column, Columns, CsvPaths, Table, Wanted};
use super::csv_join::{Join, JoinCutter};
use super::csv_rows::{Dialect, Shape};
use super::cut::{FileCutter, Part};
use super::mapping::{self, CurrencySource, FieldPlan, MappingFault, RowPlan, Scalar, Source};
use super::{FileFault, Format, Head, InputSpec, LinesSpec, Piece, Reading, Unparsed};
use crate::base::code;
use crate::base::limits::LIST_ROWS_MAX;
use crate::kit::expr::{List, Schema, Type, Value};
use crate::model::record::Hold;

/// The format.
pub(super) struct Csv;

impl Format for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn doc(&self) -> &'static str {
        "Rows of fields as RFC 4180 defines them, with a header row. `delimiter` (`,`), `quote` (`\"`) and `columns` (names, for files without a \
         header row) can be set; paths are names of columns, alternatives follow after `|`. Quoted fields may contain line ends; a \
         quote inside an unquoted field is a sign like any other. A row with too many or too few fields is held. A list is filled from a \
         second file: `[input.lines]` names the list (`as`), the `key` column of both files (`lines-key` if the lines call it otherwise), and both \
         must be in the same order of the key. In its fields `/column` is a column of the record."
    }

    fn compile(&self, spec: &InputSpec, schema: &Schema) -> Result<Box<dyn Reading>, Vec<MappingFault>> {
        let mut faults = super::refuse_options(spec, self.name(), &["delimiter", "quote", "columns", "lines"]);
        let dialect = compile_dialect(spec, &mut faults);
        if let Some(lines) = &spec.lines {
            check_list(lines, schema, &mut faults);
        }
        let list = spec.lines.as_ref().map(|lines| lines.list.clone());
        let syntax = CsvPaths { list, records: RefCell::default(), lines: RefCell::default() };
        let plan = mapping::compile(&spec.map, schema, &syntax, &mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        let (record_needs, line_needs) = needs(&plan);
        Ok(Box::new(Compiled {
            dialect,
            plan,
            columns: spec.columns.clone(),
            lines: spec.lines.clone(),
            record_names: syntax.records.into_inner(),
            line_names: syntax.lines.into_inner(),
            record_needs,
            line_needs,
        }))
    }
}

fn compile_dialect(spec: &InputSpec, faults: &mut Vec<MappingFault>) -> Dialect {
    let mut sign = |key: &'static str, text: Option<&str>, otherwise: u8| match text {
        None => otherwise,
        Some("tab" | "\t") => b'\t',
        Some(text) => match *text.as_bytes() {
            [byte] if byte.is_ascii_graphic() && !byte.is_ascii_alphanumeric() => byte,
            _ => {
                let message = format!("`{text}` cannot be the {key}");
                faults.push(
                    MappingFault::new("", key, 0..text.len(), &code::MAPPING_OPTION, message).hint("write one ASCII sign such as `;`, or `tab`"),
                );
                otherwise
            }
        },
    };
    let delimiter = sign("delimiter", spec.delimiter.as_deref(), b',');
    let quote = if spec.quote.as_deref() == Some("") { None } else { Some(sign("quote", spec.quote.as_deref(), b'"')) };
    if quote == Some(delimiter) {
        faults.push(MappingFault::new("", "quote", 0..1, &code::MAPPING_OPTION, "quote and delimiter are the same sign"));
    }
    Dialect { delimiter, quote }
}

fn check_list(lines: &LinesSpec, schema: &Schema, faults: &mut Vec<MappingFault>) {
    let lists = schema.fields.iter().filter(|field| matches!(field.kind, Type::List(_))).map(|field| field.name.as_str());
    if !lists.clone().any(|list| list == lines.list) {
        let message = format!("the data contract has no list `{}`", lines.list);
        faults.push(MappingFault::new("", "list", 0..lines.list.len(), &code::MAPPING_LIST, message).suggest(&lines.list, lists));
    }
}

/// Fields that cannot do without one of some columns: their names and the ids of their columns.
type Needs = Vec<(String, Vec<usize>)>;

/// What must be in the headers of records and lines. An optional field may lack its column, unless the job names it.
fn needs(plan: &RowPlan<Column>) -> (Needs, Needs) {
    let (mut records, mut lines) = (Vec::new(), Vec::new());
    let mut need = |name: &str, columns: &[Column]| {
        // Alternatives in both files cannot be checked against one header.
        let ids: Vec<usize> = columns.iter().map(|column| column.id).collect();
        if columns.iter().all(|column| column.of_record) {
            records.push((name.to_string(), ids));
        } else if columns.iter().all(|column| !column.of_record) {
            lines.push((name.to_string(), ids));
        }
    };
    fn visit(plan: &RowPlan<Column>, need: &mut impl FnMut(&str, &[Column])) {
        for field in &plan.fields {
            match &field.source {
                Source::Constant(_) => {}
                Source::Scalar(scalar) => {
                    if field.mapped.is_some() || !field.optional && scalar.default.is_none() {
                        need(&field.name, &scalar.paths);
                    }
                    if let CurrencySource::Path(paths, None) = &scalar.currency {
                        need(&field.name, paths);
                    }
                }
                Source::List { rows, .. } => visit(rows, need),
            }
        }
    }
    visit(plan, &mut need);
    (records, lines)
}

struct Compiled {
    dialect: Dialect,
    plan: RowPlan<Column>,
    columns: Option<Vec<String>>,
    lines: Option<LinesSpec>,
    record_names: Vec<String>,
    line_names: Vec<String>,
    record_needs: Needs,
    line_needs: Needs,
}

impl Reading for Compiled {
    fn has_lines(&self) -> bool {
        self.lines.is_some()
    }

    fn open(&self, text: &[u8], lines_text: Option<&[u8]>) -> Result<Head, Vec<FileFault>> {
        let mut faults = Vec::new();
        let wanted = Wanted {
            dialect: self.dialect,
            columns: self.columns.as_deref(),
            names: &self.record_names,
            key: self.lines.as_ref().map(|lines| lines.key.as_str()),
            needs: &self.record_needs,
            in_lines: false,
        };
        let records = wanted.find(text, &mut faults);
        let lines = match (&self.lines, lines_text) {
            (Some(spec), Some(text)) => {
                let wanted = Wanted {
                    dialect: self.dialect,
                    columns: spec.columns.as_deref(),
                    names: &self.line_names,
                    key: Some(spec.lines_key.as_ref().unwrap_or(&spec.key)),
                    needs: &self.line_needs,
                    in_lines: true,
                };
                wanted.find(text, &mut faults)
            }
            _ => None,
        };
        match records {
            Some(records) if faults.is_empty() => Ok(Head::Columns(Box::new(Columns { records, lines }))),
            _ => Err(faults),
        }
    }

    fn cutter<'d>(&'d self, head: &'d Head, text: &'d [u8], lines: &'d [u8]) -> Box<dyn FileCutter + 'd> {
        let columns = columns(head);
        let first = columns.lines.as_ref().map_or(0, |table| table.first);
        Box::new(JoinCutter::new(Join::new(self.dialect, columns, text, columns.records.first..text.len(), lines, first..lines.len())))
    }

    fn pieces<'d>(&'d self, head: &'d Head, text: &'d [u8], lines: &'d [u8], part: &'d Part) -> Box<dyn Iterator<Item = Piece> + 'd> {
        let mut join = Join::new(self.dialect, columns(head), text, part.bytes.clone(), lines, part.lines.clone());
        Box::new(std::iter::from_fn(move || join.next().expect("the cutter has joined the same bytes without a fault")))
    }

    fn parse<'a>(&'a self, given: Unparsed<'a>, arena: &'a Bump) -> Result<&'a [Value<'a>], Hold> {
        let columns = columns(given.head);
        let text = super::utf8(given.text)?;
        let lines = super::utf8(given.lines)?;
        self.read(columns, text, lines, arena).map_err(|hold| *hold)
    }
}

fn columns(head: &Head) -> &Columns {
    match head {
        Head::Columns(columns) => columns,
        Head::Plain => unreachable!("a CSV file is opened with its columns"),
    }
}

type Held<T> = Result<T, Box<Hold>>;

impl Compiled {
    fn read<'a>(&'a self, columns: &'a Columns, text: &'a str, lines: &'a str, arena: &'a Bump) -> Held<&'a [Value<'a>]> {
        let mut fields = BumpVec::with_capacity_in(columns.records.count, arena);
        self.split(&columns.records, text, "row", &mut fields, arena)?;
        let record = Fields { table: &columns.records, texts: &fields };
        let mut values = BumpVec::with_capacity_in(self.plan.fields.len(), arena);
        for field in &self.plan.fields {
            values.push(match &field.source {
                Source::Constant(constant) => constant.value(),
                Source::Scalar(scalar) => bind(field, scalar, record, record)?,
                Source::List { rows, .. } => match &columns.lines {
                    Some(table) if self.lines.as_ref().is_some_and(|lines| lines.list == field.name) => {
                        Value::List(self.read_lines(rows, table, lines, record, arena)?)
                    }
                    _ => Value::List(List::EMPTY),
                },
            });
        }
        Ok(values.into_bump_slice())
    }

    fn read_lines<'a>(
        &'a self,
        plan: &'a RowPlan<Column>,
        table: &'a Table,
        lines: &'a str,
        record: Fields<'_, 'a>,
        arena: &'a Bump,
    ) -> Held<List<'a>> {
        let width = plan.fields.len().max(1);
        let mut values = BumpVec::with_capacity_in(width * 20, arena);
        let mut fields = BumpVec::with_capacity_in(table.count, arena);
        for (index, row) in super::csv_rows::Rows::new(self.dialect, lines.as_bytes(), 0..lines.len()).enumerate() {
            if index >= LIST_ROWS_MAX {
                return Err(Box::new(Hold::new(&code::RECORD_ROWS, format!("the record has more than {LIST_ROWS_MAX} lines"))));
            }
            fields.clear();
            self.split(table, &lines[row.bytes], "line", &mut fields, arena)?;
            let line = Fields { table, texts: &fields };
            for field in &plan.fields {
                values.push(match &field.source {
                    Source::Constant(constant) => constant.value(),
                    Source::Scalar(scalar) => bind(field, scalar, line, record)?,
                    Source::List { .. } => Value::List(List::EMPTY),
                });
            }
            if plan.fields.is_empty() {
                values.push(Value::Null);
            }
        }
        Ok(List { columns: width, values: values.into_bump_slice() })
    }

    /// Splits a row into the texts of its fields.
    fn split<'a>(&self, table: &Table, row: &'a str, what: &str, texts: &mut BumpVec<'a, &'a str>, arena: &'a Bump) -> Held<()> {
        let mut count = 0;
        for field in self.dialect.fields(row) {
            count += 1;
            if count > table.count {
                continue;
            }
            let body = &row[field.body];
            texts.push(match (field.shape, self.dialect.quote) {
                (Shape::Plain, _) => body,
                (Shape::Doubled, Some(quote)) => unquote(body, char::from(quote), arena),
                (Shape::Unclosed, _) => {
                    return Err(self.bad_quotes(format!("the quote of field {count} of the {what} is never closed"), row));
                }
                (Shape::Trailing | Shape::Doubled, _) => {
                    let shown = super::convert::shorten(body);
                    return Err(self.bad_quotes(format!("text follows the closing quote of field {count} of the {what}: `{shown}`"), row));
                }
            });
        }
        if count == table.count {
            return Ok(());
        }
        let reason = format!("the {what} has {count} fields, but there are {} columns", table.count);
        Err(Box::new(Hold::new(&code::RECORD_COLUMNS, reason)))
    }

    #[cold]
    fn bad_quotes(&self, mut reason: String, row: &str) -> Box<Hold> {
        let lines = row.trim_end().matches('\n').count() + 1;
        if lines > 1 {
            reason.push_str(&format!("; it took {lines} lines of the file"));
        }
        Box::new(Hold::new(&code::RECORD_QUOTES, reason))
    }
}

fn unquote<'a>(body: &str, quote: char, arena: &'a Bump) -> &'a str {
    let mut text = BumpString::with_capacity_in(body.len(), arena);
    let mut last_was_quote = false;
    for c in body.chars() {
        last_was_quote = c == quote && !last_was_quote;
        if !last_was_quote {
            text.push(c);
        }
    }
    text.into_bump_str()
}

/// The fields of one row, by the names that the mapping wants.
#[derive(Clone, Copy)]
struct Fields<'r, 'a> {
    table: &'a Table,
    texts: &'r [&'a str],
}

impl<'a> Fields<'_, 'a> {
    #[inline]
    fn given(self, id: usize) -> Given<'a> {
        self.table.at[id].map_or(Given::Absent, |at| Given::Text(self.texts[at]))
    }
}

/// The value of a field; `row` is the record itself or one of its lines.
#[inline]
fn bind<'a>(field: &'a FieldPlan<Column>, scalar: &'a Scalar<Column>, row: Fields<'_, 'a>, record: Fields<'_, 'a>) -> Held<Value<'a>> {
    let pick = |columns: &[Column]| {
        let mut best = Given::Absent;
        for column in columns {
            let given = if column.of_record { record.given(column.id) } else { row.given(column.id) };
            if !given.is_empty() {
                return given;
            }
            if best == Given::Absent {
                best = given;
            }
        }
        best
    };
    field.bind(scalar, pick(&scalar.paths), || match &scalar.currency {
        CurrencySource::Fixed(_) => Given::Absent,
        CurrencySource::Path(paths, _) => pick(paths),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::limits::RECORD_BYTES_MAX;
    use crate::input::testing::{fails_to_open, mapped, read, schema};
    use crate::input::{FieldSpec, MappingSpec};

    #[track_caller]
    fn check(contract: &str, spec: &InputSpec, files: &[&[u8]], lines: &[&[u8]], expected: &[&str]) {
        let found = read("csv", spec, &schema(contract), files, lines);
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            match expected.split_once(" ~ ") {
                Some((code, part)) => assert!(found.starts_with(code) && found.contains(part), "{found}"),
                None => assert_eq!(found, expected),
            }
        }
    }

    fn joined() -> InputSpec {
        let lines = LinesSpec { list: "lines".to_string(), key: "id".to_string(), ..LinesSpec::default() };
        InputSpec { lines: Some(lines), ..InputSpec::default() }
    }

    #[test]
    fn rows_become_records() {
        let contract = "name:text amount:money? day:date?";
        let plain = InputSpec::default();
        check(
            contract,
            &plain,
            &[b"name,amount,day\nA,1.50,2026-09-30\r\n\"B \"\"x\"\"\nC\",,\n"],
            &[],
            &["'A' 1.50XXX 2026-09-30", "'B \"x\"\nC' - -"],
        );
        check(contract, &plain, &[b"\xef\xbb\xbf day , name \n2026-02-30,A\n"], &[], &["R0307 ~ 2026-02-30"]);
        check("name:text", &plain, &[b"name\n"], &[], &[]);
        check("name:text", &plain, &[b"name\nA", b"x,name\n1,B"], &[], &["'A'", "'B'"]);
    }

    #[test]
    fn options_and_mapping() {
        let mut spec = mapped("name = Kunde Name; amount = Betrag | Summe");
        spec.delimiter = Some(";".to_string());
        spec.map.decimal = Some(",".to_string());
        spec.map.group = Some(".".to_string());
        spec.map.currency = Some("W\u{e4}hrung".to_string());
        let text = "Kunde Name;Betrag;Summe;Währung\nÄ;1.234,50;;EUR\nB;;7;CHF\nC;x;;EUR\nD;1;2;\n";
        check(
            "name:text amount:money",
            &spec,
            &[text.as_bytes()],
            &[],
            &["'Ä' 1234.50EUR", "'B' 7CHF", "R0306 ~ `amount` is `x`", "R0319 ~ no currency"],
        );
        let spec = InputSpec { columns: Some(vec!["name".to_string(), "x".to_string()]), delimiter: Some("tab".to_string()), ..InputSpec::default() };
        check("name:text", &spec, &[b"A\t1\nB\t\n"], &[], &["'A'", "'B'"]);
        let spec = InputSpec { quote: Some(String::new()), ..InputSpec::default() };
        check("name:text", &spec, &[b"name\n\"A\n"], &[], &["'\"A'"]);
    }

    #[test]
    fn bad_rows_hold_only_themselves() {
        let plain = InputSpec::default();
        check(
            "name:text",
            &plain,
            &[b"name,x\nA,1\nB\nC,1,2\n5\" pipe,3\n\"D\"d,4\nE\xff,5\nF,6\n\"G,7\nH,8\n"],
            &[],
            &[
                "'A'",
                "R0312 ~ has 1 fields, but there are 2",
                "R0312 ~ has 3",
                "'5\" pipe'",
                "R0313 ~ field 1",
                "R0302 ~ byte 2",
                "'F'",
                "R0313 ~ never closed; it took 2 lines",
            ],
        );
        let mut large = b"name\n\"".to_vec();
        large.resize(RECORD_BYTES_MAX + 10, b'x');
        large.extend(b"\"\nB\n");
        check("name:text", &plain, &[&large], &[], &["R0303 ~ ", "'B'"]);
    }

    #[test]
    fn lines_join_their_records() {
        let contract = "id:text lines[text:text amount:money]";
        check(
            contract,
            &joined(),
            &[b"id\nA\nB\n\"C\"\n"],
            &[b"id,text,amount\nA,x,1\nA,y,2\n\nC,z,3\n"],
            &["'A' [('x' 1XXX) ('y' 2XXX)]", "'B' []", "'C' [('z' 3XXX)]"],
        );
        // A key that comes again, not at once: each record takes the lines that stand at its own place.
        let again = |lines: &[u8], last: &str| {
            check("id:text lines[text:text]", &joined(), &[b"id\nA\nB\nA\n"], &[lines], &["'A' [('1')]", "'B' [('2')]", last]);
        };
        again(b"id,text\nA,1\nB,2\n", "'A' []");
        again(b"id,text\nA,1\nB,2\nA,3\n", "'A' [('3')]");
        check(
            contract,
            &joined(),
            &[b"id\nA\nB\n"],
            &[b"amount,text,id\n1,x,A\n2,y,A,?\n3,z,B\n"],
            &["R0312 ~ the line has 4 fields", "'B' [('z' 3XXX)]"],
        );
    }

    #[test]
    fn lines_see_their_record() {
        let mut spec = joined();
        spec.map = MappingSpec {
            fields: vec![
                FieldSpec { field: "lines.amount".to_string(), currency: Some("/currency".to_string()), ..FieldSpec::default() },
                FieldSpec { field: "lines.city".to_string(), path: Some("/city".to_string()), ..FieldSpec::default() },
            ],
            ..MappingSpec::default()
        };
        let records: &[u8] = b"id,currency,city\nA,EUR,Bonn\n";
        check("lines[city:text amount:money]", &spec, &[records], &[b"id,amount\nA,1\n"], &["[('Bonn' 1EUR)]"]);
    }

    #[test]
    fn a_record_that_swallows_others_takes_their_lines() {
        check("id:text lines[text:text]", &joined(), &[b"id,n\nA,\"x\nB,y\n"], &[b"id,text\nA,1\nB,2\n"], &["R0313 ~ never closed"]);
    }

    #[test]
    fn lines_are_never_lost() {
        let contract = "id:text lines[text:text]";
        let orphan = "a line of no record";
        for (lines, line, name) in [
            ("id,text\nA,1\nX,2\nB,3\n", 3, orphan),
            ("id,text\nB,1\nA,2\n", 3, "lines out of order"),
            ("id,text\nA,1\nB,2\nC,3\n", 4, "a line behind the last record"),
            ("id,text\nA,\"1\nB,2\n", 2, "a quote that is never closed"),
            ("id,text\nA,\"1\nB,2\nA,\"3\nB,4\n", 2, "a quote that swallows a line"),
        ] {
            let fault = fails_to_open("csv", &joined(), &schema(contract), b"id\nA\nB\n", Some(lines.as_bytes()));
            assert_eq!((fault[0].code.id, fault[0].in_lines, fault[0].line), ("D0204", true, line), "{name}");
        }
        let fault = fails_to_open("csv", &joined(), &schema(contract), b"id\nA\nA\n", Some(b"id,text\n"));
        assert_eq!((fault[0].code.id, fault[0].in_lines, fault[0].line), ("D0204", false, 3));
    }

    #[test]
    fn headers_are_checked_at_once() {
        let fails = |spec: &InputSpec, contract: &str, text: &[u8]| -> Vec<String> {
            let faults = fails_to_open("csv", spec, &schema(contract), text, None);
            faults.iter().map(|fault| format!("{} {} ({})", fault.code.id, fault.message, fault.hint.as_deref().unwrap_or(""))).collect()
        };
        let found = fails(&mapped("a = nmae"), "a:text total:text c:text?", b"name,x,x\n");
        assert_eq!(
            found,
            [
                "D0203 there is no column `nmae` for the field `a` (did you mean `name`?)",
                "D0203 there is no column `total` for the field `total` (the columns are `name`, `x`, `x`)"
            ]
        );
        assert_eq!(fails(&InputSpec::default(), "x:text", b"x,x\n"), ["D0202 there are several columns `x` ()"]);
        assert_eq!(fails(&InputSpec::default(), "x:text", b""), ["D0202 the file is empty, so it has no header row ()"]);
    }

    #[test]
    fn faults_of_the_section() {
        let compile = |spec: &InputSpec, contract: &str| -> Vec<String> {
            let faults = Csv.compile(spec, &schema(contract)).err().unwrap_or_default();
            faults.iter().map(|fault| format!("{}:{}:{}", fault.field, fault.key, fault.code.id)).collect()
        };
        let spec = InputSpec { delimiter: Some("ab".to_string()), quote: Some("x".to_string()), record: Some("r".to_string()), ..mapped("l = x") };
        assert_eq!(compile(&spec, "l[a:text]"), [":record:D0104", ":delimiter:D0104", ":quote:D0104", "l:field:D0106", "l:path:D0102"]);
        assert_eq!(compile(&joined(), "line[a:text]"), [":list:D0106", "line:field:D0106"]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_once(text in "[ab,\"\r\n]{0,60}") {
            let text = format!("id,name\n{text}");
            let contract = "id:text? name:text?";
            read("csv", &InputSpec::default(), &schema(contract), &[text.as_bytes()], &[]);
        }

        #[test]
        fn lines_go_where_they_belong(counts in proptest::collection::vec(0usize..4, 1..12)) {
            let mut records = "id\n".to_string();
            let mut lines = "id,text\n".to_string();
            let mut expected = Vec::new();
            for (index, count) in counts.iter().enumerate() {
                records.push_str(&format!("K{index}\n"));
                for line in 0..*count {
                    lines.push_str(&format!("K{index},{line}\n"));
                }
                let rows: Vec<String> = (0..*count).map(|line| format!("('{line}')")).collect();
                expected.push(format!("'K{index}' [{}]", rows.join(" ")));
            }
            let found = read("csv", &joined(), &schema("id:text lines[text:text]"), &[records.as_bytes()], &[lines.as_bytes()]);
            proptest::prop_assert_eq!(found, expected);
        }
    }
}
