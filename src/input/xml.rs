//! XML: records are elements.
//!
//! Takes the text of a record element, gives values. Where records are is in `xml_cut`, what is well-formed in
//! `xml_tree`, what a path leads to in `xml_path`. Must never follow an entity or a document type.

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use super::convert::Given;
use super::cut::{FileCutter, Part};
use super::mapping::{self, CurrencySource, FieldPlan, MappingFault, RowPlan, Scalar, Source};
use super::xml_cut::{RecordNames, XmlCutter};
use super::xml_path::{XmlPath, XmlPaths};
use super::xml_tree::{NodeId, Tree};
use super::{FileFault, Format, Head, InputSpec, Piece, Reading, Unparsed};
use crate::base::code;
use crate::base::limits::LIST_ROWS_MAX;
use crate::kit::expr::{List, Schema, Value};
use crate::model::record::Hold;

/// The format.
pub(super) struct Xml;

impl Format for Xml {
    fn name(&self) -> &'static str {
        "xml"
    }

    fn doc(&self) -> &'static str {
        "Elements at any depth, or the root itself: `record` names them (`statement`, `ubl:Invoice`, `Invoice | CreditNote`). Paths are \
         `cac:Party/cbc:Name`, `@id`, `Note[2]`, `Tax[@type='VAT']/Rate`, `Party[not(Person)]`, `*`, `.`, `name()`, alternatives after `|`; prefixes are \
         declared in `[input.namespaces]`, a name without prefix is of any namespace. In list rows `/path` starts from the record. The currency \
         `@currencyID` is an attribute of the amount's own element. A field that is not mapped is a child element or an attribute of its own name. White space around \
         texts is dropped. Files with a document type declaration are held, and entities are not expanded."
    }

    fn compile(&self, spec: &InputSpec, schema: &Schema) -> Result<Box<dyn Reading>, Vec<MappingFault>> {
        let mut faults = super::refuse_options(spec, self.name(), &["record", "namespaces"]);
        let syntax = XmlPaths { namespaces: &spec.map.namespaces };
        let records = compile_record(spec, &syntax, &mut faults);
        let plan = mapping::compile(&spec.map, schema, &syntax, &mut faults);
        match records {
            Some(records) if faults.is_empty() => Ok(Box::new(Compiled { records, plan, namespaces: spec.map.namespaces.clone() })),
            _ => Err(faults),
        }
    }
}

fn compile_record(spec: &InputSpec, syntax: &XmlPaths<'_>, faults: &mut Vec<MappingFault>) -> Option<RecordNames> {
    let Some(shown) = spec.record.clone() else {
        let fault = MappingFault::new("", "record", 0..0, &code::MAPPING_OPTION, "the format xml needs the name of the record element");
        faults.push(fault.hint("write `record = \"Invoice\"`"));
        return None;
    };
    let mut names = Vec::new();
    let mut at = 0;
    for part in shown.split('|') {
        let start = at + (part.len() - part.trim_start().len());
        at += part.len() + 1;
        match syntax.name(part.trim(), start) {
            Ok(name) => {
                let uri = name.uri.and_then(|number| spec.map.namespaces.get(usize::from(number) - 1)).map(|(_, uri)| uri.clone());
                names.push((name.local, uri));
            }
            Err(fault) => faults.push(MappingFault { hint: fault.hint, ..MappingFault::new("", "record", fault.range, fault.code, fault.message) }),
        }
    }
    Some(RecordNames { shown, names })
}

struct Compiled {
    records: RecordNames,
    plan: RowPlan<XmlPath>,
    namespaces: Vec<(String, String)>,
}

impl Reading for Compiled {
    fn has_lines(&self) -> bool {
        false
    }

    fn open(&self, _: &[u8], _: Option<&[u8]>) -> Result<Head, Vec<FileFault>> {
        Ok(Head::Plain)
    }

    fn cutter<'d>(&'d self, _: &'d Head, text: &'d [u8], _: &'d [u8]) -> Box<dyn FileCutter + 'd> {
        Box::new(XmlCutter::new(&self.records, text))
    }

