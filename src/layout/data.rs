//! The data contract.
//!
//! Takes `<data>`, gives the schema that every expression is checked against. Must never know where data comes from.

use std::sync::Arc;

use super::compile::Compiler;
use super::schema::{ElementSpec, find_element};
use super::text::{TAKEN, is_identifier};
use super::tree::{Child, Element};
use super::value::plain_name;
use crate::base::code;
use crate::base::diagnostic::Diagnostic;
use crate::base::limits::FIELDS_MAX;
use crate::base::suggest::closest;
use crate::kit::expr::{Field, Schema, Type};
use crate::model::record;

/// Names of types elsewhere: (written, meant).
const TYPE_SYNONYMS: &[(&str, &str)] = &[
    ("string", "text"),
    ("str", "text"),
    ("varchar", "text"),
    ("char", "text"),
    ("int", "integer"),
    ("long", "integer"),
    ("number", "decimal"),
    ("float", "decimal"),
    ("double", "decimal"),
    ("numeric", "decimal"),
    ("currency", "money"),
    ("amount", "money"),
    ("bool", "boolean"),
    ("datetime", "date"),
    ("timestamp", "date"),
];

impl<'t> Compiler<'_, 't> {
    /// Reads the data contract and makes the scope of the layout's expressions.
    pub(super) fn read_data(&mut self, root: &'t Element) {
        let mut sections = root.elements().filter(|element| element.name == "data");
        let mut schema = Schema::default();
        if let Some(data) = sections.next() {
            let spec = self.check_element(data);
            self.read_fields(data, spec, &mut schema, true);
            for again in sections {
                self.refuse_second(again, data);
            }
        }
        self.schema = Arc::new(schema);
        self.scope = record::layout_scope(self.schema.clone(), self.library.tables());
    }

    fn read_fields(&mut self, parent: &'t Element, spec: &'static ElementSpec, schema: &mut Schema, is_record: bool) {
        let mut seen: Vec<(&'t str, &'t Element)> = Vec::new();
        for child in &parent.children {
            let element = match child {
                Child::Element(element) => element,
                Child::Text(text) => {
                    self.refuse_text(text, spec.name, "fields are written `<field name=\"…\" type=\"…\"/>`");
                    continue;
                }
            };
            let Some(spec) = self.check_allowed(element, &spec.content.names(), spec.name) else { continue };
            self.check_attributes(element, spec);
            let kind = if spec.name == "list" { self.read_list(element, spec) } else { self.read_field_type(element) };
            let is_optional = spec.name == "field" && self.keyword(element, spec, "optional") == Some("true");
            let Some(name) = self.read_field_name(element, is_record) else { continue };
            if self.is_taken(&seen, name, element) {
                continue;
            }
            seen.push((name, element));
            if schema.fields.len() >= FIELDS_MAX {
                let message = format!("more than {FIELDS_MAX} fields");
                self.fault(Diagnostic::error(&code::LAYOUT_TOO_LARGE, element.span, message));
                return;
            }
            schema.fields.push(Field { name: name.to_string(), kind, optional: is_optional });
        }
    }

    fn read_list(&mut self, element: &'t Element, spec: &'static ElementSpec) -> Type {
        let mut schema = Schema::default();
        self.read_fields(element, spec, &mut schema, false);
        if element.elements().next().is_none() {
            let name = element.find("name").map_or("", |attribute| attribute.value.text.as_str());
            let message = format!("the list `{name}` has no fields");
            self.fault(
                Diagnostic::error(&code::LAYOUT_MISSING_CONTENT, element.span, message)
                    .hint("add what its rows have: `<field name=\"…\" type=\"…\"/>`"),
            );
        }
        Type::List(Arc::new(schema))
    }

    /// The type of a field; text after a fault, so that the field is known.
    fn read_field_type(&mut self, element: &'t Element) -> Type {
        if find_element(&element.name).is_some() {
            self.check_empty(element);
        }
        let Some(attribute) = element.find("type") else { return Type::Text };
        let name = attribute.value.text.trim();
        if let Some(kind) = Type::parse_scalar(name) {
            return kind;
        }
        if name.is_empty() {
            return Type::Text;
        }
        let names = || Type::SCALARS.iter().map(|(name, _)| *name);
        let message = format!("there is no type `{name}`");
        let diagnostic = Diagnostic::error(&code::LAYOUT_FIELD_TYPE, attribute.value.place_of(name), message);
        if name == "list" {
            self.fault(diagnostic.hint("rows are declared with `<list name=\"…\"> <field …/> </list>`"));
            return Type::Text;
        }
        let lower = name.to_ascii_lowercase();
        let synonym = TYPE_SYNONYMS.iter().find(|(written, _)| *written == lower).map(|(_, meant)| *meant);
        let best = synonym.or_else(|| names().find(|known| *known == lower)).or_else(|| closest(&lower, names()));
        self.fault(match best {
            Some(best) => diagnostic.hint(format!("did you mean `{best}`?")).fix(best),
            None => diagnostic.suggest(name, names()),
        });
        best.and_then(Type::parse_scalar).unwrap_or(Type::Text)
    }

    fn read_field_name(&mut self, element: &'t Element, is_record: bool) -> Option<&'t str> {
        let value = &element.find("name")?.value;
        let name = value.text.trim();
        if name.is_empty() {
            return None;
        }
        let first = name.split('.').next().unwrap_or(name);
        let is_taken = is_record && TAKEN.contains(&first);
        if name.split('.').all(is_identifier) && !is_taken {
            return Some(name);
        }
        let message = format!("`{name}` cannot be the name of a field");
        let diagnostic = Diagnostic::error(&code::LAYOUT_NAME, value.place_of(name), message);
        let diagnostic = if is_taken {
            diagnostic.label(format!("`{first}` is a word of expressions")).fix(format!("{name}_"))
        } else {
            let hint = "a name begins with a letter and has letters, digits and `_`; dots group fields";
            match plain_name(name, '_').filter(|plain| plain.split('.').all(is_identifier)) {
                Some(plain) => diagnostic.hint(hint).fix(plain),
                None => diagnostic.hint(hint),
            }
        };
        self.fault(diagnostic);
        None
    }

    fn is_taken(&mut self, seen: &[(&'t str, &'t Element)], name: &'t str, element: &'t Element) -> bool {
        let groups = |outer: &str, inner: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'));
        let found = seen.iter().find(|(other, _)| *other == name || groups(other, name) || groups(name, other));
        let Some(&(other, first)) = found else { return false };
        let line = self.line_of(first.span, element.span);
        let span = element.find("name").map_or(element.span, |attribute| attribute.value.span);
        let message = if other == name {
            format!("there are two fields `{name}`")
        } else {
            format!("`{name}` and `{other}` cannot both be fields: one is the group of the other")
        };
        self.fault(
            Diagnostic::error(&code::LAYOUT_DUPLICATE_NAME, span, message)
                .label("again here")
                .hint(format!("the first is on line {line}; rename or remove one")),
        );
        true
    }
}
