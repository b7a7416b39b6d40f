//! From the fields of a source to the fields of the data contract.
//!
//! Takes the mapping section of a job and the contract, gives a frozen tree of fields with the paths of one format in
//! it, or every fault at once. Must never know a record, and never the syntax of a path: each format brings its own.
//!
//! A field that the section does not name is read from a place of its own name, so a source that already speaks the
//! language of the contract needs no mapping at all.

use std::ops::Range;

use super::convert::{Constant, Convert, DatePattern, Given, NumberFormat};
use crate::base::code::{self, Code};
use crate::base::limits::FIELDS_MAX;
use crate::base::money::{Currency, Money};
use crate::base::suggest::closest;
use crate::kit::expr::{Field, Schema, Type, Value};
use crate::model::record::Hold;

/// The mapping section of a job.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct MappingSpec {
    /// What is said about single fields; a field may be missing here.
    pub fields: Vec<FieldSpec>,
    /// XML namespace prefixes used in paths, and their URIs.
    pub namespaces: Vec<(String, String)>,
    /// Currency of all money that says nothing else: a code (`USD`) or a path from the record.
    pub currency: Option<String>,
    /// Date format of all dates; `yyyy-MM-dd` if absent.
    pub date: Option<String>,
    /// Decimal sign of all numbers; `.` if absent.
    pub decimal: Option<String>,
    /// Group sign of all numbers; none if absent.
    pub group: Option<String>,
}

/// What a job says about one field. `"a.b" = "path"` is a `FieldSpec` with nothing but `field` and `path`.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct FieldSpec {
    /// Name in the contract; fields of list rows are `list.field`.
    pub field: String,
    /// Where it is in the source; the field's own name if absent. For a list: the repeated element.
    pub path: Option<String>,
    /// A constant instead of a path.
    pub value: Option<String>,
    /// Stands in for an absent or empty value.
    pub default: Option<String>,
    /// What an empty value of a required text means: `keep` (it is there, and empty) or `hold` (it is missing).
    pub empty: Option<String>,
    /// Currency of a money field: a code, or a path beside that of the amount. In XML `@name` is an attribute of the
    /// amount's own element.
    pub currency: Option<String>,
    /// Date format.
    pub date: Option<String>,
    /// Decimal sign.
    pub decimal: Option<String>,
    /// Group sign.
    pub group: Option<String>,
}

/// A fault in the mapping section or the options of a format.
#[derive(Clone, PartialEq, Debug)]
pub struct MappingFault {
    /// The field as the section names it; empty for options of the whole input.
    pub field: String,
    /// The key that is wrong (`path`, `currency`, `delimiter`, …); `field` for the name itself.
    pub key: &'static str,
    /// The range in the text of that key.
    pub range: Range<usize>,
    /// Its code.
    pub code: &'static Code,
    /// Lower case, no full stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Replacement for the range.
    pub fix: Option<String>,
}

impl MappingFault {
    /// A fault in the text of a key.
    pub(super) fn new(field: &str, key: &'static str, range: Range<usize>, code: &'static Code, message: impl Into<String>) -> MappingFault {
        MappingFault { field: field.to_string(), key, range, code, message: message.into(), hint: None, fix: None }
    }

    /// Adds what to do about it.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> MappingFault {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the closest of the candidates, if one is close.
    pub(super) fn suggest<'a>(mut self, name: &str, candidates: impl IntoIterator<Item = &'a str>) -> MappingFault {
        if let Some(best) = closest(name, candidates) {
            self.hint = Some(format!("did you mean `{best}`?"));
            self.fix = Some(best.to_string());
        }
        self
    }
}

/// A fault in a path, as its parser reports it.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct PathFault {
    /// Where in the path.
    pub(super) range: Range<usize>,
    /// Its code.
    pub(super) code: &'static Code,
    /// What is wrong.
    pub(super) message: String,
    /// What to do about it.
    pub(super) hint: Option<String>,
}

impl PathFault {
    /// A syntax fault.
    pub(super) fn new(range: Range<usize>, message: impl Into<String>) -> PathFault {
        PathFault { range, code: &code::MAPPING_PATH, message: message.into(), hint: None }
    }
}

