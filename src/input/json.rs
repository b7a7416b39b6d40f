//! Reads one JSON record in a single pass.
//!
//! Takes the text of a record and the tree of wanted keys, gives values. Strict: what RFC 8259 does not allow is held,
//! also in places that nobody wants. Must never turn a number into a float, and never recurse deeper than
//! [`NESTING_MAX`].
//!
//! Own parser, because merging is the core of the business: it validates, finds fields by slot, borrows texts and reads
//! amounts from their digits in one pass, where a general parser builds a tree first.

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use super::convert::{Given, Thing, shorten};
use super::json_plan::{JsonField, Node, Scope, Seen, Slot, find_key};
use super::json_text::{RawText, plain_length};
use super::mapping::{FieldPlan, Source};
use crate::base::code;
use crate::base::limits::{LIST_ROWS_MAX, NESTING_MAX};
use crate::kit::expr::{List, Value};
use crate::model::record::Hold;

type Held<T> = Result<T, Box<Hold>>;

/// What was seen at a place that a field wants.
#[derive(Clone, Copy, Debug)]
enum Capture<'a> {
    /// Nothing yet, or null.
    Absent,
    /// A scalar, or something that cannot be one.
    Given(Given<'a>),
    /// The values of rows, read where they stood.
    Rows(&'a [Value<'a>]),
    /// An array or object that begins here, not yet bound.
    Later(usize),
}

/// Reads a record: one JSON object, with nothing but space around it.
pub(super) fn read_record<'a>(text: &'a str, scope: &'a Scope, arena: &'a Bump) -> Held<&'a [Value<'a>]> {
    let mut walker = Walker { text, bytes: text.as_bytes(), at: 0, arena, rows_left: LIST_ROWS_MAX };
    walker.skip_space();
    if walker.peek() != b'{' {
        let what = if walker.peek() == b'[' { "an array" } else { "no object" };
        return Err(walker.fault_as(format!("the record is {what}; NDJSON has one object per line")));
    }
    let captures = arena.alloc_slice_fill_copy(scope.captures, Capture::Absent);
    walker.value(scope, Some(&scope.nodes[0]), captures, None, 0)?;
    walker.skip_space();
    if walker.at < walker.bytes.len() {
        return Err(walker.fault("something follows the end of the record"));
    }
    let mut values = BumpVec::with_capacity_in(scope.fields.len(), arena);
    walker.bind(scope, captures, None, &mut values)?;
    Ok(values.into_bump_slice())
}

struct Walker<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    arena: &'a Bump,
    rows_left: usize,
}

impl<'a> Walker<'a> {
    /// The byte here, or 0 at the end, which is valid nowhere.
    #[inline]
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    #[inline]
    fn skip_space(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
    }

    #[cold]
    fn fault(&self, what: &str) -> Box<Hold> {
        if self.at >= self.bytes.len() {
            return self.fault_as("the record ends in the middle, as if it was cut off".to_string());
        }
        let rest = self.text.get(self.at..).unwrap_or("");
        let line = rest.lines().next().unwrap_or("");
        self.fault_as(format!("{what} at byte {}: `{}`", self.at + 1, shorten(line)))
    }

    #[cold]
    fn fault_as(&self, reason: String) -> Box<Hold> {
        Box::new(Hold::new(&code::RECORD_JSON, reason))
    }