    fn pieces<'d>(&'d self, _: &'d Head, text: &'d [u8], _: &'d [u8], part: &'d Part) -> Box<dyn Iterator<Item = Piece> + 'd> {
        Box::new(super::xml_cut::pieces(&self.records, text, part))
    }

    fn parse<'a>(&'a self, given: Unparsed<'a>, arena: &'a Bump) -> Result<&'a [Value<'a>], Hold> {
        let text = super::utf8(given.text)?;
        let tree = Tree::read(text, given.namespaces, &self.namespaces, arena).map_err(|hold| *hold)?;
        let mut values = BumpVec::with_capacity_in(self.plan.fields.len(), arena);
        let mut binder = Binder { tree: &tree, arena, rows_left: LIST_ROWS_MAX };
        binder.row(&self.plan, Tree::ROOT, &mut values).map_err(|hold| *hold)?;
        Ok(values.into_bump_slice())
    }
}

type Held<T> = Result<T, Box<Hold>>;

struct Binder<'t, 'a> {
    tree: &'t Tree<'a>,
    arena: &'a Bump,
    rows_left: usize,
}

impl<'a> Binder<'_, 'a> {
    fn row(&mut self, plan: &'a RowPlan<XmlPath>, node: NodeId, values: &mut BumpVec<'a, Value<'a>>) -> Held<()> {
        for field in &plan.fields {
            let value = match &field.source {
                Source::Constant(constant) => constant.value(),
                Source::Scalar(scalar) => self.scalar(field, scalar, node)?,
                Source::List { paths, rows } => Value::List(self.list(&field.name, paths, rows, node)?),
            };
            values.push(value);
        }
        Ok(())
    }

    fn scalar(&self, field: &'a FieldPlan<XmlPath>, scalar: &'a Scalar<XmlPath>, node: NodeId) -> Held<Value<'a>> {
        let (at, given) = self.pick(&scalar.paths, node, node);
        field.bind(scalar, given, || match &scalar.currency {
            CurrencySource::Fixed(_) => Given::Absent,
            CurrencySource::Path(paths, _) => self.pick(paths, node, at).1,
        })
    }

    /// The first path that leads to something that is not empty, with the element it is in. A path that takes no step
    /// (`@currencyID`) stays at `own`, the element of the amount.
    fn pick(&self, paths: &[XmlPath], node: NodeId, own: NodeId) -> (NodeId, Given<'a>) {
        let mut best = (node, Given::Absent);
        for path in paths {
            let from = if path.from_record {
                Tree::ROOT
            } else if path.takes_steps() {
                node
            } else {
                own
            };
            if let Some(found) = path.find(self.tree, from) {
                if !found.1.is_empty() {
                    return found;
                }
                if best.1 == Given::Absent {
                    best = found;
                }
            }
        }
        best
    }

    /// The rows of a list; XML has no empty lists, so no element at all is one.
    fn list(&mut self, name: &str, paths: &'a [XmlPath], plan: &'a RowPlan<XmlPath>, node: NodeId) -> Held<List<'a>> {
        let columns = plan.fields.len().max(1);
        for path in paths {
            let from = if path.from_record { Tree::ROOT } else { node };
            let mut rows = BumpVec::new_in(self.arena);
            path.each(self.tree, from, &mut |found| {
                rows.push(found);
                rows.len() > self.rows_left
            });
            if rows.len() > self.rows_left {
                return Err(Box::new(Hold::new(&code::RECORD_ROWS, format!("the lists of the record have more than {LIST_ROWS_MAX} rows"))));
            }
            if rows.is_empty() {
                continue;
            }
            self.rows_left -= rows.len();
            let mut values = BumpVec::with_capacity_in(columns * rows.len(), self.arena);
            for (at, row) in rows.into_iter().enumerate() {
                self.row(plan, row, &mut values).map_err(|mut hold| {
                    hold.reason.push_str(&format!(" (row {} of `{name}`)", at + 1));
                    hold
                })?;
                if plan.fields.is_empty() {
                    values.push(Value::Null);
                }
            }
            return Ok(List { columns, values: values.into_bump_slice() });
        }
        Ok(List { columns, values: &[] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::testing::{mapped, read, schema};
    use crate::input::{FieldSpec, MappingSpec};

    const INVOICE: &str = "<Invoice xmlns='urn:inv' xmlns:cbc='urn:cbc' xmlns:cac='urn:cac'><cbc:ID>7</cbc:ID><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>\
        <cac:Party><cac:Name>\n A &amp; B\n</cac:Name></cac:Party><cac:Line><cbc:Text>x</cbc:Text><cbc:Amount currencyID='USD'>1.50</cbc:Amount></cac:Line>\
        <cac:Line><cbc:Text>y</cbc:Text><cbc:Amount currencyID='USD'>2</cbc:Amount><cac:Tax rate='7'/><cac:Tax rate='19'/></cac:Line></Invoice>";

    fn spec(map: &str, record: &str) -> InputSpec {
        let mut spec = mapped(map);
        spec.record = Some(record.to_string());
        spec.map.namespaces =
            [("cbc", "urn:cbc"), ("cac", "urn:cac"), ("inv", "urn:inv")].map(|(prefix, uri)| (prefix.to_string(), uri.to_string())).to_vec();
        spec
    }

    #[track_caller]
    fn check(contract: &str, spec: &InputSpec, text: &str, expected: &[&str]) {
        let found = read("xml", spec, &schema(contract), &[text.as_bytes()], &[]);
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            match expected.split_once(" ~ ") {
                Some((code, part)) => assert!(found.starts_with(code) && found.contains(part), "{found}"),
                None => assert_eq!(found, expected),
            }
        }
    }

    #[test]
    fn an_invoice_with_its_lines() {
        let map = "id = cbc:ID; kind = name(); seller = cac:Party/cac:Legal | cac:Party/cac:Name; lines = cac:Line; lines.text = cbc:Text; lines.tax = cac:Tax; \
            lines.tax.rate = @rate; lines.amount = cbc:Amount; lines.id = /cbc:ID";
        let contract = "id:integer kind:text seller:text lines[text:text amount:money tax[rate:decimal] id:text]";
        let mut with_currency = spec(map, "Invoice | CreditNote");
        let amount = with_currency.map.fields.iter_mut().find(|field| field.field == "lines.amount").expect("a field");
        amount.currency = Some("@currencyID".to_string());
        let expected = "7 'Invoice' 'A & B' [('x' 1.50USD [] '7') ('y' 2USD [(7) (19)] '7')]";
        check(contract, &with_currency, INVOICE, &[expected]);
        check(
            contract,
            &with_currency,
            &format!("<batch><x/>{INVOICE}{}</batch>", INVOICE.replace("Invoice", "CreditNote")),
            &[expected, &expected.replace("Invoice", "CreditNote")],
        );
        let prefixed = INVOICE
            .replace("<Invoice xmlns=", "<n0:Invoice xmlns:n0=")
            .replace("</Invoice", "</n0:Invoice")
            .replace("cbc:", "c:")
            .replace("xmlns:cbc", "xmlns:c");
        check(contract, &with_currency, &prefixed, &[expected]);
        with_currency.map.fields.iter_mut().find(|field| field.field == "lines.amount").expect("a field").currency =
            Some("cbc:Amount/@currencyID".to_string());
        check(contract, &with_currency, INVOICE, &[expected]);
        let mut whole = spec(map, "inv:Invoice");
        whole.map.currency = Some("cbc:DocumentCurrencyCode".to_string());
        check(contract, &whole, INVOICE, &[&expected.replace("USD", "EUR")]);
        check(contract, &whole, &INVOICE.replace("urn:inv", "urn:other"), &["R0316 ~ inv:Invoice"]);
    }

    #[test]
    fn own_names_are_elements_or_attributes() {
        let statement = "<all><s id='A' name='x&#38;y'><t amount='1.00'/><t amount='2.00'/><sub><city>Bonn</city></sub></s><s id='B'><name> n </name><sub city='Ulm'/></s></all>";
        check(
            "id:text name:text? sub.city:text t[amount:money]",
            &spec("", "s"),
            statement,
            &["'A' 'x&y' 'Bonn' [(1.00XXX) (2.00XXX)]", "'B' 'n' 'Ulm' []"],
        );
    }

    #[test]
    fn misfits_are_held() {
        check("id:text", &spec("", "s"), "<s><id><x/></id></s>", &["R0308 ~ `id` is an element with elements inside"]);
        check("id:text", &spec("", "s"), "<s/>", &["R0305 ~ `id`"]);
        let lines = spec("l = line; l.net = Net | @net", "s");
        let found = "R0305: the required field `l.net` is missing; it is read from `Net | @net` (row 2 of `l`)";
        check("l[net:money]", &lines, "<s><line net='1'/><line/></s>", &[found]);
        check("id:text", &spec("", "s"), "<s><id/></s>", &["''"]);
        let mut filled = spec("id = id", "s");
        filled.map.fields[0].empty = Some("hold".to_string());
        check("id:text", &filled, "<all><s><id> </id></s><s><id>1</id></s></all>", &["R0305: the required field `id` is empty", "'1'"]);
        check("id:text?", &filled, "<s><id/></s>", &["-"]);
        check("id:date?", &spec("", "s"), "<s><id> </id></s>", &["-"]);
        check(
            "id:money",
            &spec("", "s"),
            "<all><s id='x'/><s id='1'/><s id='2'><b></c></s><s id='3'/></all>",
            &["R0306 ~ `x`", "1XXX", "R0314 ~ `</c>`", "3XXX"],
        );
        check("id:money", &spec("", "s"), "<all><s id='1'>&x;</s><s id='2'/>", &["R0314 ~ `&x;`", "2XXX", "R0317 ~ missing"]);
    }

    #[test]
    fn declarations_outside_are_known_inside() {
        check(
            "id:text",
            &spec("id = cbc:ID", "s"),
            "<all xmlns:q='urn:cbc'><s><q:ID>1</q:ID></s><s xmlns:q='urn:x'><q:ID>2</q:ID></s></all>",
            &["'1'", "R0305 ~ id"],
        );
    }

    #[test]
    fn encodings_of_the_declaration() {
        let latin = b"<?xml version='1.0' encoding='ISO-8859-15'?><s id='\xa4'/>";
        let found = read("xml", &spec("", "s"), &schema("id:text"), &[latin, b"<s id='\xff'/>"], &[]);
        assert_eq!(found[0], "'€'");
        assert!(found[1].starts_with("R0302"), "{found:?}");
    }

    #[test]
    fn faults_of_the_section() {
        let compile = |spec: &InputSpec| -> Vec<String> {
            let faults = Xml.compile(spec, &schema("a:text l[b:money]")).err().unwrap_or_default();
            faults.iter().map(|fault| format!("{}:{}:{:?}:{}", fault.field, fault.key, fault.range, fault.code.id)).collect()
        };
        assert_eq!(compile(&InputSpec::default()), [":record:0..0:D0104"]);
        assert_eq!(
            compile(&spec("a = cbx:ID; l = @x; l.b = ..", "Invoice | x:CreditNote")),
            [":record:10..11:D0103", "a:path:0..3:D0103", "l:path:0..2:D0102", "l.b:path:0..2:D0102"]
        );
        let mut with_currency = spec("", "s");
        with_currency.map.currency = Some("q:X".to_string());
        assert_eq!(compile(&with_currency), [":currency:0..1:D0103"]);
        with_currency.map = MappingSpec {
            fields: vec![FieldSpec { field: "l.b".to_string(), currency: Some("@c[1]".to_string()), ..FieldSpec::default() }],
            ..MappingSpec::default()
        };
        assert_eq!(compile(&with_currency), ["l.b:currency:2..5:D0102"]);
    }
}