/// What a format knows of paths.
pub(super) trait Paths {
    /// One compiled path.
    type Path;
    /// Reads a path and its alternatives; the first that exists counts.
    fn parse(&self, text: &str, use_: PathUse) -> Result<Vec<Self::Path>, PathFault>;
    /// The paths of a field that is not mapped, from its name.
    fn default_paths(&self, name: &str, use_: PathUse) -> Vec<Self::Path>;
    /// Why this list cannot come from this format, if it cannot.
    fn refuses_list(&self, field: &str) -> Option<String>;
}

/// What a path is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum PathUse {
    /// One value of the record.
    Value,
    /// One value of a list's row.
    RowValue,
    /// The rows of a list.
    List,
    /// The currency of an amount of the record.
    Currency,
    /// The currency of an amount in a list's row.
    RowCurrency,
}

/// The compiled fields of a record or of the rows of a list, in the order of the schema.
#[derive(Debug)]
pub(super) struct RowPlan<P> {
    /// One per field of the schema.
    pub(super) fields: Vec<FieldPlan<P>>,
}

/// One compiled field.
#[derive(Debug)]
pub(super) struct FieldPlan<P> {
    /// Its full name for messages: `transactions.amount`.
    pub(super) name: String,
    /// Whether a record may lack it.
    pub(super) optional: bool,
    /// The path that the job names for it; without one the path is its own name.
    pub(super) mapped: Option<String>,
    /// Where its value comes from.
    pub(super) source: Source<P>,
}

/// Where a value comes from.
#[derive(Debug)]
pub(super) enum Source<P> {
    /// Fixed by the job.
    Constant(Constant),
    /// One value of the record or row.
    Scalar(Scalar<P>),
    /// Rows.
    List {
        /// Where the rows are.
        paths: Vec<P>,
        /// The fields of one row.
        rows: RowPlan<P>,
    },
}

/// How one value is found and read.
#[derive(Debug)]
pub(super) struct Scalar<P> {
    /// Where it is; the first that is not empty counts.
    pub(super) paths: Vec<P>,
    /// How its text is read.
    pub(super) convert: Convert,
    /// Its currency, if it is money.
    pub(super) currency: CurrencySource<P>,
    /// Stands in for an empty value.
    pub(super) default: Option<Constant>,
    /// Whether a required text must not be empty.
    pub(super) holds_empty: bool,
}

/// Where the currency of an amount comes from.
#[derive(Debug)]
pub(super) enum CurrencySource<P> {
    /// Always the same; [`Currency::NONE`] if nobody said.
    Fixed(Currency),
    /// From the source; the second is used if it is absent there.
    Path(Vec<P>, Option<Currency>),
}

impl<P> FieldPlan<P> {
    /// The value of a scalar from what the source holds; `currency` is asked only where the plan has a path for it.
    #[inline]
    pub(super) fn bind<'a>(&'a self, scalar: &'a Scalar<P>, given: Given<'a>, currency: impl FnOnce() -> Given<'a>) -> Result<Value<'a>, Box<Hold>> {
        if given.is_empty() {
            return self.bind_empty(scalar, given, currency);
        }
        let currency = match &scalar.currency {
            CurrencySource::Fixed(currency) => *currency,
            CurrencySource::Path(_, fallback) => self.currency(currency(), *fallback)?,
        };
        scalar.convert.read(given, currency).map_err(|misfit| Box::new(misfit.hold(&self.name, given, &scalar.convert)))
    }

    /// Empty counts as absent for everything but a required text, which may well be empty.
    fn bind_empty<'a>(&'a self, scalar: &'a Scalar<P>, given: Given<'a>, currency: impl FnOnce() -> Given<'a>) -> Result<Value<'a>, Box<Hold>> {
        if let Some(default) = &scalar.default {
            return match (default.value(), &scalar.currency) {
                (Value::Money(money), CurrencySource::Path(_, fallback)) => {
                    let fallback = Some(fallback.unwrap_or(Currency::NONE));
                    Ok(Value::Money(Money { currency: self.currency(currency(), fallback)?, ..money }))
                }
                (value, _) => Ok(value),
            };
        }
        if self.optional {
            return Ok(Value::Null);
        }
        if scalar.convert.kind == Type::Text && given == Given::Text("") {
            if !scalar.holds_empty {
                return Ok(Value::Text(""));
            }
            return Err(Box::new(Hold::new(&code::RECORD_FIELD_MISSING, format!("the required field `{}` is empty", self.name))));
        }
        Err(Box::new(self.missing()))
    }