    /// Reads any value; with a node, its captures are filled.
    fn value(
        &mut self,
        scope: &'a Scope,
        node: Option<&'a Node>,
        captures: &mut [Capture<'a>],
        record: Option<&[Capture<'a>]>,
        depth: usize,
    ) -> Held<()> {
        let start = self.at;
        let capture = match self.peek() {
            b'"' => {
                let raw = self.string()?;
                match node {
                    Some(node) if !node.captures.is_empty() => Capture::Given(Given::Text(raw.unescape(self.text, self.arena)?)),
                    _ => return Ok(()),
                }
            }
            b'{' => {
                self.object(scope, node, captures, record, depth)?;
                Capture::Later(start)
            }
            b'[' => {
                if let Some(field) = node.and_then(|node| node.list) {
                    let JsonField::List { scope: rows, .. } = &scope.fields[field] else { unreachable!("the tree names a list") };
                    Capture::Rows(self.rows(rows, record, depth)?.values)
                } else {
                    self.array(scope, node, captures, record, depth)?;
                    Capture::Later(start)
                }
            }
            b'-' | b'0'..=b'9' => {
                self.number()?;
                Capture::Given(Given::Number(&self.text[start..self.at]))
            }
            b't' => {
                self.word(b"true")?;
                Capture::Given(Given::Boolean(true))
            }
            b'f' => {
                self.word(b"false")?;
                Capture::Given(Given::Boolean(false))
            }
            b'n' => {
                self.word(b"null")?;
                Capture::Absent
            }
            _ => return Err(self.fault("no JSON value")),
        };
        if let Some(node) = node {
            for &id in &node.captures {
                captures[usize::from(id)] = capture;
            }
        }
        Ok(())
    }

    fn object(
        &mut self,
        scope: &'a Scope,
        node: Option<&'a Node>,
        captures: &mut [Capture<'a>],
        record: Option<&[Capture<'a>]>,
        depth: usize,
    ) -> Held<()> {
        let depth = self.deeper(depth)?;
        let keys: &'a [(Box<str>, usize)] = node.map_or(&[], |node| &node.keys);
        let mut seen = Seen::new(keys.len(), self.arena);
        let mut expected = 0;
        self.at += 1;
        self.skip_space();
        if self.peek() == b'}' {
            self.at += 1;
            return Ok(());
        }
        loop {
            if self.peek() != b'"' {
                return Err(self.fault("no key"));
            }
            let raw = self.string()?;
            let mut child = None;
            if !keys.is_empty() {
                let key = if raw.escaped { raw.unescape(self.text, self.arena)? } else { &self.text[raw.start..raw.end] };
                if let Some(index) = find_key(keys, key, expected) {
                    if seen.mark(index) {
                        return Err(Box::new(Hold::new(&code::RECORD_DUPLICATE_KEY, format!("the key `{key}` occurs twice in one object"))));
                    }
                    expected = index + 1;
                    child = Some(&scope.nodes[keys[index].1]);
                }
            }
            self.skip_space();
            if self.peek() != b':' {
                return Err(self.fault("no `:` after a key"));
            }
            self.at += 1;
            self.skip_space();
            self.value(scope, child, captures, record, depth)?;
            if self.ends(b'}')? {
                return Ok(());
            }
        }
    }

    fn array(
        &mut self,
        scope: &'a Scope,
        node: Option<&'a Node>,
        captures: &mut [Capture<'a>],
        record: Option<&[Capture<'a>]>,
        depth: usize,
    ) -> Held<()> {
        let depth = self.deeper(depth)?;
        self.at += 1;
        self.skip_space();
        if self.peek() == b']' {
            self.at += 1;
            return Ok(());
        }
        let mut index = 0;
        loop {
            let element = node.and_then(|node| node.elements.iter().find(|(wanted, _)| *wanted == index));
            self.value(scope, element.map(|(_, child)| &scope.nodes[*child]), captures, record, depth)?;
            index += 1;
            if self.ends(b']')? {
                return Ok(());
            }
        }
    }

    /// Reads the rows of a list where they stand.
    fn rows(&mut self, scope: &'a Scope, record: Option<&[Capture<'a>]>, depth: usize) -> Held<List<'a>> {
        let depth = self.deeper(depth)?;
        let columns = scope.fields.len().max(1);
        self.at += 1;
        self.skip_space();
        if self.peek() == b']' {
            self.at += 1;
            return Ok(List { columns, values: &[] });
        }
        // Twenty rows at first: most lists are short, and a vector that grows leaves its old place behind in the arena.
        let mut values = BumpVec::with_capacity_in(columns * 20, self.arena);
        let captures = self.arena.alloc_slice_fill_copy(scope.captures, Capture::Absent);
        loop {
            if self.rows_left == 0 {
                return Err(Box::new(Hold::new(&code::RECORD_ROWS, format!("the lists of the record have more than {LIST_ROWS_MAX} rows"))));
            }
            self.rows_left -= 1;
            captures.fill(Capture::Absent);
            self.value(scope, Some(&scope.nodes[0]), captures, record, depth)?;
            self.bind(scope, captures, record, &mut values)?;
            if scope.fields.is_empty() {
                values.push(Value::Null);
            }
            if self.ends(b']')? {
                return Ok(List { columns, values: values.into_bump_slice() });
            }
        }
    }

    /// Turns captures into the values of one record or row. `record` has the captures of the record around a row.
    fn bind(&mut self, scope: &'a Scope, captures: &[Capture<'a>], record: Option<&[Capture<'a>]>, values: &mut BumpVec<'a, Value<'a>>) -> Held<()> {
        for (field, json) in scope.plan.fields.iter().zip(&scope.fields) {
            let value = match (json, &field.source) {
                (_, Source::Constant(constant)) => constant.value(),
                (JsonField::Value { slots, currency }, Source::Scalar(scalar)) => {
                    let given = self.pick(slots, captures, record);
                    field.bind(scalar, given, || self.pick(currency, captures, record))?
                }
                (JsonField::List { slots, scope: rows, .. }, Source::List { .. }) => {
                    Value::List(self.bind_list(field, slots, rows, captures, record.unwrap_or(captures))?)
                }
                (JsonField::Value { .. }, Source::List { .. }) | (JsonField::List { .. }, Source::Scalar(_)) => {
                    unreachable!("the plan and its places are built together")
                }
            };
            values.push(value);
        }
        Ok(())
    }

    fn bind_list(
        &mut self,
        field: &FieldPlan<()>,
        slots: &[u16],
        rows: &'a Scope,
        captures: &[Capture<'a>],
        record: &[Capture<'a>],
    ) -> Held<List<'a>> {
        let found = slots.iter().map(|slot| captures[usize::from(*slot)]).find(|capture| !matches!(capture, Capture::Absent));
        match found {
            None if field.optional => Ok(List::EMPTY),
            None => Err(Box::new(field.missing())),
            Some(Capture::Rows(values)) => Ok(List { columns: rows.fields.len().max(1), values }),
            Some(Capture::Later(start)) if self.bytes[start] == b'[' => {
                let back = std::mem::replace(&mut self.at, start);
                let list = self.rows(rows, Some(record), 1);
                self.at = back;
                list
            }
            Some(other) => {
                let shown = match self.given(other) {
                    Given::Other(thing, _) => thing.to_string(),
                    given => given.shown(),
                };
                Err(Box::new(Hold::new(&code::RECORD_WRONG_KIND, format!("`{}` is {shown} where a list should be", field.name))))
            }
        }
    }

    /// The first slot that is not empty, else the first that is not absent.
    #[inline]
    fn pick(&self, slots: &[Slot], captures: &[Capture<'a>], record: Option<&[Capture<'a>]>) -> Given<'a> {
        if let [Slot::Here(id)] = slots {
            return self.given(captures[usize::from(*id)]);
        }
        let mut best = Given::Absent;
        for slot in slots {
            let capture = match *slot {
                Slot::Here(id) => captures[usize::from(id)],
                Slot::Record(id) => record.map_or(Capture::Absent, |record| record[usize::from(id)]),
            };
            let given = self.given(capture);
            if !given.is_empty() {
                return given;
            }
            if best == Given::Absent {
                best = given;
            }
        }
        best
    }

    #[inline]
    fn given(&self, capture: Capture<'a>) -> Given<'a> {
        match capture {
            Capture::Absent => Given::Absent,
            Capture::Given(given) => given,
            Capture::Rows(_) => Given::Other(Thing::Array, ""),
            Capture::Later(start) => {
                let thing = if self.bytes[start] == b'[' { Thing::Array } else { Thing::Object };
                Given::Other(thing, self.text.get(start..).unwrap_or(""))
            }
        }
    }

    #[inline]
    fn deeper(&self, depth: usize) -> Held<usize> {
        if depth >= NESTING_MAX {
            return Err(Box::new(Hold::new(&code::RECORD_NESTING, format!("arrays and objects are nested deeper than {NESTING_MAX}"))));
        }
        Ok(depth + 1)
    }

    /// After an element: steps over `,` or the closing sign, and tells which it was.
    #[inline]
    fn ends(&mut self, close: u8) -> Held<bool> {
        self.skip_space();
        let found = self.peek();
        if found == b',' {
            self.at += 1;
            self.skip_space();
            Ok(false)
        } else if found == close {
            self.at += 1;
            Ok(true)
        } else {
            Err(self.fault(if close == b'}' { "no `,` or `}`" } else { "no `,` or `]`" }))
        }
    }

    fn word(&mut self, word: &[u8]) -> Held<()> {
        if !self.bytes[self.at..].starts_with(word) {
            return Err(self.fault("no JSON value"));
        }
        self.at += word.len();
        Ok(())
    }

    /// RFC 8259, 6: no leading zero, digits around a point, digits in an exponent.
    fn number(&mut self) -> Held<()> {
        if self.peek() == b'-' {
            self.at += 1;
        }
        match self.peek() {
            b'0' => self.at += 1,
            b'1'..=b'9' => self.digits(),
            _ => return Err(self.fault("no number")),
        }
        if self.peek() == b'.' {
            self.at += 1;
            self.some_digits()?;
        }
        if matches!(self.peek(), b'e' | b'E') {
            self.at += 1;
            if matches!(self.peek(), b'+' | b'-') {
                self.at += 1;
            }
            self.some_digits()?;
        }
        Ok(())
    }

    #[inline]
    fn digits(&mut self) {
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
    }

    fn some_digits(&mut self) -> Held<()> {
        let start = self.at;
        self.digits();
        if self.at == start { Err(self.fault("no digit")) } else { Ok(()) }
    }

    /// Steps over a string and checks it; its text is between `start` and `end`.
    #[inline]
    fn string(&mut self) -> Held<RawText> {
        let start = self.at + 1;
        self.at = start;
        let mut escaped = false;
        loop {
            self.at += plain_length(&self.bytes[self.at..]);
            match self.peek() {
                b'"' => {
                    self.at += 1;
                    return Ok(RawText { start, end: self.at - 1, escaped });
                }
                b'\\' => {
                    escaped = true;
                    self.escape()?;
                }
                _ => return Err(self.fault("a control character in a text")),
            }
        }
    }

    fn escape(&mut self) -> Held<()> {
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                let digits = self.bytes.get(self.at + 2..self.at + 6);
                if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
                    return Err(self.fault("no four digits after `\\u`"));
                }
                self.at += 6;
            }
            Some(_) => return Err(self.fault("no such escape")),
            None => {
                self.at += 1;
                return Err(self.fault("no escape"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::testing::{mapped, read, schema};
    use crate::input::{FieldSpec, InputSpec, MappingSpec};

    #[track_caller]
    fn check(contract: &str, spec: &InputSpec, record: &str, expected: &str) {
        let found = read("ndjson", spec, &schema(contract), &[record.as_bytes()], &[]);
        assert_eq!(found.len(), 1, "{found:?}");
        let found = &found[0];
        // A hold is given by its code and, behind `~`, a part of its reason.
        match expected.split_once(" ~ ") {
            Some((code, part)) => assert!(found.starts_with(code) && found.contains(part), "{record}: {found}"),
            None => assert!(found == expected, "{record}: {found}"),
        }
    }

    #[track_caller]
    fn check_plain(contract: &str, record: &str, expected: &str) {
        check(contract, &InputSpec::default(), record, expected);
    }

    #[test]
    fn values_of_every_type() {
        let all = "t:text d:decimal m:money i:integer b:boolean w:date";
        check_plain(all, r#"{"t":"x","d":1.50,"m":-0.10,"i":7,"b":true,"w":"2026-09-30"}"#, "'x' 1.50 -0.10XXX 7 true 2026-09-30");
        check_plain(all, r#" { "w":"2026-09-30" , "b":"no","i":"7","m":"12.5","d":1e2,"t":12.30 } "#, "'12.30' 100 12.5XXX 7 false 2026-09-30");
        check_plain("m:money", r#"{"m":0.30000000000000004}"#, "0.30000000000000004XXX");
        check_plain("m:money", r#"{"m":12345678901234567890.12}"#, "12345678901234567890.12XXX");
    }

    #[test]
    fn misfits_are_held_with_field_and_value() {
        check_plain("m:money", r#"{"m":"twelve"}"#, "R0306 ~ `m` is `twelve`, which is not an amount");
        check_plain("m:money", r#"{"m":{"a":1}}"#, "R0308 ~ `m` is an object (`{\"a\":1}}`) where an amount should be");
        check_plain("m:money", r#"{"m":true}"#, "R0308 ~ `true`");
        check_plain("m:money", r#"{"m":99999999999999999999999999999999}"#, "R0306 ~ 28");
        check_plain("w:date", r#"{"w":"2026-02-30"}"#, "R0307 ~ a day that does not exist");
        check_plain("w:date", r#"{"w":"30.02.2026"}"#, "R0307 ~ `yyyy-MM-dd`");
        check_plain("t:text", r#"{"t":true}"#, "R0308 ~ `t`");
        check_plain("i:integer", r#"{"i":1.5}"#, "R0306 ~ whole number");
        check_plain("b:boolean", r#"{"b":"x"}"#, "R0318 ~ `b`");
        check_plain("l[t:text]", r#"{"l":"x"}"#, "R0308 ~ `l` is `x` where a list should be");
        check_plain("l[t:text]", r#"{"l":{}}"#, "R0308 ~ `l` is an object where a list should be");
        check_plain("t:text", &format!(r#"{{"t":["{}"]}}"#, "ü".repeat(80)), &format!("R0308 ~ (`[\"{}…`)", "ü".repeat(38)));
    }

    #[test]
    fn absent_null_and_empty() {
        check_plain("t:text", "{}", "R0305 ~ the required field `t` is missing");
        check_plain("t:text", r#"{"t":null}"#, "R0305 ~ `t`");
        check_plain("t:text", r#"{"t":""}"#, "''");
        check_plain("t:text? m:money? w:date?", r#"{"t":"","m":"","w":null}"#, "- - -");
        check_plain("w:date", r#"{"w":""}"#, "R0305 ~ `w`");
        check_plain("l[t:text]", "{}", "R0305 ~ `l`");
        check_plain("l[t:text]", r#"{"l":[]}"#, "[]");
        check_plain("l[t:text m:money]", r#"{"l":[{"t":"x"}]}"#, "R0305 ~ `l.m`");
    }

    #[test]
    fn lists_and_lists_in_lists() {
        check_plain(
            "l[t:text m[x:integer]] z:text",
            r#"{"z":"end","l":[{"t":"a","m":[{"x":1},{"x":2}]},{"m":[],"t":"b"}]}"#,
            "[('a' [(1) (2)]) ('b' [])] 'end'",
        );
        check("l[t:text]", &mapped("l.t = ."), r#"{"l":["a","b"]}"#, "[('a') ('b')]");
        check("l[t:text]", &mapped("l = x.y"), r#"{"x":{"y":[{"t":"a"}]}}"#, "[('a')]");
        check("l[t:text] n:text", &mapped("n = l[1].t"), r#"{"l":[{"t":"a"},{"t":"b"}]}"#, "[('a') ('b')] 'b'");
        check("l[t:text] m[t:text]", &mapped("m = l"), r#"{"l":[{"t":"a"}]}"#, "[('a')] [('a')]");
        check("l[t:text]", &mapped("l = x | y"), r#"{"y":[{"t":"a"}]}"#, "[('a')]");
    }

    #[test]
    fn paths_find_their_places() {
        check("customer.name:text", &InputSpec::default(), r#"{"customer":{"name":"x"}}"#, "'x'");
        check("a:text b:text", &mapped("a = p.q; b = p.q"), r#"{"p":{"q":"x"}}"#, "'x' 'x'");
        check("a:text", &mapped("a = 'p.q' | r[1]"), r#"{"r":["x","y"]}"#, "'y'");
        check("a:text", &mapped("a = p | q"), r#"{"q":"y","p":""}"#, "'y'");
        check("a:text", &mapped("a = p"), r#"{"\u0070":"y"}"#, "'y'");
    }

    #[test]
    fn rows_look_up_at_the_record() {
        let field = |field: &str, path: &str, currency: &str| FieldSpec {
            field: field.to_string(),
            path: Some(path.to_string()),
            currency: Some(currency.to_string()),
            ..FieldSpec::default()
        };
        let spec = |fields| InputSpec { map: MappingSpec { fields, ..MappingSpec::default() }, ..InputSpec::default() };
        let record = r#"{"l":[{"m":1,"c":"EUR"},{"m":2,"c":"CHF"}],"currency":"USD"}"#;
        check("l[m:money]", &spec(vec![field("l.m", "m", "/currency")]), record, "[(1USD) (2USD)]");
        check("l[m:money]", &spec(vec![field("l.m", "m", "c")]), record, "[(1EUR) (2CHF)]");
        check("l[m:money]", &spec(vec![field("l.m", "m", "GBP")]), record, "[(1GBP) (2GBP)]");
        check("l[m:money]", &spec(vec![field("l.m", "m", "none")]), record, "R0319 ~ `l.m` has no currency");
        check("l[k[m:money]]", &spec(vec![field("l.k.m", ".", "/currency")]), r#"{"l":[{"k":[1,2]}],"currency":"USD"}"#, "[([(1USD) (2USD)])]");
        let all = InputSpec { map: MappingSpec { currency: Some("currency".to_string()), ..MappingSpec::default() }, ..InputSpec::default() };
        check("l[m:money]", &all, record, "[(1USD) (2USD)]");
    }

    #[test]
    fn constants_and_defaults() {
        let fields = vec![
            FieldSpec { field: "a".to_string(), value: Some("x".to_string()), ..FieldSpec::default() },
            FieldSpec { field: "b".to_string(), default: Some("9.50".to_string()), currency: Some("USD".to_string()), ..FieldSpec::default() },
        ];
        let spec = InputSpec { map: MappingSpec { fields, ..MappingSpec::default() }, ..InputSpec::default() };
        check("a:text b:money", &spec, r#"{"a":"y"}"#, "'x' 9.50USD");
        check("a:text b:money", &spec, r#"{"b":1}"#, "'x' 1USD");
    }

    #[test]
    fn a_key_twice_is_held() {
        check_plain("a:text", r#"{"a":"x","a":"y"}"#, "R0309 ~ `a`");
        check_plain("a:text", r#"{"a":"x","\u0061":"y"}"#, "R0309 ~ `a`");
        check_plain("a:text", r#"{"a":"x","b":"y","b":"y"}"#, "'x'");
        check_plain("l[a:text]", r#"{"l":[{"a":"x"},{"a":"y"}]}"#, "[('x') ('y')]");
    }

    #[test]
    fn escapes() {
        check_plain("a:text", r#"{"a":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00x"}"#, "'\"\\/\u{8}\u{c}\n\r\té😀x'");
        check_plain("a:text", r#"{"a":"\ud83d"}"#, "R0301 ~ surrogate");
        check_plain("a:text", r#"{"a":"\ud83dx"}"#, "R0301 ~ surrogate");
        check_plain("a:text", r#"{"a":"\ud83dü\u0041"}"#, "R0301 ~ surrogate");
        check_plain("a:text", r#"{"a":"x","b":"\ud83d"}"#, "'x'");
    }

    #[test]
    fn deep_nesting_is_held() {
        for depth in [NESTING_MAX, 10_000, 1_000_000] {
            check_plain("a:text?", &format!(r#"{{"b":{}{}}}"#, "[".repeat(depth), "]".repeat(depth)), "R0304 ~ nested deeper than 128");
            check_plain("a:text?", &format!("{}1{}", r#"{"b":"#.repeat(depth + 1), "}".repeat(depth + 1)), "R0304 ~ 128");
        }
        let depth = NESTING_MAX - 1;
        check_plain("a:text?", &format!(r#"{{"b":{}{}}}"#, "[".repeat(depth), "]".repeat(depth)), "-");
    }

    #[test]
    fn a_cut_off_record_says_so() {
        let whole = r#"{"a":"xé","l":[{"b":-1.5e+3},{"b":true},null],"c":false}"#;
        for (end, _) in whole.char_indices().skip(1) {
            check_plain("a:text", &whole[..end], "R0301 ~ ");
        }
        check_plain("a:text", r#"{"a":"x"#, "R0301 ~ cut off");
        check_plain("a:text", "[1]", "R0301 ~ an array");
        check_plain("a:text", "1", "R0301 ~ no object");
        check_plain("a:text", r#"{"a":"x"} x"#, "R0301 ~ follows the end of the record at byte 11: `x`");
    }

    // Values that RFC 8259 allows and forbids, after the cases of JSONTestSuite.
    #[rustfmt::skip]
    const VALID: &[&str] = &[
        "[]", "[[]   ]", r#"[""]"#, "[1,null,1.5]", "[-0]", "[-0.0]", "[0e+1]", "[0e1]", "[1E22]", "[1E-2]", "[123.456e78]", "[-1]", "{}",
        r#"{"":0}"#, r#"{"a":[]}"#, r#"["\u0060\u012a\u12AB"]"#, r#"["\uD801\udc37"]"#, r#"["\"\\\/\b\f\n\r\t"]"#, r#"["\\u0000"]"#, r#"["\u0000"]"#,
        r#"["a/*b*/c/*d//e"]"#, r#"["\uFFFF"]"#, "[\"\u{7f}\"]", "[\"\u{2028}\"]", "\t[1]\r", "[true]", "[ \t]", r#"["\uDBFF\uDFFF"]"#, "[\"€𝄞\"]",
    ];
    #[rustfmt::skip]
    const INVALID: &[&str] = &[
        "[1 true]", "[1,]", "[,1]", "[1,,2]", "[\"x\"]]", "[\"\",]", "[\"x\"", "[x", "[3[4]]", "[1:2]", "[,]", "[-]", "[,\"\"]", "[1", "[*]", "[fals]", "[nul]", "[tru]",
        "[++1]", "[+1]", "[-01]", "[-1.0.]", "[-2.]", "[-NaN]", "[.-1]", "[.2e-3]", "[0.1.2]", "[0.3e+]", "[0.3e]", "[0.e1]", "[0E+]", "[0E]", "[1.0e+]", "[1 000.0]",
        "[1eE2]", "[2.e+3]", "[9.e+]", "[Inf]", "[NaN]", "[１]", "[1+2]", "[0x1]", "[0x42]", "[-Infinity]", "[-1x]", "[- 1]", "[-012]", "[-.123]", "[1.]", "[012]",
        "{\"x\", null}", "{\"x\"::\"b\"}", "{[: \"x\"}", "{\"a\":\"a\" 123}", "{key: 'value'}", "{\"a\" b}", "{:\"b\"}", "{\"a\" \"b\"}", "{\"a\":", "{\"a\"", "{1:1}",
        "{\"id\":0,,,,,}", "{'a':0}", "{\"id\":0,}", "{\"a\":\"b\"}/**/", "{\"a\":\"b\"}#", "{\"a\":/*x*/\"b\"}", "{a: \"b\"}", "{\"a\":\"a", "{ \"foo\" : \"bar\", \"a\" }",
        "[\"\\uD800\\\"]", "[\"\\u00A\"]", "[\"\\\"]", "[\"\\x00\"]", "[\"\\a\"]", "[\"\\\t\"]", "[\"\\\u{0}\"]", "[\"a\u{0}a\"]", "[\"\t\"]", "[\"\\uqqqq\"]", "[\\n]", "[\"\\",
        "[\"\\u", "['single quote']", "\u{feff}", "<null>", "[True]", "1]", "{}}", "[\u{c}]", "[\u{a0}]", "[\u{2060}]", "\"x\"\"y\"", "[1]x", "", " ", "[}", "{]",
    ];

    #[test]
    fn valid_json_is_accepted_and_invalid_json_is_held() {
        for value in VALID {
            check_plain("a:text?", &format!("{{\"v\":{value}}}"), "-");
            check("l[a:text?]", &mapped("l = v | w; l.a = x"), &format!("{{\"w\":[],\"n\":{value}}}"), "[]");
        }
        for value in INVALID {
            check_plain("a:text?", &format!("{{\"v\":{value}}}"), "R0301 ~ ");
            check("a:text?", &mapped("a = v[0].x[2]"), &format!("{{\"v\":{value}}}"), "R0301 ~ ");
        }
    }

    proptest::proptest! {
        #[test]
        fn accepts_what_another_parser_accepts(text in "[\\[\\]{}\":,0-9eE.+truefalsn \\\\u-]{0,30}") {
            let record = format!("{{\"v\":{text}}}");
            let plan = crate::input::testing::json_scope("a:text?");
            let arena = Bump::new();
            let ours = read_record(&record, &plan, &arena);
            let theirs = serde_json::from_str::<serde::de::IgnoredAny>(&record);
            proptest::prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{} {:?} {:?}", record, ours, theirs);
        }

        #[test]
        fn never_panics(text in "\\PC{0,60}") {
            let plan = crate::input::testing::json_scope("a:text? l[b:text?]");
            let _ = read_record(&text, &plan, &Bump::new());
            let _ = read_record(&format!("{{\"a\":\"{text}"), &plan, &Bump::new());
        }
    }
}
