//! The layout language as a RELAX NG grammar (ISO/IEC 19757-2), in its XML syntax.
//!
//! Takes the tables, gives the grammar with the documentation that editors show. Must never say anything of a single element.

use std::fmt::Write;

use super::content::{Context, context_of, contexts, is_transparent, transparent_in, within};
use super::datatype::{Datatype, of};
use super::{AttributeSpec, ELEMENTS, ElementSpec, Kind, NAMESPACE, PROPERTIES, PropertyGroup, find_element};

/// The grammar.
pub fn relax_ng() -> String {
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- Printed by `pressrun schema`. -->\n<grammar xmlns=\"http://relaxng.org/ns/structure/1.0\" \
         xmlns:a=\"http://relaxng.org/ns/compatibility/annotations/1.0\"\n         datatypeLibrary=\"http://www.w3.org/2001/XMLSchema-datatypes\" \
         ns=\"{NAMESPACE}\">\n  <start><ref name=\"layout\"/></start>\n"
    );
    for spec in ELEMENTS.iter().filter(|spec| !is_transparent(spec)) {
        let context = context_of(spec);
        write_element(spec, spec.name, &context, (&context.names, context.is_mixed), &mut out);
    }
    for context in contexts() {
        for spec in transparent_in(&context) {
            let (names, mixed) = within(spec, &context);
            write_element(spec, &format!("{}.{}", spec.name, context.name), &context, (&names, mixed), &mut out);
        }
    }
    for group in PropertyGroup::ALL {
        let _ = writeln!(out, "  <define name=\"properties.{}\">", group.name());
        for property in PROPERTIES.iter().filter(|property| property.group == *group) {
            write_attribute(property.name, property.kind, property.doc, true, "    ", &mut out);
        }
        out.push_str("  </define>\n");
    }
    out.push_str("</grammar>\n");
    out
}

fn write_element(spec: &ElementSpec, define: &str, context: &Context, (names, mixed): (&[&'static str], bool), out: &mut String) {
    let _ = writeln!(out, "  <define name=\"{define}\">\n    <element name=\"{}\">", spec.name);
    write_documentation(spec.doc, "      ", out);
    // The namespace is a declaration and no attribute to a schema.
    for AttributeSpec { name, kind, default, doc } in spec.attributes.iter().filter(|attribute| attribute.kind != Kind::Namespace) {
        write_attribute(name, *kind, doc, default.is_some(), "      ", out);
    }
    if spec.is_styled() {
        write_attribute("style", Kind::Style, "The style it takes, in place of the one that is named like it.", true, "      ", out);
    }
    for group in spec.properties {
        let _ = writeln!(out, "      <ref name=\"properties.{}\"/>", group.name());
    }
    if names.is_empty() && !mixed {
        out.push_str("      <empty/>\n");
    } else {
        out.push_str("      <zeroOrMore>\n        <choice>\n");
        if mixed {
            out.push_str("          <text/>\n");
        }
        for name in names {
            let transparent = find_element(name).is_some_and(is_transparent);
            let target = if transparent { format!("{name}.{}", context.name) } else { name.to_string() };
            let _ = writeln!(out, "          <ref name=\"{target}\"/>");
        }
        out.push_str("        </choice>\n      </zeroOrMore>\n");
    }
    out.push_str("    </element>\n  </define>\n");
}

fn write_attribute(name: &str, kind: Kind, doc: &str, is_optional: bool, indent: &str, out: &mut String) {
    let (open, close) = if is_optional { ("<optional>", "</optional>") } else { ("", "") };
    let _ = writeln!(out, "{indent}{open}<attribute name=\"{name}\" ns=\"\">");
    write_documentation(doc, &format!("{indent}  "), out);
    let value = match of(kind) {
        Datatype::Text => "<text/>".to_string(),
        Datatype::Words(words) if words.len() == 1 => format!("<value>{}</value>", escape(&words[0])),
        Datatype::Words(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("<value>{}</value>", escape(word))).collect();
            format!("<choice>{}</choice>", words.join(""))
        }
        Datatype::Integer(least, most) => {
            format!("<data type=\"integer\"><param name=\"minInclusive\">{least}</param><param name=\"maxInclusive\">{most}</param></data>")
        }
        Datatype::Pattern(pattern) => format!("<data type=\"token\"><param name=\"pattern\">{}</param></data>", escape(&pattern)),
    };
    let _ = writeln!(out, "{indent}  {value}\n{indent}</attribute>{close}");
}

fn write_documentation(doc: &str, indent: &str, out: &mut String) {
    let _ = writeln!(out, "{indent}<a:documentation>{}</a:documentation>", escape(doc));
}

/// Text for XML content and attributes.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