    fn currency(&self, given: Given<'_>, fallback: Option<Currency>) -> Result<Currency, Box<Hold>> {
        let text = match given {
            Given::Text(text) => text.trim_ascii(),
            Given::Absent | Given::Number(_) | Given::Boolean(_) | Given::Other(..) => "",
        };
        if let (true, Some(fallback)) = (text.is_empty(), fallback) {
            return Ok(fallback);
        }
        Currency::parse(text).ok_or_else(|| {
            let reason = match given {
                Given::Absent | Given::Text("") => format!("`{}` has no currency", self.name),
                _ => {
                    format!("the currency of `{}` is `{}`, which is not a code of three letters", self.name, super::convert::shorten(text))
                }
            };
            Box::new(Hold::new(&code::RECORD_CURRENCY, reason))
        })
    }

    /// The hold of a record without this field.
    #[cold]
    pub(super) fn missing(&self) -> Hold {
        let place = self.mapped.as_ref().map(|path| format!("; it is read from `{path}`")).unwrap_or_default();
        Hold::new(&code::RECORD_FIELD_MISSING, format!("the required field `{}` is missing{place}", self.name))
    }
}

/// Compiles a mapping for one format: the tree of fields, or every fault.
pub(super) fn compile<S: Paths>(spec: &MappingSpec, schema: &Schema, syntax: &S, faults: &mut Vec<MappingFault>) -> RowPlan<S::Path> {
    let mut compiler = Compiler { spec, syntax, faults, used: vec![false; spec.fields.len()], defaults: Defaults::NONE };
    compiler.defaults = compiler.defaults();
    compiler.check_names(schema);
    compiler.row(schema, "", false)
}

#[derive(Clone)]
struct Defaults {
    date: DatePattern,
    number: NumberFormat,
    currency: Option<Currency>,
}

impl Defaults {
    const NONE: Defaults = Defaults { date: DatePattern::Iso, number: NumberFormat::CANONICAL, currency: None };
}

struct Compiler<'c, S> {
    spec: &'c MappingSpec,
    syntax: &'c S,
    faults: &'c mut Vec<MappingFault>,
    used: Vec<bool>,
    defaults: Defaults,
}

impl<'c, S: Paths> Compiler<'c, S> {
    fn defaults(&mut self) -> Defaults {
        let spec = self.spec;
        let date = self.date("", spec.date.as_deref(), DatePattern::Iso);
        let number = self.number("", spec.decimal.as_deref(), spec.group.as_deref(), NumberFormat::CANONICAL);
        Defaults { date, number, currency: spec.currency.as_deref().and_then(fixed_currency) }
    }

    /// Faults for every mapped name that the contract does not have.
    fn check_names(&mut self, schema: &Schema) {
        let mut names = Vec::new();
        full_names(schema, "", &mut names);
        if names.len() > FIELDS_MAX {
            self.faults.push(MappingFault::new(
                "",
                "field",
                0..0,
                &code::MAPPING_FIELD,
                format!("the data contract has more than {FIELDS_MAX} fields"),
            ));
        }
        for (index, field) in self.spec.fields.iter().enumerate() {
            let whole = 0..field.field.len();
            if !names.contains(&field.field) {
                self.used[index] = true;
                let message = format!("the data contract has no field `{}`", field.field);
                let fault = MappingFault::new(&field.field, "field", whole, &code::MAPPING_FIELD, message);
                self.faults.push(fault.suggest(&field.field, names.iter().map(String::as_str)));
            } else if self.spec.fields[..index].iter().any(|other| other.field == field.field) {
                let message = format!("`{}` is mapped twice", field.field);
                self.faults.push(MappingFault::new(&field.field, "field", whole, &code::MAPPING_FIELD, message));
            }
        }
    }

    fn row(&mut self, schema: &Schema, prefix: &str, in_list: bool) -> RowPlan<S::Path> {
        let fields = schema
            .fields
            .iter()
            .map(|field| {
                let name = format!("{prefix}{}", field.name);
                let spec = self.spec;
                let said = spec.fields.iter().find(|said| said.field == name);
                let source = match &field.kind {
                    Type::List(rows) => self.list(&name, field, said, rows),
                    kind => self.scalar(&name, &field.name, said, kind, in_list),
                };
                FieldPlan { name, optional: field.optional, mapped: said.and_then(|said| said.path.clone()), source }
            })
            .collect();
        RowPlan { fields }
    }

