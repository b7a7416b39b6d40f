//! The layout language as a W3C XML Schema 1.0.
//!
//! Takes the tables, gives the schema with the documentation that editors show. Must never say anything of a single element.

use std::fmt::Write;

use super::content::{Context, context_of, contexts, is_transparent, transparent_in, within};
use super::datatype::{Datatype, of};
use super::rng::escape;
use super::{ELEMENTS, ElementSpec, Kind, NAMESPACE, PROPERTIES, PropertyGroup, find_element};

/// The schema.
pub fn xml_schema() -> String {
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- Printed by `pressrun schema`. -->\n<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" \
         xmlns:l=\"{NAMESPACE}\"\n           targetNamespace=\"{NAMESPACE}\" elementFormDefault=\"qualified\" attributeFormDefault=\"unqualified\">\n  \
         <xs:element name=\"layout\" type=\"l:layout\"/>\n"
    );
    for spec in ELEMENTS.iter().filter(|spec| !is_transparent(spec)) {
        let context = context_of(spec);
        write_type(spec, spec.name, &context, (&context.names, context.is_mixed), &mut out);
    }
    for context in contexts() {
        for spec in transparent_in(&context) {
            let (names, mixed) = within(spec, &context);
            write_type(spec, &format!("{}.{}", spec.name, context.name), &context, (&names, mixed), &mut out);
        }
    }
    for group in PropertyGroup::ALL {
        let _ = writeln!(out, "  <xs:attributeGroup name=\"properties.{}\">", group.name());
        for property in PROPERTIES.iter().filter(|property| property.group == *group) {
            write_attribute(property.name, property.kind, property.doc, true, &mut out);
        }
        out.push_str("  </xs:attributeGroup>\n");
    }
    out.push_str("</xs:schema>\n");
    out
}

fn write_type(spec: &ElementSpec, name: &str, context: &Context, (names, mixed): (&[&'static str], bool), out: &mut String) {
    let mixed = if mixed { " mixed=\"true\"" } else { "" };
    let _ = writeln!(out, "  <xs:complexType name=\"{name}\"{mixed}>\n    {}", documentation(spec.doc));
    if !names.is_empty() {
        out.push_str("    <xs:choice minOccurs=\"0\" maxOccurs=\"unbounded\">\n");
        for name in names {
            let transparent = find_element(name).is_some_and(is_transparent);
            let target = if transparent { format!("{name}.{}", context.name) } else { name.to_string() };
            let _ = writeln!(out, "      <xs:element name=\"{name}\" type=\"l:{target}\"/>");
        }
        out.push_str("    </xs:choice>\n");
    }
    // The namespace is a declaration and no attribute to a schema.
    for attribute in spec.attributes.iter().filter(|attribute| attribute.kind != Kind::Namespace) {
        write_attribute(attribute.name, attribute.kind, attribute.doc, attribute.default.is_some(), out);
    }
    if spec.is_styled() {
        write_attribute("style", Kind::Style, "The style it takes, in place of the one that is named like it.", true, out);
    }
    for group in spec.properties {
        let _ = writeln!(out, "    <xs:attributeGroup ref=\"l:properties.{}\"/>", group.name());
    }
    out.push_str("  </xs:complexType>\n");
}

fn write_attribute(name: &str, kind: Kind, doc: &str, is_optional: bool, out: &mut String) {
    let usage = if is_optional { "" } else { " use=\"required\"" };
    let facets = match of(kind) {
        Datatype::Text => {
            let _ = writeln!(out, "    <xs:attribute name=\"{name}\" type=\"xs:string\"{usage}>{}</xs:attribute>", documentation(doc));
            return;
        }
        Datatype::Words(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("<xs:enumeration value=\"{}\"/>", escape(word))).collect();
            format!("<xs:restriction base=\"xs:token\">{}</xs:restriction>", words.join(""))
        }
        Datatype::Integer(least, most) => {
            format!("<xs:restriction base=\"xs:integer\"><xs:minInclusive value=\"{least}\"/><xs:maxInclusive value=\"{most}\"/></xs:restriction>")
        }
        Datatype::Pattern(pattern) => {
            format!("<xs:restriction base=\"xs:token\"><xs:pattern value=\"{}\"/></xs:restriction>", escape(&pattern))
        }
    };
    let doc = documentation(doc);
    let _ = writeln!(out, "    <xs:attribute name=\"{name}\"{usage}>{doc}<xs:simpleType>{facets}</xs:simpleType></xs:attribute>");
}

fn documentation(doc: &str) -> String {
    format!("<xs:annotation><xs:documentation>{}</xs:documentation></xs:annotation>", escape(doc))
}