    fn list(&mut self, name: &str, field: &Field, said: Option<&FieldSpec>, rows: &Schema) -> Source<S::Path> {
        let needed = !field.optional || said.is_some();
        if let Some(refused) = self.syntax.refuses_list(name).filter(|_| needed) {
            self.faults.push(MappingFault::new(name, "field", 0..name.len(), &code::MAPPING_LIST, refused));
        }
        if let Some(said) = said {
            let options = [
                ("value", &said.value),
                ("default", &said.default),
                ("empty", &said.empty),
                ("currency", &said.currency),
                ("date", &said.date),
                ("decimal", &said.decimal),
                ("group", &said.group),
            ];
            for (key, text) in options {
                if let Some(text) = text {
                    let message = format!("`{name}` is a list, which has no `{key}`; its fields may");
                    self.faults.push(MappingFault::new(name, key, 0..text.len(), &code::MAPPING_OPTION, message));
                }
            }
        }
        let paths = match said.and_then(|said| said.path.as_deref()) {
            Some(path) => self.paths(name, "path", path, PathUse::List),
            None => self.syntax.default_paths(&field.name, PathUse::List),
        };
        Source::List { paths, rows: self.row(rows, &format!("{name}."), true) }
    }

    fn scalar(&mut self, name: &str, own: &str, said: Option<&FieldSpec>, kind: &Type, in_list: bool) -> Source<S::Path> {
        let nothing = FieldSpec::default();
        let said = said.unwrap_or(&nothing);
        self.check_options(name, said, kind);
        let convert = Convert {
            kind: kind.clone(),
            date: self.date(name, said.date.as_deref(), self.defaults.date.clone()),
            number: self.number(name, said.decimal.as_deref(), said.group.as_deref(), self.defaults.number),
        };
        let currency = self.currency(name, said, kind, in_list);
        let fixed = match &currency {
            CurrencySource::Fixed(currency) => *currency,
            CurrencySource::Path(_, fallback) => fallback.unwrap_or(Currency::NONE),
        };
        let default = said.default.as_deref().and_then(|text| self.constant(name, "default", text, kind, fixed));
        if let Some(text) = said.value.as_deref() {
            if let Some(path) = said.path.as_deref() {
                let message = format!("`{name}` has both a path and a constant value");
                self.faults.push(MappingFault::new(name, "path", 0..path.len(), &code::MAPPING_OPTION, message).hint("keep one of them"));
            }
            if let Some(constant) = self.constant(name, "value", text, kind, fixed) {
                return Source::Constant(constant);
            }
        }
        let use_ = if in_list { PathUse::RowValue } else { PathUse::Value };
        let paths = match said.path.as_deref() {
            Some(path) => self.paths(name, "path", path, use_),
            None => self.syntax.default_paths(own, use_),
        };
        Source::Scalar(Scalar { paths, convert, currency, default, holds_empty: self.holds_empty(name, said) })
    }

    /// Options that mean nothing for the type are likely on the wrong field.
    fn check_options(&mut self, name: &str, said: &FieldSpec, kind: &Type) {
        let money = *kind == Type::Money;
        let options = [
            ("empty", &said.empty, *kind == Type::Text),
            ("currency", &said.currency, money),
            ("date", &said.date, *kind == Type::Date),
            ("decimal", &said.decimal, kind.is_numeric()),
            ("group", &said.group, kind.is_numeric()),
        ];
        for (key, text, fits) in options {
            if let (Some(text), false) = (text, fits) {
                let message = format!("`{name}` is of type {kind}, which has no `{key}`");
                self.faults.push(MappingFault::new(name, key, 0..text.len(), &code::MAPPING_OPTION, message));
            }
        }
    }

    fn holds_empty(&mut self, name: &str, said: &FieldSpec) -> bool {
        let Some(text) = said.empty.as_deref().filter(|text| *text != "keep") else { return false };
        if text != "hold" {
            let message = format!("`{text}` is no value of `empty`");
            let fault = MappingFault::new(name, "empty", 0..text.len(), &code::MAPPING_OPTION, message);
            self.faults.push(fault.hint("it is `keep` or `hold`"));
        }
        true
    }

    fn currency(&mut self, name: &str, said: &FieldSpec, kind: &Type, in_list: bool) -> CurrencySource<S::Path> {
        let none = self.defaults.currency;
        let use_ = if in_list { PathUse::RowCurrency } else { PathUse::Currency };
        if *kind != Type::Money {
            return CurrencySource::Fixed(Currency::NONE);
        }
        match said.currency.as_deref() {
            Some(text) => match fixed_currency(text) {
                Some(currency) => CurrencySource::Fixed(currency),
                None => CurrencySource::Path(self.paths(name, "currency", text, use_), none),
            },
            None => match self.spec.currency.as_deref() {
                Some(text) if none.is_none() => {
                    // A currency for the whole input is looked up from the record, wherever the amount stands.
                    let rooted = if text.starts_with('/') { text.to_string() } else { format!("/{text}") };
                    let added = rooted.len() - text.len();
                    match self.syntax.parse(&rooted, use_) {
                        Ok(paths) => CurrencySource::Path(paths, None),
                        Err(fault) => {
                            let range = fault.range.start.saturating_sub(added)..fault.range.end.saturating_sub(added);
                            self.push_path_fault("", "currency", PathFault { range, ..fault });
                            CurrencySource::Fixed(Currency::NONE)
                        }
                    }
                }
                _ => CurrencySource::Fixed(none.unwrap_or(Currency::NONE)),
            },
        }
    }

    fn paths(&mut self, name: &str, key: &'static str, text: &str, use_: PathUse) -> Vec<S::Path> {
        match self.syntax.parse(text, use_) {
            Ok(paths) => paths,
            Err(fault) => {
                self.push_path_fault(name, key, fault);
                Vec::new()
            }
        }
    }

    fn push_path_fault(&mut self, name: &str, key: &'static str, fault: PathFault) {
        let fault = MappingFault { hint: fault.hint, ..MappingFault::new(name, key, fault.range, fault.code, fault.message) };
        // The currency of the whole input is compiled once for each money field.
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    fn constant(&mut self, name: &str, key: &'static str, text: &str, kind: &Type, currency: Currency) -> Option<Constant> {
        if *kind == Type::Text {
            return Some(Constant::Text(text.to_string()));
        }
        let value = match Convert::canonical(kind.clone()).read(Given::Text(text), currency) {
            Ok(Value::Decimal(d)) => Value::Decimal(d),
            Ok(Value::Money(m)) => Value::Money(m),
            Ok(Value::Integer(i)) => Value::Integer(i),
            Ok(Value::Boolean(b)) => Value::Boolean(b),
            Ok(Value::Date(d)) => Value::Date(d),
            Ok(Value::Text(_) | Value::Null | Value::List(_) | Value::Row(_)) | Err(_) => {
                let message = format!("`{text}` is not of type {kind}");
                let hint = "constants are written as `1234.50`, `2026-09-30`, `true`, whatever the format of the source";
                self.faults.push(MappingFault::new(name, key, 0..text.len(), &code::MAPPING_CONSTANT, message).hint(hint));
                return None;
            }
        };
        Some(Constant::Plain(value))
    }

    fn date(&mut self, name: &str, text: Option<&str>, otherwise: DatePattern) -> DatePattern {
        let Some(text) = text else { return otherwise };
        match DatePattern::compile(text) {
            Ok(pattern) => pattern,
            Err((range, message)) => {
                let fault = MappingFault::new(name, "date", range, &code::MAPPING_OPTION, message);
                let meant = crate::kit::locale::usual_letters(text);
                self.faults.push(match DatePattern::compile(&meant) {
                    Ok(_) => fault.hint(format!("write `{meant}`")),
                    Err(_) => fault,
                });
                otherwise
            }
        }
    }

    fn number(&mut self, name: &str, decimal: Option<&str>, group: Option<&str>, otherwise: NumberFormat) -> NumberFormat {
        let mut format = otherwise;
        match decimal {
            None => {}
            Some("." | ",") => format.decimal = decimal.map_or(b'.', |sign| sign.as_bytes()[0]),
            Some(text) => {
                let fault = MappingFault::new(name, "decimal", 0..text.len(), &code::MAPPING_OPTION, format!("`{text}` is not a decimal sign"));
                self.faults.push(fault.hint("write `.` or `,`"));
            }
        }
        match group {
            None if decimal.is_some() => format.group = format.group.filter(|sign| *sign != char::from(format.decimal)),
            None => {}
            Some("") => format.group = None,
            Some(text) => {
                let mut signs = text.chars();
                match (signs.next(), signs.next()) {
                    (Some(sign), None) if !sign.is_alphanumeric() && !matches!(sign, '-' | '+') && sign != char::from(format.decimal) => {
                        format.group = Some(sign);
                    }
                    _ => {
                        let message = format!("`{text}` is not a group sign beside the decimal sign `{}`", char::from(format.decimal));
                        let fault = MappingFault::new(name, "group", 0..text.len(), &code::MAPPING_OPTION, message);
                        self.faults.push(fault.hint("write one sign such as `,`, `.`, `'` or a space"));
                    }
                }
            }
        }
        format
    }
}

/// Three capitals are a code; anything else is a path.
fn fixed_currency(text: &str) -> Option<Currency> {
    text.bytes().all(|b| b.is_ascii_uppercase()).then(|| Currency::parse(text)).flatten()
}

fn full_names(schema: &Schema, prefix: &str, names: &mut Vec<String>) {
    for field in &schema.fields {
        let name = format!("{prefix}{}", field.name);
        if let Type::List(rows) = &field.kind {
            full_names(rows, &format!("{name}."), names);
        }
        names.push(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::testing::schema;

    struct Names;

    impl Paths for Names {
        type Path = String;
        fn parse(&self, text: &str, _: PathUse) -> Result<Vec<String>, PathFault> {
            match text.find('?') {
                Some(at) => Err(PathFault::new(at..at + 1, "no `?` in a path")),
                None => Ok(vec![text.to_string()]),
            }
        }
        fn default_paths(&self, name: &str, _: PathUse) -> Vec<String> {
            vec![name.to_string()]
        }
        fn refuses_list(&self, _: &str) -> Option<String> {
            None
        }
    }

    #[track_caller]
    fn check(fields: Vec<FieldSpec>, spec: MappingSpec, expected: &[(&str, &str, Range<usize>, &str)]) {
        let schema = schema("name:text closing:money when:date? lines[text:text amount:money]");
        let mut faults = Vec::new();
        compile(&MappingSpec { fields, ..spec }, &schema, &Names, &mut faults);
        let found: Vec<_> = faults.iter().map(|f| (f.field.as_str(), f.key, f.range.clone(), f.code.id)).collect();
        assert_eq!(found, expected);
    }

    fn field(name: &str) -> FieldSpec {
        FieldSpec { field: name.to_string(), ..FieldSpec::default() }
    }

    #[test]
    fn every_fault_is_found_at_once() {
        let text = |text: &str| Some(text.to_string());
        check(
            vec![
                field("nam"),
                FieldSpec { path: text("a?b"), ..field("name") },
                FieldSpec { currency: text("x?"), decimal: text(";"), default: text("ten"), ..field("closing") },
                FieldSpec { date: text("yy"), currency: text("USD"), ..field("when") },
                FieldSpec { value: text("x"), ..field("lines") },
                FieldSpec { value: text("x"), path: text("y"), ..field("lines.text") },
                FieldSpec { group: text(".."), empty: text("hold"), ..field("lines.amount") },
            ],
            MappingSpec::default(),
            &[
                ("nam", "field", 0..3, "D0101"),
                ("name", "path", 1..2, "D0102"),
                ("closing", "decimal", 0..1, "D0104"),
                ("closing", "currency", 1..2, "D0102"),
                ("closing", "default", 0..3, "D0105"),
                ("when", "currency", 0..3, "D0104"),
                ("when", "date", 0..2, "D0104"),
                ("lines", "value", 0..1, "D0104"),
                ("lines.text", "path", 0..1, "D0104"),
                ("lines.amount", "empty", 0..4, "D0104"),
                ("lines.amount", "group", 0..2, "D0104"),
            ],
        );
    }

    #[test]
    fn a_currency_for_all_is_reported_once() {
        check(Vec::new(), MappingSpec { currency: Some("a?".to_string()), ..MappingSpec::default() }, &[("", "currency", 1..2, "D0102")]);
    }
}
